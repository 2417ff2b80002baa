import type { ProjectView } from '../api/types';
import { suggest } from './export/suggest';

/** The folder of a file or folder, of either system. */
export function parentOf(path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return cut > 0 ? path.slice(0, cut) : path.slice(0, cut + 1);
}

/** A file within a folder, of either system. */
export function within(folder: string, file: string): string {
  return `${folder}${folder.includes('\\') ? '\\' : '/'}${file}`;
}

/** A folder beside the video for what is made of it: "/v/cut hand-over". */
export function folderFor(project: Pick<ProjectView, 'video'>, what: string): string {
  return suggest(project, '').replace(/ scored$/, ` ${what}`);
}

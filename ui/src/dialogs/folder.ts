import type { ProjectView } from '../api/types';
import { suggest } from './export/suggest';

/** A folder beside the video for what is made of it: "/v/cut hand-over". */
export function folderFor(project: Pick<ProjectView, 'video'>, what: string): string {
  return suggest(project, '').replace(/ scored$/, ` ${what}`);
}

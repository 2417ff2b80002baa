import type { ProjectView } from '../../api/types';

/** Where an export goes unless the user says otherwise: beside the video. No extension: that of the video. */
export function suggest(project: Pick<ProjectView, 'video'>, extension: string | null): string {
  const { path } = project.video;
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
  const name = path.slice(cut);
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  const own = dot > 0 ? name.slice(dot) : '.mp4';
  return `${path.slice(0, cut)}${stem} scored${extension === null ? own : extension && `.${extension}`}`;
}

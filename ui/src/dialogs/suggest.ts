import type { ExportPreset, ProjectView } from '../api/types';

/** Where an export goes unless the user says otherwise: beside the video. The shell corrects the extension. */
export function suggest(project: Pick<ProjectView, 'video'>, preset: ExportPreset): string {
  const { path } = project.video;
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
  const name = path.slice(cut);
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  const own = dot > 0 ? name.slice(dot) : '.mp4';
  const extension = preset === 'audio_only' ? '.wav' : preset === 'web' ? '.mp4' : own;
  return `${path.slice(0, cut)}${stem} scored${extension}`;
}

import type { ProjectView } from '../api/types';
import type { Studio } from '../state/studio';
import { fullscreen, seek } from './play';

/** A hit at the playhead; an old one that is there is selected instead. With `named` its name is typed at once. */
export function add({ app, playback, view }: Studio, named: boolean): void {
  const project = app.project;
  if (!project) return;
  const frame = playback.nowFrame();
  const choose = (): void => {
    const hit = app.project?.hits.find((one) => one.frame === frame);
    if (!hit) return;
    view.select({ kind: 'hit', hit: hit.id });
    view.renaming = named;
  };
  if (project.hits.some((hit) => hit.frame === frame)) choose();
  else void app.edit({ edit: 'add_hit', frame, name: null }).then((done) => done && choose());
}

/** The next hit or cut after a frame, or the one before it; `null` at the ends. */
export function nextMark(project: Pick<ProjectView, 'hits' | 'cuts'>, frame: number, direction: 1 | -1): number | null {
  const marks = [...project.hits.map((hit) => hit.frame), ...project.cuts.map((cut) => cut.frame)];
  const there = marks.filter((mark) => (direction > 0 ? mark > frame : mark < frame));
  if (there.length === 0) return null;
  return direction > 0 ? Math.min(...there) : Math.max(...there);
}

export function go(studio: Studio, direction: 1 | -1): void {
  const project = studio.app.project;
  if (!project) return;
  const frame = nextMark(project, studio.playback.nowFrame(), direction);
  if (frame === null) return;
  seek(studio, frame);
  const hit = project.hits.find((one) => one.frame === frame);
  if (hit) studio.view.select({ kind: 'hit', hit: hit.id });
}

export function canRename({ app, view }: Studio): boolean {
  return app.project !== null && (view.selection.kind === 'cue' || view.selection.kind === 'hit' || view.selection.kind === 'take');
}

/** The inspector shows the name as a field that is being typed in. */
export function rename({ view }: Studio): void {
  view.renaming = true;
}

export function canRemove({ app, view }: Studio): boolean {
  const chosen = view.selection;
  return (chosen.kind === 'hit' && !app.hit(chosen.hit)?.locked) || chosen.kind === 'take' || chosen.kind === 'cue';
}

/** Deletes what is selected; undo brings it back. */
export function remove({ app, view }: Studio): void {
  const chosen = view.selection;
  if (chosen.kind === 'hit') void app.edit({ edit: 'remove_hit', id: chosen.hit });
  if (chosen.kind === 'cue') void app.edit({ edit: 'remove_cue', cue: chosen.cue });
  if (chosen.kind === 'take') void app.edit({ edit: 'remove_take', take: chosen.take });
}

export function canEscape({ view, playback }: Studio): boolean {
  return view.fullscreen || view.selection.kind !== 'none' || playback.audition !== null;
}

/** Leaves, in this order: full screen, the audition, the selection. */
export function escape(studio: Studio): void {
  const { app, backend, playback, view } = studio;
  if (view.fullscreen) fullscreen(studio);
  else if (playback.audition !== null) void app.run(() => backend.call('audition', { take: null }));
  else view.select({ kind: 'none' });
}

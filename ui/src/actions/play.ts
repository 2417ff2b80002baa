import { nominal } from '../lib/time';
import type { Studio } from '../state/studio';

/** Fastest shuttle. */
const FASTEST = 8;

export function toggle({ playback }: Studio): void {
  playback.send({ kind: 'toggle' });
}

export function stop({ playback }: Studio): void {
  playback.send({ kind: 'pause' });
}

/** The next speed of J and L: doubled in the same direction, normal in the other. */
export function nextSpeed(speed: number, playing: boolean, direction: 1 | -1): number {
  if (!playing || Math.sign(speed) !== direction) return direction;
  return direction * Math.min(FASTEST, Math.abs(speed) * 2);
}

export function shuttle({ playback }: Studio, direction: 1 | -1): void {
  playback.send({ kind: 'shuttle', speed: nextSpeed(playback.speed, playback.playing, direction) });
}

export function step({ playback }: Studio, frames: number): void {
  playback.send({ kind: 'step', frames });
}

export function second(studio: Studio, seconds: number): void {
  const rate = studio.app.project?.video.rate ?? [25, 1];
  seek(studio, studio.playback.nowFrame() + seconds * nominal(rate));
}

/** Goes to a frame and shows it in the timeline. */
export function seek({ playback, view, app }: Studio, frame: number): void {
  const last = Math.max(0, (app.project?.video.frames ?? 1) - 1);
  const held = Math.min(last, Math.max(0, frame));
  playback.seek(held);
  view.timeline?.reveal(held);
}

/** Plays the loop or not. Without a range the selection, or the cue at the playhead, is looped. */
export function loop(studio: Studio): void {
  const { view, app, playback } = studio;
  const project = app.project;
  if (!project) return;
  if (!project.loopRange) {
    const chosen = view.selection;
    const cue = chosen.kind === 'cue' ? app.cue(chosen.cue) : (project.cues[0] ?? null);
    const span = chosen.kind === 'section' ? chosen.span : cue?.span;
    if (span) void app.edit({ edit: 'set_loop', span });
    view.loop = true;
  } else {
    view.loop = !view.loop;
  }
  playback.send({ kind: 'loop', on: view.loop });
}

/** The loop after its start or end was put to a frame; always at least one frame long. */
export function marked(range: [number, number] | null, end: 'in' | 'out', frame: number, frames: number): [number, number] {
  const [from, to] = range ?? [0, frames];
  if (end === 'in') return frame < to ? [frame, to] : [frame, frames];
  const after = Math.min(frames, frame + 1);
  return after > from ? [from, after] : [0, after];
}

export function mark({ app, playback, view }: Studio, end: 'in' | 'out'): void {
  const project = app.project;
  if (!project) return;
  const span = marked(project.loopRange, end, playback.nowFrame(), project.video.frames);
  view.loop = true;
  playback.send({ kind: 'loop', on: true });
  void app.edit({ edit: 'set_loop', span });
}

export function clearLoop({ app }: Studio): void {
  void app.edit({ edit: 'set_loop', span: null });
}

/** The viewer fills the screen, or not. */
export function fullscreen({ app, backend, view }: Studio): void {
  const on = !view.fullscreen;
  view.fullscreen = on;
  void app.run(() => backend.fullscreen(on));
}

/** Moves the focus to the next panel: Tab stays free for A/B on the stage. */
export function panel(direction: 1 | -1): void {
  const panels = [...document.querySelectorAll<HTMLElement>('[data-panel]')].filter((one) => one.offsetParent !== null);
  if (panels.length === 0) return;
  const now = panels.findIndex((one) => one.contains(document.activeElement));
  const next = panels[(now + direction + panels.length) % panels.length];
  const first = next?.querySelector<HTMLElement>('button:not(:disabled), input:not(:disabled), select, [tabindex="0"]');
  (first ?? next)?.focus();
}

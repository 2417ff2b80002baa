import type { CueView, TakeView } from '../api/types';
import type { Studio } from '../state/studio';

/** The cue that the music actions are about: the selected one, that of the selected take, the last one selected, the first. */
export function cueInQuestion({ app, view }: Studio): CueView | null {
  const chosen = view.selection;
  if (chosen.kind === 'cue' || chosen.kind === 'section') return app.cue(chosen.cue);
  if (chosen.kind === 'take') return app.take(chosen.take)?.cue ?? null;
  return (view.lastCue === null ? null : app.cue(view.lastCue)) ?? app.project?.cues[0] ?? null;
}

const busy = ({ app }: Studio): boolean => app.running.some((job) => job.kind === 'generate' || job.kind === 'regenerate');

export function canGenerate(studio: Studio): boolean {
  return generateFor(studio, cueInQuestion(studio)) !== null;
}

export function generate(studio: Studio): void {
  generateFor(studio, cueInQuestion(studio))?.();
}

/** What makes a new take for the whole span of a cue; `null` while that can't be done. */
export function generateFor(studio: Studio, cue: CueView | null): (() => void) | null {
  const { app, backend } = studio;
  if (!cue || !app.project?.analysed || !app.view?.pack || app.project.video.missing || busy(studio)) return null;
  return () => void app.run(() => backend.call('generate', { cue: cue.id }));
}

export function canRegenerate(studio: Studio): boolean {
  const chosen = studio.view.selection;
  if (chosen.kind !== 'section' || !canGenerate(studio)) return false;
  const cue = studio.app.cue(chosen.cue);
  return cue !== null && cue.take !== null;
}

export function regenerate(studio: Studio): void {
  const chosen = studio.view.selection;
  if (chosen.kind !== 'section') return;
  void studio.app.run(() => studio.backend.call('regenerate', { cue: chosen.cue, span: chosen.span }));
}

/** The take that A/B compares with the one in use: the one that was chosen, else the newest other one. */
export function otherTake(cue: CueView, chosen: number | null): TakeView | null {
  const there = cue.takes.filter((take) => take.id !== cue.take && !take.missing);
  return there.find((take) => take.id === chosen) ?? there.at(-1) ?? null;
}

export function canCompare(studio: Studio): boolean {
  const cue = cueInQuestion(studio);
  return cue !== null && otherTake(cue, studio.view.other) !== null;
}

/** Hears the other take at the same playhead, or the one in use again. */
export function ab(studio: Studio): void {
  const cue = cueInQuestion(studio);
  const other = cue && otherTake(cue, studio.view.other);
  if (other) audition(studio, studio.playback.audition === null ? other.id : null);
}

/** Hears a take in place of the one in use; `null`: the one in use. */
export function audition({ app, backend, view }: Studio, take: number | null): void {
  if (take !== null) view.other = take;
  void app.run(() => backend.call('audition', { take }));
}

/** Uses a take; the one that was in use stays near for A/B. */
export function use(studio: Studio, cue: CueView, take: number | null): void {
  if (cue.take === take) return;
  if (cue.take !== null) studio.view.other = cue.take;
  if (studio.playback.audition !== null) audition(studio, null);
  void studio.app.edit({ edit: 'use_take', cue: cue.id, take });
}

/** Keys 1 to 9: the n-th take of the cue. */
export function useNumber(studio: Studio, number: number): boolean {
  const cue = cueInQuestion(studio);
  const take = cue?.takes[number - 1];
  if (!cue || !take || take.missing) return false;
  use(studio, cue, take.id);
  return true;
}

export function mute({ app }: Studio, track: 'music' | 'temp'): void {
  const mix = app.project?.mix;
  if (mix) void app.edit({ edit: 'set_mix', mix: { ...mix, [track]: { ...mix[track], mute: !mix[track].mute } } });
}

/** Cancels the job that runs. */
export function cancel({ app, backend }: Studio): void {
  const job = app.running[0];
  if (job) void app.run(() => backend.call('cancel', { job: job.id }));
}

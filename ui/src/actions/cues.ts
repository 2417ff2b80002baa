import type { CueView } from '../api/types';
import type { Studio } from '../state/studio';
import { newCueSpan } from '../timeline/geometry/gaps';
import type { Span } from '../timeline/geometry/spans';
import { seek } from './play';

/** Adds a cue and selects it; undo takes it away again. */
export async function addCue({ app, view }: Studio, span: Span): Promise<void> {
  const before = new Set(app.project?.cues.map((cue) => cue.id));
  if (!(await app.edit({ edit: 'add_cue', span: [span[0], span[1]], name: null }))) return;
  const added = app.project?.cues.find((cue) => !before.has(cue.id));
  if (added) view.select({ kind: 'cue', cue: added.id });
}

/** Where a new cue would go now; `null` if there's no room for one. */
export function roomForCue({ app, playback, view }: Studio): Span | null {
  const project = app.project;
  if (!project) return null;
  const chosen = view.selection;
  return newCueSpan(
    project.cues.map((cue) => cue.span),
    project.video.frames,
    playback.nowFrame(),
    project.loopRange,
    chosen.kind === 'section' ? chosen.span : null,
  );
}

export function canAddCue(studio: Studio): boolean {
  return roomForCue(studio) !== null;
}

export function add(studio: Studio): void {
  const span = roomForCue(studio);
  if (span) void addCue(studio, span);
}

/** Removes a cue with its takes; undo brings all of it back. */
export function removeCue({ app }: Studio, cue: number): void {
  void app.edit({ edit: 'remove_cue', cue });
}

/** Selects a cue and shows it on the timeline. */
export function showCue({ view }: Studio, cue: CueView): void {
  view.select({ kind: 'cue', cue: cue.id });
  view.timeline?.show(cue.span);
}

/** Selects the next cue or the one before, and goes to its start. */
export function go(studio: Studio, direction: 1 | -1): void {
  const { app, playback, view } = studio;
  const cues = app.project?.cues ?? [];
  const chosen = view.selection;
  const now = chosen.kind === 'cue' || chosen.kind === 'section' ? cues.findIndex((cue) => cue.id === chosen.cue) : -1;
  const at = playback.nowFrame();
  const near = direction > 0 ? cues.findIndex((cue) => cue.span[0] > at) : cues.findLastIndex((cue) => cue.span[0] < at);
  const next = cues[now >= 0 ? now + direction : near];
  if (!next) return;
  showCue(studio, next);
  seek(studio, next.span[0]);
}

/** Whether there's a gain line to be cleared: of the selected cue, or of the temp track. */
export function canClearGain({ app, view }: Studio): boolean {
  const chosen = view.selection;
  if (chosen.kind === 'temp') return (app.project?.tempAutomation.length ?? 0) > 0;
  return chosen.kind === 'cue' && (app.cue(chosen.cue)?.automation.length ?? 0) > 0;
}

/** Takes away all points of the gain line of what is selected. */
export function clearGain({ app, view }: Studio): void {
  const chosen = view.selection;
  if (chosen.kind === 'temp') void app.edit({ edit: 'set_temp_automation', points: [] });
  if (chosen.kind === 'cue') void app.edit({ edit: 'set_cue_automation', cue: chosen.cue, points: [] });
}

/** Shows or hides the gain lines of both tracks. */
export function toggleGainLines({ layout }: Studio): void {
  const on = !(layout.sizes.gainMusic || layout.sizes.gainTemp);
  layout.set({ gainMusic: on, gainTemp: on });
}

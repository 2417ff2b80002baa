// What a drag shows before it is an edit.
import type { CueView, HitView, ProjectView } from '../../api/types';
import { withHeardFades } from '../geometry/heard';
import { plainPoints, type Point } from '../geometry/points';
import type { Span } from '../geometry/spans';
import type { SnapKind } from '../geometry/snap';

/** The thing in the hand, as it would be if it were released now. */
export type Ghost =
  | { readonly kind: 'hit'; readonly id: number; readonly frame: number }
  | { readonly kind: 'intensity'; readonly drawn: readonly Point[] }
  | { readonly kind: 'span'; readonly cue: number; readonly span: Span }
  | { readonly kind: 'fades'; readonly cue: number; readonly fadeIn: number; readonly fadeOut: number }
  | { readonly kind: 'gain'; readonly cue: number; readonly gainDb: number }
  /** Drawn gain; `null` is the temp track. */
  | { readonly kind: 'line'; readonly cue: number | null; readonly points: readonly Point[] }
  /** A cue that is being drawn. */
  | { readonly kind: 'newCue'; readonly span: Span }
  | { readonly kind: 'section'; readonly cue: number; readonly span: Span }
  | { readonly kind: 'loop'; readonly span: Span | null };

/** The value shown beside the pointer. Pixels in the lanes. */
export interface Hint {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** The line at what something snapped to. */
export interface SnapLine {
  readonly frame: number;
  readonly kind: SnapKind;
}

/** Hits with the one in the hand where it is held, in order. */
export function hitsWith(hits: readonly HitView[], ghost: Ghost | null): readonly HitView[] {
  if (ghost?.kind !== 'hit') return hits;
  return hits
    .map((hit) => (hit.id === ghost.id ? { ...hit, frame: ghost.frame, landing: null } : hit))
    .sort((a, b) => a.frame - b.frame);
}

/** Cues with what is in the hand. A cue that is moved whole takes its drawn gain along, as the program does it. */
export function cuesWith(project: ProjectView, ghost: Ghost | null): readonly CueView[] {
  const { cues } = project;
  switch (ghost?.kind) {
    case 'span':
      return withHeardFades(changed(cues, ghost.cue, (cue) => moved(cue, ghost.span)), project);
    case 'fades':
      return withHeardFades(changed(cues, ghost.cue, (cue) => ({ ...cue, fadeIn: ghost.fadeIn, fadeOut: ghost.fadeOut })), project);
    case 'gain':
      return changed(cues, ghost.cue, (cue) => ({ ...cue, gainDb: ghost.gainDb }));
    case 'line':
      return changed(cues, ghost.cue, (cue) => ({ ...cue, automation: plainPoints(ghost.points) }));
    default:
      return cues;
  }
}

function changed(cues: readonly CueView[], id: number | null, change: (cue: CueView) => CueView): CueView[] {
  return cues.map((cue) => (cue.id === id ? change(cue) : cue));
}

function moved(cue: CueView, [from, to]: Span): CueView {
  const by = from - cue.span[0];
  const whole = to - cue.span[1] === by;
  return { ...cue, span: [from, to], automation: whole ? cue.automation.map(([frame, db]) => [frame + by, db]) : cue.automation };
}

// What a drag shows before it is an edit.
import type { CueView, HitView } from '../../api/types';
import type { Point } from '../geometry/curve';
import type { Span } from '../geometry/spans';
import type { SnapKind } from '../geometry/snap';

/** The thing in the hand, as it would be if it were released now. */
export type Ghost =
  | { readonly kind: 'hit'; readonly id: number; readonly frame: number }
  | { readonly kind: 'intensity'; readonly drawn: readonly Point[] }
  | { readonly kind: 'span'; readonly cue: number; readonly span: Span }
  | { readonly kind: 'fades'; readonly cue: number; readonly fadeIn: number; readonly fadeOut: number }
  | { readonly kind: 'gain'; readonly cue: number; readonly gainDb: number }
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

/** Cues with what is in the hand. */
export function cuesWith(cues: readonly CueView[], ghost: Ghost | null): readonly CueView[] {
  if (!ghost) return cues;
  return cues.map((cue) => {
    if (ghost.kind === 'span' && ghost.cue === cue.id) return { ...cue, span: [ghost.span[0], ghost.span[1]] };
    if (ghost.kind === 'fades' && ghost.cue === cue.id) return { ...cue, fadeIn: ghost.fadeIn, fadeOut: ghost.fadeOut };
    if (ghost.kind === 'gain' && ghost.cue === cue.id) return { ...cue, gainDb: ghost.gainDb };
    return cue;
  });
}

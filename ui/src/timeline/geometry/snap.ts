// Snapping: what a dragged thing is drawn to, and how strongly.
import type { View } from './view';
import { lowerBound } from './beats';

/** What something snapped to. */
export type SnapKind = 'playhead' | 'hit' | 'cut' | 'edge' | 'loop' | 'bar' | 'beat';

/** Places to snap to, in frames, sorted. */
export type SnapTargets = Partial<Record<SnapKind, readonly number[]>>;

/** Where it ends up, and on what (`null`: on a frame of its own). */
export interface Snapped {
  readonly frame: number;
  readonly kind: SnapKind | null;
}

/** How near in pixels each kind draws, in the order in which ties are broken. */
export const SNAP_RADIUS: ReadonlyArray<readonly [SnapKind, number]> = [
  ['playhead', 9],
  ['hit', 8],
  ['cut', 8],
  ['edge', 8],
  ['loop', 8],
  ['bar', 7],
  ['beat', 5],
];

/** Nearest value of a sorted list, `null` if it is empty. */
export function nearest(sorted: readonly number[], value: number): number | null {
  const at = lowerBound(sorted, value, (x) => x);
  const after = sorted[at];
  const before = sorted[at - 1];
  if (after === undefined) return before ?? null;
  if (before === undefined) return after;
  return value - before <= after - value ? before : after;
}

/**
 * Where `place` (frames with fraction) goes. Whole frames always; with `on` also the targets, unless a frame is so
 * wide that the pointer means the frame. The nearest in units of its radius wins, ties go to the earlier kind.
 */
export function snap(place: number, view: View, targets: SnapTargets, on: boolean): Snapped {
  const frame = Math.round(place);
  if (!on) return { frame, kind: null };
  let best: Snapped = { frame, kind: null };
  let least = 1;
  for (const [kind, radius] of SNAP_RADIUS) {
    const near = nearest(targets[kind] ?? [], place);
    if (near === null) continue;
    const distance = (Math.abs(near - place) * view.scale) / radius;
    if (distance < least) {
      least = distance;
      best = { frame: Math.round(near), kind };
    }
  }
  return best;
}

/** Snaps a span that is moved whole: the end that is drawn more decides. */
export function snapSpan(
  start: number,
  length: number,
  view: View,
  targets: SnapTargets,
  on: boolean,
): Snapped & { readonly at: number } {
  const head = snap(start, view, targets, on);
  const tail = snap(start + length, view, targets, on);
  const headOff = Math.abs(head.frame - start);
  const tailOff = Math.abs(tail.frame - start - length);
  if (tail.kind !== null && (head.kind === null || tailOff < headOff)) {
    return { frame: tail.frame - length, kind: tail.kind, at: tail.frame };
  }
  return { ...head, at: head.frame };
}

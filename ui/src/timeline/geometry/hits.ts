// Hit points: which is under a pointer, which labels have room, which comes next.
import { lowerBound } from './beats';
import { END_MARGIN, type View, visible, xOf } from './view';

/** What the geometry needs of a hit point. */
export interface HitPlace {
  readonly id: number;
  readonly frame: number;
  readonly strength: number;
}

/** Half of the width in which a pointer takes a hit: 24 px in all, more for a finger. */
export function reach(pointerType: string): number {
  return pointerType === 'touch' ? 22 : 12;
}

/** The nearest hit within reach of an x; `null` if there's none. Hits are in order of frames. */
export function hitUnder<T extends HitPlace>(hits: readonly T[], view: View, x: number, within: number): T | null {
  let best: T | null = null;
  let least = within;
  for (const hit of visibleHits(hits, view, within)) {
    const off = Math.abs(xOf(view, hit.frame) - x);
    if (off <= least) {
      least = off;
      best = hit;
    }
  }
  return best;
}

/** Hits whose mark is at least partly visible. */
export function visibleHits<T extends HitPlace>(hits: readonly T[], view: View, margin: number): T[] {
  const [first, last] = visible(view);
  const from = lowerBound(hits, first - margin / view.scale, (hit) => hit.frame);
  const out: T[] = [];
  for (let i = from; i < hits.length; i++) {
    const hit = hits[i] as T;
    if (hit.frame > last + margin / view.scale) break;
    out.push(hit);
  }
  return out;
}

/** A label that has room: the width it may take, right or left of its mark. */
export interface LabelRoom {
  readonly id: number;
  readonly width: number;
  readonly side: 'right' | 'left';
}

/** With less room than this before the end of the timeline, a label stands left of its mark. */
const SHORT = 90;

/**
 * Room for the labels right of their marks, up to the next mark or the end of the timeline; too narrow ones are left
 * out. The last one shares the room before it with its neighbour's where the end is near.
 */
export function labelRooms(hits: readonly HitPlace[], view: View, half: number, frames: number, least = 22): LabelRoom[] {
  const start = (hit: HitPlace) => xOf(view, hit.frame) + half + 3;
  const stop = (next: HitPlace | undefined) => (next ? xOf(view, next.frame) - half - 2 : xOf(view, frames) + END_MARGIN - 2);
  const rooms = hits.map((hit, i): LabelRoom => ({ id: hit.id, width: stop(hits[i + 1]) - start(hit), side: 'right' }));
  const [before, last] = [rooms.at(-2), rooms.at(-1)];
  const free = before ? before.width / 2 : last ? stop(hits.at(-1)) : 0;
  if (last && last.width < SHORT && free > last.width) {
    rooms.splice(-1, 1, { ...last, width: free, side: 'left' });
    if (before) rooms.splice(-2, 1, { ...before, width: free });
  }
  return rooms.filter((room) => room.width >= least);
}

/**
 * Far out, where marks would lie on each other, only some are drawn: those that `keep` tells, then the strongest that
 * are at least `apart` pixels away from all drawn ones.
 */
export function thinned<T extends HitPlace>(hits: readonly T[], view: View, apart: number, keep: (hit: T) => boolean): T[] {
  const taken = new Map<number, number[]>();
  const column = (x: number) => Math.floor(x / apart);
  const free = (x: number) =>
    [-1, 0, 1].every((way) => (taken.get(column(x) + way) ?? []).every((other) => Math.abs(other - x) >= apart));
  const drawn: T[] = [];
  const take = (hit: T, x: number) => {
    drawn.push(hit);
    taken.set(column(x), [...(taken.get(column(x)) ?? []), x]);
  };
  // Places from frame 0 on, not from the view's left end, so that scrolling changes nothing.
  const x = (hit: T) => hit.frame * view.scale;
  for (const hit of hits) if (keep(hit)) take(hit, x(hit));
  const others = hits.filter((hit) => !keep(hit)).sort((a, b) => b.strength - a.strength || a.frame - b.frame);
  for (const hit of others) if (free(x(hit))) take(hit, x(hit));
  return drawn.sort((a, b) => a.frame - b.frame);
}

/** The next (or previous) of sorted frames, strictly after (or before) a frame. */
export function neighbour(sorted: readonly number[], frame: number, way: 1 | -1): number | null {
  if (way > 0) return sorted[lowerBound(sorted, frame + 1, (f) => f)] ?? null;
  return sorted[lowerBound(sorted, frame, (f) => f) - 1] ?? null;
}

/** How far the music missed a hit, in whole milliseconds. */
export function missLabel(ms: number): string {
  return `${ms > 0 ? '+' : '−'}${Math.round(Math.abs(ms))} ms`;
}

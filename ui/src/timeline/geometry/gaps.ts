// Where there's no cue, and where a new one goes.
import type { Span } from './spans';

/** Shorter gaps are no place for a cue. */
export const LEAST_GAP = 2;

/** Spans without a cue, in order. */
export function gaps(cues: readonly Span[], frames: number): Span[] {
  const out: Span[] = [];
  let at = 0;
  for (const [from, to] of [...cues].sort((a, b) => a[0] - b[0])) {
    if (from - at >= LEAST_GAP) out.push([at, from]);
    at = Math.max(at, to);
  }
  if (frames - at >= LEAST_GAP) out.push([at, frames]);
  return out;
}

/** The gap around a place, `null` if a cue is there. */
export function gapAt(all: readonly Span[], place: number): Span | null {
  return all.find(([from, to]) => place >= from && place < to) ?? null;
}

/**
 * Where a new cue goes: the selected section, else the loop where the playhead is in it, else the gap at the playhead
 * or the first one after it. `null` if there's no room.
 */
export function newCueSpan(cues: readonly Span[], frames: number, at: number, loop: Span | null, section: Span | null): Span | null {
  const looped = loop && at >= loop[0] && at < loop[1] ? loop : null;
  const chosen = section ?? looped;
  if (chosen) return chosen;
  const all = gaps(cues, frames);
  return gapAt(all, at) ?? all.find(([from]) => from > at) ?? all[0] ?? null;
}

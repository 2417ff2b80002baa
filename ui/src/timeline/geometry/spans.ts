// Spans of frames: edges of cues, sections, the loop.
import { clamp } from './time';

/** First frame and the one after the last. */
export type Span = readonly [number, number];

/** A cue or section is never shorter than this many frames. */
export const MIN_SPAN = 2;

/** The span with one edge moved: inside the limits, never shorter than `least`. */
export function withEdge(span: Span, edge: 'start' | 'end', frame: number, limits: Span, least = MIN_SPAN): Span {
  return edge === 'start'
    ? [clamp(frame, limits[0], Math.max(limits[0], span[1] - least)), span[1]]
    : [span[0], clamp(frame, Math.min(limits[1], span[0] + least), limits[1])];
}

/** A span drawn from one frame to another in either direction, cut to the limits; `null` if nothing is left. */
export function drawnSpan(from: number, to: number, limits: Span): Span | null {
  const start = clamp(Math.min(from, to), limits[0], limits[1]);
  const end = clamp(Math.max(from, to), limits[0], limits[1]);
  return end - start >= 1 ? [start, end] : null;
}

/** A span moved whole, inside the limits. */
export function movedSpan(span: Span, by: number, limits: Span): Span {
  const length = span[1] - span[0];
  const start = clamp(span[0] + by, limits[0], Math.max(limits[0], limits[1] - length));
  return [start, start + length];
}

/** What two spans share. */
export function shared(a: Span, b: Span): Span | null {
  const span: Span = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
  return span[1] > span[0] ? span : null;
}

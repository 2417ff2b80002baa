// Gain that is drawn over a cue or the temp track: a line through points in dB.
import { clamp } from './time';
import { gainToHeight, heightToGain, MAX_DB, MIN_DB } from './fades';
import { pointAdded, pointMoved, valueAt, type Point } from './points';
import { frameAt, xOf, type View } from './view';

/** The box of a lane in which a gain line is drawn, in pixels from the lane's top. */
export interface GainBox {
  readonly top: number;
  readonly high: number;
}

/** Room at both ends, so that points there can be taken. */
const MARGIN = 5;
/** How near in pixels the line itself is taken. */
export const LINE_REACH = 5;
/** Steeper than it can be hit in one column, the line is taken this far beside it. */
const BESIDE = 3;

/** The box of a gain line inside of the box of a waveform. */
export function gainBox(top: number, high: number): GainBox {
  const margin = Math.min(MARGIN, high / 4);
  return { top: top + margin, high: Math.max(1, high - 2 * margin) };
}

/** y of a gain. */
export function gainY(db: number, box: GainBox): number {
  return box.top + box.high * (1 - gainToHeight(db));
}

/** Gain at a y, in steps of 0.1 dB. */
export function gainOfY(y: number, box: GainBox): number {
  return heightToGain(1 - (y - box.top) / box.high);
}

/** Drawn gain in dB at a frame: straight between points, that of the first and last one outside, 0 without points. */
export function gainAt(points: readonly Point[], frame: number): number {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last) return 0;
  if (frame <= first[0]) return first[1];
  if (frame >= last[0]) return last[1];
  return valueAt(points, frame) ?? 0;
}

/** A gain in its range, in steps of 0.1 dB. */
export function heldGain(db: number): number {
  return Math.round(clamp(db, MIN_DB, MAX_DB) * 10) / 10 + 0;
}

/** The line with one more point. */
export function withGainPoint(points: readonly Point[], frame: number, db: number): Point[] {
  return pointAdded(points, frame, db, heldGain);
}

/** The line with a point elsewhere: between its neighbours and inside of `limits`. */
export function movedGainPoint(points: readonly Point[], index: number, frame: number, db: number, limits: readonly [number, number]): Point[] {
  return pointMoved(points, index, frame, db, limits, heldGain);
}

/** y of the line at an x. */
export function lineY(points: readonly Point[], view: View, box: GainBox, x: number): number {
  return gainY(gainAt(points, frameAt(view, x)), box);
}

/** What is under a pointer: the number of a point, the line between them, or nothing. */
export function gainUnder(
  points: readonly Point[],
  view: View,
  box: GainBox,
  x: number,
  y: number,
  reach: number,
): number | 'line' | null {
  let best: number | null = null;
  let least = reach;
  points.forEach(([frame, db], n) => {
    const off = Math.hypot(xOf(view, frame) - x, gainY(db, box) - y);
    if (off <= least) [best, least] = [n, off];
  });
  if (best !== null) return best;
  const near = [x - BESIDE, x, x + BESIDE].map((at) => lineY(points, view, box, at));
  return y >= Math.min(...near) - LINE_REACH && y <= Math.max(...near) + LINE_REACH ? 'line' : null;
}

/** Points that are drawn: far out, those that would touch each other are left out, but for the chosen one. */
export function seenPoints(points: readonly Point[], view: View, apart: number, chosen: number | null): number[] {
  const seen: number[] = [];
  let last = -Infinity;
  points.forEach(([frame], n) => {
    const x = xOf(view, frame);
    if (x < -apart || x > view.width + apart) return;
    if (n !== chosen && x - last < apart) return;
    seen.push(n);
    last = x;
  });
  return seen;
}

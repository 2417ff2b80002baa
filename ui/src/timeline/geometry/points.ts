// Points of drawn curves: frames that rise strictly, each with a value; straight lines between them.
import { lowerBound } from './beats';
import { clamp } from './time';

/** A point of a drawn curve: frame and value. */
export type Point = readonly [number, number];

/** Brings a value into its range and to the steps that are kept. */
export type Fit = (value: number) => number;

/** The points with one more; one on the same frame is replaced. */
export function pointAdded(points: readonly Point[], frame: number, value: number, fit: Fit): Point[] {
  const others = points.filter(([f]) => f !== frame);
  return [...others, [frame, fit(value)] as Point].sort((a, b) => a[0] - b[0]);
}

/** The points with one elsewhere: between its neighbours, and inside of `limits` (first and last frame). */
export function pointMoved(
  points: readonly Point[],
  index: number,
  frame: number,
  value: number,
  limits: readonly [number, number],
  fit: Fit,
): Point[] {
  const low = Math.max(limits[0], index > 0 ? (points[index - 1] as Point)[0] + 1 : -Infinity);
  const high = Math.min(limits[1], index < points.length - 1 ? (points[index + 1] as Point)[0] - 1 : Infinity);
  // No room (a neighbour outside of the limits is next to it): it stays on its frame.
  const to = low > high ? (points[index] as Point)[0] : clamp(Math.round(frame), low, high);
  return points.map((point, i) => (i === index ? [to, fit(value)] : point));
}

/** The points without one. */
export function pointRemoved(points: readonly Point[], index: number): Point[] {
  return points.filter((_, i) => i !== index);
}

/** Value on the straight line between the points around a frame; `null` outside of them. */
export function valueAt(points: readonly Point[], frame: number): number | null {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last || frame < first[0] || frame > last[0]) return null;
  const i = Math.max(1, lowerBound(points, frame, (point) => point[0]));
  const [a, b] = [points[i - 1] ?? first, points[i] ?? last];
  if (b[0] === a[0]) return b[1];
  return a[1] + ((b[1] - a[1]) * (frame - a[0])) / (b[0] - a[0]);
}

/** Whether two lists of points are the same. */
export function samePoints(a: readonly Point[], b: readonly Point[]): boolean {
  return a.length === b.length && a.every(([frame, value], i) => frame === b[i]?.[0] && value === b[i]?.[1]);
}

/** Points as edits take them. */
export function plainPoints(points: readonly Point[]): [number, number][] {
  return points.map(([frame, value]) => [frame, value]);
}

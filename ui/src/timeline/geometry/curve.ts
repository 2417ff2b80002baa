// Curves of intensity: points, values between them, freehand lines made simple.
import { lowerBound } from './beats';
import { pointAdded, pointMoved, type Point } from './points';
import { clamp } from './time';

export { valueAt, type Point } from './points';

/** Ramer-Douglas-Peucker: the fewest points that stay within `tolerance` (same unit on both axes). */
export function simplify(points: readonly Point[], tolerance: number): Point[] {
  if (points.length <= 2) return [...points];
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  // A stack instead of recursion: a long stroke has thousands of points.
  const stack: Array<[number, number]> = [[0, points.length - 1]];
  for (let part = stack.pop(); part; part = stack.pop()) {
    const [from, to] = part;
    let most = tolerance;
    let far = -1;
    for (let i = from + 1; i < to; i++) {
      const off = distance(points[i] as Point, points[from] as Point, points[to] as Point);
      if (off > most) {
        most = off;
        far = i;
      }
    }
    if (far > 0) {
      keep[far] = 1;
      stack.push([from, far], [far, to]);
    }
  }
  return points.filter((_, i) => keep[i]);
}

function distance(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : clamp(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length, 0, 1);
  return Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy);
}

/** A stroke as it was drawn, made to go one way: later parts replace what they pass over again. */
export function forward(stroke: readonly Point[]): Point[] {
  const line: Point[] = [];
  let previous: number | null = null;
  for (const [place, value] of stroke) {
    const frame = Math.round(place);
    const low = previous === null ? frame : Math.min(previous + 1, frame);
    const high = previous === null ? frame : Math.max(previous - 1, frame);
    const from = lowerBound(line, low, (point) => point[0]);
    const to = lowerBound(line, high + 1, (point) => point[0]);
    // Going back, the point that is left lies behind the new one.
    line.splice(from, to - from, [frame, clamp(value, 0, 1)]);
    previous = frame;
  }
  return line;
}

/**
 * A freehand stroke laid over the drawn curve: points inside its span are replaced.
 * `scale` and `height` are pixels per frame and per full value, so that the tolerance is in pixels.
 */
export function withStroke(
  drawn: readonly Point[],
  stroke: readonly Point[],
  scale: number,
  height: number,
  tolerance = 1.5,
): Point[] {
  const line = forward(stroke);
  const first = line[0];
  const last = line[line.length - 1];
  if (!first || !last) return [...drawn];
  const inPixels = line.map(([f, v]): Point => [(f - first[0]) * scale, v * height]);
  const simple = simplify(inPixels, tolerance).map(
    ([x, y]): Point => [first[0] + Math.round(x / scale), round(y / height)],
  );
  const before = drawn.filter(([f]) => f < first[0]);
  const after = drawn.filter(([f]) => f > last[0]);
  return [...before, ...unique(simple), ...after];
}

/** Held to 0..1. */
const share = (value: number): number => round(clamp(value, 0, 1));

/** The curve with one more point; one on the same frame is replaced. */
export function withPoint(drawn: readonly Point[], frame: number, value: number): Point[] {
  return pointAdded(drawn, frame, value, share);
}

/** The curve with point `index` elsewhere; it stays between its neighbours. */
export function movedPoint(drawn: readonly Point[], index: number, frame: number, value: number, frames: number): Point[] {
  return pointMoved(drawn, index, frame, value, [0, Math.max(0, frames - 1)], share);
}

/** Value of evenly sampled values at a place in ticks, by straight lines; 0 without values. */
export function sampled(values: ArrayLike<number>, tick: number): number {
  if (values.length === 0) return 0;
  const place = clamp(tick, 0, values.length - 1);
  const at = Math.floor(place);
  const a = values[at] ?? 0;
  const b = values[Math.min(values.length - 1, at + 1)] ?? a;
  return a + (b - a) * (place - at);
}

/** Greatest of evenly sampled values between two places in ticks, so that no peak is lost far out. */
export function sampledMost(values: ArrayLike<number>, from: number, to: number): number {
  let most = Math.max(sampled(values, from), sampled(values, to));
  for (let i = Math.max(0, Math.ceil(from)); i <= Math.min(values.length - 1, to); i++) most = Math.max(most, values[i] ?? 0);
  return most;
}

/** Values are kept to a thousandth: finer can't be seen, and edits stay short. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function unique(points: readonly Point[]): Point[] {
  return points.filter((point, i) => i === 0 || point[0] !== (points[i - 1] as Point)[0]);
}

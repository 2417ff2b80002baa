// How far the music goes down under the temp track, for drawing: the manner of the crate `playback` at 10 Hz.

/** The settings that shape the envelope. */
export interface DuckingShape {
  readonly on: boolean;
  readonly depthDb: number;
  readonly attackMs: number;
  readonly holdMs: number;
  readonly releaseMs: number;
  readonly lookAheadMs: number;
}

/** A corner of the envelope: seconds from the picture's start, and dB that the music is lowered by. */
export type DuckPoint = readonly [number, number];

/** Spans in seconds where the temp track is heard, from its bytes at `hz`. */
export function speechSpans(bytes: ArrayLike<number>, hz = 10): Array<[number, number]> {
  const spans: Array<[number, number]> = [];
  let from = -1;
  for (let i = 0; i <= bytes.length; i++) {
    const heard = i < bytes.length && bytes[i] !== 0;
    if (heard && from < 0) from = i;
    if (!heard && from >= 0) {
      spans.push([from / hz, i / hz]);
      from = -1;
    }
  }
  return spans;
}

/**
 * Corners of the envelope; straight lines in dB between them, 0 before the first and after the last.
 * Going down starts `lookAhead` before the temp track is heard; coming back starts `hold` after it (also ahead).
 */
export function duckingEnvelope(bytes: ArrayLike<number>, shape: DuckingShape, hz = 10): DuckPoint[] {
  if (!shape.on || shape.depthDb <= 0) return [];
  const [attack, hold, release, ahead] = [shape.attackMs, shape.holdMs, shape.releaseMs, shape.lookAheadMs].map(
    (ms) => Math.max(0, ms) / 1000,
  ) as [number, number, number, number];
  const down = attack > 0 ? shape.depthDb / attack : Infinity;
  const up = release > 0 ? shape.depthDb / release : Infinity;
  const spans = lowered(speechSpans(bytes, hz), ahead, hold);
  const points: DuckPoint[] = [];
  let at = 0;
  let db = 0;
  for (const [from, to] of spans) {
    // What is left of the way back from the span before.
    const back = Math.max(0, db - up * (from - at));
    if (db > 0 && back === 0 && release > 0) points.push([at + db / up, 0]);
    else if (db > 0 && back === 0) points.push([at, 0]);
    points.push([from, back]);
    const full = Math.min(shape.depthDb, back + down * (to - from));
    const reached = attack > 0 ? from + (full - back) / down : from;
    if (reached < to) points.push([reached, full]);
    points.push([to, full]);
    at = to;
    db = full;
  }
  if (db > 0) points.push([at + (release > 0 ? db / up : 0), 0]);
  return points;
}

/** Lowered dB at a moment, from the corners. */
export function duckingAt(points: readonly DuckPoint[], seconds: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] as DuckPoint)[0] <= seconds) low = middle + 1;
    else high = middle;
  }
  const before = points[low - 1];
  const after = points[low];
  if (!before || !after) return 0;
  const length = after[0] - before[0];
  return length <= 0 ? after[1] : before[1] + ((after[1] - before[1]) * (seconds - before[0])) / length;
}

/** Spans in which the music is told to be down, joined where they touch. */
function lowered(spans: ReadonlyArray<readonly [number, number]>, ahead: number, hold: number): Array<[number, number]> {
  const out: Array<[number, number]> = [];
  for (const [from, to] of spans) {
    const span: [number, number] = [Math.max(0, from - ahead), Math.max(0, to - ahead + hold)];
    const last = out[out.length - 1];
    if (last && span[0] <= last[1]) last[1] = Math.max(last[1], span[1]);
    else out.push(span);
  }
  return out;
}

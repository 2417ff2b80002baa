// Bars and beats of a take on the ruler.
import type { Rate } from '../../lib/time';
import { placeOfSeconds } from './time';
import { type View, visible, xOf } from './view';

/** A beat: time in seconds from the picture's start, bar from 1, beat in it from 1. */
export type Beat = readonly [number, number, number];

/** A mark of the row of bars. */
export interface BeatMark {
  readonly x: number;
  readonly bar: boolean;
  readonly label: string | null;
}

/** First index whose key is not below the value, in a list sorted by that key. */
export function lowerBound<T>(list: readonly T[], value: number, key: (item: T) => number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(list[middle] as T) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The beats from a place on, up to another, both in frames. */
export function beatsWithin(beats: readonly Beat[], rate: Rate, from: number, to: number): Beat[] {
  const first = lowerBound(beats, from, (beat) => placeOfSeconds(beat[0], rate));
  const out: Beat[] = [];
  for (let i = first; i < beats.length; i++) {
    const beat = beats[i] as Beat;
    if (placeOfSeconds(beat[0], rate) > to) break;
    out.push(beat);
  }
  return out;
}

/** Pixels between beats where the view is, from the beats themselves. */
export function beatWidth(beats: readonly Beat[], rate: Rate, scale: number): number {
  const first = beats[0];
  const last = beats[beats.length - 1];
  if (!first || !last || beats.length < 2) return 0;
  return (placeOfSeconds(last[0] - first[0], rate) * scale) / (beats.length - 1);
}

/** Every how many bars a number is written: a power of two. */
export function barStride(barWidth: number, labelWidth = 30): number {
  if (barWidth <= 0) return 1;
  let stride = 1;
  while (stride * barWidth < labelWidth && stride < 4096) stride *= 2;
  return stride;
}

/** Beats of one take, and the frames in which its bars stand on the ruler. */
export interface BeatTrack {
  readonly beats: readonly Beat[];
  readonly span: readonly [number, number];
}

/**
 * Who has the ruler where, as `[from, to, number of the span]`: where two spans overlap, the first has it up to the
 * middle; a span inside of another one has all of its own.
 */
export function shareRuler(spans: readonly (readonly [number, number])[]): [number, number, number][] {
  const order = spans.map((_, n) => n).sort((a, b) => spans[a]![0] - spans[b]![0] || spans[b]![1] - spans[a]![1]);
  const middles = order.flatMap((a, k) =>
    order.slice(k + 1).flatMap((b) => (spans[b]![0] < spans[a]![1] ? [(spans[b]![0] + spans[a]![1]) / 2] : [])),
  );
  const edges = [...new Set([...spans.flat(), ...middles])].sort((a, b) => a - b);
  const out: [number, number, number][] = [];
  edges.slice(1).forEach((to, k) => {
    const from = edges[k]!;
    const there = order.filter((n) => spans[n]![0] <= from && spans[n]![1] >= to);
    if (there.length === 0) return;
    const owner = there.reduce((a, b) => {
      const [first, later] = [spans[a]!, spans[b]!];
      return later[1] > first[1] && to <= (later[0] + first[1]) / 2 ? a : b;
    });
    const last = out[out.length - 1];
    if (last && last[1] === from && last[2] === owner) last[1] = to;
    else out.push([from, to, owner]);
  });
  return out;
}

/** The marks that are visible of all takes. */
export function trackMarks(view: View, tracks: readonly BeatTrack[], rate: Rate): BeatMark[] {
  return tracks.flatMap(({ beats, span }) => {
    const [from, to] = [xOf(view, span[0]), xOf(view, span[1])];
    if (to < 0 || from > view.width) return [];
    return beatMarks(view, beats, rate).filter((mark) => mark.x >= from - 0.5 && mark.x < to);
  });
}

/** The marks that are visible: bars, and beats where there's room for them. */
export function beatMarks(view: View, beats: readonly Beat[], rate: Rate): BeatMark[] {
  const width = beatWidth(beats, rate, view.scale);
  const barWidth = width * beatsPerBar(beats);
  const stride = barStride(barWidth);
  const [first, last] = visible(view);
  const marks: BeatMark[] = [];
  for (const [seconds, bar, beat] of beatsWithin(beats, rate, first - 40 / view.scale, last)) {
    const isBar = beat === 1;
    if (!isBar && width < 9) continue;
    const labelled = isBar && (bar - 1) % stride === 0;
    if (isBar && !labelled && barWidth < 5) continue;
    marks.push({ x: xOf(view, placeOfSeconds(seconds, rate)), bar: isBar, label: labelled ? String(bar) : null });
  }
  return marks;
}

function beatsPerBar(beats: readonly Beat[]): number {
  let most = 1;
  for (const beat of beats.slice(0, 64)) most = Math.max(most, beat[2]);
  return most;
}

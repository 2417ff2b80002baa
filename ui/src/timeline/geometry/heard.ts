// What is heard of cues: where span and music meet, and how cues that overlap cross-fade; the manner of the crate
// `timeline` (project/fades.rs), for what is in the hand before the program has answered.
import type { CueView, ProjectView, TakeView } from '../../api/types';
import { sampleOfFrame } from '../../lib/time';
import type { Fades } from './fades';
import { shared, type Span } from './spans';

/** The take in use. */
export function takeInUse(cue: CueView): TakeView | null {
  return cue.takes.find((take) => take.id === cue.take) ?? null;
}

/** Frames in which a cue has music: where its span and that of a take meet. `null` if nothing is heard. */
export function heardSpan(cue: CueView, take: TakeView | null = takeInUse(cue)): Span | null {
  return take ? shared(take.span, cue.span) : null;
}

/** Frames at the start and at the end of a cue without music; all of it in front if nothing is heard. */
export function silentFrames(cue: CueView, take: TakeView | null = takeInUse(cue)): readonly [number, number] {
  const heard = heardSpan(cue, take);
  return heard ? [heard[0] - cue.span[0], cue.span[1] - heard[1]] : [cue.span[1] - cue.span[0], 0];
}

/** Two lengths, made shorter in proportion until both together are not longer than `length`. */
export function share([a, b]: readonly [number, number], length: number): [number, number] {
  if (a + b <= length) return [a, b];
  const first = Math.floor((a * length) / (a + b));
  return [first, length - first];
}

/** Fades of one cue where it is heard in `heard` and others in `others`, all in samples. */
export function crossed(own: readonly [number, number], heard: Span, others: readonly Span[]): [number, number] {
  let into = 0;
  let out = 0;
  for (const other of others) {
    const both = shared(heard, other);
    if (!both) continue;
    if (other[0] < heard[0] && other[1] < heard[1]) into = Math.max(into, both[1] - both[0]);
    else if (heard[0] < other[0] && heard[1] < other[1]) out = Math.max(out, both[1] - both[0]);
  }
  const length = heard[1] - heard[0];
  const [more, moreOut] = share([Math.max(0, own[0] - into), Math.max(0, own[1] - out)], Math.max(0, length - into - out));
  const [a, b] = share([into, out], length);
  return [a + more, b + moreOut];
}

/** All cues with the fades that are heard. */
export function withHeardFades(cues: readonly CueView[], project: ProjectView): CueView[] {
  const { rate } = project.video;
  const samples = ([a, b]: Span): Span => [sampleOfFrame(a, rate, project.sampleRate), sampleOfFrame(b, rate, project.sampleRate)];
  const spans = cues.map((cue) => heardSpan(cue));
  return cues.map((cue, n) => {
    const others = spans.flatMap((span, m) => (span && m !== n ? [samples(span)] : []));
    return { ...cue, heardFades: crossed([cue.fadeIn, cue.fadeOut], samples(spans[n] ?? cue.span), others) };
  });
}

/** Length and shape of a cue's fades as they are heard: a cross-fade without a fade of its own is of equal power. */
export function heardShape(cue: CueView): Fades {
  return {
    fadeIn: cue.heardFades[0],
    fadeOut: cue.heardFades[1],
    inCurve: cue.fadeIn === 0 ? 'equal_power' : cue.fadeInCurve,
    outCurve: cue.fadeOut === 0 ? 'equal_power' : cue.fadeOutCurve,
  };
}

/** Parts of the cues' spans that two of them share, in order. */
export function overlaps(spans: readonly Span[]): Span[] {
  const all = spans.flatMap((span, n) => spans.slice(n + 1).map((other) => shared(span, other)));
  return all.filter((span) => span !== null).sort((a, b) => a[0] - b[0]);
}

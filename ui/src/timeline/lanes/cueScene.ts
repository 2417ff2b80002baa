import type { CueView, ProjectView, TakeView } from '../../api/types';
import { sampleOfFrame } from '../../lib/time';
import { t } from '../../i18n/index';
import type { FadeScene } from '../draw/cueParts';
import type { CueScene, MusicScene } from '../draw/music';
import { cueBody, type CueBox } from '../geometry/cue';
import { loweredMost } from '../geometry/ducking';
import { cueGain, dbToGain, gainLabel, gainToHeight } from '../geometry/fades';
import { gainAt, gainBox } from '../geometry/gain';
import { heardShape, heardSpan, overlaps, takeInUse } from '../geometry/heard';
import { placeOfSample } from '../geometry/time';
import { samplesPerPixel } from '../geometry/tiles';
import type { Span } from '../geometry/spans';
import type { Columns } from '../geometry/wave';
import { xOf, type View } from '../geometry/view';
import type { Making } from '../model/sources.svelte';
import type { TimelineModel } from '../model/timeline.svelte';
import { lineScene } from './gainLine';

/** Length of a span in samples. */
function samplesOf(span: Span, project: ProjectView): number {
  const { rate } = project.video;
  return sampleOfFrame(span[1], rate, project.sampleRate) - sampleOfFrame(span[0], rate, project.sampleRate);
}

/** Length of a cue in samples. */
export function cueSamples(cue: CueView, project: ProjectView): number {
  return samplesOf(cue.span, project);
}

/** The take that a cue is drawn with: the auditioned one if it is its own, else the one in use. */
function takeShown(model: TimelineModel, cue: CueView): TakeView | null {
  const { audition } = model.studio.playback;
  return (audition === null ? null : cue.takes.find((one) => one.id === audition)) ?? takeInUse(cue);
}

/** Whether the gain lines of a track are shown. */
export function linesShown(model: TimelineModel, track: 'music' | 'temp'): boolean {
  const { gainMusic, gainTemp } = model.studio.layout.sizes;
  return track === 'music' ? gainMusic : gainTemp;
}

/** Places of the parts of a cue, in pixels. Fades begin where it is heard. */
export function cueBox(model: TimelineModel, cue: CueView, project: ProjectView, view: View, height: number): CueBox {
  const frames = (samples: number) => placeOfSample(samples, project.video.rate, project.sampleRate);
  const [top, high] = cueBody(height);
  const [from, to] = heardSpan(cue, takeShown(model, cue)) ?? cue.span;
  const section = model.section?.cue === cue.id ? model.section.span : null;
  return {
    x0: xOf(view, cue.span[0]),
    x1: xOf(view, cue.span[1]),
    fadeInX: xOf(view, from + frames(cue.heardFades[0])),
    fadeOutX: xOf(view, to - frames(cue.heardFades[1])),
    gainY: linesShown(model, 'music') ? null : top + high * (1 - gainToHeight(cue.gainDb)),
    section: section ? [xOf(view, section[0]), xOf(view, section[1])] : null,
  };
}

/** Whether a cue, or something of it, is selected. */
export function isChosen(model: TimelineModel, cue: CueView): boolean {
  const selection = model.studio.view.selection;
  if (model.section) return model.section.cue === cue.id;
  return (selection.kind === 'cue' || selection.kind === 'section') && selection.cue === cue.id;
}

/** Cues as they lie on each other: the selected one on top. */
export function stacked(model: TimelineModel): CueView[] {
  const chosen = model.cues.filter((cue) => isChosen(model, cue));
  return [...model.cues.filter((cue) => !chosen.includes(cue)), ...chosen];
}

/** What there is to draw of the cues that are visible. */
export function musicScene(model: TimelineModel, width: number, height: number): MusicScene {
  const { project, view, ghost } = model;
  if (!project) return { cues: [], overlaps: [], drawn: null };
  const pixels = ([from, to]: Span): readonly [number, number] => [xOf(view, from), xOf(view, to)];
  const seen = ([from, to]: Span) => xOf(view, to) > -8 && xOf(view, from) < width + 8;
  return {
    cues: stacked(model)
      .filter((cue) => seen(cue.span))
      .map((cue) => cueScene(model, project, cue, width, height)),
    overlaps: overlaps(model.cues.map((cue) => cue.span)).filter(seen).map(pixels),
    drawn: ghost?.kind === 'newCue' ? pixels(ghost.span) : null,
  };
}

function cueScene(model: TimelineModel, project: ProjectView, cue: CueView, width: number, height: number): CueScene {
  const { view, sources } = model;
  const box = cueBox(model, cue, project, view, height);
  const from = Math.max(0, Math.floor(box.x0));
  const to = Math.min(width, Math.ceil(box.x1));
  const count = Math.max(0, to - from);
  const take = takeShown(model, cue);
  const making = sources.making?.cue === cue.id ? sources.making : null;
  const { music, temp } = project.mix;
  const lines = linesShown(model, 'music');
  const [top, high] = cueBody(height);
  const heard = heardSpan(cue, take);
  const over = isChosen(model, cue) ? null : model.cues.find((one) => isChosen(model, one) && one.span[0] <= cue.span[0]);
  const next = isChosen(model, cue) ? null : model.cues.find((one) => one.span[0] > cue.span[0] && one.span[0] < cue.span[1]);
  const sound = take && !take.missing && heard ? take : null;
  return {
    ...box,
    title: [cue.name, take?.name, take?.style].filter(Boolean).join('  ·  '),
    titleStart: over ? xOf(view, over.span[1]) : -Infinity,
    titleEnd: next ? xOf(view, next.span[0]) : Infinity,
    chosen: isChosen(model, cue),
    muted: music.mute || (temp.solo && !music.solo),
    from,
    wave: sound ? columns(model, project, `cue ${cue.id}`, sound.id, sound.span, from, count) : null,
    gains: gains(project, cue, heard, view, from, count),
    fades: fadeScenes(model, cue, heard ?? cue.span, box),
    making: making ? makingScene(model, project, cue, making, from, count) : null,
    gainText: gainLabel(cue.gainDb),
    line: lines ? lineScene(model, cue.id, cue.automation, gainBox(top, high), cue.span, width) : null,
    anew: take ? sectionsAnew(take, cue.takes).map((span) => [xOf(view, span[0]), xOf(view, span[1])] as const) : [],
    silent: sound && heard ? silentParts(cue.span, heard, view) : [],
    silentText: t('timeline.noMusicHere'),
    empty: t(take?.missing ? 'timeline.takeMissing' : take ? 'timeline.takeElsewhere' : 'timeline.noTake'),
    ducking: duckingLine(model, project, from, count),
  };
}

function silentParts(span: Span, heard: Span, view: View): (readonly [number, number])[] {
  const parts = [[span[0], heard[0]], [heard[1], span[1]]] as const;
  return parts.filter(([a, b]) => b > a).map(([a, b]) => [xOf(view, a), xOf(view, b)] as const);
}

/** Both fades as they are heard; they darken nothing where another cue comes in meanwhile. */
function fadeScenes(model: TimelineModel, cue: CueView, heard: Span, box: CueBox): FadeScene[] {
  const { inCurve, outCurve } = heardShape(cue);
  const crosses = (frame: number) =>
    model.cues.some((one) => one.id !== cue.id && one.take !== null && one.span[0] <= frame && frame <= one.span[1]);
  return [
    { silent: xOf(model.view, heard[0]), full: box.fadeInX, curve: inCurve, crosses: crosses(heard[0]) },
    { silent: xOf(model.view, heard[1]), full: box.fadeOutX, curve: outCurve, crosses: crosses(heard[1]) },
  ];
}

function columns(
  model: TimelineModel,
  project: ProjectView,
  who: string,
  take: number,
  span: readonly [number, number],
  from: number,
  count: number,
): Columns {
  const { rate } = project.video;
  const origin = sampleOfFrame(span[0], rate, project.sampleRate);
  const sound = { path: `peaks/take/${take}`, samples: sampleOfFrame(span[1], rate, project.sampleRate) - origin };
  const first = (model.place(from) * rate[1] * project.sampleRate) / rate[0] - origin;
  return model.sources.peaks.columns(who, sound, count, first, samplesPerPixel(model.view, rate, project.sampleRate));
}

function makingScene(model: TimelineModel, project: ProjectView, cue: CueView, making: Making, from: number, count: number) {
  const { rate } = project.video;
  const whole = madeSpan(cue, making);
  const ready = placeOfSample(sampleOfFrame(whole[0], rate, project.sampleRate) + making.readySamples, rate, project.sampleRate);
  return {
    wave: columns(model, project, `making ${making.cue}`, making.take, whole, from, count),
    x0: xOf(model.view, making.span[0]),
    ready: xOf(model.view, Math.min(making.span[1], ready)),
    x1: xOf(model.view, making.span[1]),
  };
}

/** Where the take in the making will be: with a section made anew it is as long as the take that it was made in. */
export function madeSpan(cue: CueView, making: Making): Span {
  return (making.section ? takeInUse(cue)?.span : null) ?? making.span;
}

/** Amplitude of each column as it is heard: gain, drawn gain and fades; below 0 where the cue has no music. */
function gains(project: ProjectView, cue: CueView, heard: Span | null, view: View, from: number, count: number): Float32Array {
  const out = new Float32Array(count).fill(-1);
  if (!heard) return out;
  const { rate } = project.video;
  const origin = sampleOfFrame(heard[0], rate, project.sampleRate);
  const length = samplesOf(heard, project);
  const fades = heardShape(cue);
  const gain = dbToGain(cue.gainDb);
  const perPixel = samplesPerPixel(view, rate, project.sampleRate);
  const left = view.left + from / view.scale;
  const first = (left * rate[1] * project.sampleRate) / rate[0] - origin;
  const drawn = cue.automation.length > 0;
  for (let n = 0; n < count; n++) {
    const at = first + (n + 0.5) * perPixel;
    if (at < 0 || at > length) continue;
    const line = drawn ? dbToGain(gainAt(cue.automation, left + (n + 0.5) / view.scale)) : 1;
    out[n] = gain * line * cueGain(at, length, fades);
  }
  return out;
}

function duckingLine(model: TimelineModel, project: ProjectView, from: number, count: number): Float32Array {
  const values = model.sources.ducking;
  if (values.length === 0) return new Float32Array(0);
  const { rate } = project.video;
  const seconds = (x: number) => (model.place(x) * rate[1]) / rate[0];
  return Float32Array.from({ length: Math.ceil(count / 2) }, (_, n) =>
    loweredMost(values, seconds(from + 2 * n), seconds(from + 2 * n + 2)),
  );
}

/** Sections that were made anew on the way to a take, the last one first. */
export function sectionsAnew(take: TakeView, takes: readonly TakeView[]): Span[] {
  const spans: Span[] = [];
  for (let now: TakeView | undefined = take; now?.section && spans.length < takes.length; ) {
    spans.push(now.section.span);
    const of: number = now.section.of;
    now = takes.find((one) => one.id === of);
  }
  return spans;
}

import type { CueView, ProjectView, TakeView } from '../../api/types';
import { sampleOfFrame } from '../../lib/time';
import { t } from '../../i18n/index';
import type { CueScene } from '../draw/music';
import { cueBody, type CueBox } from '../geometry/cue';
import { duckingAt } from '../geometry/ducking';
import { cueGain, dbToGain, gainLabel, gainToHeight } from '../geometry/fades';
import { placeOfSample } from '../geometry/time';
import { samplesPerPixel } from '../geometry/tiles';
import type { Span } from '../geometry/spans';
import type { Columns } from '../geometry/wave';
import { xOf, type View } from '../geometry/view';
import type { Making } from '../model/sources.svelte';
import type { TimelineModel } from '../model/timeline.svelte';

/** Length of a cue in samples. */
export function cueSamples(cue: CueView, project: ProjectView): number {
  const { rate } = project.video;
  return sampleOfFrame(cue.span[1], rate, project.sampleRate) - sampleOfFrame(cue.span[0], rate, project.sampleRate);
}

/** Places of the parts of a cue, in pixels. */
export function cueBox(cue: CueView, project: ProjectView, view: View, height: number, section: Span | null): CueBox {
  const frames = (samples: number) => placeOfSample(samples, project.video.rate, project.sampleRate);
  const [top, high] = cueBody(height);
  return {
    x0: xOf(view, cue.span[0]),
    x1: xOf(view, cue.span[1]),
    fadeInX: xOf(view, cue.span[0] + frames(cue.fadeIn)),
    fadeOutX: xOf(view, cue.span[1] - frames(cue.fadeOut)),
    gainY: top + high * (1 - gainToHeight(cue.gainDb)),
    section: section ? [xOf(view, section[0]), xOf(view, section[1])] : null,
  };
}

/** What there is to draw of the cues that are visible. */
export function cueScenes(model: TimelineModel, width: number, height: number): CueScene[] {
  const { project, view } = model;
  if (!project) return [];
  return model.cues
    .filter((cue) => xOf(view, cue.span[1]) > -8 && xOf(view, cue.span[0]) < width + 8)
    .map((cue) => cueScene(model, project, cue, width, height));
}

function cueScene(model: TimelineModel, project: ProjectView, cue: CueView, width: number, height: number): CueScene {
  const { view, sources } = model;
  const selection = model.studio.view.selection;
  const selected = model.section?.cue === cue.id ? model.section.span : null;
  const box = cueBox(cue, project, view, height, selected);
  const from = Math.max(0, Math.floor(box.x0));
  const to = Math.min(width, Math.ceil(box.x1));
  const count = Math.max(0, to - from);
  const take = cue.takes.find((one) => one.id === (model.studio.playback.audition ?? cue.take))
    ?? cue.takes.find((one) => one.id === cue.take);
  const making = sources.making?.cue === cue.id ? sources.making : null;
  const { music, temp } = project.mix;
  return {
    ...box,
    title: [cue.name, take?.name, take?.style].filter(Boolean).join('  ·  '),
    chosen: selected !== null || ((selection.kind === 'cue' || selection.kind === 'section') && selection.cue === cue.id),
    muted: music.mute || (temp.solo && !music.solo),
    from,
    wave: take && !take.missing ? columns(model, project, `cue ${cue.id}`, take.id, take.span, from, count) : null,
    gains: gains(project, cue, view, from, count),
    making: making ? makingScene(model, project, making, from, count) : null,
    gainText: gainLabel(cue.gainDb),
    anew: take ? sectionsAnew(take, cue.takes).map((span) => [xOf(view, span[0]), xOf(view, span[1])] as const) : [],
    section: box.section,
    empty: t(take?.missing ? 'timeline.takeMissing' : 'timeline.noTake'),
    ducking: duckingLine(model, project, from, count),
  };
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

function makingScene(model: TimelineModel, project: ProjectView, making: Making, from: number, count: number) {
  const { rate } = project.video;
  const origin = sampleOfFrame(making.span[0], rate, project.sampleRate);
  const ready = placeOfSample(origin + making.readySamples, rate, project.sampleRate);
  return {
    wave: columns(model, project, `making ${making.cue}`, making.take, making.span, from, count),
    x0: xOf(model.view, making.span[0]),
    ready: xOf(model.view, Math.min(making.span[1], ready)),
    x1: xOf(model.view, making.span[1]),
  };
}

function gains(project: ProjectView, cue: CueView, view: View, from: number, count: number): Float32Array {
  const { rate } = project.video;
  const origin = sampleOfFrame(cue.span[0], rate, project.sampleRate);
  const length = cueSamples(cue, project);
  const gain = dbToGain(cue.gainDb);
  const perPixel = samplesPerPixel(view, rate, project.sampleRate);
  const first = ((view.left + from / view.scale) * rate[1] * project.sampleRate) / rate[0] - origin;
  return Float32Array.from(
    { length: count },
    (_, n) => gain * cueGain(first + (n + 0.5) * perPixel, length, cue.fadeIn, cue.fadeOut),
  );
}

function duckingLine(model: TimelineModel, project: ProjectView, from: number, count: number): Float32Array {
  const corners = model.sources.ducking;
  if (corners.length === 0) return new Float32Array(0);
  const { rate } = project.video;
  const seconds = (x: number) => (model.place(x) * rate[1]) / rate[0];
  return Float32Array.from({ length: Math.ceil(count / 2) }, (_, n) => duckingAt(corners, seconds(from + 2 * n)));
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

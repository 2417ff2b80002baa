import type { CuePreview } from '../../api/backend';
import type { CueView, ProjectView } from '../../api/types';
import { sampleOfFrame } from '../../lib/time';
import { cueBody, type CuePart } from '../geometry/cue';
import { gainLabel, gainToHeight, heightToGain, heldFade } from '../geometry/fades';
import { lengthLabel } from '../geometry/labels';
import { heardSpan } from '../geometry/heard';
import { drawnSpan, movedSpan, withEdge, type Span } from '../geometry/spans';
import type { Snapped } from '../geometry/snap';
import { placeOfSample } from '../geometry/time';
import type { DragAt, TimeDrag } from '../model/drag';
import type { Ghost } from '../model/ghost';
import type { TimelineModel } from '../model/timeline.svelte';
import { cueSamples } from './cueScene';

/** What was taken, and where. */
export interface CueGrip {
  readonly cue: CueView;
  readonly part: CuePart;
  /** x of the pointer in the lane. */
  readonly x: number;
  /** The lane: its height, and its top in the timeline. */
  readonly height: number;
  readonly top: number;
}

/** Moves after the one that took it: what is held then, and what to show. */
interface Held {
  readonly ghost: Ghost;
  readonly at: number;
  readonly text: string;
  readonly snapped?: Snapped;
}

/** The drag of a part of a cue: a preview at each move, one edit at the end. */
export function cueDrag(model: TimelineModel, grip: CueGrip): TimeDrag {
  const project = model.project!;
  const preview = previews(model);
  let held: Held | null = null;
  return {
    move(event, at) {
      held = moved(model, project, grip, event, at);
      if (!held) return;
      const y = grip.top + (grip.part === 'gain' ? gripY(grip, held.ghost) : 0);
      model.hold(held.ghost, { x: held.at, y, text: held.text }, held.snapped ?? null);
      preview.show(grip.cue, held.ghost);
    },
    drop() {
      if (!held) return model.release();
      void finish(model, grip, held.ghost);
    },
    cancel() {
      model.release();
      preview.takeBack(grip.cue);
    },
  };
}

function gripY(grip: CueGrip, ghost: Ghost): number {
  const [top, high] = cueBody(grip.height);
  return ghost.kind === 'gain' ? top + high * (1 - gainToHeight(ghost.gainDb)) : 0;
}

function moved(
  model: TimelineModel,
  project: ProjectView,
  grip: CueGrip,
  event: PointerEvent,
  { along, start, place, dy }: DragAt,
): Held | null {
  const { cue, part } = grip;
  const { rate } = project.video;
  const length = (span: Span) => lengthLabel(span[1] - span[0], rate);
  const all: Span = [0, project.video.frames];
  switch (part) {
    case 'head': {
      const snapped = model.snapSpan(cue.span[0] + along, cue.span[1] - cue.span[0], event, { kind: 'edge', frames: cue.span });
      const span = movedSpan(cue.span, snapped.frame - cue.span[0], all);
      const frame = snapped.at === snapped.frame ? span[0] : span[1];
      const text = `${model.timecode(span[0])} – ${model.timecode(span[1])}`;
      return { ghost: { kind: 'span', cue: cue.id, span }, at: model.x(frame), text, snapped: { ...snapped, frame } };
    }
    case 'start':
    case 'end': {
      const from = part === 'start' ? cue.span[0] : cue.span[1];
      const snapped = model.snap(from + along, event, { kind: 'edge', frames: [from] });
      const span = withEdge(cue.span, part, snapped.frame, all);
      const frame = part === 'start' ? span[0] : span[1];
      const text = `${model.timecode(frame)}  (${length(span)})`;
      return { ghost: { kind: 'span', cue: cue.id, span }, at: model.x(frame), text, snapped: { ...snapped, frame } };
    }
    case 'fadeIn':
    case 'fadeOut':
      return fade(model, project, grip, along, event);
    case 'gain': {
      const [, high] = cueBody(grip.height);
      // Shift moves a tenth as far.
      const gainDb = heightToGain(gainToHeight(cue.gainDb) - (event.shiftKey ? dy / 10 : dy) / high);
      return { ghost: { kind: 'gain', cue: cue.id, gainDb }, at: grip.x, text: gainLabel(gainDb) };
    }
    case 'sectionStart':
    case 'sectionEnd': {
      const now = model.studio.view.selection;
      if (now.kind !== 'section') return null;
      const edge = part === 'sectionStart' ? 'start' : 'end';
      const snapped = model.snap(now.span[edge === 'start' ? 0 : 1] + along, event);
      const span = withEdge(now.span, edge, snapped.frame, cue.span);
      return section(model, cue, span, edge === 'start' ? span[0] : span[1], snapped, length(span));
    }
    case 'body': {
      const from = model.snap(start, event);
      const to = model.snap(place, event);
      const span = drawnSpan(from.frame, to.frame, cue.span);
      return span ? section(model, cue, span, Math.max(span[0], Math.min(span[1], to.frame)), to, length(span)) : null;
    }
  }
}

function section(model: TimelineModel, cue: CueView, span: Span, frame: number, snapped: Snapped, length: string): Held {
  const text = `${model.timecode(span[0])} – ${model.timecode(span[1])}  (${length})`;
  return { ghost: { kind: 'section', cue: cue.id, span }, at: model.x(frame), text, snapped };
}

function fade(model: TimelineModel, project: ProjectView, grip: CueGrip, along: number, event: PointerEvent): Held {
  const { cue, part } = grip;
  const { rate } = project.video;
  const frames = (samples: number) => placeOfSample(samples, rate, project.sampleRate);
  const samples = (frame: number) => sampleOfFrame(frame, rate, project.sampleRate);
  const all = cueSamples(cue, project);
  const [start, end] = heardSpan(cue) ?? cue.span;
  const from = part === 'fadeIn' ? start + frames(cue.heardFades[0]) : end - frames(cue.heardFades[1]);
  const snapped = model.snap(from + along, event);
  const wish = part === 'fadeIn' ? samples(snapped.frame) - samples(start) : samples(end) - samples(snapped.frame);
  const value = heldFade(wish, part === 'fadeIn' ? cue.fadeOut : cue.fadeIn, all);
  const fades = part === 'fadeIn' ? { fadeIn: value, fadeOut: cue.fadeOut } : { fadeIn: cue.fadeIn, fadeOut: value };
  const at = model.x(part === 'fadeIn' ? start + frames(value) : end - frames(value));
  return { ghost: { kind: 'fades', cue: cue.id, ...fades }, at, text: lengthLabel(frames(value), rate), snapped };
}

/** One edit for what is held; a section is a selection and no edit. */
async function finish(model: TimelineModel, { cue }: CueGrip, ghost: Ghost): Promise<void> {
  switch (ghost.kind) {
    case 'span':
      if (ghost.span[0] === cue.span[0] && ghost.span[1] === cue.span[1]) return model.release();
      await model.commit({ edit: 'set_cue_span', cue: cue.id, span: [ghost.span[0], ghost.span[1]] });
      return;
    case 'fades':
      await model.commit({ edit: 'set_cue_fades', cue: cue.id, fadeIn: ghost.fadeIn, fadeOut: ghost.fadeOut, inCurve: null, outCurve: null });
      return;
    case 'gain':
      await model.commit({ edit: 'set_cue_gain', cue: cue.id, gainDb: ghost.gainDb });
      return;
    case 'section':
      model.studio.view.select({ kind: 'section', cue: cue.id, span: [ghost.span[0], ghost.span[1]] });
      return model.release();
    default:
      return model.release();
  }
}

/** What is dragged is heard at once: at most one message a frame, and the old values again if it is taken back. */
function previews(model: TimelineModel) {
  const { backend } = model.studio;
  let next: Parameters<typeof send>[0] | null = null;
  let sent = false;
  const send = (values: CuePreview) => {
    sent = true;
    // A preview that is refused changes nothing; the edit tells why.
    backend.call('preview_cue', values).catch(() => undefined);
  };
  return {
    show(cue: CueView, ghost: Ghost): void {
      if (ghost.kind !== 'gain' && ghost.kind !== 'fades') return;
      const idle = next === null;
      next = {
        cue: cue.id,
        gainDb: ghost.kind === 'gain' ? ghost.gainDb : cue.gainDb,
        fadeIn: ghost.kind === 'fades' ? ghost.fadeIn : cue.fadeIn,
        fadeOut: ghost.kind === 'fades' ? ghost.fadeOut : cue.fadeOut,
        inCurve: cue.fadeInCurve,
        outCurve: cue.fadeOutCurve,
      };
      if (!idle) return;
      requestAnimationFrame(() => {
        if (next) send(next);
        next = null;
      });
    },
    takeBack(cue: CueView): void {
      next = null;
      if (!sent) return;
      const { id, gainDb, fadeIn, fadeOut, fadeInCurve: inCurve, fadeOutCurve: outCurve } = cue;
      send({ cue: id, gainDb, fadeIn, fadeOut, inCurve, outCurve });
    },
  };
}

import type { CueView, ProjectView } from '../../api/types';
import { sampleOfFrame } from '../../lib/time';
import { t } from '../../i18n/index';
import { gainLabel, heldFade, MAX_DB, MIN_DB } from '../geometry/fades';
import { lengthLabel } from '../geometry/labels';
import { movedSpan, shared, withEdge, type Span } from '../geometry/spans';
import { placeOfSample } from '../geometry/time';
import type { TimelineModel } from '../model/timeline.svelte';
import { cueBody } from '../geometry/cue';
import { gainBox } from '../geometry/gain';
import { cueBox, cueSamples, linesShown } from './cueScene';
import { lineItems, nudgePoint, type GainLine } from './gainLine';
import type { LaneItem } from './Lane.svelte';

/** dB of a step of the keyboard. */
const STEP_DB = 0.5;
/** Seconds of the section that Enter selects where there's no loop. */
const SECTION_S = 4;

/** The gain line of a cue in a lane of this height. */
export function cueLine(cue: CueView, height: number): GainLine {
  const [top, high] = cueBody(height);
  return { cue: cue.id, name: cue.name, points: cue.automation, limits: cue.span, box: gainBox(top, high) };
}

/** Everything of the music lane that the keyboard reaches: `cue 1`, `start 1`, ... */
export function cueItems(model: TimelineModel, height: number): LaneItem[] {
  const { project, view } = model;
  if (!project) return [];
  return model.cues.flatMap((cue): LaneItem[] => {
    const chosen = model.section?.cue === cue.id ? model.section.span : null;
    const box = cueBox(model, cue, project, view, height);
    const { rate } = project.video;
    const time = (frame: number) => model.timecode(frame);
    const length = (samples: number) => lengthLabel(placeOfSample(samples, rate, project.sampleRate), rate);
    const narrow = (part: string, x: number, name: string): LaneItem => ({ id: `${part} ${cue.id}`, name, x: x - 12, width: 24 });
    const name = cue.name;
    return [
      {
        id: `cue ${cue.id}`,
        name: t('timeline.cueItem', { name, from: time(cue.span[0]), to: time(cue.span[1]) }),
        x: box.x0,
        width: box.x1 - box.x0,
      },
      narrow('start', box.x0, t('timeline.cueStart', { name, time: time(cue.span[0]) })),
      narrow('fadeIn', box.fadeInX, t('timeline.fadeIn', { name, length: length(cue.fadeIn) })),
      ...(chosen && box.section
        ? [
            narrow('sectionStart', box.section[0], t('timeline.sectionStart', { time: time(chosen[0]) })),
            narrow('sectionEnd', box.section[1], t('timeline.sectionEnd', { time: time(chosen[1]) })),
          ]
        : []),
      narrow('fadeOut', box.fadeOutX, t('timeline.fadeOut', { name, length: length(cue.fadeOut) })),
      narrow('end', box.x1, t('timeline.cueEnd', { name, time: time(cue.span[1]) })),
      ...(linesShown(model, 'music')
        ? lineItems(model, cueLine(cue, height))
        : [
            {
              id: `gain ${cue.id}`,
              name: t('timeline.cueGain', { name, gain: gainLabel(cue.gainDb) }),
              x: box.x0,
              width: box.x1 - box.x0,
            },
          ]),
    ];
  });
}

/** An arrow key on an item; one edit, one undo step. */
export function nudgeCue(model: TimelineModel, id: string, along: number, up: number): boolean {
  const [part, number, index] = id.split(' ');
  const cue = model.cues.find((one) => one.id === Number(number));
  const project = model.project;
  if (!cue || !project) return false;
  const all: Span = [0, project.video.frames];
  switch (part) {
    case 'cue':
      if (along === 0) return false;
      saveSpan(model, cue, movedSpan(cue.span, along, all));
      return true;
    case 'point':
      return nudgePoint(model, cueLine(cue, 0), Number(index), along, up);
    case 'start':
    case 'end': {
      if (along === 0) return false;
      saveSpan(model, cue, withEdge(cue.span, part, cue.span[part === 'start' ? 0 : 1] + along, all));
      return true;
    }
    case 'fadeIn':
    case 'fadeOut':
      return along !== 0 && nudgeFade(model, project, cue, part, along);
    case 'gain': {
      const step = (up || along) * STEP_DB;
      const gainDb = Math.max(MIN_DB, Math.min(MAX_DB, Math.round((cue.gainDb + step) * 10) / 10));
      model.hold({ kind: 'gain', cue: cue.id, gainDb });
      void model.commit({ edit: 'set_cue_gain', cue: cue.id, gainDb });
      return true;
    }
    case 'sectionStart':
    case 'sectionEnd': {
      const now = model.studio.view.selection;
      if (now.kind !== 'section' || along === 0) return false;
      const edge = part === 'sectionStart' ? 'start' : 'end';
      const span = withEdge(now.span, edge, now.span[edge === 'start' ? 0 : 1] + along, cue.span);
      model.studio.view.select({ kind: 'section', cue: cue.id, span: [span[0], span[1]] });
      return true;
    }
    default:
      return false;
  }
}

function saveSpan(model: TimelineModel, cue: CueView, span: Span): void {
  if (span[0] === cue.span[0] && span[1] === cue.span[1]) return;
  model.hold({ kind: 'span', cue: cue.id, span });
  void model.commit({ edit: 'set_cue_span', cue: cue.id, span: [span[0], span[1]] });
}

function nudgeFade(model: TimelineModel, project: ProjectView, cue: CueView, part: 'fadeIn' | 'fadeOut', along: number): boolean {
  const step = sampleOfFrame(1, project.video.rate, project.sampleRate);
  const all = cueSamples(cue, project);
  const fadeIn = part === 'fadeIn' ? heldFade(cue.fadeIn + along * step, cue.fadeOut, all) : cue.fadeIn;
  const fadeOut = part === 'fadeOut' ? heldFade(cue.fadeOut - along * step, cue.fadeIn, all) : cue.fadeOut;
  model.hold({ kind: 'fades', cue: cue.id, fadeIn, fadeOut });
  void model.commit({ edit: 'set_cue_fades', cue: cue.id, fadeIn, fadeOut, inCurve: null, outCurve: null });
  return true;
}

/** Enter on a cue selects a section: the loop, or some seconds around the playhead. */
export function sectionByKey(model: TimelineModel, cue: CueView): Span | null {
  const project = model.project;
  if (!project) return null;
  const { rate } = project.video;
  const half = Math.round((SECTION_S * rate[0]) / rate[1] / 2);
  const at = Math.max(cue.span[0], Math.min(cue.span[1], model.studio.playback.nowFrame()));
  return (project.loopRange && shared(project.loopRange, cue.span)) ?? shared([at - half, at + half], cue.span);
}

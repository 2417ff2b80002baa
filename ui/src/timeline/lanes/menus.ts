// Menus at the pointer: what can be done with what lies under it.
import type { CueView, FadeCurve } from '../../api/types';
import { addCue, removeCue } from '../../actions/cues';
import { t } from '../../i18n/index';
import { Plus, Trash2 } from '../../parts/icons';
import type { Entry } from '../../parts/MenuEntries.svelte';
import type { CuePart } from '../geometry/cue';
import { FADE_CURVES } from '../geometry/fades';
import { movedGainPoint } from '../geometry/gain';
import { gapAt } from '../geometry/gaps';
import type { TimelineModel } from '../model/timeline.svelte';
import { addPoint, lineEdit, removePoint, saveLine, type GainLine } from './gainLine';
import { emptySpans } from './newCue';

type Entries = (Entry | null)[];

/** The shapes of a fade, the one in use marked. */
export function fadeShapes(model: TimelineModel, cue: CueView, part: 'fadeIn' | 'fadeOut'): Entry[] {
  const now = part === 'fadeIn' ? cue.fadeInCurve : cue.fadeOutCurve;
  const { app } = model.studio;
  const { fadeIn, fadeOut, id } = cue;
  const set = (curve: FadeCurve) =>
    app.edit({
      edit: 'set_cue_fades',
      cue: id,
      fadeIn,
      fadeOut,
      inCurve: part === 'fadeIn' ? curve : null,
      outCurve: part === 'fadeOut' ? curve : null,
    });
  return FADE_CURVES.map((curve) => ({ label: t(`fade.${curve}`), checked: curve === now, run: () => void set(curve) }));
}

/** What can be done with a fade. */
export function fadeMenu(model: TimelineModel, cue: CueView, part: 'fadeIn' | 'fadeOut'): Entries {
  const none = { fadeIn: part === 'fadeIn' ? 0 : cue.fadeIn, fadeOut: part === 'fadeOut' ? 0 : cue.fadeOut };
  const clear = () => model.studio.app.edit({ edit: 'set_cue_fades', cue: cue.id, ...none, inCurve: null, outCurve: null });
  return [
    ...fadeShapes(model, cue, part),
    null,
    { label: t('timeline.noFade'), disabled: cue[part] === 0, run: () => void clear() },
  ];
}

/** What can be done with a gain line at a frame, or with one of its points. */
export function lineMenu(model: TimelineModel, line: GainLine, found: number | 'line' | null, frame: number): Entries {
  const entries: Entries = [];
  if (typeof found === 'number') {
    const [at] = line.points[found] ?? [0];
    entries.push(
      { label: t('timeline.pointToZero'), run: () => saveLine(model, line.cue, movedGainPoint(line.points, found, at, 0, line.limits)) },
      { label: t('timeline.removePoint'), icon: Trash2, run: () => removePoint(model, line, found) },
    );
  } else {
    entries.push({ label: t('timeline.addPoint'), run: () => addPoint(model, line, frame) });
  }
  const clear = () => model.studio.app.edit(lineEdit(line.cue, []));
  return [...entries, { label: t('timeline.clearGain'), disabled: line.points.length === 0, run: () => void clear() }];
}

/** What can be done with a cue. */
export function cueMenu(model: TimelineModel, cue: CueView, part: CuePart, ofLine: Entries): Entries {
  if (part === 'fadeIn' || part === 'fadeOut') return fadeMenu(model, cue, part);
  const { studio } = model;
  return [
    ...(ofLine.length > 0 ? [...ofLine, null] : []),
    { label: t('timeline.fadeInShape'), entries: fadeMenu(model, cue, 'fadeIn') },
    { label: t('timeline.fadeOutShape'), entries: fadeMenu(model, cue, 'fadeOut') },
    null,
    { label: t('timeline.loopCue'), run: () => void studio.app.edit({ edit: 'set_loop', span: cue.span }) },
    {
      label: t('timeline.renameCue'),
      keys: 'F2',
      run: () => {
        studio.view.select({ kind: 'cue', cue: cue.id });
        studio.view.renaming = true;
      },
    },
    { label: t('timeline.removeCue'), icon: Trash2, run: () => removeCue(studio, cue.id) },
  ];
}

/** What can be done where there's no cue. */
export function emptyMenu(model: TimelineModel, place: number): Entries {
  const gap = gapAt(emptySpans(model), place);
  const loop = model.loop;
  const add = (span: readonly [number, number] | null): Entry => ({
    label: span
      ? t('timeline.addCueHere', { from: model.timecode(span[0]), to: model.timecode(span[1]) })
      : t('timeline.addCue'),
    icon: Plus,
    disabled: span === null,
    run: () => span && void addCue(model.studio, span),
  });
  return [add(gap), ...(loop ? [add(loop)] : [])];
}

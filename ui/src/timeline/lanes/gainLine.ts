// Gain lines: what is drawn of them, what a pointer takes, drags, keys.
import type { Edit } from '../../api/types';
import { t } from '../../i18n/index';
import type { LineScene } from '../draw/line';
import { gainLabel, gainToHeight, heightToGain } from '../geometry/fades';
import { gainAt, gainUnder, gainY, heldGain, lineY, movedGainPoint, seenPoints, withGainPoint, type GainBox } from '../geometry/gain';
import { plainPoints, pointRemoved, samePoints, type Point } from '../geometry/points';
import type { Snapped } from '../geometry/snap';
import type { Span } from '../geometry/spans';
import { xOf } from '../geometry/view';
import { startTimeDrag } from '../model/drag';
import type { TimelineModel } from '../model/timeline.svelte';
import type { LaneItem } from './Lane.svelte';

/** A gain line that can be changed: that of a cue, or of the temp track where `cue` is `null`. */
export interface GainLine {
  readonly cue: number | null;
  readonly name: string;
  readonly points: readonly Point[];
  /** Frames in which points may be. */
  readonly limits: Span;
  readonly box: GainBox;
}

/** Points stand at least this far apart when they are drawn. */
const APART = 11;
/** dB of a step of the keyboard. */
const STEP_DB = 0.5;
/** Shift moves a tenth as far. */
const FINE = 0.1;

/** What there is to draw of a line in `span`. */
export function lineScene(
  model: TimelineModel,
  cue: number | null,
  points: readonly Point[],
  box: GainBox,
  span: Span,
  width: number,
): LineScene {
  const { view, gainPoint } = model;
  const from = Math.max(0, Math.floor(xOf(view, span[0])));
  const to = Math.min(width, Math.ceil(xOf(view, span[1])));
  const chosen = gainPoint?.cue === cue ? gainPoint.index : null;
  const count = Math.max(0, Math.ceil((to - from) / 2) + 1);
  return {
    from,
    ys: Float32Array.from({ length: to > from ? count : 0 }, (_, n) => lineY(points, view, box, Math.min(to, from + 2 * n))),
    points: seenPoints(points, view, APART, chosen).map((n) => ({
      x: xOf(view, points[n]![0]),
      y: gainY(points[n]![1], box),
      chosen: n === chosen,
    })),
    strong: true,
  };
}

/** What of a line is under a pointer in the lane. */
export function lineUnder(model: TimelineModel, line: GainLine, x: number, y: number, reach: number): number | 'line' | null {
  return gainUnder(line.points, model.view, line.box, x, y, reach);
}

/** The edit that gives a line other points. */
export function lineEdit(cue: number | null, points: readonly Point[]): Edit {
  const plain = plainPoints(points);
  return cue === null ? { edit: 'set_temp_automation', points: plain } : { edit: 'set_cue_automation', cue, points: plain };
}

/** Changes a line by one edit; what is held stays in sight until it is there. */
export function saveLine(model: TimelineModel, cue: number | null, points: readonly Point[]): void {
  model.hold({ kind: 'line', cue, points });
  void model.commit(lineEdit(cue, points));
}

/** Drags a point, or adds one on the line and drags it: heard at once, one edit at the end. */
export function dragLine(
  model: TimelineModel,
  event: PointerEvent,
  node: HTMLElement,
  line: GainLine,
  found: number | 'line',
): void {
  const { cue, box } = line;
  const before = line.points;
  const hear = hearing(model, cue);
  let points = before;
  let index: number;
  if (found === 'line') {
    const place = model.place(event.clientX - node.getBoundingClientRect().left);
    const frame = within(Math.round(place), line.limits);
    points = withGainPoint(before, frame, gainAt(before, frame));
    index = points.findIndex((point) => point[0] === frame);
  } else {
    index = found;
  }
  const start = points[index]!;
  model.gainPoint = { cue, index };

  const hold = (now: readonly Point[], snapped: Snapped | null) => {
    const [frame, db] = now[index]!;
    const y = model.top(node) + gainY(db, box);
    model.hold({ kind: 'line', cue, points: now }, { x: model.x(frame), y, text: `${gainLabel(db)}  ${model.timecode(frame)}` }, snapped);
  };
  hold(points, null);
  // Height and not dB is what the hand moves; fine steps begin where the coarse ones left off.
  let height = gainToHeight(start[1]);
  let last = 0;
  startTimeDrag(model, event, node, {
    move: (moved, { along, dy }) => {
      height -= ((dy - last) * (moved.shiftKey ? FINE : 1)) / box.high;
      last = dy;
      const snapped = model.snap(start[0] + along, moved);
      const next = movedGainPoint(points, index, snapped.frame, heightToGain(height), line.limits);
      hold(next, next[index]![0] === snapped.frame ? snapped : null);
      hear.show(next);
    },
    drop: () => finish(model, cue, before),
    click: () => finish(model, cue, before),
    cancel: () => {
      model.release();
      model.gainPoint = found === 'line' ? null : { cue, index };
      hear.takeBack(before);
    },
  });
}

function finish(model: TimelineModel, cue: number | null, before: readonly Point[]): void {
  const ghost = model.ghost;
  if (ghost?.kind !== 'line' || samePoints(ghost.points, before)) return model.release();
  void model.commit(lineEdit(cue, ghost.points));
}

const within = (frame: number, [low, high]: Span): number => Math.max(low, Math.min(high, frame));

/** What is dragged is heard: at most one message an animation frame, and the line as it was if it is taken back. */
function hearing(model: TimelineModel, cue: number | null) {
  const { backend } = model.studio;
  let next: readonly Point[] | null = null;
  let sent = false;
  const send = (points: readonly Point[]) => {
    sent = true;
    // A preview that is refused changes nothing; the edit tells why.
    backend.call('preview_automation', { cue, points: plainPoints(points) }).catch(() => undefined);
  };
  return {
    show(points: readonly Point[]): void {
      const idle = next === null;
      next = points;
      if (!idle) return;
      requestAnimationFrame(() => {
        if (next) send(next);
        next = null;
      });
    },
    takeBack(points: readonly Point[]): void {
      next = null;
      if (sent) send(points);
    },
  };
}

/** Removes a point. */
export function removePoint(model: TimelineModel, line: GainLine, index: number): void {
  if (model.gainPoint?.cue === line.cue) model.gainPoint = null;
  saveLine(model, line.cue, pointRemoved(line.points, index));
}

/** Adds a point on the line at a frame and chooses it. */
export function addPoint(model: TimelineModel, line: GainLine, frame: number): void {
  const at = within(frame, line.limits);
  const points = withGainPoint(line.points, at, gainAt(line.points, at));
  model.gainPoint = { cue: line.cue, index: points.findIndex((point) => point[0] === at) };
  saveLine(model, line.cue, points);
}

/** Moves a point by frames and steps of the keyboard. */
export function nudgePoint(model: TimelineModel, line: GainLine, index: number, along: number, up: number): boolean {
  const point = line.points[index];
  if (!point) return false;
  const points = movedGainPoint(line.points, index, point[0] + along, heldGain(point[1] + up * STEP_DB), line.limits);
  if (!samePoints(points, line.points)) saveLine(model, line.cue, points);
  return true;
}

/** The line and its points for the keyboard: `line 1`, `point 1 0`, ...; `-` stands for the temp track. */
export function lineItems(model: TimelineModel, line: GainLine): LaneItem[] {
  const who = line.cue ?? '-';
  const [x0, x1] = [model.x(line.limits[0]), model.x(line.limits[1])];
  return [
    { id: `line ${who}`, name: t('timeline.gainLine', { name: line.name, count: line.points.length }), x: x0, width: x1 - x0 },
    ...line.points.map(([frame, db], n) => ({
      id: `point ${who} ${n}`,
      name: t('timeline.gainPoint', { number: n + 1, name: line.name, time: model.timecode(frame), gain: gainLabel(db) }),
      x: model.x(frame) - 12,
      width: 24,
    })),
  ];
}

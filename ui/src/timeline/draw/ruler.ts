import type { BeatMark } from '../geometry/beats';
import type { RulerMark } from '../geometry/ruler';
import { crisp, label, vertical, type Pen } from './pen';

/** Height of the row of timecode; bars stand below it. */
export const TIMECODE_ROW = 26;

export interface RulerScene {
  readonly marks: readonly RulerMark[];
  readonly beats: readonly BeatMark[];
  /** The loop in pixels. */
  readonly loop: readonly [number, number] | null;
  /** Whether the loop is played. */
  readonly looping: boolean;
  /** The end of the picture in pixels. */
  readonly end: number;
}

export function paintRuler(pen: Pen, scene: RulerScene): void {
  const { c, width, height, ink } = pen;
  if (scene.loop) paintLoop(pen, scene.loop, scene.looping);
  c.lineWidth = 1;
  c.strokeStyle = ink.edge;
  c.beginPath();
  for (const mark of scene.marks) vertical(c, mark.x, mark.label === null ? TIMECODE_ROW - 5 : TIMECODE_ROW - 11, TIMECODE_ROW);
  c.stroke();
  label(pen);
  c.fillStyle = ink.text2;
  for (const mark of scene.marks) if (mark.label !== null) c.fillText(mark.label, Math.round(mark.x) + 4, TIMECODE_ROW - 12);
  c.strokeStyle = ink.line;
  c.beginPath();
  c.moveTo(0, crisp(TIMECODE_ROW));
  c.lineTo(width, crisp(TIMECODE_ROW));
  c.stroke();
  paintBeats(pen, scene.beats);
  if (scene.end < width) {
    c.globalAlpha = 0.5;
    c.fillStyle = ink.surface0;
    c.fillRect(scene.end, 0, width - scene.end, height);
    c.globalAlpha = 1;
  }
}

function paintBeats(pen: Pen, beats: readonly BeatMark[]): void {
  const { c, height, ink } = pen;
  for (const bar of [false, true]) {
    c.strokeStyle = bar ? ink.music : ink.edge;
    c.beginPath();
    for (const beat of beats) if (beat.bar === bar) vertical(c, beat.x, bar ? TIMECODE_ROW + 2 : height - 5, height);
    c.stroke();
  }
  label(pen);
  c.fillStyle = ink.text2;
  for (const beat of beats) {
    if (beat.label !== null) c.fillText(beat.label, Math.round(beat.x) + 4, TIMECODE_ROW + (height - TIMECODE_ROW) / 2 - 0.5);
  }
}

function paintLoop({ c, ink }: Pen, [from, to]: readonly [number, number], on: boolean): void {
  const [x, w] = [Math.round(from), Math.max(2, Math.round(to) - Math.round(from))];
  c.fillStyle = on ? ink.accentSoft : ink.surface4;
  c.fillRect(x, 0, w, TIMECODE_ROW);
  c.fillStyle = on ? ink.accent : ink.edge;
  c.fillRect(x, 0, w, 3);
  // Brackets at both ends, so that the loop is told without its colour.
  c.fillRect(x, 0, 2, 12);
  c.fillRect(x + w - 2, 0, 2, 12);
}

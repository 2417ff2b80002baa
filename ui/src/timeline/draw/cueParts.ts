// What lies on a cue: fades, gain, sections, ducking, handles.
import type { FadeCurve } from '../../api/types';
import { CUE_HEAD, CUE_MARGIN } from '../geometry/cue';
import { fadeShape } from '../geometry/fades';
import type { CueScene } from './music';
import { crisp, label, type Pen } from './pen';

/** Lowered dB that take the whole height of a cue. */
const DUCK_RANGE_DB = 24;

/** A fade in pixels: from silence to full. */
export interface FadeScene {
  readonly silent: number;
  readonly full: number;
  readonly curve: FadeCurve;
  /** Whether another cue is heard meanwhile: then nothing is darkened. */
  readonly crosses: boolean;
}

/** A section that is selected. */
export function paintSection({ c, ink }: Pen, [from, to]: readonly [number, number], top: number, high: number): void {
  const [x, w] = [Math.round(from), Math.max(2, Math.round(to) - Math.round(from))];
  const alpha = c.globalAlpha;
  c.globalAlpha = 0.28;
  c.fillStyle = ink.accent;
  c.fillRect(x, top, w, high);
  c.globalAlpha = alpha;
  c.fillRect(x, top, 2, high);
  c.fillRect(x + w - 2, top, 2, high);
  c.fillRect(x, top, w, 2);
  c.fillRect(x, top + high - 2, w, 2);
}

/** Whether ducking does anything that is seen. */
const ducks = (cue: CueScene): boolean => cue.ducking.some((db) => db > 0.05);

function duckingLine({ c, height }: Pen, { ducking, from }: CueScene, top: number, high: number): void {
  c.beginPath();
  for (let n = 0; n < ducking.length; n++) {
    c.lineTo(from + 2 * n, Math.min(height, top + 1 + (ducking[n]! / DUCK_RANGE_DB) * high));
  }
}

/** What the music goes down by under speech: hanging from the top, behind the waveform. */
export function paintDuckingGround(pen: Pen, cue: CueScene, top: number, high: number): void {
  if (!ducks(cue)) return;
  const { c, ink } = pen;
  duckingLine(pen, cue, top, high);
  c.lineTo(cue.from + 2 * (cue.ducking.length - 1), top);
  c.lineTo(cue.from, top);
  c.closePath();
  c.globalAlpha = 0.16;
  c.fillStyle = ink.speech;
  c.fill();
  c.globalAlpha = 1;
}

/** How far the music goes down under speech. */
export function paintDucking(pen: Pen, cue: CueScene, top: number, high: number): void {
  if (!ducks(cue)) return;
  const { c, ink } = pen;
  duckingLine(pen, cue, top, high);
  c.strokeStyle = ink.surface1;
  c.lineWidth = 3.5;
  c.stroke();
  c.strokeStyle = ink.speech;
  c.lineWidth = 1.5;
  c.stroke();
}

/** What a fade takes away is darkened, with its curve as the border. */
export function paintFade({ c, ink }: Pen, { silent, full, curve, crosses }: FadeScene, top: number, high: number): void {
  const length = Math.abs(full - silent);
  if (length < 1) return;
  const steps = Math.max(8, Math.min(64, Math.round(length / 3)));
  c.beginPath();
  c.moveTo(silent, top + high);
  for (let n = 1; n <= steps; n++) {
    const part = n / steps;
    c.lineTo(silent + (full - silent) * part, top + high * (1 - fadeShape(part, curve)));
  }
  c.strokeStyle = ink.text;
  c.lineWidth = 1.25;
  c.stroke();
  if (crosses) return;
  c.lineTo(silent, top);
  c.closePath();
  c.globalAlpha = 0.55;
  c.fillStyle = ink.surface0;
  c.fill();
  c.globalAlpha = 1;
}

/** The line of a cue's gain, dragged up and down as a whole. */
export function paintGain(pen: Pen, cue: CueScene, x0: number, x1: number): void {
  if (cue.gainY === null) return;
  const { c, ink, width } = pen;
  c.strokeStyle = ink.text;
  c.lineWidth = 1;
  c.globalAlpha = cue.chosen ? 0.9 : 0.45;
  c.setLineDash(cue.chosen ? [] : [4, 4]);
  c.beginPath();
  c.moveTo(x0, crisp(cue.gainY));
  c.lineTo(x1, crisp(cue.gainY));
  c.stroke();
  c.setLineDash([]);
  c.globalAlpha = 1;
  if (!cue.chosen || cue.gainText === '') return;
  label(pen);
  const w = c.measureText(cue.gainText).width;
  const x = Math.min(x1, width) - w - 20;
  if (x < Math.max(0, x0) + 20) return;
  c.fillStyle = ink.surface1;
  c.fillRect(x - 3, cue.gainY - 7, w + 6, 14);
  c.fillStyle = ink.text;
  c.fillText(cue.gainText, x, cue.gainY + 0.5);
}

/** Sections made anew: a bracket under the name, and an arrow that goes round where the name leaves room. */
export function paintAnew({ c, ink }: Pen, cue: CueScene, titleEnd: number): void {
  const y = CUE_MARGIN + CUE_HEAD;
  cue.anew.forEach(([from, to], age) => {
    const [x, w] = [Math.round(from), Math.max(2, Math.round(to) - Math.round(from))];
    c.globalAlpha = age === 0 ? 1 : 0.5;
    c.fillStyle = ink.text2;
    c.fillRect(x, y - 1, w, 2);
    c.fillRect(x, y - 4, 2, 5);
    c.fillRect(x + w - 2, y - 4, 2, 5);
    if (w > 28 && x + w - 18 > titleEnd) {
      c.strokeStyle = ink.text2;
      c.lineWidth = 1.25;
      c.beginPath();
      c.arc(x + w - 11, y - 7, 3.5, -Math.PI * 0.35, Math.PI * 1.3);
      c.stroke();
      c.beginPath();
      c.moveTo(x + w - 12, y - 12);
      c.lineTo(x + w - 7, y - 10.5);
      c.lineTo(x + w - 11, y - 7.5);
      c.fill();
    }
    c.globalAlpha = 1;
  });
}

/** Squares at the ends of the fades. */
export function paintHandles({ c, ink }: Pen, cue: CueScene): void {
  const y = CUE_MARGIN + CUE_HEAD + 1;
  for (const x of [Math.max(cue.fadeInX, cue.x0 + 5), Math.min(cue.fadeOutX, cue.x1 - 5)]) {
    c.fillStyle = ink.surface1;
    c.fillRect(Math.round(x) - 5, y - 1, 10, 10);
    c.fillStyle = ink.text;
    c.fillRect(Math.round(x) - 4, y, 8, 8);
  }
}

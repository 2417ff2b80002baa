// The line of drawn gain over a waveform.
import type { Pen } from './pen';

/** A gain line in pixels of its lane. */
export interface LineScene {
  /** First x, and y for every second pixel from there on. */
  readonly from: number;
  readonly ys: Float32Array;
  readonly points: readonly { readonly x: number; readonly y: number; readonly chosen: boolean }[];
  /** Whether it can be taken: else it is only shown. */
  readonly strong: boolean;
}

/** Half of a point's width. */
const DOT = 4;

export function paintLine({ c, ink }: Pen, { from, ys, points, strong }: LineScene): void {
  if (ys.length === 0) return;
  c.save();
  c.lineJoin = 'round';
  c.beginPath();
  for (let n = 0; n < ys.length; n++) c.lineTo(from + 2 * n, ys[n]!);
  // Cased, so that it is seen over any waveform.
  c.strokeStyle = ink.surface1;
  c.lineWidth = strong ? 4 : 3;
  c.stroke();
  c.strokeStyle = ink.text;
  c.lineWidth = strong ? 1.75 : 1;
  c.stroke();
  for (const { x: place, y, chosen } of points) {
    const x = Math.round(place);
    c.beginPath();
    c.arc(x, y, chosen ? DOT + 1 : DOT, 0, 2 * Math.PI);
    c.fillStyle = chosen ? ink.text : ink.surface1;
    c.fill();
    c.strokeStyle = ink.text;
    c.lineWidth = 1.75;
    c.stroke();
    if (!chosen) continue;
    c.beginPath();
    c.arc(x, y, DOT + 4, 0, 2 * Math.PI);
    c.strokeStyle = ink.accent;
    c.stroke();
  }
  c.restore();
}

import type { Pen } from './pen';

export interface IntensityScene {
  /** The picture's curve for each pixel, 0..1; shorter where the picture ends. */
  readonly picture: Float32Array;
  /** The takes' loudness: x of the first value, and the values for each pixel from there on. */
  readonly takes: readonly { readonly x: number; readonly values: Float32Array }[];
  /** Points of the drawn curve in pixels, with values. */
  readonly drawn: readonly (readonly [number, number])[];
  readonly chosen: number | null;
}

/** Room above 1 and below 0, so that points at the ends can be taken. */
export const CURVE_MARGIN = 7;

/** Pixels from point to point, on average, from which on they are drawn. */
const POINTS_APART = 18;

/** y of a value. */
export function yOf(value: number, height: number): number {
  return height - CURVE_MARGIN - value * (height - 2 * CURVE_MARGIN);
}

/** Value at a y. */
export function valueOf(y: number, height: number): number {
  return Math.max(0, Math.min(1, (height - CURVE_MARGIN - y) / (height - 2 * CURVE_MARGIN)));
}

export function paintIntensity(pen: Pen, scene: IntensityScene): void {
  const { c, ink, height } = pen;
  const line = (values: Float32Array, from: number) => {
    for (let n = 0; n < values.length; n++) c.lineTo(from + n, yOf(values[n]!, height));
  };
  if (scene.picture.length > 0) {
    c.beginPath();
    c.moveTo(0, yOf(0, height));
    line(scene.picture, 0);
    c.lineTo(scene.picture.length, yOf(0, height));
    c.closePath();
    c.fillStyle = ink.surface4;
    c.fill();
    c.beginPath();
    line(scene.picture, 0);
    c.strokeStyle = ink.edge;
    c.lineWidth = 1;
    c.stroke();
  }
  c.strokeStyle = ink.music;
  c.lineWidth = 1;
  for (const take of scene.takes) {
    c.beginPath();
    line(take.values, take.x);
    c.stroke();
  }
  paintDrawn(pen, scene);
}

function paintDrawn({ c, ink, height, width }: Pen, { drawn, chosen }: IntensityScene): void {
  if (drawn.length === 0) return;
  c.strokeStyle = ink.text;
  c.lineWidth = 2;
  c.lineJoin = 'round';
  c.beginPath();
  for (const [x, value] of drawn) c.lineTo(x, yOf(value, height));
  c.stroke();
  // Points that would touch each other are left out; the line stays.
  const near = drawn.filter(([x]) => x >= 0 && x <= width).length;
  const dense = near * POINTS_APART > width;
  drawn.forEach(([place, value], n) => {
    if (place < -8 || place > width + 8 || (dense && n !== chosen)) return;
    const [x, y] = [Math.round(place), Math.round(yOf(value, height))];
    const half = n === chosen ? 5 : 3;
    c.fillStyle = ink.text;
    c.fillRect(x - half, y - half, 2 * half, 2 * half);
    if (n !== chosen) return;
    c.strokeStyle = ink.accent;
    c.strokeRect(x - half - 2, y - half - 2, 2 * half + 4, 2 * half + 4);
  });
}

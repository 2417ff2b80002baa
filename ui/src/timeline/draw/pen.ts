// Small shapes that lanes share.
import type { Ink } from './ink.svelte';

/** What a lane draws with: a context in CSS pixels, its size, the colours. */
export interface Pen {
  readonly c: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly ink: Ink;
}

/** Middle of a pixel, so that a hairline is one pixel wide. */
export function crisp(value: number): number {
  return Math.round(value) + 0.5;
}

/** A vertical hairline. */
export function vertical(c: CanvasRenderingContext2D, x: number, top: number, bottom: number): void {
  c.moveTo(crisp(x), top);
  c.lineTo(crisp(x), bottom);
}

/** Text cut with an ellipsis to a width; empty if not even one letter fits. */
export function fitted(c: CanvasRenderingContext2D, text: string, width: number): string {
  if (c.measureText(text).width <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (c.measureText(`${text.slice(0, middle).trimEnd()}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low > 0 ? `${text.slice(0, low).trimEnd()}…` : '';
}

/** Slanted lines over a box: something that isn't there yet. */
export function hatch(c: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, colour: string): void {
  if (w <= 0 || h <= 0) return;
  c.save();
  c.beginPath();
  c.rect(x, y, w, h);
  c.clip();
  c.beginPath();
  // Anchored to the box's left end, so that scrolling moves them along.
  for (let at = x - h; at < x + w; at += 8) {
    c.moveTo(at, y + h);
    c.lineTo(at + h, y);
  }
  c.strokeStyle = colour;
  c.lineWidth = 1;
  c.stroke();
  c.restore();
}

/** A padlock, 8 px high, its top left corner at x, y. */
export function lock(c: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  c.fillStyle = colour;
  c.strokeStyle = colour;
  c.lineWidth = 1.25;
  c.fillRect(x, y + 3.5, 7, 5);
  c.beginPath();
  c.arc(x + 3.5, y + 3.5, 2.2, Math.PI, 0);
  c.stroke();
}

/** The font of labels in lanes. */
export function label(pen: Pen, weight = 400): void {
  pen.c.font = `${weight} 12px ${pen.ink.font}`;
  pen.c.textBaseline = 'middle';
  pen.c.textAlign = 'left';
}

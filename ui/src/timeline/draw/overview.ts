import type { Pen } from './pen';

export interface OverviewScene {
  /** The picture's intensity for each pixel. */
  readonly curve: Float32Array;
  readonly cues: readonly (readonly [number, number])[];
  readonly cuts: readonly number[];
  readonly hits: readonly number[];
  readonly loop: readonly [number, number] | null;
}

export function paintOverview({ c, ink, height }: Pen, scene: OverviewScene): void {
  c.fillStyle = ink.surface4;
  c.beginPath();
  c.moveTo(0, height);
  for (let x = 0; x < scene.curve.length; x++) c.lineTo(x, height - 4 - scene.curve[x]! * (height - 8));
  c.lineTo(scene.curve.length, height);
  c.fill();
  c.fillStyle = ink.edge;
  for (const x of scene.cuts) c.fillRect(Math.round(x), 0, 1, 4);
  c.fillStyle = ink.hit;
  for (const x of scene.hits) c.fillRect(Math.round(x) - 1, 5, 2, 6);
  c.fillStyle = ink.music;
  for (const [from, to] of scene.cues) c.fillRect(from, height - 4, Math.max(1, to - from - 1), 3);
  if (!scene.loop) return;
  c.fillStyle = ink.accent;
  c.fillRect(scene.loop[0], 0, Math.max(2, scene.loop[1] - scene.loop[0]), 2);
}

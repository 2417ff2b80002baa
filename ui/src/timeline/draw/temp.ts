import type { Columns } from '../geometry/wave';
import { paintLine, type LineScene } from './line';
import { type Pen } from './pen';
import { paintMissing, paintWave } from './wave';

export interface TempScene {
  readonly wave: Columns;
  readonly x: number;
  /** Amplitude of each column. */
  readonly gain: (column: number) => number;
  readonly muted: boolean;
  readonly chosen: boolean;
  /** Where the temp track has speech, in pixels. */
  readonly speech: readonly (readonly [number, number])[];
  /** The drawn gain, where it is shown. */
  readonly line: LineScene | null;
}

/** Height of the marks of speech. */
const SPEECH_BAND = 5;
const TOP = 3;

/** The box with the waveform, in a lane of this height: top and height. */
export function tempBody(height: number): [number, number] {
  return [TOP, Math.max(8, height - TOP - SPEECH_BAND - 5)];
}

export function paintTemp(pen: Pen, scene: TempScene | null): void {
  if (!scene) return;
  const { c, ink, width, height } = pen;
  const [top, high] = tempBody(height);
  const end = scene.x + scene.wave.there.length;
  c.fillStyle = ink.tempSoft;
  c.beginPath();
  c.roundRect(scene.x - 6, top, end - scene.x + 6, height - 2 * top, 4);
  c.fill();
  for (const [from, to] of scene.speech) {
    const x = Math.max(0, Math.round(from));
    const w = Math.max(2, Math.min(width, Math.round(to)) - x);
    c.fillStyle = ink.speechSoft;
    c.fillRect(x, top, w, height - 2 * top);
    c.fillStyle = ink.speech;
    c.fillRect(x, height - SPEECH_BAND - 5, w, SPEECH_BAND);
  }
  c.globalAlpha = scene.muted ? 0.35 : 1;
  paintWave(pen, scene.wave, scene.x, top, high, ink.temp, scene.gain);
  c.globalAlpha = 1;
  paintMissing(pen, scene.wave, scene.x, top, high, ink.temp);
  if (scene.line) paintLine(pen, scene.line);
  if (!scene.chosen) return;
  c.strokeStyle = ink.accent;
  c.lineWidth = 2;
  c.beginPath();
  c.roundRect(scene.x + 1, top, end - scene.x - 2, height - 2 * top, 4);
  c.stroke();
}

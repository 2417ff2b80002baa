import { CUE_HEAD, CUE_MARGIN, cueBody } from '../geometry/cue';
import type { Columns } from '../geometry/wave';
import { crisp, fitted, hatch, label, type Pen } from './pen';
import { paintWave } from './wave';

/** A cue that is visible; all places in pixels. */
export interface CueScene {
  readonly x0: number;
  readonly x1: number;
  readonly title: string;
  readonly chosen: boolean;
  readonly muted: boolean;
  /** First pixel of the waveforms. */
  readonly from: number;
  /** The take in use; `null` for silence. */
  readonly wave: Columns | null;
  /** Amplitude of each of its columns, by gain and fades. */
  readonly gains: Float32Array;
  /** The take in the making. */
  readonly making: { readonly wave: Columns; readonly x0: number; readonly ready: number; readonly x1: number } | null;
  readonly fadeInX: number;
  readonly fadeOutX: number;
  /** y of the line of the gain. */
  readonly gainY: number;
  readonly gainText: string;
  /** Sections that were made anew, the last one first. */
  readonly anew: readonly (readonly [number, number])[];
  /** The section that is selected. */
  readonly section: readonly [number, number] | null;
  /** What is said where there's no sound. */
  readonly empty: string;
  /** dB that the music is lowered by, for every second pixel from `from` on. */
  readonly ducking: Float32Array;
}

/** Lowered dB that take the whole height of a cue. */
const DUCK_RANGE_DB = 24;

export function paintMusic(pen: Pen, cues: readonly CueScene[]): void {
  for (const cue of cues) paintCue(pen, cue);
}

function paintCue(pen: Pen, cue: CueScene): void {
  const { c, ink, height, width } = pen;
  const [top, high] = cueBody(height);
  const x0 = Math.round(cue.x0);
  const x1 = Math.max(x0 + 2, Math.round(cue.x1));
  c.save();
  c.beginPath();
  c.roundRect(x0, CUE_MARGIN, x1 - x0, height - 2 * CUE_MARGIN, 4);
  c.fillStyle = ink.musicSoft;
  c.fill();
  c.clip();
  c.globalAlpha = cue.muted ? 0.4 : 1;
  if (cue.wave) {
    c.globalAlpha *= cue.making ? 0.3 : 1;
    paintWave(pen, cue.wave, cue.from, top, high, ink.music, (n) => cue.gains[n] ?? 0);
    c.globalAlpha = cue.muted ? 0.4 : 1;
  }
  if (cue.making) paintMaking(pen, cue, top, high);
  if (!cue.wave && !cue.making) {
    label(pen);
    c.fillStyle = ink.text2;
    const at = Math.max(x0, 0) + 16;
    c.fillText(fitted(c, cue.empty, Math.min(x1, width) - at - 16), at, top + high / 2);
  }
  if (cue.section) paintSection(pen, cue.section, top, high);
  if (cue.wave || cue.making) paintDucking(pen, cue, top, high);
  c.globalAlpha = 1;
  paintFades(pen, cue, x0, x1, top, high);
  if (cue.wave || cue.making) paintGain(pen, cue, x0, x1);
  c.fillStyle = ink.surface3;
  c.fillRect(x0, CUE_MARGIN, x1 - x0, CUE_HEAD);
  c.fillStyle = ink.music;
  c.fillRect(x0, CUE_MARGIN, x1 - x0, 2);
  if (!cue.making) paintAnew(pen, cue);
  label(pen, cue.chosen ? 600 : 400);
  c.fillStyle = ink.text;
  // The name stays in sight while its cue is.
  const at = Math.max(x0, 0) + 16;
  c.fillText(fitted(c, cue.title, Math.min(x1, width) - at - 16), at, CUE_MARGIN + CUE_HEAD / 2 + 1);
  c.restore();
  paintHandles(pen, cue);
  c.strokeStyle = cue.chosen ? ink.accent : ink.music;
  c.lineWidth = cue.chosen ? 2 : 1;
  c.beginPath();
  c.roundRect(x0 + 0.5, CUE_MARGIN + 0.5, x1 - x0 - 1, height - 2 * CUE_MARGIN - 1, 4);
  c.stroke();
}

function paintMaking(pen: Pen, cue: CueScene, top: number, high: number): void {
  const { c, ink, width } = pen;
  const making = cue.making!;
  const ready = Math.max(making.x0, making.ready);
  c.fillStyle = ink.musicSoft;
  c.fillRect(making.x0, top, ready - making.x0, high);
  c.save();
  c.beginPath();
  c.rect(making.x0, top, ready - making.x0, high);
  c.clip();
  paintWave(pen, making.wave, cue.from, top, high, ink.music, () => 1);
  c.restore();
  const from = Math.max(ready, -high);
  hatch(c, from, top, Math.min(making.x1, width) - from, high, ink.music);
  c.fillStyle = ink.music;
  c.fillRect(Math.round(ready) - 1, top, 2, high);
}

function paintSection({ c, ink }: Pen, [from, to]: readonly [number, number], top: number, high: number): void {
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

function paintDucking({ c, ink, height }: Pen, cue: CueScene, top: number, high: number): void {
  const { ducking } = cue;
  if (!ducking.some((db) => db > 0)) return;
  c.beginPath();
  for (let n = 0; n < ducking.length; n++) {
    c.lineTo(cue.from + 2 * n, Math.min(height, top + 1 + (ducking[n]! / DUCK_RANGE_DB) * high));
  }
  c.strokeStyle = ink.surface1;
  c.lineWidth = 3.5;
  c.stroke();
  c.strokeStyle = ink.speech;
  c.lineWidth = 1.5;
  c.stroke();
}

/** What a fade takes away is darkened, with its curve as the border. */
function paintFades({ c, ink }: Pen, cue: CueScene, x0: number, x1: number, top: number, high: number): void {
  const shape = (from: number, to: number) => {
    if (Math.abs(to - from) < 1) return;
    c.beginPath();
    c.moveTo(from, top + high);
    for (let n = 0; n <= 24; n++) {
      const part = n / 24;
      c.lineTo(from + (to - from) * part, top + high * (1 - Math.sin((part * Math.PI) / 2)));
    }
    c.strokeStyle = ink.text;
    c.lineWidth = 1.25;
    c.stroke();
    c.lineTo(from, top);
    c.closePath();
    c.globalAlpha = 0.55;
    c.fillStyle = ink.surface0;
    c.fill();
    c.globalAlpha = 1;
  };
  shape(x0, cue.fadeInX);
  shape(x1, cue.fadeOutX);
}

function paintGain(pen: Pen, cue: CueScene, x0: number, x1: number): void {
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

/** Sections made anew: a bracket under the name, and an arrow that goes round. */
function paintAnew({ c, ink }: Pen, cue: CueScene): void {
  const y = CUE_MARGIN + CUE_HEAD;
  cue.anew.forEach(([from, to], age) => {
    const [x, w] = [Math.round(from), Math.max(2, Math.round(to) - Math.round(from))];
    c.globalAlpha = age === 0 ? 1 : 0.5;
    c.fillStyle = ink.text2;
    c.fillRect(x, y - 2, w, 2);
    c.fillRect(x, y - 6, 2, 6);
    c.fillRect(x + w - 2, y - 6, 2, 6);
    if (w > 28) {
      c.strokeStyle = ink.text2;
      c.lineWidth = 1.25;
      c.beginPath();
      c.arc(x + w - 11, y - 8, 3.5, -Math.PI * 0.35, Math.PI * 1.3);
      c.stroke();
      c.beginPath();
      c.moveTo(x + w - 12, y - 13);
      c.lineTo(x + w - 7, y - 11.5);
      c.lineTo(x + w - 11, y - 8.5);
      c.fill();
    }
    c.globalAlpha = 1;
  });
}

/** Squares at the ends of the fades. */
function paintHandles({ c, ink }: Pen, cue: CueScene): void {
  const y = CUE_MARGIN + CUE_HEAD - 4;
  for (const x of [Math.max(cue.fadeInX, cue.x0 + 5), Math.min(cue.fadeOutX, cue.x1 - 5)]) {
    c.fillStyle = ink.surface1;
    c.fillRect(Math.round(x) - 5, y - 1, 10, 10);
    c.fillStyle = ink.text;
    c.fillRect(Math.round(x) - 4, y, 8, 8);
  }
}

import { CUE_HEAD, CUE_MARGIN, cueBody } from '../geometry/cue';
import type { Columns } from '../geometry/wave';
import { paintAnew, paintDucking, paintDuckingGround, paintFade, paintGain, paintHandles, paintSection, type FadeScene } from './cueParts';
import { paintLine, type LineScene } from './line';
import { fitted, hatch, label, type Pen } from './pen';
import { paintWave } from './wave';

/** A cue that is visible; all places in pixels. */
export interface CueScene {
  readonly x0: number;
  readonly x1: number;
  readonly title: string;
  /** Where its name may begin and has to end: other cues may lie over it. */
  readonly titleStart: number;
  readonly titleEnd: number;
  readonly chosen: boolean;
  readonly muted: boolean;
  /** First pixel of the waveforms. */
  readonly from: number;
  /** The take in use; `null` for silence. */
  readonly wave: Columns | null;
  /** Amplitude of each of its columns, by gain, drawn gain and fades. */
  readonly gains: Float32Array;
  /** The take in the making. */
  readonly making: { readonly wave: Columns; readonly x0: number; readonly ready: number; readonly x1: number } | null;
  readonly fadeInX: number;
  readonly fadeOutX: number;
  readonly fades: readonly FadeScene[];
  /** y of the line of the gain; `null` where the drawn gain is shown in its place. */
  readonly gainY: number | null;
  readonly gainText: string;
  /** The drawn gain. */
  readonly line: LineScene | null;
  /** Sections that were made anew, the last one first. */
  readonly anew: readonly (readonly [number, number])[];
  /** The section that is selected. */
  readonly section: readonly [number, number] | null;
  /** Parts for which the take has no music, and what is said there. */
  readonly silent: readonly (readonly [number, number])[];
  readonly silentText: string;
  /** What is said where there's no sound at all. */
  readonly empty: string;
  /** dB that the music is lowered by, for every second pixel from `from` on. */
  readonly ducking: Float32Array;
}

/** All of the lane. */
export interface MusicScene {
  /** In the order in which they lie on each other. */
  readonly cues: readonly CueScene[];
  /** Parts that two cues share. */
  readonly overlaps: readonly (readonly [number, number])[];
  /** A cue that is being drawn. */
  readonly drawn: readonly [number, number] | null;
}

export function paintMusic(pen: Pen, { cues, overlaps, drawn }: MusicScene): void {
  const { ink } = pen;
  for (const cue of cues) inside(pen, cue, () => paintGround(pen, cue));
  for (const [from, to] of overlaps) paintOverlap(pen, from, to);
  // Both waveforms of a cross-fade are seen: sound lies over all grounds, names and frames over all sound.
  for (const cue of cues) inside(pen, cue, (x0, x1) => paintSound(pen, cue, x0, x1));
  for (const cue of cues) inside(pen, cue, (x0, x1) => paintHead(pen, cue, x0, x1));
  cues.forEach((cue, n) => paintFrame(pen, cue, cues.slice(n + 1)));
  if (drawn) {
    box(pen, drawn[0], drawn[1]);
    pen.c.strokeStyle = ink.accent;
    pen.c.lineWidth = 2;
    pen.c.stroke();
  }
}

function edges(cue: CueScene): [number, number] {
  const x0 = Math.round(cue.x0);
  return [x0, Math.max(x0 + 2, Math.round(cue.x1))];
}

function box({ c, height }: Pen, x0: number, x1: number): void {
  c.beginPath();
  c.roundRect(x0 + 0.5, CUE_MARGIN + 0.5, x1 - x0 - 1, height - 2 * CUE_MARGIN - 1, 4);
}

/** Draws inside of a cue's box. */
function inside(pen: Pen, cue: CueScene, draw: (x0: number, x1: number) => void): void {
  const { c, height } = pen;
  const [x0, x1] = edges(cue);
  c.save();
  c.beginPath();
  c.roundRect(x0, CUE_MARGIN, x1 - x0, height - 2 * CUE_MARGIN, 4);
  c.clip();
  draw(x0, x1);
  c.restore();
}

function paintGround(pen: Pen, cue: CueScene): void {
  const { c, ink, width, height } = pen;
  const [x0, x1] = edges(cue);
  c.fillStyle = ink.musicSoft;
  c.fillRect(Math.max(-1, x0), 0, Math.min(width + 1, x1) - Math.max(-1, x0), height);
  const [top, high] = cueBody(height);
  if (cue.wave || cue.making) paintDuckingGround(pen, cue, top, high);
}

/** The ground where two cues cross is darker, so that where it begins and ends is seen. */
function paintOverlap({ c, ink, height }: Pen, from: number, to: number): void {
  c.globalAlpha = 0.45;
  c.fillStyle = ink.surface1;
  c.fillRect(from, CUE_MARGIN, to - from, height - 2 * CUE_MARGIN);
  c.globalAlpha = 1;
}

function paintSound(pen: Pen, cue: CueScene, x0: number, x1: number): void {
  const { c, ink, height, width } = pen;
  const [top, high] = cueBody(height);
  c.globalAlpha = cue.muted ? 0.4 : 1;
  if (cue.wave) {
    c.globalAlpha *= cue.making ? 0.3 : 1;
    paintWave(pen, cue.wave, cue.from, top, high, ink.music, (n) => cue.gains[n] ?? 0);
    c.globalAlpha = cue.muted ? 0.4 : 1;
  }
  if (cue.making) paintMaking(pen, cue, top, high);
  else for (const span of cue.silent) paintSilent(pen, span, cue.silentText, top, high);
  if (!cue.wave && !cue.making) {
    label(pen);
    c.fillStyle = ink.text2;
    const at = Math.max(x0, 0) + 16;
    c.fillText(fitted(c, cue.empty, Math.min(x1, width) - at - 16), at, top + high / 2);
  }
  if (cue.section) paintSection(pen, cue.section, top, high);
  if (cue.wave || cue.making) paintDucking(pen, cue, top, high);
  c.globalAlpha = 1;
  for (const fade of cue.fades) paintFade(pen, fade, top, high);
  if (cue.wave || cue.making) paintGain(pen, cue, x0, x1);
  if (cue.line) paintLine(pen, cue.line);
}

/** Where a cue is longer than its music. */
function paintSilent(pen: Pen, [from, to]: readonly [number, number], text: string, top: number, high: number): void {
  const { c, ink, width } = pen;
  const [x0, x1] = [Math.max(from, -high), Math.min(to, width)];
  hatch(c, x0, top, x1 - x0, high, ink.edge);
  label(pen);
  const at = Math.max(x0, 0) + 8;
  const wide = c.measureText(text).width;
  if (wide > x1 - at - 8) return;
  c.fillStyle = ink.musicSoft;
  c.fillRect(at - 4, top + high / 2 - 9, wide + 8, 18);
  c.fillStyle = ink.text;
  c.fillText(text, at, top + high / 2);
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

/** The band with the name: the cue is taken by it and moved. */
function paintHead(pen: Pen, cue: CueScene, x0: number, x1: number): void {
  const { c, ink, width } = pen;
  c.fillStyle = ink.surface3;
  c.fillRect(x0, CUE_MARGIN, x1 - x0, CUE_HEAD);
  c.fillStyle = ink.music;
  c.fillRect(x0, CUE_MARGIN, x1 - x0, 2);
  label(pen, cue.chosen ? 600 : 400);
  c.fillStyle = ink.text;
  // The name stays in sight while its cue is.
  const at = Math.max(x0, cue.titleStart, 0) + 8;
  const title = fitted(c, cue.title, Math.min(x1, cue.titleEnd, width) - at - 8);
  c.fillText(title, at, CUE_MARGIN + CUE_HEAD / 2 + 1);
  if (!cue.making) paintAnew(pen, cue, at + c.measureText(title).width);
}

/** The frame of a cue, but for where it would cross the names of those that lie over it. */
function paintFrame(pen: Pen, cue: CueScene, above: readonly CueScene[]): void {
  const { c, ink, width, height } = pen;
  const [x0, x1] = edges(cue);
  paintHandles(pen, cue);
  c.save();
  for (const other of above) {
    const [from, to] = edges(other);
    if (from >= x1 || to <= x0) continue;
    c.beginPath();
    c.rect(-1, 0, width + 2, height);
    c.rect(from, CUE_MARGIN, to - from, CUE_HEAD);
    c.clip('evenodd');
  }
  box(pen, x0, x1);
  c.strokeStyle = cue.chosen ? ink.accent : ink.music;
  c.lineWidth = cue.chosen ? 2 : 1;
  c.stroke();
  c.restore();
}

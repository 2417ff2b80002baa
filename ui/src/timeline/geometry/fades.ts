// Fades and gain of a cue, with the curves that the renderer plays.
import type { FadeCurve } from '../../api/types';
import { clamp } from './time';

/** Lowest gain; it means silence. */
export const MIN_DB = -60;
/** Highest gain. */
export const MAX_DB = 12;

/** All curves, in the order in which they are offered. */
export const FADE_CURVES: readonly FadeCurve[] = ['equal_power', 'linear', 's_curve', 'slow'];

/** Amplitude of a fade-in after a part of it, 0..1: 0 at its start, 1 at its end. */
export function fadeShape(part: number, curve: FadeCurve): number {
  const p = clamp(part, 0, 1);
  switch (curve) {
    case 'linear':
      return p;
    case 'equal_power':
      return Math.sin((p * Math.PI) / 2);
    case 's_curve':
      return 0.5 - 0.5 * Math.cos(p * Math.PI);
    case 'slow':
      return p * p;
  }
}

/** Amplitude after `done` of `total` samples of a fade-in. */
export function fadeGain(done: number, total: number, curve: FadeCurve): number {
  if (done >= total) return 1;
  if (done <= 0) return 0;
  return fadeShape(done / total, curve);
}

/** Length and shape of both fades. */
export interface Fades {
  readonly fadeIn: number;
  readonly fadeOut: number;
  readonly inCurve: FadeCurve;
  readonly outCurve: FadeCurve;
}

/** Amplitude at a sample of what is heard of a cue, with both fades. */
export function cueGain(sample: number, length: number, { fadeIn, fadeOut, inCurve, outCurve }: Fades): number {
  return fadeGain(sample, fadeIn, inCurve) * fadeGain(length - sample, fadeOut, outCurve);
}

/** A fade that fits beside the other one: both together are no longer than the cue. */
export function heldFade(wish: number, other: number, length: number): number {
  return clamp(Math.round(wish), 0, Math.max(0, length - other));
}

/** Amplitude of a gain in dB. */
export function dbToGain(db: number): number {
  return db <= MIN_DB ? 0 : 10 ** (db / 20);
}

/** Where a gain stands in a lane: 0 at the bottom (silence), 1 at the top (+12 dB); 0 dB at three quarters. */
export function gainToHeight(db: number): number {
  if (db >= 0) return 0.75 + (clamp(db, 0, MAX_DB) / MAX_DB) * 0.25;
  // A square root gives the loud part, where mixing happens, most of the room.
  return 0.75 * (1 - Math.sqrt(clamp(-db, 0, -MIN_DB) / -MIN_DB));
}

/** The gain that belongs to a height, in steps of 0.1 dB. */
export function heightToGain(height: number): number {
  const h = clamp(height, 0, 1);
  const db = h >= 0.75 ? ((h - 0.75) / 0.25) * MAX_DB : MIN_DB * (1 - h / 0.75) ** 2;
  return Math.round(db * 10) / 10 + 0;
}

/** A gain in words: '-6.0 dB', '+1.5 dB', '-∞ dB'. */
export function gainLabel(db: number): string {
  if (db <= MIN_DB) return '-∞ dB';
  return `${db > 0 ? '+' : ''}${db.toFixed(1)} dB`;
}

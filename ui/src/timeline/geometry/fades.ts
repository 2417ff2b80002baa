// Fades and gain of a cue: equal power, as the renderer plays them.
import { clamp } from './time';

/** Lowest gain; it means silence. */
export const MIN_DB = -60;
/** Highest gain. */
export const MAX_DB = 12;

/** Amplitude after `done` of `total` samples of a fade-in. */
export function fadeGain(done: number, total: number): number {
  if (done >= total) return 1;
  if (done <= 0) return 0;
  return Math.sin((done / total) * (Math.PI / 2));
}

/** Amplitude at a sample of a cue with both fades. */
export function cueGain(sample: number, length: number, fadeIn: number, fadeOut: number): number {
  return fadeGain(sample, fadeIn) * fadeGain(length - sample, fadeOut);
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

// Which tiles of peaks and which thumbnails a view needs.
import { sampleOfFrame, type Rate } from '../../lib/time';
import { fps, placeOfSample } from './time';
import { type View, visible } from './view';

/** Bins that a tile of peaks has. */
export const TILE_BINS = 1024;
/** Coarsest level of peaks. */
export const TOP_LEVEL = 6;

/** Samples of a bin at a level. */
export function binSamples(level: number): number {
  return 256 * 4 ** level;
}

/** Samples that a pixel covers. */
export function samplesPerPixel(view: View, rate: Rate, sampleRate: number): number {
  return sampleRate / fps(rate) / view.scale;
}

/** The coarsest level with at least one bin for each pixel (the finest if there's none). */
export function peaksLevel(perPixel: number): number {
  for (let level = TOP_LEVEL; level > 0; level--) if (binSamples(level) <= perPixel) return level;
  return 0;
}

/** Tiles, first and last inclusive, that hold samples `from..to` (of the sound itself); `null` if none does. */
export function tileRange(from: number, to: number, samples: number, level: number): [number, number] | null {
  const first = Math.max(0, from);
  const end = Math.min(samples, to);
  if (end <= first) return null;
  const size = binSamples(level) * TILE_BINS;
  return [Math.floor(first / size), Math.floor((end - 1) / size)];
}

/** Bins that a tile has once all samples are there. */
export function binsOfTile(tile: number, level: number, samples: number): number {
  const all = Math.ceil(samples / binSamples(level));
  return Math.max(0, Math.min(TILE_BINS, all - tile * TILE_BINS));
}

/** Samples of the picture's sound that are visible, for sound that starts at frame `start`. */
export function visibleSamples(view: View, start: number, rate: Rate, sampleRate: number): [number, number] {
  const origin = sampleOfFrame(start, rate, sampleRate);
  const [first, last] = visible(view);
  return [
    sampleOfFrame(Math.floor(first), rate, sampleRate) - origin,
    sampleOfFrame(Math.ceil(last), rate, sampleRate) - origin,
  ];
}

/** A picture of the film strip: where it stands and what it shows. */
export interface StripSlot {
  readonly x: number;
  readonly second: number;
  /** The exact frame, where a second is wider than a picture. */
  readonly frame: number | null;
}

/** Pictures of the strip, side by side from frame 0, so that scrolling moves them and does not change them. */
export function stripSlots(view: View, slot: number, rate: Rate, frames: number): StripSlot[] {
  if (slot < 1 || frames < 1) return [];
  const framesPerSlot = slot / view.scale;
  const secondsPerSlot = framesPerSlot / fps(rate);
  // Whole powers of two of seconds, so that nearby zooms share their thumbnails.
  const stride = secondsPerSlot >= 1 ? 2 ** Math.floor(Math.log2(secondsPerSlot)) : 0;
  const [first, last] = visible(view);
  const out: StripSlot[] = [];
  const end = Math.min(last, frames);
  for (let k = Math.max(0, Math.floor(first / framesPerSlot)); k * framesPerSlot < end; k++) {
    const frame = Math.min(frames - 1, Math.floor(k * framesPerSlot + 1e-6));
    const time = frame / fps(rate);
    const second = stride > 0 ? Math.floor(time / stride) * stride : Math.floor(time);
    out.push({ x: (k * framesPerSlot - view.left) * view.scale, second, frame: stride > 0 ? null : frame });
  }
  return out;
}

/** Place of the end of a sound that starts at a frame, in frames. */
export function soundEnd(start: number, samples: number, rate: Rate, sampleRate: number): number {
  return start + placeOfSample(samples, rate, sampleRate);
}

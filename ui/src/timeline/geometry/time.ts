// Places on the timeline: frames with a fraction, for drawing only. Exact conversions are in `lib/time`.
import type { Rate } from '../../lib/time';

/** Frames per second as a float. */
export function fps(rate: Rate): number {
  return rate[0] / rate[1];
}

/** Place of a sample, in frames. */
export function placeOfSample(sample: number, rate: Rate, sampleRate: number): number {
  return (sample * rate[0]) / (rate[1] * sampleRate);
}

/** Place of a moment in seconds, in frames. */
export function placeOfSeconds(seconds: number, rate: Rate): number {
  return (seconds * rate[0]) / rate[1];
}

/** Holds a value between two others; the lower one rules if they cross. */
export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

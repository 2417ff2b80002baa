// Exact time: frames of a rational rate and samples. Floats appear only as places to draw.

/** Frames per second as numerator and denominator. */
export type Rate = readonly [number, number];

/** Frames per second as a float, for drawing only. */
export function fps(rate: Rate): number {
  return rate[0] / rate[1];
}

/** First sample of a frame: rounded up, so that the sample is never shown under the frame before. */
export function sampleOfFrame(frame: number, rate: Rate, sampleRate: number): number {
  return Math.ceil((frame * rate[1] * sampleRate) / rate[0]);
}

/** Place of a sample in frames, with its fraction. */
export function frameOfSample(sample: number, rate: Rate, sampleRate: number): number {
  return (sample * rate[0]) / (rate[1] * sampleRate);
}

/** The frame that is shown while a sample is heard. */
export function frameAtSample(sample: number, rate: Rate, sampleRate: number): number {
  return Math.floor((sample * rate[0]) / (rate[1] * sampleRate));
}

/** Place of a moment in seconds, in frames with fraction. */
export function frameOfSeconds(seconds: number, rate: Rate): number {
  return (seconds * rate[0]) / rate[1];
}

/** Seconds from the picture's start to the start of a frame. */
export function secondsOfFrame(frame: number, rate: Rate): number {
  return (frame * rate[1]) / rate[0];
}

/** Holds a value between two others; the lower one rules if they cross. */
export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

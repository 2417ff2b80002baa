/** Frames per second as numerator and denominator. */
export type Rate = readonly [number, number];

/** First sample of a frame: the one nearest to the frame's start, as the program counts them. */
export function sampleOfFrame(frame: number, rate: Rate, sampleRate: number): number {
  return Math.floor((frame * rate[1] * sampleRate + Math.floor(rate[0] / 2)) / rate[0]);
}

/** The frame that is shown while this sample is heard. */
export function frameOfSample(sample: number, rate: Rate, sampleRate: number): number {
  const frame = Math.floor((sample * rate[0]) / (rate[1] * sampleRate));
  // A frame's first sample is rounded, so it can lie just before or after the exact moment.
  if (sampleOfFrame(frame + 1, rate, sampleRate) <= sample) return frame + 1;
  return sampleOfFrame(frame, rate, sampleRate) > sample ? frame - 1 : frame;
}

/** The tick of another clock (analysis) that a frame belongs to. */
export function tickOfFrame(frame: number, rate: Rate, clock: Rate): number {
  return Math.floor((frame * rate[1] * clock[0]) / (rate[0] * clock[1]));
}

/** Seconds from the picture's start to a frame's start. */
export function secondsOfFrame(frame: number, rate: Rate): number {
  return (frame * rate[1]) / rate[0];
}

/** The frame that is shown at a time in seconds. */
export function frameOfSeconds(seconds: number, rate: Rate): number {
  // A hair later, so that seconds that came from a frame lead back to it.
  return Math.floor((seconds * rate[0]) / rate[1] + 1e-6);
}

/** Frames that a second of timecode has: 24 for 23.976. */
export function nominal(rate: Rate): number {
  return Math.max(1, Math.round(rate[0] / rate[1]));
}

/** Labels left out at the start of a minute: 2 at 29.97, 4 at 59.94. */
export function dropped(rate: Rate): number {
  return Math.round(nominal(rate) / 15);
}

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** The timecode of a frame; `;` before the frames where labels are dropped. */
export function timecode(frame: number, rate: Rate, drop: boolean): string {
  const sign = frame < 0 ? '-' : '';
  const fps = nominal(rate);
  let label = Math.abs(Math.trunc(frame));
  if (drop) {
    const left = dropped(rate);
    const ten = fps * 600 - left * 9;
    const minute = fps * 60 - left;
    const rest = label % ten;
    label += left * 9 * Math.floor(label / ten);
    // The first minute of ten is whole; each later one starts `left` labels late.
    if (rest >= fps * 60) label += left * (1 + Math.floor((rest - fps * 60) / minute));
  }
  const frames = label % fps;
  const seconds = Math.floor(label / fps);
  const hms = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${sign}${hms}${drop ? ';' : ':'}${two(frames)}`;
}

/** The frame that a timecode names, given as `[hours, minutes, seconds, frames]`; `null` for a dropped label. */
export function frameOfTimecode(
  [hours, minutes, seconds, frames]: readonly [number, number, number, number],
  rate: Rate,
  drop: boolean,
): number | null {
  const fps = nominal(rate);
  if (minutes > 59 || seconds > 59 || frames >= fps) return null;
  const label = ((hours * 60 + minutes) * 60 + seconds) * fps + frames;
  if (!drop) return label;
  const left = dropped(rate);
  if (seconds === 0 && frames < left && minutes % 10 !== 0) return null;
  const total = hours * 60 + minutes;
  return label - left * (total - Math.floor(total / 10));
}

/** Frames per second for people: "23.976", "25". */
export function rateText(rate: Rate): string {
  return (rate[0] / rate[1]).toFixed(3).replace(/\.?0+$/, '');
}

/** A length for people, without frames: "0:42", "1:02:03". */
export function lengthText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const h = Math.floor(whole / 3600);
  const m = Math.floor(whole / 60) % 60;
  const s = two(whole % 60);
  return h > 0 ? `${h}:${two(m)}:${s}` : `${m}:${s}`;
}

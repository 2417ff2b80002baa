// SMPTE labels of frames, the same as in the crate `timeline`.
import type { Rate } from "./time";

/** Labels that a second has: 24 for 23.976. */
export function nominal(rate: Rate): number {
  return Math.max(1, Math.ceil(rate[0] / rate[1]));
}

/** Labels left out at the start of each minute but every tenth; 0 where the rate has no drop frame. */
export function dropped(rate: Rate, dropFrame: boolean): number {
  const n = nominal(rate);
  return dropFrame && rate[0] * 1001 === n * 1000 * rate[1] && n % 30 === 0 ? n / 15 : 0;
}

/** Number of the label of a frame: frames plus the labels left out before it. */
export function labelNumber(frame: number, rate: Rate, dropFrame: boolean): number {
  const n = nominal(rate);
  const d = dropped(rate, dropFrame);
  if (d === 0) return frame;
  const perMinute = n * 60 - d;
  const perTen = n * 600 - d * 9;
  const tens = Math.floor(frame / perTen);
  const rest = frame - tens * perTen;
  const minutes = rest < n * 60 ? 0 : 1 + Math.floor((rest - n * 60) / perMinute);
  return frame + d * (tens * 9 + minutes);
}

/** The frame of a label number; a label that is left out gives the first frame of its minute. */
export function frameOfLabel(label: number, rate: Rate, dropFrame: boolean): number {
  const n = nominal(rate);
  const d = dropped(rate, dropFrame);
  if (d === 0) return label;
  const minutes = Math.floor(label / (n * 60));
  const inMinute = label - minutes * n * 60;
  const exists = minutes % 10 === 0 || inMinute >= d;
  return (exists ? label : label - inMinute + d) - d * (minutes - Math.floor(minutes / 10));
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `HH:MM:SS:FF`, with `;` before the frames in drop frame. Negative frames read as -label. */
export function timecode(frame: number, rate: Rate, dropFrame: boolean): string {
  if (frame < 0) return `-${timecode(-frame, rate, dropFrame)}`;
  const n = nominal(rate);
  const label = labelNumber(Math.floor(frame), rate, dropFrame);
  const mark = dropped(rate, dropFrame) > 0 ? ";" : ":";
  return `${clock(Math.floor(label / n))}${mark}${two(label % n)}`;
}

/** `HH:MM:SS` of a number of whole seconds. */
export function clock(seconds: number): string {
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** A length in frames: `SS:FF`, with minutes and hours where it has them. */
export function lengthLabel(frames: number, rate: Rate): string {
  const n = nominal(rate);
  const sign = frames < 0 ? "-" : "";
  const all = Math.abs(Math.round(frames));
  const seconds = Math.floor(all / n);
  const tail = `${two(seconds % 60)}:${two(all % n)}`;
  if (seconds < 60) return sign + tail;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${sign}${two(minutes)}:${tail}`;
  return `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${tail}`;
}

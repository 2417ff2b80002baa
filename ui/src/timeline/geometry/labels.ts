// Labels of timecode as numbers, and lengths in timecode.
import { dropped, nominal, type Rate } from '../../lib/time';

/** The frame of a label counted from 0; a label that drop frame leaves out gives the first frame of its minute. */
export function frameOfLabel(label: number, rate: Rate, drop: boolean): number {
  if (!drop) return label;
  const n = nominal(rate);
  const left = dropped(rate);
  const minutes = Math.floor(label / (n * 60));
  const inMinute = label - minutes * n * 60;
  const exists = minutes % 10 === 0 || inMinute >= left;
  return (exists ? label : label - inMinute + left) - left * (minutes - Math.floor(minutes / 10));
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `HH:MM:SS` of whole seconds. */
export function clock(seconds: number): string {
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** A length in frames as `SS:FF`, with minutes and hours where it has them. */
export function lengthLabel(frames: number, rate: Rate): string {
  const n = nominal(rate);
  const sign = frames < 0 ? '-' : '';
  const all = Math.abs(Math.round(frames));
  const seconds = Math.floor(all / n);
  const tail = `${two(seconds % 60)}:${two(all % n)}`;
  if (seconds < 60) return sign + tail;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${sign}${two(minutes)}:${tail}`;
  return `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${tail}`;
}

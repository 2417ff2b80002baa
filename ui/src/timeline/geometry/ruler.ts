// Marks of the ruler: timecode, adapted to the zoom.
import { nominal, timecode, type Rate } from '../../lib/time';
import { clock, frameOfLabel } from './labels';
import { type View, visible, xOf } from './view';

/** One mark: long with a label, or short without. */
export interface RulerMark {
  readonly frame: number;
  readonly x: number;
  readonly label: string | null;
}

/** Steps between marks in labels: divisors of a second, then seconds, minutes, hours. */
export function steps(rate: Rate): number[] {
  const n = nominal(rate);
  const parts = Array.from({ length: n }, (_, i) => i + 1).filter((i) => n % i === 0 && i < n);
  const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000];
  return [...parts, ...seconds.map((s) => s * n)];
}

/** The step of labelled marks and the one of short marks, in labels. */
export function rulerSteps(scale: number, rate: Rate, labelWidth: number): { major: number; minor: number } {
  const all = steps(rate);
  const last = all[all.length - 1] as number;
  const major = all.find((step) => step * scale >= labelWidth) ?? last;
  const minor = all.find((step) => major % step === 0 && step * scale >= 7) ?? major;
  return { major, minor };
}

/** All marks that are visible, labels included that reach in from the left. */
export function rulerMarks(view: View, rate: Rate, dropFrame: boolean, frames: number): RulerMark[] {
  const n = nominal(rate);
  // Labels with frames are wider than those of whole seconds.
  const close = rulerSteps(view.scale, rate, 96);
  const wide = rulerSteps(view.scale, rate, 76);
  const { major, minor } = wide.major < n ? close : wide;
  const [first, last] = visible(view);
  // Starts before what is visible, so that a label that reaches in is there. Labels run ahead of frames in drop
  // frame, so that this is never too late.
  const from = Math.max(0, Math.floor((first - major) / minor) * minor);
  const marks: RulerMark[] = [];
  for (let label = from; ; label += minor) {
    const frame = frameOfLabel(label, rate, dropFrame);
    if (frame > frames || frame > last) break;
    const previous = marks[marks.length - 1];
    if (previous && previous.frame === frame) continue;
    const text = major >= n ? clock(Math.round(label / n)) : timecode(frame, rate, dropFrame);
    // There's no room for a label where the picture ends.
    marks.push({ frame, x: xOf(view, frame), label: label % major === 0 && frame < frames ? text : null });
  }
  return marks;
}

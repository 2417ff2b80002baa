// The window onto the timeline: which frames lie where. All lanes share one.
import { clamp } from './time';

/** What is visible: `left` is the frame (with fraction) at x = 0, `scale` the pixels per frame. */
export interface View {
  readonly left: number;
  readonly scale: number;
  readonly width: number;
}

/** A frame is never wider than this. */
export const MAX_SCALE = 40;
/** Empty part after the last frame, in pixels, so that the end can be grabbed. */
export const END_MARGIN = 24;

/** x of a frame. */
export function xOf(view: View, frame: number): number {
  return (frame - view.left) * view.scale;
}

/** Frame, with fraction, at an x. */
export function frameAt(view: View, x: number): number {
  return view.left + x / view.scale;
}

/** The whole frame under a pointer, inside the picture. */
export function frameUnder(view: View, x: number, frames: number): number {
  return clamp(Math.floor(frameAt(view, x)), 0, Math.max(0, frames - 1));
}

/** Frames visible: first (may be before 0) and the one after the last. */
export function visible(view: View): [number, number] {
  return [view.left, frameAt(view, view.width)];
}

/** Scale at which the whole picture fits. */
export function fitScale(width: number, frames: number): number {
  return Math.min(MAX_SCALE, Math.max(1, width - END_MARGIN) / Math.max(1, frames));
}

/** A view that holds the rules: no further out than all, no closer than MAX_SCALE, nothing before frame 0. */
export function held(view: View, frames: number): View {
  const scale = clamp(view.scale, fitScale(view.width, frames), MAX_SCALE);
  const most = Math.max(0, frames + END_MARGIN / scale - view.width / scale);
  return { width: view.width, scale, left: clamp(view.left, 0, most) };
}

/** The whole picture. */
export function fit(width: number, frames: number): View {
  return { left: 0, scale: fitScale(width, frames), width };
}

/** A span of frames with a little room beside it. */
export function fitSpan(width: number, span: readonly [number, number], frames: number): View {
  const room = Math.max(1, width - 2 * END_MARGIN);
  const scale = room / Math.max(1, span[1] - span[0]);
  const held_scale = clamp(scale, fitScale(width, frames), MAX_SCALE);
  const middle = (span[0] + span[1]) / 2;
  return held({ left: middle - width / held_scale / 2, scale: held_scale, width }, frames);
}

/** Zooms by a factor; what is at `x` stays there as far as the ends allow. */
export function zoomAt(view: View, x: number, factor: number, frames: number): View {
  const scale = clamp(view.scale * factor, fitScale(view.width, frames), MAX_SCALE);
  return held({ left: frameAt(view, x) - x / scale, scale, width: view.width }, frames);
}

/** Scrolls by pixels. */
export function scrollBy(view: View, pixels: number, frames: number): View {
  return held({ ...view, left: view.left + pixels / view.scale }, frames);
}

/** The same frames in another width: keeps the scale, or the whole if the whole was visible. */
export function resized(view: View, width: number, frames: number): View {
  if (view.width <= 0 || view.scale <= fitScale(view.width, frames) * 1.0001) return fit(width, frames);
  return held({ ...view, width }, frames);
}

/** Scrolls just as far as needed to see a frame, with a margin in pixels. */
export function reveal(view: View, frame: number, frames: number, margin = 48): View {
  const x = xOf(view, frame);
  if (x >= 0 && x <= view.width) return view;
  const left = x < 0 ? frame - margin / view.scale : frame - (view.width - margin) / view.scale;
  return held({ ...view, left }, frames);
}

/** How the view follows the playhead. */
export type Follow = 'page' | 'smooth' | 'off';

/** The view while playing: turns the page when the playhead leaves it, or keeps it in the middle. */
export function follow(view: View, frame: number, mode: Follow, frames: number): View {
  if (mode === 'off') return view;
  if (mode === 'smooth') {
    const next = held({ ...view, left: frame - view.width / view.scale / 2 }, frames);
    // Less than a pixel is not worth drawing all lanes again.
    return Math.abs(next.left - view.left) * view.scale < 1 ? view : next;
  }
  const x = xOf(view, frame);
  if (x >= 0 && x <= view.width - 8) return view;
  return held({ ...view, left: frame - 32 / view.scale }, frames);
}

import { startDrag } from '../gesture';
import type { TimelineModel } from './timeline.svelte';

/** Where a drag is: places in frames with fraction, so that zoom and scroll under it change nothing. */
export interface DragAt {
  /** Where it began. */
  readonly start: number;
  /** Where the pointer is. */
  readonly place: number;
  /** `place - start`. */
  readonly along: number;
  /** Pixels down from where it began. */
  readonly dy: number;
}

/** A drag along the time; see [Drag]. */
export interface TimeDrag {
  move(event: PointerEvent, at: DragAt): void;
  drop(event: PointerEvent): void;
  cancel(): void;
  click?(event: PointerEvent): void;
}

/** Nearer to an end of the lanes than this, the lanes scroll; pixels. */
const EDGE = 20;
/** Pixels that they scroll in an animation frame at most. */
const FASTEST = 24;

/** Starts a drag along the time; the lanes scroll while the pointer is held at their end. */
export function startTimeDrag(model: TimelineModel, event: PointerEvent, node: Element, drag: TimeDrag): void {
  const x = (one: PointerEvent) => one.clientX - (model.root?.getBoundingClientRect().left ?? 0);
  const start = model.place(x(event));
  let last: { event: PointerEvent; dy: number } | null = null;
  let frame = 0;

  const move = () => {
    if (!last) return;
    const place = model.place(x(last.event));
    drag.move(last.event, { start, place, along: place - start, dy: last.dy });
  };
  const scroll = () => {
    frame = 0;
    if (!last) return;
    const at = x(last.event);
    const over = at < EDGE ? at - EDGE : Math.max(0, at - model.view.width + EDGE);
    if (over === 0) return;
    const { left } = model.view;
    model.scrollBy(Math.max(-FASTEST, Math.min(FASTEST, over / 2)));
    if (model.view.left !== left) move();
    frame = requestAnimationFrame(scroll);
  };
  const stop = () => {
    cancelAnimationFrame(frame);
    last = null;
  };

  startDrag(event, node, {
    move(moved, _, dy) {
      last = { event: moved, dy };
      move();
      if (frame === 0) frame = requestAnimationFrame(scroll);
    },
    drop(up) {
      stop();
      drag.drop(up);
    },
    cancel() {
      stop();
      drag.cancel();
    },
    click(up) {
      stop();
      drag.click?.(up);
    },
  });
}

// Drags: one pointer, a threshold, Escape takes everything back, exactly one end.

/** What a drag does. Exactly one of `click`, `drop`, `cancel` ends it. */
export interface Drag {
  /** Whenever the pointer moved, once past the threshold; also when a modifier key changed. */
  move(event: PointerEvent, dx: number, dy: number): void;
  /** Released after moving. */
  drop(event: PointerEvent): void;
  /** Taken back: by Escape, by the system, by a second finger. */
  cancel(): void;
  /** Released without having moved. */
  click?(event: PointerEvent): void;
}

/** Pixels that a pointer moves before it drags. */
const THRESHOLD = 3;
const TOUCH_THRESHOLD = 8;

/** Drags that run, so that a second finger can end them. */
const running = new Set<() => void>();

/** Starts a drag from a pointerdown on an element; the element keeps the pointer until the end. */
export function startDrag(event: PointerEvent, target: Element, drag: Drag): void {
  const id = event.pointerId;
  const [x, y] = [event.clientX, event.clientY];
  const threshold = event.pointerType === 'touch' ? TOUCH_THRESHOLD : THRESHOLD;
  let moved = false;
  let ended = false;
  target.setPointerCapture(id);
  const control = new AbortController();
  const { signal } = control;

  const end = (how: () => void) => {
    if (ended) return;
    ended = true;
    running.delete(cancel);
    control.abort();
    if (target.hasPointerCapture(id)) target.releasePointerCapture(id);
    how();
  };
  const cancel = () => end(() => drag.cancel());
  running.add(cancel);

  const on = <E extends Event>(node: EventTarget, type: string, run: (event: E) => void, capture = false) =>
    node.addEventListener(type, run as EventListener, { signal, capture });
  on<PointerEvent>(target, 'pointermove', (next) => {
    if (next.pointerId !== id) return;
    const [dx, dy] = [next.clientX - x, next.clientY - y];
    if (!moved && Math.hypot(dx, dy) < threshold) return;
    moved = true;
    drag.move(next, dx, dy);
  });
  on<PointerEvent>(target, 'pointerup', (next) => {
    if (next.pointerId !== id) return;
    end(() => (moved ? drag.drop(next) : drag.click?.(next)));
  });
  on<PointerEvent>(target, 'pointercancel', (next) => next.pointerId === id && cancel());
  on(target, 'lostpointercapture', cancel);
  on(window, 'blur', cancel);
  on<KeyboardEvent>(
    window,
    'keydown',
    (key) => {
      if (key.key !== 'Escape') return;
      // Escape means this drag alone.
      key.preventDefault();
      key.stopImmediatePropagation();
      cancel();
    },
    true,
  );
}

/** Takes back every drag that runs; two fingers pinch. */
export function cancelDrags(): void {
  for (const cancel of [...running]) cancel();
}

/** Whether something is being dragged. */
export function dragging(): boolean {
  return running.size > 0;
}

// Zoom and scroll by wheel, trackpad and fingers.
import { cancelDrags, startDrag } from './gesture';
import type { TimelineModel } from './model/timeline.svelte';

/** Pixels of a line and of a page, for wheels that count in them. */
const LINE = 20;
const PAGE = 400;
/** Zoom of a pixel of the wheel; trackpads send few pixels with Ctrl while pinching. */
const ZOOM_PER_PIXEL = 0.0045;

/** Zoom of a key. */
const KEY_ZOOM = 1.6;

/** Listens on the element that holds the lanes until the signal aborts. */
export function navigate(node: HTMLElement, model: TimelineModel, signal: AbortSignal): void {
  const x = (client: number) => client - node.getBoundingClientRect().left;

  node.addEventListener('wheel', (event) => wheel(event, model, x(event.clientX)), { signal, passive: false });

  // Middle drag takes the lanes by hand.
  node.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 1) return;
      event.preventDefault();
      event.stopPropagation();
      const { left, scale } = model.view;
      startDrag(event, node, {
        move: (_, dx) => model.scrollTo(left - dx / scale),
        drop: () => undefined,
        cancel: () => model.scrollTo(left),
      });
    },
    { signal, capture: true },
  );

  node.addEventListener('keydown', (event) => keys(event, model), { signal });
  pinch(node, model, signal, x);
  gestures(node, model, signal, x);
}

function wheel(event: WheelEvent, model: TimelineModel, x: number): void {
  event.preventDefault();
  const unit = event.deltaMode === 1 ? LINE : event.deltaMode === 2 ? PAGE : 1;
  const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
  if (event.ctrlKey || event.metaKey) {
    // One notch of a wheel is 100 to 120 pixels: no more than that at once.
    const turn = Math.max(-120, Math.min(120, dy));
    model.zoomAt(x, Math.exp(-turn * ZOOM_PER_PIXEL * (Math.abs(turn) < 12 ? 3 : 1)));
    return;
  }
  model.scrollBy(Math.abs(dx) > Math.abs(dy) ? dx : dy);
}

/** Plus and minus zoom while a lane has the focus. */
function keys(event: KeyboardEvent, model: TimelineModel): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '+' || event.key === '=') model.zoom(KEY_ZOOM);
  else if (event.key === '-') model.zoom(1 / KEY_ZOOM);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Two fingers: what lies under them stays under them. */
function pinch(node: HTMLElement, model: TimelineModel, signal: AbortSignal, x: (client: number) => number): void {
  const fingers = new Map<number, number>();
  let start: { apart: number; middle: number; view: TimelineModel['view'] } | null = null;
  const spread = (): [number, number] => {
    const [a = 0, b = 0] = [...fingers.values()];
    return [Math.max(8, Math.abs(a - b)), (a + b) / 2];
  };
  const down = (event: PointerEvent) => {
    if (event.pointerType !== 'touch') return;
    fingers.set(event.pointerId, x(event.clientX));
    if (fingers.size !== 2) return;
    // The first finger may have begun to drag something.
    cancelDrags();
    event.stopPropagation();
    const [apart, middle] = spread();
    start = { apart, middle, view: model.view };
  };
  const move = (event: PointerEvent) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, x(event.clientX));
    if (!start || fingers.size !== 2) return;
    event.stopPropagation();
    const [apart, middle] = spread();
    model.view = start.view;
    model.zoomAt(start.middle, apart / start.apart);
    model.scrollBy(start.middle - middle);
  };
  const up = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    if (fingers.size < 2) start = null;
  };
  node.addEventListener('pointerdown', down, { signal, capture: true });
  node.addEventListener('pointermove', move, { signal, capture: true });
  for (const type of ['pointerup', 'pointercancel'] as const) window.addEventListener(type, up, { signal, capture: true });
}

/** WebKit on macOS tells pinches on a trackpad by events of its own. */
function gestures(node: HTMLElement, model: TimelineModel, signal: AbortSignal, x: (client: number) => number): void {
  let scale = 1;
  const on = (type: string, run: (event: { scale: number; clientX: number }) => void) =>
    node.addEventListener(
      type,
      (event) => {
        event.preventDefault();
        run(event as unknown as { scale: number; clientX: number });
      },
      { signal },
    );
  on('gesturestart', () => (scale = 1));
  on('gesturechange', (event) => {
    model.zoomAt(x(event.clientX), event.scale / scale);
    scale = event.scale;
  });
}

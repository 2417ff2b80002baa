import type { Scope } from '../lib/scope';
import type { App } from './app.svelte';

/** Sizes in CSS pixels and small choices that the window remembers of itself. */
export interface Sizes {
  left: number;
  right: number;
  timeline: number;
  /** Share of the left column that the styles have. */
  styles: number;
  /** Opacity of the attention, 0..1. */
  opacity: number;
  /** Whether the attention is drawn smooth or as patches. */
  smooth: boolean;
  /** Whether the gain lines of the music and of the temp track are drawn. */
  gainMusic: boolean;
  gainTemp: boolean;
  /** How the timeline follows the playhead. */
  follow: string;
  /** Frames that the timeline showed last, first and last, by the key of the video; the newest last. */
  views: Record<string, readonly [number, number]>;
}

const START: Sizes = {
  left: 248, right: 288, timeline: 316, styles: 206, opacity: 0.6, smooth: true,
  gainMusic: false, gainTemp: false, follow: 'page', views: {},
};
/** Videos whose part of the timeline is remembered. */
const VIEWS_KEPT = 8;
const SAVE_MS = 600;

/** Keeps the layout in the settings, as JSON that only the window reads. */
export class Layout {
  sizes = $state<Sizes>({ ...START });
  #later: (() => void) | null = null;

  constructor(
    readonly app: App,
    readonly scope: Scope,
  ) {}

  /** Reads what was remembered; anything odd is left at its start. */
  load(text: string): void {
    const found = parse(text);
    const sizes: Record<string, unknown> = { ...START };
    for (const [name, start] of Object.entries(START)) {
      const value = found[name];
      if (value !== null && typeof value === typeof start && (typeof value !== 'number' || Number.isFinite(value))) sizes[name] = value;
    }
    this.sizes = sizes as unknown as Sizes;
  }

  /** Remembers what the timeline shows of a video; `null`: all of it, which needs no remembering. */
  keepView(key: string, shown: readonly [number, number] | null): void {
    const others = Object.entries(this.sizes.views).filter(([one]) => one !== key);
    const views = [...others, ...(shown ? [[key, shown] as const] : [])].slice(-VIEWS_KEPT);
    this.set({ views: Object.fromEntries(views) });
  }

  /** The frames that the timeline showed of a video the last time; `null` for all of it. */
  viewOf(key: string): readonly [number, number] | null {
    const found: unknown = this.sizes.views[key];
    if (!Array.isArray(found) || found.length !== 2) return null;
    const [first, last] = found as unknown[];
    return typeof first === 'number' && typeof last === 'number' && last > first ? [first, last] : null;
  }

  /** Changes sizes now and remembers them soon. Keys that others put there are kept. */
  set(change: Partial<Sizes>): void {
    this.sizes = { ...this.sizes, ...change };
    this.#later?.();
    this.#later = this.scope.timeout(SAVE_MS, () => {
      const before = parse(this.app.settings?.layout ?? '');
      void this.app.set({ layout: JSON.stringify({ ...before, ...this.sizes }) });
    });
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text || '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

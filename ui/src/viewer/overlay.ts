import type { VideoView } from '../api/types';
import type { Backend } from '../api/backend';
import { tickOfFrame } from '../lib/time';
import { lookup, upscale } from './ramp';

/** Ticks in one request. */
const TILE = 64;
/** Tiles kept: about a quarter of an hour. */
const KEPT = 128;
/** How much finer the grid is made before the canvas smooths the rest. */
const FINER = 6;
/** How long a tile that was not whole yet is not asked for again, in milliseconds. */
const AGAIN_MS = 1500;

interface Tile {
  bytes: Uint8Array;
  whole: boolean;
  at: number;
}

/** The attention of one video, fetched in tiles as it is looked at, and drawn as colours. */
export class Attention {
  #tiles = new Map<number, Tile>();
  #coming = new Set<number>();
  #colours = lookup();
  #small = document.createElement('canvas');

  constructor(
    readonly backend: Backend,
    readonly video: VideoView,
    /** Called when a tile has come. */
    readonly arrived: () => void,
    /** Stops requests when the viewer goes away. */
    readonly signal: AbortSignal,
  ) {}

  /** The patches of a frame, row by row, or `null` while they aren't there. */
  grid(frame: number): Uint8Array | null {
    const tick = tickOfFrame(frame, this.video.rate, this.video.analysisRate);
    const index = Math.floor(tick / TILE);
    const tile = this.#tiles.get(index);
    if (!tile || (!tile.whole && performance.now() - tile.at > AGAIN_MS)) void this.#fetch(index);
    if (!tile) return null;
    const size = this.video.grid[0] * this.video.grid[1];
    const start = (tick % TILE) * size;
    return start + size <= tile.bytes.length ? tile.bytes.subarray(start, start + size) : null;
  }

  /** Draws the attention of a frame into a box of a canvas; answers whether there was any. */
  draw(context: CanvasRenderingContext2D, frame: number, box: DOMRectReadOnly, smooth: boolean): boolean {
    const grid = this.grid(frame);
    if (!grid) return false;
    const [columns, rows] = this.video.grid;
    const times = smooth ? FINER : 1;
    const values = smooth ? upscale(grid, columns, rows, times) : grid;
    const small = this.#small;
    small.width = columns * times;
    small.height = rows * times;
    const brush = small.getContext('2d');
    if (!brush) return false;
    const image = brush.createImageData(small.width, small.height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let n = 0; n < values.length; n++) pixels[n] = this.#colours[values[n]!]!;
    brush.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = smooth;
    context.drawImage(small, box.x, box.y, box.width, box.height);
    return true;
  }

  async #fetch(index: number): Promise<void> {
    if (this.#coming.has(index)) return;
    this.#coming.add(index);
    try {
      const bytes = await this.backend.bytes(`attention/${this.video.key}/${index * TILE}/${TILE}`, this.signal);
      const size = this.video.grid[0] * this.video.grid[1];
      const last = tickOfFrame(Math.max(0, this.video.frames - 1), this.video.rate, this.video.analysisRate);
      const expected = Math.min(TILE, last + 1 - index * TILE) * size;
      const got = bytes ?? new Uint8Array();
      this.#tiles.delete(index);
      this.#tiles.set(index, { bytes: got, whole: got.length >= expected, at: performance.now() });
      for (const old of this.#tiles.keys()) {
        if (this.#tiles.size <= KEPT) break;
        this.#tiles.delete(old);
      }
      this.arrived();
    } catch {
      // The next repaint after a while asks again; without attention the picture is simply bare.
      if (!this.signal.aborted) this.#tiles.set(index, { bytes: new Uint8Array(), whole: false, at: performance.now() });
    } finally {
      this.#coming.delete(index);
    }
  }
}

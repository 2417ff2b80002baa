import type { Backend } from '../../api/backend';
import { binsOfTile, TOP_LEVEL } from '../geometry/tiles';
import { waveColumns, type Columns, type PeaksTile } from '../geometry/wave';
import { binSamples, peaksLevel, tileRange } from '../geometry/tiles';
import { Loader } from './loader';

/** A sound with peaks: `peaks/temp/KEY` or `peaks/take/ID`, and how many samples it will have. */
export interface Sound {
  readonly path: string;
  readonly samples: number;
}

/** Tiles of about four megabytes in all. */
const TILES_KEPT = 1000;

/** Peaks of all sounds, by tile. */
export class Peaks {
  #loader: Loader<PeaksTile>;
  /** How many samples each sound will have, so that a tile knows whether it is whole. */
  #lengths = new Map<string, number>();

  constructor(backend: Backend, changed: () => void) {
    this.#loader = new Loader(
      async (path, signal) => {
        const bytes = await backend.bytes(path, signal);
        if (!bytes) return null;
        const value = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength - (bytes.byteLength % 4));
        return { value, whole: value.length / 4 >= this.#bins(path) };
      },
      changed,
      TILES_KEPT,
    );
  }

  /**
   * Columns of a sound for `width` pixels, from sample `from` on, `perPixel` samples each. Asks for the tiles that
   * are missing; coarser ones stand in for them.
   */
  columns(who: string, sound: Sound, width: number, from: number, perPixel: number): Columns {
    this.#lengths.set(sound.path, sound.samples);
    const level = peaksLevel(perPixel);
    const end = from + width * perPixel;
    const paths = this.#paths(sound, level, from, end);
    if (level < TOP_LEVEL - 1) paths.push(...this.#paths(sound, Math.min(TOP_LEVEL, level + 2), from, end));
    this.#loader.want(who, paths);
    const columns = this.#at(sound, level, width, from, perPixel);
    for (let other = level + 1; other <= TOP_LEVEL && columns.there.includes(0); other++) {
      stand(columns, this.#at(sound, other, width, from, perPixel));
    }
    return columns;
  }

  /** Nobody of this name looks at anything any more. */
  leave(who: string): void {
    this.#loader.want(who, []);
  }

  /** A sound has grown. */
  grown(path: string): void {
    this.#loader.refresh(`${path}/`);
  }

  /** Another project: the same paths are other things. */
  clear(): void {
    this.#loader.clear();
  }

  end(): void {
    this.#loader.end();
  }

  #at(sound: Sound, level: number, width: number, from: number, perPixel: number): Columns {
    const bin = binSamples(level);
    return waveColumns(width, from / bin, perPixel / bin, (tile) =>
      tile < 0 ? null : this.#loader.get(`${sound.path}/${level}/${tile}`),
    );
  }

  #paths(sound: Sound, level: number, from: number, end: number): string[] {
    const range = tileRange(from, end, sound.samples, level);
    if (!range) return [];
    return Array.from({ length: range[1] - range[0] + 1 }, (_, n) => `${sound.path}/${level}/${range[0] + n}`);
  }

  #bins(path: string): number {
    const parts = path.split('/');
    const [level, tile] = [Number(parts.at(-2)), Number(parts.at(-1))];
    return binsOfTile(tile, level, this.#lengths.get(parts.slice(0, -2).join('/')) ?? 0);
  }
}

/** Fills what is missing from coarser columns. */
function stand(columns: Columns, coarser: Columns): void {
  for (let x = 0; x < columns.there.length; x++) {
    if (columns.there[x] || !coarser.there[x]) continue;
    columns.low[x] = coarser.low[x]!;
    columns.high[x] = coarser.high[x]!;
    columns.there[x] = 1;
  }
}

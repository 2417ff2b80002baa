// Waveforms: peaks of bins brought to one column for each pixel.
import { TILE_BINS } from './tiles';

/** Lowest and highest value of each column, both channels together, -127..127; 0 / 0 where nothing is there. */
export interface Columns {
  readonly low: Int8Array;
  readonly high: Int8Array;
  /** 1 where there were bins. */
  readonly there: Uint8Array;
}

/** A tile: `[n, 4]` of min L, max L, min R, max R. */
export type PeaksTile = Int8Array;

/**
 * Columns for pixels `0..width`; pixel x covers bins `origin + x * step ..` up to the next pixel's.
 * `tileAt` gives a tile or `null` if it is not there yet.
 */
export function waveColumns(
  width: number,
  origin: number,
  step: number,
  tileAt: (tile: number) => PeaksTile | null,
): Columns {
  const columns: Columns = { low: new Int8Array(width), high: new Int8Array(width), there: new Uint8Array(width) };
  let number = -1;
  let tile: PeaksTile | null = null;
  for (let x = 0; x < width; x++) {
    const first = Math.floor(origin + x * step);
    const end = Math.max(first + 1, Math.floor(origin + (x + 1) * step));
    let low = 127;
    let high = -128;
    for (let bin = Math.max(0, first); bin < end; bin++) {
      const wanted = Math.floor(bin / TILE_BINS);
      if (wanted !== number) {
        number = wanted;
        tile = tileAt(wanted);
      }
      const at = (bin - wanted * TILE_BINS) * 4;
      if (!tile || at + 3 >= tile.length) continue;
      low = Math.min(low, tile[at] as number, tile[at + 2] as number);
      high = Math.max(high, tile[at + 1] as number, tile[at + 3] as number);
    }
    if (high < low) continue;
    columns.low[x] = low;
    columns.high[x] = high;
    columns.there[x] = 1;
  }
  return columns;
}

/** Height of a column that can always be seen: silence is a hairline, not nothing. */
export function columnSpan(low: number, high: number, gain: number, half: number): [number, number] {
  const top = Math.min(half, (high / 127) * gain * half);
  const bottom = Math.max(-half, (low / 127) * gain * half);
  return top - bottom < 1 ? [0.5, -0.5] : [top, bottom];
}

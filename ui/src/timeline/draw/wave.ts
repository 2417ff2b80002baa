import { columnSpan, type Columns } from '../geometry/wave';
import { hatch, type Pen } from './pen';

/** Draws columns from pixel `x` on around the middle of a box; `gain` scales each of them, below 0 leaves it out. */
export function paintWave(
  { c }: Pen,
  columns: Columns,
  x: number,
  top: number,
  height: number,
  colour: string,
  gain: (column: number) => number,
): void {
  const half = height / 2;
  const middle = top + half;
  c.fillStyle = colour;
  // Boxes of their own: a path of thousands of corners costs many times as much to fill.
  for (let n = 0; n < columns.there.length; n++) {
    const scale = columns.there[n] ? gain(n) : -1;
    if (scale < 0) continue;
    const [above, below] = columnSpan(columns.low[n]!, columns.high[n]!, scale, half);
    c.fillRect(x + n, middle - above, 1, above - below);
  }
}

/** Hatches the columns that have nothing to show yet. */
export function paintMissing({ c }: Pen, columns: Columns, x: number, top: number, height: number, colour: string): void {
  const { there } = columns;
  for (let n = 0; n < there.length; n++) {
    if (there[n]) continue;
    const from = n;
    while (n < there.length && !there[n]) n++;
    hatch(c, x + from, top, n - from, height, colour);
  }
}

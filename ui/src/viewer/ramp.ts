/**
 * Colours of the attention, blue for 0 to yellow for 1: a path through OKLab on which lightness rises evenly, so that
 * equal steps of attention look equal, also without colour vision.
 */

type Lab = readonly [number, number, number];

// Lightness, green to red, blue to yellow; the bend keeps the middle from going grey.
const BLUE: Lab = [0.3, -0.01, -0.19];
const YELLOW: Lab = [0.95, -0.04, 0.18];
const BEND = -0.09;

function linear([l, a, b]: Lab): [number, number, number] {
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
}

function byte(value: number): number {
  const held = Math.min(1, Math.max(0, value));
  const curved = held <= 0.0031308 ? 12.92 * held : 1.055 * held ** (1 / 2.4) - 0.055;
  return Math.round(curved * 255);
}

/** The colour of an attention, 0..1, as red, green, blue. */
export function colour(value: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, value));
  const mix = (index: 0 | 1 | 2): number => BLUE[index] + (YELLOW[index] - BLUE[index]) * at;
  const [r, g, b] = linear([mix(0), mix(1) + BEND * 4 * at * (1 - at) * 0.6, mix(2)]);
  return [byte(r), byte(g), byte(b)];
}

/** 256 opaque colours as pixels in the byte order of this machine's canvases. */
export function lookup(): Uint32Array {
  const bytes = new Uint8ClampedArray(1024);
  for (let n = 0; n < 256; n++) bytes.set([...colour(n / 255), 255], n * 4);
  return new Uint32Array(bytes.buffer);
}

/** A grid of values made `times` finer by bilinear interpolation between the patches' centres; ends are held. */
export function upscale(grid: Uint8Array, columns: number, rows: number, times: number): Uint8Array {
  const width = columns * times;
  const height = rows * times;
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const v = Math.min(rows - 1, Math.max(0, (y + 0.5) / times - 0.5));
    const top = Math.floor(v);
    const bottom = Math.min(rows - 1, top + 1);
    const down = v - top;
    for (let x = 0; x < width; x++) {
      const u = Math.min(columns - 1, Math.max(0, (x + 0.5) / times - 0.5));
      const left = Math.floor(u);
      const right = Math.min(columns - 1, left + 1);
      const along = u - left;
      const upper = grid[top * columns + left]! * (1 - along) + grid[top * columns + right]! * along;
      const lower = grid[bottom * columns + left]! * (1 - along) + grid[bottom * columns + right]! * along;
      out[y * width + x] = Math.round(upper * (1 - down) + lower * down);
    }
  }
  return out;
}

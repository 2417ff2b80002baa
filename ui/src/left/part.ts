import { lengthText } from '../lib/time';

/** Where the part of a clip may start at the latest, in seconds: it is a window of fixed length within the file. */
export function latest(length: number, part: number): number {
  return Math.max(0, length - part);
}

/** A start within the file, on tenths of a second. */
export function held(from: number, length: number, part: number): number {
  const last = latest(length, part);
  return Math.min(last, Math.max(0, Math.round(from * 10) / 10));
}

/** Where a key moves the start to; `null` for keys that don't. */
export function moved(key: string, shift: boolean, from: number, length: number, part: number): number | null {
  const step = shift ? 5 : 0.5;
  const to: Record<string, number> = {
    ArrowLeft: from - step,
    ArrowDown: from - step,
    ArrowRight: from + step,
    ArrowUp: from + step,
    PageDown: from - part,
    PageUp: from + part,
    Home: 0,
    End: length,
  };
  const wish = to[key];
  return wish === undefined ? null : held(wish, length, part);
}

/** A moment in a clip: "0:12.5". */
export function momentText(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  return `${lengthText(Math.floor(tenths / 10))}.${tenths % 10}`;
}

/** Length of a file and the peaks of its waveform, from the bytes of `clip-wave`. */
export function readWave(bytes: Uint8Array): { length: number; peaks: Int8Array } | null {
  if (bytes.byteLength < 6) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
  if (!Number.isFinite(length) || length <= 0) return null;
  return { length, peaks: new Int8Array(bytes.buffer, bytes.byteOffset + 4, (bytes.byteLength - 4) & ~1) };
}

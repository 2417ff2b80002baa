/** Lowest level that the meters draw, in dBFS. */
export const FLOOR = -48;

/** How far a meter is filled, 0..1, at a level in dBFS: even in decibels. */
export function filled(db: number): number {
  return Math.min(1, Math.max(0, 1 - db / FLOOR));
}

/** A peak that falls by 24 dB a second; `elapsed` in milliseconds. */
export function fall(shown: number, now: number, elapsed: number): number {
  return Math.max(now, shown - (24 * elapsed) / 1000, -90);
}

/** A loudness for people, always five characters wide but for silence. */
export function loudness(lufs: number): string {
  return lufs <= -70 ? '−∞' : lufs.toFixed(1).replace('-', '−');
}

// How far the music goes down under speech, as the renderer has it: values in dB at an even rate.

/** Values a second. */
export const DUCKING_HZ = 20;

/** Most of the lowering between two moments, in dB, 0 or more; 0 where nothing is known. */
export function loweredMost(values: ArrayLike<number>, from: number, to: number): number {
  const first = Math.max(0, Math.round(from * DUCKING_HZ));
  const last = Math.min(values.length - 1, Math.max(first, Math.round(to * DUCKING_HZ)));
  let most = 0;
  for (let n = first; n <= last; n++) most = Math.max(most, -(values[n] ?? 0));
  return most;
}

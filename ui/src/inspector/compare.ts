/** Points of a curve of little-endian floats, 0..1, over a box; one point a column is enough. */
export function lineOf(bytes: Uint8Array | null, width: number, height: number): [number, number][] {
  if (!bytes || bytes.length < 8) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.length / 4);
  const points = Math.min(count, width);
  return Array.from({ length: points }, (_, n) => {
    const from = Math.floor((n * count) / points);
    const to = Math.max(from + 1, Math.floor(((n + 1) * count) / points));
    let most = 0;
    for (let at = from; at < to; at++) most = Math.max(most, view.getFloat32(at * 4, true));
    return [(n / Math.max(1, points - 1)) * width, (1 - Math.min(1, most)) * (height - 4) + 2];
  });
}

/** A token's colour as an element has it. */
export function inkOf(element: Element, token: string): string {
  return getComputedStyle(element).getPropertyValue(token).trim();
}

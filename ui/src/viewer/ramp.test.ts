import { expect, it } from 'vitest';
import { colour, lookup, upscale } from './ramp';

const luminance = ([r, g, b]: [number, number, number]): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

it('goes from blue to yellow', () => {
  const [r0, g0, b0] = colour(0);
  expect(b0).toBeGreaterThan(2 * Math.max(r0, g0));
  const [r1, g1, b1] = colour(1);
  expect(Math.min(r1, g1)).toBeGreaterThan(200);
  expect(b1).toBeLessThan(120);
});

it('gets lighter with every step', () => {
  for (let n = 1; n < 256; n++) {
    expect(luminance(colour(n / 255))).toBeGreaterThanOrEqual(luminance(colour((n - 1) / 255)) - 0.6);
  }
  expect(new Set(lookup()).size).toBeGreaterThan(200);
});

it('interpolates between centres and keeps the corners', () => {
  const fine = upscale(Uint8Array.from([0, 100, 200, 100]), 2, 2, 4);
  expect(fine.length).toBe(64);
  expect([fine[0], fine[7], fine[56], fine[63]]).toEqual([0, 100, 200, 100]);
  expect(fine[3]).toBeLessThan(fine[4]!);
  expect(upscale(Uint8Array.from([7]), 1, 1, 3)).toEqual(new Uint8Array(9).fill(7));
});

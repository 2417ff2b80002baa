import { expect, it } from 'vitest';
import { held, latest, moved, momentText, readWave } from './part';

it('keeps the part within its file', () => {
  expect([latest(94.5, 8), latest(5, 8)]).toEqual([86.5, 0]);
  expect([held(-3, 94.5, 8), held(12.34, 94.5, 8), held(93, 94.5, 8), held(2, 5, 8)]).toEqual([0, 12.3, 86.5, 0]);
});

it('moves it by keys', () => {
  const at = (key: string, shift = false): number | null => moved(key, shift, 20, 94.5, 8);
  expect([at('ArrowRight'), at('ArrowLeft', true), at('PageUp'), at('Home'), at('End'), at('a')]).toEqual([20.5, 15, 28, 0, 86.5, null]);
});

it('says moments to a tenth', () => {
  expect([momentText(12.5), momentText(59.96), momentText(3725.04)]).toEqual(['0:12.5', '1:00.0', '1:02:05.0']);
});

it('reads waveforms, and nothing else', () => {
  const bytes = new Uint8Array(4 + 6);
  new DataView(bytes.buffer).setFloat32(0, 94.5, true);
  bytes.set([0x80, 0x7f, 0xff, 1], 4);
  expect(readWave(bytes)).toEqual({ length: 94.5, peaks: Int8Array.from([-128, 127, -1, 1, 0, 0]) });
  expect(readWave(bytes.subarray(0, 4))).toBeNull();
  expect(readWave(new Uint8Array(10))).toBeNull();
});

import { expect, it } from 'vitest';
import { makeProject } from '../test/project';
import { measured } from '../bar/measure';
import { heldText } from './take';

it('says where peaks keep a take quieter than the others', () => {
  const take = makeProject().cues[0]!.takes[0]!;
  const at = (playedLufs: number | null, all: number | null): string | null => heldText({ ...take, playedLufs }, all);
  expect(at(-16, -16)).toBeNull();
  expect(at(-16.2, -16)).toBeNull();
  expect(at(null, -16)).toBeNull();
  expect(at(-17.3, null)).toBeNull();
  expect(at(-17.3, -16)).toBe('Its peaks keep it at −17.3 LUFS; other takes play at −16.0 LUFS.');
  expect(measured(-16.24, 'LUFS')).toBe('−16.2 LUFS');
});

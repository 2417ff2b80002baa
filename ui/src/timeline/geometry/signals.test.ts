import { describe, expect, test } from 'vitest';
import { forward, movedPoint, sampled, sampledMost, simplify, valueAt, withPoint, withStroke, type Point } from './curve';
import { loweredMost } from './ducking';
import { nearest, snap, snapSpan } from './snap';
import { binsOfTile, peaksLevel, stripSlots, tileRange, visibleSamples } from './tiles';
import { columnSpan, waveColumns } from './wave';

describe('snap', () => {
  const view = { left: 0, scale: 2, width: 1000 };
  const targets = { cut: [100, 200], hit: [103], playhead: [300], beat: [104.6], loop: [], edge: [0, 500] };
  test.each([
    [97, 100, 'cut'],
    [95, 95, null],
    [102.4, 103, 'hit'],
    [101.9, 103, 'hit'],
    [104.6, 105, 'beat'],
    [304, 300, 'playhead'],
    [305, 305, null],
    [1.4, 0, 'edge'],
  ])('%f', (place, frame, kind) => {
    expect(snap(place, view, targets, true)).toEqual({ frame, kind });
  });
  test('off: whole frames only', () => expect(snap(100.6, view, targets, false)).toEqual({ frame: 101, kind: null }));
  test('close up, a frame next to a cut can still be reached', () => {
    expect(snap(101, { left: 90, scale: 40, width: 1000 }, targets, true)).toEqual({ frame: 101, kind: null });
  });
  test('ties go to the earlier kind', () => {
    expect(snap(100, view, { cut: [100], hit: [100], playhead: [100] }, true).kind).toBe('playhead');
  });
  test('a span goes where one of its ends is drawn', () => {
    expect(snapSpan(48, 51, view, targets, true)).toEqual({ frame: 49, kind: 'cut', at: 100 });
    expect(snapSpan(199, 40, view, targets, true)).toEqual({ frame: 200, kind: 'cut', at: 200 });
  });
  test('nearest of a sorted list', () => {
    expect(nearest([], 3)).toBeNull();
    expect(nearest([1, 5, 9], 6)).toBe(5);
    expect(nearest([1, 5, 9], 70)).toBe(9);
    expect(nearest([1, 5, 9], -7)).toBe(1);
  });
});

describe('curves', () => {
  test('a straight line needs two points, a corner three', () => {
    const line = Array.from({ length: 100 }, (_, i): Point => [i, i]);
    expect(simplify(line, 0.5)).toEqual([line[0], line[99]]);
    const corner = Array.from({ length: 101 }, (_, i): Point => [i, i <= 50 ? i : 100 - i]);
    expect(simplify(corner, 0.5).map(([x]) => x)).toEqual([0, 50, 100]);
  });
  test('no point of the line is further away than the tolerance', () => {
    const wave = Array.from({ length: 2000 }, (_, i): Point => [i, 60 * Math.sin(i / 70) + 8 * Math.sin(i / 9)]);
    const simple = simplify(wave, 2);
    expect(simple.length).toBeLessThan(wave.length / 3);
    // Near enough to the distance to the line: its height, where the line is flat at most.
    for (const [x, y] of wave) expect(Math.abs((valueAt(simple, x) ?? NaN) - y)).toBeLessThan(8);
  });
  test('a long stroke does not overflow the stack', () => {
    const zigzag = Array.from({ length: 3000 }, (_, i): Point => [i, i % 2]);
    expect(simplify(zigzag, 0.1).length).toBe(3000);
  });
  test('going back over a stroke replaces it', () => {
    expect(forward([[0, 0.1], [10, 0.9], [20, 0.9], [5, 0.2]])).toEqual([[0, 0.1], [5, 0.2], [20, 0.9]]);
  });
  test('a stroke replaces what lies in its span only', () => {
    const drawn: Point[] = [[0, 0.5], [50, 0.5], [100, 0.5]];
    const stroke = Array.from({ length: 41 }, (_, i): Point => [30 + i, 0.9]);
    expect(withStroke(drawn, stroke, 2, 80)).toEqual([[0, 0.5], [30, 0.9], [70, 0.9], [100, 0.5]]);
  });
  test('points: added in order, replaced on the same frame, held between neighbours', () => {
    const drawn: Point[] = [[0, 0.5], [50, 0.5], [100, 0.5]];
    expect(withPoint(drawn, 70, 1.7)).toEqual([[0, 0.5], [50, 0.5], [70, 1], [100, 0.5]]);
    expect(withPoint(drawn, 50, 0.25)[1]).toEqual([50, 0.25]);
    expect(movedPoint(drawn, 1, 140, -1, 200)[1]).toEqual([99, 0]);
    expect(movedPoint(drawn, 2, 900, 0.5, 200)[2]).toEqual([199, 0.5]);
  });
  test('values between points and nothing outside', () => {
    expect(valueAt([[10, 0], [20, 1]], 15)).toBe(0.5);
    expect(valueAt([[10, 0], [20, 1]], 9)).toBeNull();
    expect(valueAt([[10, 0.3]], 10)).toBe(0.3);
    expect(sampled([0, 1, 0], 0.5)).toBe(0.5);
    expect(sampled([], 4)).toBe(0);
    expect(sampledMost([0, 0, 1, 0, 0], 0.5, 3.5)).toBe(1);
  });
});

describe('ducking', () => {
  test('the most of what a column covers, and nothing where nothing is known', () => {
    const values = [0, 0, -3, -9, -4, 0];
    expect(loweredMost(values, 0, 0.05)).toBe(0);
    expect(loweredMost(values, 0.05, 0.2)).toBe(9);
    expect(loweredMost(values, 0.1, 0.1)).toBe(3);
    expect(loweredMost(values, 5, 6)).toBe(0);
    expect(loweredMost([], 0, 1)).toBe(0);
  });
});

describe('tiles', () => {
  test('at least a bin for each pixel', () => {
    for (let perPixel = 1; perPixel < 1e7; perPixel *= 1.7) {
      const level = peaksLevel(perPixel);
      if (level > 0) expect(256 * 4 ** level).toBeLessThanOrEqual(perPixel);
      if (level < 6) expect(256 * 4 ** (level + 1)).toBeGreaterThan(perPixel);
    }
  });
  test('ranges of tiles', () => {
    expect(tileRange(0, 262144, 1e9, 0)).toEqual([0, 0]);
    expect(tileRange(262143, 262145, 1e9, 0)).toEqual([0, 1]);
    expect(tileRange(-500, -1, 1e9, 0)).toBeNull();
    expect(tileRange(0, 1e9, 1000, 3)).toEqual([0, 0]);
    expect(binsOfTile(1, 0, 262144 + 257)).toBe(2);
    expect(binsOfTile(0, 0, 1e9)).toBe(1024);
  });
  test('samples that are visible, from the start of the sound', () => {
    expect(visibleSamples({ left: 25, scale: 10, width: 250 }, 25, [25, 1], 48000)).toEqual([0, 48000]);
  });
  test('the strip stays where it is when scrolled', () => {
    const view = { left: 0, scale: 0.5, width: 400 };
    const here = stripSlots(view, 80, [25, 1], 10000);
    const there = stripSlots({ ...view, left: 40 }, 80, [25, 1], 10000);
    expect(there[0]!.second).toBe(here[0]!.second);
    expect(there[0]!.x).toBe(here[0]!.x - 20);
    expect(here.map((slot) => slot.second)).toEqual([0, 4, 12, 16, 24]);
  });
  test('close up the strip shows exact frames', () => {
    const slots = stripSlots({ left: 0, scale: 40, width: 400 }, 80, [25, 1], 10000);
    expect(slots.map((slot) => slot.frame)).toEqual([0, 2, 4, 6, 8]);
  });
  test('the strip ends with the picture', () => {
    expect(stripSlots({ left: 0, scale: 1, width: 4000 }, 80, [25, 1], 200).length).toBe(3);
  });
});

describe('waveform', () => {
  const tile = new Int8Array(1024 * 4);
  for (let bin = 0; bin < 1024; bin++) tile.set([-bin % 100, bin % 100, -1, 1], bin * 4);
  test('columns take the extremes of their bins', () => {
    const columns = waveColumns(4, 0, 3, (n) => (n === 0 ? tile : null));
    expect([...columns.high]).toEqual([2, 5, 8, 11]);
    expect([...columns.low]).toEqual([-2, -5, -8, -11]);
  });
  test('what is not there is told', () => {
    const columns = waveColumns(4, 1022, 1, (n) => (n === 0 ? tile : null));
    expect([...columns.there]).toEqual([1, 1, 0, 0]);
    expect([...waveColumns(3, -2, 1, () => tile).there]).toEqual([0, 0, 1]);
  });
  test('silence is a hairline', () => {
    expect(columnSpan(0, 0, 1, 40)).toEqual([0.5, -0.5]);
    expect(columnSpan(-127, 127, 2, 40)).toEqual([40, -40]);
  });
});

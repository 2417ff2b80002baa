import { describe, expect, test } from 'vitest';
import type { FadeCurve } from '../../api/types';
import { makeProject, threeCues } from '../../test/project';
import { cuesWith } from '../model/ghost';
import { beatMarks, shareRuler, trackMarks, type Beat } from './beats';
import { cuePartAt } from './cue';
import { cueGain, FADE_CURVES, fadeShape, MAX_DB, MIN_DB } from './fades';
import { gainAt, gainBox, gainOfY, gainUnder, gainY, heldGain, lineY, movedGainPoint, seenPoints, withGainPoint } from './gain';
import { gapAt, gaps, newCueSpan } from './gaps';
import { crossed, heardShape, heardSpan, overlaps, silentFrames, withHeardFades } from './heard';
import { pointRemoved, samePoints, type Point } from './points';
import type { Span } from './spans';
import { xOf } from './view';

/** Numbers that look random and are the same in each run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const rises = (points: readonly Point[]): boolean => points.every(([frame], n) => n === 0 || frame > points[n - 1]![0]);

describe('gain lines', () => {
  test('whatever is added, moved and removed: points rise and stay in range', () => {
    const roll = dice(7);
    let points: Point[] = [];
    for (let n = 0; n < 4000; n++) {
      const limits: Span = [100, 100 + roll(400)];
      const db = roll(100) - 70;
      if (points.length === 0 || roll(3) === 0) points = withGainPoint(points, roll(900), db);
      else if (roll(4) === 0) points = pointRemoved(points, roll(points.length));
      else points = movedGainPoint(points, roll(points.length), roll(1200) - 100, db, limits);
      expect(rises(points)).toBe(true);
      expect(points.every(([, gain]) => gain >= MIN_DB && gain <= MAX_DB)).toBe(true);
    }
  });
  test('a point stays between its neighbours and inside of the cue', () => {
    const points: Point[] = [[10, 0], [50, -6], [90, 0]];
    expect(movedGainPoint(points, 1, 500, 3, [0, 100])[1]).toEqual([89, 3]);
    expect(movedGainPoint(points, 1, -5, 3, [0, 100])[1]).toEqual([11, 3]);
    expect(movedGainPoint(points, 2, 500, -99, [0, 100])[2]).toEqual([100, -60]);
    expect(movedGainPoint(points, 0, -50, 0, [5, 100])[0]).toEqual([5, 0]);
    // A neighbour next to the limit leaves no room: it stays.
    expect(movedGainPoint([[4, 0], [5, 0]], 0, 90, 2, [5, 100])[0]).toEqual([4, 2]);
  });
  test('straight in dB between points, level outside of them', () => {
    const points: Point[] = [[10, -20], [20, 0]];
    expect([0, 10, 15, 20, 99].map((frame) => gainAt(points, frame))).toEqual([-20, -20, -10, 0, 0]);
    expect(gainAt([], 5)).toBe(0);
    expect(gainAt([[7, 3]], 1)).toBe(3);
  });
  test('heights and gains belong to each other, to a tenth of a dB', () => {
    const box = gainBox(19, 200);
    for (let db = MIN_DB; db <= MAX_DB; db += 0.1) {
      const held = heldGain(db);
      // Low down, many tenths share a pixel's fraction: what comes back is drawn at the same place.
      expect(gainY(gainOfY(gainY(held, box), box), box)).toBeCloseTo(gainY(held, box), 0);
      if (db > -20) expect(gainOfY(gainY(held, box), box)).toBeCloseTo(held, 6);
    }
  });
  test('what is drawn at a place is what is hit there', () => {
    const roll = dice(3);
    const box = gainBox(19, 60);
    for (let n = 0; n < 300; n++) {
      const view = { left: roll(400), scale: 0.2 + roll(30) / 10, width: 1000 };
      let points: Point[] = [];
      for (let k = 0; k < 5; k++) points = withGainPoint(points, roll(1000), roll(72) - 60);
      points.forEach(([frame, db], at) => {
        const found = gainUnder(points, view, box, xOf(view, frame), gainY(db, box), 8);
        // Points on the same pixels: the last one drawn is meant, which is as near.
        expect(typeof found).toBe('number');
        expect(Math.hypot(xOf(view, points[found as number]![0]) - xOf(view, frame), gainY(points[found as number]![1], box) - gainY(points[at]![1], box))).toBeLessThanOrEqual(1e-9);
      });
      for (let x = 0; x <= 1000; x += 37) expect(gainUnder(points, view, box, x, lineY(points, view, box, x), 8)).not.toBeNull();
      // Far from the line there is nothing.
      const level: Point[] = [[0, -6]];
      expect(gainUnder(level, view, box, 500, gainY(-6, box) + 9, 8)).toBeNull();
    }
  });
  test('far out, points that would touch are left out, the chosen one never', () => {
    const points = Array.from({ length: 100 }, (_, n): Point => [n, 0]);
    const seen = seenPoints(points, { left: 0, scale: 1, width: 100 }, 10, 33);
    expect(seen.length).toBeLessThan(13);
    expect(seen).toContain(33);
  });
  test('the same points', () => {
    expect(samePoints([[1, 2]], [[1, 2]])).toBe(true);
    expect(samePoints([[1, 2]], [[1, 3]])).toBe(false);
    expect(samePoints([], [[1, 3]])).toBe(false);
  });
});

describe('fades', () => {
  test('all curves rise from silence to full', () => {
    for (const curve of FADE_CURVES) {
      let last = 0;
      for (let n = 0; n <= 100; n++) {
        const now = fadeShape(n / 100, curve);
        expect(now).toBeGreaterThanOrEqual(last - 1e-12);
        last = now;
      }
      expect([fadeShape(0, curve), fadeShape(1, curve)]).toEqual([0, 1]);
    }
    const half = (curve: FadeCurve) => fadeShape(0.5, curve);
    expect(half('linear')).toBe(0.5);
    expect(half('s_curve')).toBeCloseTo(0.5, 9);
    expect(half('slow')).toBe(0.25);
    expect(half('equal_power')).toBeCloseTo(Math.SQRT1_2, 9);
  });
  test('both ends of a cue', () => {
    const fades = { fadeIn: 100, fadeOut: 50, inCurve: 'linear', outCurve: 'slow' } as const;
    expect([0, 50, 200, 975, 1000].map((at) => cueGain(at, 1000, fades))).toEqual([0, 0.5, 1, 0.25, 0]);
  });
  test('cues that overlap cross, and what crosses always fits', () => {
    expect(crossed([0, 0], [0, 100], [[80, 200]])).toEqual([0, 20]);
    expect(crossed([0, 30], [0, 100], [[80, 200]])).toEqual([0, 30]);
    // One inside of another lies on top of it.
    expect(crossed([5, 5], [0, 100], [[20, 40]])).toEqual([5, 5]);
    expect(crossed([5, 5], [20, 40], [[0, 100]])).toEqual([5, 5]);
    const roll = dice(11);
    for (let n = 0; n < 2000; n++) {
      const heard: Span = [roll(100), 101 + roll(100)];
      const others = Array.from({ length: roll(4) }, (): Span => [roll(150), 151 + roll(100)]);
      const length = heard[1] - heard[0];
      const own: [number, number] = [roll(length / 2), roll(length / 2)];
      const [a, b] = crossed(own, heard, others);
      expect(a).toBeGreaterThanOrEqual(0);
      expect(b).toBeGreaterThanOrEqual(0);
      expect(a + b).toBeLessThanOrEqual(length);
      if (others.length === 0) expect([a, b]).toEqual(own);
    }
  });
  test('a cross-fade without a fade of its own is of equal power', () => {
    const [cue] = makeProject().cues;
    expect(heardShape({ ...cue!, fadeIn: 0, fadeInCurve: 'slow' }).inCurve).toBe('equal_power');
    expect(heardShape({ ...cue!, fadeIn: 9, fadeInCurve: 'slow' }).inCurve).toBe('slow');
  });
});

describe('cues', () => {
  const project = { ...makeProject(), ...threeCues() };
  test('music is heard where span and take meet', () => {
    const cue = project.cues[0]!;
    expect(heardSpan(cue)).toEqual(cue.span);
    expect(heardSpan({ ...cue, take: null })).toBeNull();
    const longer = { ...cue, span: [0, 700] as [number, number] };
    expect([heardSpan(longer), silentFrames(longer)]).toEqual([[0, 560], [0, 140]]);
    const away = { ...cue, span: [900, 1000] as [number, number] };
    expect([heardSpan(away), silentFrames(away)]).toEqual([null, [100, 0]]);
  });
  test('the window crosses cues as the program does', () => {
    const again = withHeardFades(project.cues, project);
    again.forEach((cue, n) => {
      // The made-up project rounds samples another way.
      cue.heardFades.forEach((length, side) => expect(Math.abs(length - project.cues[n]!.heardFades[side]!)).toBeLessThan(2));
    });
    expect(overlaps(project.cues.map((cue) => cue.span))).toEqual([[512, 560]]);
  });
  test('a cue that is moved takes its drawn gain along, one that is trimmed does not', () => {
    const moved = cuesWith(project, { kind: 'span', cue: 2, span: [612, 1040] })[1]!;
    expect(moved.automation[0]).toEqual([620, 0]);
    expect(cuesWith(project, { kind: 'span', cue: 2, span: [600, 940] })[1]!.automation[0]).toEqual([520, 0]);
    // No longer beside its neighbour, it no longer crosses it.
    expect(moved.heardFades[0]).toBe(0);
  });
  test('gaps are what no cue covers', () => {
    expect(gaps([[0, 560], [512, 940], [1100, 1487]], 1487)).toEqual([[940, 1100]]);
    expect(gaps([], 90)).toEqual([[0, 90]]);
    expect(gaps([[0, 50], [10, 20]], 51)).toEqual([]);
    const roll = dice(5);
    for (let n = 0; n < 500; n++) {
      const cues = Array.from({ length: roll(6) }, (): Span => {
        const from = roll(190);
        return [from, from + 1 + roll(200 - from)];
      });
      const free = gaps(cues, 200);
      for (let frame = 0; frame < 200; frame++) {
        const covered = cues.some(([from, to]) => frame >= from && frame < to);
        if (gapAt(free, frame)) expect(covered).toBe(false);
      }
    }
  });
  test('a new cue goes to the section, the loop around the playhead, the gap at the playhead, the next one', () => {
    const cues: Span[] = [[0, 100], [200, 300]];
    expect(newCueSpan(cues, 400, 6, [5, 9], [1, 2])).toEqual([1, 2]);
    expect(newCueSpan(cues, 400, 6, [5, 9], null)).toEqual([5, 9]);
    expect(newCueSpan(cues, 400, 150, [5, 9], null)).toEqual([100, 200]);
    expect(newCueSpan(cues, 400, 150, null, [1, 2])).toEqual([1, 2]);
    expect(newCueSpan(cues, 400, 150, null, null)).toEqual([100, 200]);
    expect(newCueSpan(cues, 400, 20, null, null)).toEqual([100, 200]);
    expect(newCueSpan(cues, 400, 250, null, null)).toEqual([300, 400]);
    expect(newCueSpan([[0, 400]], 400, 250, null, null)).toBeNull();
  });
  test('the band with the name moves it, its corners are fades, its ends trim it', () => {
    const box = { x0: 100, x1: 500, fadeInX: 160, fadeOutX: 440, gainY: 50, section: null };
    const at = (x: number, y: number) => cuePartAt(box, x, y, 8);
    expect([at(300, 10), at(160, 10), at(440, 20), at(102, 60), at(499, 60), at(300, 52), at(300, 70), at(600, 10)]).toEqual([
      'head', 'fadeIn', 'fadeOut', 'start', 'end', 'gain', 'body', null,
    ]);
    expect(cuePartAt({ ...box, gainY: null }, 300, 52, 8)).toBe('body');
  });
});

describe('bars of several takes', () => {
  test('each has the ruler where it is heard; where two cross, half of it', () => {
    expect(shareRuler([[0, 100], [80, 200]])).toEqual([[0, 90, 0], [90, 200, 1]]);
    expect(shareRuler([[300, 400], [0, 100]])).toEqual([[0, 100, 1], [300, 400, 0]]);
    expect(shareRuler([[0, 100], [20, 40]])).toEqual([[0, 20, 0], [20, 40, 1], [40, 100, 0]]);
  });
  test('shares never overlap and stay inside of their spans', () => {
    const roll = dice(23);
    for (let n = 0; n < 1000; n++) {
      const spans = Array.from({ length: 1 + roll(5) }, (): Span => {
        const from = roll(180);
        return [from, from + 1 + roll(199 - from)];
      });
      const shares = shareRuler(spans);
      shares.forEach(([from, to, owner], k) => {
        expect(from).toBeGreaterThanOrEqual(spans[owner]![0]);
        expect(to).toBeLessThanOrEqual(spans[owner]![1]);
        if (k > 0) expect(from).toBeGreaterThanOrEqual(shares[k - 1]![1]);
      });
    }
  });
  test('marks of a take end with its share', () => {
    const beats = Array.from({ length: 40 }, (_, n): Beat => [n * 0.5, Math.floor(n / 4) + 1, (n % 4) + 1]);
    const view = { left: 0, scale: 2, width: 2000 };
    const marks = trackMarks(view, [{ beats, span: [0, 100] }, { beats, span: [200, 300] }], [25, 1]);
    expect(marks.every(({ x }) => x < 200 || (x >= 399.5 && x < 600))).toBe(true);
    expect(marks.length).toBeLessThan(2 * beatMarks(view, beats, [25, 1]).length);
    expect(trackMarks({ ...view, left: 5000 }, [{ beats, span: [0, 100] }], [25, 1])).toEqual([]);
  });
});

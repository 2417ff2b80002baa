import { describe, expect, test } from 'vitest';
import { barStride, beatMarks, type Beat } from './beats';
import { fadeGain, gainLabel, gainToHeight, heightToGain, heldFade } from './fades';
import { hitUnder, labelRooms, missLabel, neighbour, thinned } from './hits';
import { frameOfLabel, lengthLabel } from './labels';
import { rulerMarks, rulerSteps } from './ruler';
import { drawnSpan, movedSpan, withEdge } from './spans';
import { timecode, type Rate } from '../../lib/time';
import { fit, fitScale, fitSpan, follow, frameAt, frameUnder, held, resized, reveal, xOf, zoomAt } from './view';

const NTSC: Rate = [30000, 1001];
const FILM: Rate = [24, 1];
const HOUR = 108000;

describe('view', () => {
  test('zoom keeps the frame under the pointer, at every scale and place away from the ends', () => {
    const start = { left: 50000, scale: 1, width: 1200 };
    for (const x of [0, 13, 600, 1199]) {
      for (const factor of [0.5, 0.9, 1.1, 3, 40]) {
        const zoomed = zoomAt(start, x, factor, HOUR);
        expect(frameAt(zoomed, x)).toBeCloseTo(frameAt(start, x), 6);
      }
    }
  });
  test('zoom ends at the whole picture and at 40 px a frame', () => {
    const all = fit(1000, HOUR);
    expect(zoomAt(all, 500, 0.1, HOUR)).toEqual(all);
    expect(zoomAt(all, 500, 1e9, HOUR).scale).toBe(40);
    expect(fitScale(1000, 4)).toBe(40);
  });
  test('nothing before frame 0, and the end keeps its margin', () => {
    expect(held({ left: -20, scale: 2, width: 800 }, 1000).left).toBe(0);
    const end = held({ left: 1e9, scale: 2, width: 800 }, 1000);
    expect(xOf(end, 1000)).toBeCloseTo(800 - 24, 6);
  });
  test('the frame under a pointer stays in the picture', () => {
    const view = { left: 0, scale: 10, width: 800 };
    expect(frameUnder(view, 19.9, 50)).toBe(1);
    expect(frameUnder(view, -5, 50)).toBe(0);
    expect(frameUnder(view, 790, 50)).toBe(49);
  });
  test('a new width keeps the whole visible, or the scale', () => {
    expect(resized(fit(500, 900), 1000, 900)).toEqual(fit(1000, 900));
    expect(resized({ left: 10, scale: 5, width: 500 }, 800, 900)).toEqual({ left: 10, scale: 5, width: 800 });
  });
  test('follow turns pages, keeps the middle, or leaves it', () => {
    const view = { left: 1000, scale: 1, width: 500 };
    expect(follow(view, 1200, 'page', HOUR)).toBe(view);
    expect(follow(view, 1496, 'page', HOUR).left).toBe(1496 - 32);
    expect(follow(view, 900, 'page', HOUR).left).toBe(900 - 32);
    expect(follow(view, 2000, 'smooth', HOUR).left).toBe(1750);
    expect(follow(view, 1250.5, 'smooth', HOUR)).toBe(view);
    expect(follow(view, 9999, 'off', HOUR)).toBe(view);
  });
  test('reveal scrolls only as far as needed', () => {
    const view = { left: 1000, scale: 1, width: 500 };
    expect(reveal(view, 1400, HOUR)).toBe(view);
    expect(reveal(view, 2000, HOUR).left).toBe(2000 - 452);
    expect(reveal(view, 500, HOUR).left).toBe(500 - 48);
  });
  test('a span fits with room beside it', () => {
    const view = fitSpan(1000, [2000, 3000], HOUR);
    expect(xOf(view, 2000)).toBeCloseTo(24, 6);
    expect(xOf(view, 3000)).toBeCloseTo(976, 6);
  });
});

describe('timecode on the ruler', () => {
  test.each<[number, Rate, boolean]>([
    [0, NTSC, true],
    [1799, NTSC, true],
    [1800, NTSC, true],
    [17981, NTSC, true],
    [17982, NTSC, true],
    [107892, NTSC, true],
    [3596, [60000, 1001], true],
    [1234, FILM, false],
  ])('label and frame of %i agree', (frame, rate, drop) => {
    const [hours, minutes, seconds, frames] = timecode(frame, rate, drop).split(/[:;]/).map(Number) as number[];
    const n = Math.round(rate[0] / rate[1]);
    const label = ((hours! * 60 + minutes!) * 60 + seconds!) * n + frames!;
    expect(frameOfLabel(label, rate, drop)).toBe(frame);
  });
  test('a dropped label gives the first frame of its minute', () => {
    expect(frameOfLabel(1800, NTSC, true)).toBe(1800);
    expect(frameOfLabel(1801, NTSC, true)).toBe(1800);
    expect(frameOfLabel(18000, NTSC, true)).toBe(17982);
  });
  test('marks of whole minutes in drop frame stand on the frames with those labels', () => {
    const marks = rulerMarks(fit(1000, HOUR), NTSC, true, HOUR).filter((mark) => mark.label);
    expect(marks.length).toBeGreaterThan(3);
    for (const mark of marks) expect(timecode(mark.frame, NTSC, true).slice(0, 8)).toBe(mark.label);
  });
  test('labels have room at every zoom, short marks divide them', () => {
    for (let scale = 0.009; scale <= 40; scale *= 1.3) {
      const { major, minor } = rulerSteps(scale, NTSC, 76);
      expect(major * scale).toBeGreaterThanOrEqual(76);
      expect(major % minor).toBe(0);
      expect(minor * scale).toBeGreaterThanOrEqual(7);
    }
  });
  test('frames are labelled when close', () => {
    const marks = rulerMarks({ left: 1795, scale: 40, width: 400 }, NTSC, true, HOUR);
    const labels = marks.filter((mark) => mark.label).map((mark) => mark.label);
    expect(labels).toContain('00:00:59;27');
    expect(labels).not.toContain('00:01:00;00');
    expect(labels.every((label) => /^\d\d:\d\d:\d\d;\d\d$/.test(label ?? ''))).toBe(true);
  });
  test('misses are told in whole milliseconds', () => {
    expect([-150.13605, 83.6].map(missLabel)).toEqual(['−150 ms', '+84 ms']);
  });
  test('labels never touch', () => {
    for (let scale = 0.009; scale <= 40; scale *= 1.07) {
      const labels = rulerMarks({ left: 0, scale, width: 1900 }, FILM, false, HOUR).filter((mark) => mark.label);
      const least = (labels[0]?.label?.length ?? 0) > 8 ? 96 : 76;
      for (let i = 1; i < labels.length; i++) expect(labels[i]!.x - labels[i - 1]!.x).toBeGreaterThanOrEqual(least - 0.01);
    }
  });
  test('far out there are few marks, in the picture only', () => {
    const marks = rulerMarks(fit(1000, HOUR), FILM, false, HOUR);
    expect(marks.length).toBeLessThan(150);
    expect(marks.every((mark) => mark.frame >= 0 && mark.frame <= HOUR)).toBe(true);
  });
  test.each([
    [0, '00:00'],
    [36, '01:12'],
    [24 * 61, '01:01:00'],
    [-12, '-00:12'],
    [24 * 3601, '01:00:01:00'],
  ])('length of %i frames', (frames, label) => expect(lengthLabel(frames, FILM)).toBe(label));
});

describe('bars and beats', () => {
  const beats = Array.from({ length: 400 }, (_, i): Beat => [i * 0.5, Math.floor(i / 4) + 1, (i % 4) + 1]);
  test('beats show when close, only bars when far, numbers never touch', () => {
    const close = beatMarks({ left: 0, scale: 2, width: 800 }, beats, FILM);
    expect(close.some((mark) => !mark.bar)).toBe(true);
    const far = beatMarks({ left: 0, scale: 0.2, width: 800 }, beats, FILM);
    expect(far.every((mark) => mark.bar)).toBe(true);
    for (const marks of [close, far]) {
      const labels = marks.filter((mark) => mark.label).map((mark) => mark.x);
      for (let i = 1; i < labels.length; i++) expect(labels[i]! - labels[i - 1]!).toBeGreaterThanOrEqual(30);
    }
  });
  test.each([
    [40, 1],
    [16, 2],
    [4, 8],
    [0, 1],
  ])('bars of %f px: every %i', (width, stride) => expect(barStride(width)).toBe(stride));
});

describe('hits', () => {
  const hits = [10, 100, 104, 500].map((frame, id) => ({ id, frame, strength: id / 4 }));
  const view = { left: 0, scale: 1, width: 600 };
  test('the nearest within reach', () => {
    expect(hitUnder(hits, view, 103, 12)?.id).toBe(2);
    expect(hitUnder(hits, view, 101, 12)?.id).toBe(1);
    expect(hitUnder(hits, view, 23, 12)).toBeNull();
    expect(hitUnder(hits, view, 22, 12)?.id).toBe(0);
  });
  test('labels only where there is room before the next mark', () => {
    expect(labelRooms(hits, view, 6, 600).map((room) => room.id)).toEqual([0, 2, 3]);
  });
  test('near the end of the timeline the last label stands left of its mark', () => {
    const rooms = (frames: number) => labelRooms(hits, view, 6, frames).map(({ id, width, side }) => [id, Math.round(width), side]);
    // 500 to 600 and the margin behind it are enough.
    expect(rooms(600)).toEqual([[0, 73, 'right'], [2, 379, 'right'], [3, 113, 'right']]);
    expect(rooms(510)).toEqual([[0, 73, 'right'], [2, 190, 'right'], [3, 190, 'left']]);
    // Neither side has much: the wider one.
    const close = [480, 500].map((frame, id) => ({ id, frame, strength: 1 }));
    expect(labelRooms(close, view, 6, 510)).toEqual([{ id: 1, width: 23, side: 'right' }]);
    expect(labelRooms(hits.slice(3), view, 6, 510)).toEqual([{ id: 3, width: 492, side: 'left' }]);
  });
  test('next and previous are strict', () => {
    expect(neighbour([10, 20, 30], 20, 1)).toBe(30);
    expect(neighbour([10, 20, 30], 20, -1)).toBe(10);
    expect(neighbour([10, 20, 30], 30, 1)).toBeNull();
    expect(neighbour([], 3, -1)).toBeNull();
  });
  test('far out the strongest stay, apart from each other, and what must be kept', () => {
    const far = { left: 0, scale: 0.01, width: 600 };
    expect(thinned(hits, far, 10, () => false).map((hit) => hit.id)).toEqual([3]);
    expect(thinned(hits, far, 10, (hit) => hit.id === 0).map((hit) => hit.id)).toEqual([0]);
    expect(thinned(hits, view, 10, () => false).map((hit) => hit.id)).toEqual([0, 2, 3]);
    expect(thinned(hits, view, 4, () => false).map((hit) => hit.id)).toEqual([0, 1, 2, 3]);
  });
});

describe('spans', () => {
  test('edges keep a least length and the limits', () => {
    expect(withEdge([10, 20], 'start', 19, [0, 100])).toEqual([18, 20]);
    expect(withEdge([10, 20], 'start', -5, [0, 100])).toEqual([0, 20]);
    expect(withEdge([10, 20], 'end', 999, [0, 100])).toEqual([10, 100]);
    expect(withEdge([10, 20], 'end', 3, [0, 100])).toEqual([10, 12]);
  });
  test('drawn either way, cut to the limits', () => {
    expect(drawnSpan(50, 20, [30, 100])).toEqual([30, 50]);
    expect(drawnSpan(5, 20, [30, 100])).toBeNull();
  });
  test('moved whole', () => {
    expect(movedSpan([10, 20], -30, [0, 100])).toEqual([0, 10]);
    expect(movedSpan([10, 20], 95, [0, 100])).toEqual([90, 100]);
  });
});

describe('fades and gain', () => {
  test('equal power', () => {
    expect(fadeGain(0, 100, 'equal_power')).toBe(0);
    expect(fadeGain(50, 100, 'equal_power')).toBeCloseTo(Math.SQRT1_2, 9);
    expect(fadeGain(100, 100, 'equal_power')).toBe(1);
    expect(fadeGain(0, 0, 'equal_power')).toBe(1);
  });
  test('a fade gives way to the other one', () => {
    expect(heldFade(900, 300, 1000)).toBe(700);
    expect(heldFade(-4, 300, 1000)).toBe(0);
  });
  test.each([-60, -24, -6, -0.1, 0, 3.5, 12])('%f dB has one height', (db) => {
    expect(heightToGain(gainToHeight(db))).toBeCloseTo(db, 1);
  });
  test('in words', () => expect([-60, -6, 0, 1.5].map(gainLabel)).toEqual(['-∞ dB', '-6.0 dB', '0.0 dB', '+1.5 dB']));
});

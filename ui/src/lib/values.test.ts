import { describe, expect, it } from 'vitest';
import { hold, read, sentence, typeset, write, type Format } from './values';

const db: Format = { unit: 'db', min: -60, max: 12, step: 0.5, digits: 1, silence: true };
const ms: Format = { unit: 'ms', min: 0, max: 5000, step: 10, digits: 0, rate: [25, 1] };
const share: Format = { unit: 'share', min: 0, max: 1, step: 0.05, digits: 0 };
const bpm: Format = { unit: 'number', min: 40, max: 220, step: 1, digits: 0, suffix: 'bpm' };
const time: Format = { unit: 'frames', min: 0, max: 100000, step: 1, digits: 0, rate: [24000, 1001] };
const drop: Format = { ...time, rate: [30000, 1001], drop: true };

const check = (format: Format, text: string, value: number | string, current = 0): void => {
  const answer = read(text, format, current);
  if (typeof value === 'string') expect([text, answer]).toEqual([text, { ok: false, why: value }]);
  else {
    expect([text, answer.ok]).toEqual([text, true]);
    expect(answer.ok && answer.value).toBeCloseTo(value, 6);
  }
};

describe('read', () => {
  it('reads decibels', () => {
    check(db, '-6 dB', -6);
    check(db, '−6', -6);
    check(db, '3,5', 3.5);
    check(db, '+3', 3);
    check(db, '+=3', 1, -2);
    check(db, '-=3', -5, -2);
    check(db, '99', 12);
    check(db, '-∞ dB', -60);
    check(db, '-12 + 3*2', -6);
    check(db, '6 ms', 'unit');
    check(db, '', 'empty');
    check(db, '6 6db)', 'syntax');
    check(db, '1/0', 'infinite');
    check(db, 'loud', 'syntax');
  });

  it('reads lengths with units', () => {
    check(ms, '0.5 s', 500);
    check(ms, '2f', 80);
    check(ms, '(100+20)*2', 240);
    check(ms, '200 ms + 1 s', 1200);
    check(ms, '*=2', 200, 100);
  });

  it('reads shares with and without the sign', () => {
    check(share, '70', 0.7);
    check(share, '70 %', 0.7);
    check(share, '35 * 2', 0.7);
    check(share, '140 / 2', 0.7);
  });

  it('reads plain numbers', () => {
    check(bpm, '96 bpm', 96);
    check(bpm, '96', 96);
    check(bpm, '192/2', 96);
    check(bpm, '96 dB', 'unit');
  });

  it('reads timecodes, from the right', () => {
    check(time, '01:02:03:04', ((3600 + 120 + 3) * 24) + 4);
    check(time, '3:04', 76);
    check(time, '+12f', 112, 100);
    check(time, '-12', 88, 100);
    check(time, '+1s', 124, 100);
    check(time, '1:00:00 + 12f', 1452);
    check(time, '00:00:00:24', 'timecode');
    check(time, '00:61:00:00', 'timecode');
    check(drop, '00:01:00;02', 1800);
    check(drop, '00:01:00;00', 'timecode');
    check(drop, '00:10:00;00', 17982);
  });
});

describe('write', () => {
  it('writes what can be read back', () => {
    for (const [format, value, text] of [
      [db, -6, '−6.0 dB'],
      [db, -60, '−∞ dB'],
      [ms, 240, '240 ms'],
      [share, 0.7, '70 %'],
      [bpm, 96, '96 bpm'],
      [time, 1452, '00:01:00:12'],
      [drop, 1800, '00:01:00;02'],
    ] as const) {
      expect(write(value, format)).toBe(text);
      expect(read(text, format, 0)).toEqual({ ok: true, value });
    }
  });

  it('holds to the range and rounds', () => {
    expect(hold(-6.04, db)).toBe(-6);
    expect(hold(0.456, share)).toBe(0.46);
  });

  it('sets what the program says', () => {
    const set = (text: string) => typeset(text).replaceAll('\u00a0', '_');
    expect(set('-16.0 LUFS, range 6.3 LU, -1.0 dBTP')).toBe('−16.0_LUFS, range 6.3_LU, −1.0_dBTP');
    expect(set('+47 points (-3 to +100)')).toBe('+47 points (−3 to +100)');
    expect(set('needs two windows of 15 s')).toBe('needs two windows of 15_s');
    expect(set('100 %, of 12 stems')).toBe('100_%, of 12 stems');
    expect(set('h264, copied, not re-encoded, 2-3 files')).toBe('h264, copied, not re-encoded, 2-3 files');
    expect(sentence('the ceiling is -1.5')).toBe('The ceiling is −1.5');
  });
});

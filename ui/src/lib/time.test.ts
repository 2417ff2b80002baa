import { describe, expect, it } from 'vitest';
import { frameOfSample, frameOfTimecode, lengthText, rateText, sampleOfFrame, tickOfFrame, timecode, type Rate } from './time';

const NTSC: Rate = [30000, 1001];
const FILM: Rate = [24000, 1001];

describe('time', () => {
  it('leads from a frame to its first sample and back, over an hour', () => {
    for (const rate of [NTSC, FILM, [25, 1], [60000, 1001]] as Rate[]) {
      for (let frame = 0; frame < 216000; frame += 997) {
        const sample = sampleOfFrame(frame, rate, 44100);
        expect(frameOfSample(sample, rate, 44100)).toBe(frame);
        if (frame > 0) expect(frameOfSample(sample - 1, rate, 44100)).toBe(frame - 1);
      }
    }
  });

  it('rounds to the nearest sample, as the program does', () => {
    expect([1, 2, 3, 317, 1198].map((frame) => sampleOfFrame(frame, NTSC, 44100))).toEqual([1471, 2943, 4414, 466456, 1762821]);
    expect(frameOfSample(1470.9, NTSC, 44100)).toBe(0);
    expect(frameOfSample(1471, NTSC, 44100)).toBe(1);
  });

  it('knows the analysis tick of a frame', () => {
    expect(tickOfFrame(0, FILM, [10, 1])).toBe(0);
    expect(tickOfFrame(24, FILM, [10, 1])).toBe(10);
    expect(tickOfFrame(5, [25, 1], [10, 1])).toBe(2);
    expect(tickOfFrame(4, [25, 1], [10, 1])).toBe(1);
  });

  it('drops labels at the start of minutes but each tenth', () => {
    expect(timecode(1799, NTSC, true)).toBe('00:00:59;29');
    expect(timecode(1800, NTSC, true)).toBe('00:01:00;02');
    expect(timecode(17981, NTSC, true)).toBe('00:09:59;29');
    expect(timecode(17982, NTSC, true)).toBe('00:10:00;00');
    expect(timecode(107892, NTSC, true)).toBe('01:00:00;00');
    expect(timecode(1800, NTSC, false)).toBe('00:01:00:00');
    expect(timecode(3600, [60000, 1001], true)).toBe('00:01:00;04');
  });

  it('reads back every label it writes', () => {
    for (let frame = 0; frame < 40000; frame += 7) {
      const fields = timecode(frame, NTSC, true).split(/[:;]/).map(Number) as [number, number, number, number];
      expect(frameOfTimecode(fields, NTSC, true)).toBe(frame);
    }
  });

  it('writes rates and lengths for people', () => {
    expect([rateText(FILM), rateText([25, 1]), rateText(NTSC)]).toEqual(['23.976', '25', '29.97']);
    expect([lengthText(42.4), lengthText(62), lengthText(3723)]).toEqual(['0:42', '1:02', '1:02:03']);
  });
});

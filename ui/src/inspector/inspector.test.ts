import { describe, expect, it } from 'vitest';
import type { CueView } from '../api/types';
import { makeApp, makeMeasures, makeProject, threeCues } from '../test/project';
import { crossText, lengthWords, silenceText } from './cue';
import { measuresText, missText, whatText } from './measures';
import { heard } from '../state/deliveries.svelte';
import { mixText, speechText } from './measured';
import { presetOf } from './mix';

const project = { ...makeProject(), ...threeCues() };
const length = (frames: number): string => `${frames} f`;
const cue = (id: number, more: Partial<CueView> = {}): CueView => ({ ...project.cues.find((one) => one.id === id)!, ...more });

describe('ducking', () => {
  const presets = makeApp().duckingPresets;
  it('knows its presets, whatever the threshold and whether it is on', () => {
    const gentle = presets.find((one) => one.id === 'gentle')!.settings;
    expect(presetOf({ ...gentle, on: false, thresholdDb: -12 }, presets)).toBe('gentle');
    expect(presetOf({ ...gentle, depthDb: 7.5 }, presets)).toBe('own');
    expect(presetOf({ ...gentle, by: 'level' }, presets)).toBe('own');
    expect(presetOf(gentle, [])).toBe('own');
  });
  it('says what it did', () => {
    const speech = { seconds: 12, speechLufs: -18.2, musicLufs: -32, duckingDb: 9.4 };
    const mix = { lufs: -16.1, rangeLu: 6.25, truePeakDbtp: -1.2, speech };
    expect(speechText(mix)).toBe('Speech −18.2 LUFS, music under it −32.0 LUFS: 13.8 dB below; lowered by 9.4 dB on the average.');
    expect(mixText(mix)).toBe('Mix −16.1 LUFS, range 6.3 LU, −1.2 dBTP.');
    expect(speechText({ ...mix, speech: null })).toBe('There is no speech.');
    expect(speechText({ ...mix, speech: { ...speech, musicLufs: null } })).toBe('Speech −18.2 LUFS, no music under it.');
    expect(mixText({ ...mix, lufs: null, truePeakDbtp: null })).toBe('Mix silence, range 6.3 LU, silence.');
  });
  it('a measurement is out of date with the mix, not with hits and names', () => {
    const now = heard(project);
    expect(heard({ ...project, hits: [], name: 'Other', revision: 99, loopRange: [1, 5] })).toBe(now);
    expect(heard({ ...project, tempAutomation: [] })).not.toBe(now);
    expect(heard({ ...project, mix: { ...project.mix, masterDb: -1 } })).not.toBe(now);
    expect(heard({ ...project, cues: [cue(1, { fadeOutCurve: 'linear' }), cue(2), cue(3)] })).not.toBe(now);
  });
});

describe('a cue', () => {
  it('says where it is longer than its music', () => {
    expect(silenceText(cue(1), length)).toBeNull();
    expect(silenceText(cue(3), length)).toBeNull();
    expect(silenceText(cue(1, { span: [0, 600] }), length)).toBe('The music ends 40 f before the cue does.');
    expect(silenceText(cue(2, { span: [500, 940] }), length)).toBe('The music starts 12 f after the cue does.');
    expect(silenceText(cue(2, { span: [500, 950] }), length)).toContain('12 f');
    expect(silenceText(cue(2, { span: [0, 40] }), length)).toContain('another place');
  });
  it('says lengths in words', () => {
    const words = [24, 12, 1, 53, 0].map((frames) => lengthWords(frames, [24, 1]));
    expect(words).toEqual(['1 s', '12 frames', '1 frame', '2 s 5 frames', '0 frames']);
  });
  it('says with whom it crosses', () => {
    expect(crossText(cue(1), project.cues, length)).toBe('Crosses with Chase for 48 f.');
    expect(crossText(cue(2), project.cues, length)).toBe('Crosses with Opening for 48 f.');
    expect(crossText(cue(3), project.cues, length)).toBeNull();
  });
});

describe('measures of a take', () => {
  const measures = makeMeasures(3);
  it('says by how much each moment was missed', () => {
    const row = { frame: 5, kind: 'hit', name: 'Logo', landed: false, missMs: -83.4, missFrames: -2 };
    expect([missText(row), whatText(row)]).toEqual(['−2.0 f, −83 ms', 'Logo (hit)']);
    expect(missText({ ...row, missMs: null, missFrames: null })).toBe('nothing near');
    expect(whatText({ ...row, kind: 'cut', name: null })).toBe('cut');
    expect(missText({ ...row, missMs: 12, missFrames: 0.3 })).toBe('+0.3 f, +12 ms');
  });
  it('is a sheet of lines with tabs', () => {
    const lines = measuresText(measures, 'Take 3', String).split('\n');
    expect(lines[0]).toBe('Take 3');
    expect(lines[1]!.split('\t').slice(0, 2)).toEqual(['Hits', '82 %, 3.1 times chance']);
    expect(lines.length).toBe(1 + measures.rows.length + 1 + measures.landings.length);
    expect(lines.at(-1)!.split('\t').length).toBe(4);
  });
});

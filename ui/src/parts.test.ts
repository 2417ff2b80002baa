import { expect, it } from 'vitest';
import { fall, filled, loudness } from './bar/meter';
import { suggest } from './dialogs/export/suggest';
import { en } from './i18n/en';
import { actions } from './i18n/en/actions';
import { deliver } from './i18n/en/deliver';
import { inspector } from './i18n/en/inspector';
import { timeline } from './i18n/en/timeline';
import { window } from './i18n/en/window';
import { t } from './i18n';
import { lineOf } from './inspector/compare';
import { landingText } from './inspector/landing';
import { fileName, sameStyle } from './left/style';

it('fills meters evenly in decibels and lets peaks fall', () => {
  expect([filled(0), filled(-24), filled(-48), filled(-90), filled(3)]).toEqual([1, 0.5, 0, 0, 1]);
  expect(fall(-6, -90, 500)).toBe(-18);
  expect(fall(-6, -3, 500)).toBe(-3);
  expect([loudness(-90), loudness(-16.04)]).toEqual(['−∞', '−16.0']);
});

it('suggests an export beside the video, with the extension that fits', () => {
  const project = (path: string) => ({ video: { path } }) as never;
  expect(suggest(project('/v/cut.v2.mov'), 'mp4')).toBe('/v/cut.v2 scored.mp4');
  expect(suggest(project('/v/cut.v2.mov'), null)).toBe('/v/cut.v2 scored.mov');
  expect(suggest(project('C:\\v\\cut.mp4'), 'wav')).toBe('C:\\v\\cut scored.wav');
  expect(suggest(project('/v.d/cut'), null)).toBe('/v.d/cut scored.mp4');
  expect(suggest(project('/v/cut.mov'), '')).toBe('/v/cut scored');
});

it('says how a hit was met', () => {
  expect(landingText({ landed: true, missMs: 2 })).toBe('Lands exactly');
  expect(landingText({ landed: true, missMs: -22.4 })).toBe('Lands, 22 ms early');
  expect(landingText({ landed: false, missMs: 140 })).toBe('Missed, 140 ms late');
  expect(landingText({ landed: false, missMs: null })).toBe('Missed, nothing near');
});

it('tells styles apart', () => {
  expect(sameStyle({ kind: 'clip', path: 'a', from_s: 1 }, { kind: 'clip', path: 'a', from_s: null })).toBe(false);
  expect(sameStyle({ kind: 'auto' }, { kind: 'auto' })).toBe(true);
  expect([fileName('/a/b.wav'), fileName('C:\\a\\b.wav')]).toEqual(['b.wav', 'b.wav']);
});

it('draws the peaks of a curve, one point a column', () => {
  const bytes = new Uint8Array(Float32Array.from([0, 1, 0, 0, 0.5, 0.5]).buffer);
  expect(lineOf(bytes, 3, 104).map(([, y]) => y)).toEqual([2, 102, 52]);
  expect(lineOf(null, 3, 100)).toEqual([]);
});

it('says each thing once: no two tables have the same key', () => {
  const tables = [window, actions, deliver, timeline, inspector];
  expect(Object.keys(en).length).toBe(tables.reduce((sum, table) => sum + Object.keys(table).length, 0));
});

it('fills in words and leaves no empty ones', () => {
  expect(t('take.bpm', { n: 96 })).toBe('96 bpm');
  for (const [key, text] of Object.entries(en)) {
    expect([key, text.trim() === '']).toEqual([key, false]);
    expect([key, text.includes('!')]).toEqual([key, false]);
  }
});

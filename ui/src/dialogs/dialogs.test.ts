import { describe, expect, it, vi } from 'vitest';
import { distanceText, measured } from '../bar/measure';
import { targetText } from '../parts/target';
import { Scope } from '../lib/scope';
import { heard, masterFor } from '../state/deliveries.svelte';
import { makeStudio, startStudio } from '../state/studio';
import { Fake } from '../test/fake';
import { exportPresets, makeJob, makeProject } from '../test/project';
import { choicesOf, earlier, extensionOf, PLAIN, requestOf, sameChoices, sizeText, toggled, turnedInto, withExtension } from './export/choices';
import { Fits } from './export/fits.svelte';
import { folderFor, parentOf, within } from './folder';
import { withOther } from './page/others';

describe('choices of an export', () => {
  it('knows a preset from a changed one', () => {
    const web = choicesOf(exportPresets[0]!);
    expect(sameChoices(web, choicesOf(exportPresets[0]!))).toBe(true);
    expect(sameChoices(web, { ...web, targetLufs: -16 })).toBe(false);
    expect(sameChoices(web, { ...web, tracks: ['music', 'mix'] })).toBe(false);
    expect(requestOf(web, '/v/a.mp4', true)).toEqual({
      path: '/v/a.mp4', what: 'video', codec: 'aac', tracks: ['mix'], loopOnly: false, targetLufs: -14, ceilingDbtp: -1, overwrite: true,
    });
  });

  it('forgets files and codecs where it becomes something else', () => {
    const three = choicesOf(exportPresets[2]!);
    expect(turnedInto(three, 'sound')).toMatchObject({ extension: 'wav', codec: null, tracks: ['mix'], targetLufs: -23 });
    expect(turnedInto(three, 'stems')).toMatchObject({ extension: null, codec: null, tracks: ['music', 'temp'] });
    expect(turnedInto({ ...three, tracks: [] }, 'video').tracks).toEqual(['mix']);
  });

  it('orders tracks', () => {
    expect(toggled(['mix'], 'temp')).toEqual(['mix', 'temp']);
    expect(toggled(['mix', 'temp'], 'mix')).toEqual(['temp']);
    expect(earlier(['mix', 'music', 'temp'], 'temp')).toEqual(['mix', 'temp', 'music']);
    expect(earlier(['mix', 'music'], 'mix')).toEqual(['mix', 'music']);
    expect(earlier(['mix'], 'temp')).toEqual(['mix']);
  });

  it('gives paths other extensions, and only those', () => {
    expect(withExtension('/v.d/cut', 'wav')).toBe('/v.d/cut.wav');
    expect(withExtension('/v/cut.v2.mov', 'mkv')).toBe('/v/cut.v2.mkv');
    expect(withExtension('C:\\v\\cut.MP4', '')).toBe('C:\\v\\cut');
    expect([extensionOf('/v.d/cut'), extensionOf('/v/.hidden'), extensionOf('/v/A.MOV')]).toEqual(['', '', 'mov']);
    expect([sizeText(300), sizeText(4_440_000), sizeText(48_400_000), sizeText(2_150_000_000)]).toEqual(['1 kB', '4.4 MB', '48 MB', '2.1 GB']);
  });

  it('offers what the program can write, and all where something else is in the way', async () => {
    const fits = new Fits(new Fake());
    expect(fits.extensions('video')).toEqual(['mp4', 'mov', 'mkv', 'webm']);
    fits.ask('video', '/v/a.mov');
    await vi.waitFor(() => expect(fits.codecs('video', '/v/a.mov')).toEqual(['aac', 'alac', 'pcm', 'pcm16']));
    expect(fits.extensions('video')).toEqual(['mp4', 'mov', 'mkv']);
    const refused = new Fits(new Fake({ refuse: { export_forecast: 'No cue has a take.' } }));
    refused.ask('sound', '/v/a.wav');
    await new Promise((done) => setTimeout(done, 20));
    expect(refused.extensions('sound')).toContain('wav');
    expect(refused.codecs('sound', '/v/a.wav').length).toBe(7);
  });
});

describe('deliveries', () => {
  it('knows what is queued and which file it writes', async () => {
    const fake = new Fake();
    const { app, deliveries } = makeStudio(fake);
    await app.start(new Scope());
    deliveries.queued(7, '/v/a.mp4');
    fake.emit('job', makeJob({ id: 7, kind: 'export', state: 'waiting' }));
    expect([deliveries.writes('/v/a.mp4'), deliveries.writes('/v/b.mp4')]).toEqual([true, false]);
    for (let id = 20; id < 50; id++) fake.emit('job', makeJob({ id, kind: 'generate', state: 'done' }));
    fake.emit('job', makeJob({ id: 7, kind: 'export', state: 'done', output: '/v/a.mp4' }));
    expect(deliveries.exports.map((job) => deliveries.pathOf(job))).toEqual(['/v/a.mp4']);
    expect(deliveries.writes('/v/a.mp4')).toBe(false);
  });

  it('marks what was measured of another mix', async () => {
    const fake = new Fake();
    const studio = makeStudio(fake);
    const { app, deliveries } = studio;
    await startStudio(studio);
    expect(deliveries.measured).toBeNull();
    await deliveries.measure();
    expect(deliveries.measuring?.kind).toBe('measure');
    const measure = { lufs: -16.4, rangeLu: 6, truePeakDbtp: -1, speech: null };
    fake.emit('job', makeJob({ id: 100, kind: 'measure', state: 'done', measure }));
    expect(deliveries.measured).toEqual({ measure, stale: false });
    const mix = makeProject().mix;
    await app.edit({ edit: 'set_mix', mix: { ...mix, delivery: { ...mix.delivery, targetLufs: -23 } } });
    expect(deliveries.measured?.stale).toBe(false);
    await app.edit({ edit: 'set_mix', mix: { ...mix, masterDb: 2 } });
    expect(deliveries.measured?.stale).toBe(true);
    fake.emit('project', { ...makeProject(), folder: '/other', revision: 99 });
    expect(deliveries.measured).toBeNull();
    studio.scope.end();
  });

  it('names all that is heard, and nothing else', () => {
    const project = makeProject();
    const now = heard(project);
    expect(heard({ ...project, name: 'x', hits: [], revision: 9, loopRange: [1, 2] })).toBe(now);
    expect(heard({ ...project, mix: { ...project.mix, delivery: { targetLufs: -14, ceilingDbtp: -2 } } })).not.toBe(now);
    expect(heard({ ...project, cues: project.cues.map((cue) => ({ ...cue, take: 1 })) })).not.toBe(now);
  });

  it('brings a mix to a target, within the master’s range', () => {
    expect(masterFor(0, -16.42, -14)).toBe(2.4);
    expect(masterFor(-3, -10, -23)).toBe(-16);
    expect(masterFor(10, -30, -14)).toBe(12);
    expect([distanceText(-16.4, -14), distanceText(-12, -14), distanceText(-14.1, -14), distanceText(-14, null), distanceText(null, -14)]).toEqual(
      ['2.4 LU too quiet', '2 LU too loud', 'reached', null, null],
    );
    expect([measured(null, 'LUFS'), measured(-1.25, 'dBTP')]).toEqual(['silence', '−1.3 dBTP']);
    expect([targetText(-14, -1), targetText(null, -1.5)]).toEqual(['−14 LUFS, −1 dBTP', 'as mixed, −1.5 dBTP']);
  });
});

it('puts what is made beside the video', () => {
  expect(folderFor({ video: { path: '/v/cut.v2.mov' } } as never, 'hand-over')).toBe('/v/cut.v2 hand-over');
  expect([parentOf('/v/a.mp4'), parentOf('/a.mp4'), parentOf('C:\\v\\a.mp4')]).toEqual(['/v', '/', 'C:\\v']);
  expect([within('/v', 'a.mid'), within('C:\\v', 'a.mid')]).toEqual(['/v/a.mid', 'C:\\v\\a.mid']);
});

it('names other systems after their files, each once', () => {
  const one = withOther([], '/r/Video2Music.wav');
  const two = withOther(one, '/s/Video2Music.mp4');
  expect(two.map((other) => other.name)).toEqual(['Video2Music', 'Video2Music 2']);
  expect(withOther(two, '/r/Video2Music.wav')).toEqual(two);
});

it('is as plain without presets', () => {
  expect(sameChoices(PLAIN, turnedInto(PLAIN, 'video'))).toBe(true);
});

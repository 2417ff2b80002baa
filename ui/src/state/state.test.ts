import { describe, expect, it, vi } from 'vitest';
import type { Tick } from '../api/types';
import { Scope } from '../lib/scope';
import { Fake } from '../test/fake';
import { makeJob, makeProject } from '../test/project';
import { spell } from './forecast.svelte';
import { makeStudio, startStudio } from './studio';

const tick = (more: Partial<Tick>): Tick => ({
  atMs: Infinity, sample: 0, frame: 0, playing: true, speed: 1, peakDb: [-90, -90], momentaryLufs: -90, shortTermLufs: -90, duckingDb: 0,
  audition: null, clipS: null, problem: null, ...more,
});

describe('App', () => {
  it('drops an older project that comes late', async () => {
    const fake = new Fake();
    const { app } = makeStudio(fake);
    await app.start(new Scope());
    fake.emit('project', { ...makeProject(), revision: 5, name: 'new' });
    fake.emit('project', { ...makeProject(), revision: 4, name: 'late' });
    expect(app.project?.name).toBe('new');
    fake.emit('project', { ...makeProject(), revision: 1, folder: '/other', name: 'other' });
    expect(app.project?.name).toBe('other');
    fake.emit('project', null);
    expect(app.project).toBeNull();
  });

  it('keeps one line for each job and knows which run', async () => {
    const fake = new Fake();
    const { app } = makeStudio(fake);
    await app.start(new Scope());
    fake.emit('job', makeJob({ id: 7 }));
    fake.emit('job', makeJob({ id: 7, fraction: 0.9 }));
    fake.emit('job', makeJob({ id: 8, state: 'waiting' }));
    expect(app.running.map((job) => [job.id, job.fraction])).toEqual([[7, 0.9], [8, 0.43]]);
    fake.emit('job', makeJob({ id: 7, state: 'done' }));
    expect(app.running.map((job) => job.id)).toEqual([8]);
  });

  it('turns a refused edit into a message and leaves the project alone', async () => {
    const fake = new Fake({ refuse: { edit: 'The hit is locked.' } });
    const { app } = makeStudio(fake);
    await app.start(new Scope());
    expect(await app.edit({ edit: 'move_hit', id: 21, frame: 3 })).toBe(false);
    expect(await app.edit({ edit: 'move_hit', id: 21, frame: 4 })).toBe(false);
    expect(app.messages.map((message) => message.error.message)).toEqual(['The hit is locked.']);
    expect(app.project?.revision).toBe(1);
  });

  it('says why nothing works where the program does not answer', async () => {
    const { app } = makeStudio(new Fake({ refuse: { app_state: 'No.' } }));
    await app.start(new Scope());
    expect(app.broken?.message).toBe('No.');
  });
});

describe('Playback', () => {
  it('sends one command after the other, and of places that wait the last', async () => {
    const { app, playback } = makeStudio(new Fake());
    await app.start(new Scope());
    const sent: unknown[] = [];
    let answer = (): void => undefined;
    playback.backend.call = ((_name: string, args: { command: unknown }) => {
      sent.push(args.command);
      return new Promise<null>((resolve) => (answer = () => resolve(null)));
    }) as never;
    for (const frame of [1, 2, 3]) playback.scrub(frame);
    playback.scrubEnd();
    expect(sent).toEqual([{ kind: 'scrub', frame: 1 }]);
    for (let n = 0; n < 3; n++) {
      answer();
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(sent).toEqual([{ kind: 'scrub', frame: 1 }, { kind: 'scrub', frame: 3 }, { kind: 'scrub_end' }]);
  });

  it('runs on from the last tick, and not for long', async () => {
    const studio = makeStudio(new Fake());
    await studio.app.start(new Scope());
    const { playback } = studio;
    playback.take(tick({ sample: 48000 }), 1000);
    expect(playback.nowSample(1000)).toBe(48000);
    expect(playback.nowSample(1100)).toBeCloseTo(52800, 3);
    expect(playback.nowSample(9000)).toBe(48000 + 12000);
    playback.take(tick({ sample: 48000, speed: -2 }), 2000);
    expect(playback.nowSample(2100)).toBeCloseTo(38400, 3);
    playback.take(tick({ sample: 48000, playing: false }), 3000);
    expect(playback.nowSample(3200)).toBe(48000);
    playback.take(tick({ sample: 1e12 }), 4000);
    expect(playback.nowFrame(4000)).toBe(1486);
  });

  it('counts the time that a tick took to come, but no nonsense', async () => {
    const studio = makeStudio(new Fake());
    await studio.app.start(new Scope());
    const { playback } = studio;
    const sent = (at: number): number => performance.timeOrigin + at;
    playback.take(tick({ sample: 48000, atMs: sent(980) }), 1000);
    expect(playback.nowSample(1000)).toBeCloseTo(48960, 0);
    playback.take(tick({ sample: 48000, atMs: sent(-60_000) }), 2000);
    expect(playback.nowSample(2000)).toBeCloseTo(48000 + 0.15 * 48000, 0);
  });

  it('shows the place that was asked for until it arrives', async () => {
    const studio = makeStudio(new Fake());
    await studio.app.start(new Scope());
    const { playback } = studio;
    const clock = vi.spyOn(performance, 'now').mockReturnValue(100);
    playback.seek(240);
    expect(playback.nowFrame(110)).toBe(240);
    playback.take(tick({ sample: 0, playing: false }), 120);
    expect(playback.nowFrame(130)).toBe(240);
    playback.take(tick({ sample: 480480, playing: false }), 140);
    expect(playback.nowFrame(150)).toBe(240);
    playback.take(tick({ sample: 0, playing: false }), 160);
    expect(playback.nowFrame(170)).toBe(0);
    clock.mockRestore();
  });
});

describe('Layout', () => {
  it('reads what it wrote, keeps the keys of others, and shrugs at nonsense', async () => {
    vi.useFakeTimers();
    const fake = new Fake();
    fake.app.settings.layout = '{"left": 300, "right": "wide", "zoom": 4}';
    const studio = makeStudio(fake);
    await startStudio(studio);
    expect([studio.layout.sizes.left, studio.layout.sizes.right]).toEqual([300, 288]);
    studio.layout.set({ left: 310 });
    studio.layout.set({ left: 320 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(fake.calls.filter((call) => call.name === 'set_settings').length).toBe(1);
    expect(JSON.parse(fake.app.settings.layout)).toMatchObject({ left: 320, zoom: 4 });
    studio.layout.load('not json');
    expect(studio.layout.sizes.left).toBe(248);
    studio.scope.end();
    vi.useRealTimers();
  });
});

describe('Scope', () => {
  it('ends everything once, the last first, children too', () => {
    const ended: string[] = [];
    const scope = new Scope();
    scope.add(() => ended.push('first'));
    const child = scope.child();
    child.add(() => ended.push('child'));
    const early = scope.add(() => ended.push('early'));
    early();
    early();
    scope.end();
    scope.end();
    scope.add(() => ended.push('late'));
    expect(ended).toEqual(['early', 'child', 'first', 'late']);
    expect(child.ended).toBe(true);
  });
});

it('spells waiting times', () => {
  expect([spell(0.2), spell(9.4), spell(200)]).toEqual(['1 s', '9 s', '3 min']);
});

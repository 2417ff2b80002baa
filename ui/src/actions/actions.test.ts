import { describe, expect, it } from 'vitest';
import { makeStudio, startStudio, type Studio } from '../state/studio';
import { Fake, type FakeOptions } from '../test/fake';
import { dropped } from './file';
import { nextMark } from './hits';
import { canGenerate, otherTake } from './music';
import { marked, nextSpeed } from './play';
import { action, perform } from './table';

async function start(options: FakeOptions = {}): Promise<{ studio: Studio; fake: Fake; run: (id: string) => boolean }> {
  const fake = new Fake(options);
  const studio = makeStudio(fake);
  await startStudio(studio);
  return { studio, fake, run: (id) => perform(studio, action(id)) };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('playing', () => {
  it('doubles the speed of J and L and turns round', () => {
    expect(nextSpeed(1, false, 1)).toBe(1);
    expect(nextSpeed(1, true, 1)).toBe(2);
    expect(nextSpeed(8, true, 1)).toBe(8);
    expect(nextSpeed(4, true, -1)).toBe(-1);
    expect(nextSpeed(-1, true, -1)).toBe(-2);
  });

  it('marks the loop and never makes it empty', () => {
    expect(marked(null, 'in', 30, 100)).toEqual([30, 100]);
    expect(marked([30, 100], 'out', 59, 100)).toEqual([30, 60]);
    expect(marked([30, 60], 'in', 70, 100)).toEqual([70, 100]);
    expect(marked([30, 60], 'out', 10, 100)).toEqual([0, 11]);
    expect(marked(null, 'out', 99, 100)).toEqual([0, 100]);
  });

  it('does nothing without a project', async () => {
    const { fake, run } = await start({ project: null });
    for (const id of ['play', 'generate', 'add_hit', 'export', 'undo', 'loop_in', 'delete', 'ab']) expect([id, run(id)]).toEqual([id, false]);
    expect(fake.calls.map((call) => call.name)).toEqual(['app_state']);
  });
});

describe('hits', () => {
  it('finds the next hit or cut', () => {
    const project = { hits: [{ frame: 10 }, { frame: 30 }], cuts: [{ frame: 20 }] } as never;
    expect([nextMark(project, 10, 1), nextMark(project, 20, 1), nextMark(project, 30, 1), nextMark(project, 20, -1)]).toEqual([20, 30, null, 10]);
  });

  it('adds one at the playhead, or chooses the one that is there', async () => {
    const { studio, fake, run } = await start();
    studio.playback.seek(500);
    run('add_hit');
    await settle();
    expect(fake.edits).toEqual([{ edit: 'add_hit', frame: 500, name: null }]);
    expect(studio.view.selection.kind).toBe('hit');
    run('add_named_hit');
    await settle();
    expect(fake.edits.length).toBe(1);
    expect(studio.view.renaming).toBe(true);
  });

  it('deletes what is selected, but no locked hit', async () => {
    const { studio, fake, run } = await start();
    studio.view.select({ kind: 'hit', hit: 21 });
    expect(run('delete')).toBe(false);
    studio.view.select({ kind: 'hit', hit: 22 });
    expect(run('delete')).toBe(true);
    await settle();
    studio.view.settle(studio.app.project);
    expect(studio.view.selection.kind).toBe('none');
    run('undo');
    await settle();
    expect(fake.project?.hits.some((hit) => hit.id === 22)).toBe(true);
  });
});

describe('music', () => {
  it('generates only what can be generated', async () => {
    expect(canGenerate((await start()).studio)).toBe(true);
    expect(canGenerate((await start({ app: { pack: null } })).studio)).toBe(false);
    expect(canGenerate((await start({ project: { analysed: false } })).studio)).toBe(false);
  });

  it('regenerates the selected span', async () => {
    const { studio, fake, run } = await start();
    expect(run('regenerate')).toBe(false);
    studio.view.select({ kind: 'section', cue: 1, span: [100, 200] });
    expect(run('regenerate')).toBe(true);
    expect(fake.calls.at(-1)).toEqual({ name: 'regenerate', args: { cue: 1, span: [100, 200] } });
  });

  it('compares with the take that was in use before', async () => {
    const { studio, run } = await start();
    expect(otherTake(studio.app.cue(1)!, null)?.id).toBe(4);
    perform(studio, 2);
    await settle();
    expect(studio.app.cue(1)?.take).toBe(2);
    run('ab');
    await settle();
    expect(studio.playback.audition).toBe(3);
    run('ab');
    await settle();
    expect(studio.playback.audition).toBe(null);
  });

  it('takes a dropped sound as style and opens all else', async () => {
    const { studio, fake } = await start();
    dropped(studio, '/m/a.WAV');
    dropped(studio, '/m/a.mov');
    await settle();
    expect(fake.edits).toEqual([{ edit: 'set_style', style: { kind: 'clip', path: '/m/a.WAV', from_s: null } }]);
    expect(fake.calls.at(-1)?.name).toBe('open_path');
    const empty = await start({ project: null });
    dropped(empty.studio, '/m/a.wav');
    expect(empty.fake.calls.at(-1)?.name).toBe('open_path');
  });
});

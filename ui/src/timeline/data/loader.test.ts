import { describe, expect, test, vi } from 'vitest';
import { Loader, type Loaded } from './loader';
import { Lru } from './lru';

/** A loader whose answers the test gives. */
function made(most = 10) {
  const asked: { path: string; signal: AbortSignal; answer: (loaded: Loaded<string>) => void }[] = [];
  const changed = vi.fn();
  const loader = new Loader<string>(
    (path, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        asked.push({ path, signal, answer: resolve });
      }),
    changed,
    most,
  );
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return { loader, asked, changed, settle };
}

describe('loader', () => {
  test('asks once for what is whole', async () => {
    vi.useFakeTimers();
    const { loader, asked, changed, settle } = made();
    loader.want('lane', ['a', 'b']);
    loader.want('lane', ['a', 'b']);
    expect(asked.map((one) => one.path)).toEqual(['a', 'b']);
    asked[0]!.answer({ value: 'A', whole: true });
    await settle();
    expect(loader.get('a')).toBe('A');
    expect(changed).toHaveBeenCalledTimes(1);
    loader.want('lane', ['a']);
    expect(asked.length).toBe(2);
    vi.useRealTimers();
  });

  test('aborts what nobody looks at, but not what another does', async () => {
    vi.useFakeTimers();
    const { loader, asked, settle } = made();
    loader.want('one', ['a', 'b']);
    loader.want('two', ['b']);
    loader.want('one', ['c']);
    await settle();
    expect(asked.find((one) => one.path === 'a')!.signal.aborted).toBe(true);
    expect(asked.find((one) => one.path === 'b')!.signal.aborted).toBe(false);
    vi.useRealTimers();
  });

  test('asks again for what is not there, later and later, and keeps the part that is', async () => {
    vi.useFakeTimers();
    const { loader, asked, settle } = made();
    loader.want('lane', ['a']);
    asked[0]!.answer(null);
    await settle();
    expect(asked.length).toBe(1);
    await vi.advanceTimersByTimeAsync(420);
    expect(asked.length).toBe(2);
    asked[1]!.answer({ value: 'half', whole: false });
    await settle();
    expect(loader.get('a')).toBe('half');
    await vi.advanceTimersByTimeAsync(420);
    expect(asked.length).toBe(2);
    await vi.advanceTimersByTimeAsync(400);
    expect(asked.length).toBe(3);
    expect(loader.get('a')).toBe('half');
    asked[2]!.answer({ value: 'whole', whole: true });
    await vi.advanceTimersByTimeAsync(60000);
    expect(asked.length).toBe(3);
    vi.useRealTimers();
  });

  test('a refresh asks at once for what grew', async () => {
    vi.useFakeTimers();
    const { loader, asked, settle } = made();
    loader.want('lane', ['take/1/0', 'temp/0']);
    asked[0]!.answer({ value: 'half', whole: false });
    asked[1]!.answer({ value: 'half', whole: false });
    await settle();
    loader.refresh('take/1/');
    expect(asked.map((one) => one.path)).toEqual(['take/1/0', 'temp/0', 'take/1/0']);
    vi.useRealTimers();
  });

  test('what grew while it was loaded is asked for once more, at once', async () => {
    vi.useFakeTimers();
    const { loader, asked, settle } = made();
    loader.want('lane', ['take/1/0']);
    loader.refresh('take/1/');
    asked[0]!.answer({ value: 'half', whole: false });
    await settle();
    await vi.advanceTimersByTimeAsync(5);
    expect(asked.length).toBe(2);
    asked[1]!.answer({ value: 'whole', whole: true });
    await settle();
    expect(asked.length).toBe(2);
    expect(loader.get('take/1/0')).toBe('whole');
    vi.useRealTimers();
  });

  test('after a clear the same path is another thing', async () => {
    vi.useFakeTimers();
    const { loader, asked, settle } = made();
    loader.want('lane', ['take/1', 'take/2']);
    asked[0]!.answer({ value: 'of before', whole: true });
    await settle();
    loader.clear();
    expect(loader.get('take/1')).toBeNull();
    expect(asked[1]!.signal.aborted).toBe(true);
    asked[1]!.answer({ value: 'of before', whole: true });
    await settle();
    expect(loader.get('take/2')).toBeNull();
    expect(asked.slice(2).map((one) => one.path)).toEqual(['take/1', 'take/2']);
    asked[3]!.answer({ value: 'of now', whole: true });
    await settle();
    expect(loader.get('take/2')).toBe('of now');
    vi.useRealTimers();
  });

  test('never more than six at once, and nothing after the end', async () => {
    vi.useFakeTimers();
    const { loader, asked, settle } = made();
    loader.want('lane', Array.from({ length: 20 }, (_, n) => `p${n}`));
    expect(asked.length).toBe(6);
    asked[0]!.answer({ value: 'x', whole: true });
    await settle();
    expect(asked.length).toBe(7);
    loader.end();
    await vi.advanceTimersByTimeAsync(60000);
    expect(asked.length).toBe(7);
    expect(asked[5]!.signal.aborted).toBe(true);
    vi.useRealTimers();
  });
});

test('the entries used last are kept', () => {
  const dropped = vi.fn();
  const lru = new Lru<number>(2, dropped);
  lru.set('a', 1);
  lru.set('b', 2);
  lru.get('a');
  lru.set('c', 3);
  expect(lru.get('b')).toBeUndefined();
  expect([lru.get('a'), lru.get('c'), lru.size]).toEqual([1, 3, 2]);
  expect(dropped).toHaveBeenCalledExactlyOnceWith(2);
});

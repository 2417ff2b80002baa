import { Lru } from './lru';

/** What a load gave: the thing and whether it is whole; `null` if nothing is there yet. */
export type Loaded<V> = { value: V; whole: boolean } | null;

/** How one thing is loaded. Rejects when aborted or broken. */
export type Load<V> = (path: string, signal: AbortSignal) => Promise<Loaded<V>>;

interface Entry<V> {
  value: V | null;
  whole: boolean;
  /** When it may be asked for again, in milliseconds of the clock. */
  again: number;
  wait: number;
}

/** Loads at once, at most. */
const AT_ONCE = 6;
/** First and longest wait before something that is not (wholly) there is asked for again, in milliseconds. */
const FIRST_WAIT = 400;
const LONGEST_WAIT = 6000;

/**
 * Loads tiles that somebody looks at: keeps the last ones, aborts what nobody looks at any more, and asks again for
 * what is not (wholly) there yet, less and less often. `changed` is called when something came.
 */
export class Loader<V> {
  #kept: Lru<Entry<V>>;
  #running = new Map<string, AbortController>();
  /** What grew while it was being loaded: it is asked for once more. */
  #outdated = new Set<string>();
  #wanted = new Map<string, readonly string[]>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #ended = false;

  constructor(
    readonly load: Load<V>,
    readonly changed: () => void,
    most: number,
    dropped: (value: V) => void = () => undefined,
    readonly clock: () => number = () => performance.now(),
  ) {
    this.#kept = new Lru(most, (entry) => entry.value !== null && dropped(entry.value));
  }

  /** What is there now, whole or not. */
  get(path: string): V | null {
    return this.#kept.get(path)?.value ?? null;
  }

  /** What `who` looks at from now on, the most urgent first; replaces what it looked at before. */
  want(who: string, paths: readonly string[]): void {
    if (this.#ended) return;
    this.#wanted.set(who, paths);
    const all = new Set([...this.#wanted.values()].flat());
    for (const [path, control] of this.#running) if (!all.has(path)) control.abort();
    this.#start();
  }

  /** Forgets when to ask again: something grew that is known to be more now. */
  refresh(prefix: string): void {
    for (const path of [...this.#wanted.values()].flat()) {
      if (!path.startsWith(prefix)) continue;
      if (this.#running.has(path)) this.#outdated.add(path);
      const entry = this.#kept.get(path);
      if (entry && !entry.whole) entry.again = 0;
    }
    this.#start();
  }

  /** Forgets everything: the same paths mean other things from now on. What is looked at is asked for again. */
  clear(): void {
    for (const control of this.#running.values()) control.abort();
    // Told apart from those of before, which end later and must not be kept.
    this.#running = new Map();
    this.#kept.clear();
    this.#start();
  }

  /** Aborts and forgets everything, for good. */
  end(): void {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const control of this.#running.values()) control.abort();
    this.#kept.clear();
  }

  #start(): void {
    if (this.#ended) return;
    const now = this.clock();
    let next = Infinity;
    for (const path of [...this.#wanted.values()].flat()) {
      if (this.#running.size >= AT_ONCE) break;
      if (this.#running.has(path)) continue;
      const entry = this.#kept.get(path);
      if (entry?.whole) continue;
      if (entry && entry.again > now) next = Math.min(next, entry.again);
      else void this.#run(path);
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = next < Infinity ? setTimeout(() => this.#start(), next - now + 1) : null;
  }

  async #run(path: string): Promise<void> {
    const control = new AbortController();
    this.#running.set(path, control);
    let loaded: Loaded<V> = null;
    try {
      loaded = await this.load(path, control.signal);
    } catch {
      // Aborted, or broken: the second is asked for again later like what is not there yet.
    }
    if (this.#running.get(path) === control) this.#running.delete(path);
    if (this.#ended) return;
    const outdated = this.#outdated.delete(path);
    if (!control.signal.aborted) {
      const before = this.#kept.get(path);
      const wait = loaded?.whole || outdated ? 0 : Math.min(LONGEST_WAIT, before ? before.wait * 1.6 : FIRST_WAIT);
      const value = loaded ? loaded.value : (before?.value ?? null);
      this.#kept.set(path, { value, whole: loaded?.whole ?? false, again: this.clock() + wait, wait });
      if (loaded) this.changed();
    }
    this.#start();
  }
}

/** A map that keeps the entries used last, at most `most` of them. */
export class Lru<V> {
  #entries = new Map<string, V>();

  constructor(
    readonly most: number,
    /** Called for each entry that is dropped. */
    readonly dropped: (value: V) => void = () => undefined,
  ) {}

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    // Put behind all others: a Map keeps the order of insertion.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size <= this.most) break;
      this.#entries.delete(oldest);
      this.dropped(old);
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  clear(): void {
    for (const value of this.#entries.values()) this.dropped(value);
    this.#entries.clear();
  }
}

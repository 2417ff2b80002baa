/**
 * One disposal tree: who starts a listener, a timer, an animation frame or a child scope adds it to its scope,
 * and ending the scope ends all of them, the last one first.
 */
export class Scope {
  #ends: (() => void)[] = [];
  #ended = false;

  /** Whether `end` was called; everything that is added later ends at once. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Calls `end` when this scope ends. Returns a function that ends it earlier. */
  add(end: () => void): () => void {
    if (this.#ended) {
      end();
      return () => undefined;
    }
    this.#ends.push(end);
    return () => {
      const at = this.#ends.indexOf(end);
      if (at < 0) return;
      this.#ends.splice(at, 1);
      end();
    };
  }

  /** A scope that ends with this one, or earlier. */
  child(): Scope {
    const child = new Scope();
    const release = this.add(() => child.end());
    child.add(release);
    return child;
  }

  /** Adds an event listener. */
  listen<E extends Event>(
    target: EventTarget,
    type: string,
    handler: (event: E) => void,
    options?: AddEventListenerOptions,
  ): () => void {
    const listener = handler as EventListener;
    target.addEventListener(type, listener, options);
    return this.add(() => target.removeEventListener(type, listener, options));
  }

  /** Calls `run` once after `ms` milliseconds. Returns a function that takes it back. */
  timeout(ms: number, run: () => void): () => void {
    const timer = setTimeout(() => {
      release();
      run();
    }, ms);
    const release = this.add(() => clearTimeout(timer));
    return release;
  }

  /** Calls `draw` before every repaint with the time in milliseconds. */
  frames(draw: (now: number) => void): () => void {
    let id = 0;
    const next = (now: number) => {
      id = requestAnimationFrame(next);
      draw(now);
    };
    id = requestAnimationFrame(next);
    return this.add(() => cancelAnimationFrame(id));
  }

  /** Calls `changed` whenever the size of `element` changes, and once at the start. */
  resize(element: Element, changed: (width: number, height: number) => void): () => void {
    const observer = new ResizeObserver(() => changed(element.clientWidth, element.clientHeight));
    observer.observe(element);
    return this.add(() => observer.disconnect());
  }

  /** Adds something that comes later, such as the end of a subscription; ended at once if it comes too late. */
  adopt(coming: Promise<() => void>, failed: (error: unknown) => void): void {
    coming.then((end) => this.add(end), failed);
  }

  /** Ends everything, the last one first. Safe to call again. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const end of this.#ends.splice(0).reverse()) end();
  }
}

import type { Backend } from '../../api/backend';
import type { StripSlot } from '../geometry/tiles';
import { Loader } from './loader';

/** Pictures kept: some pages of the strip, about 58 KB each once decoded. */
const PICTURES_KEPT = 400;

/** Pictures of the film strip. */
export class Strip {
  #loader: Loader<HTMLImageElement>;

  constructor(
    readonly backend: Backend,
    changed: () => void,
  ) {
    this.#loader = new Loader((path, signal) => this.#load(path, signal), changed, PICTURES_KEPT);
  }

  /** The picture of each slot: the exact one, else the thumbnail of its second, else `null`. Asks for what is missing. */
  pictures(key: string, slots: readonly StripSlot[]): (HTMLImageElement | null)[] {
    const exact = (slot: StripSlot) => (slot.frame === null ? null : `frame/${key}/${slot.frame}?w=160`);
    const thumb = (slot: StripSlot) => `thumb/${key}/${slot.second}`;
    const paths = slots.map(thumb).concat(slots.flatMap((slot) => exact(slot) ?? []));
    this.#loader.want('strip', [...new Set(paths)]);
    return slots.map((slot) => {
      const frame = exact(slot);
      return (frame && this.#loader.get(frame)) || this.#loader.get(thumb(slot));
    });
  }

  /** Another project: the same paths are other things. */
  clear(): void {
    this.#loader.clear();
  }

  end(): void {
    this.#loader.end();
  }

  /** An image decodes off the main thread; one that isn't there yet (204) can't be decoded. */
  async #load(path: string, signal: AbortSignal) {
    const image = new Image();
    signal.addEventListener('abort', () => (image.src = ''));
    image.src = this.backend.url(path);
    try {
      await image.decode();
    } catch {
      return null;
    }
    return image.naturalWidth > 1 ? { value: image, whole: true } : null;
  }
}

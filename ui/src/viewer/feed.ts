/** Requests that may be under way at once. */
const IN_FLIGHT = 3;
/** Frames asked for before they are due, while playing. */
const AHEAD = 6;
/** Pictures kept, for stepping back and forth. */
const KEPT = 12;
/** A frame that could not be had so often while it was due isn't asked for again. */
const TRIES = 3;
/** A jump that takes longer shows what is known of its place, in milliseconds. */
const PATIENCE_MS = 70;

/** What the feed shows and is asked for. */
export interface Due {
  /** The frame that belongs on the screen now. */
  frame: number;
  /** Frames by which the next one is due to differ; 0 while it stands still. */
  pace: number;
  /** Frames of the video. */
  frames: number;
}

/**
 * Frames as they are needed: the one that is due first, some ahead while playing, never more than three under way.
 * What comes too late for its moment is kept for a while but an older picture never replaces a newer one while playing.
 */
export class FrameFeed<Picture> {
  #pictures = new Map<number, Picture>();
  #coming = new Set<number>();
  #failed = new Map<number, number>();
  #last = -1;
  #due = -1;
  #era = 0;

  constructor(
    /** Fetches and decodes one frame. */
    readonly load: (frame: number) => Promise<Picture>,
    /** Called when a picture has come. */
    readonly arrived: () => void,
    /** Called when the frame that is due could not be had. */
    readonly failed: (frame: number) => void = () => undefined,
  ) {}

  /** Forgets all pictures: another video, another size. What is under way is dropped when it comes. */
  clear(): void {
    this.#era++;
    this.#pictures.clear();
    this.#coming.clear();
    this.#failed.clear();
    this.#last = -1;
  }

  /** How many requests are under way. */
  get coming(): number {
    return this.#coming.size;
  }

  /** The best picture there is for what is due: the frame itself, else, while playing, the nearest before it. */
  best(due: Due): { frame: number; picture: Picture } | null {
    const exact = this.#pictures.get(due.frame);
    if (exact !== undefined) return { frame: due.frame, picture: exact };
    let found: number | null = null;
    for (const frame of this.#pictures.keys()) {
      const late = due.pace >= 0 ? due.frame - frame : frame - due.frame;
      if (late < 0) continue;
      if (found === null || late < Math.abs(due.frame - found)) found = frame;
    }
    return found === null ? null : { frame: found, picture: this.#pictures.get(found)! };
  }

  /** Asks for what is due and, while playing, for what comes next. Call it before every repaint. */
  want(due: Due): void {
    // What failed may have been given up for a frame that was wanted later: another visit, another try.
    if (due.frame !== this.#due) this.#failed.delete(due.frame);
    this.#due = due.frame;
    if (due.pace === 0) {
      this.#ask(due.frame, due);
      return;
    }
    const stride = Math.sign(due.pace) * Math.max(1, Math.round(Math.abs(due.pace)));
    // What is due and not yet asked for would come too late, but for the first picture of all.
    const first = this.#pictures.size > 0 ? 1 : 0;
    for (let n = first; n <= AHEAD; n++) this.#ask(due.frame + n * stride, due);
  }

  #ask(frame: number, due: Due): void {
    if (this.#coming.size >= IN_FLIGHT || frame < 0 || frame >= due.frames) return;
    if (this.#pictures.has(frame) || this.#coming.has(frame) || (this.#failed.get(frame) ?? 0) >= TRIES) return;
    const era = this.#era;
    this.#coming.add(frame);
    this.load(frame).then(
      (picture) => {
        if (era !== this.#era) return;
        this.#coming.delete(frame);
        this.#failed.delete(frame);
        this.#keep(frame, picture);
        this.arrived();
      },
      () => {
        if (era !== this.#era) return;
        this.#coming.delete(frame);
        const times = (this.#failed.get(frame) ?? 0) + 1;
        this.#failed.set(frame, times);
        if (times >= TRIES && frame === this.#due) this.failed(frame);
      },
    );
  }

  #keep(frame: number, picture: Picture): void {
    this.#pictures.set(frame, picture);
    this.#last = frame;
    for (const old of this.#pictures.keys()) {
      if (this.#pictures.size <= KEPT) break;
      if (old !== this.#last) this.#pictures.delete(old);
    }
  }
}

/**
 * The second whose small picture stands in for a frame that was jumped to and isn't there yet: only where the one on
 * the screen is further away, and not before some patience. `null` for none.
 */
export function standIn(due: Due, shown: number, rate: readonly [number, number], waitedMs: number): number | null {
  if (due.pace !== 0 || shown < 0 || waitedMs < PATIENCE_MS) return null;
  const second = Math.floor((due.frame * rate[1]) / rate[0]);
  const off = due.frame - (second * rate[0]) / rate[1];
  return Math.abs(due.frame - shown) > off ? second : null;
}

/** Width to ask for: that of the canvas in device pixels, in steps of 160 so that resizing asks seldom. */
export function askWidth(cssWidth: number, ratio: number, videoWidth: number): number {
  const wanted = Math.ceil((cssWidth * ratio) / 160) * 160;
  const most = Math.max(160, videoWidth - (videoWidth % 2));
  return Math.min(1920, most, Math.max(160, wanted));
}

/** Where the picture lies in a box, in CSS pixels: as large as fits, or at a zoom with its middle at the box's middle. */
export function place(
  box: { width: number; height: number },
  picture: { width: number; height: number },
  zoom: number | null,
  ratio: number,
): { x: number; y: number; width: number; height: number } {
  const fit = Math.min(box.width / picture.width, box.height / picture.height);
  const scale = zoom === null ? fit : zoom / ratio;
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: (box.width - width) / 2, y: (box.height - height) / 2, width, height };
}

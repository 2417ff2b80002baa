// Parts of a cue that a pointer can take.

/** What a pointer can take. */
export type CuePart = 'head' | 'start' | 'end' | 'fadeIn' | 'fadeOut' | 'gain' | 'sectionStart' | 'sectionEnd' | 'body';

/** A cue in pixels of its lane. */
export interface CueBox {
  readonly x0: number;
  readonly x1: number;
  readonly fadeInX: number;
  readonly fadeOutX: number;
  /** The line of its gain; `null` where the drawn gain is shown in its place. */
  readonly gainY: number | null;
  readonly section: readonly [number, number] | null;
}

/** Room above and below a cue. */
export const CUE_MARGIN = 3;
/** Height of the band with its name. */
export const CUE_HEAD = 16;
/** Height from the lane's top in which fade handles are taken. */
const FADE_ZONE = CUE_MARGIN + CUE_HEAD + 10;
/** Nearness in which the line of the gain is taken. */
const GAIN_REACH = 5;

/** The part under a pointer; `reach` is half of the width in which edges and handles are taken. */
export function cuePartAt(box: CueBox, x: number, y: number, reach: number): CuePart | null {
  if (x < box.x0 - reach || x > box.x1 + reach) return null;
  // Near each other (a short cue, no fades) the nearer one is meant.
  const near = (places: readonly (readonly [CuePart, number])[]): CuePart | null => {
    let best: CuePart | null = null;
    let least = reach;
    for (const [part, place] of places) {
      const off = Math.abs(place - x);
      if (off <= least) [best, least] = [part, off];
    }
    return best;
  };
  if (y <= FADE_ZONE) {
    const fade = near([
      ['fadeOut', box.fadeOutX],
      ['fadeIn', box.fadeInX],
    ]);
    if (fade) return fade;
  }
  const edge = near([
    ...(box.section
      ? ([
          ['sectionStart', box.section[0]],
          ['sectionEnd', box.section[1]],
        ] as const)
      : []),
    ['start', box.x0],
    ['end', box.x1],
  ]);
  if (edge) return edge;
  if (x < box.x0 || x > box.x1) return null;
  if (y <= CUE_MARGIN + CUE_HEAD) return 'head';
  return y > FADE_ZONE && box.gainY !== null && Math.abs(y - box.gainY) <= GAIN_REACH ? 'gain' : 'body';
}

/** The box with the sound of a cue, in a lane of this height: top and height. */
export function cueBody(height: number): [number, number] {
  const top = CUE_MARGIN + CUE_HEAD;
  return [top, Math.max(8, height - top - CUE_MARGIN)];
}

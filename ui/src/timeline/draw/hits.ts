import type { HitView } from '../../api/types';
import { missLabel, type LabelRoom } from '../geometry/hits';
import { label, fitted, lock, type Pen } from './pen';

/** A hit that is visible. */
export interface HitMark {
  readonly hit: HitView;
  readonly x: number;
  readonly chosen: boolean;
  /** Room for its name. */
  readonly room: Pick<LabelRoom, 'width' | 'side'> | null;
}

export interface HitsScene {
  readonly marks: readonly HitMark[];
}

/** Half of a mark's width. */
export const HALF = 6;
/** Middle of the marks, from the top. */
export const MARK_Y = 13;
/** Middle of the signs that tell how the music landed. */
const SIGN_Y = 29;

export function paintHits(pen: Pen, scene: HitsScene): void {
  for (const mark of scene.marks) if (!mark.chosen) paintHit(pen, mark);
  for (const mark of scene.marks) if (mark.chosen) paintHit(pen, mark);
}

function paintHit(pen: Pen, { hit, x: place, chosen, room }: HitMark): void {
  const { c, ink, height } = pen;
  const x = Math.round(place) + 0.5;
  c.strokeStyle = ink.hit;
  c.lineWidth = 1;
  c.globalAlpha = chosen ? 1 : 0.25 + 0.5 * hit.strength;
  c.beginPath();
  c.moveTo(x, MARK_Y + HALF);
  c.lineTo(x, height);
  c.stroke();
  c.globalAlpha = 1;
  paintMark(pen, x, hit, chosen);
  if (hit.landing) paintLanding(pen, x, hit.landing.landed);
  if (!room) return;
  const width = room.width - 4;
  const write = (text: string, y: number) => {
    const at = room.side === 'right' ? x + HALF + 4 : x - HALF - 4 - c.measureText(text).width;
    c.fillText(text, at, y);
  };
  label(pen, chosen ? 600 : 400);
  c.fillStyle = ink.text;
  if (hit.name) write(fitted(c, hit.name, width), MARK_Y);
  if (hit.landing && hit.landing.missMs !== null && !hit.landing.landed) {
    label(pen);
    c.fillStyle = ink.text2;
    const miss = missLabel(hit.landing.missMs);
    if (c.measureText(miss).width <= width) write(miss, SIGN_Y);
  }
}

/** Found: an outline. From a cut: an outline with the cut's line through it. The user's own: filled. */
function paintMark({ c, ink }: Pen, x: number, hit: HitView, chosen: boolean): void {
  const diamond = (half: number) => {
    c.beginPath();
    c.moveTo(x, MARK_Y - half);
    c.lineTo(x + half, MARK_Y);
    c.lineTo(x, MARK_Y + half);
    c.lineTo(x - half, MARK_Y);
    c.closePath();
  };
  if (chosen) {
    diamond(HALF + 4);
    c.fillStyle = ink.accentSoft;
    c.fill();
    c.strokeStyle = ink.accent;
    c.lineWidth = 1.5;
    c.stroke();
  }
  diamond(HALF);
  c.fillStyle = hit.origin === 'user' ? ink.hit : ink.surface1;
  c.fill();
  c.strokeStyle = ink.hit;
  c.lineWidth = 1.5;
  c.stroke();
  if (hit.origin === 'cut') {
    c.beginPath();
    c.moveTo(x, MARK_Y - HALF - 3);
    c.lineTo(x, MARK_Y + HALF);
    c.stroke();
  }
  if (hit.locked) lock(c, x - HALF - 7, MARK_Y - 11, ink.text2);
}

/** Landed: a tick. Missed: a cross. */
function paintLanding({ c, ink }: Pen, x: number, landed: boolean): void {
  c.fillStyle = ink.surface1;
  c.fillRect(x - 5, SIGN_Y - 5, 10, 10);
  c.lineWidth = 1.75;
  c.strokeStyle = landed ? ink.good : ink.hit;
  c.beginPath();
  if (landed) {
    c.moveTo(x - 4, SIGN_Y);
    c.lineTo(x - 1, SIGN_Y + 3);
    c.lineTo(x + 4, SIGN_Y - 3);
  } else {
    c.moveTo(x - 3, SIGN_Y - 3);
    c.lineTo(x + 3, SIGN_Y + 3);
    c.moveTo(x + 3, SIGN_Y - 3);
    c.lineTo(x - 3, SIGN_Y + 3);
  }
  c.stroke();
}

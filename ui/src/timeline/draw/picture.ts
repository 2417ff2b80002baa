import type { CutView } from '../../api/types';
import type { StripSlot } from '../geometry/tiles';
import { crisp, type Pen } from './pen';

export interface PictureScene {
  readonly slots: readonly StripSlot[];
  readonly pictures: readonly (HTMLImageElement | null)[];
  /** Width of a picture in pixels. */
  readonly slot: number;
  readonly cuts: readonly { readonly x: number; readonly kind: CutView['kind'] }[];
  /** Whether there are too many cuts to draw them over the pictures. */
  readonly dense: boolean;
  readonly end: number;
}

/** Room above and below the pictures. */
export const STRIP_MARGIN = 3;

export function paintPicture(pen: Pen, scene: PictureScene): void {
  const { c, width, height, ink } = pen;
  const high = height - 2 * STRIP_MARGIN;
  c.save();
  c.beginPath();
  c.rect(0, 0, Math.min(width, scene.end), height);
  c.clip();
  scene.slots.forEach((slot, n) => {
    const picture = scene.pictures[n];
    const x = Math.round(slot.x);
    const wide = Math.round(slot.x + scene.slot) - x;
    if (picture) c.drawImage(picture, x, STRIP_MARGIN, wide, high);
    else {
      c.fillStyle = ink.surface3;
      c.fillRect(x, STRIP_MARGIN, wide - 1, high);
    }
  });
  c.restore();
  if (!scene.dense) {
    for (const cut of scene.cuts) paintCut(pen, cut.x, cut.kind);
    return;
  }
  c.fillStyle = ink.surface0;
  c.fillRect(0, 0, Math.min(width, scene.end), 7);
  c.fillStyle = ink.text2;
  for (const cut of scene.cuts) c.fillRect(Math.round(cut.x), 0, 1, 6);
}

/** A hard cut is a line; a dissolve has a bow tie on it, a fade a wedge. Dark beside light shows on any picture. */
function paintCut({ c, height, ink }: Pen, place: number, kind: CutView['kind']): void {
  const x = Math.round(place);
  c.fillStyle = ink.surface0;
  c.fillRect(x - 1, 0, 3, height);
  c.fillStyle = ink.text;
  c.fillRect(x, 0, 1, height);
  if (kind === 'hard') return;
  const middle = crisp(height / 2);
  c.beginPath();
  if (kind === 'dissolve') {
    c.moveTo(x - 6, middle - 6);
    c.lineTo(x - 6, middle + 6);
    c.lineTo(x + 7, middle - 6);
    c.lineTo(x + 7, middle + 6);
  } else {
    c.moveTo(x - 8, middle - 7);
    c.lineTo(x + 1, middle);
    c.lineTo(x - 8, middle + 7);
  }
  c.closePath();
  c.fill();
  c.strokeStyle = ink.surface0;
  c.lineWidth = 1;
  c.stroke();
}

import { t, type Key } from '../i18n';
import type { Format } from '../lib/values';

/** Loudness that deliveries ask for, in LUFS, with its name. */
export const TARGETS: readonly (readonly [number, Key])[] = [[-14, 'target.14'], [-16, 'target.16'], [-23, 'target.23'], [-24, 'target.24']];

export const lufsFormat: Format = { unit: 'db', min: -40, max: -6, step: 0.5, digits: 1, suffix: 'LUFS' };
export const ceilingFormat: Format = { unit: 'db', min: -9, max: 0, step: 0.1, digits: 1, suffix: 'dBTP' };

/** A level with a true minus sign: "−14", "−1.5". */
export function levelText(value: number): string {
  return (Math.round(value * 10) / 10).toFixed(1).replace(/\.0$/, '').replace('-', '−');
}

/** What a mix is delivered at, in words. */
export function targetText(targetLufs: number | null, ceilingDbtp: number): string {
  const dbtp = levelText(ceilingDbtp);
  return targetLufs === null ? t('target.asMixedText', { dbtp }) : t('target.text', { lufs: levelText(targetLufs), dbtp });
}

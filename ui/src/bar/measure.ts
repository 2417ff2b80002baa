import { t } from '../i18n';
import { levelText } from '../parts/target';

/** A difference that counts as reached, in LU: within it two measures of the same mix may lie. */
const REACHED_LU = 0.2;

/** How far a loudness is from its target, in words; `null` without one. */
export function distanceText(lufs: number | null, target: number | null): string | null {
  if (lufs === null || target === null) return null;
  const lu = lufs - target;
  if (Math.abs(lu) <= REACHED_LU) return t('loudness.met');
  return t(lu > 0 ? 'loudness.over' : 'loudness.under', { lu: levelText(Math.abs(lu)) });
}

/** A level with its unit, or that there is silence. */
export function measured(value: number | null, unit: string): string {
  return value === null ? t('loudness.silence') : `${value.toFixed(1).replace('-', '−')} ${unit}`;
}

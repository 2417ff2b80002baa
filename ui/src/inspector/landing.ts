import type { LandingView } from '../api/types';
import { t } from '../i18n';

/** How the music landed on a hit, in words. */
export function landingText(landing: LandingView): string {
  const { landed, missMs } = landing;
  if (missMs === null) return t('hit.none');
  const ms = Math.round(Math.abs(missMs));
  if (landed) return ms < 5 ? t('hit.exact') : missMs > 0 ? t('hit.landedLate', { ms }) : t('hit.landedEarly', { ms });
  return missMs > 0 ? t('hit.late', { ms }) : t('hit.early', { ms });
}

import type { LandingRow, TakeMeasures } from '../api/types';
import { t } from '../i18n';

const signed = (value: number, digits: number): string => {
  const text = value.toFixed(digits).replace('-', '−');
  return value > 0 ? `+${text}` : text;
};

/** How far the music is off, in frames and milliseconds: "+2.0 f, +83 ms". */
export function missText({ missFrames, missMs }: LandingRow): string {
  if (missMs === null) return t('landings.nothing');
  const frames = missFrames === null ? '' : `${signed(missFrames, 1)} f, `;
  return `${frames}${signed(Math.round(missMs), 0)} ms`;
}

/** What the moment is, with the user's name for it. */
export function whatText({ kind, name }: LandingRow): string {
  const what = kind === 'cut' ? t('landings.cut') : t('landings.hit');
  return name ? `${name} (${what})` : what;
}

/** All measures as lines with tabs, for a mail or a sheet. */
export function measuresText(measures: TakeMeasures, take: string, time: (frame: number) => string): string {
  const rows = measures.rows.map(({ name, text, ideal, chance }) => [name, text, ideal ?? '', chance ?? '']);
  const landings = measures.landings.map((row) => [
    time(row.frame),
    whatText(row),
    row.landed ? t('landings.landed') : t('landings.missed'),
    missText(row),
  ]);
  return [[take], ...rows, [], ...landings].map((row) => row.join('\t').trimEnd()).join('\n');
}

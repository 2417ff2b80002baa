import type { MixMeasure } from '../api/types';
import { t } from '../i18n';

const number = (value: number): string => value.toFixed(1).replace('-', '−');
const tenths = (value: number): number => Math.round(value * 10) / 10;
const lufs = (value: number | null): string => (value === null ? t('measure.silence') : `${number(value)} LUFS`);

/** The mix as a whole, in a sentence. */
export function mixText({ lufs: loudness, rangeLu, truePeakDbtp }: MixMeasure): string {
  const peak = truePeakDbtp === null ? t('measure.silence') : `${number(truePeakDbtp)} dBTP`;
  return t('measure.mix', { lufs: lufs(loudness), range: number(rangeLu), peak });
}

/** What ducking did, in a sentence. */
export function speechText({ speech }: MixMeasure): string {
  if (!speech) return t('measure.noSpeech');
  const { speechLufs, musicLufs, duckingDb } = speech;
  if (speechLufs === null || musicLufs === null) return t('measure.noMusic', { speech: lufs(speechLufs) });
  return t('measure.speech', {
    speech: lufs(speechLufs),
    music: lufs(musicLufs),
    // Of the numbers that are shown, so that they add up.
    under: number(tenths(speechLufs) - tenths(musicLufs)),
    ducking: number(duckingDb),
  });
}

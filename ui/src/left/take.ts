import type { Pace, ProjectView, TakeView } from '../api/types';
import { measured } from '../bar/measure';
import { t } from '../i18n';
import { lengthText } from '../lib/time';

/** The second line of a take: what tells it from the others. */
export function takeFacts(take: TakeView): string {
  return [take.style, t('take.bpm', { n: Math.round(take.bpm) }), t('take.seed', { n: take.settings.seed ?? 0 })].join(' · ');
}

/** How long a take is, for people. */
export function takeLength(take: TakeView, project: ProjectView | null): string {
  return lengthText(take.samples / (project?.sampleRate ?? 48000));
}

/** Says that a take is played more quietly than the others (which are at `all` LUFS); null where it is not. */
export function heldText({ playedLufs }: TakeView, all: number | null): string | null {
  if (playedLufs === null || all === null || playedLufs > all - 0.25) return null;
  return t('take.held', { lufs: measured(playedLufs, 'LUFS'), all: measured(all, 'LUFS') });
}

/** A moment for people: the time today, else the day too. */
export function madeText(ms: number, now: number, language: string): string {
  const at = new Date(ms);
  const today = at.toDateString() === new Date(now).toDateString();
  return at.toLocaleString(language, today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' });
}

/** A pace for people. */
export function paceText(pace: Pace): string {
  if (pace.kind === 'auto') return t('pace.auto');
  if (pace.kind === 'bpm') return t('take.bpm', { n: pace.value });
  return t('pace.times', { n: pace.value });
}

/** The settings of a take as those of the next one. */
export function settingsOf(take: TakeView): ProjectView['settings'] {
  return { ...take.settings };
}

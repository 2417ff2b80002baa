import type { Forecast } from '../api/types';
import { lengthText, secondsOfFrame, timecode } from '../lib/time';
import { t } from '../i18n';
import type { Studio } from './studio';

/** What Generate or Regenerate would do, asked from the program whenever it may have changed. */
export class Outlook {
  forecast = $state.raw<Forecast | null>(null);
  #asked = 0;

  constructor(readonly studio: Studio) {}

  /** Asks anew; answers that were overtaken are dropped. */
  async ask(cue: number, span: [number, number] | null): Promise<void> {
    const turn = ++this.#asked;
    try {
      const forecast = await this.studio.backend.call('forecast', { cue, span });
      if (turn === this.#asked) this.forecast = forecast;
    } catch {
      // Without a forecast the sentence says less; generating itself says what is wrong.
      if (turn === this.#asked) this.forecast = null;
    }
  }

  /** The sentence beside the button. */
  sentence(cue: number, span: [number, number] | null): string {
    const { project } = this.studio.app;
    const found = this.studio.app.cue(cue);
    if (!project || !found) return '';
    const forecast = this.forecast;
    if (forecast?.obstacle) return forecast.obstacle;
    const { rate, dropFrame } = project.video;
    const [from, to] = span ?? found.span;
    const seed = project.settings.seed;
    const parts = [
      span
        ? t('forecast.section', { from: timecode(from, rate, dropFrame), to: timecode(to, rate, dropFrame) })
        : t('forecast.cue', { length: lengthText(secondsOfFrame(to - from, rate)) }),
      forecast?.style ? t('forecast.style', { style: forecast.style }) : null,
      seed === null ? t('forecast.newSeed') : t('forecast.seed', { seed }),
      forecast?.seconds ? t('forecast.takes', { length: spell(forecast.seconds) }) : null,
    ];
    return parts.filter((part) => part !== null).join(', ');
  }
}

/** A waiting time for people: "9 s", "3 min". */
export function spell(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  return whole < 90 ? t('time.seconds', { n: whole }) : t('time.minutes', { n: Math.round(whole / 60) });
}

import type { CueView } from '../api/types';
import { t } from '../i18n';
import { nominal, type Rate } from '../lib/time';
import { heardSpan, silentFrames } from '../timeline/geometry/heard';
import { shared } from '../timeline/geometry/spans';

/** Says where a cue is longer than the music of its take in use; `null` where it isn't, or has none. */
export function silenceText(cue: CueView, length: (frames: number) => string): string | null {
  if (cue.take === null) return null;
  if (!heardSpan(cue)) return t('cue.elsewhere');
  const [start, end] = silentFrames(cue);
  if (start > 0 && end > 0) return t('cue.silentBoth', { start: length(start), end: length(end) });
  if (start > 0) return t('cue.silentStart', { length: length(start) });
  return end > 0 ? t('cue.silentEnd', { length: length(end) }) : null;
}

/** Says with which cues this one crosses; `null` where it doesn't. */
export function crossText(cue: CueView, cues: readonly CueView[], length: (frames: number) => string): string | null {
  const heard = heardSpan(cue);
  const texts = cues.flatMap((other) => {
    const both = other.id !== cue.id && heard ? heardSpan(other) : null;
    const span = both && heard ? shared(both, heard) : null;
    return span ? [t('cue.crosses', { name: other.name, length: length(span[1] - span[0]) })] : [];
  });
  return texts.length > 0 ? texts.join(' ') : null;
}

/** A length in words, for a sentence: "1 s", "12 frames", "2 s 5 frames". */
export function lengthWords(frames: number, rate: Rate): string {
  const n = nominal(rate);
  const [seconds, rest] = [Math.floor(frames / n), Math.round(frames) % n];
  const parts = [
    ...(seconds > 0 ? [t('time.seconds', { n: seconds })] : []),
    ...(rest > 0 || seconds === 0 ? [rest === 1 ? t('time.frame') : t('time.frames', { n: rest })] : []),
  ];
  return parts.join(' ');
}

import type { ProjectView } from '../../api/types';
import { Fake } from '../../test/fake';
import { makeProject } from '../../test/project';

/** An hour of video at 29.97 with drop frame: thousands of cuts and hits, one long cue. For tests only. */
const RATE: [number, number] = [30000, 1001];
const FRAMES = 107892;
const SAMPLE_RATE = 48000;
const SAMPLES = Math.ceil((FRAMES * RATE[1] * SAMPLE_RATE) / RATE[0]);
const TICKS = Math.ceil((FRAMES * RATE[1] * 10) / RATE[0]);

export function hourProject(): Partial<ProjectView> {
  const minute = makeProject();
  const cuts = Array.from({ length: 1500 }, (_, n) => ({ frame: 40 + n * 71, strength: ((n * 37) % 100) / 100, kind: 'hard' as const }));
  const hits = cuts
    .filter((_, n) => n % 2 === 0)
    .map((cut, n) => ({
      ...minute.hits[n % 3]!,
      id: n + 1,
      frame: cut.frame,
      strength: ((n * 29) % 100) / 100,
      origin: n % 7 === 0 ? ('user' as const) : ('cut' as const),
      name: n % 7 === 0 ? `Moment ${n}` : null,
    }));
  const span: [number, number] = [0, FRAMES];
  const cue = minute.cues[0]!;
  return {
    name: 'An hour',
    samples: SAMPLES,
    cuts,
    hits,
    video: { ...minute.video, key: 'hour', rate: RATE, dropFrame: true, frames: FRAMES, durationS: (FRAMES * RATE[1]) / RATE[0] },
    cues: [{ ...cue, span, takes: cue.takes.map((take) => ({ ...take, span, samples: SAMPLES, section: null })) }],
    intensity: { drawn: Array.from({ length: 120 }, (_, n) => [n * 900, 0.3 + 0.4 * Math.abs(Math.sin(n / 5))]) },
  };
}

/** The bytes of that hour, with the delays of a real backend. */
export class HourFake extends Fake {
  override async bytes(path: string, signal?: AbortSignal): Promise<Uint8Array | null> {
    await new Promise((done) => setTimeout(done, 8));
    signal?.throwIfAborted();
    const [what, kind, , levelText, tileText] = path.split('/');
    if (what === 'peaks') return peaks(kind === 'temp' ? 5 : 2, Number(levelText ?? 0), Number(tileText ?? 0));
    if (what === 'curve') {
      const values = Float32Array.from({ length: TICKS }, (_, n) => 0.4 + 0.3 * Math.sin(n / 90) + 0.2 * Math.sin(n / 7));
      return new Uint8Array(values.buffer);
    }
    return Uint8Array.from({ length: TICKS }, (_, n) => (Math.sin(n / 61) > 0.4 ? 1 : 0));
  }
}

function peaks(seed: number, level: number, tile: number): Uint8Array {
  const bin = 256 * 4 ** level;
  const count = Math.max(0, Math.min(1024, Math.ceil(SAMPLES / bin) - tile * 1024));
  const out = new Int8Array(count * 4);
  for (let n = 0; n < count; n++) {
    const at = ((tile * 1024 + n) * bin) / SAMPLE_RATE;
    const value = 90 * (0.3 + 0.3 * Math.abs(Math.sin(at / 9 + seed)) + 0.4 * (Math.abs(Math.sin(n * 78.233 + seed) * 43758.5) % 1));
    out.set([-value, value, -value * 0.9, value * 0.9], n * 4);
  }
  return new Uint8Array(out.buffer);
}

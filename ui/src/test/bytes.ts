import { FRAMES, RATE, SAMPLE_RATE, SPEECH } from './project';

const SCENES = [96, 180, 247, 360, 432, 510, 588, 690, 771, 866, 960, 1058, 1150, 1241, 1352, FRAMES + 1];

/** A drawn picture of a frame: another landscape per shot, with something that moves. */
export function picture(frame: number, width: number): string {
  const shot = SCENES.findIndex((end) => frame < end);
  const hue = (shot * 47 + 200) % 360;
  const x = 120 + ((frame * 7) % 1600);
  const y = 420 + Math.round(Math.sin(frame / 11) * 120);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${Math.round((width * 9) / 16)}" viewBox="0 0 1920 1080">
<defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="hsl(${hue} 40% 22%)"/><stop offset="1" stop-color="hsl(${hue} 45% 62%)"/></linearGradient></defs>
<rect width="1920" height="1080" fill="url(#s)"/><path d="M0 760 420 ${520 + shot * 12} 760 780 1240 ${460 + shot * 20} 1920 800V1080H0Z" fill="hsl(${hue + 20} 30% 16%)"/>
<rect y="850" width="1920" height="230" fill="hsl(${hue + 160} 25% 24%)"/><circle cx="${x}" cy="${y}" r="70" fill="hsl(${hue + 180} 70% 72%)"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const frameOfTick = (tick: number): number => (tick * RATE[0]) / (RATE[1] * 10);

/** Attention that follows the moving thing, 14 x 14. */
function attention(first: number, count: number): Uint8Array {
  const ticks = Math.max(0, Math.min(count, Math.ceil((FRAMES * RATE[1] * 10) / RATE[0]) - first));
  const bytes = new Uint8Array(ticks * 196);
  for (let n = 0; n < ticks; n++) {
    const frame = frameOfTick(first + n);
    const cx = ((120 + ((frame * 7) % 1600)) / 1920) * 14;
    const cy = ((420 + Math.sin(frame / 11) * 120) / 1080) * 14;
    for (let p = 0; p < 196; p++) {
      const dx = (p % 14) + 0.5 - cx;
      const dy = Math.floor(p / 14) + 0.5 - cy;
      bytes[n * 196 + p] = Math.round(255 * Math.min(1, Math.exp(-(dx * dx + dy * dy) / 5) + 0.08 * Math.random()));
    }
  }
  return bytes;
}

/** A loudness that breathes and jumps at cuts, 0..1, at a time in seconds. */
function loudness(seconds: number, seed: number): number {
  const frame = (seconds * RATE[0]) / RATE[1];
  const shot = SCENES.findIndex((end) => frame < end);
  const since = (frame - (SCENES[shot - 1] ?? 0)) / 24;
  const beat = Math.exp(-((seconds * 1.6) % 1) * 3);
  return Math.min(1, 0.18 + 0.09 * ((shot * 5 + seed) % 6) + 0.3 * Math.exp(-since * 1.5) + 0.25 * beat);
}

/** Peaks: min L, max L, min R, max R per bin. */
function peaks(seed: number, level: number, tile: number, temp: boolean): Uint8Array {
  const bin = 256 << (2 * level);
  const total = Math.ceil((FRAMES * RATE[1] * SAMPLE_RATE) / RATE[0] / bin);
  const count = Math.max(0, Math.min(1024, total - tile * 1024));
  const out = new Int8Array(count * 4);
  for (let n = 0; n < count; n++) {
    const seconds = ((tile * 1024 + n) * bin) / SAMPLE_RATE;
    const wobble = Math.abs(Math.sin(n * 12.9898 + seed) * 43758.5453) % 1;
    const talk = temp ? (Math.sin(seconds / 3.1) > 0.35 ? 1 : 0.12) : 1;
    const value = loudness(seconds, seed) * (0.45 + 0.55 * wobble) * talk * 118;
    out.set([-value, value * 0.94, -value * 0.9, value * 0.97], n * 4);
  }
  return new Uint8Array(out.buffer);
}

function curve(seed: number): Uint8Array {
  const ticks = Math.ceil((FRAMES * RATE[1] * 10) / RATE[0]);
  const values = new Float32Array(ticks);
  let slow = 0.3;
  for (let n = 0; n < ticks; n++) {
    slow += 0.2 * (loudness(n / 10, seed) - slow);
    values[n] = Math.min(1, slow);
  }
  return new Uint8Array(values.buffer);
}

/** How far the music is lowered, in dB, 20 a second: under speech, with slopes. */
function ducking(): Uint8Array {
  const count = Math.ceil((FRAMES * RATE[1] * 20) / RATE[0]);
  const seconds = (frame: number): number => (frame * RATE[1]) / RATE[0];
  const values = new Float32Array(count);
  for (let n = 0; n < count; n++) {
    const at = n / 20;
    const near = Math.max(...SPEECH.map(([from, to]) => Math.min(1, (at - seconds(from) + 0.12) / 0.12, (seconds(to) + 0.85 - at) / 0.6)), 0);
    values[n] = -10 * near;
  }
  return new Uint8Array(values.buffer);
}

/** Length of every made-up sound file, in seconds. */
export const CLIP_S = 94.5;

/** The waveform of a sound file: its length, then min and max per column. */
function clipWave(columns: number): Uint8Array {
  const out = new Uint8Array(4 + columns * 2);
  new DataView(out.buffer).setFloat32(0, CLIP_S, true);
  const peaks = new Int8Array(out.buffer, 4);
  for (let n = 0; n < columns; n++) {
    const at = n / columns;
    const part = at < 0.12 ? 0.2 : at < 0.4 ? 0.55 : at < 0.55 ? 0.3 : at < 0.92 ? 0.9 : 0.9 * (1 - (at - 0.92) / 0.08);
    const value = part * (0.5 + 0.5 * (Math.abs(Math.sin(n * 78.233) * 43758.5453) % 1)) * 120;
    peaks.set([-value, value * 0.95], n * 2);
  }
  return out;
}

/** What the byte paths of the contract answer. */
export function bytesOf(path: string): Uint8Array | null {
  const [what, ...rest] = path.split('?')[0]!.split('/');
  const number = (index: number): number => Number(rest[index]);
  switch (what) {
    case 'attention':
      return attention(number(1), number(2));
    case 'curve':
      return curve(rest[0] === 'picture' ? 3 : number(1));
    case 'peaks':
      return rest[0] === 'temp' ? peaks(9, number(2), number(3), true) : peaks(number(1), number(2), number(3), false);
    case 'speech': {
      const ticks = Math.ceil((FRAMES * RATE[1] * 10) / RATE[0]);
      return Uint8Array.from({ length: ticks }, (_, n) => (Math.sin(n / 31) > 0.35 ? 1 : 0));
    }
    case 'ducking':
      return ducking();
    case 'clip-wave':
      return clipWave(Number(/[?&]n=(\d+)/.exec(path)?.[1] ?? 200));
    default:
      return null;
  }
}

import { dropped, frameOfTimecode, nominal, timecode, type Rate } from './time';

/** What a field counts in. Values: dB, milliseconds, seconds, a share 0..1, a plain number, frames. */
export type Unit = 'db' | 'ms' | 's' | 'share' | 'number' | 'frames';

/** What a field needs to read and write its values. */
export interface Format {
  unit: Unit;
  min: number;
  max: number;
  /** What the arrow keys change; values are rounded to `digits`. */
  step: number;
  digits: number;
  /** Written after plain numbers: "bpm". */
  suffix?: string;
  /** The lowest value is silence and written "−∞ dB". */
  silence?: boolean;
  /** For frames. */
  rate?: Rate;
  drop?: boolean;
}

/** Why a text is no value. The window has a sentence for each. */
export type Unreadable = 'empty' | 'syntax' | 'unit' | 'timecode' | 'infinite';
export type Read = { ok: true; value: number } | { ok: false; why: Unreadable };

class Stop extends Error {
  constructor(readonly why: Unreadable) {
    super(why);
  }
}

/** How many of the field's own unit a unit is; `null` where it makes no sense. */
function factor(unit: string, format: Format): number | null {
  const fps = format.rate ? format.rate[0] / format.rate[1] : null;
  const seconds: Record<string, number> = { ms: 0.001, s: 1, sec: 1, m: 60, min: 60, h: 3600 };
  const time = unit === 'f' || unit === 'fr' ? (fps ? 1 / fps : null) : (seconds[unit] ?? null);
  switch (format.unit) {
    case 'db':
      return unit === 'db' || unit === 'lufs' || unit === 'dbfs' ? 1 : null;
    case 'share':
      return unit === '%' ? 0.01 : null;
    case 'number':
      return unit === '%' ? 0.01 : unit === format.suffix?.toLowerCase() || unit === 'x' ? 1 : null;
    case 'ms':
      return time === null ? null : time * 1000;
    case 's':
      return time;
    case 'frames':
      return unit === 'f' || unit === 'fr' ? 1 : time !== null && fps ? time * fps : null;
  }
}

const bare = (format: Format): number => (format.unit === 'share' ? 0.01 : 1);

/** Frames of "1:02:03:04", "2:03:04", "3:04": fields are counted from the right, as editors do. */
function readTimecode(text: string, format: Format): number {
  const fields = text.split(/[:;]/).map(Number);
  while (fields.length < 4) fields.unshift(0);
  const rate = format.rate ?? [25, 1];
  const [h, m, s, f] = fields as [number, number, number, number];
  const frame = frameOfTimecode([h, m, s, f], rate, (format.drop ?? false) && dropped(rate) > 0);
  if (frame === null) throw new Stop('timecode');
  if (format.unit === 'frames') return frame;
  if (format.unit === 's') return (frame * rate[1]) / rate[0];
  if (format.unit === 'ms') return (frame * rate[1] * 1000) / rate[0];
  throw new Stop('unit');
}

/** A tiny parser: sums of products of numbers with units, in brackets. */
class Parser {
  #at = 0;
  constructor(
    readonly text: string,
    readonly format: Format,
  ) {}

  whole(): number {
    const value = this.sum();
    if (this.#at < this.text.length) throw new Stop('syntax');
    return value;
  }

  sum(): number {
    let value = this.product();
    for (;;) {
      if (this.#take(/^\+/)) value += this.product();
      else if (this.#take(/^-/)) value -= this.product();
      else return value;
    }
  }

  product(): number {
    let value = this.factor();
    for (;;) {
      if (this.#take(/^[*×]/)) value *= this.#plain(() => this.factor());
      else if (this.#take(/^[/÷]/)) value /= this.#plain(() => this.factor());
      else return value;
    }
  }

  factor(): number {
    if (this.#take(/^-/)) return -this.factor();
    if (this.#take(/^\+/)) return this.factor();
    if (this.#take(/^\(/)) {
      const value = this.sum();
      if (!this.#take(/^\)/)) throw new Stop('syntax');
      return value;
    }
    const time = this.#take(/^\d+([:;]\d+){1,3}/);
    if (time) return readTimecode(time, this.format);
    const number = this.#take(/^(\d+([.,]\d*)?|[.,]\d+)/);
    if (!number) throw new Stop('syntax');
    const value = Number(number.replace(',', '.'));
    const unit = this.#take(/^(%|[a-z]+)/);
    if (!unit) return value * (this.#scale === null ? bare(this.format) : this.#scale);
    const times = factor(unit, this.format);
    if (times === null) throw new Stop('unit');
    return value * times;
  }

  // What a number without a unit counts for; after * and / it is just a number.
  #scale: number | null = null;

  #plain(read: () => number): number {
    const before = this.#scale;
    this.#scale = 1;
    const value = read();
    this.#scale = before;
    return value;
  }

  #take(pattern: RegExp): string | null {
    const found = pattern.exec(this.text.slice(this.#at))?.[0];
    if (!found) return null;
    this.#at += found.length;
    return found;
  }
}

/**
 * Reads what the user typed, held to the field's range. In time fields a leading + or - changes the current value
 * ("+12f"), since no time is negative; elsewhere "+=3", "-=3", "*=2" and "/=2" do ("-6 dB" is a value there).
 */
export function read(text: string, format: Format, current: number): Read {
  const clean = text
    .toLowerCase()
    .replace(/[−–]/g, '-')
    .replace(/\s+/g, '');
  try {
    if (clean === '') throw new Stop('empty');
    if (format.silence && /^-(∞|inf)(db)?$/.test(clean)) return { ok: true, value: format.min };
    const change = /^([+\-*/])=(.*)$/.exec(clean);
    const led = format.unit === 'frames' || format.unit === 's' ? /^([+-])(.*)$/.exec(clean) : null;
    const [, sign, rest] = change ?? led ?? [];
    let value: number;
    if (sign !== undefined && rest !== undefined) {
      const by = sign === '*' || sign === '/' ? Number(rest.replace(',', '.')) : new Parser(rest, format).whole();
      value = sign === '+' ? current + by : sign === '-' ? current - by : sign === '*' ? current * by : current / by;
    } else {
      value = new Parser(clean, format).whole();
    }
    if (!Number.isFinite(value)) throw new Stop('infinite');
    return { ok: true, value: hold(value, format) };
  } catch (error) {
    if (error instanceof Stop) return { ok: false, why: error.why };
    throw error;
  }
}

/** The value within the field's range, rounded as the field rounds. */
export function hold(value: number, format: Format): number {
  const digits = format.unit === 'share' ? format.digits + 2 : format.digits;
  const scale = 10 ** digits;
  return Math.min(format.max, Math.max(format.min, Math.round(value * scale) / scale));
}

/** A value as the field shows it. Always the same width for the same range, with a true minus sign. */
export function write(value: number, format: Format): string {
  const digits = format.digits;
  const signed = (number: number): string => number.toFixed(digits).replace('-', '−');
  switch (format.unit) {
    case 'db':
      return format.silence && value <= format.min ? '−∞ dB' : `${signed(value)} ${format.suffix ?? 'dB'}`;
    case 'ms':
      return `${signed(value)} ms`;
    case 's':
      return `${signed(value)} s`;
    case 'share':
      return `${(value * 100).toFixed(digits)} %`;
    case 'number':
      return format.suffix ? `${signed(value)} ${format.suffix}` : signed(value);
    case 'frames':
      return timecode(Math.round(value), format.rate ?? [25, 1], format.drop ?? false);
  }
}

/** Frames of one second, for Shift and the arrow keys in time fields. */
export function bigStep(format: Format): number {
  return format.unit === 'frames' && format.rate ? nominal(format.rate) : format.step * 10;
}

/** Units that stay on the line of their number. */
const UNITS = /(\d) (?=%|(?:s|ms|LUFS|LU|dBTP|dB|bpm|kHz|kbit\/s|MB)(?![\p{L}\p{N}]))/gu;

/** A text of the program as the window sets it: a true minus before numbers, units that are not torn off. */
export const typeset = (text: string): string => text.replace(/(^|[^\p{L}\p{N}])-(?=\d)/gu, '$1−').replace(UNITS, '$1\u00a0');

/** The same as a sentence, which begins with a capital. */
export const sentence = (text: string): string => typeset(text.charAt(0).toUpperCase() + text.slice(1));

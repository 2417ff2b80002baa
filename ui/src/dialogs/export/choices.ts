import type { Bus, ExportPreset, ExportRequest, ExportWhat, SoundCodec } from '../../api/types';

/** All that an export is chosen by, but for its file. What fits together is Rust's to say (see `fits.svelte.ts`). */
export type Choices = Omit<ExportPreset, 'name' | 'builtIn'>;

export const WHATS: readonly ExportWhat[] = ['video', 'sound', 'stems'];
export const BUSES: readonly Bus[] = ['mix', 'music', 'temp'];
export const CODECS: readonly SoundCodec[] = ['aac', 'flac', 'alac', 'pcm', 'pcm16', 'pcm_float', 'opus'];
/** Kinds of files that are asked about, the likeliest first; stems go to a folder. */
export const EXTENSIONS: Record<ExportWhat, readonly string[]> = {
  video: ['mp4', 'mov', 'mkv', 'webm'],
  sound: ['wav', 'flac', 'm4a', 'ogg', 'opus'],
  stems: [],
};

/** What an export starts from where the program has no presets. */
export const PLAIN: Choices = {
  what: 'video', extension: null, codec: null, tracks: ['mix'], loopOnly: false, targetLufs: null, ceilingDbtp: -1,
};

/** The choices of a preset. */
export function choicesOf({ what, extension, codec, tracks, loopOnly, targetLufs, ceilingDbtp }: ExportPreset): Choices {
  return { what, extension, codec, tracks: [...tracks], loopOnly, targetLufs, ceilingDbtp };
}

/** The request for a file. */
export function requestOf(choices: Choices, path: string, overwrite: boolean): ExportRequest {
  const { what, codec, tracks, loopOnly, targetLufs, ceilingDbtp } = choices;
  return { path, what, codec, tracks, loopOnly, targetLufs, ceilingDbtp, overwrite };
}

/** Whether two sets of choices write the same. */
export function sameChoices(a: Choices, b: Choices): boolean {
  const text = (one: Choices): string =>
    JSON.stringify([one.what, one.extension, one.codec, one.tracks, one.loopOnly, one.targetLufs, one.ceilingDbtp]);
  return text(a) === text(b);
}

/** Another kind of export: what the old one had of files and codecs means nothing for it. */
export function turnedInto(choices: Choices, what: ExportWhat): Choices {
  const tracks: Bus[] = what === 'stems' ? ['music', 'temp'] : [choices.tracks[0] ?? 'mix'];
  return { ...choices, what, extension: what === 'sound' ? 'wav' : null, codec: null, tracks };
}

/** Tracks with one more at the end, or without it. */
export function toggled(tracks: readonly Bus[], bus: Bus): Bus[] {
  return tracks.includes(bus) ? tracks.filter((one) => one !== bus) : [...tracks, bus];
}

/** Tracks with one a place earlier. */
export function earlier(tracks: readonly Bus[], bus: Bus): Bus[] {
  const at = tracks.indexOf(bus);
  if (at < 1) return [...tracks];
  return tracks.map((one, n) => (n === at ? tracks[at - 1]! : n === at - 1 ? bus : one));
}

/** The extension of a path in small letters, empty without one. */
export function extensionOf(path: string): string {
  return /[^/\\]\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}

/** The path with another extension. */
export function withExtension(path: string, extension: string): string {
  const bare = extensionOf(path) === '' ? path : path.slice(0, path.lastIndexOf('.'));
  return extension ? `${bare}.${extension}` : bare;
}

/** A size for people. */
export function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

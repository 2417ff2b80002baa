import type { Backend } from '../../api/backend';
import type { ExportWhat, SoundCodec } from '../../api/types';
import { CODECS, EXTENSIONS, extensionOf, PLAIN, requestOf, withExtension } from './choices';

/**
 * Which files and codecs can be written, asked from the program one after another: it knows its ffmpeg and the
 * video's codec, the window does not. Until an answer is there, all are offered.
 */
export class Fits {
  #answers = $state.raw<Readonly<Record<string, boolean>>>({});
  #asking: Promise<void> = Promise.resolve();
  #asked: string[] = [];

  constructor(readonly backend: Backend) {}

  /** Asks about the files of `what`, and about the codecs of the file at `path`. */
  ask(what: ExportWhat, path: string): void {
    for (const extension of EXTENSIONS[what]) this.#one(what, withExtension(path, extension), extension, null);
    for (const codec of CODECS) this.#one(what, path, what === 'stems' ? '' : extensionOf(path), codec);
  }

  /** Extensions that can be written. */
  extensions(what: ExportWhat): string[] {
    return this.#left(EXTENSIONS[what], (extension) => `${what} ${extension} null`);
  }

  /** Codecs that fit into the file at `path`. */
  codecs(what: ExportWhat, path: string): SoundCodec[] {
    const extension = what === 'stems' ? '' : extensionOf(path);
    return this.#left(CODECS, (codec) => `${what} ${extension} ${codec}`);
  }

  /** All where none fits: then something else is in the way, and the forecast says what. */
  #left<T>(all: readonly T[], key: (one: T) => string): T[] {
    const left = all.filter((one) => this.#answers[key(one)] !== false);
    return left.length > 0 ? left : [...all];
  }

  #one(what: ExportWhat, path: string, extension: string, codec: SoundCodec | null): void {
    const key = `${what} ${extension} ${codec}`;
    if (this.#asked.includes(key)) return;
    this.#asked.push(key);
    this.#asking = this.#asking.then(async () => {
      const fits = await this.backend
        .call('export_forecast', { request: requestOf({ ...PLAIN, what, codec }, path, true) })
        // A file of another kind than was asked for is no fit either.
        .then((answer) => answer.obstacle === null && (what === 'stems' || extensionOf(answer.path) === extension))
        .catch(() => false);
      this.#answers = { ...this.#answers, [key]: fits };
    });
  }
}

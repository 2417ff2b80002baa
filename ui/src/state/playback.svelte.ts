import { asApiError, type Backend } from '../api/backend';
import type { Tick, TransportCommand } from '../api/types';
import type { Scope } from '../lib/scope';
import { frameOfSample, sampleOfFrame } from '../lib/time';
import type { App } from './app.svelte';

/** Longest time that the playhead runs on by itself when no tick comes, in milliseconds. */
const RUN_ON_MS = 250;
/** A tick that seems to have taken longer than this to come, in milliseconds, took this long. */
const LATE_MS = 150;
/** How long a place that was asked for is shown before a tick confirms it, in milliseconds. */
const ASKED_MS = 400;

/**
 * Where playback is. Sound is the clock: the last tick, run on by the time since it came. `nowFrame()` and
 * `nowSample()` are no reactive state on purpose; ask them in an animation frame. Only what changes seldom is reactive.
 */
export class Playback {
  /** Whether it plays. */
  playing = $state(false);
  /** Speed: 1 normal, 2 double, -1 backwards. */
  speed = $state(1);
  /** The take that is heard in place of the one in use. */
  audition = $state<number | null>(null);
  /** Whether a style clip plays by itself. */
  clip = $state(false);
  /** Why there's no sound, in words. */
  problem = $state<string | null>(null);

  #tick: Tick | null = null;
  #at = 0;
  #asked: { sample: number; until: number } | null = null;
  /** Commands that wait for the one before to be taken: the shell answers on several threads. */
  #waiting: TransportCommand[] = [];
  #sending = false;

  constructor(
    readonly app: App,
    readonly backend: Backend,
  ) {}

  /** Follows the ticks until the scope ends. */
  start(scope: Scope): void {
    scope.adopt(
      this.backend.subscribe((tick) => this.take(tick, performance.now())),
      (error) => this.app.tell('error', asApiError(error)),
    );
  }

  /** The last tick, for the meters; `null` before the first. */
  get tick(): Tick | null {
    return this.#tick;
  }

  /** Takes a tick that came at `now` (milliseconds of `performance.now()`). */
  take(tick: Tick, now: number): void {
    this.#tick = tick;
    // What it tells held when it was sent; a clock that was set meanwhile doesn't count.
    const sent = tick.atMs - performance.timeOrigin;
    this.#at = Math.min(now, Math.max(now - LATE_MS, sent));
    const asked = this.#asked;
    // The place that was asked for has arrived, or never will.
    if (asked && (now > asked.until || Math.abs(tick.sample - asked.sample) < this.#sampleRate / 10)) {
      this.#asked = null;
    }
    if (this.playing !== tick.playing) this.playing = tick.playing;
    if (this.speed !== tick.speed) this.speed = tick.speed;
    if (this.audition !== tick.audition) this.audition = tick.audition;
    if (this.clip !== (tick.clipS !== null)) this.clip = tick.clipS !== null;
    if (this.problem !== tick.problem) this.problem = tick.problem;
  }

  get #sampleRate(): number {
    return this.app.project?.sampleRate ?? 48000;
  }

  /** The sample that is heard now, within the picture. */
  nowSample(now = performance.now()): number {
    const project = this.app.project;
    if (!project) return 0;
    const last = Math.max(0, project.samples - 1);
    if (this.#asked && now <= this.#asked.until) return Math.min(this.#asked.sample, last);
    const tick = this.#tick;
    if (!tick) return 0;
    const ms = tick.playing ? Math.min(Math.max(0, now - this.#at), RUN_ON_MS) : 0;
    const sample = tick.sample + (ms / 1000) * tick.speed * project.sampleRate;
    return Math.min(Math.max(0, sample), last);
  }

  /** Where the style clip that plays by itself is, in seconds of its file; `null` while none plays. */
  clipNow(now = performance.now()): number | null {
    const at = this.#tick?.clipS ?? null;
    return at === null ? null : at + Math.min(Math.max(0, now - this.#at), RUN_ON_MS) / 1000;
  }

  /** The frame that is shown now. */
  nowFrame(now = performance.now()): number {
    const project = this.app.project;
    if (!project) return 0;
    const frame = frameOfSample(this.nowSample(now), project.video.rate, project.sampleRate);
    return Math.min(Math.max(0, frame), Math.max(0, project.video.frames - 1));
  }

  /** Sends a command after those before it; a failure becomes a message. */
  send(command: TransportCommand): void {
    const last = this.#waiting.at(-1);
    // A place that was not gone to yet is not gone to at all when a newer one comes.
    if ((command.kind === 'seek' || command.kind === 'scrub') && last?.kind === command.kind) this.#waiting.pop();
    this.#waiting.push(command);
    if (!this.#sending) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    for (let command = this.#waiting.shift(); command; command = this.#waiting.shift()) {
      const next = command;
      await this.app.run(() => this.backend.call('transport', { command: next }));
    }
    this.#sending = false;
  }

  /** Goes to a frame; the playhead is there at once. */
  seek(frame: number): void {
    this.#go(frame);
    this.send({ kind: 'seek', frame: this.#within(frame) });
  }

  /** Scrubs with sound; end it with `scrubEnd`. */
  scrub(frame: number): void {
    this.#go(frame);
    this.send({ kind: 'scrub', frame: this.#within(frame) });
  }

  /** Ends scrubbing. */
  scrubEnd(): void {
    this.send({ kind: 'scrub_end' });
  }

  #within(frame: number): number {
    const frames = this.app.project?.video.frames ?? 1;
    return Math.min(Math.max(0, Math.round(frame)), Math.max(0, frames - 1));
  }

  #go(frame: number): void {
    const project = this.app.project;
    if (!project) return;
    const sample = sampleOfFrame(this.#within(frame), project.video.rate, project.sampleRate);
    this.#asked = { sample, until: performance.now() + ASKED_MS };
  }
}

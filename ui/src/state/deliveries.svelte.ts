import type { HandOverFormat, JobView, MixMeasure, ProjectView } from '../api/types';
import type { Choices } from '../dialogs/export/choices';
import type { Scope } from '../lib/scope';
import type { App } from './app.svelte';

/** What the window keeps of its deliveries while it is open: choices made last, names of queued exports, measures. */
export class Deliveries {
  /** The preset and the choices that the last export was made with. */
  choices = $state.raw<{ preset: string; choices: Choices } | null>(null);
  /** Forms that were handed over last. */
  formats = $state.raw<readonly HandOverFormat[]>(['otio', 'fcpxml', 'csv']);
  /** The file that each export job writes: a job that waits doesn't say it yet. */
  paths = $state.raw<Readonly<Record<number, string>>>({});
  #result = $state.raw<{ measure: MixMeasure; folder: string; of: string } | null>(null);
  #asked: { job: number; folder: string; of: string } | null = null;

  constructor(readonly app: App) {}

  /** Follows measuring until the scope ends. */
  start(scope: Scope): void {
    scope.add(this.app.backend.on('job', (job) => this.#take(job)));
  }

  /** All exports, waiting, running and ended, in the order that they were asked for. */
  get exports(): readonly JobView[] {
    return this.app.jobs.filter((job) => job.kind === 'export');
  }

  /** The file of an export. */
  pathOf(job: JobView): string {
    return job.output ?? this.paths[job.id] ?? '';
  }

  /** Whether an export that has not ended writes this file. */
  writes(path: string): boolean {
    return this.app.running.some((job) => job.kind === 'export' && this.pathOf(job) === path);
  }

  /** Remembers the file of a job. */
  queued(job: number, path: string): void {
    this.paths = { ...this.paths, [job]: path };
  }

  /** Measures the mix; a failure to start becomes a message. */
  async measure(): Promise<void> {
    const { project } = this.app;
    if (!project || this.measuring) return;
    const of = heard(project);
    const started = await this.app.run(() => this.app.backend.call('measure_mix'));
    if (!started) return;
    this.#asked = { job: started.value, folder: project.folder, of };
    // A short mix may be measured before its number is known here.
    const done = this.app.jobs.find((job) => job.id === started.value);
    if (done) this.#take(done);
  }

  /** The measuring that runs or waits. */
  get measuring(): JobView | null {
    return this.app.running.find((job) => job.kind === 'measure') ?? null;
  }

  /** What was measured last of this project, and whether the mix is another one since. */
  get measured(): { measure: MixMeasure; stale: boolean } | null {
    const { project } = this.app;
    const result = this.#result;
    if (!project || !result || result.folder !== project.folder) return null;
    return { measure: result.measure, stale: result.of !== heard(project) };
  }

  #take(job: JobView): void {
    if (job.id !== this.#asked?.job || job.state !== 'done' || !job.measure) return;
    const { folder, of } = this.#asked;
    this.#result = { measure: job.measure, folder, of };
  }
}

/** All that changes what is heard, as a text to compare. The target, names and lists of takes don't. */
export function heard(project: ProjectView): string {
  const mix = { ...project.mix, delivery: project.mix.delivery.ceilingDbtp };
  const cues = project.cues.map((cue) => [
    cue.span, cue.fadeIn, cue.fadeOut, cue.fadeInCurve, cue.fadeOutCurve, cue.gainDb, cue.automation, cue.take,
  ]);
  return JSON.stringify([project.folder, project.video.path, mix, cues, project.tempAutomation, project.speech]);
}

/** The gain over everything that brings a mix to a loudness, in dB, within the master's range. */
export function masterFor(masterDb: number, lufs: number, target: number): number {
  return Math.min(12, Math.max(-60, Math.round((masterDb + target - lufs) * 10) / 10));
}

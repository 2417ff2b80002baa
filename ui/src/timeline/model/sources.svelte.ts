import { untrack } from 'svelte';
import type { JobView, TakePlan } from '../../api/types';
import type { Studio } from '../../state/studio';
import { Loader } from '../data/loader';
import { Peaks } from '../data/peaks';
import { Strip } from '../data/strip';
import { shareRuler, type BeatTrack } from '../geometry/beats';
import { heardSpan } from '../geometry/heard';

/** A take that is being made. */
export interface Making {
  readonly take: number;
  readonly cue: number;
  readonly span: readonly [number, number];
  readonly readySamples: number;
  readonly section: boolean;
}

const CURVES_KEPT = 24;

/** The bytes that lanes draw. A lane that reads one is drawn again when something came. */
export class Sources {
  #peaksCame = $state(0);
  #picturesCame = $state(0);
  #curvesCame = $state(0);
  #plans = $state.raw<Readonly<Record<number, TakePlan>>>({});
  #peaks: Peaks;
  #strip: Strip;
  #curves: Loader<Uint8Array>;

  constructor(readonly studio: Studio) {
    const { backend } = studio;
    this.#peaks = new Peaks(backend, () => this.#peaksCame++);
    this.#strip = new Strip(backend, () => this.#picturesCame++);
    this.#curves = new Loader(
      async (path, signal) => {
        const bytes = await backend.bytes(path.replace(/#.*/, ''), signal);
        return bytes && { value: bytes, whole: !path.endsWith('#part') };
      },
      () => this.#curvesCame++,
      CURVES_KEPT,
    );
    // Numbers of takes are those of a project.
    let folder: string | null = null;
    $effect(() => {
      const now = this.#folder;
      if (folder !== null && now !== folder) untrack(() => this.#clear());
      folder = now;
    });
    $effect(() => this.#want());
    $effect(() => this.#plan());
    let last: number | null = null;
    $effect(() => {
      const making = this.making;
      // When the job ends, what was missing of its take is there too.
      if (last !== null && making?.take !== last) this.#peaks.grown(`peaks/take/${last}`);
      if (making && making.readySamples > 0) this.#peaks.grown(`peaks/take/${making.take}`);
      last = making?.take ?? null;
    });
    $effect(() => () => {
      this.#peaks.end();
      this.#strip.end();
      this.#curves.end();
    });
  }

  #project = $derived.by(() => this.studio.app.project);
  #folder = $derived(this.#project?.folder ?? null);
  #key = $derived(this.#project?.video.key ?? null);
  #analysed = $derived(this.#project?.analysed ?? false);
  /** All that the ducking depends on: where it changes, the curve is another one. */
  #duckingOf = $derived.by(() => {
    const project = this.#project;
    if (!project) return '';
    const { ducking, temp } = project.mix;
    return JSON.stringify([ducking, temp, project.tempAutomation, project.speech]);
  });
  #duckingPath = $derived(`ducking/${this.#key}#${this.#duckingOf}`);
  /** The last curve that came: it stays in sight until the next one is there. */
  #lastDucking: { key: string | null; values: Float32Array } = { key: null, values: new Float32Array(0) };
  #takes = $derived(
    (this.#project?.cues ?? []).flatMap((cue) => cue.take ?? []).join(' '),
  );

  /** The take that a running job makes. */
  making = $derived.by((): Making | null => {
    const job = this.studio.app.jobs.findLast(
      (one: JobView) => one.state === 'running' && one.take !== null && one.cue !== null && one.span !== null,
    );
    if (!job || job.take === null || job.cue === null || job.span === null) return null;
    const { take, cue, span, readySamples } = job;
    return { take, cue, span, readySamples, section: job.kind === 'regenerate' };
  });

  /** Beats of the takes in use, each where its cue has the ruler, in order. */
  tracks = $derived.by((): readonly BeatTrack[] => {
    const heard = (this.#project?.cues ?? []).flatMap((cue) => {
      const span = heardSpan(cue);
      const beats = cue.take === null ? undefined : this.#plans[cue.take]?.beats;
      return span && beats && beats.length > 0 ? [{ span, beats }] : [];
    });
    return shareRuler(heard.map((one) => one.span)).map(([from, to, n]) => ({ beats: heard[n]!.beats, span: [from, to] }));
  });

  get peaks(): Peaks {
    void this.#peaksCame;
    return this.#peaks;
  }

  get strip(): Strip {
    void this.#picturesCame;
    return this.#strip;
  }

  /** The picture's intensity at the rate of the analysis, 0..1; empty while it isn't there. */
  pictureCurve = $derived.by(() => floats(this.#bytes(this.#picturePath)));

  /** How far the music goes down, in dB, 0 or less, 20 a second; empty where it doesn't, or while it isn't known. */
  ducking = $derived.by((): Float32Array => {
    if (!this.#ducked) return new Float32Array(0);
    const bytes = this.#bytes(this.#duckingPath);
    if (bytes) this.#lastDucking = { key: this.#key, values: floats(bytes) };
    return this.#lastDucking.key === this.#key ? this.#lastDucking.values : new Float32Array(0);
  });

  /** The loudness of a take at 10 Hz from its start, 0..1; empty while it isn't there. */
  takeCurve(take: number): Float32Array {
    return floats(this.#bytes(`curve/take/${take}`));
  }

  get #picturePath(): string {
    return `curve/picture/${this.#key}${this.#analysed ? '' : '#part'}`;
  }

  get #ducked(): boolean {
    return !!this.#project?.video.sound && this.#project.mix.ducking.on;
  }

  #bytes(path: string): Uint8Array | null {
    void this.#curvesCame;
    return this.#curves.get(path);
  }

  #clear(): void {
    this.#peaks.clear();
    this.#strip.clear();
    this.#curves.clear();
    this.#plans = {};
    this.#peaksCame++;
    this.#picturesCame++;
    this.#curvesCame++;
  }

  #want(): void {
    if (this.#key === null) return this.#curves.want('all', []);
    const takes = this.#takes.split(' ').filter(Boolean);
    const ducking = this.#ducked ? [this.#duckingPath] : [];
    this.#curves.want('all', [this.#picturePath, ...ducking, ...takes.map((id) => `curve/take/${id}`)]);
  }

  #plan(): void {
    for (const id of this.#takes.split(' ').filter(Boolean).map(Number)) {
      if (this.#plans[id]) continue;
      // A take without a plan has no bars on the ruler; that needs no message.
      this.studio.backend.call('take_plan', { take: id }).then(
        (plan) => (this.#plans = { ...this.#plans, [id]: plan }),
        () => undefined,
      );
    }
  }
}

/** Little-endian floats, as all machines that run this have them. */
function floats(bytes: Uint8Array | null): Float32Array {
  if (!bytes) return new Float32Array(0);
  return new Float32Array(bytes.slice(0, bytes.byteLength - (bytes.byteLength % 4)).buffer);
}

import type { Asked, Backend, Commands, Events } from '../api/backend';
import type {
  AppView, Edit, ExportForecast, ExportPreset, ExportRequest, HandOverRequest, JobView, MixView, ProjectView, SoundCodec, StyleView, Tick, TransportCommand,
} from '../api/types';
import { frameOfSample, sampleOfFrame } from '../lib/time';
import { bytesOf, CLIP_S, picture } from './bytes';
import { makeApp, makeJob, makeMeasures, makeProject, threeCues, withHeardFades } from './project';

type Handlers = { [K in keyof Events]: Set<(payload: Events[K]) => void> };

/** How a fake starts, and what it refuses. */
export interface FakeOptions {
  app?: Partial<AppView>;
  project?: Partial<ProjectView> | null;
  /** Another project to start with: `cues` has three, with an overlap, a gap and drawn gain. */
  variant?: 'cues';
  /** Paths that are taken already. */
  taken?: string[];
  jobs?: JobView[];
  /** Commands that fail, with the message. */
  refuse?: Partial<Record<keyof Commands, string>>;
  tick?: Partial<Tick>;
  /** How long style clips play, in seconds. */
  clipPart?: number;
  /** What the native dialogs answer. */
  picks?: Partial<Record<string, string | null>>;
}

/**
 * A backend for tests of the window: a project in memory with undo, a clock that plays, jobs that the test drives.
 * It records every command in `calls`.
 */
export class Fake implements Backend {
  readonly calls: { name: keyof Commands; args: unknown }[] = [];
  /** Whether bytes and pictures are there; the tests switch it off for a missing video. */
  pictures = true;
  mixHeard: MixView | null = null;
  app: AppView;
  project: ProjectView | null;
  #past: ProjectView[] = [];
  #future: ProjectView[] = [];
  #handlers: Handlers = { app: new Set(), project: new Set(), job: new Set(), notice: new Set(), drop: new Set(), closing: new Set() };
  #ticks = new Set<(tick: Tick) => void>();
  #tick: Tick;
  #looping = true;
  #clipEnd = CLIP_S;
  #nextJob = 100;

  constructor(readonly options: FakeOptions = {}) {
    const variant = options.variant === 'cues' ? threeCues() : {};
    this.project = options.project === null ? null : { ...makeProject(), ...variant, ...options.project };
    this.app = { ...makeApp(), ...options.app };
    this.#tick = {
      atMs: Infinity,
      sample: 0,
      frame: 0,
      playing: false,
      speed: 1,
      peakDb: [-90, -90],
      momentaryLufs: -90,
      shortTermLufs: -90,
      duckingDb: 0,
      audition: null,
      clipS: null,
      problem: null,
      ...options.tick,
    };
  }

  async call<K extends keyof Commands>(name: K, ...args: unknown[]): Promise<Commands[K][1]> {
    this.calls.push({ name, args: args[0] });
    const refused = this.options.refuse?.[name];
    if (refused) throw { code: 'failed', message: refused, details: `while running ${name}\ncaused by: made up` };
    return this.#answer(name, (args[0] ?? {}) as never) as Commands[K][1];
  }

  on<K extends keyof Events>(name: K, handler: (payload: Events[K]) => void): () => void {
    this.#handlers[name].add(handler);
    return () => this.#handlers[name].delete(handler);
  }

  subscribe(handler: (tick: Tick) => void): Promise<() => void> {
    this.#ticks.add(handler);
    handler(this.#tick);
    const timer = setInterval(() => this.#play(), 16);
    return Promise.resolve(() => {
      clearInterval(timer);
      this.#ticks.delete(handler);
    });
  }

  url(path: string): string {
    const [what, , frame] = path.split('?')[0]!.split('/');
    const width = Number(/w=(\d+)/.exec(path)?.[1] ?? 160);
    if (!this.pictures) return 'data:image/jpeg,';
    return picture(what === 'thumb' ? Math.round(Number(frame) * 23.976) : Number(frame), width);
  }

  bytes(path: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.pictures ? bytesOf(path) : null);
  }

  /** Sound files with "broken" in their name can't be read; those with "slow" are still being read. */
  async ask(path: string): Promise<Asked> {
    if (path.startsWith('clip-wave') && /broken|slow/.test(path)) return path.includes('slow') ? 'later' : 'never';
    return (await this.bytes(path)) ?? 'never';
  }

  fullscreen(): Promise<void> {
    return Promise.resolve();
  }

  /** Sends an event as the shell would. */
  emit<K extends keyof Events>(name: K, payload: Events[K]): void {
    for (const handler of this.#handlers[name]) handler(payload);
  }

  /** The edits that were sent, in order. */
  get edits(): Edit[] {
    return this.calls.filter((call) => call.name === 'edit').map((call) => (call.args as { edit: Edit }).edit);
  }

  #answer(name: keyof Commands, args: never): unknown {
    const given = args as Record<string, never>;
    switch (name) {
      case 'app_state':
        return { ...this.app, project: this.project, jobs: this.options.jobs ?? [] };
      case 'set_settings':
        this.app = { ...this.app, settings: given['settings']! };
        return this.app.settings;
      case 'open_path':
      case 'open_sample':
      case 'save_as':
      case 'relink_video':
        this.project = { ...makeProject(), revision: (this.project?.revision ?? 0) + 1 };
        return this.project;
      case 'close_project':
        this.project = null;
        this.emit('project', null);
        return null;
      case 'edit':
        return this.#edit(given['edit']!);
      case 'undo':
        return this.#step(this.#past, this.#future);
      case 'redo':
        return this.#step(this.#future, this.#past);
      case 'preview_mix':
        this.mixHeard = given['mix'] ?? null;
        return null;
      case 'forecast':
        return { seconds: 9, style: 'Orchestral', obstacle: null };
      case 'generate':
      case 'regenerate':
      case 'analyse':
      case 'export':
        return this.#job(name);
      case 'measure_mix':
        return this.#job('measure');
      case 'make_page': {
        const { folder, overwrite } = given['request'] as unknown as { folder: string; overwrite: boolean };
        if (!overwrite && this.options.taken?.includes(folder)) throw { code: 'exists', message: `There is a page in ${folder} already.`, details: null };
        return this.#job('page');
      }
      case 'export_forecast':
        return this.#exportForecast(given['request']!);
      case 'save_export_preset': {
        const preset = given['preset'] as unknown as ExportPreset;
        const replaces = given['replaces'] as unknown as string | null;
        const others = this.app.exportPresets.filter((one) => one.name !== replaces);
        if (others.some((one) => one.name === preset.name)) throw { code: 'exists', message: `There is a preset "${preset.name}" already.`, details: null };
        const saved = { ...preset, builtIn: false };
        const known = this.app.exportPresets.some((one) => one.name === replaces);
        const exportPresets = known ? this.app.exportPresets.map((one) => (one.name === replaces ? saved : one)) : [...others, saved];
        this.app = { ...this.app, exportPresets };
        return exportPresets;
      }
      case 'remove_export_preset':
        this.app = { ...this.app, exportPresets: this.app.exportPresets.filter((one) => one.name !== given['name']) };
        return this.app.exportPresets;
      case 'take_measures':
        return makeMeasures(given['take']!);
      case 'hand_over': {
        const { folder, formats, overwrite } = given['request'] as unknown as HandOverRequest;
        if (!overwrite && this.options.taken?.includes(`${folder}/Harbour trailer hand-over`)) throw { code: 'exists', message: `There are files in ${folder} already.`, details: null };
        const names = { otio: ['harbour.otio'], fcpxml: ['harbour.fcpxml'], edl: ['harbour.edl'], csv: ['markers.csv', 'landings.csv'], midi: ['harbour.mid'], cue_sheet: ['cue sheet.html', 'cue sheet.csv'] };
        const files = formats.flatMap((format) => names[format]);
        return { folder: `${folder}/Harbour trailer hand-over`, files, notes: formats.includes('edl') ? ['The EDL has no fades: it carries cuts and gains only.'] : [] };
      }
      case 'busy':
        return this.options.jobs?.filter((job) => job.state === 'running') ?? [];
      case 'play_style':
        this.#playStyle(given['style']!);
        return null;
      case 'stop_style':
        this.#send({ clipS: null });
        return null;
      case 'take_plan':
        return {
          take: given['take'],
          beats: Array.from({ length: 99 }, (_, n) => [n * 0.625, Math.floor(n / 4) + 1, (n % 4) + 1]),
          chords: Array.from({ length: 25 }, (_, n) => ({ startS: n * 2.5, name: ['Am', 'F', 'C', 'G'][n % 4] })),
          key: 'A minor',
        };
      case 'transport':
        this.#transport(given['command']!);
        return null;
      case 'audition':
        this.#send({ audition: given['take'] ?? null });
        return null;
      case 'devices':
        return [
          { id: 'default', name: 'Built-in speakers', default: true },
          { id: 'usb', name: 'Desk interface', default: false },
        ];
      case 'pick':
        return this.options.picks?.[String(given['what'])] ?? null;
      case 'copy':
        return null;
      case 'diagnostics':
        return 'MuVi Studio 0.1.0\nlinux x86_64, 2 cores';
      case 'licences':
        return '# Third-party software\n\n| name | licence |\n|---|---|\n| svelte | MIT |\n| tauri | MIT OR Apache-2.0 |\n';
      case 'forget_recent':
        this.app = { ...this.app, recents: this.app.recents.filter((one) => one.folder !== given['folder']) };
        return this.app.recents;
      default:
        return null;
    }
  }

  #set(project: ProjectView): ProjectView {
    this.project = { ...project, revision: (this.project?.revision ?? 0) + 1, saved: false };
    this.emit('project', this.project);
    return this.project;
  }

  #step(from: ProjectView[], to: ProjectView[]): ProjectView | null {
    const next = from.pop();
    if (!next || !this.project) return this.project;
    to.push(this.project);
    return this.#set({ ...next, undo: this.#past.length ? 'Edit' : null, redo: this.#future.length ? 'Edit' : null });
  }

  #edit(edit: Edit): ProjectView | null {
    const now = this.project;
    if (!now) return null;
    this.#past.push(now);
    this.#future = [];
    return this.#set({ ...apply(now, edit), undo: edit.edit.replaceAll('_', ' '), redo: null });
  }

  #job(kind: JobView['kind']): number {
    const id = this.#nextJob++;
    this.emit('job', makeJob({ id, kind, state: 'waiting', fraction: 0, etaS: null }));
    return id;
  }

  /** Plain rules, as a backend might have them: the window must not know them itself. */
  #exportForecast({ path, what, codec, tracks, loopOnly, targetLufs, ceilingDbtp, overwrite }: ExportRequest): ExportForecast {
    const extension = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
    const holds: Record<string, SoundCodec[]> =
      what === 'video'
        ? { mp4: ['aac', 'flac', 'alac', 'opus'], mov: ['aac', 'alac', 'pcm', 'pcm16'], mkv: ['flac', 'aac', 'opus', 'alac', 'pcm'] }
        : what === 'sound'
          ? { wav: ['pcm', 'pcm16', 'pcm_float'], flac: ['flac'], m4a: ['aac', 'alac'], opus: ['opus'] }
          : { '': ['pcm', 'flac', 'pcm16', 'pcm_float'] };
    const fits = holds[what === 'stems' ? '' : extension];
    const used = codec ?? fits?.[0] ?? 'aac';
    const obstacle = !fits
      ? `h264 doesn't go into .${extension}.`
      : !fits.includes(used)
        ? `.${extension} doesn't take ${used.toUpperCase()}.`
        : tracks.length === 0
          ? 'Choose at least one track.'
          : loopOnly && !this.project?.loopRange
            ? 'There is no loop.'
            : null;
    const words = { aac: 'AAC, 48 kHz, stereo, 256 kbit/s', opus: 'Opus, 48 kHz, stereo, 192 kbit/s', flac: 'FLAC, 24 bit, 48 kHz, stereo', alac: 'ALAC, 24 bit, 48 kHz, stereo', pcm: 'PCM, 24 bit, 48 kHz, stereo', pcm16: 'PCM, 16 bit, 48 kHz, stereo', pcm_float: 'PCM, 32 bit float, 48 kHz, stereo' };
    const ending = used === 'flac' ? 'flac' : 'wav';
    return {
      path,
      files: what === 'stems' ? tracks.map((track) => `${path}/harbour-v7 ${track}.${ending}`) : [path],
      exists: this.options.taken?.includes(path) ?? false,
      picture: what === 'video' ? 'h264, 1920x1080, 23.976, copied, not re-encoded' : 'none, the sound alone',
      sound: words[used] + (tracks.length > 1 ? `, ${tracks.length} tracks` : ''),
      loudness: targetLufs === null ? `as mixed, at most ${ceilingDbtp} dBTP` : `brought to ${targetLufs} LUFS, at most ${ceilingDbtp} dBTP`,
      bytes: what === 'video' ? 48_400_000 : 17_900_000 * tracks.length,
      notes: tracks.length > 1 && extension === 'mp4' ? ['Many players play only the first track.'] : overwrite && this.options.taken?.includes(path) ? ['The file that is there is replaced.'] : [],
      obstacle,
    };
  }

  #playStyle(style: StyleView): void {
    if (style.kind === 'auto') return;
    const from = style.kind === 'clip' ? (style.from_s ?? 31.5) : 0;
    this.#clipEnd = Math.min(CLIP_S, from + (this.options.clipPart ?? 8));
    this.#send({ playing: false, clipS: from });
  }

  #transport(command: TransportCommand): void {
    const at = this.#tick.sample;
    switch (command.kind) {
      case 'toggle':
        return this.#send({ playing: !this.#tick.playing, speed: 1 });
      case 'play':
        return this.#send({ playing: true, speed: 1 });
      case 'pause':
        return this.#send({ playing: false });
      case 'shuttle':
        return this.#send({ playing: command.speed !== 0, speed: command.speed });
      case 'seek':
      case 'scrub':
        return this.#send({ sample: this.#sample(command.frame) });
      case 'step':
        return this.#send({ playing: false, sample: this.#sample(this.#frame(at) + command.frames) });
      case 'loop':
        this.#looping = command.on;
        return;
      case 'scrub_end':
        return;
    }
  }

  #sample(frame: number): number {
    const project = this.project;
    return project ? Math.max(0, sampleOfFrame(frame, project.video.rate, project.sampleRate)) : 0;
  }

  #frame(sample: number): number {
    const project = this.project;
    return project ? frameOfSample(sample, project.video.rate, project.sampleRate) : 0;
  }

  #play(): void {
    const project = this.project;
    const clip = this.#tick.clipS;
    if (clip !== null) this.#send({ clipS: clip + 0.016 < this.#clipEnd ? clip + 0.016 : null });
    if (!this.#tick.playing || !project) return;
    let sample = this.#tick.sample + Math.round(0.016 * this.#tick.speed * project.sampleRate);
    const loop = this.#looping ? project.loopRange : null;
    if (loop && sample >= this.#sample(loop[1])) sample = this.#sample(loop[0]);
    const level = -8 - 10 * Math.random();
    this.#send({ sample: Math.min(Math.max(0, sample), project.samples - 1), peakDb: [level, level - 1], momentaryLufs: level - 8, shortTermLufs: -16 });
  }

  #send(change: Partial<Tick>): void {
    const sample = change.sample ?? this.#tick.sample;
    this.#tick = { ...this.#tick, ...change, sample, frame: this.#frame(sample) };
    for (const handler of this.#ticks) handler(this.#tick);
  }
}

const heard = (project: ProjectView): ProjectView => ({ ...project, cues: withHeardFades(project.cues) });

/** A cue that is moved whole takes its drawn gain along. */
function carried(project: ProjectView, id: number, span: [number, number]): object {
  const before = project.cues.find((one) => one.id === id);
  const by = before ? span[0] - before.span[0] : 0;
  if (!before || span[1] - before.span[1] !== by) return {};
  return { automation: before.automation.map(([frame, db]) => [frame + by, db]) };
}

/** What an edit makes of a project, as far as tests need it. */
function apply(project: ProjectView, edit: Edit): ProjectView {
  const hit = (id: number, change: object): ProjectView => ({
    ...project,
    hits: project.hits.map((one) => (one.id === id ? { ...one, ...change } : one)).sort((a, b) => a.frame - b.frame),
  });
  const cue = (id: number, change: object): ProjectView => ({
    ...project,
    cues: project.cues.map((one) => (one.id === id ? { ...one, ...change } : one)),
  });
  const take = (id: number, change: object | null): ProjectView => ({
    ...project,
    cues: project.cues.map((one) => ({
      ...one,
      take: change === null && one.take === id ? null : one.take,
      takes: one.takes.flatMap((its) => (its.id !== id ? [its] : change ? [{ ...its, ...change }] : [])),
    })),
  });
  switch (edit.edit) {
    case 'add_hit': {
      const id = Math.max(0, ...project.hits.map((one) => one.id)) + 1;
      const added = { id, frame: edit.frame, strength: 1, origin: 'user' as const, name: edit.name, locked: false, landing: null };
      return { ...project, hits: [...project.hits, added].sort((a, b) => a.frame - b.frame) };
    }
    case 'move_hit':
      return hit(edit.id, { frame: edit.frame });
    case 'rename_hit':
      return hit(edit.id, { name: edit.name });
    case 'lock_hit':
      return hit(edit.id, { locked: edit.locked });
    case 'set_hit_strength':
      return hit(edit.id, { strength: edit.strength });
    case 'remove_hit':
      return { ...project, hits: project.hits.filter((one) => one.id !== edit.id) };
    case 'set_intensity':
      return { ...project, intensity: { drawn: edit.drawn } };
    case 'add_cue': {
      const id = Math.max(0, ...project.cues.map((one) => one.id)) + 1;
      const added = { id, name: edit.name ?? `Cue ${id}`, span: edit.span, fadeIn: 0, fadeOut: 0, fadeInCurve: 'equal_power' as const, fadeOutCurve: 'equal_power' as const, heardFades: [0, 0] as [number, number], automation: [], gainDb: 0, take: null, takes: [] };
      return heard({ ...project, cues: [...project.cues, added].sort((a, b) => a.span[0] - b.span[0]) });
    }
    case 'remove_cue':
      return heard({ ...project, cues: project.cues.filter((one) => one.id !== edit.cue) });
    case 'set_cue_span':
      return heard(cue(edit.cue, { span: edit.span, ...carried(project, edit.cue, edit.span) }));
    case 'set_cue_fades': {
      const curves = { ...(edit.inCurve && { fadeInCurve: edit.inCurve }), ...(edit.outCurve && { fadeOutCurve: edit.outCurve }) };
      return heard(cue(edit.cue, { fadeIn: edit.fadeIn, fadeOut: edit.fadeOut, ...curves }));
    }
    case 'set_cue_automation':
      return cue(edit.cue, { automation: edit.points });
    case 'set_temp_automation':
      return { ...project, tempAutomation: edit.points };
    case 'set_cue_gain':
      return cue(edit.cue, { gainDb: edit.gainDb });
    case 'rename_cue':
      return cue(edit.cue, { name: edit.name });
    case 'use_take':
      return cue(edit.cue, { take: edit.take });
    case 'rename_take':
      return take(edit.take, { name: edit.name });
    case 'favour_take':
      return take(edit.take, { favourite: edit.favourite });
    case 'remove_take':
      return take(edit.take, null);
    case 'set_style':
      return { ...project, style: edit.style };
    case 'set_settings':
      return { ...project, settings: edit.settings };
    case 'set_mix':
      return { ...project, mix: edit.mix };
    case 'set_loop':
      return { ...project, loopRange: edit.span };
  }
}

import type {
  AppView, CueView, CutView, DuckingView, ExportPreset, HitView, JobView, LandingRow, ProjectView, TakeMeasures, TakeSettings, TakeView,
} from '../api/types';
import { secondsOfFrame } from '../lib/time';

/** A made-up minute of video with everything that a project can have. For tests only. */
export const RATE: [number, number] = [24000, 1001];
export const FRAMES = 1487;
export const SAMPLE_RATE = 48000;
const SAMPLES = Math.round((FRAMES * RATE[1] * SAMPLE_RATE) / RATE[0]);

const settings = (seed: number | null): TakeSettings => ({
  seed,
  intensity: 1,
  pace: { kind: 'auto' },
  guidance: null,
  steps: null,
});

const CUT_FRAMES = [96, 180, 247, 360, 432, 510, 588, 690, 771, 866, 960, 1058, 1150, 1241, 1352];

const cuts: CutView[] = CUT_FRAMES.map((frame, index) => ({
  frame,
  strength: 0.4 + ((index * 37) % 60) / 100,
  kind: index === 6 ? 'dissolve' : index === 14 ? 'fade' : 'hard',
}));

function hits(): HitView[] {
  const found: HitView[] = CUT_FRAMES.filter((_, index) => index % 2 === 0).map((frame, index) => ({
    id: index + 1,
    frame,
    strength: 0.5 + ((index * 29) % 50) / 100,
    origin: 'cut',
    name: null,
    locked: index === 3,
    landing: { landed: index % 4 !== 3, missMs: index % 4 === 3 ? 140 : (index * 13) % 31 },
  }));
  const more: HitView[] = [
    { id: 20, frame: 301, strength: 0.7, origin: 'found', name: null, locked: false, landing: { landed: true, missMs: -22 } },
    { id: 21, frame: 642, strength: 0.9, origin: 'user', name: 'Door slams', locked: true, landing: { landed: true, missMs: 8 } },
    { id: 22, frame: 1103, strength: 1, origin: 'user', name: 'Logo', locked: false, landing: { landed: false, missMs: null } },
  ];
  return [...found, ...more].sort((a, b) => a.frame - b.frame);
}

function take(id: number, style: string, bpm: number, more: Partial<TakeView> = {}): TakeView {
  return {
    id,
    name: `Take ${id}`,
    favourite: false,
    madeAt: Date.UTC(2026, 10, 23, 9, 12 + id),
    style,
    settings: settings(40 + id),
    bpm,
    provider: 'cpu',
    span: [0, FRAMES],
    samples: SAMPLES,
    lufs: -16.2,
    playedLufs: -16,
    section: null,
    missing: false,
    ...more,
  };
}

const cue = (): CueView => ({
  id: 1,
  name: 'Opening',
  span: [0, FRAMES],
  fadeIn: 0,
  fadeOut: SAMPLE_RATE,
  fadeInCurve: 'equal_power',
  fadeOutCurve: 's_curve',
  heardFades: [0, SAMPLE_RATE],
  automation: [],
  gainDb: -1.5,
  take: 3,
  takes: [
    take(1, 'Piano', 84),
    take(2, 'Orchestral', 96, { favourite: true, name: 'The big one' }),
    take(3, 'Orchestral', 96, { section: { of: 2, span: [588, 866] } }),
    take(4, 'Electronic', 118, { settings: { ...settings(7), intensity: 1.3, pace: { kind: 'bpm', value: 118 } } }),
  ],
});

/** Frames with speech in the temp track. */
export const SPEECH: [number, number][] = [[102, 236], [420, 505], [640, 758], [1172, 1334]];

const dialogue: DuckingView = {
  on: true, by: 'speech', thresholdDb: -38, depthDb: 10, attackMs: 120, holdMs: 250, releaseMs: 600, lookAheadMs: 100,
};

/** The project with three cues: the first two overlap, then a gap; gain drawn over the second and the temp track. */
export function threeCues(): Partial<ProjectView> {
  const opening = { ...cue(), span: [0, 560] as [number, number], fadeIn: 24000 };
  const chase: CueView = {
    ...cue(),
    id: 2,
    name: 'Chase',
    span: [512, 940],
    gainDb: 0,
    fadeOut: 12000,
    automation: [[520, 0], [640, -8], [758, -8], [800, 0], [930, 2.5]],
    take: 12,
    takes: [take(11, 'Rock', 128), take(12, 'Tension', 104)].map((one) => within(one, [512, 940])),
  };
  const end: CueView = { ...cue(), id: 3, name: 'End', span: [1100, FRAMES], fadeIn: 48000, fadeInCurve: 'slow', gainDb: 0, take: null, takes: [] };
  const cues = withHeardFades([{ ...opening, takes: opening.takes.map((one) => within(one, opening.span)) }, chase, end]);
  return { cues, tempAutomation: [[380, 0], [420, 4], [505, 4], [540, 0]] };
}

function within(one: TakeView, span: [number, number]): TakeView {
  const section = one.section && { ...one.section, span: [span[0] + 40, span[0] + 160] as [number, number] };
  return { ...one, span, section, samples: Math.round(secondsOfFrame(span[1] - span[0], RATE) * SAMPLE_RATE) };
}

/** Cues with the fades that are heard: where two overlap, at least as long as the overlap. */
export function withHeardFades(cues: CueView[]): CueView[] {
  const samples = (frames: number): number => Math.round(secondsOfFrame(Math.max(0, frames), RATE) * SAMPLE_RATE);
  return cues.map((one, index) => {
    const before = cues[index - 1];
    const after = cues[index + 1];
    const heardFades: [number, number] = [
      Math.max(one.fadeIn, samples((before?.span[1] ?? 0) - one.span[0])),
      Math.max(one.fadeOut, samples(one.span[1] - (after?.span[0] ?? Infinity))),
    ];
    return { ...one, heardFades };
  });
}

/** The project at revision 1. */
export function makeProject(): ProjectView {
  return {
    revision: 1,
    name: 'Harbour trailer',
    folder: '/videos/Harbour trailer.muvi',
    unnamed: false,
    saved: true,
    video: {
      path: '/videos/harbour-v7.mov',
      name: 'harbour-v7.mov',
      key: 'k1',
      width: 1920,
      height: 1080,
      rate: RATE,
      dropFrame: false,
      frames: FRAMES,
      durationS: (FRAMES * RATE[1]) / RATE[0],
      codec: 'h264',
      sound: 'aac, 48 kHz, stereo',
      variableRate: false,
      missing: false,
      analysisRate: [10, 1],
      grid: [14, 14],
    },
    sampleRate: SAMPLE_RATE,
    samples: SAMPLES,
    analysed: true,
    cuts,
    hits: hits(),
    intensity: {
      drawn: [
        [600, 0.3],
        [700, 0.55],
        [860, 0.9],
        [960, 0.6],
      ],
    },
    cues: [cue()],
    style: { kind: 'palette', id: 'orchestral' },
    settings: settings(null),
    mix: {
      music: { gainDb: 0, mute: false, solo: false },
      temp: { gainDb: -3, mute: false, solo: false },
      ducking: dialogue,
      masterDb: 0,
      musicLufs: -16,
      delivery: { targetLufs: -14, ceilingDbtp: -1 },
    },
    tempAutomation: [],
    speech: SPEECH,
    loopRange: null,
    undo: 'Move hit',
    redo: null,
    problems: [],
  };
}

const preset = (name: string, more: Partial<ExportPreset>): ExportPreset => ({
  name, builtIn: true, what: 'video', extension: null, codec: null, tracks: ['mix'], loopOnly: false, targetLufs: null, ceilingDbtp: -1, ...more,
});

/** The sets of choices that ship, and one of the user's. */
export const exportPresets: ExportPreset[] = [
  preset('Web', { extension: 'mp4', codec: 'aac', targetLufs: -14 }),
  preset('Archive', { extension: 'mkv', codec: 'flac' }),
  preset('Broadcast', { extension: 'mov', codec: 'pcm', targetLufs: -23, tracks: ['mix', 'music', 'temp'] }),
  preset('Audio only', { what: 'sound', extension: 'wav', codec: 'pcm' }),
  preset('Stems', { what: 'stems', extension: 'wav', codec: 'pcm', tracks: ['music', 'temp'] }),
  preset('Client review', { builtIn: false, extension: 'mp4', codec: 'aac', targetLufs: -16, loopOnly: true }),
];

/** Measures of a take. */
export function makeMeasures(of: number): TakeMeasures {
  const row = (id: string, name: string, text: string, ideal: string | null, chance: string | null, help: string) => ({ id, name, text, ideal, chance, help });
  const landings: LandingRow[] = hits().map((hit) => {
    const missMs = hit.landing?.missMs ?? null;
    return {
      frame: hit.frame,
      kind: hit.origin === 'cut' ? 'cut' : 'hit',
      name: hit.name,
      landed: hit.landing?.landed ?? false,
      missMs,
      missFrames: missMs === null ? null : (missMs * RATE[0]) / RATE[1] / 1000,
    };
  });
  return {
    take: of,
    rows: [
      row('hit_lift', 'Hits', '82 %, 3.1 times chance', '100 %', '26 %', 'How many cuts and hit points have an onset of the music within 70 ms.'),
      row('intensity', 'Follows the picture', '0.71', '1', '0.02', 'How the loudness of the music goes with the intensity of the picture.'),
      row('bcs', 'Beat coverage', 'needs a reference: the video has no music of its own', null, null, 'How many beats the music has for each of the reference.'),
      row('loudness', 'Loudness', '-16.2 LUFS, -1.4 dBTP', null, null, 'Loudness and true peak of the take as it was made.'),
    ],
    landings,
  };
}

/** The program as it starts: nothing open, a pack, three recent projects. */
export function makeApp(): AppView {
  return {
    version: '0.1.0',
    pack: {
      name: 'mini',
      version: '0.1.0',
      title: 'Mini',
      description: 'The small pack that ships: eight styles, made for two cores.',
      licence: 'CC0-1.0',
      styles: [
        ['acoustic', 'Acoustic', 'Guitar and light percussion'],
        ['ambient', 'Ambient', 'Slow pads and air'],
        ['electronic', 'Electronic', 'Synths over a firm beat'],
        ['lofi', 'Lo-fi', 'Dusty keys, lazy drums'],
        ['orchestral', 'Orchestral', 'Strings, brass and timpani'],
        ['piano', 'Piano', 'Solo piano, close and warm'],
        ['rock', 'Rock', 'Guitars, bass and drums'],
        ['tension', 'Tension', 'Low drones and pulses'],
      ].map(([id, name, description]) => ({ id: id!, name: name!, description: description!, seconds: 8 })),
      steps: 16,
      guidance: 3,
    },
    problems: [],
    providers: ['auto', 'cpu'],
    settings: {
      theme: 'dark',
      language: 'en',
      device: null,
      provider: 'auto',
      pack: null,
      cacheMb: 4096,
      notify: true,
      layout: '',
    },
    recents: [
      { name: 'Harbour trailer', folder: '/videos/Harbour trailer.muvi', video: 'harbour-v7.mov', openedAt: Date.UTC(2026, 10, 23, 8), missing: false },
      { name: 'Kayak weekend', folder: '/videos/Kayak weekend.muvi', video: 'kayak.mp4', openedAt: Date.UTC(2026, 10, 20, 17), missing: false },
      { name: 'Lamp product cut', folder: '/archive/Lamp.muvi', video: 'lamp-15s.mp4', openedAt: Date.UTC(2026, 9, 2, 17), missing: true },
    ],
    sample: true,
    project: null,
    jobs: [],
    exportPresets,
    duckingPresets: [
      { id: 'dialogue', name: 'Dialogue', settings: dialogue },
      { id: 'voice_over', name: 'Voice-over', settings: { ...dialogue, depthDb: 15, attackMs: 80, holdMs: 500, releaseMs: 800, lookAheadMs: 120 } },
      { id: 'gentle', name: 'Gentle', settings: { ...dialogue, depthDb: 6, attackMs: 250, holdMs: 300, releaseMs: 900, lookAheadMs: 150 } },
      { id: 'trailer', name: 'Trailer', settings: { ...dialogue, depthDb: 12, attackMs: 60, holdMs: 120, releaseMs: 300, lookAheadMs: 60 } },
    ],
    platform: 'linux',
  };
}

/** A running job. */
export function makeJob(more: Partial<JobView>): JobView {
  return {
    id: 1,
    kind: 'analyse',
    phase: 'Watching the picture',
    step: 2,
    steps: 3,
    fraction: 0.43,
    etaS: 12,
    state: 'running',
    error: null,
    warnings: [],
    provider: { used: 'cpu', fellBack: [] },
    cue: null,
    take: null,
    span: null,
    readySamples: 0,
    output: null,
    result: null,
    measure: null,
    ...more,
  };
}

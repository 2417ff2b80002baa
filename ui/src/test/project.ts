import type { AppView, CueView, CutView, HitView, JobView, ProjectView, TakeSettings, TakeView } from '../api/types';

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
  gainDb: -1.5,
  take: 3,
  takes: [
    take(1, 'Piano', 84),
    take(2, 'Orchestral', 96, { favourite: true, name: 'The big one' }),
    take(3, 'Orchestral', 96, { section: { of: 2, span: [588, 866] } }),
    take(4, 'Electronic', 118, { settings: { ...settings(7), intensity: 1.3, pace: { kind: 'bpm', value: 118 } } }),
  ],
});

/** The project at revision 1. */
export function makeProject(): ProjectView {
  return {
    revision: 1,
    name: 'Harbour trailer',
    folder: '/home/sam/Videos/Harbour trailer.muvi',
    unnamed: false,
    saved: true,
    video: {
      path: '/home/sam/Videos/harbour-v7.mov',
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
      ducking: { on: true, thresholdDb: -38, depthDb: 9, attackMs: 120, holdMs: 250, releaseMs: 600, lookAheadMs: 100 },
      masterDb: 0,
      musicLufs: -16,
    },
    loopRange: null,
    undo: 'Move hit',
    redo: null,
    problems: [],
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
      { name: 'Harbour trailer', folder: '/home/sam/Videos/Harbour trailer.muvi', video: 'harbour-v7.mov', openedAt: Date.UTC(2026, 10, 23, 8), missing: false },
      { name: 'Kayak weekend', folder: '/home/sam/Videos/Kayak weekend.muvi', video: 'kayak.mp4', openedAt: Date.UTC(2026, 10, 20, 17), missing: false },
      { name: 'Lamp product cut', folder: '/media/old/Lamp.muvi', video: 'lamp-15s.mp4', openedAt: Date.UTC(2026, 9, 2, 17), missing: true },
    ],
    sample: true,
    project: null,
    jobs: [],
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
    ...more,
  };
}

// The main states of the window: how the fake starts, and what is done before the picture is taken.

const job = (more) => ({
  id: 1, kind: 'analyse', phase: 'Watching the picture', step: 2, steps: 3, fraction: 0.43, etaS: 12, state: 'running',
  error: null, warnings: [], provider: { used: 'cpu', fellBack: [] }, cue: null, take: null, span: null,
  readySamples: 0, output: null, result: null, ...more,
});
const failure = {
  code: 'failed',
  message: 'The model pack needs 1.2 GB of memory, but only 0.4 GB is free. Close other programs and try again.',
  details: 'velocity.onnx: session could not be made\ncaused by: out of memory',
};
const press = (...keys) => async (page) => {
  for (const key of keys) await page.keyboard.press(key);
};
const select = (selection) => (page) => page.evaluate((chosen) => window.studio.view.select(chosen), selection);
const seek = (page, frame) => page.evaluate((at) => window.studio.playback.seek(at), frame);

export const states = {
  empty: { large: true, options: { project: null } },
  'empty-light': { options: { project: null }, play: (page) => page.evaluate(() => window.studio.app.set({ theme: 'light' })) },
  'empty-failed': {
    options: { project: null, refuse: { open_path: 'notes.txt is no video: there is no picture in it. Choose a video or a project folder.' } },
    play: (page) => page.evaluate(() => window.fake.emit('drop', { kind: 'drop', path: '/x/notes.txt', x: 1, y: 1 })),
  },
  'no-pack': {
    options: {
      project: null,
      app: { pack: null, problems: [{ code: 'no_pack', message: 'The model pack in /opt/packs/mini is damaged: velocity.onnx has another checksum. Install it again or choose another.', details: null }] },
    },
  },
  dropping: { options: { project: null }, play: (page) => page.evaluate(() => window.fake.emit('drop', { kind: 'over', x: 9, y: 9 })) },
  project: { large: true, play: async (page) => seek(page, 640) },
  'project-light': {
    play: async (page) => {
      await page.evaluate(() => window.studio.app.set({ theme: 'light' }));
      await seek(page, 300);
    },
  },
  attention: { large: true, play: async (page) => { await seek(page, 400); await press('h')(page); } },
  patches: {
    play: async (page) => {
      await seek(page, 400);
      await page.evaluate(() => window.studio.layout.set({ smooth: false }));
      await press('h')(page);
    },
  },
  cue: { play: select({ kind: 'cue', cue: 1 }) },
  section: { play: select({ kind: 'section', cue: 1, span: [588, 866] }) },
  hit: { play: select({ kind: 'hit', hit: 21 }) },
  temp: { play: select({ kind: 'temp' }) },
  take: { large: true, play: select({ kind: 'take', take: 4 }) },
  analysing: { options: { project: { analysed: false, cuts: [], hits: [], cues: [{ id: 1, name: 'Cue 1', span: [0, 1487], fadeIn: 0, fadeOut: 0, fadeInCurve: 'equal_power', fadeOutCurve: 'equal_power', heardFades: [0, 0], automation: [], gainDb: 0, take: null, takes: [] }] }, jobs: [job({})] } },
  generating: { options: { jobs: [job({ kind: 'generate', phase: 'Writing the music', fraction: 0.61, cue: 1, take: 9, span: [0, 1487], readySamples: 1200000 })] } },
  failed: { options: { jobs: [job({ kind: 'generate', state: 'failed', error: failure, cue: 1 })] } },
  missing: { options: { noPictures: true, project: { problems: [{ code: 'video_missing', message: 'The video is gone.' }] } }, play: (page) => page.evaluate(() => {
    const project = window.fake.project;
    window.fake.emit('project', { ...project, revision: 9, video: { ...project.video, missing: true } });
  }) },
  recovered: {
    options: {
      tick: { problem: 'The sound device could not be opened: it is used by another program.' },
      project: { problems: [{ code: 'recovered', message: 'The program ended before it could save. Everything that you did is back.' }] },
    },
  },
  fullscreen: { play: async (page) => { await seek(page, 400); await press('h', 'f')(page); } },
  settings: { play: press('Control+,') },
  shortcuts: { large: true, play: press('F1') },
  about: { play: (page) => page.evaluate(() => (window.studio.view.dialog = 'about')) },
  commands: { play: async (page) => { await press('Control+k')(page); await page.keyboard.type('hit'); } },
  menu: { play: (page) => page.getByRole('button', { name: /^Project/ }).click() },
};

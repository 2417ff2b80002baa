// Cues, drawn gain, ducking and measures: states to look at, and what a user does with them.

const select = (page, selection) => page.evaluate((chosen) => window.studio.view.select(chosen), selection);
const light = (page) => page.evaluate(() => window.studio.app.set({ theme: 'light' }));
const edits = (page) => page.evaluate(() => window.fake.edits);
const calls = (page, name) => page.evaluate((wanted) => window.fake.calls.filter((one) => one.name === wanted).map((one) => one.args), name);
const lines = (page) => page.evaluate(() => window.studio.layout.set({ gainMusic: true, gainTemp: true }));
/** A project of three cues, the second longer than its take. */
const cues = { variant: 'cues' };
const longer = (page) => page.evaluate(() => window.fake.call('edit', { edit: { edit: 'set_cue_span', cue: 2, span: [512, 1040] } }));

const measured = {
  id: 100, kind: 'measure', phase: 'Measuring', step: 1, steps: 1, fraction: 1, etaS: null, state: 'done', error: null, warnings: [],
  provider: null, cue: null, take: null, span: null, readySamples: 0, output: null, result: null,
  measure: { lufs: -16.1, rangeLu: 6.2, truePeakDbtp: -1.2, speech: { seconds: 21.4, speechLufs: -18.2, musicLufs: -32, duckingDb: 9.4 } },
};
const measure = async (page) => {
  await page.getByRole('button', { name: 'Measure', exact: true }).click();
  await page.evaluate((job) => window.fake.emit('job', job), measured);
};

function same(found, wanted, what) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

export const states = {
  cues: { large: true, options: cues, play: (page) => select(page, { kind: 'none' }) },
  'cues-gain': { large: true, options: cues, play: async (page) => { await lines(page); await select(page, { kind: 'cue', cue: 2 }); } },
  'cues-light': { options: cues, play: async (page) => { await light(page); await lines(page); await select(page, { kind: 'cue', cue: 1 }); } },
  'cue-longer': { options: cues, play: async (page) => { await longer(page); await select(page, { kind: 'cue', cue: 2 }); } },
  'cue-gap': { options: cues, play: (page) => page.locator('.lane[aria-label="Music"]').hover({ position: { x: 700, y: 60 } }) },
  'cue-menu': {
    options: cues,
    play: async (page) => {
      await page.locator('.lane[aria-label="Music"]').click({ button: 'right', position: { x: 520, y: 60 } });
      await page.getByRole('menuitem', { name: 'Shape of the fade-out' }).hover();
      await page.getByRole('menuitem', { name: 'Slow start' }).waitFor();
    },
  },
  ducking: {
    large: true,
    options: cues,
    play: async (page) => {
      await select(page, { kind: 'temp' });
      await measure(page);
      await page.getByText(/13.8 dB below/).scrollIntoViewIfNeeded();
    },
  },
  'ducking-level': {
    play: async (page) => {
      await select(page, { kind: 'temp' });
      await page.getByLabel('Listens for').selectOption('level');
      await page.getByText('Advanced').click();
      await page.getByText('Look ahead').scrollIntoViewIfNeeded();
    },
  },
  measures: {
    large: true,
    play: async (page) => {
      await select(page, { kind: 'take', take: 3 });
      await page.getByText('Measures', { exact: true }).click();
      await page.getByText('Copy as text').scrollIntoViewIfNeeded();
    },
  },
  'measures-failed': {
    options: { refuse: { take_measures: 'The sound of Take 3 can’t be read: the file is gone.' } },
    play: async (page) => {
      await select(page, { kind: 'take', take: 3 });
      await page.getByText('Measures', { exact: true }).click();
      await page.getByText('Try again').scrollIntoViewIfNeeded();
    },
  },
};

export const flows = {
  'a menu gives the pointer back to the window': {
    options: cues,
    async play(page) {
      await page.getByRole('button', { name: /^Project/ }).click();
      await page.getByRole('menuitem', { name: 'View' }).hover();
      await page.getByRole('menuitem', { name: /Show the gain lines/ }).click();
      await page.waitForFunction(() => window.studio.layout.sizes.gainMusic);
      await page.getByRole('button', { name: 'Mute Music' }).click();
      await page.waitForFunction(() => window.fake.project.mix.music.mute);
      await page.locator('.lane[aria-label="Music"]').click({ button: 'right', position: { x: 700, y: 60 } });
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Mute Music' }).click();
      await page.waitForFunction(() => !window.fake.project.mix.music.mute);
    },
  },
  'cues by list and by keys': {
    options: cues,
    async play(page) {
      await page.getByRole('button', { name: /^1 Opening/ }).click();
      await page.keyboard.press('ArrowDown');
      same(await page.evaluate(() => window.studio.view.selection), { kind: 'cue', cue: 2 }, 'the arrow chooses the next cue');
      const out = page.getByRole('textbox', { name: 'Out of Chase' });
      await out.fill('+1s');
      await page.keyboard.press('Enter');
      same((await edits(page)).at(-1), { edit: 'set_cue_span', cue: 2, span: [512, 964] }, 'a second longer');
      await page.getByText(/The music ends 1 s before the cue does/).waitFor();
      await page.getByRole('button', { name: 'Generate for the new span' }).click();
      same(await calls(page, 'generate'), [{ cue: 2 }], 'generate');
      await page.evaluate(() => document.activeElement.blur());
      await page.keyboard.press('Delete');
      await page.waitForFunction(() => window.fake.edits.at(-1).edit === 'remove_cue');
      await page.keyboard.press('Control+z');
      await page.getByRole('button', { name: /^2 Chase/ }).waitFor();
      await page.evaluate(() => window.studio.playback.seek(20));
      await page.keyboard.press('Alt+ArrowDown');
      await page.waitForFunction(() => window.studio.playback.nowFrame() === 512);
    },
  },
  'a new cue: in the loop around the playhead, or in the gap': {
    options: cues,
    async play(page) {
      await page.keyboard.press('n');
      await page.waitForFunction(() => window.fake.edits.length === 1);
      same((await edits(page))[0], { edit: 'add_cue', span: [940, 1100], name: null }, 'the gap');
      await page.evaluate(() => window.fake.call('edit', { edit: { edit: 'set_loop', span: [30, 90] } }));
      await page.evaluate(() => window.studio.playback.seek(40));
      await page.keyboard.press('n');
      await page.waitForFunction(() => window.fake.edits.length === 3);
      same((await edits(page))[2], { edit: 'add_cue', span: [30, 90], name: null }, 'the loop');
    },
  },
  'shape of a fade: in the inspector, heard and drawn': {
    options: cues,
    async play(page) {
      await select(page, { kind: 'cue', cue: 3 });
      await page.getByLabel('Shape of the fade-in').selectOption('linear');
      same((await edits(page)).at(-1), { edit: 'set_cue_fades', cue: 3, fadeIn: 48000, fadeOut: 48000, inCurve: 'linear', outCurve: null }, 'curve');
    },
  },
  'ducking: presets, speech or level, what it did': {
    async play(page) {
      await select(page, { kind: 'temp' });
      await page.getByLabel('Preset').selectOption('gentle');
      same((await edits(page))[0].mix.ducking.depthDb, 6, 'gentle');
      if (await page.getByRole('slider', { name: 'Above' }).count()) throw new Error('a threshold for speech');
      await page.getByLabel('Listens for').selectOption('level');
      await page.getByRole('slider', { name: 'Above' }).waitFor();
      await measure(page);
      await page.getByText('Speech −18.2 LUFS, music under it −32.0 LUFS: 13.8 dB below; lowered by 9.4 dB on the average.').waitFor();
      await page.getByLabel('Preset').selectOption('trailer');
      await page.getByText('The mix has changed since it was measured.').waitFor();
    },
  },
  'measures: asked for when unfolded, a row goes there, copied as text': {
    async play(page) {
      await select(page, { kind: 'take', take: 3 });
      same(await calls(page, 'take_measures'), [], 'nothing is asked before');
      await page.getByText('Measures', { exact: true }).click();
      await page.getByText('9 of 11 landed').or(page.getByText(/of \d+ landed/)).waitFor();
      await page.getByRole('button', { name: 'Go to 00:00:26:18' }).click();
      await page.waitForFunction(() => window.studio.playback.nowFrame() === 642);
      await page.getByRole('button', { name: 'Copy as text' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const { text } = (await calls(page, 'copy')).at(-1);
      if (!/^Take 3\nHits\t82 %/.test(text)) throw new Error(`copied: ${text.slice(0, 40)}`);
      same((await calls(page, 'take_measures')).length, 1, 'asked once');
    },
  },
  'zoom and following are remembered': {
    async play(page) {
      await page.keyboard.press('Control+=');
      await page.getByRole('button', { name: /Follow the playhead: page/ }).click();
      await page.waitForFunction(() => {
        const layout = JSON.parse(window.fake.app.settings.layout || '{}');
        return layout.follow === 'smooth' && layout.views?.k1?.[1] - layout.views?.k1?.[0] < 1100;
      });
      await page.keyboard.press('z');
      await page.waitForFunction(() => Object.keys(JSON.parse(window.fake.app.settings.layout).views).length === 0);
    },
  },
  'the gain lines are shown by a key': {
    options: cues,
    async play(page) {
      await page.keyboard.press('a');
      await page.waitForFunction(() => window.studio.layout.sizes.gainMusic && window.studio.layout.sizes.gainTemp);
      await page.getByRole('button', { name: 'Gain line of Temp' }).click();
      await page.waitForFunction(() => !window.studio.layout.sizes.gainTemp);
      await select(page, { kind: 'cue', cue: 2 });
      await page.getByRole('button', { name: 'Clear the drawn gain' }).click();
      same((await edits(page)).at(-1), { edit: 'set_cue_automation', cue: 2, points: [] }, 'cleared');
    },
  },
};

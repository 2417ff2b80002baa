// What leaves the program, the measured mix and the style clip: states to look at, and what a user does with them.

const calls = (page, name) => page.evaluate((wanted) => window.fake.calls.filter((one) => one.name === wanted).map((one) => one.args), name);
const edits = (page) => page.evaluate(() => window.fake.edits);
const emit = (page, name, payload) => page.evaluate(([event, what]) => window.fake.emit(event, what), [name, payload]);
const light = (page) => page.evaluate(() => window.studio.app.set({ theme: 'light' }));
const button = (page, name) => page.getByRole('button', { name, exact: true });
const job = (more) => ({
  id: 1, kind: 'export', phase: 'Writing sound', step: 2, steps: 2, fraction: 0.43, etaS: 12, state: 'running', error: null, warnings: [],
  provider: null, cue: null, take: null, span: null, readySamples: 0, output: null, result: null, measure: null, ...more,
});
const queue = [
  job({ id: 1, state: 'done', fraction: 1, output: '/videos/harbour-v7 scored.mov', result: '−23.0 LUFS, −4.1 dBTP' }),
  job({ id: 2, state: 'failed', output: '/videos/review/harbour-v7 scored.mp4', error: { code: 'failed', message: 'The disk is full: 48 MB are needed, 12 MB are free.', details: null } }),
  job({ id: 3, output: '/videos/harbour-v7 scored.mp4' }),
  job({ id: 4, state: 'waiting', fraction: 0, etaS: null, output: '/videos/harbour-v7 scored.wav' }),
];
const measure = { lufs: -16.4, rangeLu: 6.2, truePeakDbtp: -1.2, speech: { seconds: 21.4, speechLufs: -18.2, musicLufs: -32, duckingDb: 9.4 } };
const measured = async (page) => {
  await page.keyboard.press('Control+l');
  await page.waitForFunction(() => window.fake.calls.some((one) => one.name === 'measure_mix'));
  await emit(page, 'job', job({ id: 100, kind: 'measure', state: 'done', fraction: 1, measure }));
};
const menu = async (page, name) => {
  await page.getByRole('button', { name: /^Project/ }).click();
  await page.getByRole('menuitem', { name }).click();
};
const planned = (page) => page.getByText('h264, 1920x1080, 23.976, copied, not re-encoded').waitFor();
const clip = (path, more) => ({ project: { style: { kind: 'clip', path, from_s: 12.5 } }, ...more });

function same(found, wanted, what) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

async function until(page, what, test, ...args) {
  try {
    await page.waitForFunction(test, ...args, { timeout: 3000 });
  } catch {
    throw new Error(`never: ${what}`);
  }
}

export const states = {
  export: { large: true, play: async (page) => { await page.keyboard.press('Control+e'); await planned(page); } },
  'export-light': { play: async (page) => { await light(page); await page.keyboard.press('Control+e'); await page.getByText('Broadcast').click(); await page.getByText('3 tracks').waitFor(); } },
  'export-loop': {
    options: { project: { loopRange: [588, 866] }, taken: ['/videos/harbour-v7 scored.mp4'] },
    play: async (page) => { await page.keyboard.press('Control+e'); await page.getByText('Client review').click(); await page.getByText('There is a file of this name.').waitFor(); },
  },
  'export-stems': { play: async (page) => { await page.keyboard.press('Control+e'); await page.getByText('Stems').first().click(); await page.getByText('harbour-v7 music.wav').waitFor(); } },
  'export-impossible': {
    play: async (page) => {
      await page.keyboard.press('Control+e');
      await page.getByRole('dialog').getByText('Stems').first().click();
      await page.getByRole('checkbox', { name: 'Music' }).uncheck();
      await page.getByRole('checkbox', { name: 'Temp track' }).uncheck();
      await page.getByText('Choose at least one track.').waitFor();
    },
  },
  'export-queue': { large: true, options: { jobs: queue }, play: async (page) => { await page.keyboard.press('Control+e'); await planned(page); } },
  'export-status': { options: { jobs: queue } },
  handover: { play: (page) => page.keyboard.press('Control+Shift+e') },
  'handover-exists': {
    options: { taken: ['/videos/Harbour trailer hand-over'] },
    play: async (page) => { await light(page); await page.keyboard.press('Control+Shift+e'); await button(page, 'Hand over').click(); await page.getByText('Some of these files are there already.').waitFor(); },
  },
  'handover-done': {
    play: async (page) => { await page.keyboard.press('Control+Shift+e'); await page.getByText('CMX 3600').click(); await button(page, 'Hand over').click(); await page.getByText('Handed over').waitFor(); },
  },
  page: {
    options: { variant: 'cues' },
    play: async (page) => {
      await page.keyboard.press('Control+Shift+p');
      await page.getByRole('dialog').waitFor();
      for (const path of ['/results/video2music.wav', '/results/library track.mp4']) await emit(page, 'drop', { kind: 'drop', path, x: 9, y: 9 });
      await page.getByText('library track.mp4').waitFor();
    },
  },
  'page-running': { options: { jobs: [job({ id: 7, kind: 'page', phase: 'Measuring video2music' })] }, play: (page) => page.keyboard.press('Control+Shift+p') },
  'page-done': {
    play: async (page) => {
      await light(page);
      await page.keyboard.press('Control+Shift+p');
      await button(page, 'Make the page').click();
      await emit(page, 'job', job({ id: 100, kind: 'page', state: 'done', fraction: 1, output: '/videos/harbour-v7 comparison/index.html' }));
      await page.getByText('Comparison page made').first().waitFor();
    },
  },
  measured: { large: true, play: measured },
  'measured-stale': {
    play: async (page) => { await light(page); await measured(page); await button(page, /Set the master/).click(); await page.getByText('The mix has changed since.').waitFor(); },
  },
  measuring: { play: async (page) => { await page.keyboard.press('Control+l'); await emit(page, 'job', job({ id: 100, kind: 'measure', phase: 'Listening to the mix', steps: 1 })); } },
  closing: { options: { jobs: queue }, play: (page) => emit(page, 'closing', queue.slice(2)) },
  clip: { large: true, options: clip('/music/reference.flac') },
  'clip-light': { options: clip('/music/reference.flac'), play: async (page) => { await light(page); await page.getByRole('button', { name: 'Listen to reference.flac' }).click(); } },
  'clip-unread': { options: clip('/music/broken.flac') },
};

export const flows = {
  'an export is chosen, forecast, queued, cancelled and shown': {
    options: { project: { loopRange: [588, 866] }, taken: ['/videos/harbour-v7 scored.mp4'] },
    async play(page) {
      await page.keyboard.press('Control+e');
      await planned(page);
      const start = button(page, 'Export').last();
      await page.getByText('There is a file of this name.').waitFor();
      same(await start.isDisabled(), true, 'what is there is not overwritten unasked');
      await page.getByLabel('Replace it').check();
      await page.getByLabel('Only the loop').check();
      await page.getByText('00:00:24:12 – 00:00:36:02').waitFor();
      await page.getByLabel('Loudness', { exact: true }).selectOption('-23');
      await start.click();
      const { request } = (await calls(page, 'export')).at(-1);
      same(request, { path: '/videos/harbour-v7 scored.mp4', what: 'video', codec: 'aac', tracks: ['mix'], loopOnly: true, targetLufs: -23, ceilingDbtp: -1, overwrite: true }, 'request');
      await page.getByText('An export in the queue writes this file already.').waitFor();
      await page.getByText('Archive').click();
      await button(page, 'Add to queue').click();
      await until(page, 'two in the queue', () => window.studio.deliveries.exports.length === 2);
      await emit(page, 'job', job({ id: 100 }));
      await button(page, 'Cancel harbour-v7 scored.mkv').click();
      same((await calls(page, 'cancel')).at(-1), { job: 101 }, 'cancelled');
      await page.keyboard.press('Escape');
      await emit(page, 'job', job({ id: 101, state: 'cancelled' }));
      await emit(page, 'job', job({ id: 100, state: 'done', fraction: 1, output: '/videos/harbour-v7 scored.mp4', result: '−23.0 LUFS, −3.1 dBTP' }));
      await page.getByRole('button', { name: 'Exports: 1 done' }).click();
      await page.getByRole('dialog').getByText('−23.0 LUFS, −3.1 dBTP').waitFor();
      await button(page, 'Show in folder').click();
      same((await calls(page, 'show_in_folder')).at(-1), { path: '/videos/harbour-v7 scored.mp4' }, 'shown');
      await button(page, 'Clear what has ended').click();
      await until(page, 'nothing left', () => window.studio.deliveries.exports.length === 0);
    },
  },
  'only what can be written is offered': {
    async play(page) {
      await page.keyboard.press('Control+e');
      await planned(page);
      const kind = page.getByLabel('Kind of file');
      await until(page, 'no webm for h264', () => ![...document.querySelectorAll('[role="dialog"] option')].some((one) => one.value === 'webm'));
      await kind.selectOption('mov');
      await until(page, 'codecs of mov', () => {
        const select = [...document.querySelectorAll('[role="dialog"] select')][1];
        return [...select.options].map((one) => one.value).join() === ',aac,alac,pcm,pcm16';
      });
    },
  },
  'presets of one’s own: saved, changed, renamed, deleted, put back': {
    async play(page) {
      const names = () => page.evaluate(() => window.fake.app.exportPresets.map((one) => one.name));
      await page.keyboard.press('Control+e');
      await planned(page);
      await page.getByLabel('Loudness', { exact: true }).selectOption('-24');
      await page.getByText('Web, changed').waitFor();
      await button(page, 'Save as preset').click();
      await page.keyboard.type('Station');
      await page.keyboard.press('Enter');
      await page.getByRole('radio', { name: 'Station', exact: true }).waitFor();
      await page.getByLabel('Loudness', { exact: true }).selectOption('');
      await button(page, 'Update').click();
      await until(page, 'updated', () => window.fake.app.exportPresets.at(-1).targetLufs === null);
      await button(page, 'Rename Station').click();
      await page.keyboard.press('Control+a');
      await page.keyboard.type('Regional');
      await page.keyboard.press('Enter');
      await page.getByRole('radio', { name: 'Regional', exact: true }).waitFor();
      await button(page, 'Delete Regional').click();
      await button(page, 'Put it back').click();
      await page.getByRole('radio', { name: 'Regional', exact: true }).waitFor();
      same((await names()).slice(-2), ['Client review', 'Regional'], 'presets');
      same(await page.getByRole('button', { name: /^Delete Web/ }).count(), 0, 'what ships can be deleted');
    },
  },
  'tracks have an order': {
    async play(page) {
      await page.keyboard.press('Control+e');
      await page.getByText('Broadcast').click();
      await button(page, 'Temp track one track earlier').click();
      await until(page, 'asked', () => window.fake.calls.some((one) => one.name === 'export_forecast' && one.args.request.tracks.join() === 'mix,temp,music'));
    },
  },
  'handed over, asked before anything is replaced': {
    options: { taken: ['/videos/Harbour trailer hand-over'] },
    async play(page) {
      await menu(page, /Hand over to other tools/);
      await page.getByLabel(/MIDI file/).check();
      await button(page, 'Hand over').click();
      await button(page, 'Replace them').click();
      await page.getByText('harbour.mid').waitFor();
      same((await calls(page, 'hand_over')).map(({ request }) => [request.formats.join(), request.overwrite]), [['otio,fcpxml,csv,midi', false], ['otio,fcpxml,csv,midi', true]], 'requests');
      await button(page, 'Show in folder').click();
      same((await calls(page, 'show_in_folder')).at(-1), { path: '/videos/Harbour trailer hand-over/harbour.otio' }, 'shown');
    },
  },
  'a comparison page with other systems': {
    options: { picks: { other: '/results/other.wav' } },
    async play(page) {
      await menu(page, /Export comparison page/);
      await button(page, 'Add a file').click();
      await page.getByRole('textbox', { name: 'Name of other.wav' }).fill('Video2Music');
      await page.getByRole('checkbox', { name: /Take 1/ }).check();
      await button(page, 'Make the page').click();
      const { request } = (await calls(page, 'make_page')).at(-1);
      same([request.takes, request.others, request.reference], [[3, 1], [{ name: 'Video2Music', path: '/results/other.wav' }], true], 'request');
      same((await calls(page, 'open_path')).length, 0, 'nothing was opened');
    },
  },
  'the mix is measured and brought to its target': {
    async play(page) {
      await measured(page);
      await page.getByText('−16.4 LUFS').waitFor();
      await page.getByText('2.4 LU too quiet').waitFor();
      await button(page, /Set the master to reach −14 LUFS/).click();
      same((await edits(page)).map((edit) => [edit.edit, edit.mix.masterDb]), [['set_mix', 2.4]], 'one edit');
      await page.getByText('The mix has changed since.').waitFor();
      await page.getByLabel('Deliver at').selectOption('-23');
      await page.getByText('6.6 LU too loud').waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+z');
      await page.keyboard.press('Control+z');
      await page.getByRole('button', { name: 'Level and loudness; measure the mix' }).click();
      await page.getByText('2.4 LU too quiet').waitFor();
      same(await page.getByText('The mix has changed since.').count(), 0, 'as it was measured');
    },
  },
  'closing while an export runs asks, and the safe answer is the first': {
    options: { jobs: queue },
    async play(page) {
      await emit(page, 'closing', queue.slice(2));
      await page.getByText('2 exports have not ended.').waitFor();
      same(await page.evaluate(() => document.activeElement?.textContent.trim()), 'Wait', 'focus');
      await page.keyboard.press('Enter');
      await until(page, 'gone', () => !document.querySelector('[role="dialog"]'));
      same((await calls(page, 'quit')).length, 0, 'waits');
      await emit(page, 'closing', queue.slice(2));
      await button(page, 'Close anyway').click();
      same((await calls(page, 'quit')).length, 1, 'closes');
      for (const one of queue.slice(2)) await emit(page, 'job', { ...one, state: 'done' });
      await page.getByText('Nothing is lost by closing now.').waitFor();
    },
  },
  'the part of a clip by drag and keyboard': {
    options: clip('/music/reference.flac'),
    async play(page) {
      const slider = page.getByRole('slider', { name: 'Part of the clip that counts' });
      const from = async () => (await edits(page)).at(-1)?.style.from_s;
      await page.getByText('to 0:20.5 of 1:35').waitFor();
      same(await slider.getAttribute('aria-valuetext'), '0:12.5 to 0:20.5 of 1:35', 'what readers hear');
      await slider.focus();
      await page.keyboard.press('ArrowRight');
      same(await from(), 13, 'half a second on');
      await page.keyboard.press('End');
      same(await from(), 86.5, 'the end');
      await page.keyboard.press('Home');
      same(await from(), 0, 'the start');
      const box = await slider.boundingBox();
      const x = (s) => box.x + (s / 94.5) * box.width;
      const y = box.y + box.height / 2;
      await page.mouse.move(x(4), y);
      await page.mouse.down();
      await page.mouse.move(x(30), y);
      await page.mouse.move(x(34), y);
      same((await edits(page)).length, 3, 'no edit while dragging');
      await page.mouse.up();
      await until(page, 'one edit', () => window.fake.edits.length === 4);
      if (Math.abs((await from()) - 30) > 1) throw new Error(`dragged to ${await from()}`);
      await page.mouse.move(x(34), y);
      await page.mouse.down();
      await page.mouse.move(x(60), y);
      await page.keyboard.press('Escape');
      await page.mouse.up();
      same((await edits(page)).length, 4, 'Escape took it back');
    },
  },
  'a style that ends gives its button back': {
    options: clip('/music/reference.flac', { clipPart: 0.4 }),
    async play(page) {
      await button(page, 'Listen to reference.flac').click();
      await button(page, 'Stop reference.flac').waitFor();
      await until(page, 'the playhead', () => document.querySelector('.wave .head:not([hidden])'));
      await button(page, 'Listen to reference.flac').waitFor();
      await button(page, 'Listen to Piano').click();
      await button(page, 'Stop Piano').waitFor();
      await button(page, 'Listen to Piano').waitFor();
      await button(page, 'Listen to Rock').click();
      await button(page, 'Stop Rock').click();
      same((await calls(page, 'stop_style')).length, 1, 'stopped');
    },
  },
  'a file that can’t be read says so': {
    options: clip('/music/broken.flac'),
    async play(page) {
      await page.getByText('This file can’t be read. Choose another.').waitFor();
    },
  },
};

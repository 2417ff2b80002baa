// What a user does, by keys and pointer; each throws where the window does otherwise.

const calls = (page, name) => page.evaluate((wanted) => window.fake.calls.filter((one) => one.name === wanted).map((one) => one.args), name);
const edits = (page) => page.evaluate(() => window.fake.edits);
const frame = (page) => page.evaluate(() => window.studio.playback.nowFrame());
const selection = (page) => page.evaluate(() => window.studio.view.selection);

function same(found, wanted, what) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  }
}

async function until(page, what, test, ...args) {
  try {
    await page.waitForFunction(test, ...args, { timeout: 3000 });
  } catch {
    throw new Error(`never: ${what}`);
  }
}

export const flows = {
  'transport by keys': {
    async play(page) {
      await page.keyboard.press('ArrowRight');
      await until(page, 'frame 1', () => window.studio.playback.nowFrame() === 1);
      await page.keyboard.press('Shift+ArrowRight');
      await until(page, 'a second on', () => window.studio.playback.nowFrame() === 25);
      await page.keyboard.press('End');
      await until(page, 'the end', () => window.studio.playback.nowFrame() === 1486);
      await page.keyboard.press('Home');
      await until(page, 'the start', () => window.studio.playback.nowFrame() === 0);
      await page.keyboard.press('Space');
      await until(page, 'playing', () => window.studio.playback.playing);
      await until(page, 'the picture follows', () => Number(document.querySelector('.box')?.dataset.frame) > 5);
      await page.keyboard.press('k');
      await until(page, 'paused', () => !window.studio.playback.playing);
      await until(page, 'the very frame', () => Number(document.querySelector('.box')?.dataset.frame) === window.studio.playback.nowFrame());
      await page.keyboard.press('l');
      await page.keyboard.press('l');
      await until(page, 'double speed', () => window.studio.playback.speed === 2);
    },
  },
  'hits by keys, with undo': {
    async play(page) {
      await page.evaluate(() => window.studio.playback.seek(700));
      await page.keyboard.press('Shift+M');
      await page.keyboard.type('Bang');
      await page.keyboard.press('Enter');
      same((await edits(page)).map((edit) => edit.edit), ['add_hit', 'rename_hit'], 'edits');
      await page.keyboard.press('Control+z');
      await page.keyboard.press('Control+z');
      await until(page, 'undone', () => !window.fake.project.hits.some((hit) => hit.frame === 700));
      await page.keyboard.press('Control+Shift+Z');
      await until(page, 'redone', () => window.fake.project.hits.some((hit) => hit.frame === 700));
      await page.keyboard.press('Alt+ArrowRight');
      await until(page, 'the next mark', () => window.studio.playback.nowFrame() === 771);
      await page.keyboard.press('Delete');
      await until(page, 'deleted', () => window.fake.edits.at(-1)?.edit === 'remove_hit');
    },
  },
  'typing in a field is no shortcut': {
    async play(page) {
      await page.evaluate(() => window.studio.view.select({ kind: 'hit', hit: 21 }));
      const name = page.getByRole('textbox', { name: 'Name of the hit' });
      await name.fill('gh mz');
      await page.keyboard.press('Escape');
      same(await edits(page), [], 'Escape takes it back');
      same(await page.evaluate(() => window.studio.view.overlay), false, 'h is a letter there');
      const at = page.getByRole('textbox', { name: 'Gain', exact: true });
      await page.evaluate(() => window.studio.view.select({ kind: 'cue', cue: 1 }));
      await at.fill('-6 dB + 2');
      await page.keyboard.press('Enter');
      same(await edits(page), [{ edit: 'set_cue_gain', cue: 1, gainDb: -4 }], 'arithmetic and units');
      await at.fill('loud');
      await page.keyboard.press('Enter');
      await page.getByText('This is no value.').waitFor();
    },
  },
  'a drag is heard at once and is one edit; Escape takes it back': {
    async play(page) {
      await page.evaluate(() => window.studio.view.select({ kind: 'cue', cue: 1 }));
      const slider = page.getByRole('slider', { name: 'Gain', exact: true });
      const box = await slider.boundingBox();
      const y = box.y + box.height / 2;
      const x = box.x + 8 + (box.width - 12) * ((-1.5 + 60) / 72);
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x - 20, y);
      await page.mouse.move(x - 30, y);
      same((await edits(page)).length, 0, 'no edit while dragging');
      if ((await calls(page, 'preview_cue')).length < 1) throw new Error('nothing is heard while dragging');
      await page.mouse.up();
      await until(page, 'one edit', () => window.fake.edits.length === 1 && window.fake.edits[0].edit === 'set_cue_gain');
      await page.mouse.move(x - 30, y);
      await page.mouse.down();
      await page.mouse.move(x - 50, y);
      await page.keyboard.press('Escape');
      await page.mouse.move(x - 60, y);
      await page.mouse.up();
      same((await edits(page)).length, 1, 'Escape took the second drag back');
    },
  },
  'A/B, takes by number, audition': {
    async play(page) {
      await page.keyboard.press('Tab');
      await until(page, 'B is heard', () => window.studio.playback.audition === 4);
      await page.keyboard.press('Tab');
      await until(page, 'A is heard', () => window.studio.playback.audition === null);
      await page.keyboard.press('2');
      same(await edits(page), [{ edit: 'use_take', cue: 1, take: 2 }], 'take 2');
      await page.keyboard.press('b');
      await until(page, 'the one before', () => window.studio.playback.audition === 3);
      await page.getByText('Take 1', { exact: true }).click();
      same(await selection(page), { kind: 'take', take: 1 }, 'selected');
      await page.keyboard.press('F2');
      await page.keyboard.type('Quiet one');
      await page.keyboard.press('Enter');
      await page.getByRole('list', { name: 'Takes' }).getByText('Quiet one').waitFor();
    },
  },
  'generate says what it does and does it': {
    async play(page) {
      await page.getByText('New take of the cue, 1:02, Orchestral, new seed, about 9 s').waitFor();
      await page.keyboard.press('g');
      await until(page, 'generate', () => window.fake.calls.some((one) => one.name === 'generate'));
      await page.evaluate(() => window.studio.view.select({ kind: 'section', cue: 1, span: [588, 866] }));
      await page.getByText(/New take of 00:00:24:12 to 00:00:36:02/).waitFor();
    },
  },
  'dropping a sound file chooses it as style': {
    async play(page) {
      await page.evaluate(() => window.fake.emit('drop', { kind: 'drop', path: '/m/ref.FLAC', x: 1, y: 1 }));
      await page.getByRole('radio', { name: 'ref.FLAC' }).waitFor();
      await page.evaluate(() => window.fake.emit('drop', { kind: 'drop', path: '/m/other.mov', x: 1, y: 1 }));
      await until(page, 'opened', () => window.fake.calls.some((one) => one.name === 'open_path'));
    },
  },
  'a refused open leaves the project alone': {
    options: { refuse: { open_path: 'broken.mp4 can’t be read.' } },
    async play(page) {
      await page.evaluate(() => window.fake.emit('drop', { kind: 'drop', path: '/m/broken.mp4', x: 1, y: 1 }));
      await page.getByText('broken.mp4 can’t be read.').waitFor();
      same(await page.evaluate(() => window.studio.app.project.name), 'Harbour trailer', 'project');
    },
  },
  'the attention is drawn on the frame shown': {
    async play(page) {
      await page.evaluate(() => window.studio.playback.seek(400));
      await page.keyboard.press('h');
      await until(page, 'colours', () => {
        const canvas = document.querySelector('canvas.over');
        const context = canvas.getContext('2d');
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        let blue = 0;
        let yellow = 0;
        for (let n = 0; n < data.length; n += 64) {
          if (data[n + 3] === 0) continue;
          if (data[n + 2] > 1.3 * data[n]) blue++;
          if (data[n] > 170 && data[n + 1] > 170 && data[n + 2] < 150) yellow++;
        }
        return blue > 100 && yellow > 5;
      });
    },
  },
  'dividers by keyboard, remembered': {
    async play(page) {
      await page.getByRole('separator', { name: 'Width of the inspector' }).focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await until(page, 'remembered', () => JSON.parse(window.fake.app.settings.layout || '{}').right === 320);
      same(await frame(page), 0, 'the playhead stays');
    },
  },
  'every action is in the menu': {
    async play(page) {
      await page.getByRole('button', { name: /^Project/ }).click();
      await page.getByRole('menuitem', { name: 'View' }).hover();
      await page.getByRole('menuitem', { name: /Show the attention/ }).click();
      await until(page, 'overlay', () => window.studio.view.overlay);
    },
  },
  'menu, sheet and command menu by keyboard': {
    async play(page) {
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await page.keyboard.type('attention');
      await page.keyboard.press('Enter');
      await until(page, 'overlay', () => window.studio.view.overlay);
      await page.keyboard.press('Control+,');
      await page.getByRole('dialog', { name: 'Settings' }).waitFor();
      await page.getByLabel('Look').selectOption('light');
      await until(page, 'light', () => document.documentElement.dataset.theme === 'light');
    },
  },
};

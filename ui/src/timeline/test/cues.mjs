// Several cues, drawn gain, fades and their menus. Frames and places are those of `threeCues()`, shown whole.
const FRAMES = 1487;
const END_MARGIN = 24;
/** As in geometry/cue.ts and geometry/gain.ts. */
const HEAD = 19;
const MARGIN = 3;
const LINE_MARGIN = 5;

const lane = (page, name) => page.locator(`[data-timeline] .lane[aria-label="${name}"]`);
const box = (page, name) => lane(page, name).boundingBox();
const edits = (page) => page.evaluate(() => window.timelineTest.fake.edits);
const calls = (page, name) =>
  page.evaluate((one) => window.timelineTest.fake.calls.filter((call) => call.name === one).map((call) => call.args), name);
const selection = (page) => page.evaluate(() => window.timelineTest.studio.view.selection);
const showLines = (page) => page.evaluate(() => window.timelineTest.studio.layout.set({ gainMusic: true, gainTemp: true }));

async function at(page, frame) {
  const lanes = await page.locator('#timeline-lanes').boundingBox();
  return lanes.x + (frame * (lanes.width - END_MARGIN)) / FRAMES;
}

async function drag(page, from, to, release = true) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 4 });
  await page.mouse.move(...to, { steps: 4 });
  if (release) await page.mouse.up();
}

/** y on the page of a gain on the music lane. */
async function gainY(page, db) {
  const { y, height } = await box(page, 'Music');
  const high = height - HEAD - MARGIN - 2 * LINE_MARGIN;
  const part = db >= 0 ? 0.75 + (db / 12) * 0.25 : 0.75 * (1 - Math.sqrt(-db / 60));
  return y + HEAD + LINE_MARGIN + high * (1 - part);
}

/** Middle of the temp lane's gain line at 0 dB. */
async function tempY(page) {
  const { y, height } = await box(page, 'Temp');
  return y + 3 + LINE_MARGIN + (height - 3 - 10 - 2 * LINE_MARGIN) * 0.25;
}

const last = async (page) => (await edits(page)).at(-1);
const near = (assert, found, wanted, by, what) => assert.ok(Math.abs(found - wanted) <= by, `${what}: ${found}, not ${wanted}`);

export const tests = [
  [
    'a cue is moved by its name: snaps, takes its gain along, is one edit; Escape takes it back',
    async ({ page, assert }) => {
      const { y } = await box(page, 'Music');
      const from = await at(page, 800);
      // Its start would come to 960 and two pixels: the cut there, and the hit on it, draw it.
      await drag(page, [from, y + 9], [from + (await at(page, 448)) - (await at(page, 0)) + 2, y + 9], false);
      assert.match(await page.locator('.hint').innerText(), /· (cut|hit)/);
      assert.deepEqual(await edits(page), []);
      await page.mouse.up();
      assert.deepEqual(await edits(page), [{ edit: 'set_cue_span', cue: 2, span: [960, 1388] }]);
      assert.deepEqual(await selection(page), { kind: 'cue', cue: 2 });
      await drag(page, [await at(page, 990), y + 9], [await at(page, 700), y + 9], false);
      await page.keyboard.press('Escape');
      await page.mouse.up();
      assert.equal((await edits(page)).length, 1);
    },
  ],
  [
    'ends are trimmed, over the neighbour too: cues cross',
    async ({ page, assert }) => {
      const { y } = await box(page, 'Music');
      await drag(page, [await at(page, 1100), y + 60], [(await at(page, 866)) + 3, y + 60]);
      assert.deepEqual(await edits(page), [{ edit: 'set_cue_span', cue: 3, span: [866, 1487] }]);
      await drag(page, [await at(page, 1487), y + 60], [(await at(page, 1352)) + 3, y + 60]);
      assert.deepEqual((await edits(page))[1], { edit: 'set_cue_span', cue: 3, span: [866, 1352] });
    },
  ],
  [
    'a new cue: by double click in a gap, by the button there, by drawing it; a gap that is gone has no button',
    async ({ page, assert }) => {
      const { y } = await box(page, 'Music');
      await page.mouse.dblclick(await at(page, 960), y + 60);
      assert.deepEqual(await edits(page), [{ edit: 'add_cue', span: [940, 1100], name: null }]);
      assert.equal((await selection(page)).cue, 4);
      assert.equal(await page.getByRole('button', { name: /^Add cue/ }).count(), 0);
      await page.evaluate(() => window.timelineTest.fake.call('undo'));
      await page.getByRole('button', { name: 'Add cue, 00:00:39:04 to 00:00:45:20' }).focus();
      await page.keyboard.press('Enter');
      assert.deepEqual((await edits(page))[1], { edit: 'add_cue', span: [940, 1100], name: null });
      await page.evaluate(() => window.timelineTest.fake.call('undo'));
      await page.waitForTimeout(100);
      await drag(page, [(await at(page, 960)) + 3, y + 60], [(await at(page, 1058)) - 3, y + 60]);
      assert.deepEqual((await edits(page))[2], { edit: 'add_cue', span: [960, 1058], name: null });
    },
  ],
  [
    'the keyboard moves and trims a cue',
    async ({ page, assert }) => {
      await page.evaluate(() => window.timelineTest.studio.view.select({ kind: 'cue', cue: 2 }));
      const { y } = await box(page, 'Music');
      await page.mouse.click(await at(page, 700), y + 9);
      await page.keyboard.press('ArrowRight');
      assert.deepEqual(await last(page), { edit: 'set_cue_span', cue: 2, span: [513, 941] });
      await page.keyboard.press('PageDown');
      await page.keyboard.press('Shift+ArrowLeft');
      assert.deepEqual(await last(page), { edit: 'set_cue_span', cue: 2, span: [503, 941] });
    },
  ],
  [
    'gain line of a cue: a click adds, a drag moves and is heard, Shift is fine, double click removes',
    async ({ page, assert }) => {
      await showLines(page);
      const zero = await gainY(page, 0);
      // The line is level at 0 dB over the whole of the first cue.
      await page.mouse.click(await at(page, 200), zero + 1);
      const [added] = await edits(page);
      assert.equal(added.edit, 'set_cue_automation');
      assert.equal(added.cue, 1);
      assert.equal(added.points.length, 1);
      near(assert, added.points[0][0], 200, 1, 'frame');
      assert.equal(added.points[0][1], 0);
      await page.waitForTimeout(600);
      // To the cut at 247, and down.
      await drag(page, [await at(page, 200), zero], [(await at(page, 247)) + 3, await gainY(page, -12)], false);
      assert.match(await page.locator('.hint').innerText(), /-1[123]\.\d dB +00:00:10:07/);
      assert.ok((await calls(page, 'preview_automation')).length > 0);
      assert.equal((await edits(page)).length, 1);
      await page.mouse.up();
      const moved = (await edits(page))[1];
      assert.equal(moved.points[0][0], 247);
      near(assert, moved.points[0][1], -12, 1.5, 'dB');
      // Fine: a tenth of the way.
      const before = moved.points[0][1];
      await page.keyboard.down('Shift');
      await drag(page, [await at(page, 247), await gainY(page, before)], [await at(page, 247), (await gainY(page, before)) - 20]);
      await page.keyboard.up('Shift');
      const fine = (await edits(page))[2].points[0][1];
      assert.ok(fine > before && fine - before < 3, `${before} to ${fine}`);
      await page.mouse.dblclick(await at(page, 247), await gainY(page, fine));
      assert.deepEqual((await edits(page))[3], { edit: 'set_cue_automation', cue: 1, points: [] });
      assert.equal((await edits(page)).length, 4);
    },
  ],
  [
    'gain line: Escape takes a drag back, and it is no longer heard',
    async ({ page, assert }) => {
      await showLines(page);
      const y = await gainY(page, -8);
      await drag(page, [await at(page, 640), y], [await at(page, 660), y - 20], false);
      await page.waitForTimeout(50);
      await page.keyboard.press('Escape');
      await page.mouse.up();
      assert.deepEqual(await edits(page), []);
      const heard = await calls(page, 'preview_automation');
      assert.ok(heard.length >= 2);
      assert.deepEqual(heard.at(-1), { cue: 2, points: [[520, 0], [640, -8], [758, -8], [800, 0], [930, 2.5]] });
      assert.equal(await page.locator('.hint').count(), 0);
    },
  ],
  [
    'gain points by keyboard: named, moved, removed, added at the playhead',
    async ({ page, assert }) => {
      await showLines(page);
      await page.mouse.click(await at(page, 640), await gainY(page, -8));
      assert.deepEqual(await edits(page), []);
      const name = () => lane(page, 'Music').locator('[role="option"]').getAttribute('aria-label');
      assert.equal(await name(), 'Gain point 2 of Chase, 00:00:26:16, -8.0 dB');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowUp');
      assert.deepEqual((await last(page)).points[1], [641, -7.5]);
      await page.keyboard.press('PageDown');
      assert.match(await name(), /^Gain point 3 of Chase/);
      await page.keyboard.press('Delete');
      assert.deepEqual((await last(page)).points.map(([frame]) => frame), [520, 641, 800, 930]);
      assert.match(await name(), /^Gain line of Chase, 4 points/);
      await page.evaluate(() => window.timelineTest.studio.playback.seek(700));
      await page.keyboard.press('Enter');
      assert.deepEqual((await last(page)).points.map(([frame]) => frame), [520, 641, 700, 800, 930]);
    },
  ],
  [
    'gain line of the temp track: added, dragged, cleared by its menu',
    async ({ page, assert }) => {
      await showLines(page);
      const y = await tempY(page);
      await drag(page, [await at(page, 1000), y], [await at(page, 1000), y + 10]);
      const [edit] = await edits(page);
      assert.equal(edit.edit, 'set_temp_automation');
      assert.equal(edit.points.length, 5);
      assert.ok(edit.points[4][1] < -2, `${edit.points[4]}`);
      assert.equal((await calls(page, 'preview_automation'))[0].cue, null);
      assert.deepEqual(await selection(page), { kind: 'temp' });
      await page.mouse.click(await at(page, 700), y + 12, { button: 'right' });
      await page.getByRole('menuitem', { name: 'Clear the drawn gain' }).click();
      assert.deepEqual(await last(page), { edit: 'set_temp_automation', points: [] });
    },
  ],
  [
    'hidden lines are not in the way: the same drag selects a section',
    async ({ page, assert }) => {
      const y = await gainY(page, -30);
      await drag(page, [(await at(page, 640)) + 1, y], [await at(page, 760), y]);
      assert.equal((await selection(page)).kind, 'section');
      assert.deepEqual(await edits(page), []);
    },
  ],
  [
    'the shape of a fade by the menu of its handle',
    async ({ page, assert }) => {
      const { y } = await box(page, 'Music');
      // 48000 samples of fade-in: 24 frames after 1100.
      await page.mouse.click(await at(page, 1124), y + 22, { button: 'right' });
      assert.equal(await page.getByRole('menuitem', { name: 'Loop the cue' }).count(), 0);
      await page.getByRole('menuitem', { name: 'Linear' }).click();
      assert.deepEqual(await last(page), { edit: 'set_cue_fades', cue: 3, fadeIn: 48000, fadeOut: 48000, inCurve: 'linear', outCurve: null });
    },
  ],
  [
    'the menu of a cue: gain point, remove; Delete removes the selected cue through the window only',
    async ({ page, assert }) => {
      await showLines(page);
      const { y } = await box(page, 'Music');
      await page.mouse.click(await at(page, 300), y + 70, { button: 'right' });
      await page.getByRole('menuitem', { name: 'Add a point here' }).click();
      near(assert, (await last(page)).points[0][0], 300, 1, 'frame');
      await page.getByRole('menu').waitFor({ state: 'detached' });
      await page.mouse.click(await at(page, 300), y + 9, { button: 'right' });
      await page.getByRole('menuitem', { name: 'Remove the cue' }).click();
      assert.deepEqual(await last(page), { edit: 'remove_cue', cue: 1 });
    },
  ],
  [
    'bars stand where their take is heard, and nowhere else',
    async ({ page, assert }) => {
      const { width } = await box(page, 'Music');
      const inked = (frame) =>
        page.evaluate((part) => {
          const canvas = document.querySelector('[data-playhead] canvas');
          const { data } = canvas.getContext('2d').getImageData(Math.round(part * canvas.width), Math.round(canvas.height * 0.7), canvas.width / 16, Math.round(canvas.height * 0.25));
          return data.some((value, n) => n % 4 === 3 && value > 0);
        }, ((frame / FRAMES) * (width - END_MARGIN)) / width);
      assert.equal(await inked(600), true);
      assert.equal(await inked(985), false);
    },
  ],
  [
    'axe finds nothing serious with lines and cues, in the dark and in the light',
    async ({ open, axe, assert }) => {
      for (const theme of ['dark', 'light']) {
        const page = await open(`&cues&theme=${theme}`);
        await showLines(page);
        await lane(page, 'Music').focus();
        await page.keyboard.press('PageDown');
        await page.addScriptTag({ path: axe });
        const { violations } = await page.evaluate(() => window.axe.run());
        const serious = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
        assert.deepEqual(serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`), []);
        await page.close();
      }
    },
  ],
];

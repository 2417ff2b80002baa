// What the timeline does in a browser. Frames and places are those of `ui/src/test/project.ts`, shown whole.
const FRAMES = 1487;
const END_MARGIN = 24;

/** The box of a lane by its name. */
async function lane(page, name) {
  return page.locator(`[data-timeline] .lane[aria-label="${name}"]`).boundingBox();
}

/** x on the page of a frame while the whole is shown. */
async function at(page, frame) {
  const box = await page.locator('#timeline-lanes').boundingBox();
  return box.x + (frame * (box.width - END_MARGIN)) / FRAMES;
}

const edits = (page) => page.evaluate(() => window.timelineTest.fake.edits);
const calls = (page, name) =>
  page.evaluate((one) => window.timelineTest.fake.calls.filter((call) => call.name === one).map((call) => call.args), name);
const selection = (page) => page.evaluate(() => window.timelineTest.studio.view.selection);

/** Presses at one place, moves in steps to another; releases unless told not to. */
async function drag(page, from, to, release = true) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 4 });
  await page.mouse.move(...to, { steps: 4 });
  if (release) await page.mouse.up();
}

const MARK_Y = 13;

async function hitPlace(page, frame) {
  return [await at(page, frame), (await lane(page, 'Hits')).y + MARK_Y];
}

export const tests = [
  [
    'a hit dragged near a cut: one edit, on the cut',
    async ({ page, assert }) => {
      const [x, y] = await hitPlace(page, 1103);
      // 1241 is a cut; released four pixels beside it.
      await drag(page, [x, y], [(await at(page, 1241)) - 4, y], false);
      assert.equal(await page.locator('[data-snap="cut"]').count(), 1);
      assert.match(await page.locator('.hint').innerText(), /00:00:51:17/);
      assert.deepEqual(await edits(page), []);
      await page.mouse.up();
      assert.deepEqual(await edits(page), [{ edit: 'move_hit', id: 22, frame: 1241 }]);
      assert.deepEqual(await selection(page), { kind: 'hit', hit: 22 });
      assert.equal(await page.locator('.hint').count(), 0);
    },
  ],
  [
    'Escape takes a drag back',
    async ({ page, assert }) => {
      const [x, y] = await hitPlace(page, 1103);
      await drag(page, [x, y], [x + 60, y], false);
      await page.keyboard.press('Escape');
      await page.mouse.up();
      assert.deepEqual(await edits(page), []);
      assert.equal(await page.locator('.hint').count(), 0);
    },
  ],
  [
    'a locked hit stays',
    async ({ page, assert }) => {
      const [x, y] = await hitPlace(page, 642);
      await drag(page, [x, y], [x + 60, y]);
      assert.deepEqual(await edits(page), []);
    },
  ],
  [
    'hits: double click adds, arrows nudge, Delete removes, Page keys walk',
    async ({ page, assert }) => {
      const box = await lane(page, 'Hits');
      await page.mouse.dblclick(await at(page, 800), box.y + MARK_Y);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Shift+ArrowLeft');
      const [added, right, left] = await edits(page);
      assert.equal(added.edit, 'add_hit');
      assert.ok(Math.abs(added.frame - 800) <= 1);
      assert.deepEqual(right, { edit: 'move_hit', id: 23, frame: added.frame + 1 });
      assert.deepEqual(left, { edit: 'move_hit', id: 23, frame: added.frame - 9 });
      await page.keyboard.press('Delete');
      assert.deepEqual((await edits(page)).at(-1), { edit: 'remove_hit', id: 23 });
      await page.evaluate(() => window.timelineTest.studio.view.select({ kind: 'hit', hit: 21 }));
      assert.equal(
        await page.locator('.lane[aria-label="Hits"] [role="option"]').getAttribute('aria-label'),
        'Hit point, Door slams, 00:00:26:18, landed, locked',
      );
      await page.keyboard.press('PageDown');
      assert.deepEqual(await selection(page), { kind: 'hit', hit: 5 });
    },
  ],
  [
    'Ctrl-wheel keeps the frame under the pointer',
    async ({ page, assert }) => {
      const ruler = await page.locator('[data-playhead]').boundingBox();
      const [x, y] = [ruler.x + 731, ruler.y + 18];
      const frame = async () => {
        await page.mouse.click(x, y);
        return (await calls(page, 'transport')).findLast((call) => call.command.kind === 'seek').command.frame;
      };
      const wheel = async (delta, times) => {
        await page.keyboard.down('Control');
        for (let n = 0; n < times; n++) await page.mouse.wheel(0, delta);
        await page.keyboard.up('Control');
        await page.waitForTimeout(120);
      };
      await page.mouse.move(x, y);
      await wheel(-100, 8);
      const before = await frame();
      await wheel(-100, 3);
      assert.equal(await frame(), before);
      await wheel(100, 7);
      assert.equal(await frame(), before);
      assert.ok(before > 0 && before < FRAMES);
    },
  ],
  [
    'a drag held at the end of the lanes scrolls them',
    async ({ page, assert }) => {
      await page.evaluate(() => {
        window.timelineTest.studio.playback.seek(642);
        window.timelineTest.studio.view.timeline.zoom(4);
      });
      await page.waitForTimeout(100);
      const box = await lane(page, 'Hits');
      // The playhead keeps its place while zooming: places are told from there.
      await page.evaluate(() => window.timelineTest.fake.call('edit', { edit: { edit: 'add_hit', frame: 642 + 30, name: null } }));
      const scale = ((box.width - END_MARGIN) / FRAMES) * 4;
      const x = (await at(page, 642)) + 30 * scale;
      await drag(page, [x, box.y + MARK_Y], [box.x + box.width - 4, box.y + MARK_Y], false);
      await page.waitForTimeout(700);
      await page.mouse.up();
      const last = (await edits(page)).at(-1);
      assert.equal(last.edit, 'move_hit');
      const reached = 642 + (box.x + box.width - (await at(page, 642))) / scale;
      assert.ok(last.frame > reached + 20, `${last.frame} is not beyond ${reached}`);
      assert.equal((await edits(page)).filter((edit) => edit.edit === 'move_hit').length, 1);
    },
  ],
  [
    'two fingers pinch: zoom, no edit',
    async ({ page, assert }) => {
      const touch = await page.context().newCDPSession(page);
      const box = await lane(page, 'Hits');
      const [x, y] = await hitPlace(page, 1103);
      const send = (type, xs) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((one, id) => ({ x: one, y, id })) });
      await page.waitForTimeout(50);
      await send('touchStart', [x]);
      await send('touchMove', [x + 30]);
      await send('touchStart', [x + 30, x - 70]);
      for (let n = 1; n <= 8; n++) await send('touchMove', [x + 30 + 12 * n, x - 70 - 12 * n]);
      await send('touchEnd', []);
      assert.deepEqual(await edits(page), []);
      await page.waitForTimeout(100);
      const share = await page.locator('.overview .window').evaluate((node) => node.clientWidth / node.parentElement.clientWidth);
      assert.ok(share < 0.5, `${share} of all is visible`);
      assert.ok(box.width > 0);
    },
  ],
  [
    'a section is selected by dragging, and Regenerate makes it anew',
    async ({ page, assert }) => {
      const box = await lane(page, 'Music');
      const y = box.y + box.height * 0.8;
      await drag(page, [(await at(page, 436)) - 2, y], [(await at(page, 690)) + 3, y]);
      assert.deepEqual(await selection(page), { kind: 'section', cue: 1, span: [432, 690] });
      assert.deepEqual(await edits(page), []);
      await page.getByRole('button', { name: 'Regenerate 00:00:18:00 – 00:00:28:18' }).click();
      assert.deepEqual(await calls(page, 'regenerate'), [{ cue: 1, span: [432, 690] }]);
      // Its edges can be moved; that is no edit either.
      await drag(page, [await at(page, 690), y - 20], [await at(page, 771), y - 20]);
      assert.deepEqual((await selection(page)).span, [432, 771]);
      assert.deepEqual(await edits(page), []);
    },
  ],
  [
    'freehand intensity: one edit with few points',
    async ({ page, assert }) => {
      const box = await lane(page, 'Intensity');
      const [from, to] = [await at(page, 100), await at(page, 400)];
      await page.keyboard.down('Shift');
      await page.mouse.move(from, box.y + box.height * 0.7);
      await page.mouse.down();
      for (let n = 1; n <= 60; n++) {
        await page.mouse.move(from + ((to - from) * n) / 60, box.y + box.height * (0.5 + 0.25 * Math.cos(n / 10)));
      }
      await page.mouse.up();
      await page.keyboard.up('Shift');
      const [edit, ...more] = await edits(page);
      assert.deepEqual(more, []);
      assert.equal(edit.edit, 'set_intensity');
      const stroke = edit.drawn.filter(([frame]) => frame < 500);
      assert.ok(stroke.length >= 4 && stroke.length <= 25, `${stroke.length} points`);
      assert.deepEqual(edit.drawn.slice(-4), [[600, 0.3], [700, 0.55], [860, 0.9], [960, 0.6]]);
      assert.ok(edit.drawn.every(([frame], n) => n === 0 || frame > edit.drawn[n - 1][0]));
    },
  ],
  [
    'points of the intensity: added, moved, removed, taken back',
    async ({ page, assert }) => {
      const box = await lane(page, 'Intensity');
      const y = (value) => box.y + box.height - 7 - value * (box.height - 14);
      await drag(page, [await at(page, 700), y(0.55)], [await at(page, 700), y(0.95)]);
      assert.equal((await edits(page)).length, 1);
      const moved = (await edits(page))[0].drawn[1];
      assert.ok(Math.abs(moved[1] - 0.95) < 0.05);
      await page.mouse.click(await at(page, 300), y(0.5));
      assert.equal((await edits(page)).length, 2);
      assert.equal((await edits(page))[1].drawn.length, 5);
      await page.keyboard.press('Delete');
      assert.equal((await edits(page))[2].drawn.length, 4);
      await drag(page, [await at(page, 860), y(0.9)], [await at(page, 900), y(0.2)], false);
      await page.keyboard.press('Escape');
      await page.mouse.up();
      assert.equal((await edits(page)).length, 3);
      await page.waitForTimeout(600);
      await page.mouse.dblclick(await at(page, 860), y(0.9));
      assert.equal((await edits(page)).at(-1).drawn.length, 3);
    },
  ],
  [
    'a cue: edge, fade and gain are one edit each, fades and gain are heard before',
    async ({ page, assert }) => {
      const box = await lane(page, 'Music');
      await drag(page, [await at(page, 1487), box.y + 60], [(await at(page, 1352)) + 3, box.y + 60]);
      await drag(page, [(await at(page, 0)) + 2, box.y + 12], [await at(page, 100), box.y + 12]);
      const [span, fades] = await edits(page);
      assert.deepEqual(span, { edit: 'set_cue_span', cue: 1, span: [0, 1352] });
      assert.equal(fades.edit, 'set_cue_fades');
      assert.equal(fades.fadeOut, 48000);
      assert.ok(Math.abs(fades.fadeIn - 96 * 2002) < 6000, `${fades.fadeIn}`);
      assert.ok((await calls(page, 'preview_cue')).length > 0);
      const line = box.y + 19 + (box.height - 22) * (1 - 0.75 * (1 - Math.sqrt(1.5 / 60)));
      await drag(page, [await at(page, 800), line], [await at(page, 800), line + 12]);
      const gain = (await edits(page))[2];
      assert.equal(gain.edit, 'set_cue_gain');
      assert.ok(gain.gainDb < -3 && gain.gainDb > -20, `${gain.gainDb}`);
      assert.equal((await edits(page)).length, 3);
    },
  ],
  [
    'the ruler: click seeks, drag scrubs, Alt-drag loops, the loop has edges',
    async ({ page, assert }) => {
      const ruler = await page.locator('[data-playhead]').boundingBox();
      const y = ruler.y + 18;
      await drag(page, [await at(page, 200), y], [await at(page, 500), y]);
      await page.waitForTimeout(60);
      const kinds = (await calls(page, 'transport')).map((call) => call.command.kind);
      assert.equal(kinds[0], 'seek');
      assert.ok(kinds.includes('scrub'));
      assert.equal(kinds.filter((kind) => kind === 'scrub_end').length, 1);
      await page.keyboard.down('Alt');
      await drag(page, [(await at(page, 247)) + 2, y], [(await at(page, 510)) - 3, y]);
      await page.keyboard.up('Alt');
      assert.deepEqual(await edits(page), [{ edit: 'set_loop', span: [247, 510] }]);
      await drag(page, [await at(page, 510), ruler.y + 5], [(await at(page, 588)) + 2, ruler.y + 5]);
      assert.deepEqual((await edits(page))[1], { edit: 'set_loop', span: [247, 588] });
    },
  ],
  [
    'while it plays, nothing but the playhead moves: no lane is drawn again',
    async ({ page, assert }) => {
      await page.evaluate(() => {
        window.drawn = 0;
        const clear = CanvasRenderingContext2D.prototype.clearRect;
        CanvasRenderingContext2D.prototype.clearRect = function (...args) {
          window.drawn++;
          return clear.apply(this, args);
        };
      });
      const head = () => page.locator('.overlay .head').evaluate((node) => node.style.transform);
      const before = await head();
      await page.evaluate(() => window.timelineTest.studio.playback.send({ kind: 'play' }));
      await page.waitForTimeout(700);
      assert.notEqual(await head(), before);
      assert.equal(await page.evaluate(() => window.drawn), 0);
    },
  ],
  [
    'mute, solo and gain of the tracks; the gain is heard before it is an edit',
    async ({ page, assert }) => {
      await page.getByRole('button', { name: 'Mute Temp' }).click();
      assert.equal((await edits(page))[0].mix.temp.mute, true);
      await page.getByRole('button', { name: 'Solo Music' }).click();
      assert.equal((await edits(page))[1].mix.music.solo, true);
      await page.getByRole('slider', { name: 'Gain of Music' }).focus();
      await page.keyboard.press('ArrowDown');
      assert.equal((await edits(page))[2].mix.music.gainDb, -0.5);
      const box = await page.getByRole('slider', { name: 'Gain of Temp' }).boundingBox();
      await drag(page, [box.x + box.width * 0.6, box.y + 10], [box.x + box.width * 0.3, box.y + 10]);
      assert.ok((await calls(page, 'preview_mix')).length > 0);
      assert.equal((await edits(page)).length, 4);
      assert.ok((await edits(page))[3].mix.temp.gainDb < -6);
    },
  ],
  [
    'a take in the making shows what is there of it',
    async ({ page, assert }) => {
      const teal = () =>
        page.evaluate(() => {
          const canvas = document.querySelector('.lane[aria-label="Music"] canvas');
          const { width, height } = canvas;
          const { data } = canvas.getContext('2d').getImageData(Math.round(width * 0.7), height / 2, 1, height / 2);
          return [...data].join();
        });
      const before = await teal();
      await page.evaluate(() => {
        const { fake, studio } = window.timelineTest;
        const { video, samples } = studio.app.project;
        const job = { id: 7, kind: 'generate', phase: '', step: 1, steps: 3, fraction: 0.4, etaS: 5, state: 'running', error: null, warnings: [], provider: null, cue: 1, take: 9, span: [0, video.frames], readySamples: samples * 0.3, output: null, result: null };
        fake.emit('job', job);
        window.grow = () => fake.emit('job', { ...job, readySamples: samples * 0.9 });
      });
      await page.waitForTimeout(300);
      const half = await teal();
      assert.notEqual(half, before);
      await page.evaluate(() => window.grow());
      await page.waitForTimeout(300);
      assert.notEqual(await teal(), half);
    },
  ],
  [
    'another project with the same numbers of takes is asked for anew',
    async ({ page, assert }) => {
      const asked = await page.evaluate(async () => {
        const { fake } = window.timelineTest;
        const paths = [];
        const bytes = fake.bytes.bind(fake);
        fake.bytes = (path, signal) => {
          paths.push(path);
          return bytes(path, signal);
        };
        fake.emit('project', { ...fake.project, folder: '/another.muvi', revision: 50 });
        await new Promise((done) => setTimeout(done, 300));
        return paths;
      });
      assert.ok(asked.some((path) => path.startsWith('peaks/take/3/')), asked.join(' '));
      assert.ok(asked.includes('curve/take/3'), asked.join(' '));
      assert.equal((await calls(page, 'take_plan')).length, 2);
    },
  ],
  [
    'axe finds nothing serious, in the dark and in the light',
    async ({ open, axe, assert }) => {
      for (const theme of ['dark', 'light']) {
        const page = await open(`&theme=${theme}`);
        await page.evaluate(() => window.timelineTest.studio.view.select({ kind: 'section', cue: 1, span: [100, 300] }));
        await page.locator('.lane[aria-label="Hits"]').focus();
        await page.addScriptTag({ path: axe });
        const { violations } = await page.evaluate(() => window.axe.run());
        const serious = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
        assert.deepEqual(serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`), []);
        await page.close();
      }
    },
  ],
];

// A comparison page in a real browser, opened from the disk: nothing is asked of a network, all media play, sounds are
// changed at the same place, and axe finds nothing serious. Usage: node tests/page.mjs FOLDER
// Pictures go to $SCREENSHOTS, if it is set. The browser: $BROWSER, else Chromium where systems put it.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = resolve(process.argv[2] ?? '.');
const address = pathToFileURL(join(folder, 'index.html')).href;
const pictures = process.env.SCREENSHOTS;
const browserPath = [process.env.BROWSER, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .find((path) => path && existsSync(path));
if (!browserPath) {
  process.stderr.write('No browser found. Install chromium, or name one in $BROWSER.\n');
  process.exit(2);
}
const problems = [];
const fail = (text) => problems.push(text);
if (pictures) mkdirSync(pictures, { recursive: true });
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=user-gesture-required'],
});

async function open(options) {
  // The policy forbids what axe needs to run; it is looked at on its own below.
  const context = await browser.newContext({ bypassCSP: true, locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.on('pageerror', (error) => fail(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) fail(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['file:', 'data:', 'blob:'].includes(url.protocol)) fail(`asks for ${request.url()}`);
    else if (url.protocol === 'file:' && !request.url().startsWith(pathToFileURL(folder).href)) fail(`leaves its folder: ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    // A browser that has enough of a file says so by ending its request.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') fail(`${request.url()}: ${request.failure()?.errorText}`);
  });
  await page.goto(address);
  return { context, page };
}

/** Where all media of a player are, and which are heard. */
const state = (page, index) =>
  page.evaluate((at) => {
    const root = document.querySelectorAll('.player')[at];
    const media = (name) => [...root.querySelectorAll(name)].map((it) => ({
      time: it.currentTime, ready: it.readyState, paused: it.paused, muted: it.muted, error: it.error?.message ?? null, volume: it.volume,
    }));
    const { player } = root;
    return { sounds: media('audio'), pictures: media('video'), chosen: player.chosen, waiting: player.waiting, seconds: player.seconds };
  }, index);

const settled = (page, index) =>
  page.waitForFunction((at) => {
    const root = document.querySelectorAll('.player')[at];
    const heard = root.player.current.currentTime;
    const all = [...root.querySelectorAll('audio, video')];
    return heard > 0.3 && all.every((it) => it.readyState >= 2 && !it.paused && Math.abs(it.currentTime - heard) < 0.045);
  }, index);

/** Plays a player and tries all its sounds. */
async function listen(page, index) {
  const root = page.locator('.player').nth(index);
  const name = await root.getAttribute('aria-labelledby');
  await root.scrollIntoViewIfNeeded();
  await root.locator('.bar button').click();
  try {
    await settled(page, index);
  } catch {
    fail(`${name}: its media don't run together: ${JSON.stringify(await state(page, index))}`);
    return;
  }
  const before = await state(page, index);
  await page.waitForTimeout(400);
  const after = await state(page, index);
  for (const kind of ['sounds', 'pictures']) {
    after[kind].forEach((it, n) => {
      if (it.error || it.time - before[kind][n].time < 0.2) fail(`${name}: ${kind} ${n} does not go on: ${JSON.stringify(it)}`);
    });
  }
  const count = after.sounds.length;
  const offs = [];
  for (let step = 1; step <= count && count > 1; step += 1) {
    const number = (after.chosen + step) % count;
    const from = await page.evaluate((at) => ({ at: document.querySelectorAll('.player')[at].player.now(), clock: performance.now() }), index);
    if (step % 2) await page.keyboard.press(String(number + 1));
    else await root.locator('input[type=radio]').nth(number).click();
    await page.waitForFunction(([at, want]) => {
      const { player } = document.querySelectorAll('.player')[at];
      return player.chosen === want && player.waiting === null;
    }, [index, number]);
    // The place is where the sound before would be now.
    const to = await page.evaluate((at) => ({ at: document.querySelectorAll('.player')[at].player.now(), clock: performance.now() }), index);
    const off = (to.at - from.at) * 1000 - (to.clock - from.clock);
    // A busy machine may hold up a single change; what is wrong with the page shows in all of them.
    if (Math.abs(off) > 150) fail(`${name}: sound ${number + 1} is heard ${off.toFixed(0)} ms off`);
    offs.push(Math.abs(off));
    await page.waitForTimeout(120);
    const now = await state(page, index);
    const heard = now.sounds.flatMap((it, n) => (it.muted ? [] : [n]));
    if (heard.join() !== String(number)) fail(`${name}: heard are ${heard.join()}, not ${number}`);
    const far = (one) => one.pictures.some((it) => Math.abs(it.time - one.sounds[number].time) > 0.08);
    let seen = now;
    for (let patience = 0; patience < 5 && far(seen); patience += 1) {
      await page.waitForTimeout(300);
      seen = await state(page, index);
    }
    for (const it of seen.pictures) {
      const apart = Math.abs(it.time - seen.sounds[number].time);
      if (apart > 0.08) fail(`${name}: the picture is ${(apart * 1000).toFixed(0)} ms away from the sound`);
    }
  }
  const typical = offs.sort((a, b) => a - b)[Math.floor(offs.length / 2)] ?? 0;
  if (typical > 50) fail(`${name}: changed sounds are typically heard ${typical.toFixed(0)} ms off`);
  // A jump, by the keyboard, and the end of it all.
  await root.locator('.lanes').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('PageUp');
  await page.waitForTimeout(500);
  await settled(page, index).catch(() => fail(`${name}: its media don't find together after a jump`));
  if (index === 0) {
    await page.keyboard.press('End');
    await page.waitForFunction((at) => !document.querySelectorAll('.player')[at].player.playing, index);
    await root.locator('.bar button').click();
    await page.waitForFunction((at) => {
      const { player } = document.querySelectorAll('.player')[at];
      return player.playing && player.now() > 0.1 && player.now() < 5;
    }, index);
  }
}

async function judge(page, label) {
  const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ['violations'] })`);
  for (const violation of found.violations) {
    if (violation.impact !== 'serious' && violation.impact !== 'critical') continue;
    const where = violation.nodes.slice(0, 4).map((node) => `${node.target.join(' ')} (${node.any[0]?.message ?? ''})`);
    fail(`${label}: axe ${violation.id}: ${violation.help}\n    ${where.join('\n    ')}`);
  }
  const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  if (scrolls) fail(`${label}: the page scrolls sideways`);
}

const sizes = { wide: { width: 1280, height: 720 }, narrow: { width: 390, height: 844 } };
for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['dark', 'light']) {
    const label = `${size}-${colorScheme}`;
    const { context, page } = await open({ viewport, colorScheme, reducedMotion: 'reduce' });
    await judge(page, label);
    if (pictures) {
      await page.screenshot({ path: join(pictures, `${label}.png`), fullPage: true });
    }
    await context.close();
  }
}

const { context, page } = await open({ viewport: sizes.wide, colorScheme: 'dark' });
const players = await page.locator('.player').count();
if (players === 0) fail('there is no player');
for (let index = 0; index < players; index += 1) await listen(page, index);
const running = await page.evaluate(() => [...document.querySelectorAll('.player')].filter((it) => it.player.playing).length);
if (running !== 1) fail(`${running} players run at once`);
if (pictures) await page.screenshot({ path: join(pictures, 'playing.png') });
await context.close();

// With its policy in force the page is the same.
const strict = await open({ viewport: sizes.wide, bypassCSP: false });
await strict.page.locator('.bar button').first().click();
await settled(strict.page, 0).catch(() => fail('under its own policy it does not play'));
await strict.context.close();

await browser.close();
if (problems.length) {
  process.stderr.write(`${[...new Set(problems)].join('\n')}\n`);
  process.exit(1);
}
process.stdout.write(`${players} players, nothing to complain about\n`);

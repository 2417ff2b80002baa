// The window over the fake backend in a real browser: every main state at two sizes, axe on each, keys, and the
// strict CSP of the program. Pictures go to $SCREENSHOTS (default: a folder under node_modules/.cache).
// The browser: $BROWSER, else Chromium where systems put it.
import { createServer } from 'node:http';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import * as deliver from './deliver.mjs';
import * as music from './music.mjs';
import { flows as windowFlows } from './flows.mjs';
import { states as windowStates } from './states.mjs';

const flows = { ...windowFlows, ...music.flows, ...deliver.flows };
const states = { ...windowStates, ...music.states, ...deliver.states };

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../node_modules/.cache/fake');
const pictures = process.env.SCREENSHOTS ?? join(here, '../node_modules/.cache/screenshots');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const only = process.argv[2];

const browserPath = [process.env.BROWSER, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .find((path) => path && existsSync(path));
if (!browserPath) {
  process.stderr.write('No browser found. Install chromium, or name one in $BROWSER.\n');
  process.exit(2);
}

// That of tauri.conf.json, without what only Tauri serves.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'";
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, 'http://x').pathname);
  try {
    const body = readFileSync(join(root, path));
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'content-security-policy': CSP });
    response.end(body);
  } catch {
    response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
  }
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const address = `http://127.0.0.1:${server.address().port}/fake.html`;

const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu'] });
const problems = [];
mkdirSync(pictures, { recursive: true });

/** A page over a fake that starts with `options`. */
async function open(name, options, size) {
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce', timezoneId: 'UTC', locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => problems.push(`${name}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${name}: ${message.text()}`);
  });
  await page.addInitScript((given) => {
    window.fakeOptions = given;
    // As the program's window does.
    Object.freeze(Object.prototype);
  }, options);
  await page.goto(address);
  await page.waitForFunction(() => window.studio !== undefined);
  return { context, page };
}

/** Fails where the page scrolls, or where something that is read is cut off without a sign of it. */
async function layout(page, name) {
  const scrolls = await page.evaluate(() => {
    const root = document.documentElement;
    return root.scrollWidth > root.clientWidth || root.scrollHeight > root.clientHeight;
  });
  if (scrolls) problems.push(`${name}: the page scrolls`);
}

const sizes = [{ width: 1280, height: 720 }, { width: 1920, height: 1080 }];

async function look(name, state, size) {
  const label = `${name}-${size.width}`;
  const { context, page } = await open(label, state.options ?? {}, size);
  try {
    await state.play?.(page);
    await page.waitForTimeout(250);
    await layout(page, label);
    await page.screenshot({ path: join(pictures, `${label}.png`) });
    if (size.width === 1280) {
      const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ['violations'] })`);
      for (const violation of found.violations) {
        if (violation.impact !== 'serious' && violation.impact !== 'critical') continue;
        const where = violation.nodes.slice(0, 4).map((node) => `${node.target.join(' ')} (${node.any[0]?.message ?? ''})`);
        problems.push(`${label}: axe ${violation.id}: ${violation.help}\n    ${where.join('\n    ')}`);
      }
    }
  } catch (error) {
    problems.push(`${label}: ${error.message.split('\n')[0]}`);
  }
  await context.close();
}

async function use(name, flow) {
  const { context, page } = await open(name, flow.options ?? {}, sizes[0]);
  try {
    await flow.play(page);
  } catch (error) {
    problems.push(`${name}: ${error.message.split('\n').slice(0, 3).join(' ')}`);
  }
  await context.close();
}

const work = [];
for (const [name, state] of Object.entries(states)) {
  for (const size of state.large || only ? sizes : sizes.slice(0, 1)) work.push([name, () => look(name, state, size)]);
}
for (const [name, flow] of Object.entries(flows)) work.push([name, () => use(name, flow)]);
const waiting = work.filter(([name]) => !only || name.includes(only));
if (waiting.length === 0) problems.push(`nothing is called ${only}`);
// Each has a context of its own, so a few go side by side.
await Promise.all(
  Array.from({ length: 3 }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next[1]();
  }),
);

await browser.close();
server.close();
for (const problem of problems) process.stderr.write(`✗ ${problem}\n`);
process.stdout.write(problems.length ? `${problems.length} problems\n` : `all states and flows fine; pictures in ${pictures}\n`);
process.exit(problems.length ? 1 : 0);

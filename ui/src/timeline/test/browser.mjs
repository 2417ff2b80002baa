// The timeline in a real browser over the fake backend: `node src/timeline/test/browser.mjs [--measure]`.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { measure } from './measure.mjs';
import { tests as cueTests } from './cues.mjs';
import { tests as timelineTests } from './tests.mjs';

const only = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? '';
const tests = [...timelineTests, ...cueTests.map((test) => [...test, '&cues'])].filter(([name]) => name.includes(only));

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../../..');
const outDir = resolve(root, 'node_modules/.cache/timeline');
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const config = {
  root: here,
  configFile: false,
  logLevel: 'error',
  base: './',
  plugins: [svelte()],
  build: { outDir, emptyOutDir: true, target: 'es2022', rollupOptions: { input: resolve(here, 'index.html') } },
};

await build(config);
const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } });
const address = server.resolvedUrls.local[0];
const browser = await chromium.launch({
  executablePath: process.env.BROWSER ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** A page with the timeline; `query` chooses the project. */
async function open(query = '', viewport = { width: 1280, height: 380 }) {
  const page = await browser.newPage({ viewport });
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(`${address}index.html?height=${viewport.height - 20}${query}`);
  await page.waitForSelector('[data-timeline] canvas');
  // Fonts, sizes and the first tiles.
  await page.waitForTimeout(300);
  return page;
}

let failed = 0;
try {
  for (const [name, test, query] of process.argv.includes('--measure') ? [] : tests) {
    const page = await open(query);
    try {
      await test({ page, open, axe, assert });
      process.stdout.write(`ok    ${name}\n`);
    } catch (error) {
      failed++;
      process.stdout.write(`FAIL  ${name}\n${error.stack}\n`);
    }
    await page.close();
  }
  if (process.argv.includes('--measure')) process.stdout.write(`${JSON.stringify(await measure(open), null, 2)}\n`);
} finally {
  await browser.close();
  await server.close();
}
process.exit(failed > 0 ? 1 : 0);

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// `vite build` makes what Tauri loads. `vite build --mode fake` makes the same window over the fake backend,
// for the browser tests only, into a folder that is never shipped.
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [svelte()],
  // Component tests and the shipped window use the browser's half of Svelte.
  resolve: { conditions: ['browser', 'module', 'import', 'default'] },
  build: {
    target: ['safari16', 'chrome109'],
    outDir: mode === 'fake' ? 'node_modules/.cache/fake' : 'dist',
    emptyOutDir: true,
    // Strict CSP: no data: URLs, no inline polyfill.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: mode === 'fake' ? 'fake.html' : 'index.html' },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));

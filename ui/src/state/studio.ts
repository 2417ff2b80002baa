import { getContext, setContext } from 'svelte';
import type { Backend } from '../api/backend';
import { Scope } from '../lib/scope';
import { App } from './app.svelte';
import { Deliveries } from './deliveries.svelte';
import { Layout } from './layout.svelte';
import { Playback } from './playback.svelte';
import { View } from './view.svelte';

/** All that components share. There's no other shared state: each window, each test makes its own. */
export interface Studio {
  backend: Backend;
  app: App;
  playback: Playback;
  view: View;
  layout: Layout;
  deliveries: Deliveries;
  /** Ends with the window. */
  scope: Scope;
}

const KEY = Symbol('studio');

/** A studio over a backend. */
export function makeStudio(backend: Backend, scope = new Scope()): Studio {
  const app = new App(backend);
  const playback = new Playback(app, backend);
  return { backend, app, playback, view: new View(), layout: new Layout(app, scope), deliveries: new Deliveries(app), scope };
}

/** Asks the program for its state and follows its events and ticks. */
export async function startStudio(studio: Studio): Promise<void> {
  await studio.app.start(studio.scope);
  studio.layout.load(studio.app.settings?.layout ?? '');
  studio.playback.start(studio.scope);
  studio.deliveries.start(studio.scope);
}

/** Gives the studio to all components below. */
export function provideStudio(studio: Studio): Studio {
  return setContext(KEY, studio);
}

/** The studio, in a component: `const { app, playback, view, backend } = useStudio()`. */
export function useStudio(): Studio {
  return getContext<Studio>(KEY);
}

import { getContext, setContext } from 'svelte';
import type { Backend } from '../api/backend';
import { App } from './app.svelte';
import { Playback } from './playback.svelte';
import { View } from './view.svelte';

/** All that components share. There's no other shared state: each window, each test makes its own. */
export interface Studio {
  backend: Backend;
  app: App;
  playback: Playback;
  view: View;
}

const KEY = Symbol('studio');

/** A studio over a backend. */
export function makeStudio(backend: Backend): Studio {
  const app = new App(backend);
  return { backend, app, playback: new Playback(app, backend), view: new View() };
}

/** Gives the studio to all components below. */
export function provideStudio(studio: Studio): Studio {
  return setContext(KEY, studio);
}

/** The studio, in a component: `const { app, playback, view, backend } = useStudio()`. */
export function useStudio(): Studio {
  return getContext<Studio>(KEY);
}

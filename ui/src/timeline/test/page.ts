import { mount } from 'svelte';
import { Scope } from '../../lib/scope';
import { makeStudio, type Studio } from '../../state/studio';
import '../../style/tokens.css';
import { Fake } from '../../test/fake';
import { HourFake, hourProject } from './hour';
import Page from './Page.svelte';

declare global {
  interface Window {
    /** What the tests look at. */
    timelineTest: { fake: Fake; studio: Studio };
  }
}

const query = new URLSearchParams(location.search);
document.documentElement.dataset['theme'] = query.get('theme') ?? 'dark';
const fake = query.has('hour') ? new HourFake({ project: hourProject() }) : new Fake(query.has('cues') ? { variant: 'cues' } : {});
const studio = makeStudio(fake);
const scope = new Scope();
await studio.app.start(scope);
studio.playback.start(scope);
window.timelineTest = { fake, studio };
mount(Page, { target: document.querySelector('#app')!, props: { studio, height: Number(query.get('height') ?? 380) } });

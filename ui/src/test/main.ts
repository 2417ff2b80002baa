import { mount } from 'svelte';
import App from '../App.svelte';
import '../style/tokens.css';
import '../style/base.css';
import { Fake, type FakeOptions } from './fake';

declare global {
  interface Window {
    /** What the browser tests start with, set before the page loads. */
    fakeOptions?: FakeOptions & { noPictures?: boolean };
    /** For the browser tests. */
    fake?: Fake;
    studio?: unknown;
  }
}

const options = window.fakeOptions ?? {};
const fake = new Fake(options);
fake.pictures = !options.noPictures;
window.fake = fake;
const target = document.getElementById('app');
if (target) mount(App, { target, props: { backend: fake, onready: (studio) => (window.studio = studio) } });

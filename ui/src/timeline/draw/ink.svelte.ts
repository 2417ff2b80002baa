/** Colours of the design tokens that canvases draw with. */
export interface Ink {
  readonly surface0: string;
  readonly surface1: string;
  readonly surface2: string;
  readonly surface3: string;
  readonly surface4: string;
  readonly line: string;
  readonly edge: string;
  readonly text: string;
  readonly text2: string;
  readonly text3: string;
  readonly accent: string;
  readonly accentSoft: string;
  readonly music: string;
  readonly musicSoft: string;
  readonly hit: string;
  readonly hitSoft: string;
  readonly temp: string;
  readonly tempSoft: string;
  readonly speech: string;
  readonly speechSoft: string;
  readonly good: string;
  readonly font: string;
}

const NAMES: Record<keyof Ink, string> = {
  surface0: '--surface-0',
  surface1: '--surface-1',
  surface2: '--surface-2',
  surface3: '--surface-3',
  surface4: '--surface-4',
  line: '--line',
  edge: '--edge',
  text: '--text',
  text2: '--text-2',
  text3: '--text-3',
  accent: '--accent',
  accentSoft: '--accent-soft',
  music: '--music',
  musicSoft: '--music-soft',
  hit: '--hit',
  hitSoft: '--hit-soft',
  temp: '--temp',
  tempSoft: '--temp-soft',
  speech: '--speech',
  speechSoft: '--speech-soft',
  good: '--good',
  font: '--font',
};

/** The tokens as they are now; read again when the theme changes. */
export class Inks {
  now = $state.raw<Ink>(read());

  constructor() {
    $effect(() => {
      const again = () => (this.now = read());
      const observer = new MutationObserver(again);
      observer.observe(document.documentElement, { attributes: true });
      const control = new AbortController();
      matchMedia('(prefers-color-scheme: light)').addEventListener('change', again, { signal: control.signal });
      again();
      return () => {
        observer.disconnect();
        control.abort();
      };
    });
  }
}

function read(): Ink {
  const style = getComputedStyle(document.documentElement);
  const entries = Object.entries(NAMES).map(([name, token]) => [name, style.getPropertyValue(token).trim()]);
  return Object.fromEntries(entries) as Ink;
}

import { Channel, convertFileSrc, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWindow } from '@tauri-apps/api/window';
import type { Asked, Backend, Commands, Events } from './backend';
import type { Tick } from './types';

// `muvi://localhost/`, or `http://muvi.localhost/` where the webview has no custom schemes.
const base = convertFileSrc('', 'muvi');

/** The backend of the real window: commands and events of the shell, bytes by its custom URI scheme. */
export const tauri: Backend = {
  call<K extends keyof Commands>(name: K, ...args: unknown[]): Promise<Commands[K][1]> {
    return invoke(name, args[0] as Record<string, unknown> | undefined);
  },

  on<K extends keyof Events>(name: K, handler: (payload: Events[K]) => void): () => void {
    let ended = false;
    const coming = listen<Events[K]>(name, (event) => {
      if (!ended) handler(event.payload);
    });
    return () => {
      ended = true;
      void coming.then((end) => end());
    };
  },

  async subscribe(handler: (tick: Tick) => void): Promise<() => void> {
    let ended = false;
    const channel = new Channel<Tick>((tick) => {
      if (!ended) handler(tick);
    });
    await invoke('subscribe', { channel });
    return () => {
      ended = true;
    };
  },

  url(path: string): string {
    return base + path;
  },

  async bytes(path: string, signal?: AbortSignal): Promise<Uint8Array | null> {
    const asked = await this.ask(path, signal);
    return typeof asked === 'string' ? null : asked;
  },

  async ask(path: string, signal?: AbortSignal): Promise<Asked> {
    const response = await fetch(base + path, { signal: signal ?? null });
    if (response.status === 204) return 'later';
    if (response.status === 404) return 'never';
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return new Uint8Array(await response.arrayBuffer());
  },

  fullscreen(on: boolean): Promise<void> {
    return getCurrentWindow().setFullscreen(on);
  },
};

import type { DuckingPreset, DuckingView, MixView } from '../api/types';
import type { Studio } from '../state/studio';

/** What a mix is heard like while a control is dragged; `null`: as the project has it. */
export function previewMix({ app, backend }: Studio, change: ((mix: MixView) => MixView) | null): void {
  const mix = app.project?.mix;
  if (mix) void app.run(() => backend.call('preview_mix', { mix: change ? change(mix) : null }));
}

/** One edit of the mix. */
export function editMix({ app }: Studio, change: (mix: MixView) => MixView): void {
  const mix = app.project?.mix;
  if (mix) void app.edit({ edit: 'set_mix', mix: change(mix) });
}

/** Parts of the ducking that a preset has to say; the threshold belongs to the recording. */
const SHAPE = ['by', 'depthDb', 'attackMs', 'holdMs', 'releaseMs', 'lookAheadMs'] as const;

/** Id of the preset that a ducking is, or `own`. */
export function presetOf(ducking: DuckingView, presets: readonly DuckingPreset[]): string {
  return presets.find(({ settings }) => SHAPE.every((key) => settings[key] === ducking[key]))?.id ?? 'own';
}

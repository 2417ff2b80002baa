import type { DuckingView, MixView } from '../api/types';
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

type Shape = Omit<DuckingView, 'on' | 'by' | 'thresholdDb'>;

/** Ways of ducking that fit most videos. The threshold belongs to the recording, so they leave it alone. */
export const presets: Record<'gentle' | 'dialogue' | 'voiceOver', Shape> = {
  gentle: { depthDb: 6, attackMs: 250, holdMs: 300, releaseMs: 900, lookAheadMs: 150 },
  dialogue: { depthDb: 10, attackMs: 120, holdMs: 250, releaseMs: 600, lookAheadMs: 100 },
  voiceOver: { depthDb: 15, attackMs: 80, holdMs: 500, releaseMs: 800, lookAheadMs: 120 },
};

/** The preset that a ducking is, or `own`. */
export function presetOf(ducking: DuckingView): keyof typeof presets | 'own' {
  for (const [name, shape] of Object.entries(presets)) {
    const same = (Object.keys(shape) as (keyof Shape)[]).every((key) => shape[key] === ducking[key]);
    if (same) return name as keyof typeof presets;
  }
  return 'own';
}

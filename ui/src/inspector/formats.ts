import type { Format } from '../lib/values';

/** Fields of the inspector: ranges and steps as the contract gives them. */
export const gain: Format = { unit: 'db', min: -60, max: 12, step: 0.5, digits: 1, silence: true };
export const loudness: Format = { unit: 'db', min: -40, max: -6, step: 0.5, digits: 1, suffix: 'LUFS' };
export const threshold: Format = { unit: 'db', min: -80, max: 0, step: 1, digits: 0 };
export const depth: Format = { unit: 'db', min: 0, max: 40, step: 0.5, digits: 1 };
export const attack: Format = { unit: 'ms', min: 0, max: 2000, step: 10, digits: 0 };
export const release: Format = { unit: 'ms', min: 0, max: 5000, step: 10, digits: 0 };
export const intensity: Format = { unit: 'share', min: 0, max: 2, step: 0.05, digits: 0 };
export const strength: Format = { unit: 'share', min: 0, max: 1, step: 0.05, digits: 0 };
export const guidance: Format = { unit: 'number', min: 0, max: 10, step: 0.1, digits: 1 };
export const steps: Format = { unit: 'number', min: 1, max: 100, step: 1, digits: 0 };
export const seed: Format = { unit: 'number', min: 0, max: 4294967295, step: 1, digits: 0 };
export const bpm: Format = { unit: 'number', min: 40, max: 220, step: 1, digits: 0, suffix: 'bpm' };
export const pace: Format = { unit: 'number', min: 0.5, max: 2, step: 0.05, digits: 2, suffix: 'x' };
/** Samples are shown as milliseconds. */
export const fade: Format = { unit: 'ms', min: 0, max: 10000, step: 50, digits: 0 };

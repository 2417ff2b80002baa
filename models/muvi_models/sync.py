"""How music meets time: onsets, beat coverage and hits in bins, hits over chance. As `scoring::metrics` in Rust.

Onsets after SuperFlux (Böck and Widmer, DAFx 2013) on the codec's magnitudes; beat scores after Zhu et al. (ECCV
2022) and LORIS (ICML 2023), as MuVi reports them.
"""

from __future__ import annotations

import numpy as np

from .contract import HOP, N_FFT, NORM, SAMPLE_RATE

BANDS_PER_OCTAVE, LOWEST_HZ, HIGHEST_HZ = 12, 40.0, 16_000.0
LAG = 2
MAX_AROUND = 3
MEAN_BEFORE, MEAN_AFTER = 9, 8
THRESHOLD = 0.1
QUIETEST = 1.0
STRONG = 0.4
"""Onsets that count as beats: relative to the strong ones of the piece. Weaker ones fill every bin."""
TOLERANCE_S = 0.07
LEAST_SHIFT_S = 0.5


def bands() -> np.ndarray:
    """Triangles on a logarithmic scale [K, bands]."""
    count = int(np.log2(HIGHEST_HZ / LOWEST_HZ) * BANDS_PER_OCTAVE)
    centres = np.unique(np.round(LOWEST_HZ * 2 ** (np.arange(count) / BANDS_PER_OCTAVE) * N_FFT / SAMPLE_RATE))
    out = np.zeros((N_FFT // 2 + 1, len(centres) - 2), np.float32)
    for i, (low, middle, high) in enumerate(zip(centres, centres[1:], centres[2:], strict=False)):
        k = np.arange(int(low) + 1, max(int(high), int(low) + 2))
        out[k, i] = np.maximum(np.minimum((k - low) / (middle - low), (high - k) / (high - middle)), 0)
    return out


def flux(magnitude: np.ndarray) -> np.ndarray:
    """SuperFlux [F] of mid magnitudes [F, K] (|STFT| / NORM)."""
    energy = np.log10(1 + (magnitude * NORM) @ bands())
    before = np.pad(energy, ((0, 0), (1, 1)), mode="edge")
    widest = np.maximum(np.maximum(before[:, :-2], before[:, 2:]), before[:, 1:-1])
    rise = np.maximum(energy[LAG:] - widest[:-LAG], 0).sum(1)
    return np.concatenate([np.zeros(LAG), rise])


def onsets(magnitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times (s) and strengths (about 0..1, relative to the piece) of the onsets of magnitudes [F, K]."""
    f = flux(magnitude)
    strong = max(np.sort(f)[len(f) * 98 // 100], QUIETEST)
    total = np.concatenate([[0.0], np.cumsum(f)])
    times, strengths = [], []
    for i in range(len(f)):
        near = slice(max(0, i - MEAN_BEFORE), min(len(f), i + MEAN_AFTER + 1))
        mean = (total[near.stop] - total[near.start]) / (near.stop - near.start)
        first = i == 0 or f[i - 1] < f[i]
        if first and f[i] >= f[max(0, i - MAX_AROUND) : i + MAX_AROUND + 1].max() and f[i] > mean + THRESHOLD * strong:
            # Not the middle of the two frames: the logarithm rises as soon as the window's edge holds an attack.
            times.append(i * HOP / SAMPLE_RATE)
            strengths.append(f[i] / strong)
    return np.array(times), np.array(strengths)


def strong_onsets(magnitude: np.ndarray) -> np.ndarray:
    """Times (s) of the onsets that count as beats."""
    times, strengths = onsets(magnitude)
    return times[strengths >= STRONG] if len(times) else times


def beats_in_bins(reference: np.ndarray, ours: np.ndarray, duration_s: float, bin_s: float) -> tuple[float, float]:
    """(coverage, hits) of beat times in seconds; nan without a reference. A bin counts once."""
    count = max(1, int(np.ceil(duration_s / bin_s)))
    filled = []
    for times in (np.asarray(reference), np.asarray(ours)):
        mask = np.zeros(count, bool)
        inside = times[(times >= 0) & (times < duration_s)]
        mask[np.minimum((inside / bin_s).astype(int), count - 1)] = True
        filled.append(mask)
    total = filled[0].sum()
    if not total:
        return float("nan"), float("nan")
    return float(filled[1].sum() / total), float((filled[0] & filled[1]).sum() / total)


def met(hits: np.ndarray, times: np.ndarray, tolerance_s: float = TOLERANCE_S) -> np.ndarray:
    """Which hits (s) have one of `times` (s) within the tolerance, bool [n]."""
    if not len(times):
        return np.zeros(len(hits), bool)
    return np.abs(np.asarray(hits)[:, None] - times[None]).min(1) <= tolerance_s


def hits_and_chance(
    hits: np.ndarray, times: np.ndarray, duration_s: float, shifts: int = 200, seed: int = 1
) -> tuple[np.ndarray, float]:
    """Which hits are met, and the part that music shifted in time (around the clip) would meet."""
    rng = np.random.default_rng(seed)
    by = LEAST_SHIFT_S + (duration_s - 2 * LEAST_SHIFT_S) * rng.random(shifts)
    chance = [met((np.asarray(hits) + b) % duration_s, times).mean() for b in by] if len(hits) else [np.nan]
    return met(hits, times), float(np.mean(chance))

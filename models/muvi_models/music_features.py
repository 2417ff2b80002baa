"""What the adaptor's music-side encoder hears: log-mel levels and onsets on the picture's clock (10 per second).

Frame i covers the tenth of a second that ends at i / 10 s, as picture frame i shows what happened since frame
i - 1: four spectra in it, centred 12.5 ms + k 25 ms before its end.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

FRAME_RATE = 10
SPECTRA = 4  # per frame
N_FFT = 2048
BANDS = 32
LOW_HZ, HIGH_HZ = 40.0, 12000.0
ONSET_GROUPS = 8
FEATURE_WIDTH = BANDS + 2 * ONSET_GROUPS
FLOOR = 1e-5


def music_features(samples: np.ndarray, rate: int) -> np.ndarray:
    """Mono float [n] -> float32 [T, 48]: mean log-mel (32), mean and peak rise of 8 band groups (8 + 8)."""
    frames = int(len(samples) / rate * FRAME_RATE) + 1
    offsets = (np.arange(SPECTRA) + 0.5) / SPECTRA / FRAME_RATE - 1 / FRAME_RATE
    centres = (np.arange(-1, frames)[:, None] / FRAME_RATE + offsets).ravel()
    padded = np.pad(samples, (N_FFT + rate // FRAME_RATE * 2, N_FFT))
    starts = np.round(centres * rate).astype(int) + N_FFT // 2 + rate // FRAME_RATE * 2
    window = np.hanning(N_FFT + 1)[:-1].astype(np.float32)
    mel = mel_filters(rate)
    levels = np.empty((len(starts), BANDS), np.float32)
    for i in range(0, len(starts), 512):
        part = np.stack([padded[s : s + N_FFT] for s in starts[i : i + 512]]) * window
        levels[i : i + 512] = np.log(np.abs(np.fft.rfft(part)) ** 2 @ mel / N_FFT + FLOOR)
    rise = np.maximum(np.diff(levels, axis=0, prepend=levels[:1]), 0)
    rise = rise.reshape(len(rise), ONSET_GROUPS, -1).mean(2).reshape(-1, SPECTRA, ONSET_GROUPS)[1:]
    level = levels.reshape(-1, SPECTRA, BANDS).mean(1)[1:]
    return np.concatenate([level / 4.0 + 0.5, rise.mean(1), rise.max(1) * 0.5], axis=1).astype(np.float32)


def read_music_features(path: Path | str) -> np.ndarray:
    """From an audio file of any channel count."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return music_features(samples.mean(1), rate)


def mel_filters(rate: int) -> np.ndarray:
    """Triangles on the mel scale, [bins, bands], each with weights that sum to 1."""
    low, high = (2595 * np.log10(1 + f / 700) for f in (LOW_HZ, HIGH_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    bins = np.arange(N_FFT // 2 + 1) * rate / N_FFT
    up = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    weights = np.clip(np.minimum(up, down), 0, None)
    # The lowest bands are narrower than a bin: they take the nearest one.
    nearest = np.abs(bins[:, None] - edges[1:-1]).argmin(0)
    empty = weights.sum(0) < 1e-3
    weights[nearest[empty], np.flatnonzero(empty)] = 1.0
    return (weights / weights.sum(0)).astype(np.float32)

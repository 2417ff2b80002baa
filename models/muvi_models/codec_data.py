"""Windows of music as magnitudes for the codec's training, worn as the clips that people bring are worn."""

from pathlib import Path

import numpy as np
import torch

from .contract import BINS, N_FFT, SAMPLE_RATE, SAMPLES_PER_LATENT
from .pieces import audio_files, read_audio
from .spectrogram import magnitudes

EDGE = 1
"""Latents of real context cut at random on both sides before the loss: no zeros at the borders."""
MONO, MIXED, DULL, TILTED, NOISY, QUIET = 0.06, 0.06, 0.08, 0.25, 0.04, 0.12
"""Chances: one channel only; two pieces at once; a low-pass as of old codecs; another balance; hiss; very quiet."""


class Windows:
    """Random windows of the pieces in some folders, with random gain and swapped channels; `worn`: see above."""

    def __init__(
        self, folders: Path | list[Path], latents: int, seed: int, limit: int | None = None, worn: bool = False
    ):
        folders = [folders] if isinstance(folders, Path) else folders
        files = [file for folder in folders for file in audio_files(folder)]
        if not files:
            raise SystemExit(f"no labelled music in {folders}: run muvi_models.make_music first")
        if limit and limit < len(files):
            files = [files[i * len(files) // limit] for i in range(limit)]
        self.audio = [np.round(read_audio(f) * 32767).astype(np.int16) for f in files]
        self.latents, self.worn = latents, worn
        self.rng = np.random.default_rng(seed)

    def one(self, n: int) -> np.ndarray:
        """Stereo samples float32 [2, n] from anywhere."""
        audio = self.audio[self.rng.integers(len(self.audio))]
        start = self.rng.integers(0, audio.shape[1] - n)
        return audio[:, start : start + n].astype(np.float32) / 32767

    def batch(self, size: int) -> torch.Tensor:
        """Magnitudes [size, 3, F, K]."""
        n, rng = (self.latents + 2 * EDGE) * SAMPLES_PER_LATENT, self.rng
        out, curves = [], []
        for _ in range(size):
            window = self.one(n)
            if rng.random() < 0.5:
                window = window[::-1]
            if self.worn:
                window = self.wear(window)
            low = -30 if self.worn and rng.random() < QUIET else -8
            out.append(window * 10 ** (rng.uniform(low, 3) / 20))
            curves.append(self.curve() if self.worn else np.ones(BINS, np.float32))
        found = magnitudes(torch.from_numpy(np.stack(out)))[:, :, 4 * EDGE : -4 * EDGE]
        return found * torch.from_numpy(np.stack(curves))[:, None, None]

    def wear(self, window: np.ndarray) -> np.ndarray:
        """Mono, mixed with another piece, or with hiss."""
        rng = self.rng
        if rng.random() < MIXED:
            window = 0.7 * (window + self.one(window.shape[1]))
        if rng.random() < MONO:
            window = np.repeat(window.mean(0, keepdims=True), 2, 0)
        if rng.random() < NOISY:
            window = window + 10 ** rng.uniform(-4, -2.5) * rng.standard_normal(window.shape).astype(np.float32)
        return window

    def curve(self) -> np.ndarray:
        """Gain of each bin [K]: another balance, or nothing above 10 to 18 kHz."""
        rng, hertz = self.rng, np.arange(BINS) * SAMPLE_RATE / N_FFT
        gain = np.ones(BINS)
        if rng.random() < TILTED:
            octaves = np.log2(np.maximum(hertz, 40) / 1000)
            gain *= 10 ** (np.clip(octaves * rng.normal(0, 1.2), -9, 9) / 20)
        if rng.random() < DULL:
            gain *= 1 / (1 + (hertz / rng.uniform(10_000, 18_000)) ** 40)
        return gain.astype(np.float32)

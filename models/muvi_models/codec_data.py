"""Windows of music as magnitudes for the codec's training, worn as the clips that people bring are worn."""

from concurrent.futures import ThreadPoolExecutor
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
READERS = 8


def read_samples(path: Path) -> torch.Tensor:
    """A file's samples int16 [2, n]."""
    return torch.from_numpy(np.round(read_audio(path) * 32767).astype(np.int16))


class Windows:
    """Random windows of the pieces in some folders, with random gain and swapped channels; `worn`: see above.

    The music lies on `device`, where the windows are cut and transformed.
    """

    def __init__(
        self,
        folders: Path | list[Path],
        latents: int,
        seed: int,
        limit: int | None = None,
        worn: bool = False,
        device: torch.device | str = "cpu",
    ):
        folders = [folders] if isinstance(folders, Path) else folders
        files = [file for folder in folders for file in audio_files(folder)]
        if not files:
            raise SystemExit(f"no labelled music in {folders}: run muvi_models.make_music first")
        if limit and limit < len(files):
            files = [files[i * len(files) // limit] for i in range(limit)]
        with ThreadPoolExecutor(READERS) as readers:
            audio = list(readers.map(read_samples, files))
        lengths = torch.tensor([a.shape[1] for a in audio])
        self.audio = torch.cat([a.to(device) for a in audio], 1)
        self.lengths, self.offsets = lengths.to(device), (lengths.cumsum(0) - lengths).to(device)
        self.latents, self.worn, self.device = latents, worn, torch.device(device)
        self.generator = torch.Generator(device).manual_seed(seed)

    def draw(self, *shape: int) -> torch.Tensor:
        """Even random numbers in 0..1."""
        return torch.rand(shape, generator=self.generator, device=self.device)

    def chance(self, size: int, chance: float) -> torch.Tensor:
        """True with probability `chance`, one for each window [size, 1, 1]."""
        return self.draw(size, 1, 1) < chance

    def cut(self, size: int, n: int) -> torch.Tensor:
        """Stereo samples float32 [size, 2, n] from anywhere; all pieces alike."""
        piece = (self.draw(size) * len(self.lengths)).long()
        start = (self.draw(size) * (self.lengths[piece] - n).clamp(min=0)).long() + self.offsets[piece]
        rows = start[:, None] + torch.arange(n, device=self.device)
        rows = rows.clamp(max=self.audio.shape[1] - 1)
        return self.audio[:, rows].transpose(0, 1).float() / 32767

    def batch(self, size: int) -> torch.Tensor:
        """Magnitudes [size, 3, F, K]."""
        n = (self.latents + 2 * EDGE) * SAMPLES_PER_LATENT
        sound = self.cut(size, n)
        sound = torch.where(self.chance(size, 0.5), sound.flip(1), sound)
        low = torch.full((size, 1, 1), -8.0, device=self.device)
        if self.worn:
            sound = self.wear(sound)
            low = torch.where(self.chance(size, QUIET), -30.0, low)
        sound = sound * 10 ** ((low + (3 - low) * self.draw(size, 1, 1)) / 20)
        found = magnitudes(sound)[:, :, 4 * EDGE : -4 * EDGE]
        return found * self.curves(size)[:, None, None] if self.worn else found

    def wear(self, sound: torch.Tensor) -> torch.Tensor:
        """Some mixed with another piece, some mono, some with hiss: [B, 2, n] -> the same."""
        size, n = sound.shape[0], sound.shape[2]
        sound = torch.where(self.chance(size, MIXED), 0.7 * (sound + self.cut(size, n)), sound)
        sound = torch.where(self.chance(size, MONO), sound.mean(1, keepdim=True).expand_as(sound), sound)
        hiss = torch.randn(sound.shape, generator=self.generator, device=self.device)
        return sound + self.chance(size, NOISY) * 10 ** (1.5 * self.draw(size, 1, 1) - 4) * hiss

    def curves(self, size: int) -> torch.Tensor:
        """Gain of each bin [size, K]: for some another balance, for some nothing above 10 to 18 kHz."""
        hertz = torch.arange(BINS, device=self.device) * (SAMPLE_RATE / N_FFT)
        octaves = torch.log2(hertz.clamp(min=40) / 1000)
        slope = torch.randn(size, 1, generator=self.generator, device=self.device) * 1.2
        tilt = 10 ** ((octaves * slope).clamp(-9, 9) / 20)
        corner = 10_000 + 8_000 * self.draw(size, 1)
        # (f / corner)^40, whose square must not leave float32.
        dull = 1 / (1 + (40 * torch.log((hertz / corner).clamp(min=1e-3))).clamp(max=60).exp())
        gain = torch.where(self.draw(size, 1) < TILTED, tilt, 1.0)
        return gain * torch.where(self.draw(size, 1) < DULL, dull, 1.0)

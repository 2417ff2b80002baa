"""Runs the stages of a pack by ONNX Runtime, as the app does, for evaluation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from .contract import HOP, N_FFT, NORM
from .guidance import generated, noise_for
from .spectrogram import magnitudes, pad_to_latents, stft

CHUNK = 128
ADAPTOR_CHUNK = 512
GRIFFIN_LIM = 24
MOMENTUM = 0.9


class Pack:
    """A pack in a folder; sessions are made when first needed."""

    def __init__(self, folder: Path, threads: int = 1):
        self.folder, self.threads = folder, threads
        self.manifest = json.loads((folder / "pack.json").read_text())
        self.sessions: dict[str, onnxruntime.InferenceSession] = {}

    def run(self, stage: str, **inputs: np.ndarray) -> list[np.ndarray]:
        """Outputs of a stage in the manifest's order."""
        if stage not in self.sessions:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = self.threads
            path = self.folder / self.manifest["stages"][stage]["file"]
            self.sessions[stage] = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return self.sessions[stage].run(None, inputs)

    def encode(self, stereo: np.ndarray) -> np.ndarray:
        """Latents [L, Z] of samples float32 [2, n]."""
        found = magnitudes(torch.from_numpy(pad_to_latents(stereo))[None])
        return self.chunked("codec_encoder", "magnitude", found.numpy(), 4, 1)[0]

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Mid magnitudes [4 L, K] (|STFT| / NORM) of latents [L, Z]."""
        return np.exp(self.chunked("codec_decoder", "latents", latents[None], 1, 4)[0])

    def chunked(self, stage: str, name: str, x: np.ndarray, inner: int, outer: int) -> np.ndarray:
        """First output of a codec stage over the time axis of `x`, in chunks that overlap by the halo."""
        halo, axis = self.manifest["decoder_halo"], x.ndim - 2
        count, out = x.shape[axis] // inner, []
        for start in range(0, count, CHUNK):
            end = min(start + CHUNK, count)
            first, last = max(0, start - halo), min(count, end + halo)
            part = np.take(x, range(first * inner, last * inner), axis)
            found = self.run(stage, **{name: np.ascontiguousarray(part, np.float32)})[0]
            out.append(found[:, (start - first) * outer : (end - first) * outer])
        return np.concatenate(out, 1)

    def run_chunked(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """features [T, P, Cv] -> conditioning [T, D], attention [T, P], curves [T, 4], as `Adaptor.run_chunked`."""
        halo, x, parts = self.manifest["adaptor_halo"], features.float().numpy(), []
        for start in range(0, len(x), ADAPTOR_CHUNK):
            first, end = max(0, start - halo), min(start + ADAPTOR_CHUNK, len(x))
            found = self.run("adaptor", features=x[None, first : end + halo])
            parts.append([f[0, start - first : end - first] for f in found])
        return tuple(torch.from_numpy(np.concatenate(p)) for p in zip(*parts, strict=True))

    def generate(self, row: dict[str, np.ndarray], seed: int) -> np.ndarray:
        """Latents [window, Z] for one row of inputs (`evaluate_generator.window_of`), guided as the pack says."""
        solver = self.manifest["solver"]
        noise = noise_for(row, np.random.default_rng(seed))

        def velocity(**inputs: np.ndarray) -> np.ndarray:
            return self.run("velocity", **inputs)[0]

        return generated(velocity, row, noise, solver["steps"], solver["guidance"])


def griffin_lim(magnitude: np.ndarray, rounds: int = GRIFFIN_LIM, seed: int = 0) -> np.ndarray:
    """Mono samples [512 F] whose magnitudes [F, K] come near; fast Griffin-Lim (Perraudin et al. 2013), random start.

    For features of generated music only: the app's phases are better.
    """
    goal = torch.from_numpy(np.ascontiguousarray(magnitude)).float() * NORM
    window, length = torch.hann_window(N_FFT), len(goal) * HOP
    phase = torch.rand(goal.shape, generator=torch.Generator().manual_seed(seed)) * 2 * torch.pi
    spectrum, before = torch.polar(goal, phase), None
    for _ in range(rounds):
        samples = inverse(spectrum, window, length)
        now = stft(samples)
        moved = now if before is None else now + MOMENTUM * (now - before)
        before, spectrum = now, torch.polar(goal, moved.angle())
    return inverse(spectrum, window, length).numpy()


def inverse(spectrum: torch.Tensor, window: torch.Tensor, length: int) -> torch.Tensor:
    """Samples [length] of a spectrum [F, K]."""
    whole = torch.cat([spectrum, spectrum[-1:] * 0]).T
    return torch.istft(whole, N_FFT, HOP, window=window, center=True, length=length)

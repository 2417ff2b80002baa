"""Short-time spectra shared by codec, evaluation and export parity.

Framing: Hann window (periodic) of 2048 samples, hop 512, frame f centred on sample 512 f, zeros outside.
"""

import numpy as np
import torch

from .contract import BINS, HOP, N_FFT, NORM, SAMPLE_RATE, STACK


def stft(samples: torch.Tensor) -> torch.Tensor:
    """Complex spectrum of `samples` [..., n] -> [..., F, K]; n is a multiple of 2048, F = n / 512."""
    shape = samples.shape[:-1]
    window = torch.hann_window(N_FFT, dtype=samples.dtype, device=samples.device)
    spectrum = torch.stft(
        samples.reshape(-1, samples.shape[-1]),
        N_FFT,
        HOP,
        window=window,
        center=True,
        pad_mode="constant",
        return_complex=True,
    )
    spectrum = spectrum[:, :, :-1].transpose(1, 2)
    return spectrum.reshape(*shape, *spectrum.shape[1:])


def magnitudes(stereo: torch.Tensor) -> torch.Tensor:
    """|STFT| / NORM of mid, left and right of `stereo` [B, 2, n] -> [B, 3, F, K]."""
    mid = stereo.mean(1, keepdim=True)
    return stft(torch.cat([mid, stereo], 1)).abs() / NORM


def pad_to_latents(stereo: np.ndarray, extra: int = 0) -> np.ndarray:
    """Zero-pads `stereo` [2, n] to whole latents (2048 samples) plus `extra` latents of silence."""
    size = HOP * STACK
    want = (-(-stereo.shape[-1] // size) + extra) * size
    return np.pad(stereo, ((0, 0), (0, want - stereo.shape[-1])))


def hertz_to_mel(hertz: np.ndarray) -> np.ndarray:
    """Mel scale of O'Shaughnessy (1987)."""
    return 2595.0 * np.log10(1.0 + np.asarray(hertz) / 700.0)


def mel_bands(count: int) -> np.ndarray:
    """Triangular mel bands over the bins [K, count]; each band holds at least its nearest bin."""
    hertz = np.arange(BINS) * SAMPLE_RATE / N_FFT
    edges = np.linspace(0.0, hertz_to_mel(SAMPLE_RATE / 2), count + 2)
    mel = hertz_to_mel(hertz)
    bands = np.zeros((BINS, count), np.float32)
    for i in range(count):
        rise = (mel - edges[i]) / (edges[i + 1] - edges[i])
        fall = (edges[i + 2] - mel) / (edges[i + 2] - edges[i + 1])
        bands[:, i] = np.clip(np.minimum(rise, fall), 0.0, None)
        if bands[:, i].sum() == 0.0:
            bands[np.argmin(np.abs(mel - edges[i + 1])), i] = 1.0
    return bands


def audibility_weights() -> np.ndarray:
    """Weight of each bin [K] in the codec's PCA: the square root of the mel scale's density, floored.

    Linear bins would spend half of the latents above 11 kHz, where hearing resolves little.
    """
    hertz = np.arange(BINS) * SAMPLE_RATE / N_FFT
    return np.sqrt(np.maximum(1.0 / (1.0 + hertz / 700.0), 0.03)).astype(np.float32)


def chroma_matrix() -> np.ndarray:
    """Maps bins to pitch classes [K, 12] between 100 and 2000 Hz (0 = C)."""
    hertz = np.arange(BINS) * SAMPLE_RATE / N_FFT
    matrix = np.zeros((BINS, 12), np.float32)
    use = np.flatnonzero((hertz > 100) & (hertz < 2000))
    pitch = np.round(12 * np.log2(hertz[use] / 440.0)).astype(int) + 69
    matrix[use, pitch % 12] = 1.0
    return matrix

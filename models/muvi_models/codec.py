"""Stereo codec: log-magnitude spectrogram to standardised latents and back.

The encoder starts from a principal component analysis of four stacked log-magnitude frames, weighted by
audibility, and a second small one of the stereo image per band. Where `learned` is set it adds the residual of
a convolutional network (ConvNeXt blocks, Liu et al. 2022, arXiv 2201.03545) that sees the neighbours in time;
the decoder adds one to the inverse of the analysis. Starting from the linear analysis keeps the latents near
standard normal and smooth in time. Phase is made at run time from the magnitudes.
"""

from dataclasses import asdict, dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .contract import BINS, LOG_FLOOR, STACK
from .spectrogram import audibility_weights, mel_bands
from .whole import save_whole

BANDS = 32
GATE = 3e-3
"""Band level (of full scale / NORM) below which the stereo image fades to the centre: silence has none."""


@dataclass
class CodecConfig:
    """Widths of the codec."""

    spectral: int = 56
    stereo: int = 8
    wide: int = 448
    wide_blocks: int = 4
    narrow: int = 256
    narrow_blocks: int = 4
    learned: bool = False
    encoder_wide: int = 384
    encoder_wide_blocks: int = 3
    encoder_narrow: int = 192
    encoder_narrow_blocks: int = 2

    @property
    def width(self) -> int:
        """Latent width Z."""
        return self.spectral + self.stereo


def stereo_image(magnitude: torch.Tensor, bands: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Pan (-1..1) and width (0..1) per band [B, F, bands] from `magnitude` [B, 3, F, K]."""
    power = magnitude * magnitude
    mid, left, right = power[:, 0], power[:, 1], power[:, 2]
    side = (0.5 * (left + right) - mid).clamp(min=0.0)
    # A least power, not an added one: the exporter takes a small summand for zero, and silence must not divide by it.
    e_mid, e_left, e_right, e_side = ((p @ bands).clamp(min=1e-12).sqrt() for p in (mid, left, right, side))
    gate = (e_left + e_right) / (e_left + e_right + GATE)
    pan = (e_left - e_right) / (e_left + e_right) * gate
    width = e_side / (e_mid + e_side) * gate
    return pan, width


def interpolation(bands: np.ndarray) -> np.ndarray:
    """Spreads band values over bins [bands, K]; each bin's weights sum to 1."""
    weights = bands / np.maximum(bands.sum(1, keepdims=True), 1e-6)
    filled = np.flatnonzero(bands.sum(1) > 0)
    for k in range(len(weights)):
        if bands[k].sum() == 0:
            weights[k] = weights[filled[np.argmin(np.abs(filled - k))]]
    return weights.T.astype(np.float32).copy()


class CodecEncoder(nn.Module):
    """`magnitude` [B, 3, F, K] -> `latents` [B, L, Z], standardised."""

    def __init__(self, config: CodecConfig):
        super().__init__()
        self.config = config
        z, s = config.spectral, config.stereo
        self.register_buffer("bands", torch.from_numpy(mel_bands(BANDS)))
        self.register_buffer("spectral_mean", torch.zeros(STACK * BINS))
        self.register_buffer("spectral_basis", torch.zeros(STACK * BINS, z))
        self.register_buffer("stereo_mean", torch.zeros(2 * BANDS))
        self.register_buffer("stereo_basis", torch.zeros(2 * BANDS, s))
        self.register_buffer("gain", torch.ones(z), persistent=config.learned)
        if config.learned:
            self.residual = EncoderResidual(config)

    @property
    def halo(self) -> int:
        """Latents to each side that an output depends on."""
        c = self.config
        return 3 * c.encoder_wide_blocks + -(-3 * c.encoder_narrow_blocks // STACK) if c.learned else 0

    def stacked(self, magnitude: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-magnitudes of the stacked frames [B, L, 4 K] and mean stereo image [B, L, 2 bands]."""
        log_mid = torch.log(magnitude[:, 0] + LOG_FLOOR)
        pan, width = stereo_image(magnitude, self.bands)
        image = torch.cat([pan, width], -1)
        spectral = log_mid.reshape(log_mid.shape[0], -1, STACK * BINS)
        return spectral, image.reshape(image.shape[0], -1, STACK, 2 * BANDS).mean(2)

    def forward(self, magnitude: torch.Tensor) -> torch.Tensor:
        spectral, image = self.stacked(magnitude)
        latents = (spectral - self.spectral_mean) @ self.spectral_basis
        if self.config.learned:
            latents = self.residual(spectral, latents, self.gain)
        return torch.cat([latents, (image - self.stereo_mean) @ self.stereo_basis], -1)


class EncoderResidual(nn.Module):
    """Stacked log-magnitudes [B, L, 4 K] and their components [B, L, z] -> latents [B, L, z].

    Every channel has zero mean and the deviation `gain` [z]: 1 for the coarse ones, less for the fine ones, so
    that a generator spends itself on what is heard. Receptive field: `encoder_wide_blocks` * 3 latents and
    `encoder_narrow_blocks` * 3 frames to each side.
    """

    def __init__(self, config: CodecConfig):
        super().__init__()
        narrow, wide, z = config.encoder_narrow, config.encoder_wide, config.spectral
        self.enter = nn.Linear(BINS, narrow)
        self.narrow = nn.Sequential(*[Block(narrow) for _ in range(config.encoder_narrow_blocks)])
        self.gather = nn.Linear(narrow * STACK + z, wide)
        self.wide = nn.Sequential(*[Block(wide) for _ in range(config.encoder_wide_blocks)])
        self.norm = nn.LayerNorm(wide)
        self.leave = nn.Linear(wide, z)
        self.register_buffer("centre", torch.zeros(z))
        self.register_buffer("spread", torch.ones(z))
        nn.init.normal_(self.leave.weight, std=0.001)
        nn.init.zeros_(self.leave.bias)

    def forward(self, spectral: torch.Tensor, latents: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
        batch, length = latents.shape[0], latents.shape[1]
        frames = (spectral.reshape(batch, length * STACK, BINS) + 7.0) / 3.0
        hidden = self.narrow(self.enter(frames)).reshape(batch, length, -1)
        hidden = self.norm(self.wide(self.gather(torch.cat([hidden, latents], -1))))
        return (latents + gain * self.leave(hidden).float() - self.centre) / self.spread


class Block(nn.Module):
    """ConvNeXt block over time, [B, L, width] -> same."""

    def __init__(self, width: int, kernel: int = 7, scale: float = 0.2):
        super().__init__()
        self.mix = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 3 * width)
        self.down = nn.Linear(3 * width, width)
        self.gain = nn.Parameter(torch.full((width,), scale))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.mix(x.transpose(1, 2)).transpose(1, 2)
        return x + self.gain * self.down(F.gelu(self.up(self.norm(y)), approximate="tanh"))


class CodecDecoder(nn.Module):
    """`latents` [B, L, Z] -> `log_magnitude`, `pan`, `width`, each [B, F, K].

    Receptive field: `wide_blocks` * 3 latents and `narrow_blocks` * 3 frames (3 latents) to each side.
    """

    def __init__(self, config: CodecConfig):
        super().__init__()
        self.config = config
        z, s = config.spectral, config.stereo
        self.register_buffer("spectral_mean", torch.zeros(STACK * BINS))
        self.register_buffer("spectral_inverse", torch.zeros(z, STACK * BINS))
        self.register_buffer("stereo_mean", torch.zeros(2 * BANDS))
        self.register_buffer("stereo_inverse", torch.zeros(s, 2 * BANDS))
        self.register_buffer("spread", torch.from_numpy(interpolation(mel_bands(BANDS))))
        self.enter = nn.Linear(config.width, config.wide)
        self.wide = nn.Sequential(*[Block(config.wide) for _ in range(config.wide_blocks)])
        self.widen = nn.Linear(config.wide, config.narrow * STACK)
        self.narrow = nn.Sequential(*[Block(config.narrow) for _ in range(config.narrow_blocks)])
        self.norm = nn.LayerNorm(config.narrow)
        self.spectral = nn.Linear(config.narrow, BINS)
        self.image = nn.Linear(config.narrow, 2 * BANDS)
        for head in (self.spectral, self.image):
            nn.init.normal_(head.weight, std=0.003)
            nn.init.zeros_(head.bias)

    @property
    def halo(self) -> int:
        """Latents to each side that an output depends on."""
        return 3 * self.config.wide_blocks + -(-3 * self.config.narrow_blocks // STACK)

    def linear(self, latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What the inverse of the analysis alone gives: log-magnitude [B, F, K], image [B, F, 2 bands]."""
        z = self.config.spectral
        log_mid = latents[..., :z] @ self.spectral_inverse + self.spectral_mean
        image = latents[..., z:] @ self.stereo_inverse + self.stereo_mean
        batch, length = latents.shape[0], latents.shape[1]
        image = image[:, :, None].expand(-1, -1, STACK, -1).reshape(batch, length * STACK, 2 * BANDS)
        return log_mid.reshape(batch, length * STACK, BINS), image

    def banded(self, latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-magnitude [B, F, K] and image [B, F, 2 bands] (pan, width)."""
        log_mid, image = self.linear(latents)
        hidden = self.widen(self.wide(self.enter(latents)))
        hidden = hidden.reshape(latents.shape[0], -1, self.config.narrow)
        hidden = self.norm(self.narrow(hidden))
        return log_mid + self.spectral(hidden).float(), image + self.image(hidden).float()

    def forward(self, latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        log_mid, image = self.banded(latents)
        pan = image[..., :BANDS].clamp(-1.0, 1.0) @ self.spread
        width = image[..., BANDS:].clamp(0.0, 1.0) @ self.spread
        return log_mid.clamp(np.log(LOG_FLOOR), 2.0), pan, width


GAIN_FROM, GAIN_LEAST = 8, 0.35
"""From this component on a learned codec's channels shrink with the root of their deviation, down to the least."""


def principal(rows: torch.Tensor, weights: torch.Tensor, count: int, shrink: bool = False):
    """Weighted PCA of `rows` [N, d] -> mean [d], analysis [d, count], inverse [count, d], deviations wanted [count]."""
    mean = rows.mean(0)
    scaled = (rows - mean) * weights
    if scaled.shape[1] <= 512:
        _, _, vectors = torch.linalg.svd(scaled, full_matrices=False)
        vectors = vectors[:count].T
    else:
        _, _, vectors = torch.svd_lowrank(scaled, count + 16, niter=4)
        vectors = vectors[:, :count]
    deviation = (scaled @ vectors).std(0).clamp(min=1e-4)
    gain = torch.ones(count, device=rows.device)
    if shrink:
        gain = (deviation / deviation[min(GAIN_FROM, count - 1)]).sqrt().clamp(GAIN_LEAST, 1.0)
    basis = weights[:, None] * vectors / deviation * gain
    inverse = (deviation[:, None] * vectors.T) / weights / gain[:, None]
    return mean, basis.contiguous(), inverse.contiguous(), gain


def fit_linear(encoder: CodecEncoder, decoder: CodecDecoder, magnitude_batches) -> None:
    """Sets both analyses from batches of magnitudes [B, 3, F, K]."""
    spectral, image = [], []
    for magnitude in magnitude_batches:
        a, b = encoder.stacked(magnitude)
        spectral.append(a.reshape(-1, a.shape[-1]))
        image.append(b.reshape(-1, b.shape[-1]))
    weights = torch.from_numpy(np.tile(audibility_weights(), STACK)).to(encoder.gain.device)
    mean, basis, inverse, gain = principal(
        torch.cat(spectral), weights, encoder.config.spectral, encoder.config.learned
    )
    encoder.gain.copy_(gain)
    encoder.spectral_mean.copy_(mean)
    encoder.spectral_basis.copy_(basis)
    decoder.spectral_mean.copy_(mean)
    decoder.spectral_inverse.copy_(inverse)
    mean, basis, inverse, _ = principal(
        torch.cat(image), torch.ones(2 * BANDS, device=weights.device), encoder.config.stereo
    )
    encoder.stereo_mean.copy_(mean)
    encoder.stereo_basis.copy_(basis)
    decoder.stereo_mean.copy_(mean)
    decoder.stereo_inverse.copy_(inverse)


def save_codec(path, encoder: CodecEncoder, decoder: CodecDecoder, **extra) -> None:
    """Writes weights and config, whole or not at all."""
    state = {
        "config": asdict(encoder.config),
        "encoder": encoder.state_dict(),
        "decoder": decoder.state_dict(),
    }
    save_whole(path, state | extra)


def load_codec(path) -> tuple[CodecEncoder, CodecDecoder, dict]:
    """Rebuilds encoder and decoder from `save_codec`'s file; the third item is the whole checkpoint."""
    state = torch.load(path, weights_only=False)
    config = CodecConfig(**state["config"])
    encoder, decoder = CodecEncoder(config), CodecDecoder(config)
    encoder.load_state_dict(state["encoder"])
    decoder.load_state_dict(state["decoder"])
    return encoder.eval(), decoder.eval(), state

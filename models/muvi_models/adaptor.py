"""Stage 2 of the pack, `adaptor`: patch features -> conditioning, attention map and musical curves.

Motion and a narrow, dropped-out view of the frozen image features meet per patch; a small network over time
and neighbouring patches finds what carries the rhythm; a softmax over patches pools it; dilated convolutions
over time see `halo` frames to each side. Everything is normalised per frame, never over time, and padded with
zeros, so a long video in chunks that overlap by the halo gives the numbers of the whole.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from muvi_models.contract import CURVES
from muvi_models.motion import MOTION_WIDTH
from muvi_models.pooling import PatchPool
from muvi_models.whole import save_whole

ADAPTOR_HALO = 64  # the pack's `adaptor_halo`; Adaptor.halo may not exceed it


@dataclass(frozen=True)
class AdaptorConfig:
    """Sizes of the adaptor; saved in every checkpoint."""

    grid: tuple[int, int] = (7, 7)
    appearance_width: int = 320
    motion_width: int = MOTION_WIDTH
    bottleneck: int = 12  # appearance channels left: few photographs, so it must not learn them by heart
    appearance_dropout: float = 0.3
    patch_width: int = 40
    patch_dilations: tuple[int, ...] = (1, 3)
    pooling: str = "softmax"
    heads: int = 4
    width: int = 96
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 24)
    dropout: float = 0.1
    conditioning_width: int = 64

    @property
    def feature_width(self) -> int:
        """Cv."""
        return self.appearance_width + self.motion_width

    @property
    def patches(self) -> int:
        """P."""
        return self.grid[0] * self.grid[1]

    @staticmethod
    def toy() -> AdaptorConfig:
        """For EncoderConfig.toy()."""
        return AdaptorConfig(
            grid=(2, 2),
            appearance_width=6,
            bottleneck=4,
            patch_width=8,
            heads=2,
            width=12,
            dilations=(1, 2),
            conditioning_width=8,
        )

    @staticmethod
    def from_dict(values: dict) -> AdaptorConfig:
        """From a checkpoint, where tuples may have become lists."""
        return AdaptorConfig(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


class PatchMixer(nn.Module):
    """Residual layer on [B, T, P, W]: three frames `dilation` apart and the mean of the patches around."""

    def __init__(self, width: int, dilation: int, grid: tuple[int, int]):
        super().__init__()
        self.dilation = dilation
        self.norm = nn.LayerNorm(width)
        self.mix = nn.Linear(4 * width, width)
        self.out = nn.Linear(width, width)
        self.register_buffer("around", neighbour_means(grid), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, P, W] -> the same."""
        y = self.norm(x)
        edge = torch.zeros_like(y[:, :1]).expand(-1, self.dilation, -1, -1)
        padded = torch.cat([edge, y, edge], dim=1)
        before, after = padded[:, : -2 * self.dilation], padded[:, 2 * self.dilation :]
        mixed = self.mix(torch.cat([before, y, after, torch.matmul(self.around, y)], dim=-1))
        return x + self.out(nn.functional.gelu(mixed))


class TimeBlock(nn.Module):
    """Residual dilated convolution on [B, T, W], kernel 3."""

    def __init__(self, width: int, dilation: int, dropout: float):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.conv = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.out = nn.Linear(width, width)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, W] -> the same."""
        y = self.conv(self.norm(x).transpose(1, 2)).transpose(1, 2)
        return x + self.drop(self.out(nn.functional.gelu(y)))


class Adaptor(nn.Module):
    """`features` [B, T, P, Cv] -> `conditioning` [B, T, D], `attention` [B, T, P], `curves` [B, T, 4]."""

    def __init__(self, config: AdaptorConfig | None = None):
        super().__init__()
        self.config = config = config or AdaptorConfig()
        self.bottleneck = nn.Linear(config.appearance_width, config.bottleneck)
        patch_in = config.bottleneck + 2 * config.motion_width
        self.patch_in = nn.Linear(patch_in, config.patch_width)
        self.patch_mixers = nn.ModuleList(
            PatchMixer(config.patch_width, d, config.grid) for d in config.patch_dilations
        )
        self.pool = PatchPool(config.pooling, config.patch_width, config.heads)
        # The whole frame has its own way in, so that the map may be sharp without losing the mood.
        frame_width = config.bottleneck + 2 * config.motion_width
        self.time_in = nn.Linear(config.patch_width + frame_width, config.width)
        self.time_blocks = nn.ModuleList(TimeBlock(config.width, d, config.dropout) for d in config.dilations)
        self.norm = nn.LayerNorm(config.width)
        self.to_conditioning = nn.Linear(config.width, config.conditioning_width)
        # No scale of its own: the generator gets unit variance over the channels of every frame.
        self.conditioning_norm = nn.LayerNorm(config.conditioning_width, elementwise_affine=False)
        self.to_curves = nn.Linear(config.width, len(CURVES))
        if self.halo > ADAPTOR_HALO:
            raise ValueError(f"receptive field {self.halo} exceeds the pack's {ADAPTOR_HALO} frames a side")

    @property
    def halo(self) -> int:
        """Frames to each side that an output depends on."""
        return sum(self.config.patch_dilations) + sum(self.config.dilations)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See the class; the pack runs it with B = 1."""
        conditioning, attention, logits = self.forward_logits(features)
        return conditioning, attention, torch.sigmoid(logits)

    def forward_logits(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """As forward, with the curves before their sigmoid (training)."""
        appearance, motion = features.split([self.config.appearance_width, self.config.motion_width], dim=-1)
        if self.training and self.config.appearance_dropout:
            # Whole channels of a window: the few photographs must not be known by single channels.
            keep = (
                torch.rand(appearance.shape[0], 1, 1, appearance.shape[-1], device=appearance.device)
                >= self.config.appearance_dropout
            )
            appearance = appearance * (keep / (1 - self.config.appearance_dropout))
        appearance = self.bottleneck(appearance)
        frame = motion.mean(2, keepdim=True)
        motion_peak = motion.amax(2)
        # What moves against the rest of the frame stands out from a moving camera.
        x = self.patch_in(torch.cat([appearance, motion, motion - frame], dim=-1))
        for mixer in self.patch_mixers:
            x = mixer(x)
        pooled, attention = self.pool(x)
        y = self.time_in(torch.cat([pooled, appearance.mean(2), frame[:, :, 0], motion_peak], dim=-1))
        for block in self.time_blocks:
            y = block(y)
        y = self.norm(y)
        return self.conditioning_norm(self.to_conditioning(y)), attention, self.to_curves(y)

    @torch.no_grad()
    def conditioning_for(self, features: Tensor, chunk: int = 1024) -> Tensor:
        """features [T, P, Cv] of any float type -> conditioning float32 [T, D], in overlapping chunks."""
        return self.run_chunked(features, chunk)[0]

    @torch.no_grad()
    def run_chunked(self, features: Tensor, chunk: int = 1024) -> tuple[Tensor, Tensor, Tensor]:
        """features [T, P, Cv] -> conditioning [T, D], attention [T, P], curves [T, 4], as the app runs it."""
        self.eval()
        parts = []
        for start in range(0, len(features), chunk):
            first = max(0, start - ADAPTOR_HALO)
            piece = features[first : start + chunk + ADAPTOR_HALO].float()[None]
            keep = slice(start - first, start - first + min(chunk, len(features) - start))
            parts.append([out[0, keep] for out in self(piece)])
        conditioning, attention, curves = (torch.cat(p) for p in zip(*parts, strict=True))
        return conditioning, attention, curves

    def example_inputs(self, frames: int = 5, seed: int = 0) -> tuple[Tensor]:
        """Arguments for the exporter: features [1, T, P, Cv]."""
        generator = torch.Generator().manual_seed(seed)
        shape = (1, frames, self.config.patches, self.config.feature_width)
        return (torch.randn(shape, generator=generator) * 0.5,)


def neighbour_means(grid: tuple[int, int]) -> Tensor:
    """[P, P]: row p averages the patches of the 3 x 3 around p that lie inside the grid."""
    rows, columns = grid
    row, column = torch.arange(rows).repeat_interleave(columns), torch.arange(columns).repeat(rows)
    near = ((row[:, None] - row).abs() <= 1) & ((column[:, None] - column).abs() <= 1)
    return near.float() / near.sum(1, keepdim=True)


def save_adaptor(path: Path | str, adaptor: Adaptor, **extra: object) -> None:
    """Write config, weights and whatever else the trainer keeps; whole or not at all."""
    save_whole(path, {"config": asdict(adaptor.config), "model": adaptor.state_dict(), **extra})


def load_adaptor(path: Path | str) -> Adaptor:
    """Rebuild the adaptor of a checkpoint, ready for inference."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    adaptor = Adaptor(AdaptorConfig.from_dict(saved["config"]))
    adaptor.load_state_dict(saved["model"])
    return adaptor.eval()

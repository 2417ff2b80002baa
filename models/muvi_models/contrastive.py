"""Contrastive music-visual pre-training: the music side, the similarity and the losses.

Similarity is the mean over frames of the cosine between the adaptor's and the music's projections, so that a
window of the right music at the wrong moment, or with a part replaced, is told apart (MuVi, arXiv 2410.12957).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from muvi_models.adaptor import Adaptor, TimeBlock
from muvi_models.music_features import FEATURE_WIDTH
from muvi_models.pooling import effective_patches
from muvi_models.video_data import Batch

COVERED = 0.08  # part of a patch from which it counts as one of an object
HIDDEN = 0.02
WASTED = 3.0  # weight of attention on a distractor: at 1 a sharp map kept 2.5 times its share there


class MusicEncoder(nn.Module):
    """Music features [B, T, 48] -> unit vectors [B, T, E]; and the same for conditioning [B, T, D]."""

    def __init__(self, conditioning_width: int = 64, width: int = 96, embedding: int = 64):
        super().__init__()
        self.enter = nn.Linear(FEATURE_WIDTH, width)
        self.blocks = nn.ModuleList(TimeBlock(width, d, 0.1) for d in (1, 2, 4, 8))
        self.leave = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, embedding))
        self.from_video = nn.Linear(conditioning_width, embedding)
        self.log_scale = nn.Parameter(torch.tensor(math.log(10.0)))

    def forward(self, music: Tensor) -> Tensor:
        """[B, T, 48] -> [B, T, E]."""
        x = self.enter(music)
        for block in self.blocks:
            x = block(x)
        return F.normalize(self.leave(x), dim=-1)

    def video(self, conditioning: Tensor) -> Tensor:
        """[B, T, D] -> [B, T, E]."""
        return F.normalize(self.from_video(conditioning), dim=-1)

    def scale(self) -> Tensor:
        """Inverse temperature, learned, at most 100."""
        return self.log_scale.exp().clamp(max=100.0)


def info_nce(music_side: MusicEncoder, conditioning: Tensor, batch: Batch) -> Tensor:
    """Each video against its music, that of the others and its own hard negatives; each music against the videos."""
    video, true = music_side.video(conditioning), music_side(batch.music)
    count, hard = batch.negatives.shape[:2]
    negatives = music_side(batch.negatives.flatten(0, 1)).unflatten(0, (count, hard))
    frames = video.shape[1]
    scale = music_side.scale()
    pairs = torch.einsum("ite,jte->ij", video, true) / frames * scale
    own = torch.einsum("ite,inte->in", video, negatives) / frames * scale
    target = torch.arange(count)
    return 0.5 * (F.cross_entropy(torch.cat([pairs, own], 1), target) + F.cross_entropy(pairs.T, target))


@dataclass(frozen=True)
class LossWeights:
    """`entropy` is reached at the end of training; before, it grows with the square of the progress."""

    contrastive: float = 0.5
    hit: float = 4.0
    intensity: float = 8.0
    mood: float = 2.0
    place: float = 0.4
    entropy: float = 0.1


def losses(
    adaptor: Adaptor, music_side: MusicEncoder, batch: Batch, weights: LossWeights, progress: float
) -> tuple[Tensor, dict[str, float]]:
    """Total loss and its parts; `progress` 0..1 of the training."""
    conditioning, attention, logits = adaptor.forward_logits(batch.features)
    conditioning, attention, logits = conditioning.float(), attention.float(), logits.float()
    curves = torch.sigmoid(logits)
    seen = conditioning.new_tensor(0.0)
    parts = {
        "contrastive": info_nce(music_side, conditioning, batch) if weights.contrastive else seen,
        "hit": F.binary_cross_entropy_with_logits(logits[..., 0], batch.hit),
        "intensity": F.mse_loss(curves[..., 1], batch.intensity),
        "mood": F.mse_loss(curves[..., 2:], batch.mood[:, None].expand_as(curves[..., 2:])),
        "place": place_loss(attention, batch.object, batch.distractor),
        "entropy": torch.log(effective_patches(attention)).mean(),
    }
    grown = {"entropy": weights.entropy * progress**2}
    total = sum(grown.get(k, getattr(weights, k)) * v for k, v in parts.items())
    return total, {k: float(v.detach()) for k, v in parts.items()}


def place_loss(attention: Tensor, object_cover: Tensor, distractor_cover: Tensor) -> Tensor:
    """-log of the attention on the rhythm's object where one is seen, plus the attention on distractors alone."""
    on_object = (object_cover > COVERED).float()
    seen = (on_object.sum(-1) > 0).float()
    mass = (attention * on_object).sum(-1)
    only_distractor = ((distractor_cover > COVERED) & (object_cover < HIDDEN)).float()
    wasted = (attention * only_distractor).sum(-1)
    found = -(torch.log(mass.clamp_min(1e-4)) * seen).sum() / seen.sum().clamp_min(1.0)
    return found + WASTED * wasted.mean()

"""Contrastive music-visual pre-training: the music side, the similarity and the losses.

Similarity is the mean over frames of the cosine between the adaptor's and the music's projections, so that a
window of the right music at the wrong moment, or with a part replaced, is told apart (MuVi, arXiv 2410.12957).
The frames count by a weight that the picture alone decides: a still frame says little about its music. Beside the
windows, single frames are contrasted too: with the other music that a hard negative has at the same moment, and
with the other moments of the same window.
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
WASTED = 8.0  # weight of attention on a distractor: at 3 a sharp map kept 2.0 times its share there
NEAR = 2  # frames: so near in time, music is neither right nor wrong
SAME = 1e-3  # features nearer than this are the same music


class MusicEncoder(nn.Module):
    """Music features [B, T, 48] -> unit vectors [B, T, E]; and the same for conditioning [B, T, D]."""

    def __init__(self, conditioning_width: int = 64, width: int = 96, embedding: int = 64):
        super().__init__()
        self.enter = nn.Linear(FEATURE_WIDTH, width)
        self.blocks = nn.ModuleList(TimeBlock(width, d, 0.1) for d in (1, 2, 4, 8))
        self.leave = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, embedding))
        self.from_video = nn.Linear(conditioning_width, embedding)
        self.telling = nn.Linear(conditioning_width, 1)
        nn.init.zeros_(self.telling.weight)
        nn.init.zeros_(self.telling.bias)
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

    def weight(self, conditioning: Tensor) -> Tensor:
        """How much each frame tells of its music [B, T], mean 1 over the window."""
        raw = F.softplus(self.telling(conditioning)[..., 0]) + 0.05
        return raw / raw.mean(1, keepdim=True)

    def similarity(self, conditioning: Tensor, music: Tensor) -> Tensor:
        """Of one video [1, T, D] to each of N pieces of music [N, T, 48] -> [N], -1..1."""
        told = self.video(conditioning) * self.weight(conditioning)[..., None]
        return torch.einsum("ite,nte->n", told, self(music)) / conditioning.shape[1]

    def scale(self) -> Tensor:
        """Inverse temperature, learned, at most 100."""
        return self.log_scale.exp().clamp(max=100.0)


class MusicStage(nn.Module):
    """Stage `music_encoder` of a pack: what SIM is made of, frame by frame.

    `conditioning` [1, T, D], `features` [1, T, 48] -> `picture` and `music` [1, T, E], unit vectors, and `weight`
    [1, T], above 0. SIM is the mean of their products, weighted.
    """

    def __init__(self, music_side: MusicEncoder):
        super().__init__()
        self.side = music_side

    def forward(self, conditioning: Tensor, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See the class."""
        side = self.side
        weight = F.softplus(side.telling(conditioning)[..., 0]) + 0.05
        return side.video(conditioning), side(features), weight


def info_nce(music_side: MusicEncoder, conditioning: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Window loss and frame loss.

    Windows: each video against its music, that of the others and its own hard negatives; each music against the
    videos. Frames: each video frame against its moment of the music, of its hard negatives where they differ, and
    against the other moments of its window.
    """
    video, true = music_side.video(conditioning), music_side(batch.music)
    count, hard = batch.negatives.shape[:2]
    frames, scale = video.shape[1], music_side.scale()
    told = video * music_side.weight(conditioning)[..., None]
    pairs = torch.einsum("ite,jte->ij", told, true) / frames * scale
    target = torch.arange(count, device=video.device)
    rows, candidates = pairs, [torch.einsum("ite,ite->it", video, true)[..., None]]
    if hard:
        negatives = music_side(batch.negatives.flatten(0, 1)).unflatten(0, (count, hard))
        own = torch.einsum("ite,inte->in", told, negatives) / frames * scale
        rows = torch.cat([pairs, own], 1)
        differs = ((batch.negatives - batch.music[:, None]).abs().amax(-1) > SAME).transpose(1, 2)
        at_frame = torch.einsum("ite,inte->itn", video, negatives)
        candidates.append(at_frame.masked_fill(~differs, -9.0))
    moments = torch.arange(frames, device=video.device)
    far = (moments[:, None] - moments).abs() > NEAR
    candidates.append(torch.einsum("ite,ise->its", video, true).masked_fill(~far, -9.0))
    logits = torch.cat(candidates, -1) * scale
    windows = 0.5 * (F.cross_entropy(rows, target) + F.cross_entropy(pairs.T, target))
    return windows, -(logits.log_softmax(-1)[..., 0]).mean()


@dataclass(frozen=True)
class LossWeights:
    """`entropy` is reached at the end of training; before, it grows with the square of the progress."""

    contrastive: float = 0.6
    frames: float = 0.2
    hit: float = 4.0
    intensity: float = 8.0
    course: float = 6.0  # of the intensity about its mean in the window
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
    # Without contrastive training the music side still learns to read what the adaptor gives, for comparison.
    told = conditioning if weights.contrastive else conditioning.detach()
    windows, frames = info_nce(music_side, told, batch)
    course, wanted = (x - x.mean(1, keepdim=True) for x in (curves[..., 1], batch.intensity))
    parts = {
        "contrastive": windows,
        "frames": frames,
        "course": F.mse_loss(course, wanted),
        "hit": F.binary_cross_entropy_with_logits(logits[..., 0], batch.hit),
        "intensity": F.mse_loss(curves[..., 1], batch.intensity),
        "mood": F.mse_loss(curves[..., 2:], batch.mood[:, None].expand_as(curves[..., 2:])),
        "place": place_loss(attention, batch.object, batch.distractor),
        "entropy": torch.log(effective_patches(attention)).mean(),
    }
    grown = {"entropy": weights.entropy * progress**2}
    if not weights.contrastive:
        grown |= {"contrastive": 1.0, "frames": weights.frames}
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

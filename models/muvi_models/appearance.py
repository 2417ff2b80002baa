"""Principal components of the appearance channels: what makes training on a CPU fast, and is gone afterwards.

Most of a step went into reading 320 channels that a bottleneck of 12 takes in at once. Training sees their first
few principal components instead; `widen` folds the projection into the bottleneck, so that the trained adaptor
takes the encoder's own features.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from muvi_models.adaptor import Adaptor
from muvi_models.motion import MOTION_WIDTH
from muvi_models.video_data import Clip

SAMPLED_PATCHES = 60_000


class Projection:
    """Appearance [..., C] -> (x - mean) @ basis [..., K], each component of unit variance over the clips."""

    def __init__(self, mean: torch.Tensor, basis: torch.Tensor):
        self.mean, self.basis = mean, basis

    @staticmethod
    def fit(clips: list[Clip], width: int, seed: int = 0) -> Projection:
        """From patches drawn at random out of all clips."""
        rng = np.random.default_rng(seed)
        each = max(1, SAMPLED_PATCHES // len(clips))
        rows = []
        for clip in clips:
            flat = clip.features[..., :-MOTION_WIDTH].reshape(-1, clip.features.shape[-1] - MOTION_WIDTH)
            rows.append(flat[rng.integers(len(flat), size=each)].astype(np.float32))
        x = torch.from_numpy(np.concatenate(rows))
        mean = x.mean(0)
        variance, vectors = torch.linalg.eigh((x - mean).T @ (x - mean) / len(x))
        top = torch.argsort(variance, descending=True)[:width]
        return Projection(mean, vectors[:, top] / torch.sqrt(variance[top] + 1e-6))

    def apply(self, clip: Clip) -> Clip:
        """The clip with features fp16 [T, P, K + 14]."""
        appearance = torch.from_numpy(clip.features[..., :-MOTION_WIDTH]).float()
        small = ((appearance - self.mean) @ self.basis).numpy().astype(np.float16)
        return replace(clip, features=np.concatenate([small, clip.features[..., -MOTION_WIDTH:]], axis=-1))

    @torch.no_grad()
    def widen(self, adaptor: Adaptor) -> Adaptor:
        """The same function on the features before the projection."""
        wide = Adaptor(replace(adaptor.config, appearance_width=len(self.mean)))
        state = {k: v.clone() for k, v in adaptor.state_dict().items()}
        weight = state["bottleneck.weight"] @ self.basis.T
        state["bottleneck.bias"] -= weight @ self.mean
        state["bottleneck.weight"] = weight
        wide.load_state_dict(state)
        return wide.eval()

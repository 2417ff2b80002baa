"""Pooling over patches: [B, T, P, W] to [B, T, W] and the attention map [B, T, P] that the window shows.

Kinds as in MuVi's ablation (arXiv 2410.12957): softmax (default), sigmoid, average, attention, cls.
Several heads may look at different places; the map is their mean, so it always sums to 1 over the patches.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

POOLINGS = ("softmax", "sigmoid", "average", "attention", "cls")
SIGMOID_EPS = 1e-4  # keeps the normalised weights finite where every gate is shut


class PatchPool(nn.Module):
    """Weighted mean over patches, one set of weights a head; each head pools its own slice of the width."""

    def __init__(self, kind: str, width: int, heads: int):
        super().__init__()
        if kind not in POOLINGS:
            raise ValueError(f"unknown pooling {kind!r}: one of {', '.join(POOLINGS)}")
        if width % heads:
            raise ValueError(f"width {width} is no multiple of {heads} heads")
        self.kind, self.heads, self.head_width = kind, heads, width // heads
        self.value = nn.Linear(width, width)
        if kind in ("softmax", "sigmoid"):
            self.score = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, heads))
        elif kind in ("attention", "cls"):
            self.key = nn.Linear(width, width)
            self.query = nn.Parameter(torch.randn(width) / math.sqrt(self.head_width))
        if kind == "cls":
            self.token = nn.Parameter(torch.zeros(width))
        # exp(log_sharpness) multiplies the scores: the learned inverse temperature, one a head.
        start = torch.full((heads,), math.log(2.0))
        self.log_sharpness = nn.Parameter(start, requires_grad=kind != "average")

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, T, P, W] -> pooled [B, T, W], attention [B, T, P]."""
        batch, frames, patches = x.shape[0], x.shape[1], x.shape[2]
        value = self.value(x).unflatten(-1, (self.heads, self.head_width))
        if self.kind == "average":
            weights = torch.full_like(value[..., 0], 1.0 / patches)
            return (value * weights[..., None]).sum(2).flatten(2), weights.mean(-1)

        sharpness = self.log_sharpness.exp()
        if self.kind == "cls":
            return self._cls(x, value, sharpness)
        if self.kind == "attention":
            key = self.key(x).unflatten(-1, (self.heads, self.head_width))
            query = self.query.view(self.heads, self.head_width)
            score = (key * query).sum(-1) / math.sqrt(self.head_width)
        else:
            score = self.score(x)
        if self.kind == "sigmoid":
            gate = torch.sigmoid(score * sharpness) + SIGMOID_EPS
            weights = gate / gate.sum(2, keepdim=True)
        else:
            weights = torch.softmax(score * sharpness, dim=2)
        pooled = (value * weights[..., None]).sum(2)
        return pooled.reshape(batch, frames, self.heads * self.head_width), weights.mean(-1)

    def _cls(self, x: Tensor, value: Tensor, sharpness: Tensor) -> tuple[Tensor, Tensor]:
        """A learned token attends to the patches and to itself; the map is its attention to the patches."""
        token = self.token.expand(x.shape[0], x.shape[1], 1, x.shape[3])
        key = self.key(torch.cat([x, token], dim=2)).unflatten(-1, (self.heads, self.head_width))
        value = torch.cat([value, self.value(token).unflatten(-1, (self.heads, self.head_width))], dim=2)
        query = (self.query + self.token).view(self.heads, self.head_width)
        score = (key * query).sum(-1) / math.sqrt(self.head_width)
        weights = torch.softmax(score * sharpness, dim=2)
        patches = weights[:, :, :-1]
        attention = (patches / patches.sum(2, keepdim=True)).mean(-1)
        return (value * weights[..., None]).sum(2).flatten(2), attention


def effective_patches(attention: Tensor) -> Tensor:
    """exp(entropy): how many patches the map [..., P] is spread over, 1..P -> [...]."""
    return torch.exp(-(attention * torch.log(attention.clamp_min(1e-8))).sum(-1))

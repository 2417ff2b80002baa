"""Fixed motion channels per patch: what changed between two frames, where, how much and which way.

No parameters: rhythm lives in motion, which an image network does not see. Everything is computed from
frames averaged down to `cells` x `cells` cells per patch (8: 56 x 56 for a 7 x 7 grid), and brought to about
unit range. Thresholds are ramps, so that rounding differs between runtimes by no more than rounding.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MOTION_CHANNELS = (
    "luminance",  # mean Y, -1..1
    "blue",  # mean B - Y, x 4
    "red",  # mean R - Y, x 4
    "saturation",  # mean of max - min of RGB, x 2
    "contrast",  # deviation of Y inside the patch, x 4
    "change",  # mean |dY|, compressed
    "change_signed",  # mean dY, compressed, keeps its sign
    "change_peak",  # largest |dY| of a cell, compressed
    "change_colour",  # mean |d(B - Y)| + |d(R - Y)|, compressed
    "change_area",  # part of the cells that changed visibly, 0..1
    "flow_x",  # normal flow to the right, cells per frame, -3..3
    "flow_y",  # normal flow downwards
    "change_frame",  # mean |dY| over the whole frame, the same for every patch
    "change_frame_signed",  # mean dY over the whole frame
)
MOTION_WIDTH = len(MOTION_CHANNELS)

COMPRESSION = 32.0  # log1p(32 x): 0.01 of full scale -> 0.28, 0.1 -> 1.4, 0.5 -> 2.8
CHANGE_FROM, CHANGE_SPAN = 0.03, 0.04  # a cell counts as changed from 3 % (noise) to 7 % of full scale
FLOW_EPS = 2e-4  # gradient energy below which a cell says nothing about direction
FLOW_LIMIT = 3.0


class MotionChannels(nn.Module):
    """Pixels 0..255 float [T+1, 3, S, S] -> [T, P, 14], patches row by row."""

    def __init__(self, frame_size: int, grid: tuple[int, int], cells: int = 8):
        super().__init__()
        rows, columns = grid
        if frame_size % (rows * cells) or frame_size % (columns * cells):
            raise ValueError(f"frame_size {frame_size} is no multiple of grid {grid} x {cells} cells")
        self.pool = (frame_size // (rows * cells), frame_size // (columns * cells))
        self.cells = cells

    def forward(self, pixels: Tensor) -> Tensor:
        """Frame 0 is only the predecessor of frame 1."""
        small = F.avg_pool2d(pixels / 255.0, self.pool)
        red, green, blue = small[:, 0:1], small[:, 1:2], small[:, 2:3]
        luma = 0.299 * red + 0.587 * green + 0.114 * blue
        colour = torch.cat([blue - luma, red - luma], dim=1)
        saturation = small.amax(1, keepdim=True) - small.amin(1, keepdim=True)

        now = luma[1:]
        step = now - luma[:-1]
        size = step.abs()
        colour_step = (colour[1:] - colour[:-1]).abs().sum(1, keepdim=True)
        mean = self._mean(now)
        spread = torch.sqrt((self._mean(now * now) - mean * mean).clamp_min(0.0) + 1e-6)
        area = ((size - CHANGE_FROM) / CHANGE_SPAN).clamp(0.0, 1.0)
        flow_x, flow_y = self._flow(now, step)
        frame_size = size.mean((2, 3), keepdim=True)
        frame_step = step.mean((2, 3), keepdim=True)

        channels = [
            mean * 2.0 - 1.0,
            self._mean(colour[1:]) * 4.0,
            self._mean(saturation[1:]) * 2.0,
            spread * 4.0,
            _compress(self._mean(size)),
            _compress(self._mean(step)),
            _compress(F.max_pool2d(size, self.cells)) * 0.5,
            _compress(self._mean(colour_step)),
            self._mean(area),
            flow_x,
            flow_y,
            _compress(frame_size).expand_as(mean),
            _compress(frame_step).expand_as(mean),
        ]
        return torch.cat(channels, dim=1).flatten(2).transpose(1, 2)

    def _mean(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, self.cells)

    def _flow(self, now: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
        """Least-squares normal flow of each patch: -sum(It I) / sum(I^2), in cells per frame."""
        edge = F.pad(now, (1, 1, 1, 1), mode="replicate")
        along_x = (edge[:, :, 1:-1, 2:] - edge[:, :, 1:-1, :-2]) * 0.5
        along_y = (edge[:, :, 2:, 1:-1] - edge[:, :, :-2, 1:-1]) * 0.5
        energy = self._mean(along_x * along_x + along_y * along_y) + FLOW_EPS
        flow_x = self._mean(-step * along_x) / energy
        flow_y = self._mean(-step * along_y) / energy
        return flow_x.clamp(-FLOW_LIMIT, FLOW_LIMIT), flow_y.clamp(-FLOW_LIMIT, FLOW_LIMIT)


def _compress(x: Tensor) -> Tensor:
    return torch.sign(x) * torch.log1p(COMPRESSION * x.abs())

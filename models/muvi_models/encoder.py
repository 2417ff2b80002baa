"""Stage 1 of the pack, `encoder`: frames -> patch features. Frozen; see PACK_FORMAT.md for the contract."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from muvi_models.backbone import LITE0_STRIDE, LITE0_WIDTH, EfficientNetLite0, TinyBackbone, imagenet_weights
from muvi_models.motion import MOTION_WIDTH, MotionChannels


@dataclass(frozen=True)
class EncoderConfig:
    """What the encoder is made of. `pretrained` False leaves random weights (tests)."""

    frame_size: int = 224
    grid: tuple[int, int] = (7, 7)
    backbone: str = "efficientnet_lite0"  # or "tiny"
    appearance_width: int = LITE0_WIDTH
    motion_cells: int = 8
    pretrained: bool = True

    @property
    def patches(self) -> int:
        """P."""
        return self.grid[0] * self.grid[1]

    @property
    def feature_width(self) -> int:
        """Cv: the appearance channels first, then the motion channels."""
        return self.appearance_width + MOTION_WIDTH

    @staticmethod
    def toy() -> EncoderConfig:
        """A few hundred parameters on 32 x 32 pixels and 2 x 2 patches."""
        return EncoderConfig(32, (2, 2), "tiny", 6, 4, pretrained=False)


class Encoder(nn.Module):
    """`frames` uint8 RGB [T+1, S, S, 3] -> `features` float32 [T, P, Cv], patches row by row."""

    def __init__(self, config: EncoderConfig | None = None):
        super().__init__()
        self.config = config = config or EncoderConfig()
        rows, columns = config.grid
        if config.backbone == "tiny":
            patch = (config.frame_size // rows, config.frame_size // columns)
            self.backbone: nn.Module = TinyBackbone(config.appearance_width, patch)
        elif config.backbone == "efficientnet_lite0":
            side = config.frame_size // LITE0_STRIDE
            if (side, side) != tuple(config.grid) or config.appearance_width != LITE0_WIDTH:
                raise ValueError("EfficientNet-Lite0 gives frame_size / 32 patches a side and 320 channels")
            self.backbone = EfficientNetLite0()
            if config.pretrained:
                self.backbone.load_imagenet(imagenet_weights())
        else:
            raise ValueError(f"unknown backbone {config.backbone!r}")
        self.motion = MotionChannels(config.frame_size, config.grid, config.motion_cells)
        self.requires_grad_(False)
        self.eval()

    def forward(self, frames: Tensor) -> Tensor:
        """Frame 0 is the predecessor of frame 1; at the start of a video it is frame 1 again."""
        pixels = frames.permute(0, 3, 1, 2).to(torch.float32)
        appearance = self.backbone(pixels[1:]).flatten(2).transpose(1, 2)
        return torch.cat([appearance, self.motion(pixels)], dim=2)

    def example_inputs(self, frames: int = 3, seed: int = 0) -> tuple[Tensor]:
        """Arguments for the exporter: `frames` pictures of which each is the last one moved by two pixels."""
        size = self.config.frame_size
        generator = torch.Generator().manual_seed(seed)
        small = torch.randint(0, 256, (1, 3, 8, 8), generator=generator).float()
        picture = nn.functional.interpolate(small, (size, size), mode="bilinear")[0]
        picture = picture.to(torch.uint8).permute(1, 2, 0)
        return (torch.stack([picture.roll(2 * i, 1) for i in range(frames + 1)]),)


@torch.no_grad()
def encode_frames(encoder: Encoder, frames: Tensor, batch: int = 16) -> Tensor:
    """A whole clip uint8 [T, S, S, 3] -> features [T, P, Cv], frame 0 being its own predecessor."""
    padded = torch.cat([frames[:1], frames])
    return torch.cat([encoder(padded[i : i + batch + 1]) for i in range(0, len(frames), batch)])

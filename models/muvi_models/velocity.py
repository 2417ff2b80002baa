"""Flow-matching velocity network: a diffusion transformer over latents with in-context infilling.

After DiT (Peebles and Xie 2023, arXiv 2212.09748) with shared adaptive layer norms (PixArt-alpha,
arXiv 2310.00426), rotary positions (arXiv 2104.09864), query/key RMS norms (arXiv 2302.05442), SwiGLU
(arXiv 2002.05202), and the infilling of Voicebox (arXiv 2306.15687), preconditioned as in EDM (arXiv 2206.00364).
Inputs and outputs: PACK_FORMAT.md.
"""

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn

from .contract import GLOBALS, PLAN_CHANNELS
from .whole import save_whole


@dataclass
class VelocityConfig:
    """Widths; `latent` Z, `video` D, `plan` C, `globals` G."""

    latent: int = 64
    video: int = 64
    plan: int = len(PLAN_CHANNELS)
    globals: int = len(GLOBALS)
    width: int = 384
    layers: int = 7
    heads: int = 6
    hidden: int = 1024
    patch: int = 2
    kernel: int = 15
    preconditioned: bool = True
    """As in EDM; packs before 0.2.0 are not."""


def rotary(length: int, head_width: int, device) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines [length, head_width / 2] of the rotary embedding."""
    frequencies = 10000.0 ** (-torch.arange(0, head_width, 2, device=device).float() / head_width)
    angles = torch.arange(length, device=device).float()[:, None] * frequencies
    return angles.cos(), angles.sin()


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Applies the rotary embedding to `x` [B, heads, L, head_width]."""
    a, b = x.chunk(2, -1)
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class RmsNorm(nn.Module):
    """Root-mean-square norm with a learned gain over the last dimension."""

    def __init__(self, width: int):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.float()
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6) * self.gain


class Layer(nn.Module):
    """Attention and SwiGLU, both modulated by shift, scale and gate [B, 6, width]."""

    def __init__(self, config: VelocityConfig):
        super().__init__()
        w = config.width
        self.heads = config.heads
        self.qkv = nn.Linear(w, 3 * w, bias=False)
        self.query_norm = RmsNorm(w // config.heads)
        self.key_norm = RmsNorm(w // config.heads)
        self.out = nn.Linear(w, w, bias=False)
        self.enter = nn.Linear(w, 2 * config.hidden, bias=False)
        self.leave = nn.Linear(config.hidden, w, bias=False)
        self.modulation = nn.Parameter(torch.zeros(6, w))

    def forward(self, x, shared, cos, sin):
        shift_a, scale_a, gate_a, shift_f, scale_f, gate_f = (shared + self.modulation).unsqueeze(2).unbind(1)
        batch, length, w = x.shape
        h = F.layer_norm(x, (w,)) * (1 + scale_a) + shift_a
        q, k, v = self.qkv(h).reshape(batch, length, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        # Turned in the precision of the products: in float32 this took a fifth of a training step on a CPU.
        q = rotate(self.query_norm(q).to(v.dtype), cos, sin)
        k = rotate(self.key_norm(k).to(v.dtype), cos, sin)
        if x.is_cuda:
            h = F.scaled_dot_product_attention(q, k, v)
        else:
            # Written out: at these lengths faster than the fused kernel in training on a CPU.
            weights = torch.softmax((q @ k.transpose(-1, -2)) * (w // self.heads) ** -0.5, -1).to(v.dtype)
            h = weights @ v
        h = h.transpose(1, 2).reshape(batch, length, w)
        x = x + gate_a * self.out(h)
        h = F.layer_norm(x, (w,)) * (1 + scale_f) + shift_f
        a, b = self.enter(h).chunk(2, -1)
        return x + gate_f * self.leave(F.silu(a) * b)


class Velocity(nn.Module):
    """See PACK_FORMAT.md, stage `velocity`. L must be a multiple of `patch`."""

    def __init__(self, config: VelocityConfig):
        super().__init__()
        self.config = config
        w, p = config.width, config.patch
        self.music = nn.Linear(p * (config.latent + 1), w)
        self.control = nn.Sequential(
            nn.Linear(p * (config.video + config.plan), w), nn.SiLU(), nn.Linear(w, w, bias=False)
        )
        self.position = nn.Conv1d(w, w, config.kernel, padding=config.kernel // 2, groups=w)
        self.time = nn.Sequential(nn.Linear(128, w), nn.SiLU(), nn.Linear(w, w))
        self.piece = nn.Linear(config.globals, w)
        self.modulation = nn.Linear(w, 6 * w)
        self.layers = nn.ModuleList([Layer(config) for _ in range(config.layers)])
        self.final_modulation = nn.Linear(w, 2 * w)
        self.leave = nn.Linear(w, p * config.latent)
        self.register_buffer("deviation", torch.ones(config.latent))
        """Standard deviation of each latent channel in the training data [Z]."""
        self.register_buffer("time_scale", 1000.0 * torch.exp(-math.log(10000.0) * torch.arange(64) / 64))
        for module in (self.modulation, self.final_modulation):
            nn.init.zeros_(module.weight)
            nn.init.zeros_(module.bias)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)
        with torch.no_grad():
            self.modulation.bias[2 * w : 3 * w] = 0.2
            self.modulation.bias[5 * w :] = 0.2

    def forward(self, x, context, mask, video, plan, globals, time):
        batch, length = x.shape[0], x.shape[1]
        p, w = self.config.patch, self.config.width
        t, s = time[:, None, None], self.deviation
        skip, scale_in, scale_out = 0.0, 1.0, 1.0
        if self.config.preconditioned:
            # EDM for this path: what the best linear guess from x itself gives is added behind, so that the layers
            # need not carry the noise through; the inputs keep unit variance, the layers' target too.
            power = (1 - t).square() + (t * s).square()
            skip, scale_in = (t * s.square() - (1 - t)) / power, power.rsqrt()
            scale_out = s * scale_in
        seen = x * scale_in * (1.0 - mask) + context * mask
        music = torch.cat([seen, mask], -1).reshape(batch, length // p, -1)
        control = torch.cat([video, plan], -1).reshape(batch, length // p, -1)
        h = self.music(music) + self.control(control)
        h = h + F.silu(self.position(h.transpose(1, 2)).transpose(1, 2))
        angles = time[:, None] * self.time_scale
        c = self.time(torch.cat([angles.cos(), angles.sin()], -1)) + self.piece(globals)
        c = F.silu(c)
        shared = self.modulation(c).reshape(batch, 6, w)
        cos, sin = rotary(length // p, w // self.config.heads, x.device)
        for layer in self.layers:
            h = layer(h, shared, cos, sin)
        shift, scale = self.final_modulation(c)[:, None].chunk(2, -1)
        h = F.layer_norm(h, (w,)) * (1 + scale) + shift
        return x * skip + self.leave(h).reshape(batch, length, self.config.latent) * scale_out


def flow_loss(model: Velocity, batch: dict, time: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Conditional flow matching (Lipman et al., arXiv 2210.02747) on the frames to be generated.

    `batch`: `latents` [B, L, Z] and the network's inputs; x_t = (1 - t) noise + t data, target data - noise.
    """
    data = batch["latents"]
    t = time[:, None, None]
    x = (1 - t) * noise + t * data
    mask = batch["mask"]
    velocity = model(x, batch["context"], mask, batch["video"], batch["plan"], batch["globals"], time).float()
    error = (velocity - (data - noise)).square() * (1 - mask)
    return error.sum() / ((1 - mask).sum() * data.shape[-1]).clamp(min=1.0)


def save_velocity(path, model: Velocity, **extra) -> None:
    """Writes weights and config, whole or not at all."""
    save_whole(path, {"config": asdict(model.config), "model": model.state_dict()} | extra)


def load_velocity(path) -> tuple[Velocity, dict]:
    """Rebuilds the network from `save_velocity`'s file; the second item is the whole checkpoint."""
    state = torch.load(path, weights_only=False)
    model = Velocity(VelocityConfig(**state["config"]))
    model.load_state_dict(state["model"])
    return model.eval(), state

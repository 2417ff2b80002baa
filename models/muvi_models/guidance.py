"""The flow solved with guidance, as the app's solver does: by Euler's steps, rescaled, the style clip for itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .contract import STYLE_FRAMES

RESCALE = 0.7
"""How far guidance is kept from making the music louder, as in the app's solver."""
STYLE_MORE, STYLE_UNTIL = 2.0, 0.5
"""How much more the style clip is followed, per unit of guidance above 1, and until when, as in the app."""
GIVEN = ("context", "video", "plan", "globals", "mask")


def noise_for(row: dict[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """What a row's flow starts from, float32 [style + window, Z]."""
    return rng.standard_normal(row["context"].shape).astype(np.float32)


def generated(
    velocity: Callable[..., np.ndarray], row: dict[str, np.ndarray], noise: np.ndarray, steps: int, guidance: float
) -> np.ndarray:
    """Latents [window, Z] of one row of inputs (`evaluate_generator.window_of`) from `noise` [style + window, Z].

    `velocity` gives the network's output [B, L, Z] for its inputs by name, float32 arrays of B rows.
    """
    x = noise[None]
    empty = {k: np.zeros_like(row[k]) for k in GIVEN} | {"mask": row["style_mask"]}
    unstyled = row | {k: np.pad(row[k][STYLE_FRAMES:], ((STYLE_FRAMES, 0), (0, 0))) for k in ("context", "plan")}
    inputs = {k: np.stack([row[k], empty[k], unstyled[k]]).astype(np.float32) for k in GIVEN}
    clip = row["plan"][:STYLE_FRAMES].any() and guidance > 1
    for i in range(steps):
        t = i / steps
        n = 3 if clip and t < STYLE_UNTIL else 2
        now = {k: v[:n] for k, v in inputs.items()}
        given, free, *rest = velocity(x=np.repeat(x, n, 0), time=np.full(n, t, np.float32), **now)
        guided = free + guidance * (given - free)
        for other in rest:
            guided += STYLE_MORE * (guidance - 1) * (given - other)
        data, wanted = x[0] + (1 - t) * given, x[0] + (1 - t) * guided
        gain = data[STYLE_FRAMES:].std() / max(float(wanted[STYLE_FRAMES:].std()), 1e-6)
        wanted = wanted * (RESCALE * gain + 1 - RESCALE)
        x = x + (wanted - x) / (1 - t) / steps
    return x[0, STYLE_FRAMES:]

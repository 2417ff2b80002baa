"""Sizes and schedules by name: `toy` for tests, `mini` for a CPU and the default pack, `base` for GPUs.

Each part has the fields of its network's config under `network` that differ from the defaults, and options of its
training module under `training`.
"""

from __future__ import annotations

CONFIGS: dict[str, dict[str, dict[str, dict]]] = {
    "toy": {
        "codec": {
            "network": {"spectral": 12, "stereo": 4, "wide": 16, "wide_blocks": 1, "narrow": 16, "narrow_blocks": 1}
            | {"learned": True, "encoder_wide": 16, "encoder_wide_blocks": 1}
            | {"encoder_narrow": 16, "encoder_narrow_blocks": 1},
            "training": {"minutes": 0.05, "batch": 2, "latents": 8, "every": 2},
        },
        "adaptor": {
            "network": {"bottleneck": 4, "patch_width": 8, "heads": 2, "width": 12, "dilations": (1, 2)},
            "training": {"steps": 2, "batch": 2, "frames": 24, "validation-pieces": 1, "components": 6},
        },
        "velocity": {
            "network": {"width": 24, "layers": 2, "heads": 2, "hidden": 24, "kernel": 5},
            "training": {"minutes": 0.05, "batch": 2, "every": 2},
        },
    },
    "mini": {
        "codec": {
            "network": {"spectral": 120, "learned": True},
            "training": {"minutes": 140, "batch": 12, "latents": 24},
        },
        "adaptor": {
            # Patches see 1.3 s to each side: by less, an object that moves with the music is like any other.
            "network": {"patch_dilations": (1, 3, 9), "dilations": (1, 2, 4, 8, 16, 20)},
            "training": {"minutes": 60, "batch": 12, "frames": 72},
        },
        "velocity": {
            "network": {"width": 384, "layers": 7, "heads": 6, "hidden": 768},
            "training": {"minutes": 180, "batch": 8},
        },
    },
    "base": {
        "codec": {
            "network": {"spectral": 120, "learned": True, "wide": 1024, "wide_blocks": 8, "narrow": 512}
            | {"narrow_blocks": 6, "encoder_wide": 768, "encoder_wide_blocks": 6, "encoder_narrow": 384},
            "training": {"minutes": 240, "batch": 64, "latents": 48},
        },
        "adaptor": {
            "network": {"bottleneck": 48, "patch_width": 96, "heads": 8, "width": 256, "conditioning_width": 64},
            "training": {"minutes": 120, "batch": 48, "frames": 149, "components": 64},
        },
        "velocity": {
            "network": {"width": 1024, "layers": 16, "heads": 16, "hidden": 2730},
            "training": {"minutes": 1440, "batch": 48, "rate": 3e-4},
        },
    },
}
"""`base` has never been trained here: its halo of 29 latents and its 330 M parameters are within the pack format."""


def network(name: str, part: str) -> dict:
    """Fields of a part's network config."""
    return CONFIGS[name][part]["network"]


def options(name: str, part: str, **given: object) -> list[str]:
    """Command line of a part's training module; what is given wins."""
    chosen = CONFIGS[name][part]["training"] | {k.replace("_", "-"): v for k, v in given.items() if v is not None}
    return [word for k, v in chosen.items() for word in (f"--{k}", str(v))]

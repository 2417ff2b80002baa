"""Training windows for the velocity network: what is given, what is left out, what must be filled in."""

import numpy as np
import torch

from .contract import PLAN_CHANNELS, STYLE_FRAMES, WINDOW_FRAMES, channel
from .pieces import Piece

DROP_ALL = 0.12
DROP = {"hits": 0.25, "beats": 0.3, "chords": 0.25, "intensity": 0.15, "end": 0.1}
DROP_GLOBALS = 0.3
DROP_STYLE = 0.3
DROP_VIDEO = 0.3
NO_CONTEXT, PREFIX = 0.3, 0.35
"""Probabilities: nothing given, the window's start given; else a random gap is left."""

CHANNELS_OF = {
    "hits": ["hit"],
    "beats": ["downbeat", "beat"],
    "chords": [f"chroma_{i}" for i in range(12)],
    "intensity": ["intensity"],
    "end": ["end"],
}


def given_mask(rng: np.random.Generator, length: int) -> np.ndarray:
    """1 where latents are given, float32 [length]; at least a fifth is left to generate."""
    mask = np.zeros(length, np.float32)
    draw = rng.random()
    if draw < NO_CONTEXT:
        return mask
    if draw < NO_CONTEXT + PREFIX:
        mask[: rng.integers(length // 10, length // 2)] = 1
        return mask
    gap = rng.integers(length // 5, length)
    start = rng.integers(0, length - gap + 1)
    mask[:] = 1
    mask[start : start + gap] = 0
    return mask


class WindowSampler:
    """Draws windows of the pieces; endings and made videos more often than by chance."""

    def __init__(
        self,
        pieces: list[Piece],
        seed: int,
        window: int = WINDOW_FRAMES,
        style: int = STYLE_FRAMES,
        width: int = 64,
    ):
        if not pieces:
            raise SystemExit("no encoded pieces: run muvi_models.pieces first")
        self.pieces, self.window, self.style, self.video_width = pieces, window, style, width
        self.rng = np.random.default_rng(seed)
        self.filmed = [p for p in pieces if p.video]
        length = np.array([len(p.latents) for p in pieces], float)
        self.chance = length / length.sum()

    def start_of(self, piece: Piece) -> int:
        """Where the window starts; one window in six holds the ending, one in twelve the opening."""
        last = len(piece.latents) - self.window
        draw = self.rng.random()
        if draw < 1 / 6:
            return int(np.clip(piece.end - self.rng.integers(40, self.window), 0, last))
        if draw < 1 / 4:
            return 0
        return int(self.rng.integers(0, max(1, min(last, piece.end - self.window // 2))))

    def one(self, filmed: bool) -> dict[str, np.ndarray]:
        """One window as arrays without the batch dimension."""
        rng, s, w = self.rng, self.style, self.window
        video = np.zeros((s + w, self.video_width), np.float32)
        if filmed:
            piece = self.filmed[rng.integers(len(self.filmed))]
            first, conditioning = piece.video[rng.integers(len(piece.video))]
            start = int(np.clip(first + rng.integers(-w // 3, max(1, len(conditioning) - w * 2 // 3)), 0, None))
            start = min(start, len(piece.latents) - w)
        else:
            piece = self.pieces[rng.choice(len(self.pieces), p=self.chance)]
            start = self.start_of(piece)
        latents = piece.latents[start : start + w]
        plan = np.zeros((s + w, len(PLAN_CHANNELS)), np.float32)
        plan[s:] = piece.plan[start : start + w]
        if filmed:
            low, high = max(first, start), min(first + len(conditioning), start + w)
            if high > low:
                video[s + low - start : s + high - start] = conditioning[low - first : high - first]
                plan[s + low - start : s + high - start, channel("video_known")] = 1
        context = np.zeros((s + w, latents.shape[1]), np.float32)
        mask = np.ones((s + w, 1), np.float32)
        mask[s:, 0] = given_mask(rng, w)
        globals_ = piece.globals.copy()
        style_from = self.style_start(piece, start)
        if rng.random() < DROP_ALL:
            mask[s:] = 0
            plan[:], video[:], globals_[:] = 0, 0, 0
        else:
            if rng.random() >= DROP_STYLE:
                context[:s] = piece.latents[style_from : style_from + s]
                plan[:s, channel("style")] = 1
            for name, chance in DROP.items():
                if rng.random() < chance:
                    plan[:, [channel(n) for n in (*CHANNELS_OF[name], f"{name}_known")]] = 0
            if rng.random() < DROP_VIDEO:
                video[:] = 0
                plan[:, channel("video_known")] = 0
            if rng.random() < DROP_GLOBALS:
                globals_[[0, 3]] = 0
            if rng.random() < DROP_GLOBALS:
                globals_[[1, 2, 4]] = 0
            context[s:] = latents * mask[s:]
        data = np.concatenate([context[:s], latents])
        return {
            "latents": data,
            "context": context,
            "mask": mask,
            "video": video,
            "plan": plan,
            "globals": globals_,
        }

    def style_start(self, piece: Piece, start: int) -> int:
        """A style segment of the same piece, outside the window where the piece is long enough."""
        last = max(1, min(piece.end, len(piece.latents)) - self.style)
        for _ in range(8):
            at = int(self.rng.integers(0, last))
            if at + self.style <= start or at >= start + self.window:
                break
        return at

    def batch(self, size: int, filmed: float = 0.0) -> dict[str, torch.Tensor]:
        """`size` windows, each of a filmed piece with probability `filmed`; tensors [B, style + window, ...]."""
        chance = filmed if self.filmed else 0.0
        rows = [self.one(self.rng.random() < chance) for _ in range(size)]
        return {k: torch.from_numpy(np.stack([r[k] for r in rows])) for k in rows[0]}

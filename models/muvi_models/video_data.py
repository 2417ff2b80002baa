"""Clips made by make_video_features, in memory, and the batches that the adaptor is trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from muvi_models.motion import MOTION_CHANNELS

LABELS = ("hits", "hits_all", "pulse", "cuts", "cuts_on_music", "intensity", "mode", "object", "distractor")

PULSE_TARGET = 0.25


@dataclass
class Clip:
    """One rendering. features fp16 [T, P, Cv]; labels per frame; music [T', 48] of the whole piece."""

    name: str
    piece: str
    style: str
    features: np.ndarray
    labels: dict[str, np.ndarray]
    mood: tuple[float, float]  # valence, arousal in 0..1
    music: np.ndarray
    start: int  # frame of the piece's clock at which the clip begins

    def __len__(self) -> int:
        return len(self.features)

    def targets(self) -> np.ndarray:
        """1 where the picture shows something that the music lands on: seen hits and cuts on the music."""
        return ((self.labels["hits"] > 0) | (self.labels["cuts_on_music"] > 0)).astype(np.float32)

    def soft_targets(self) -> np.ndarray:
        """As targets; shown bars and beats count a little: music may land there, but need not."""
        return np.maximum(self.targets(), PULSE_TARGET * (self.labels["pulse"] > 0)).astype(np.float32)


def load_clips(folder: Path | str) -> list[Clip]:
    """All clips of a split, by name."""
    music: dict[str, np.ndarray] = {}
    clips = []
    for path in sorted(Path(folder).glob("*.r*.npz")):
        saved = np.load(path)
        facts = json.loads(str(saved["facts"]))
        piece = facts["piece"]
        if piece not in music:
            music[piece] = np.load(path.parent / f"{piece}.music.npy").astype(np.float32)
        labels = {k: saved[k].astype(np.float32) for k in LABELS}
        mood = (facts["valence"], facts["arousal"])
        clips.append(
            Clip(path.stem, piece, facts["style"], saved["features"], labels, mood, music[piece], facts["start_frame"])
        )
    return clips


@dataclass
class Batch:
    """B windows of T frames: features [B, T, P, Cv], labels, music [B, T, 48] and its negatives [B, N, T, 48]."""

    features: Tensor
    hit: Tensor
    intensity: Tensor
    mood: Tensor
    object: Tensor
    distractor: Tensor
    music: Tensor
    negatives: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        return Batch(*(getattr(self, f.name).to(device) for f in fields(self)))


@dataclass(frozen=True)
class Sampling:
    """How windows and their hard negatives are drawn."""

    batch: int = 12
    frames: int = 72
    shifted: int = 5
    replaced: int = 7
    least_shift: int = 3  # frames
    most_shift: int = 80


def draw_batch(clips: list[Clip], sampling: Sampling, columns: int, rng: np.random.Generator) -> Batch:
    """Windows of different pieces where there are enough; a mirrored half of them doubles the pictures."""
    order = rng.permutation(len(clips))
    chosen, pieces = [], set()
    for i in [*order, *order, *order]:
        if clips[i].piece not in pieces or len(chosen) + len(clips) < sampling.batch:
            chosen.append(clips[i])
            pieces.add(clips[i].piece)
        if len(chosen) == sampling.batch:
            break
    while len(chosen) < sampling.batch:
        chosen.append(clips[int(rng.integers(len(clips)))])
    rows = []
    for clip in chosen:
        begin = int(rng.integers(max(1, len(clip) - sampling.frames + 1)))
        window = slice(begin, begin + sampling.frames)
        features = np.array(_fit(clip.features[window], sampling.frames), dtype=np.float32)
        masks = [_fit(clip.labels[k][window], sampling.frames) for k in ("object", "distractor")]
        if rng.random() < 0.5:
            features, masks = mirror(features, columns), [mirror(m, columns) for m in masks]
        at = clip.start + begin
        music = music_window(clip.music, at, sampling.frames)
        negatives = [shifted(clip.music, at, sampling, rng) for _ in range(sampling.shifted)]
        for _ in range(sampling.replaced):
            other = chosen[int(rng.integers(len(chosen)))]
            negatives.append(replaced(music, other.music, rng))
        rows.append(
            (
                features,
                _fit(clip.soft_targets()[window], sampling.frames),
                _fit(clip.labels["intensity"][window], sampling.frames),
                np.array(clip.mood, np.float32),
                *masks,
                music,
                np.stack(negatives) if negatives else np.zeros((0, *music.shape), np.float32),
            )
        )
    return Batch(*(torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True)))


def music_window(music: np.ndarray, start: int, frames: int) -> np.ndarray:
    """[frames, 48] from `start`; outside the piece its nearest frame."""
    return music[np.clip(np.arange(start, start + frames), 0, len(music) - 1)]


def shifted(music: np.ndarray, start: int, sampling: Sampling, rng: np.random.Generator) -> np.ndarray:
    """The same piece somewhat earlier or later: right style and pulse, wrong moment."""
    distance = int(rng.integers(sampling.least_shift, sampling.most_shift + 1))
    signs = [s for s in (-1, 1) if 0 <= start + s * distance <= max(0, len(music) - sampling.frames)] or [-1, 1]
    return music_window(music, start + distance * int(rng.choice(signs)), sampling.frames)


def replaced(music: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The true window with a quarter to two thirds of it taken from elsewhere."""
    frames = len(music)
    length = max(1, int(frames * rng.uniform(0.25, 0.67)))
    at = int(rng.integers(frames - length + 1))
    source = int(rng.integers(max(1, len(other) - length)))
    out = music.copy()
    out[at : at + length] = music_window(other, source, length)
    return out


def mirror(x: np.ndarray, columns: int) -> np.ndarray:
    """Left and right exchanged: [T, P] or [T, P, Cv], whose flow_x changes sign."""
    shape = x.shape
    x = x.reshape(shape[0], -1, columns, *shape[2:])[:, :, ::-1].reshape(shape).copy()
    if x.ndim == 3:
        x[..., MOTION_CHANNELS.index("flow_x") - len(MOTION_CHANNELS)] *= -1
    return x


def _fit(x: np.ndarray, frames: int) -> np.ndarray:
    """Repeats the last frame of a clip that is shorter than the window."""
    return x if len(x) == frames else x[np.minimum(np.arange(frames), len(x) - 1)]

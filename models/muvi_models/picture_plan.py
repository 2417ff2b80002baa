"""From what the adaptor sees to the generator's inputs: a small stand-in for the app's planner, for evaluation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .contract import GLOBALS, PLAN_CHANNELS, STYLE_FRAMES, WINDOW_FRAMES, channel
from .evaluate_adaptor import peaks
from .motion import COMPRESSION, MOTION_CHANNELS
from .plan import FLAT, LOUD, QUIET, latent_times, pulses
from .sync import TOLERANCE_S
from .video_data import Clip

FRAME_S = 0.1
SMOOTH_FRAMES = 5
"""The picture's intensity is the mean over so many frames to each side."""
FLAT_MOTION = 0.03
"""Movement that changes less than this is flat, as an intensity is that changes less than FLAT."""
HIT_THRESHOLD = 0.4
CUT_STRENGTH = 0.9
BEAT_VALUE, PICKUP_COST = 0.5, 0.25
NEUTRAL_BPM, AROUSAL_OCTAVES, MOOD_OCTAVES, CLIP_OCTAVES = 104.0, 0.45, 0.22, 0.1
SLOWEST, FASTEST, TEMPO_STEP = 66.0, 160.0, 0.5
"""As in the app's `plan::tempo`."""
LOOPS = {
    True: [(0, 4, 7), (7, 11, 2), (9, 0, 4), (5, 9, 0)],
    False: [(0, 3, 7), (8, 0, 3), (3, 7, 10), (10, 2, 5)],
}
"""Chords of a bar each, in C: one loop for a bright mood, one for a dark one."""


def frame_time(frames: np.ndarray) -> np.ndarray:
    """When what frame i shows first has happened: somewhere in the tenth of a second before it, so in its middle."""
    return (np.asarray(frames) - 0.5) * FRAME_S


def found_hits(clip: Clip, curve: np.ndarray, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Times (s) and strengths of cuts and of the adaptor's hits, in the first `frames` frames; a cut hides a hit."""
    cuts = np.flatnonzero(clip.labels["cuts"][:frames] > 0)
    hits = [p for p in peaks(curve[:frames], HIT_THRESHOLD) if not len(cuts) or np.abs(cuts - p).min() > 2]
    at = np.array([*cuts, *hits], int)
    strength = np.array([*np.full(len(cuts), CUT_STRENGTH), *curve[hits]] if len(at) else [])
    order = np.argsort(at)
    return np.maximum(frame_time(at[order]), 0.0), strength[order]


def smoothed(values: np.ndarray) -> np.ndarray:
    """Mean over SMOOTH_FRAMES to each side [T], less at the ends."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    at = np.arange(len(values))
    first, last = np.maximum(at - SMOOTH_FRAMES, 0), np.minimum(at + SMOOTH_FRAMES + 1, len(values))
    return (sums[last] - sums[first]) / (last - first)


def stretched(values: np.ndarray, flat: float) -> np.ndarray | None:
    """The curve with its quiet at QUIET and its loud at LOUD; None if it moves less than `flat`."""
    low, high = np.quantile(values, [0.05, 0.95], method="nearest")
    return None if high - low < flat else np.clip(QUIET + (LOUD - QUIET) * (values - low) / (high - low), 0, 1)


def movement(clip: Clip) -> np.ndarray:
    """Mean absolute difference of luminance to the frame before, 0..1 [T]."""
    channel_of = clip.features.shape[-1] - len(MOTION_CHANNELS) + MOTION_CHANNELS.index("change_frame")
    return np.expm1(clip.features[:, 0, channel_of].astype(np.float64)) / COMPRESSION


def picture_intensity(found: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """The intensity that music should follow [T], of the adaptor's curve and of the movement; the app's
    `Analysis::intensity`: the mean of both, smoothed and stretched; a flat one is left out."""
    beside = np.lib.stride_tricks.sliding_window_view(np.pad(moved, 2, mode="edge"), 5)
    found = smoothed(found)
    both = [stretched(found, FLAT), stretched(smoothed(np.sqrt(np.median(beside, 1))), FLAT_MOTION)]
    kept = [curve for curve in both if curve is not None]
    return np.mean(kept, 0) if kept else found


def shown_hits(clip: Clip, frames: int) -> np.ndarray:
    """Times (s) at which the picture truly shows something that music should land on."""
    return np.maximum(frame_time(np.flatnonzero(clip.targets()[:frames] > 0)), 0.0)


def preferred_bpm(arousal: float, clip_bpm: float | None = None, clip_arousal: float | None = None) -> float:
    """The tempo (beats a minute) that a mood prefers, arousal -1..1; with a clip its pulse, its half or its double:
    what is nearest to what the clip's own arousal prefers, or to the pulse itself where that is not known."""

    def lively(arousal: float) -> float:
        return NEUTRAL_BPM * 2 ** (AROUSAL_OCTAVES * arousal)

    octaves = [clip_bpm * k for k in (0.5, 1, 2) if SLOWEST <= clip_bpm * k <= FASTEST] if clip_bpm else []
    wanted = clip_bpm if clip_arousal is None else lively(clip_arousal)
    return min(octaves, key=lambda bpm: abs(np.log2(bpm / wanted))) if octaves else lively(arousal)


def steady_beats(
    hits: np.ndarray,
    strengths: np.ndarray,
    duration_s: float,
    preferred: float = NEUTRAL_BPM,
    octaves: float = MOOD_OCTAVES,
) -> tuple[np.ndarray, np.ndarray, float]:
    """Beats and downbeats (s) of the one tempo (bpm) that meets the hits best; the app's tempo solver (`plan::tempo`)
    for a single stretch. `octaves` away from the preferred tempo cost half a point."""
    best, found = -np.inf, (preferred, 0.0)
    anchors = np.append(0.0, hits[strengths >= 0.6 * strengths.max()]) if len(hits) else np.zeros(1)
    for bpm in np.arange(SLOWEST, FASTEST + TEMPO_STEP, TEMPO_STEP):
        beat, bar = 60 / bpm, 240 / bpm
        taste = -0.5 * (np.log2(bpm / preferred) / octaves) ** 2 * (1 + 0.05 * strengths.sum())
        on_bar, on_beat = (worth_of_miss(hits - anchors[:, None], period) for period in (bar, beat))
        chance = 2 * TOLERANCE_S * ((1 - BEAT_VALUE) / bar + BEAT_VALUE / beat)
        worth = (strengths * (np.maximum(on_bar, BEAT_VALUE * on_beat) - chance)).sum(1)
        into = anchors % bar
        worth = worth - PICKUP_COST * (np.minimum(into, bar - into) >= TOLERANCE_S)
        at = int(np.argmax(worth))
        if worth[at] + taste > best:
            best, found = worth[at] + taste, (float(bpm), float(anchors[at]))
    bpm, downbeat = found
    first = -int(downbeat // (60 / bpm))
    beats = downbeat + 60 / bpm * np.arange(first, (duration_s - downbeat) * bpm / 60)
    return beats, beats[-first % 4 :: 4], bpm


def worth_of_miss(away: np.ndarray, period: float) -> np.ndarray:
    """1 for a hit on a pulse, half at TOLERANCE_S from it, 0 beyond; `away`: seconds from one of its beats."""
    miss = np.abs(away - np.round(away / period) * period)
    return np.where(miss <= TOLERANCE_S, 1 - 0.5 * (miss / TOLERANCE_S) ** 2, 0.0)


@dataclass
class StyleClip:
    """A style clip: latents [STYLE_FRAMES, Z], beats a minute and arousal -1..1, `None` where they are not known."""

    latents: np.ndarray
    bpm: float | None = None
    arousal: float | None = None


def picture_row(
    clip: Clip,
    conditioning: np.ndarray,
    curves: np.ndarray,
    latent: int,
    style: StyleClip | None = None,
    extra_hits: np.ndarray | None = None,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Inputs for a clip's first window; conditioning [T, D], curves [T, 4], `latent` Z.

    `extra_hits` (s) are those that a user sets, beside the picture's.
    """
    s, w = STYLE_FRAMES, WINDOW_FRAMES
    times = latent_times(w)
    frames = int(np.ceil(times[-1] / FRAME_S)) + 1
    clock = np.minimum(np.arange(len(curves)) * FRAME_S, times[-1] + 1)
    hits, strengths = found_hits(clip, curves[:, 0], frames)
    if extra_hits is not None:
        hits, strengths = np.append(hits, extra_hits), np.append(strengths, np.ones(len(extra_hits)))
    valence, arousal = (float(2 * curves[:frames, k].mean() - 1) for k in (2, 3))
    if style is not None and style.bpm is not None:
        taste = preferred_bpm(arousal, style.bpm, style.arousal), CLIP_OCTAVES
    else:
        taste = preferred_bpm(arousal), MOOD_OCTAVES
    beats, downbeats, bpm = steady_beats(hits, strengths, times[-1], *taste)

    intensity = picture_intensity(curves[:, 1], movement(clip))
    plan = np.zeros((s + w, len(PLAN_CHANNELS)), np.float32)
    inside = plan[s:]
    inside[:, channel("hit")] = pulses(times, hits, strengths)
    inside[:, channel("beat")] = pulses(times, beats)
    inside[:, channel("downbeat")] = pulses(times, downbeats)
    inside[:, channel("intensity")] = np.interp(times, clock, intensity)
    key = int(np.random.default_rng(seed).integers(12))
    for i, start in enumerate(downbeats):
        rows = (times >= start) & (times < start + 240 / bpm)
        for pitch_class in LOOPS[valence > 0][i % 4]:
            inside[rows, channel(f"chroma_{(pitch_class + key) % 12}")] = 1.0
    for name in ("hits", "beats", "intensity", "end", "chords", "video"):
        inside[:, channel(f"{name}_known")] = 1.0
    video = np.zeros((s + w, conditioning.shape[1]), np.float32)
    at = np.minimum(times / FRAME_S, len(conditioning) - 1.001)
    low, part = at.astype(int), (at % 1)[:, None]
    video[s:] = (1 - part) * conditioning[low] + part * conditioning[low + 1]

    mask = np.zeros((s + w, 1), np.float32)
    mask[:s] = 1
    context = np.zeros((s + w, latent), np.float32)
    if style is not None:
        context[:s], plan[:s, channel("style")] = style.latents, 1.0
    globals_ = np.zeros(len(GLOBALS), np.float32)
    globals_[:] = [(bpm - 110) / 40, valence, arousal, 1, 1]
    return {"context": context, "mask": mask, "style_mask": mask, "video": video, "plan": plan, "globals": globals_}


def user_hits(clip: Clip, curve: np.ndarray, duration_s: float, count: int, seed: int) -> np.ndarray:
    """`count` moments (s) that a user might set: anywhere, but away from the picture's own hits and each other."""
    rng = np.random.default_rng(seed)
    taken = list(found_hits(clip, curve, int(duration_s / FRAME_S))[0])
    out: list[float] = []
    for _ in range(200):
        at = float(rng.uniform(1.0, duration_s - 1.0))
        if len(out) < count and all(abs(at - t) > 0.35 for t in taken) and all(abs(at - t) > 1.2 for t in out):
            out.append(at)
    return np.array(sorted(out))

"""The shooting plan of an excerpt: shots, what carries the rhythm in each, and which accents are to be seen.

Cuts fall on downbeats and section bounds, but not on each; some come early or late on purpose, so that the
adaptor learns that a cut alone proves nothing. All times are seconds from the start of the excerpt.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from muvi_models.director.piece import Piece

# What carries the rhythm in a shot: an object, the camera, light, or nothing (still: only distractors move).
MODES = ("object", "camera", "light", "still", "calm")
SHOWS_HITS = {"object": 0.92, "camera": 0.88, "light": 0.88, "still": 0.0, "calm": 0.0}
SHORTEST_SHOT_S = 0.45


@dataclass(frozen=True)
class Event:
    """An accent that the picture shows. `kind`: hit (strong), bar or beat (weak)."""

    time: float
    strength: float
    kind: str


@dataclass
class Shot:
    """One take of the camera. `blend_s` > 0 is a cross-fade into it, `dip_s` > 0 a dip to black around its start."""

    start: float
    end: float
    mode: str
    on_music: bool
    seed: int
    blend_s: float = 0.0
    dip_s: float = 0.0
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True)
class Taste:
    """What stays the same through an excerpt: the habits of one imaginary film maker, and the wear of the file."""

    shot_s: float  # typical shot length at middling intensity
    precision: float  # chance that a cut is on the music
    mode_weights: tuple[float, ...]
    colour_by_mood: float  # 0: colours have nothing to do with the mood, 1: they follow it
    light_by_intensity: float
    motion_by_intensity: float  # 0: how much moves has nothing to do with the music, 1: it follows its intensity
    letterbox: float  # part of the height, each bar
    grain: float  # standard deviation, of 255
    jpeg: int  # quality, 0: none
    blur: float  # pixels
    fade_in_s: float
    fade_out_s: float


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before the first pixel."""

    taste: Taste
    shots: list[Shot]
    hits: list[Event]  # the accents that the film maker knows of, seen or not
    seen: list[Event]  # those that an event or a hard cut shows
    pulse: list[Event]  # plain bars and beats that are shown


def make_plan(piece: Piece, start_s: float, duration_s: float, rng: np.random.Generator) -> Plan:
    """Plan the excerpt [start_s, start_s + duration_s) of the piece."""
    taste = _taste(rng)
    hits = _accents(piece, start_s, duration_s, rng)
    shots = _shots(piece, start_s, duration_s, taste, hits, rng)
    seen = []
    for shot in shots:
        shown = rng.random(len(hits)) < SHOWS_HITS[shot.mode]
        for hit, show in zip(hits, shown, strict=True):
            if not shot.start - 1e-6 <= hit.time < shot.end:
                continue
            by_cut = shot.start > 0 and not shot.blend_s and hit.time - shot.start < 0.06
            if by_cut or show:
                seen.append(hit)
            if show and not by_cut:
                shot.events.append(hit)
        _add_beats(shot, piece, start_s, rng)
    pulse = [e for shot in shots for e in shot.events if e.kind != "hit"]
    return Plan(taste, shots, hits, seen, pulse)


def _accents(piece: Piece, start_s: float, duration_s: float, rng: np.random.Generator) -> list[Event]:
    """The hits of the music, and some of its bars and beats: a film maker lands on those, too."""
    accents = dict(zip(piece.hit_times, piece.hit_strengths, strict=True))
    bars = set(piece.downbeats.tolist())
    share_bars, share_beats = rng.uniform(0.2, 0.9), rng.uniform(0.0, 0.2)
    for time, intensity in zip(piece.beats, piece.intensity_at(piece.beats), strict=True):
        near = min((abs(time - t) for t in accents), default=9.0) < 0.4
        chance = share_bars * (0.4 + intensity) if time in bars else share_beats * intensity
        if not near and rng.random() < chance:
            accents[time] = rng.uniform(0.45, 0.85)
    inside = sorted((t - start_s, s) for t, s in accents.items())
    # The very first frame cannot show a change.
    return [Event(float(t), float(s), "hit") for t, s in inside if 0.15 <= t < duration_s]


def _taste(rng: np.random.Generator) -> Taste:
    weights = np.array([0.46, 0.2, 0.16, 0.1, 0.08]) * rng.gamma(2.0, 0.5, 5)
    return Taste(
        shot_s=float(rng.choice([1.4, 2.2, 3.5, 5.0, 8.0, 60.0], p=[0.1, 0.2, 0.3, 0.2, 0.1, 0.1])),
        precision=float(rng.choice([0.97, 0.85, 0.5], p=[0.5, 0.35, 0.15])),
        mode_weights=tuple(weights / weights.sum()),
        colour_by_mood=float(rng.choice([1.0, 0.6, 0.0], p=[0.55, 0.3, 0.15])),
        light_by_intensity=float(rng.choice([0.0, 0.3, 0.6])),
        motion_by_intensity=float(rng.choice([1.0, 0.6, 0.0], p=[0.65, 0.25, 0.1])),
        letterbox=float(rng.choice([0.0, 0.06, 0.12], p=[0.7, 0.15, 0.15])),
        grain=float(rng.choice([0.0, 2.0, 5.0, 9.0], p=[0.3, 0.4, 0.2, 0.1])),
        jpeg=int(rng.choice([0, 25, 45, 75], p=[0.4, 0.15, 0.2, 0.25])),
        blur=float(rng.choice([0.0, 0.7, 1.4], p=[0.6, 0.25, 0.15])),
        fade_in_s=float(rng.choice([0.0, 0.6, 1.5], p=[0.7, 0.2, 0.1])),
        fade_out_s=float(rng.choice([0.0, 0.8, 2.0], p=[0.7, 0.2, 0.1])),
    )


def _shots(piece: Piece, start_s: float, duration_s: float, taste: Taste, hits: list[Event], rng) -> list[Shot]:
    bars, beats = piece.downbeats - start_s, piece.beats - start_s
    accents = np.array([h.time for h in hits])
    bounds = np.array([s for s, _ in piece.sections]) - start_s
    cuts: list[tuple[float, bool]] = [(0.0, False)]
    while True:
        now = cuts[-1][0]
        intensity = float(piece.intensity_at(np.array([start_s + now]))[0])
        length = taste.shot_s * (1.9 - 1.6 * intensity) * rng.lognormal(0.0, 0.35)
        ahead = bounds[(bounds > now + SHORTEST_SHOT_S) & (bounds < now + length + 1.0)]
        if len(ahead) and rng.random() < 0.85 and taste.shot_s < 60:
            target, on_music = float(ahead[0]), True
        else:
            target, on_music = _on_music(now + length, bars, beats, accents, intensity, rng), True
        if rng.random() > taste.precision:
            # Early or late, by more than a frame: such a cut must not count as a hit of the music.
            target, on_music = target + float(rng.choice([-1, 1])) * rng.uniform(0.15, 0.45), False
        if target < now + SHORTEST_SHOT_S:
            target, on_music = now + max(length, SHORTEST_SHOT_S), False
        if target > duration_s - 0.3:
            break
        cuts.append((target, on_music))
    ends = [c[0] for c in cuts[1:]] + [duration_s]
    shots = []
    for (begin, on_music), end in zip(cuts, ends, strict=True):
        mode = MODES[rng.choice(len(MODES), p=taste.mode_weights)]
        shot = Shot(begin, end, mode, on_music, int(rng.integers(2**31)))
        if begin > 0 and end - begin > 1.5:
            manner = rng.random()
            shot.blend_s = float(rng.uniform(0.4, 1.0)) if manner < 0.07 else 0.0
            shot.dip_s = float(rng.uniform(0.3, 0.8)) if manner > 0.95 else 0.0
        shots.append(shot)
    return shots


def _on_music(wanted: float, bars, beats, accents, intensity: float, rng: np.random.Generator) -> float:
    """The moment of the music nearest to `wanted`: mostly a downbeat, sometimes an accent or a plain beat."""
    pool, draw = bars, rng.random()
    if len(accents) and draw < 0.3:
        pool = accents
    elif draw > 1.0 - 0.25 * intensity:
        pool = beats
    return float(pool[np.argmin(np.abs(pool - wanted))]) if len(pool) else wanted


def _add_beats(shot: Shot, piece: Piece, start_s: float, rng: np.random.Generator) -> None:
    """Let the shot's carrier also follow bars or beats, weakly; in a stop of the music nothing does."""
    follows = rng.choice(["none", "bar", "beat"], p=[0.4, 0.3, 0.3])
    if shot.mode in ("still", "calm", "camera") or follows == "none":
        return
    times = (piece.downbeats if follows == "bar" else piece.beats) - start_s
    taken = np.array([e.time for e in shot.events] or [-9.0])
    for time in times[(times >= shot.start) & (times < shot.end)]:
        silent = any(a <= time + start_s < b for a, b in piece.stops)
        if not silent and np.abs(taken - time).min() > 0.15:
            strength = 0.1 + 0.35 * float(piece.intensity_at(np.array([time + start_s]))[0])
            shot.events.append(Event(float(time), strength, follows))
    shot.events.sort(key=lambda e: e.time)

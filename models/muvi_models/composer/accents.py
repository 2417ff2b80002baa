"""The accents (hits) of a piece: where they lie and what strikes them. They may lie anywhere, off the beat too."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .form import Grid, Section
from .score import DRUMS, Effect, Score
from .theory import Chord, lead


@dataclass
class Hit:
    """A moment on which the music strikes: seconds, strength 0..1, and whether it lies away from the grid."""

    time: float
    strength: float
    off_grid: bool = False


def place(rng: Random, sections: list[Section], grid: Grid, soft: float, rate: float = 0.0) -> list[Hit]:
    """Hits at most section bounds (the stronger the jump, the stronger the hit), some inside, some off the grid, and
    `rate` a second more anywhere, half of them on beats."""
    hits: list[Hit] = []
    for i, s in enumerate(sections[:-1]):
        jump = s.low - (sections[i - 1].high if i else 0.3)
        stopped = i > 0 and sections[i - 1].stop_steps
        if stopped or jump > 0.12 or rng.random() < 0.55 - soft * 0.3:
            strength = min(1.0, max(0.25, 0.45 + 0.5 * jump + 0.25 * s.low + rng.uniform(-0.08, 0.08)))
            hits.append(Hit(grid.time(s.first, 0), strength))
        for bar in range(s.first + 1, s.first + s.bars):
            if rng.random() < (0.03 + 0.07 * s.high) * (1 - soft * 0.5):
                step = rng.choice([0, 0, 0, grid.beat, grid.steps - grid.beat, grid.steps // 2])
                hits.append(Hit(grid.time(bar, step), min(1.0, 0.35 + 0.4 * s.high + rng.uniform(-0.1, 0.15))))
    if rng.random() < 0.38:
        for _ in range(rng.randint(3, 8)):
            time = rng.uniform(grid.starts[0] + 1.5, grid.starts[-1] - 1.0)
            beat, step = nearest_step(grid, time)
            # Far enough from the beats to be heard as off the grid.
            if 0.3 < abs(step - round(step)) + (0.4 if round(step) % grid.beat else 0) and beat:
                hits.append(Hit(time, rng.uniform(0.5, 1.0), True))
    first, last = grid.starts[0] + 1.0, grid.starts[-1] - 1.0
    beats = [b for b in grid.beats()[0] if first < b < last]
    for _ in range(round(rate * (last - first))):
        on_beat = beats and rng.random() < 0.5
        hits.append(Hit(rng.choice(beats) if on_beat else rng.uniform(first, last), rng.uniform(0.4, 1.0), not on_beat))
    hits.sort(key=lambda h: h.time)
    out: list[Hit] = []
    for h in hits:
        if out and h.time - out[-1].time < 0.45:
            if h.strength > out[-1].strength:
                out[-1] = h
            continue
        out.append(h)
    return out


def nearest_step(grid: Grid, time: float) -> tuple[int, float]:
    """The bar (0 = none) and the unrounded step in which a time lies."""
    for bar in range(len(grid.starts) - 1, 0, -1):
        if time >= grid.starts[bar]:
            return bar, (time - grid.starts[bar]) / grid.lengths[bar] * grid.steps
    return 0, 0.0


@dataclass
class Striker:
    """Plays hits in the style's instruments: ``channels`` maps a role to a MIDI channel."""

    rng: Random
    score: Score
    kinds: list[str]
    channels: dict[str, int]

    def strike(self, hit: Hit, chord: Chord, length: float) -> None:
        """A chord or a stroke over the whole range, by strength; every layer starts at the very time of the hit."""
        s, t = hit.strength, hit.time
        level = 0.46 + 0.48 * s
        low = 36 + (chord.bass - 36) % 12
        body = [low, *lead(None, chord, 4, 55, 76)]
        for kind in self.kinds:
            if kind == "crash" and (s > 0.4 or len(self.kinds) == 1):
                self.drum(t, self.rng.choice([49, 57, 49, 55]), level)
                self.drum(t, 36, level)
                if s > 0.6:
                    self.drum(t, 38, level * 0.9)
            elif kind == "kick":
                self.drum(t, 36, level)
                self.drum(t, 38, level * 0.85)
                if s > 0.55:
                    self.drum(t, 49, level * 0.8)
            elif kind == "boom" and (s > 0.55 or hit.off_grid):
                self.score.effects.append(Effect("impact" if s > 0.8 else "boom", t, 1.2 + 1.5 * s, 0.3 + 0.5 * s))
            elif kind in ("timpani", "taiko"):
                note = 41 + (chord.bass - 41) % 12 if kind == "timpani" else 36
                self.score.note(self.channels["struck"], note, t, 1.5, level, "hit")
                if s > 0.75:
                    self.drum(t, 57 if kind == "timpani" else 36, level)
            elif kind in ("piano", "guitar", "strum", "keys", "synth", "tutti", "bell"):
                self.chord(kind, t, body, level, length, chord)
            elif kind == "swell":
                self.score.effects.append(Effect("fall", t, 2.5, 0.25 + 0.3 * s))

    def drum(self, t: float, key: int, level: float) -> None:
        # Above the groove's own strokes, which go up to full velocity when the music drives.
        self.score.note(DRUMS, key, t, 0.6, min(1.0, level * 0.75 + 0.3), "hit")

    def chord(self, kind: str, t: float, body: list[int], level: float, length: float, chord: Chord) -> None:
        channel = self.channels["struck"] if kind != "tutti" else self.channels["tutti"]
        if kind == "piano":
            body = [body[0] - 12, *body]
        elif kind == "guitar":
            low = 40 + (chord.root - 40) % 12
            body = [low, low + 7, low + 12, low + 16 if (chord.root + 4) % 12 in chord.pcs else low + 19]
        elif kind == "bell":
            body = [p + 12 for p in body[-2:]] + [body[0] + 12]
        for i, pitch in enumerate(body):
            late = 0.004 * i if kind == "strum" else 0.0
            self.score.note(channel, pitch, t + late, length, level * (0.92 if i < 2 else 0.78), "hit")

"""The players: each method plays one bar of one layer. Layers are described in ``palettes``."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from . import grooves
from .figures import COMPOUNDS, COMPS, ORDERS, TRIPLES
from .form import Grid, Section
from .melody import Tone
from .score import DRUMS, RANGES, Score
from .theory import Chord, lead


@dataclass
class Layer:
    """One part: what it plays (``kind``, ``option``), on which programs, from which to which intensity."""

    kind: str
    programs: list[int]
    low: float
    high: float
    register: tuple[int, int]
    level: float
    option: str = ""
    voices: int = 3
    chance: float = 1.0
    reverb: int = 50
    chorus: int = 10
    width: int = 30  # how far from the middle its pan may lie, 0..60
    channel: int = -1
    program: int = 0
    memory: dict = field(default_factory=dict)


@dataclass
class Bar:
    """What a player must know of the bar: ``spans`` are (first step, last step, chord); intensity from, to."""

    index: int
    place: int
    section: Section
    spans: list[tuple[int, int, Chord]]
    low: float
    high: float
    next_chord: Chord
    leads: bool = False  # its written chords gave way to a dominant

    @property
    def energy(self) -> float:
        return (self.low + self.high) / 2


class Band:
    """Plays into ``score``; ``human`` is the standard deviation of the timing in seconds."""

    def __init__(self, rng: Random, score: Score, grid: Grid, human: float) -> None:
        self.rng, self.score, self.grid, self.human = rng, score, grid, human

    def put(
        self,
        layer: Layer,
        bar: Bar,
        step: float,
        length: float,
        pitch: int,
        level: float,
        late: float = 0.0,
        role: str = "",
    ) -> None:
        """One note at a step, with human timing; the intensity shapes the velocity within the bar too."""
        energy = bar.low + (bar.high - bar.low) * step / self.grid.steps
        velocity = layer.level * level * (0.5 + 0.5 * energy) + self.rng.gauss(0, 0.025)
        time = self.grid.time(bar.index, step) + late + self.rng.gauss(0, self.human)
        self.score.note(layer.channel, pitch, time, self.grid.span(bar.index, length) * 0.97, velocity, role)

    def voiced(self, layer: Layer, c: Chord, voices: int = 0) -> tuple[int, ...]:
        """The chord in the layer's register, led from what the layer played before."""
        before = layer.memory.get("chord")
        if before and before[0] == c and len(before[1]) == (voices or layer.voices):
            return before[1]
        v = lead(before[1] if before else None, c, voices or layer.voices, *layer.register)
        layer.memory["chord"] = (c, v)
        return v

    def low_note(self, layer: Layer, pc: int) -> int:
        """The bass note nearest to the last one, inside the register."""
        lo, hi = layer.register
        options = [p for p in range(lo, hi + 1) if p % 12 == pc]
        last = layer.memory.get("low", (lo + hi) // 2 - 2)
        layer.memory["low"] = min(options, key=lambda p: abs(p - last) + 0.3 * abs(p - (lo + hi) / 2))
        return layer.memory["low"]

    def pad(self, layer: Layer, bar: Bar) -> None:
        for a, b, c in bar.spans:
            for pitch in self.voiced(layer, c):
                self.put(layer, bar, a, b - a + 0.3, pitch, 0.8)

    def comp(self, layer: Layer, bar: Bar) -> None:
        """Chords in a rhythm; a strum spreads the strings by some milliseconds, down and up in turn."""
        steps = self.grid.steps
        table = COMPS if steps == 16 else TRIPLES if self.grid.beat == 4 else COMPOUNDS
        if "pattern" not in layer.memory:
            wanted = [w for w in layer.option.split() if w in table]
            chosen = table[self.rng.choice(wanted or sorted(table))]
            if layer.kind == "comp" and self.rng.random() < 0.3:
                chosen = spread_evenly(self.rng, steps, self.grid.beat)
            layer.memory["pattern"] = chosen
        strum = "strum" in layer.option
        for i, (at, length) in enumerate(layer.memory["pattern"]):
            if bar.energy < layer.low + 0.12 and i % 2:
                continue
            c = next(c for a, b, c in bar.spans if a <= at < b)
            accent = 0.92 if at % self.grid.beat == 0 else 0.78
            v = self.voiced(layer, c)
            for j, pitch in enumerate(v if i % 2 == 0 or not strum else v[::-1]):
                late = j * (0.014 if strum else 0.002)
                self.put(layer, bar, at, length, pitch, accent, late)

    def arp(self, layer: Layer, bar: Bar) -> None:
        """Broken chords; the rate follows the intensity, the order is the piece's own."""
        order = layer.memory.setdefault("order", self.rng.choice(ORDERS))
        wide = "wide" in layer.option
        fast = 1 if "fast" in layer.option else 2
        rate = (4 if self.grid.beat == 4 else 2) if bar.energy < 0.22 else 2 if bar.energy < 0.72 else fast
        ring = 3 if "ring" in layer.option else 1
        for a, b, c in bar.spans:
            v = self.voiced(layer, c)
            tones = [*v, v[0] + 12] if not wide else [v[0] - 12, v[0], *v[1:], v[0] + 12]
            if wide:
                tones[0] = min((p for p in range(tones[1] - 17, tones[1]) if p % 12 == c.bass), default=tones[0])
            for k, step in enumerate(range(a, b, rate)):
                index = order[k % len(order)] if not wide else (0, 2, 3, 1, 4, 3, 2, 1)[k % 8]
                self.put(
                    layer,
                    bar,
                    step,
                    min(rate * ring, b - step),
                    tones[index % len(tones)],
                    0.85 if step % self.grid.beat == 0 else 0.68,
                )

    def ostinato(self, layer: Layer, bar: Bar) -> None:
        """A driving figure on root, fifth and third in eighths or sixteenths with moving accents."""
        rate = 2 if bar.energy < 0.7 or "eighths" in layer.option else 1
        figures = [[0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 2, 1], [0, 0, 2, 1], [0, 2, 0, 1], [2, 1, 0, 0], [0, 1, 0, 2]]
        figure = layer.memory.setdefault("figure", self.rng.choice(figures))
        for a, b, c in bar.spans:
            root = self.low_note(layer, c.root)
            tones = [root, *sorted(root + (pc - root) % 12 for pc in c.pcs[1:3])]
            for k, step in enumerate(range(a, b, rate)):
                strong = step % self.grid.beat == 0 or (self.grid.steps == 16 and step % 16 in (3, 6, 11))
                self.put(layer, bar, step, rate * 0.7, tones[figure[k % 4] % len(tones)], 0.95 if strong else 0.62)

    def bass(self, layer: Layer, bar: Bar) -> None:
        """Roots that move little, with fifths, octaves and an approach to the next chord as the energy grows."""
        beat = self.grid.beat
        for a, b, c in bar.spans:
            low = self.low_note(layer, c.bass)
            fifth = low + 7 if low + 7 <= layer.register[1] else low - 5
            fifth = fifth if fifth % 12 in c.pcs else low
            if bar.energy < 0.35 or layer.option == "long":
                self.put(layer, bar, a, b - a, low, 0.9)
                continue
            if layer.option == "walk":
                tones = [low, *[low + (pc - low) % 12 for pc in c.pcs[1:3]]]
                for k, step in enumerate(range(a, b, beat)):
                    self.put(layer, bar, step, beat * 0.9, tones[k % len(tones)], 0.9 if k % 2 == 0 else 0.8)
            elif layer.option == "drive" or (bar.energy > 0.82 and layer.option != "groove"):
                for step in range(a, b, 2):
                    up = 12 if "octave" in layer.memory and step % 4 == 2 else 0
                    self.put(layer, bar, step, 1.7, low + up, 0.95 if step % beat == 0 else 0.82)
            elif layer.option == "groove":
                figure = layer.memory.setdefault(
                    "figure",
                    self.rng.choice(
                        [
                            [0, 6, 10],
                            [0, 3, 8, 11],
                            [0, 7, 8, 14],
                            [0, 3, 6, 8, 14],
                            [0, 10, 14],
                            [0, 4, 7, 11],
                            [0, 8, 13],
                        ]
                    ),
                )
                for step in (s for s in figure if a <= s < b):
                    self.put(layer, bar, step, 2.5, low if step in (0, 8) or step < 7 else fifth, 0.92)
                if a not in figure:
                    self.put(layer, bar, a, 2.5, low, 0.92)
            else:
                half = (b - a) // 2 if b - a > beat else b - a
                self.put(layer, bar, a, half * 0.95, low, 0.95)
                if half < b - a:
                    self.put(layer, bar, a + half, (b - a - half) * 0.95, fifth, 0.85)

    def power(self, layer: Layer, bar: Bar) -> None:
        """Root, fifth and octave on an electric guitar: held when calm, eighths with palm accents when driving."""
        for a, b, c in bar.spans:
            root = self.low_note(layer, c.root)
            rate = layer.memory.setdefault("rate", self.rng.choice([8, 8, 4])) if bar.energy < 0.62 else 2
            if bar.energy > 0.8 and "wall" in layer.memory.setdefault("manner", self.rng.choice(["wall", "drive"])):
                rate = b - a  # the chord stands, the drums drive
            for step in range(a, b, rate):
                accent = 0.95 if step % 8 == 0 or step % 16 in (6, 14) else 0.76
                for pitch in (root, root + 7, root + 12):
                    self.put(layer, bar, step, min(rate, b - step) * (0.98 if rate > 2 else 0.85), pitch, accent)

    def tune(self, layer: Layer, bar: Bar, tones: list[Tone], shift: int) -> None:
        """The melody's notes of this bar; ``shift`` is in semitones."""
        for t in tones:
            arch = 0.03 * (1 - abs((bar.place % 4) - 2) / 2)
            self.put(layer, bar, t.step, t.length, t.pitch + shift, 0.92 + t.accent + arch, 0.0, "melody")

    def counter(self, layer: Layer, bar: Bar) -> None:
        """A slow second voice on thirds and sevenths, which moves while the melody rests."""
        for a, b, c in bar.spans:
            guides = [p for p in range(*layer.register) if p % 12 in c.pcs[1:2] + c.pcs[3:4]]
            guides = guides or [p for p in range(*layer.register) if p % 12 in c.pcs]
            last = layer.memory.get("at", sum(layer.register) / 2)
            pitch = min(guides, key=lambda p: abs(p - last))
            layer.memory["at"] = pitch
            self.put(layer, bar, a, b - a, pitch, 0.8)

    def drums(self, layer: Layer, bar: Bar, kit: list[dict[int, str]], last: bool, soft: bool) -> None:
        level = grooves.tier(bar.energy)
        if level < 0:
            return
        steps, beat = self.grid.steps, self.grid.beat
        strokes = grooves.strokes(kit[level], steps)
        if last and bar.energy > 0.38 and strokes and self.rng.random() < 0.8:
            start, extra = grooves.fill(self.rng, steps, beat, bar.energy, soft)
            strokes = [s for s in strokes if s[1] < start] + extra
        for drum, step, loud in strokes:
            if loud < 0.4 and self.rng.random() < 0.25:
                continue  # ghost notes come and go
            self.put(layer, bar, step, 1, drum, loud)

    def roll(self, layer: Layer, bar: Bar, drum: int) -> None:
        """A build's roll; on a pitched channel ``drum`` is the pitch (timpani)."""
        for step, loud in grooves.roll(bar.place, bar.section.bars, self.grid.steps, self.grid.beat):
            self.put(layer, bar, step, 0.8, drum, loud)


def spread_evenly(rng: Random, steps: int, beat: int) -> list[tuple[int, float]]:
    """A rhythm of 3 to 7 strokes as even as the steps allow, turned to begin anywhere: (step, length)."""
    count = rng.randint(3, 7 if steps == 16 else 5)
    turn = rng.randrange(beat)
    at = sorted({(i * steps // count + turn) % steps for i in range(count)})
    short = rng.choice([0.5, 0.95])
    return [(a, max(1.0, (b - a) * short)) for a, b in zip(at, [*at[1:], steps], strict=True)]


def octave_for(tones: list[Tone], program: int, register: tuple[int, int]) -> int:
    """The octave shift that brings a melody's middle nearest to the register and inside the instrument's range."""
    pitches = sorted(t.pitch for t in tones)
    middle, (lo, hi) = pitches[len(pitches) // 2], register
    low, high = RANGES.get(program, (36, 96))

    def cost(shift: int) -> float:
        outside = sum(1 for p in pitches if not low <= p + shift <= high)
        return abs(middle + shift - (lo + hi) / 2) + 3 * outside

    return min(range(-36, 37, 12), key=cost)


__all__ = ["DRUMS", "Band", "Bar", "Layer", "octave_for"]

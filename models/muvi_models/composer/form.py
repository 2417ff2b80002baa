"""The form of a piece: its sections with intensities, and the grid that turns bars and steps into seconds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random

STEPS = {"4/4": (16, 4), "3/4": (12, 4), "6/8": (12, 6)}  # steps in a bar, steps in a beat

# (name, weight in units of bars, intensity from, to, theme or "-" for none, drums wanted)
TEMPLATES = {
    "arc": [
        ("intro", 1, 0.12, 0.22, "-"),
        ("verse", 2, 0.3, 0.45, "A"),
        ("verse", 2, 0.5, 0.65, "A"),
        ("build", 1, 0.55, 0.9, "-"),
        ("climax", 2, 0.95, 0.95, "B"),
        ("outro", 1, 0.4, 0.15, "A"),
    ],
    "drop": [
        ("intro", 1, 0.2, 0.35, "-"),
        ("verse", 2, 0.4, 0.5, "A"),
        ("build", 1, 0.4, 0.85, "-"),
        ("drop", 2, 1.0, 0.95, "B"),
        ("break", 1, 0.2, 0.15, "A"),
        ("build", 1, 0.35, 0.9, "-"),
        ("drop", 2, 1.0, 1.0, "B"),
    ],
    "song": [
        ("intro", 1, 0.3, 0.35, "-"),
        ("verse", 2, 0.4, 0.45, "A"),
        ("chorus", 2, 0.8, 0.8, "B"),
        ("verse", 2, 0.45, 0.5, "A"),
        ("chorus", 2, 0.85, 0.95, "B"),
        ("outro", 1, 0.3, 0.15, "A"),
    ],
    "rise": [
        ("opening", 2, 0.05, 0.2, "A"),
        ("rise", 2, 0.2, 0.45, "A"),
        ("rise", 2, 0.45, 0.75, "B"),
        ("climax", 2, 0.8, 1.0, "A"),
    ],
    "fall": [("opening", 2, 0.95, 0.85, "A"), ("turn", 2, 0.6, 0.5, "B"), ("fading", 2, 0.4, 0.1, "A")],
    "waves": [
        ("wave", 2, 0.15, 0.6, "A"),
        ("wave", 1, 0.25, 0.3, "-"),
        ("wave", 2, 0.3, 0.85, "B"),
        ("wave", 1, 0.35, 0.2, "-"),
        ("wave", 2, 0.35, 0.7, "A"),
    ],
    "calm": [
        ("intro", 1, 0.05, 0.15, "-"),
        ("verse", 2, 0.2, 0.3, "A"),
        ("middle", 2, 0.35, 0.45, "B"),
        ("verse", 2, 0.3, 0.2, "A"),
        ("outro", 1, 0.15, 0.05, "-"),
    ],
    "trailer": [
        ("intro", 1, 0.15, 0.25, "-"),
        ("rise", 2, 0.3, 0.55, "A"),
        ("break", 1, 0.25, 0.2, "-"),
        ("build", 1, 0.4, 0.95, "-"),
        ("climax", 2, 1.0, 1.0, "B"),
        ("climax", 1, 0.9, 1.0, "A"),
    ],
    "burn": [
        ("opening", 2, 0.1, 0.3, "A"),
        ("rise", 2, 0.35, 0.6, "A"),
        ("rise", 1, 0.6, 0.85, "B"),
        ("outro", 1, 0.3, 0.1, "A"),
    ],
    "loudquiet": [
        ("verse", 2, 0.35, 0.4, "A"),
        ("chorus", 2, 0.95, 0.95, "B"),
        ("verse", 1, 0.3, 0.35, "A"),
        ("build", 1, 0.4, 0.8, "-"),
        ("chorus", 2, 0.95, 1.0, "B"),
    ],
    "story": [
        ("opening", 1, 0.2, 0.25, "-"),
        ("scene", 2, 0.35, 0.5, "A"),
        ("turn", 1, 0.6, 0.75, "B"),
        ("break", 1, 0.3, 0.2, "-"),
        ("scene", 2, 0.45, 0.65, "C"),
        ("climax", 1, 0.85, 0.9, "A"),
        ("outro", 1, 0.35, 0.15, "A"),
    ],
    "tide": [
        ("wave", 2, 0.7, 0.3, "A"),
        ("wave", 2, 0.3, 0.65, "B"),
        ("wave", 2, 0.6, 0.2, "A"),
    ],
    "steady": [
        ("verse", 2, 0.55, 0.6, "A"),
        ("verse", 2, 0.65, 0.6, "B"),
        ("break", 1, 0.25, 0.3, "-"),
        ("verse", 2, 0.7, 0.75, "A"),
    ],
}


@dataclass
class Section:
    """``bars`` bars from bar ``first`` on; intensity goes linearly; ``variation`` counts the theme's returns."""

    name: str
    first: int
    bars: int
    low: float
    high: float
    theme: str
    bpm: float
    variation: int = 0
    lift: int = 0  # transposition in semitones
    stop_steps: int = 0  # the last steps of the section are silent
    rush: float = 1.0  # the tempo at the section's end over that at its start


class Grid:
    """Bars and steps to seconds. ``lead`` seconds pass before the first bar."""

    def __init__(self, meter: str, sections: list[Section], lead: float, swing: float) -> None:
        self.steps, self.beat = STEPS[meter]
        self.swing = swing
        self.starts: list[float] = []
        self.lengths: list[float] = []
        self.bpms: list[float] = []
        now = lead
        for s in sections:
            for place in range(s.bars):
                self.starts.append(now)
                self.bpms.append(round(s.bpm * s.rush ** (place / max(1, s.bars - 1)), 2))
                now += 60 / self.bpms[-1] * self.steps / self.beat
                self.lengths.append(now - self.starts[-1])
        self.end = now

    def slow_down(self, factors: list[float]) -> None:
        """A ritardando: the last bars take ``factors`` times as long."""
        for bar, factor in zip(range(len(self.starts) - len(factors), len(self.starts)), factors, strict=True):
            self.bpms[bar] = round(self.bpms[bar] / factor, 2)
            self.lengths[bar] = 60 / self.bpms[bar] * self.steps / self.beat
            if bar + 1 < len(self.starts):
                self.starts[bar + 1] = self.starts[bar] + self.lengths[bar]
        self.end = self.starts[-1] + self.lengths[-1]

    def time(self, bar: int, step: float) -> float:
        """Seconds of a step; the off-beat sixteenths come late by ``swing`` (0 straight .. 0.33 triplets)."""
        while step >= self.steps and bar + 1 < len(self.starts):
            bar, step = bar + 1, step - self.steps
        if self.swing and step % 2 == 1:
            step += 2 * self.swing
        return self.starts[bar] + self.lengths[bar] * step / self.steps

    def span(self, bar: int, steps: float) -> float:
        return self.lengths[bar] * steps / self.steps

    def beats(self) -> tuple[list[float], list[float]]:
        """Times of all beats and of the bar starts among them."""
        per_bar = self.steps // self.beat
        pairs = list(zip(self.starts, self.lengths, strict=True))
        return [s + n * i / per_bar for s, n in pairs for i in range(per_bar)], list(self.starts)


def key_scheme(rng: Random, themes: list[str]) -> list[int]:
    """Transposition of each section in semitones: mostly none, a late lift, or another key in the middle."""
    count, draw = len(themes), rng.random()
    if draw < 0.16:
        up = rng.choice([1, 2, 2, 3])
        return [up if i >= count - 2 else 0 for i in range(count)]
    if draw < 0.34 and count > 3:
        away = rng.choice([5, -3, 3, -4, 4, -2])
        inner = [i for i in range(1, count - 1) if themes[i] in "BC"] or [count // 2]
        return [away if i in inner else 0 for i in range(count)]
    return [0] * count


def plan(
    rng: Random,
    names: list[str],
    bpm: float,
    meter: str,
    target: float,
    change: float,
    scale: float,
) -> list[Section]:
    """Sections of about ``target`` seconds; ``change`` is the chance of a tempo change, ``scale`` lowers a style."""
    steps, beat = STEPS[meter]
    bar_s = 60 / bpm * steps / beat
    template = list(TEMPLATES[rng.choice(names)])
    if rng.random() < 0.2:
        # Some pieces go their own way, so that any curve of intensity is met in training.
        template = [(n, w, rng.uniform(0.08, 1), rng.uniform(0.08, 1), t) for n, w, _, _, t in template]
    while True:
        total = sum(w for _, w, *_ in template)
        unit = target / bar_s / total
        if unit >= 1.7 or len(template) <= 3:
            break
        del template[rng.randrange(1, len(template) - 1)]
    unit = min((2, 4, 6, 8), key=lambda u: abs(u - unit))
    out: list[Section] = []
    first, seen = 0, {}
    lifts = key_scheme(rng, [t for *_, t in template])
    for i, (name, weight, low, high, theme) in enumerate(template):
        bars = max(2, weight * unit)
        if weight == 2 and rng.random() < 0.15:
            bars = bars * 3 // 2 if rng.random() < 0.5 else max(2, bars // 2)
        jitter = rng.uniform(-0.07, 0.07)
        low, high = (min(1.0, max(0.04, (v + jitter) * scale)) for v in (low, high))
        section = Section(name, first, bars, low, high, theme, bpm, seen.get(theme, 0), lifts[i])
        if name in ("build", "rise") and rng.random() < 0.15:
            section.rush = rng.uniform(1.04, 1.12)
        seen[theme] = section.variation + 1
        out.append(section)
        first += bars
    if rng.random() < change:
        turn = rng.randrange(1, len(out))
        new = round(min(172.0, max(52.0, bpm * rng.choice([0.8, 0.88, 1.12, 1.25]))), 1)
        for s in out[turn:]:
            s.bpm = new
    for before, after in pairwise(out):
        jump = after.low - before.high
        if (before.name == "build" or jump > 0.2) and rng.random() < 0.45:
            before.stop_steps = rng.choice([beat, beat, beat * 2, steps if before.bars > 2 else beat])
        elif rng.random() < 0.06:
            before.stop_steps = beat
    # One more bar, in which the piece ends.
    out.append(Section("end", first, 1, out[-1].high, out[-1].high, "-", out[-1].bpm, 0, out[-1].lift))
    return out

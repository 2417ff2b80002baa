"""The material of a piece, period by period with its returns, and the bars that it fills."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .accents import nearest_step
from .band import Bar
from .form import Grid, Section
from .melody import Tone, decorate, motif, theme, vary
from .palettes import Palette
from .theory import MODES, Chord, chord, dominant, period, reharmonise, transposed

THEMES = "ABC"
RETURNS = 3


@dataclass(frozen=True)
class Material:
    """A theme as it sounds the first time, or as one of its returns: eight bars of chords and of melody."""

    chords: list[list[Chord]]
    tones: list[Tone]


def material(rng: Random, palette: Palette, mode: str, key: int, meter: str, bpm: float) -> dict[str, list[Material]]:
    """Each theme in `RETURNS` forms. The returns develop: ornaments first, then new harmony and a varied motif."""
    stretch = 2 if rng.random() < palette.stretch and meter == "4/4" else 1
    loop = rng.random() < palette.loop
    lo, hi = palette.melody
    calm = min(1.0, palette.calm + (0.25 if bpm > 135 else 0) + rng.uniform(-0.1, 0.1))
    out = {}
    for name in THEMES:
        flavour = "mediants" if rng.random() < palette.colour else palette.flavour
        chords = period(rng, mode, flavour, key, loop, stretch)
        motifs = motif(rng, meter, calm), motif(rng, meter, calm)
        first = theme(rng, chords, mode, key, meter, calm, lo, hi, motifs)
        forms = [Material(chords, first), Material(chords, decorate(rng, first, 0.35))]
        other = reharmonise(rng, chords, key, 0.45) if not loop else chords
        motifs = vary(rng, motifs[0]), motifs[rng.randrange(2)]
        rise = rng.choice([0, 0, 3, 5])
        forms.append(Material(other, theme(rng, other, mode, key, meter, calm, lo + rise, hi + rise, motifs)))
        out[name] = forms
    return out


def form_of(section: Section, themes: dict[str, list[Material]]) -> Material:
    """What a section plays; one without a theme borrows the harmony of A."""
    forms = themes.get(section.theme, themes["A"])
    return forms[min(section.variation, RETURNS - 1) if section.theme in themes else 0]


def write_bars(
    sections: list[Section], themes: dict[str, list[Material]], mode: str, key: int, steps: int, resolve: bool
) -> list[Bar]:
    """All bars with chords and intensities; with `resolve` the bar before the last one is, or ends on, a dominant."""
    out: list[Bar] = []
    tonic = "i" if MODES[mode][2] == 3 else "I"
    for s in sections:
        chords_of = form_of(s, themes).chords
        for place in range(s.bars):
            chords = [chord(tonic, key)] if s.name == "end" else chords_of[place % 8]
            leads = resolve and s is sections[-2] and place == s.bars - 1 and s.name != "end"
            if leads:
                goal = dominant(mode, key)
                chords = [goal] if s.bars > 2 and chords[0].root == goal.root else [chords[0], goal]
            chords = [transposed(c, s.lift) for c in chords]
            share = steps // len(chords)
            spans = [(i * share, (i + 1) * share, c) for i, c in enumerate(chords)]
            low = s.low + (s.high - s.low) * place / s.bars
            high = s.low + (s.high - s.low) * (place + 1) / s.bars
            out.append(Bar(s.first + place, place, s, spans, low, high, chords[0], leads))
    for bar, after in zip(out, out[1:] + out[-1:], strict=True):
        bar.next_chord = after.spans[0][2]
    return out


def chord_at(bars: list[Bar], grid: Grid, time: float) -> Chord:
    """The written chord at a time in seconds."""
    index, step = nearest_step(grid, time + 0.001)
    spans = bars[index].spans
    return next((c for a, b, c in spans if a <= step < b), spans[-1][2])

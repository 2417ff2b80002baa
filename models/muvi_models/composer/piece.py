"""Puts a piece together: plan, harmony, themes, layers, accents, ending and labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from . import form, grooves
from .accents import Hit, Striker, nearest_step, place
from .arrange import STRUCK, play_section
from .band import Band, Bar, Layer
from .describe import labels_of
from .form import Grid, Section
from .labels import Labels
from .melody import theme
from .palettes import Palette, palettes
from .score import DRUMS, Score
from .theory import MODES, Chord, chord, period

TUTTI = 14
STRUCK_PROGRAMS = {
    "piano": [0],
    "guitar": [30, 29],
    "strum": [25, 24],
    "keys": [4, 5],
    "synth": [81, 62, 90],
    "bell": [14, 9, 11, 8],
    "timpani": [47],
    "taiko": [116],
}
# Channel volumes (0..127): the melody stands over what accompanies it.
VOLUME = {
    "melody": 120,
    "pad": 84,
    "comp": 92,
    "arp": 92,
    "power": 84,
    "brass": 90,
    "bass": 102,
    "drums": 104,
    "double": 98,
    "ostinato": 92,
    "counter": 90,
}


@dataclass
class Piece:
    """A score with its labels and what the renderer needs: ``fade`` (from, to, s), ``room`` 0..1, a seed."""

    score: Score
    labels: Labels
    fade: tuple[float, float]
    room: float
    mix_seed: int


def compose(seed: int, style: str) -> Piece:
    """The piece of a seed and a style; the same arguments give the same piece."""
    rng = Random(f"{style}:{seed}")
    palette = palettes()[style]
    meter = rng.choices(list(palette.meters), list(palette.meters.values()))[0]
    bpm = round(rng.uniform(*palette.bpm) * (0.72 if meter == "6/8" else 1.0), 1)
    bpm = max(bpm, 60.0 if meter != "6/8" else 52.0)
    mode, key = rng.choice(palette.modes), rng.randrange(12)
    lead_in = rng.uniform(0.1, 1.0) if rng.random() < 0.25 else 0.0
    swing = rng.uniform(*palette.swing) if meter == "4/4" else 0.0
    for _ in range(30):
        sections = form.plan(rng, palette.forms, bpm, meter, rng.uniform(48, 100), 0.16, palette.scale)
        grid = Grid(meter, sections, lead_in, swing)
        if 46 < grid.end < 108:
            break

    stretch = 2 if rng.random() < palette.stretch and meter == "4/4" else 1
    loop = rng.random() < palette.loop
    periods = {t: period(rng, mode, palette.flavour, key, loop, stretch) for t in "AB"}
    lo, hi = palette.melody
    calm = min(1.0, palette.calm + (0.25 if bpm > 135 else 0))
    themes = {t: theme(rng, periods[t], mode, key, meter, calm, lo, hi) for t in "AB"}

    score = Score()
    layers = cast(rng, palette, score)
    band = Band(rng, score, grid, palette.human)
    bars = write_bars(sections, periods, mode, key)
    kit = grooves.kit_of(rng, style, meter)
    for section in sections[:-1]:
        play_section(rng, band, layers, palette, section, bars, themes, kit, mode, key)

    ending = rng.choice(palette.endings)
    hits = place(rng, sections, grid, 0.6 if style in ("ambient", "piano") else 0.0)
    final = Hit(grid.starts[-1], min(1.0, 0.4 + 0.55 * sections[-1].low + (0.15 if ending == "hit" else 0)))
    if ending in ("ring", "hit"):
        hits = [h for h in hits if h.time < final.time - 0.4] + [final]
    end_bar = grid.starts[-1]
    duration, fade = {
        "ring": (grid.end, (grid.end, grid.end + rng.uniform(1.5, 4.0))),
        "hit": (end_bar + 0.6, (end_bar + 0.6, end_bar + rng.uniform(1.2, 2.4))),
        "cut": (end_bar, (end_bar, end_bar + rng.uniform(0.05, 0.3))),
        "fade": (end_bar, (end_bar - rng.uniform(5, 9), end_bar)),
    }[ending]

    stops = []
    for s in sections[:-1]:
        if s.stop_steps:
            last = s.first + s.bars - 1
            stops.append([grid.time(last, grid.steps - s.stop_steps), grid.time(s.first + s.bars, 0)])
            score.silence(*stops[-1])
    hits = [h for h in hits if not any(a - 0.05 < h.time < b - 0.03 for a, b in stops)]
    striker = Striker(rng, score, accent_kinds(rng, palette, score), {"struck": STRUCK, "tutti": TUTTI})
    for h in hits:
        score.clear_around(h.time, 0.16 if h.off_grid else 0.02, 0.14 if h.off_grid else -1)
        length = 3.5 if h is final and ending == "ring" else 0.5 + 1.1 * h.strength
        striker.strike(h, chord_at(bars, grid, h.time), length)
    if ending == "ring":
        last_chord(layers, band, bars[-1], (fade[1] - end_bar) * 0.8)
    score.finish(fade[1])
    room = rng.uniform(*palette.room)
    labels = labels_of(
        seed,
        style,
        sections,
        grid,
        bars,
        hits,
        stops,
        key,
        mode,
        meter,
        palette,
        ending,
        duration,
        fade,
        {f"{x.kind}{x.channel}": x.program for x in layers},
    )
    return Piece(score, labels, fade, room, rng.randrange(1 << 30))


def cast(rng: Random, palette: Palette, score: Score) -> list[Layer]:
    """Chooses which layers this piece has, their programs, places in the stereo field and effects."""
    layers, channel, kit = [], 0, rng.choice(palette.kits)
    for layer in palette.layers:
        if rng.random() > layer.chance:
            continue
        layer.program = rng.choice(layer.programs)
        if layer.kind == "drums":
            layer.channel, layer.program = DRUMS, kit
        else:
            layer.channel = channel
            channel += 2 if channel == DRUMS - 1 else 1
        layer.memory.update({"octave": True} if rng.random() < 0.5 else {})
        score.programs[layer.channel] = layer.program
        pan = 64 + rng.choice([-1, 1]) * rng.uniform(0.3, 1) * layer.width if layer.channel != DRUMS else 64
        volume, reverb = VOLUME.get(layer.kind, 96) + rng.uniform(-5, 5), layer.reverb * rng.uniform(0.7, 1.3)
        controls = [(7, volume), (10, pan), (91, reverb), (93, layer.chorus)]
        for number, value in controls:
            score.control(layer.channel, number, value)
        layers.append(layer)
    score.programs.setdefault(DRUMS, kit)
    score.control(DRUMS, 91, 40)
    return layers


def accent_kinds(rng: Random, palette: Palette, score: Score) -> list[str]:
    """Which of the style's accent sounds this piece uses, with their channels set up."""
    kinds = list(palette.accent)
    if len(kinds) > 2 and rng.random() < 0.5:
        kinds.remove(rng.choice(kinds[1:]))
    struck = next((k for k in kinds if k in STRUCK_PROGRAMS), "piano")
    score.programs[STRUCK] = rng.choice(STRUCK_PROGRAMS[struck])
    score.programs[TUTTI] = rng.choice([48, 61, 48, 55])
    for channel in (STRUCK, TUTTI):
        for number, value in ((7, 100 if channel == STRUCK else 88), (91, 70), (10, 64)):
            score.control(channel, number, value)
    return kinds


def write_bars(sections: list[Section], periods: dict[str, list[list[Chord]]], mode: str, key: int) -> list[Bar]:
    """All bars with their chords and intensities; a section without a theme borrows the harmony of A."""
    out: list[Bar] = []
    tonic = "i" if MODES[mode][2] == 3 else "I"
    for s in sections:
        steps = None
        for place_ in range(s.bars):
            chords = periods[s.theme if s.theme in periods else "A"][place_ % 8]
            if s.name == "end":
                chords = [chord(tonic, key)]
            if s.lift:
                chords = [
                    replace(
                        c,
                        root=(c.root + s.lift) % 12,
                        bass=(c.bass + s.lift) % 12,
                        pcs=tuple((p + s.lift) % 12 for p in c.pcs),
                    )
                    for c in chords
                ]
            low = s.low + (s.high - s.low) * place_ / s.bars
            high = s.low + (s.high - s.low) * (place_ + 1) / s.bars
            out.append(Bar(s.first + place_, place_, s, [(0, steps or 0, c) for c in chords], low, high, chords[0]))
    for bar, after in zip(out, out[1:] + out[-1:], strict=True):
        bar.next_chord = after.spans[0][2]
    return out


def last_chord(layers: list[Layer], band: Band, bar: Bar, length: float) -> None:
    """The layers that hold chords ring out on the tonic."""
    c = bar.spans[0][2]
    for layer in layers:
        if layer.kind in ("pad", "bass") and layer.low <= bar.low <= layer.high:
            pitches = [band.low_note(layer, c.bass)] if layer.kind == "bass" else list(band.voiced(layer, c))
            for pitch in pitches:
                band.score.note(layer.channel, pitch, band.grid.starts[bar.index], length, 0.3 + 0.4 * bar.low)


def chord_at(bars: list[Bar], grid: Grid, time: float) -> Chord:
    index, step = nearest_step(grid, time + 0.001)
    spans = bars[index].spans
    return next((c for a, b, c in spans if a <= step < b), spans[-1][2])

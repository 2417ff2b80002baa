"""Arranges a section: which layers rest, who has the tune, swells, builds and rolls."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from . import grooves
from .band import Band, Bar, Layer, octave_for
from .form import Section
from .melody import Tone, fit
from .palettes import Palette
from .score import DRUMS, Effect
from .theory import scale_for

STRUCK = 15  # the channel of what strikes accents and rolls
TAIKO = ["X...x...X.x.x...", "X..x..x.X..x..x.", "X.....x.X...o.o.", "X.x.X.x.X.x.Xoxo"]


def play_section(
    rng: Random,
    band: Band,
    layers: list[Layer],
    palette: Palette,
    section: Section,
    bars: list[Bar],
    theme: list[Tone],
    kit: list[dict[int, str]],
    mode: str,
    key: int,
    rests: float,
) -> None:
    """One section: which layers rest in it (`rests`: the chance), who has the tune (`theme`), then bar by bar."""
    middle = (section.low + section.high) / 2
    key = (key + section.lift) % 12
    resting = {id(x) for x in layers if rng.random() < (0.04 if x.kind in ("bass", "drums", "melody") else rests)}
    least, most = min(section.low, section.high), max(section.low, section.high)
    audible = [x for x in layers if x.kind not in ("melody", "drums") and x.low <= least and most <= x.high]
    if len([x for x in audible if id(x) not in resting]) == 0:
        resting -= {id(x) for x in audible}
    sparse = section.name in ("intro", "opening", "break") and rng.random() < 0.4
    if sparse and audible:
        keep = rng.choice(audible)
        resting |= {id(x) for x in layers if x is not keep and x.kind != "melody"}
    singers = [x for x in layers if x.kind == "melody" and x.low <= middle <= x.high]
    singer = rng.choice(singers) if singers and theme else None
    tones = [replace(t, pitch=t.pitch + section.lift) for t in theme]
    half_time = section.name not in ("build", "climax") and rng.random() < 0.08
    pulse = [half(k) for k in kit] if half_time else kit
    for bar in bars[section.first : section.first + section.bars]:
        last = bar.place % 4 == 3 or bar.place == section.bars - 1
        awake = not sparse or bar.place * 2 < section.bars
        for layer in layers:
            if id(layer) in resting and (awake or layer.kind == "drums"):
                continue
            if not layer.low <= bar.energy <= layer.high and layer is not singer:
                continue
            express(band, layer, bar)
            here = [t for t in tones if t.bar == bar.place % 8]
            if bar.leads:
                here = fit(here, [c for _, _, c in bar.spans], mode, key, band.grid.steps, band.grid.beat)
            if layer.kind == "melody":
                if layer is singer:
                    band.tune(layer, bar, here, octave_for(tones, layer.program, layer.register))
            elif layer.kind == "double":
                if singer and here:
                    low = third_below(here, bar, mode, key) if layer.option == "third" else here
                    band.tune(layer, bar, low, octave_for(tones, layer.program, layer.register))
            elif layer.kind == "drums":
                band.drums(layer, bar, pulse, last, palette.swing[1] > 0)
            elif layer.kind == "taiko":
                taiko(band, layer, bar)
            else:
                getattr(band, {"brass": "comp"}.get(layer.kind, layer.kind))(layer, bar)
        if section.name == "build" and palette.roll != "none":
            build(rng, band, layers, palette, bar)


def half(patterns: dict[int, str]) -> dict[int, str]:
    """Half-time: kick, snare and clap at half the rate, the rest as it was."""
    slow = (grooves.KICK, grooves.SNARE, grooves.CLAP, grooves.RIM)
    stretch = {d: "".join(c + "." for c in p[: (len(p) + 1) // 2])[: len(p)] for d, p in patterns.items() if d in slow}
    return patterns | stretch


def express(band: Band, layer: Layer, bar: Bar) -> None:
    """Sustained instruments swell with the intensity; struck ones have it in their velocities."""
    if layer.kind in ("pad", "melody", "counter", "brass", "double") and layer.channel != DRUMS:
        for k in range(4):
            level = bar.low + (bar.high - bar.low) * k / 4
            band.score.control(layer.channel, 11, 84 + 43 * level, band.grid.time(bar.index, band.grid.steps * k / 4))


def third_below(tones: list[Tone], bar: Bar, mode: str, key: int) -> list[Tone]:
    pcs = sorted(scale_for(mode, key, bar.spans[0][2]))
    out = []
    for t in tones:
        rungs = [p for p in range(t.pitch - 6, t.pitch) if p % 12 in pcs]
        out.append(replace(t, pitch=rungs[-2] if len(rungs) > 1 else t.pitch))
    return out


def taiko(band: Band, layer: Layer, bar: Bar) -> None:
    pattern = layer.memory.setdefault("pattern", band.rng.choice(TAIKO))
    for step, mark in enumerate(pattern[: band.grid.steps]):
        if mark in grooves.LEVELS and (bar.energy > 0.55 or mark == "X"):
            band.put(layer, bar, step, 2, 36 if mark == "X" else 40, grooves.LEVELS[mark])


def build(rng: Random, band: Band, layers: list[Layer], palette: Palette, bar: Bar) -> None:
    """A build's roll and, in styles with synthesised sounds, a riser that ends with the section."""
    section = bar.section
    drum = Layer("roll", [0], 0, 1, (0, 127), 0.75, channel=DRUMS)
    if palette.roll == "timpani":
        drum = replace(drum, channel=STRUCK, level=0.6)
        band.score.programs.setdefault(STRUCK, 47)
    band.roll(drum, bar, 38 if drum.channel == DRUMS else 43)
    if bar.place == 0 and any(k in palette.accent for k in ("synth", "boom")):
        end = band.grid.time(section.first + section.bars - 1, band.grid.steps - section.stop_steps)
        if not section.stop_steps:
            end = band.grid.starts[section.first + section.bars]
        length = min(6.0, end - band.grid.starts[bar.index])
        band.score.effects.append(Effect("riser", end - length, length, rng.uniform(0.25, 0.45)))

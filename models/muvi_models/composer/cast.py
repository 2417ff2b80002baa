"""Who plays: layers, programs, levels, places in the stereo field, and what strikes the accents."""

from __future__ import annotations

from random import Random

from .arrange import STRUCK
from .band import Layer
from .palettes import Palette
from .score import DRUMS, Score

TUTTI = 14
STRUCK_PROGRAMS = {
    "piano": [0, 1],
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
    "power": 96,
    "brass": 90,
    "bass": 102,
    "drums": 104,
    "double": 98,
    "ostinato": 92,
    "counter": 90,
}
HELD_PROGRAMS = frozenset({15, 36, 41, 59, 70, 75, 83, 86, 92, 97, 99, 105, 110})
"""Instruments that only held-out pieces play: what a pack makes of them shows what it learnt of timbre."""
SIDES = {"left": 8, "right": 120}


def programs_for(layer: Layer, held_out: bool) -> list[int]:
    """What a layer may play: training pieces keep off the held-out programs, held-out ones prefer them."""
    own = [p for p in layer.programs if (p in HELD_PROGRAMS) == held_out]
    return own or layer.programs


def cast(rng: Random, palette: Palette, score: Score, held_out: bool = False) -> list[Layer]:
    """Chooses which layers this piece has, their programs, places in the stereo field and effects."""
    layers, channel, kit = [], 0, rng.choice(palette.kits)
    # How far everything but the melody steps back: channel volume counts 40 dB a decade.
    back = 10 ** (-(palette.lead + rng.uniform(-1, 1)) / 40)
    for layer in palette.layers:
        if rng.random() > layer.chance:
            continue
        layer.program = rng.choice(programs_for(layer, held_out and rng.random() < 0.5))
        if layer.kind == "drums":
            layer.channel, layer.program = DRUMS, kit
        else:
            layer.channel = channel
            channel += 2 if channel == DRUMS - 1 else 1
        layer.memory.update({"octave": True} if rng.random() < 0.5 else {})
        score.programs[layer.channel] = layer.program
        pan = 64 + rng.choice([-1, 1]) * rng.uniform(0.3, 1) * layer.width if layer.channel != DRUMS else 64
        pan = next((SIDES[side] for side in SIDES if side in layer.option), pan)
        volume, reverb = VOLUME.get(layer.kind, 96) + rng.uniform(-5, 5), layer.reverb * rng.uniform(0.7, 1.3)
        volume = min(127, volume + 5) if layer.kind == "melody" else volume * back
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

"""Puts a piece together: plan, harmony, themes, layers, accents, ending and labels."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from . import form, grooves
from .accents import Hit, Striker, place
from .arrange import STRUCK, play_section
from .band import Band
from .bars import chord_at, form_of, material, write_bars
from .cast import TUTTI, accent_kinds, cast
from .describe import labels_of
from .form import Grid
from .labels import Labels
from .palettes import palettes
from .score import Score
from .turns import last_chord, turn_harmony


@dataclass
class Piece:
    """A score with its labels and what the renderer needs: ``fade`` (from, to, s), ``room`` 0..1, a seed."""

    score: Score
    labels: Labels
    fade: tuple[float, float]
    room: float
    mix_seed: int
    drive: float = 0.0  # saturation of the mix, 0..1


EVENTFUL_HITS = (0.1, 0.5)
"""Hits a second that a picture asks for beyond the music's own."""
EVENTFUL_TEMPO, FASTEST = (0.9, 1.25), 172.0
"""How far outside of its usual tempi a style goes to meet a picture, as a factor; beats a minute at most."""


def compose(seed: int, style: str, held_out: bool = False, eventful: bool = False) -> Piece:
    """The piece of a seed and a style; the same arguments give the same piece. `held_out`: see `cast`.

    `eventful`: as music is that follows a picture. Whatever its style, it goes through any form, from quiet to loud,
    at a tempo that may not be usual, and strikes where something happens.
    """
    rng = Random(f"{style}:{seed}")
    palette = palettes()[style]
    meter = rng.choices(list(palette.meters), list(palette.meters.values()))[0]
    usual, forms, scale = palette.bpm, palette.forms, palette.scale
    if eventful:
        usual = usual[0] * EVENTFUL_TEMPO[0], min(FASTEST, usual[1] * EVENTFUL_TEMPO[1])
        forms, scale = list(form.TEMPLATES), 1.0
    bpm = round(rng.uniform(*usual) * (0.72 if meter == "6/8" else 1.0), 1)
    bpm = max(bpm, 60.0 if meter != "6/8" else 52.0)
    mode, key = rng.choice(palette.modes), rng.randrange(12)
    lead_in = rng.uniform(0.1, 1.0) if rng.random() < 0.25 else 0.0
    swing = rng.uniform(*palette.swing) if meter == "4/4" else 0.0
    for _ in range(30):
        sections = form.plan(rng, forms, bpm, meter, rng.uniform(48, 100), 0.24, scale)
        grid = Grid(meter, sections, lead_in, swing)
        if 46 < grid.end < 108:
            break

    ending = rng.choice(palette.endings)
    resolve = ending in ("ring", "hit")
    if resolve and rng.random() < palette.slowing:
        grid.slow_down(rng.choice([[1.12, 1.25], [1.06, 1.15, 1.3], [1.15, 1.15]]))
    themes = material(rng, palette, mode, key, meter, bpm)

    score = Score()
    layers = cast(rng, palette, score, held_out)
    band = Band(rng, score, grid, palette.human)
    bars = write_bars(sections, themes, mode, key, grid.steps, resolve)
    kit = grooves.vary_kit(rng, grooves.kit_of(rng, style, meter), grid.steps, grid.beat)
    density = rng.uniform(0.04, 0.26)
    for section in sections[:-1]:
        tones = form_of(section, themes).tones if section.theme in themes else []
        play_section(rng, band, layers, palette, section, bars, tones, kit, mode, key, density)

    soft = 0.6 if style in ("ambient", "piano") and not eventful else 0.0
    hits = place(rng, sections, grid, soft, rng.uniform(*EVENTFUL_HITS) if eventful else 0.0)
    final = Hit(grid.starts[-1], min(1.0, 0.4 + 0.55 * sections[-1].low + (0.15 if ending == "hit" else 0)))
    if resolve:
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
    turns = turn_harmony(rng, band, layers, bars, hits)
    for h in hits:
        score.clear_around(h.time, 0.16 if h.off_grid else 0.02, 0.14 if h.off_grid else -1)
        length = 3.5 if h is final and ending == "ring" else 0.5 + 1.1 * h.strength
        turn = next((t for t in turns if t.start <= h.time + 1e-6 < t.end), None)
        striker.strike(h, turn.chord if turn else chord_at(bars, grid, h.time), length)
    if ending == "ring":
        spread = rng.uniform(0.02, 0.09) if style in ("piano", "acoustic", "ambient") else 0.0
        last_chord(layers, band, bars[-1], (fade[1] - end_bar) * 0.8, spread)
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
        turns,
    )
    return Piece(score, labels, fade, room, rng.randrange(1 << 30), rng.uniform(*palette.drive))

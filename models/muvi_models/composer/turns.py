"""Harmony that moves at a moment of its own: accents off the grid that turn the chord, and the last chord."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .accents import Hit, nearest_step
from .band import Band, Bar, Layer
from .melody import nearest
from .score import DRUMS
from .theory import Chord

HELD = ("pad", "comp", "arp", "bass", "power", "brass", "ostinato", "counter")
ROOM_S = 0.4
"""A turned chord must have this long before the next bar."""


@dataclass(frozen=True)
class Turn:
    """From `start` to `end` (s) `chord` sounds in place of what was written."""

    start: float
    end: float
    chord: Chord


def turn_harmony(rng: Random, band: Band, layers: list[Layer], bars: list[Bar], hits: list[Hit]) -> list[Turn]:
    """Lets most strong accents off the grid bring the next bar's chord early; the players hold it until then."""
    grid, score, turns = band.grid, band.score, []
    for hit in hits:
        index, step = nearest_step(grid, hit.time)
        if not hit.off_grid or not 0 < index < len(bars) - 1 or rng.random() > 0.7:
            continue
        bar, end = bars[index], grid.starts[index] + grid.lengths[index]
        now = next((c for a, b, c in bar.spans if a <= step < b), bar.spans[-1][2])
        goal = bar.next_chord
        if set(goal.pcs) == set(now.pcs) or end - hit.time < ROOM_S:
            continue
        begin = grid.starts[index]
        playing = {n.channel for n in score.notes if begin - 0.05 <= n.start < end}
        held = [x for x in layers if x.kind in HELD and x.channel != DRUMS and x.channel in playing]
        channels = {x.channel for x in held}
        kept = []
        for n in score.notes:
            if n.channel in channels and hit.time - 0.02 <= n.start < end - 0.02:
                continue
            if n.channel in channels and n.start < hit.time < n.start + n.length:
                n.length = hit.time - n.start
            elif (
                n.role == "melody" and hit.time < n.start + n.length and n.start < end and n.pitch % 12 not in goal.pcs
            ):
                if n.start < hit.time:
                    n.length = hit.time - n.start
                else:
                    n.pitch = nearest([p for p in range(n.pitch - 4, n.pitch + 5) if p % 12 in goal.pcs], n.pitch)
            kept.append(n)
        score.notes = kept
        level = 0.55 + 0.35 * bar.energy
        for layer in held:
            single = layer.kind in ("bass", "ostinato", "counter")
            pitches = [band.low_note(layer, goal.bass)] if single else list(band.voiced(layer, goal))
            if layer.kind == "power":
                root = band.low_note(layer, goal.root)
                pitches = [root, root + 7, root + 12]
            for pitch in pitches:
                score.note(layer.channel, pitch, hit.time, end - hit.time - 0.01, layer.level * level)
        turns.append(Turn(hit.time, end, goal))
    return turns


def turned(chords: list[dict], turns: list[Turn]) -> list[dict]:
    """Chord labels with the turns in them; the spans stay without gaps."""
    for turn in turns:
        out = []
        pcs = sorted(set(turn.chord.pcs))
        for c in chords:
            if c["end_s"] <= turn.start + 1e-3 or c["start_s"] >= turn.end - 1e-3:
                out.append(c)
                continue
            if c["start_s"] < turn.start:
                out.append(dict(c, end_s=round(turn.start, 4)))
            if not out or out[-1]["pitch_classes"] != pcs:
                out.append({"start_s": round(max(turn.start, c["start_s"]), 4), "pitch_classes": pcs})
            out[-1] |= {"end_s": round(min(turn.end, c["end_s"]), 4), "symbol": turn.chord.symbol}
            if c["end_s"] > turn.end + 1e-3:
                out.append(dict(c, start_s=round(turn.end, 4)))
        chords = [dict(c) for c in out if c["end_s"] - c["start_s"] > 1e-3]
    merged: list[dict] = []
    for c in chords:
        if merged and merged[-1]["pitch_classes"] == c["pitch_classes"]:
            merged[-1]["end_s"] = c["end_s"]
        else:
            merged.append(dict(c))
    return merged


def last_chord(layers: list[Layer], band: Band, bar: Bar, length: float, spread: float) -> None:
    """The layers that hold chords ring out on the tonic, rolled upwards by `spread` s a note; the tune comes home."""
    c = bar.spans[0][2]
    start = band.grid.starts[bar.index]
    sung = False
    for layer in layers:
        if layer.kind in ("pad", "bass", "arp") and layer.low <= bar.low <= layer.high:
            pitches = [band.low_note(layer, c.bass)] if layer.kind == "bass" else list(band.voiced(layer, c))
            for i, pitch in enumerate(pitches):
                band.score.note(layer.channel, pitch, start + spread * i, length - spread * i, 0.3 + 0.4 * bar.low)
        elif layer.kind == "melody" and not sung and layer.low <= bar.low <= layer.high:
            lo, hi = layer.register
            home = nearest([p for p in range(lo, hi + 1) if p % 12 == c.root], (lo + hi) / 2)
            band.score.note(layer.channel, home, start, length * 0.9, 0.45 + 0.4 * bar.low, "melody")
            sung = True

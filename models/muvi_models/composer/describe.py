"""Derives the labels from what was composed."""

from __future__ import annotations

import numpy as np

from .accents import Hit
from .band import Bar
from .form import Grid, Section
from .labels import Labels
from .palettes import Palette
from .theory import MODE_VALENCE
from .turns import Turn, turned

RATE = 20  # Hz of the intensity curve


def curve(
    sections: list[Section],
    grid: Grid,
    stops: list[list[float]],
    fade: tuple[float, float],
    ending: str,
) -> np.ndarray:
    """The intended intensity 0..1, a sample each 1/20 s from 0 to the end, linear in each section."""
    end = fade[1]
    t = np.arange(int(np.ceil(end * RATE)) + 1) / RATE
    points_t, points_v = [grid.starts[0]], [sections[0].low]
    for s in sections[:-1]:
        start, stop = grid.starts[s.first], grid.starts[s.first + s.bars]
        points_t += [start + 1e-4, stop - 1e-4]
        points_v += [s.low, s.high]
    points_t += [grid.starts[-1] + 1e-3, max(end, grid.starts[-1] + 2e-3)]
    points_v += [sections[-1].low if ending in ("ring", "hit") else 0.0, 0.0]
    out = np.interp(t, points_t, points_v)
    out[t < grid.starts[0] - 1e-6] = 0
    for a, b in stops:
        out[(t >= a) & (t < b)] = 0.03
    if ending == "fade":
        out *= np.clip((fade[1] - t) / (fade[1] - fade[0]), 0, 1)
    out[t >= end] = 0
    # A quarter of a second of smoothing: the curve is continuous, a jump stays a jump.
    padded = np.concatenate([out[:1].repeat(2), out, out[-1:].repeat(2)])
    return np.convolve(padded, np.ones(5) / 5, "valid")


def labels_of(
    seed: int,
    style: str,
    sections: list[Section],
    grid: Grid,
    bars: list[Bar],
    hits: list[Hit],
    stops: list[list[float]],
    key: int,
    mode: str,
    meter: str,
    palette: Palette,
    ending: str,
    duration: float,
    fade: tuple[float, float],
    programs: dict[str, int],
    turns: list[Turn],
) -> Labels:
    beats, downs = grid.beats()
    intensity = curve(sections, grid, stops, fade, ending)
    tempo: list[dict] = []
    for start, bpm in zip(grid.starts, grid.bpms, strict=True):
        if not tempo or tempo[-1]["bpm"] != bpm:
            tempo.append({"time_s": round(start, 4), "bpm": bpm})
    chords: list[dict] = []
    for bar in bars:
        if grid.starts[bar.index] >= duration - 1e-6:
            break
        share = grid.steps // len(bar.spans)
        for i, (_, _, c) in enumerate(bar.spans):
            start = grid.time(bar.index, i * share)
            stop = min(fade[1], start + grid.span(bar.index, share))
            if bar.index == len(bars) - 1:
                stop = fade[1]
            pcs = sorted(set(c.pcs))
            if chords and chords[-1]["pitch_classes"] == pcs:
                chords[-1]["end_s"] = round(stop, 4)
            else:
                chords.append(
                    {"start_s": round(start, 4), "end_s": round(stop, 4), "pitch_classes": pcs, "symbol": c.symbol}
                )
    mean = float(intensity.mean())
    fast = (sections[0].bpm - 100) / 50
    valence = MODE_VALENCE[mode] + palette.valence + 0.12 * fast
    arousal = 0.3 * fast + 1.3 * (mean - 0.45) + palette.arousal
    return Labels(
        seed=seed,
        style=style,
        bpm=tempo,
        key=key,
        mode=mode,
        meter=meter,
        duration_s=round(duration, 4),
        end_s=round(fade[1], 4),
        beats=[round(b, 4) for b in beats if b < duration - 1e-6],
        downbeats=[round(b, 4) for b in downs if b < duration - 1e-6],
        hits=[{"time_s": round(h.time, 4), "strength": round(h.strength, 3), "off_grid": h.off_grid} for h in hits],
        sections=[
            {
                "start_s": round(grid.starts[s.first], 4),
                "end_s": round(grid.starts[s.first + s.bars], 4),
                "intensity_start": round(s.low, 3),
                "intensity_end": round(s.high, 3),
                "name": s.name,
            }
            for s in sections[:-1]
        ],
        intensity=[round(float(v), 3) for v in intensity],
        chords=turned(chords, turns),
        valence=round(max(-1.0, min(1.0, valence)), 3),
        arousal=round(max(-1.0, min(1.0, arousal)), 3),
        programs=programs,
        intensity_rate=RATE,
        stops=[[round(a, 4), round(b, 4)] for a, b in stops],
        ending=ending,
    )

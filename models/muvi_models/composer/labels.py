"""The exact labels of a piece; all times are seconds from the first sample of its audio."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass
class Labels:
    """What the composer knows. ``intensity`` is sampled at ``intensity_rate`` Hz from time 0 to ``end_s``."""

    seed: int
    style: str
    bpm: list[dict]  # {"time_s", "bpm"}: the tempo (of ``meter``'s beat) from that time on
    key: int  # pitch class of the tonic, 0 = C
    mode: str
    meter: str
    duration_s: float  # the written music ends; its last notes may ring on
    end_s: float  # everything has decayed, silence follows
    beats: list[float]
    downbeats: list[float]
    hits: list[dict]  # {"time_s", "strength" 0..1, "off_grid": bool}
    sections: list[dict]  # {"start_s", "end_s", "intensity_start", "intensity_end", "name"}
    intensity: list[float]
    chords: list[dict]  # {"start_s", "end_s", "pitch_classes", "symbol"}
    valence: float
    arousal: float
    programs: dict[str, int]  # layer -> General MIDI program
    intensity_rate: int = 20
    stops: list[list[float]] = field(default_factory=list)  # sudden silences [start_s, end_s]
    ending: str = "ring"
    version: int = 1

    def json(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

"""What the director needs to know of a piece: a view on the composer's labels, in seconds of its audio."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Piece:
    """Labels of one piece as arrays; `sections` are (start_s, end_s), `stops` sudden silences."""

    name: str
    style: str
    beats: np.ndarray
    downbeats: np.ndarray
    hit_times: np.ndarray
    hit_strengths: np.ndarray
    sections: tuple[tuple[float, float], ...]
    stops: tuple[tuple[float, float], ...]
    intensity: np.ndarray
    intensity_rate: float
    valence: float
    arousal: float
    end_s: float

    @staticmethod
    def from_labels(labels: dict, name: str = "") -> Piece:
        """From the composer's JSON (muvi_models.composer.labels.Labels)."""
        hits = sorted((float(h["time_s"]), float(h["strength"])) for h in labels["hits"])
        return Piece(
            name=name or str(labels["seed"]),
            style=labels["style"],
            beats=np.asarray(labels["beats"], dtype=float),
            downbeats=np.asarray(labels["downbeats"], dtype=float),
            hit_times=np.asarray([h[0] for h in hits], dtype=float),
            hit_strengths=np.asarray([h[1] for h in hits], dtype=float),
            sections=tuple((float(s["start_s"]), float(s["end_s"])) for s in labels["sections"]),
            stops=tuple((float(a), float(b)) for a, b in labels.get("stops", [])),
            intensity=np.asarray(labels["intensity"], dtype=float),
            intensity_rate=float(labels.get("intensity_rate", 20)),
            valence=float(labels["valence"]),
            arousal=float(labels["arousal"]),
            end_s=float(labels.get("end_s", labels["duration_s"])),
        )

    @staticmethod
    def load(path: Path | str) -> Piece:
        """From a label file; the name is the file's stem."""
        path = Path(path)
        return Piece.from_labels(json.loads(path.read_text()), path.stem)

    def intensity_at(self, times: np.ndarray) -> np.ndarray:
        """Intensity 0..1 at times in seconds; after the end it is what it was last."""
        clock = np.arange(len(self.intensity)) / self.intensity_rate
        return np.interp(times, clock, self.intensity)

"""Public-domain photographs as backgrounds: Debian's `endless-sky-data`, for training only, never shipped.

Its debian/copyright names single files under CC-BY(-SA); those are left out here by name. The split into
train and held-out goes by photograph, so that no picture of a held-out video was seen in training.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import cv2
import numpy as np

# Not public domain according to debian/copyright: these prefixes and every name that ends in "-author".
NOT_PUBLIC_DOMAIN = re.compile(r"(bwerner|myrabella|dmottl|mfield|eso|geoscan)\d*$|lava5$|.*-")
HELDOUT_PERCENT = 15
SHORT_SIDE = 300  # pixels kept: a crop of 224 can still zoom and pan

# Scene word of the file name -> where it lies in (valence, arousal), -1..1: a rough guess, used with noise.
SCENE_MOODS = {
    "lava": (-0.5, 0.8), "tempest": (-0.6, 0.7), "army": (-0.5, 0.6), "engine": (-0.3, 0.7),
    "space": (-0.2, 0.3), "station": (-0.2, 0.3), "nasa": (0.0, 0.4), "city": (0.1, 0.5),
    "industrial": (-0.4, 0.4), "badlands": (-0.4, 0.1), "canyon": (0.0, 0.2), "mountain": (0.2, 0.2),
    "loc": (-0.1, 0.1), "desert": (-0.2, -0.1), "dune": (0.0, -0.3), "fog": (-0.5, -0.6),
    "snow": (-0.2, -0.4), "sea": (0.1, -0.1), "lobby": (0.0, -0.2), "valley": (0.4, -0.2),
    "hills": (0.5, -0.3), "forest": (0.3, -0.5), "fields": (0.6, -0.3), "beach": (0.7, 0.0),
    "sky": (0.5, -0.4), "water": (0.4, -0.5), "earthrise": (0.2, -0.2),
}  # fmt: skip


class PhotoBank:
    """The photographs of one split ("train" or "heldout"), read when first asked for."""

    def __init__(self, folder: Path | str, split: str):
        found = sorted(p for sub in ("land", "scene") for p in (Path(folder) / sub).glob("*.jpg"))
        usable = [p for p in found if not NOT_PUBLIC_DOMAIN.match(p.stem)]
        self.paths = [p for p in usable if (_percent(p) < HELDOUT_PERCENT) == (split == "heldout")]
        if not self.paths:
            raise FileNotFoundError("no photographs: unpack endless-sky-data and name its images folder")
        self.moods = np.array([SCENE_MOODS.get(re.sub(r"\d+$", "", p.stem), (0.0, 0.0)) for p in self.paths])
        self._cache: dict[int, np.ndarray] = {}

    def pick(self, mood: tuple[float, float], follow: float, rng: np.random.Generator) -> np.ndarray:
        """RGB uint8 [h, w, 3], short side 300; the nearer its scene is to the mood, the likelier."""
        distance = ((self.moods - np.array(mood)) ** 2).sum(1)
        weights = np.exp(-2.5 * follow * distance)
        index = int(rng.choice(len(self.paths), p=weights / weights.sum()))
        if index not in self._cache:
            image = cv2.cvtColor(cv2.imread(str(self.paths[index])), cv2.COLOR_BGR2RGB)
            scale = SHORT_SIDE / min(image.shape[:2])
            self._cache[index] = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return self._cache[index]


def _percent(path: Path) -> int:
    # By the name's digest and not by order: another package version keeps the split.
    return zlib.crc32(f"{path.parent.name}/{path.name}".encode()) % 100

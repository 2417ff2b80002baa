"""The camera's way over the background of a shot: arrays over its frames."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from muvi_models.director.actors import kicks
from muvi_models.director.plan import Shot


@dataclass
class Camera:
    """Where the camera looks: centre in parts of what it may travel (-1..1), zoom >= 1, roll in degrees."""

    x: np.ndarray
    y: np.ndarray
    zoom: np.ndarray
    roll: np.ndarray

    def view(self, scene: np.ndarray, side: int, i: int) -> np.ndarray:
        """Frame i as uint8 [side, side, 3]."""
        height, width = scene.shape[:2]
        span = 0.72 * min(height, width) / float(self.zoom[i])
        cx = width / 2 + float(self.x[i]) * (width - span) / 2
        cy = height / 2 + float(self.y[i]) * (height - span) / 2
        matrix = cv2.getRotationMatrix2D((cx, cy), float(self.roll[i]), side / span)
        matrix[:, 2] += (side / 2 - cx, side / 2 - cy)
        return cv2.warpAffine(scene, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def camera_path(shot: Shot, times: np.ndarray, intensity: np.ndarray, rng: np.random.Generator) -> Camera:
    """Speed follows the intensity; in a camera shot the direction turns and the picture shakes at the hits."""
    count, dt = len(times), 0.1
    zero = np.zeros(count)
    x, y = np.full(count, rng.uniform(-0.5, 0.5)), np.full(count, rng.uniform(-0.4, 0.4))
    zoom, roll = np.full(count, rng.uniform(1.0, 1.25)), zero
    hits = [e for e in shot.events if e.kind == "hit"]
    still = {"object": 0.3, "camera": 0.0, "light": 0.3, "still": 1.0, "calm": 0.7}[shot.mode]
    if rng.random() >= still:
        way = np.cumsum((0.04 + 1.1 * intensity**1.7) * dt) * rng.uniform(0.5, 1.0)
        if shot.mode == "calm":
            way = np.cumsum(np.full(count, dt)) * rng.uniform(0.01, 0.05)
        manner = rng.choice(["pan", "push", "pull", "drift"], p=[0.45, 0.25, 0.15, 0.15])
        if manner == "pan":
            heading = _headings(times, hits if shot.mode == "camera" else [], rng)
            step = np.diff(way, prepend=way[0])
            x, y = x + np.cumsum(step * np.cos(heading)), y + np.cumsum(step * np.sin(heading)) * 0.6
        elif manner == "drift":
            x, y = x + 0.25 * np.sin(2.2 * way + x[0]), y + 0.2 * np.sin(1.7 * way)
        else:
            zoom = zoom * np.exp((0.35 if manner == "push" else -0.25) * np.minimum(way, 1.5))
    if rng.random() < (0.45 if shot.mode in ("camera", "object") else 0.1):
        sway = rng.uniform(0.003, 0.02) * (0.3 + 1.4 * intensity)  # held by hand, that of someone who runs
        x, y = x + sway * rng.normal(0, 1, count), y + sway * rng.normal(0, 1, count)
        roll = roll + 20 * sway * rng.normal(0, 1, count)
    if shot.mode == "camera" or (shot.mode == "object" and rng.random() < 0.3):
        kick = kicks(times, hits, 0.18)
        shake = rng.choice([0.0, 0.05, 0.1], p=[0.2, 0.4, 0.4]) * kick
        x, y = x + shake * rng.choice([-1, 1], count), y + shake * rng.choice([-1, 1], count)
        zoom = zoom * (1 + rng.choice([0.0, 0.12, 0.25]) * kick)
        roll = roll + rng.choice([0.0, 4.0]) * kick
    return Camera(_fold(x), _fold(y), np.clip(zoom, 0.75, 3.0), roll)


def _headings(times: np.ndarray, hits: list, rng: np.random.Generator) -> np.ndarray:
    """Direction of a pan; it turns at every hit."""
    heading = np.full(len(times), rng.choice([0.0, np.pi]) + rng.normal(0, 0.3))
    for hit in hits:
        heading = np.where(times >= hit.time - 1e-6, heading + np.pi + rng.uniform(-1.2, 1.2), heading)
    return heading


def _fold(x: np.ndarray) -> np.ndarray:
    """Keeps -1..1 by turning round at the edges of the scene."""
    return np.abs((x + 1) % 4 - 2) - 1

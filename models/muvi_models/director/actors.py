"""What moves in front of the background: the object that carries the rhythm, and distractors that do not.

Positions and sizes are in parts of the frame's side (0..1), arrays over the frames of a shot.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from muvi_models.director.plan import Event
from muvi_models.director.scenes import palette

SPRITE = 96  # pixels
JUMP_S = 0.12  # how long a jump lasts: within two frames


@dataclass
class Actor:
    """A sprite and its way through a shot. `opacity` and `gain` (brightness) are per frame, too."""

    rgb: np.ndarray  # float32 [96, 96, 3]
    alpha: np.ndarray  # float32 [96, 96], 0..1
    rhythm: bool
    x: np.ndarray
    y: np.ndarray
    size: np.ndarray
    angle: np.ndarray
    opacity: np.ndarray
    gain: np.ndarray

    def draw(self, frame: np.ndarray, mask: np.ndarray, i: int) -> None:
        """Blend into frame float32 [S, S, 3]; add what it covers to mask float32 [S, S]."""
        side = frame.shape[0]
        size = float(self.size[i]) * side
        cx, cy = float(self.x[i]) * side, float(self.y[i]) * side
        reach = 0.75 * size + 1
        left, top = max(0, int(cx - reach)), max(0, int(cy - reach))
        right, bottom = min(side, int(cx + reach) + 1), min(side, int(cy + reach) + 1)
        if right - left < 2 or bottom - top < 2 or self.opacity[i] < 0.02:
            return
        matrix = cv2.getRotationMatrix2D((SPRITE / 2, SPRITE / 2), float(self.angle[i]), size / SPRITE)
        matrix[:, 2] += (cx - left - SPRITE / 2, cy - top - SPRITE / 2)
        shape = (right - left, bottom - top)
        alpha = cv2.warpAffine(self.alpha, matrix, shape) * float(self.opacity[i])
        rgb = cv2.warpAffine(self.rgb, matrix, shape, borderMode=cv2.BORDER_REPLICATE) * float(self.gain[i])
        part = frame[top:bottom, left:right]
        part += alpha[..., None] * (rgb - part)
        mask[top:bottom, left:right] = np.maximum(mask[top:bottom, left:right], alpha)


def rhythm_actor(times: np.ndarray, events: list[Event], speed: np.ndarray, lamp: bool, rng) -> Actor:
    """The carrier of the rhythm: it turns, lands, jumps or swells exactly at the events; `speed` 0..1 per frame."""
    base = rng.uniform(0.18, 0.5)
    rgb, alpha = lamp_sprite(rng) if lamp else sprite(rng)
    manner = "pulse" if lamp else str(rng.choice(["zigzag", "bounce", "jump", "pulse", "spin"]))
    if manner == "bounce" and not events:
        manner = "zigzag"
    x, y = _path(times, events, manner, float(speed.mean()), rng)
    if not lamp and rng.random() < 0.75:
        # It works, runs, trembles: the more the music does, the more it moves within its way.
        reach, beat = rng.uniform(0.02, 0.09) * speed**1.3, rng.uniform(0.7, 2.3) * (0.4 + 1.2 * speed)
        turn = 2 * np.pi * np.cumsum(beat) * 0.1 + rng.uniform(0, 6)
        x, y = x + reach * np.sin(turn), y + 0.7 * reach * np.sin(2 * turn)
    kick = kicks(times, events, 0.16)
    size = base * (1 + (0.7 if manner == "pulse" else 0.35) * kick)
    angle = np.full(len(times), rng.uniform(0, 360))
    if manner == "spin":
        angle = angle + 75.0 * kicks(times, events, 0.3, hold=True)
    opacity = np.clip(0.12 + 0.9 * kick, 0, 1) if lamp else np.full(len(times), rng.uniform(0.85, 1.0))
    gain = 1 + rng.choice([0.0, 0.4, 0.9]) * kick
    return Actor(rgb, alpha, True, x, y, size, angle, opacity, gain)


def distractor(times: np.ndarray, rng: np.random.Generator) -> Actor:
    """Moves, but with no relation to the music: drifts, circles, wanders, flutters, or jumps at times of its own."""
    count = len(times)
    rgb, alpha = sprite(rng)
    x0, y0 = rng.uniform(0.05, 0.95, 2)
    size = np.full(count, rng.uniform(0.14, 0.48))
    angle = np.full(count, rng.uniform(0, 360))
    t = times - times[0]
    manner = rng.choice(["drift", "circle", "wander", "flutter", "jump", "rest"], p=[0.28, 0.18, 0.2, 0.12, 0.12, 0.1])
    if manner == "drift":
        vx, vy = rng.normal(0, 0.18, 2)
        x, y = (x0 + vx * t + 0.2) % 1.4 - 0.2, (y0 + vy * t + 0.2) % 1.4 - 0.2
    elif manner == "circle":
        turn = 2 * np.pi * rng.uniform(0.08, 0.4) * t + rng.uniform(0, 6)
        x, y = x0 + rng.uniform(0.03, 0.2) * np.cos(turn), y0 + rng.uniform(0.03, 0.2) * np.sin(turn)
    elif manner == "wander":
        x, y = x0 + _smooth_walk(count, rng), y0 + _smooth_walk(count, rng)
    elif manner == "flutter":
        x, y = x0 + rng.normal(0, 0.008, count), y0 + rng.normal(0, 0.008, count)
        angle = angle + rng.normal(0, 6, count)
    elif manner == "jump":
        own = [
            Event(float(e), 0.5, "own")
            for e in np.sort(rng.uniform(times[0], times[-1] + 0.1, rng.poisson(0.35 * len(t) / 10)))
        ]
        x, y = _path(times, own, "jump", 0.5, rng)
    else:
        x, y = np.full(count, x0), np.full(count, y0)
    opacity = np.full(count, rng.uniform(0.7, 1.0))
    return Actor(rgb, alpha, False, x, y, size, angle, opacity, np.ones(count))


class Particles:
    """Rain, sparks, leaves, traffic: many small things, as fast and as many as the music is intense."""

    def __init__(self, intensity: np.ndarray, rng: np.random.Generator):
        count = int(rng.integers(20, 90))
        heading = rng.uniform(0, 2 * np.pi) + rng.normal(0, rng.choice([0.1, 1.5]), count)
        way = np.cumsum(0.01 + 0.12 * intensity**1.5) * rng.uniform(0.5, 1.0)
        start = rng.uniform(0, 1, (count, 2))
        step = np.stack([np.cos(heading), np.sin(heading)], 1) * rng.uniform(0.5, 1.2, (count, 1))
        self.at = (start + way[:, None, None] * step) % 1.0  # [T, count, 2]
        self.shown = np.ceil(count * (0.15 + 0.85 * intensity)).astype(int)
        self.radius = rng.integers(1, 4, count)
        self.colour = palette((rng.uniform(-1, 1), 0.5), 1.0, rng)[3].clip(0, 255).tolist()

    def draw(self, frame: np.ndarray, i: int) -> None:
        """Onto frame float32 [S, S, 3]."""
        for (x, y), radius in zip(self.at[i, : self.shown[i]] * frame.shape[0], self.radius, strict=False):
            cv2.circle(frame, (int(x), int(y)), int(radius), self.colour, -1)


def kicks(times: np.ndarray, events: list[Event], decay_s: float, hold: bool = False) -> np.ndarray:
    """0 before an event, its strength at it, then dying away (or, with `hold`, staying and adding up)."""
    total = np.zeros(len(times))
    for event in events:
        since = times - event.time
        shape = 1 - np.exp(-np.maximum(since, 0) * 8) if hold else np.exp(-np.maximum(since, 0) / decay_s)
        total += np.where(since >= -1e-6, (0.15 + 0.85 * event.strength) * shape, 0.0)
    return total if hold else np.minimum(total, 1.3)


def sprite(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A shape with a second colour on it: rgb float32 [96, 96, 3], alpha float32 [96, 96]."""
    colours = palette((rng.uniform(-1, 1), rng.uniform(0, 1)), 1.0, rng)[rng.permutation(4)].clip(0, 255)
    alpha = np.zeros((SPRITE, SPRITE), np.uint8)
    centre, form = (SPRITE // 2, SPRITE // 2), rng.integers(4)
    if form == 0:
        cv2.circle(alpha, centre, 40, 255, -1, cv2.LINE_AA)
    elif form == 1:
        corners = int(rng.integers(3, 8))
        turn = np.arange(corners) / corners * 2 * np.pi
        reach = 44 * (np.ones(corners) if rng.random() < 0.5 else rng.uniform(0.5, 1.0, corners))
        points = np.stack([48 + reach * np.cos(turn), 48 + reach * np.sin(turn)], 1)
        cv2.fillPoly(alpha, [points.astype(np.int32)], 255, cv2.LINE_AA)
    elif form == 2:  # somebody: head, body, legs
        cv2.circle(alpha, (48, 18), 11, 255, -1, cv2.LINE_AA)
        cv2.ellipse(alpha, (48, 48), (14, 22), 0, 0, 360, 255, -1, cv2.LINE_AA)
        for foot in (34, 62):
            cv2.line(alpha, (48, 60), (foot, 92), 255, 9, cv2.LINE_AA)
    else:
        wide, tall = rng.integers(14, 46, 2)
        cv2.ellipse(alpha, centre, (int(wide), int(tall)), 0, 0, 360, 255, -1, cv2.LINE_AA)
    rgb = np.broadcast_to(colours[0], (SPRITE, SPRITE, 3)).astype(np.float32).copy()
    for colour in colours[1 : 1 + rng.integers(1, 3)]:
        spot = (int(rng.integers(20, 76)), int(rng.integers(20, 76)))
        cv2.circle(rgb, spot, int(rng.integers(6, 22)), colour.tolist(), -1, cv2.LINE_AA)
    return rgb, alpha.astype(np.float32) / 255


def lamp_sprite(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A glow without an edge: a lamp, muzzle flash, window, explosion."""
    y, x = np.mgrid[0:SPRITE, 0:SPRITE].astype(np.float32) - SPRITE / 2
    glow = np.exp(-(x * x + y * y) / (2 * 18.0**2)).astype(np.float32)
    colour = 255 * np.array([1.0, rng.uniform(0.6, 1.0), rng.uniform(0.3, 1.0)], np.float32)
    return np.broadcast_to(colour, (SPRITE, SPRITE, 3)).astype(np.float32).copy(), glow


def _path(times, events: list[Event], manner: str, speed: float, rng) -> tuple[np.ndarray, np.ndarray]:
    """Way points, one an event; between two of them the manner says how it moves. Strong events turn sharply."""
    marks = [times[0] - rng.uniform(0.3, 1.0), *(e.time for e in events)]
    marks.append(max(times[-1], marks[-1]) + rng.uniform(0.4, 1.5))
    points = [rng.uniform(0.25, 0.75, 2)]
    heading = rng.uniform(0, 2 * np.pi)
    for gap, event in zip(np.diff(marks), [*events, None], strict=True):
        step = np.clip(gap * (0.1 + 0.45 * speed), 0.03, 0.45)
        if manner == "jump":
            step = 0.12 + 0.3 * (event.strength if event else 0.2)
        target = points[-1] + step * np.array([np.cos(heading), np.sin(heading)])
        inside = np.clip(target, 0.12, 0.88)
        points.append(inside)
        strength = event.strength if event else 0.0
        heading = heading + np.pi + rng.uniform(-1, 1) * (1.6 - strength)
    points = np.array(points)
    if manner in ("pulse", "spin"):
        points = np.repeat(points[:1] + 0.0, len(points), 0)
    k = np.clip(np.searchsorted(marks, times + 1e-6, side="right") - 1, 0, len(marks) - 2)
    marks = np.array(marks)
    gap = marks[k + 1] - marks[k]
    u = (times - marks[k]) / gap
    if manner == "jump":
        previous = points[np.maximum(k - 1, 0)]
        arrived = np.clip((times - marks[k] + 0.03) / JUMP_S, 0, 1)[:, None]
        at = previous + (points[k] - previous) * arrived
    else:
        at = points[k] + (points[k + 1] - points[k]) * u[:, None]
    x, y = at[:, 0], at[:, 1]
    if manner == "bounce":
        y = 0.75 - np.minimum(0.5, 1.1 * gap * gap) * 4 * u * (1 - u)
    return x, y


def _smooth_walk(count: int, rng: np.random.Generator) -> np.ndarray:
    steps = np.convolve(rng.normal(0, 0.02, count + 12), np.hanning(13) / 6, mode="valid")
    return np.cumsum(steps)[:count]

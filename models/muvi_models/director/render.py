"""From the plan to frames and labels: `direct(piece, start_s, duration_s, seed)`.

Frame i shows the state at i / 10 s, so an event at t is first seen in frame ceil(10 t): labels say that frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from muvi_models.director.actors import Actor, Particles, distractor, kicks, rhythm_actor
from muvi_models.director.camera import Camera, camera_path
from muvi_models.director.photos import PhotoBank
from muvi_models.director.piece import Piece
from muvi_models.director.plan import MODES, Event, Plan, Shot, make_plan
from muvi_models.director.scenes import background

FRAME_RATE = 10.0
DISTRACTORS = {"object": 1.1, "camera": 0.4, "light": 0.8, "still": 1.6, "calm": 0.2}  # mean number
GRAIN_BANK = 8


@dataclass
class Staged:
    """A shot ready to be drawn; its arrays cover the frames from `first` on."""

    shot: Shot
    first: int
    scene: np.ndarray
    camera: Camera
    actors: list[Actor]
    particles: Particles | None
    flash: np.ndarray
    light: np.ndarray


class DirectedVideo:
    """An excerpt that can be rendered. `labels` are filled in as the frames are drawn."""

    def __init__(self, piece: Piece, start_s: float, plan: Plan, frames: int, rng, photos, side: int, grid):
        self.piece, self.start_s, self.plan, self.count = piece, start_s, plan, frames
        self.side, self.grid = side, grid
        self.intensity = piece.intensity_at(start_s + np.arange(frames) / FRAME_RATE)
        self.staged = [self._stage(shot, photos) for shot in plan.shots]
        self.grain = rng.normal(0, 1, (GRAIN_BANK, side, side, 1)).astype(np.float32)
        self.rng = rng
        patches = grid[0] * grid[1]
        self.labels = {
            "hits": self._marks(plan.seen),
            "hits_all": self._marks(plan.hits),
            "pulse": self._marks(plan.pulse),
            "cuts": np.zeros(frames, np.float32),
            "cuts_on_music": np.zeros(frames, np.float32),
            "intensity": self.intensity.astype(np.float32),
            "mode": np.zeros(frames, np.uint8),
            "object": np.zeros((frames, patches), np.float32),
            "distractor": np.zeros((frames, patches), np.float32),
        }
        for shot in plan.shots[1:]:
            if not shot.blend_s and not shot.dip_s:
                self.labels["cuts"][_frame(shot.start)] = 1.0
                self.labels["cuts_on_music"][_frame(shot.start)] = float(shot.on_music)

    def frames(self) -> Iterator[np.ndarray]:
        """RGB uint8 [S, S, 3], one after the other; deterministic in the seed, once."""
        side, taste = self.side, self.plan.taste
        bar = round(taste.letterbox * side)
        current = 0
        for i in range(self.count):
            while current + 1 < len(self.staged) and self.staged[current + 1].first <= i:
                current += 1
            staged = self.staged[current]
            masks = np.zeros((2, side, side), np.float32)
            image = self._draw(staged, i, masks)
            since = i / FRAME_RATE - staged.shot.start
            if current and 0 <= since < staged.shot.blend_s:
                before = self._draw(self.staged[current - 1], i, np.zeros_like(masks))
                image += (before - image) * (1 - since / staged.shot.blend_s)
            image *= self._fade(i, current)
            if bar:
                image[:bar] = image[side - bar :] = 0
            if taste.blur:
                image = cv2.GaussianBlur(image, (0, 0), taste.blur)
            if taste.grain:
                grain = np.roll(self.grain[self.rng.integers(GRAIN_BANK)], int(self.rng.integers(side)), axis=0)
                image += taste.grain * grain
            frame = np.clip(image, 0, 255).astype(np.uint8)
            if taste.jpeg:  # in swapped colours, which wear just as well
                _, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, taste.jpeg])
                frame = cv2.imdecode(data, cv2.IMREAD_COLOR)
            self._note(i, MODES.index(staged.shot.mode), masks)
            yield frame

    def render(self) -> np.ndarray:
        """All frames, uint8 [T, S, S, 3]."""
        return np.stack(list(self.frames()))

    def _stage(self, shot: Shot, photos: PhotoBank | None) -> Staged:
        rng = np.random.default_rng(shot.seed)
        first = _frame(shot.start)
        # One second more than the shot: a cross-fade still shows it.
        times = np.arange(first, max(first + 1, min(_frame(shot.end) + 10, self.count))) / FRAME_RATE
        own = self.plan.taste.motion_by_intensity
        # What moves the picture: the music's intensity, or as much of it as this film maker heeds.
        intensity = own * self.intensity[first : first + len(times)] + (1 - own) * rng.uniform(0.1, 0.8)
        mood, follow = (self.piece.valence, self.piece.arousal), self.plan.taste.colour_by_mood
        scene = background(mood, follow, photos, rng)
        actors = [distractor(times, rng) for _ in range(min(3, rng.poisson(DISTRACTORS[shot.mode])))]
        local_light = shot.mode == "light" and rng.random() < 0.6
        if shot.mode == "object" or local_light:
            place = int(rng.integers(len(actors) + 1))  # behind some distractors, before others
            actors.insert(place, rhythm_actor(times, shot.events, intensity, local_light, rng))
        particles = None
        if shot.mode not in ("still", "calm") and rng.random() < 0.55:
            particles = Particles(intensity, rng)
        flash = np.zeros(len(times))
        if shot.mode == "light" and not local_light:
            flash = rng.choice([-0.6, 0.5, 0.9], p=[0.15, 0.35, 0.5]) * kicks(times, shot.events, 0.13)
        light = 1 + self.plan.taste.light_by_intensity * (intensity - 0.5)
        camera = camera_path(shot, times, intensity, rng)
        return Staged(shot, first, scene, camera, actors, particles, flash, light)

    def _draw(self, staged: Staged, i: int, masks: np.ndarray) -> np.ndarray:
        i = min(i - staged.first, len(staged.flash) - 1)
        image = staged.camera.view(staged.scene, self.side, i).astype(np.float32)
        if staged.particles:
            staged.particles.draw(image, i)
        for actor in staged.actors:
            mask = masks[0 if actor.rhythm else 1]
            actor.draw(image, mask, i)
        flash = float(staged.flash[i])
        return image * (float(staged.light[i]) * (1 - max(flash, 0.0) + min(flash, 0.0))) + 255 * max(flash, 0.0)

    def _fade(self, i: int, current: int) -> float:
        """Fades at both ends of the excerpt and dips to black between shots: 0 black .. 1."""
        taste, now, end = self.plan.taste, i / FRAME_RATE, self.count / FRAME_RATE
        level = 1.0
        if taste.fade_in_s:
            level = min(level, now / taste.fade_in_s)
        if taste.fade_out_s:
            level = min(level, (end - now) / taste.fade_out_s)
        for shot in self.plan.shots[current : current + 2]:
            if shot.dip_s:
                level = min(level, abs(now - shot.start) / shot.dip_s)
        return max(0.0, level)

    def _note(self, i: int, mode: int, masks: np.ndarray) -> None:
        """Which patches the object and the distractors cover, 0..1: the carrier hides a distractor's claim."""
        rows, columns = self.grid
        self.labels["mode"][i] = mode
        for name, mask in zip(("object", "distractor"), masks, strict=True):
            self.labels[name][i] = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA).ravel()

    def _marks(self, events: list[Event]) -> np.ndarray:
        marks = np.zeros(self.count, np.float32)
        for event in events:
            if _frame(event.time) < self.count:
                marks[_frame(event.time)] = max(marks[_frame(event.time)], event.strength)
        return marks


def direct(
    piece: Piece,
    start_s: float,
    duration_s: float,
    seed: int,
    photos: PhotoBank | None = None,
    side: int = 224,
    grid: tuple[int, int] = (7, 7),
) -> DirectedVideo:
    """The video for an excerpt of a piece; the same arguments give the same pixels."""
    rng = np.random.default_rng(seed)
    plan = make_plan(piece, start_s, duration_s, rng)
    return DirectedVideo(piece, start_s, plan, round(duration_s * FRAME_RATE), rng, photos, side, grid)


def _frame(time_s: float) -> int:
    """The first frame that shows what happens at `time_s`."""
    return max(0, math.ceil(time_s * FRAME_RATE - 1e-6))

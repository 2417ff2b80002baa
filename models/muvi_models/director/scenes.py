"""Backgrounds: a photograph or a procedural scene, graded once a shot to the mood. RGB uint8 [h, w, 3]."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np

from muvi_models.director.photos import PhotoBank

SCENE_SIZE = (300, 420)  # height, width


def background(
    mood: tuple[float, float], follow: float, photos: PhotoBank | None, rng: np.random.Generator
) -> np.ndarray:
    """A scene for a mood (valence, arousal in -1..1); `follow` 0..1 is how far it obeys the mood."""
    if photos is not None and rng.random() < 0.75:
        image = photos.pick(mood, follow, rng)
        if rng.random() < 0.5:
            image = image[:, ::-1]
    else:
        image = PROCEDURAL[rng.integers(len(PROCEDURAL))](palette(mood, follow, rng), rng)
    return grade(np.ascontiguousarray(image), mood, follow, rng)


def palette(mood: tuple[float, float], follow: float, rng: np.random.Generator) -> np.ndarray:
    """Four RGB colours 0..255 [4, 3], dark to light: warm and bright for high valence, vivid for high arousal."""
    valence = follow * mood[0] + (1 - follow) * rng.uniform(-1, 1)
    arousal = follow * mood[1] + (1 - follow) * rng.uniform(-1, 1)
    hue = (0.6 - 0.25 * (valence + 1) + rng.normal(0, 0.12)) % 1.0
    colours = []
    for i in range(4):
        light = 0.12 + 0.2 * i + 0.1 * valence + rng.normal(0, 0.04)
        vivid = np.clip(0.45 + 0.3 * arousal + rng.normal(0, 0.1), 0.05, 1.0)
        shifted = (hue + rng.normal(0, 0.07) + 0.04 * i) % 1.0
        colours.append(colorsys.hls_to_rgb(shifted, float(np.clip(light, 0.03, 0.95)), float(vivid)))
    return np.array(colours) * 255.0


def grade(image: np.ndarray, mood: tuple[float, float], follow: float, rng: np.random.Generator) -> np.ndarray:
    """Saturation, contrast, brightness and warmth by mood, with an error of its own."""
    valence, arousal = follow * mood[0], follow * mood[1]
    saturation = np.clip(1.0 + 0.3 * valence + 0.2 * arousal + rng.normal(0, 0.12), 0.0, 1.7)
    if rng.random() < 0.06:
        saturation = 0.0  # black and white
    contrast = 1.0 + 0.25 * arousal + rng.normal(0, 0.08)
    bright = 22.0 * valence + rng.normal(0, 9.0)
    warm = np.array([10.0, 1.0, -12.0]) * (valence + rng.normal(0, 0.3))
    grey = np.array([0.299, 0.587, 0.114])
    matrix = contrast * (saturation * np.eye(3) + (1 - saturation) * np.ones((3, 1)) * grey)
    offset = 118.0 * (1 - contrast) + bright + warm
    return cv2.transform(image, np.concatenate([matrix, offset[:, None]], axis=1).astype(np.float32))


def _clouds(rng: np.random.Generator, octaves: int = 5) -> np.ndarray:
    """Smooth noise 0..1 of the scene's size."""
    height, width = SCENE_SIZE
    total = np.zeros(SCENE_SIZE, np.float32)
    for i in range(octaves):
        cells = rng.random((3 * 2**i, 4 * 2**i), dtype=np.float32)
        total += cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC) * 0.55**i
    return (total - total.min()) / (np.ptp(total) + 1e-6)


def _ramp(colours: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Colours along 0..1, looked up at every pixel."""
    steps = np.linspace(0, 1, len(colours))
    return np.stack([np.interp(at, steps, colours[:, c]) for c in range(3)], axis=-1).clip(0, 255).astype(np.uint8)


def cloud_scene(colours: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Clouds, fog, abstract matter."""
    return _ramp(colours, _clouds(rng))


def hill_scene(colours: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A sky and layers of hills."""
    height, width = SCENE_SIZE
    image = _ramp(colours[::-1], np.repeat(np.linspace(0, 0.5, height)[:, None], width, 1))
    for layer in range(3):
        ridge = cv2.resize(rng.random((1, 5 + 3 * layer), dtype=np.float32), (width, 1), interpolation=cv2.INTER_CUBIC)[
            0
        ]
        top = (height * (0.4 + 0.18 * layer) + 60 * (ridge - 0.5)).astype(int)
        shape = np.concatenate([np.stack([np.arange(width), top], 1), [[width, height], [0, height]]])
        cv2.fillPoly(image, [shape.astype(np.int32)], colours[2 - layer].clip(0, 255).tolist())
    return cv2.addWeighted(image, 0.85, _ramp(colours, _clouds(rng)), 0.15, 0)


def city_scene(colours: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A skyline with lit windows."""
    height, width = SCENE_SIZE
    image = _ramp(colours[1:], np.repeat(np.linspace(1, 0, height)[:, None], width, 1))
    left = 0
    while left < width:
        wide, top = int(rng.integers(18, 60)), int(height * rng.uniform(0.15, 0.7))
        image[top:, left : left + wide] = (colours[0] * rng.uniform(0.5, 1.2)).clip(0, 255)
        for y in range(top + 5, height - 5, 10):
            for x in range(left + 4, min(left + wide, width) - 6, 9):
                if rng.random() < 0.4:
                    image[y : y + 5, x : x + 4] = colours[3].clip(0, 255)
        left += wide + int(rng.integers(0, 8))
    return image


def stripe_scene(colours: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bars, rings or a checkerboard: graphics, games."""
    height, width = SCENE_SIZE
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle, pitch = rng.uniform(0, np.pi), rng.uniform(14, 50)
    form = rng.integers(3)
    if form == 0:
        wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) / pitch * np.pi)
    elif form == 1:
        wave = np.sin(np.hypot(x - width * rng.random(), y - height * rng.random()) / pitch * np.pi)
    else:
        wave = np.sin(x / pitch * np.pi) * np.sin(y / pitch * np.pi)
    return _ramp(colours, (0.5 + 0.5 * np.clip(wave * rng.uniform(1, 6), -1, 1)))


def star_scene(colours: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Points of light in the dark, some out of focus."""
    height, width = SCENE_SIZE
    image = _ramp(colours * np.array([[0.3], [0.4], [0.5], [0.6]]), _clouds(rng, 3))
    for _ in range(int(rng.integers(40, 160))):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        colour = (colours[3] * rng.uniform(0.6, 1.3)).clip(0, 255).tolist()
        cv2.circle(
            image,
            centre,
            int(rng.choice([1, 1, 2, 3, 9], p=[0.4, 0.3, 0.15, 0.1, 0.05])),
            colour,
            -1,
            cv2.LINE_AA,
        )
    return image


def plain_scene(colours: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Nearly empty: a studio wall, a title card."""
    height, width = SCENE_SIZE
    slope = np.repeat(np.linspace(0, rng.uniform(0.05, 0.6), height)[:, None], width, 1)
    return _ramp(colours[rng.permutation(4)], slope)


PROCEDURAL = (cloud_scene, hill_scene, city_scene, stripe_scene, star_scene, plain_scene)

"""Synthesised sounds that a General MIDI soundfont lacks: risers, booms, impacts and falls. Stereo, in -1..1."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, lfilter


def noise(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.standard_normal((n, 2)).astype(np.float32)


def sweep(x: np.ndarray, rate: int, start: float, end: float) -> np.ndarray:
    """Low-pass whose corner moves exponentially; in blocks with carried state, so that no block edge clicks."""
    out = np.empty_like(x)
    state = np.zeros((1, 2), np.float32)
    block = 1024
    for i in range(0, len(x), block):
        corner = start * (end / start) ** (i / max(1, len(x)))
        b, a = butter(1, min(corner, rate * 0.45) / (rate / 2))
        out[i : i + block], state = lfilter(b, a, x[i : i + block], axis=0, zi=state)
    return out


def render(kind: str, length: float, rate: int, seed: int) -> np.ndarray:
    """``riser`` ends at its loudest; ``impact``, ``boom`` and ``fall`` start there."""
    rng = np.random.default_rng(seed)
    n = max(64, int(length * rate))
    t = np.arange(n, dtype=np.float32) / rate
    x = t[:, None] / length
    if kind == "riser":
        tone = np.sin(2 * np.pi * np.cumsum(110 * 2 ** (2.5 * t / length)) / rate)[:, None] * 0.12
        out = (sweep(noise(rng, n), rate, 250, 9000) * 0.4 + tone) * x**2
        fade = min(n, int(0.012 * rate))
        out[n - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
        return out
    pitch = {"boom": (34, 62), "impact": (42, 150), "fall": (30, 40)}[kind]
    freq = pitch[0] + (pitch[1] - pitch[0]) * np.exp(-t / 0.06)
    low = np.sin(2 * np.pi * np.cumsum(freq) / rate)[:, None] * np.exp(-x * 5)
    if kind == "boom":
        crack = noise(rng, n) * np.exp(-t / 0.012)[:, None] * 0.25
        out = low * 0.8 + crack
    elif kind == "impact":
        air = sweep(noise(rng, n), rate, 9000, 300) * np.exp(-x * 6) * 0.5
        out = low * 0.7 + air
    else:
        out = sweep(noise(rng, n), rate, 8000, 200) * np.exp(-x * 4) * 0.45
    fade = min(n, int(0.02 * rate))
    out[n - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return out.astype(np.float32)

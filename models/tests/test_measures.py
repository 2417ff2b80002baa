"""The measures that exist in Rust too: both are held against one example, tests/measures.json.

`PYTHONPATH=. python tests/test_measures.py` writes it anew; `scoring/tests/measures.rs` reads it.
"""

import json
from pathlib import Path

import numpy as np
import torch

from muvi_models.contract import SAMPLE_RATE
from muvi_models.music_features import music_features
from muvi_models.spectrogram import magnitudes
from muvi_models.sync import beats_in_bins, hits_and_chance, onsets, strong_onsets

EXAMPLE = Path(__file__).with_name("measures.json")
STARTS = [0.25, 0.7, 1.3, 1.55, 2.2, 2.46, 3.3]
SECONDS = 4.0


def sound() -> np.ndarray:
    """Plucked tones over faint noise of a generator that any language has, float32 [n]."""
    count = int(SECONDS * SAMPLE_RATE)
    out = np.zeros(count)
    for n, start in enumerate(STARTS):
        first = int(start * SAMPLE_RATE)
        t = np.arange(count - first) / SAMPLE_RATE
        hertz = 220.0 * (1.0 + 0.25 * (n % 4))
        tone = sum(np.sin(2 * np.pi * hertz * h * t) / h for h in range(1, 5))
        out[first:] += (0.2 if n % 3 else 0.009) * tone * np.exp(-5.0 * t)
    state, noise = 1, np.empty(count)
    for i in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        noise[i] = state / 2**32 - 0.5
    return (out + 0.004 * noise).astype(np.float32)


def example() -> dict:
    """What Python measures."""
    samples = sound()
    magnitude = magnitudes(torch.from_numpy(np.stack([samples, samples]))[None])[0, 0].numpy()
    times, strengths = onsets(magnitude)
    rng = np.random.default_rng(3)
    cases = []
    for bin_s in (1.0, 0.2):
        reference, ours = (np.sort(rng.uniform(0, 20, n)).round(3) for n in (30, 24))
        bcs, bhs = beats_in_bins(reference, ours, 20.0, bin_s)
        case = {"reference": reference.tolist(), "ours": ours.tolist(), "duration_s": 20.0, "bin_s": bin_s}
        cases.append(case | {"bcs": bcs, "bhs": bhs})
    hits, music = (np.sort(rng.uniform(0, 30, n)).round(3) for n in (25, 90))
    landed, chance = hits_and_chance(hits, music, 30.0, shifts=2000)
    return {
        "onsets": [[round(float(t), 4), round(float(s), 3)] for t, s in zip(times, strengths, strict=True)],
        "strong": [round(float(t), 4) for t in strong_onsets(magnitude)],
        "beats": cases,
        "hits": {
            "hits": hits.tolist(),
            "onsets": music.tolist(),
            "duration_s": 30.0,
            "landed": float(landed.mean()),
            "chance": round(chance, 3),
        },
        "features": [[round(float(v), 4) for v in row] for row in music_features(samples, SAMPLE_RATE)],
    }


def test_the_example_is_what_python_measures():
    stored, now = json.loads(EXAMPLE.read_text()), example()
    assert stored["beats"] == now["beats"] and stored["hits"] == now["hits"]
    for name, tolerance in (("onsets", 2e-3), ("strong", 1e-4), ("features", 2e-3)):
        assert np.shape(stored[name]) == np.shape(now[name]), name
        assert np.abs(np.array(stored[name]) - np.array(now[name])).max() <= tolerance, name


if __name__ == "__main__":
    EXAMPLE.write_text(json.dumps(example()) + "\n")

"""Held-out figures of the generator, on decoded magnitudes: does the music do what plan and style clip ask?

    python -m muvi_models.evaluate_generator --latents models/data/latents --codec models/runs/codec/decoder.pt \
        --velocity models/runs/velocity/mean.pt --out models/runs/velocity/heldout.json

Every figure stands beside anchors: the real music through the codec, and the same plan against another
window's music (shuffled). `hits` is the part of hit points with one of the strongest onsets within 70 ms.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from scipy.signal import find_peaks

from .codec import CodecDecoder, load_codec
from .contract import HOP, LATENT_RATE, SAMPLE_RATE, STACK, STYLE_FRAMES, WINDOW_FRAMES, channel
from .guidance import generated, noise_for
from .pieces import Piece, load_pieces
from .plan import latent_times
from .spectrogram import chroma_matrix, mel_bands
from .velocity import Velocity, VelocityConfig, load_velocity

FRAME_RATE = SAMPLE_RATE / HOP
TOLERANCE_S = 0.07
VIDEO_WIDTH = VelocityConfig.video


def window_of(piece: Piece, start: int, style: Piece | None, style_start: int) -> dict[str, np.ndarray]:
    """Inputs for one held-out window: the whole plan, nothing kept, the style clip of `style` or none."""
    s, w = STYLE_FRAMES, WINDOW_FRAMES
    plan = np.zeros((s + w, piece.plan.shape[1]), np.float32)
    plan[s:] = piece.plan[start : start + w]
    context = np.zeros((s + w, piece.latents.shape[1]), np.float32)
    globals_ = piece.globals.copy()
    if style is not None:
        context[:s] = style.latents[style_start : style_start + s]
        plan[:s, channel("style")] = 1
    mask = np.zeros((s + w, 1), np.float32)
    mask[:s] = 1
    latents = np.concatenate([context[:s], piece.latents[start : start + w]])
    video = np.zeros((s + w, VIDEO_WIDTH), np.float32)
    return {"latents": latents, "context": context, "mask": mask, "style_mask": mask, "video": video, "plan": plan} | {
        "globals": globals_
    }


@torch.no_grad()
def generate(model: Velocity, rows: list[dict], steps: int, guidance: float) -> np.ndarray:
    """Generated windows [N, window, Z]."""
    rng = np.random.default_rng(11)

    def velocity(**inputs: np.ndarray) -> np.ndarray:
        with torch.autocast("cpu", torch.bfloat16):
            return model(**{k: torch.from_numpy(v) for k, v in inputs.items()}).float().numpy()

    return np.stack([generated(velocity, row, noise_for(row, rng), steps, guidance) for row in rows])


@torch.no_grad()
def decoded(decoder: CodecDecoder, latents: np.ndarray) -> np.ndarray:
    """Mid magnitudes [N, F, K]."""
    return np.concatenate([decoder(torch.from_numpy(x)[None])[0].exp().numpy() for x in latents])


def onset_strength(magnitude: np.ndarray) -> np.ndarray:
    """Spectral flux of 64 log-mel bands [F]."""
    mel = np.log(magnitude @ mel_bands(64) + 1e-3)
    rise = np.maximum(mel[2:] - mel[:-2], 0).mean(1)
    return np.concatenate([[0.0], rise, [0.0]])


def hits_landed(strength: np.ndarray, hits: np.ndarray) -> float:
    """Part of `hits` (s) with one of the 2 n strongest onsets within 70 ms; nan without hits."""
    if len(hits) == 0:
        return float("nan")
    peaks, _ = find_peaks(strength, distance=8)
    peaks = peaks[np.argsort(-strength[peaks])][: 2 * len(hits)] / FRAME_RATE
    return float(np.mean([np.any(np.abs(peaks - h) < TOLERANCE_S) for h in hits]))


def level(magnitude: np.ndarray) -> np.ndarray:
    """Level per latent in dB, smoothed over 1 s [L]."""
    decibel = 10 * np.log10((magnitude**2).sum(1).reshape(-1, STACK).mean(1) + 1e-7)
    return np.convolve(np.pad(decibel, 11, mode="edge"), np.hanning(23) / np.hanning(23).sum(), "valid")


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson correlation; nan where one hardly moves."""
    if a.std() < 0.03 or b.std() < 1e-6:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def chord_fit(magnitude: np.ndarray, plan: np.ndarray) -> float:
    """Mean correlation of the music's chroma with the chord's pitch classes, over latents with a chord."""
    chroma = (magnitude @ chroma_matrix()).reshape(-1, STACK, 12).mean(1)
    wanted = plan[:, channel("chroma_0") : channel("chroma_0") + 12]
    use = (wanted.sum(1) > 0) & (chroma.sum(1) > 0.02)
    if use.sum() < 20:
        return float("nan")
    return float(np.mean([np.corrcoef(c, w)[0, 1] for c, w in zip(chroma[use], wanted[use], strict=True)]))


def figures(magnitudes: np.ndarray, plans: np.ndarray, hits: list[np.ndarray], shift: int) -> dict[str, float]:
    """Mean figures of the music against the plans of the windows `shift` further (0: their own)."""
    rows = []
    for i, magnitude in enumerate(magnitudes):
        j = (i + shift) % len(plans)
        rows.append(
            (
                correlation(plans[j][:, channel("intensity")], level(magnitude)),
                hits_landed(onset_strength(magnitude), hits[j]),
                chord_fit(magnitude, plans[j]),
            )
        )
    means = np.nanmean(np.array(rows), 0)
    return {"intensity": float(means[0]), "hits": float(means[1]), "chords": float(means[2])}


def hit_times(plan: np.ndarray) -> np.ndarray:
    """Peaks of the hit channel in seconds from the window's start."""
    peaks, _ = find_peaks(np.pad(plan[:, channel("hit")], 1), height=0.2)
    times = latent_times(len(plan))[peaks - 1]
    return times[(times > 0.2) & (times < WINDOW_FRAMES / LATENT_RATE - 0.2)]


def style_judge(pieces: list[Piece]):
    """Nearest centroid of mean and deviation of the latents per style, over windows of the training pieces."""

    def describe(x: np.ndarray) -> np.ndarray:
        return np.concatenate([x.mean(0), x.std(0)])

    rows, names = [], []
    for piece in pieces:
        for start in range(100, max(101, piece.end - WINDOW_FRAMES), WINDOW_FRAMES):
            rows.append(describe(piece.latents[start : start + WINDOW_FRAMES]))
            names.append(piece.style)
    rows, names = np.array(rows), np.array(names)
    mean, deviation = rows.mean(0), rows.std(0) + 1e-6
    rows = (rows - mean) / deviation
    styles = sorted(set(names))
    centres = np.array([rows[names == s].mean(0) for s in styles])

    def judge(x: np.ndarray) -> str:
        return styles[int(np.argmin(np.linalg.norm(centres - (describe(x) - mean) / deviation, axis=1)))]

    return judge


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latents", type=Path, required=True)
    parser.add_argument("--codec", type=Path, required=True)
    parser.add_argument("--velocity", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--windows", type=int, default=24)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--guidance", type=float, nargs="+", default=[2.5])
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    held = load_pieces(arguments.latents / "heldout")
    judge = style_judge(load_pieces(arguments.latents / "train"))
    _, decoder, _ = load_codec(arguments.codec)
    model, state = load_velocity(arguments.velocity)
    rng = np.random.default_rng(7)
    plain, own, other, wanted = [], [], [], []
    for i in range(arguments.windows):
        piece = held[i % len(held)]
        start = int(rng.integers(0, max(1, piece.end - WINDOW_FRAMES)))
        guest = held[(i + 1 + int(rng.integers(len(held) - 1))) % len(held)]
        plain.append(window_of(piece, start, None, 0))
        own.append(window_of(piece, start, piece, int(rng.integers(0, piece.end - STYLE_FRAMES))))
        other.append(window_of(piece, start, guest, int(rng.integers(40, guest.end - STYLE_FRAMES))))
        other[-1]["globals"][[1, 2, 4]] = 0
        wanted.append(guest.style)
    plans = np.array([r["plan"][STYLE_FRAMES:] for r in plain])
    hits = [hit_times(p) for p in plans]
    real = np.array([r["latents"][STYLE_FRAMES:] for r in plain])
    result: dict = {"step": state.get("step"), "windows": arguments.windows, "solver_steps": arguments.steps}
    magnitudes = decoded(decoder, real)
    result["real"] = figures(magnitudes, plans, hits, 0)
    result["real_shuffled"] = figures(magnitudes, plans, hits, 7)
    result["real"]["style"] = float(np.mean([judge(x) == held[i % len(held)].style for i, x in enumerate(real)]))
    for guidance in arguments.guidance:
        for name, rows in (("no_clip", plain), ("own_clip", own), ("other_clip", other)):
            latents = generate(model, rows, arguments.steps, guidance)
            magnitudes = decoded(decoder, latents)
            entry = figures(magnitudes, plans, hits, 0)
            entry["shuffled"] = figures(magnitudes, plans, hits, 7)
            if name == "other_clip":
                entry["style"] = float(np.mean([judge(x) == w for x, w in zip(latents, wanted, strict=True)]))
            result[f"{name}_guidance_{guidance:g}"] = entry
            print(name, guidance, json.dumps(entry), flush=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()

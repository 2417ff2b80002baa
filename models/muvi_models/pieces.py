"""Pieces of music on disk (audio beside labels) and their latents, computed once.

    python -m muvi_models.pieces --music models/data/music --codec models/runs/codec/linear.pt \
        --out models/data/latents
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import torch

from .codec import CodecEncoder, load_codec
from .contract import GLOBALS, SAMPLE_RATE
from .parallel import Workers
from .plan import globals_of, loudness_curve, plan_of, plan_of_recording
from .spectrogram import magnitudes, pad_to_latents
from .video_conditioning import on_latent_clock, read_conditioning
from .whole import write_whole

SILENCE_LATENTS = 128
"""Silence kept behind each piece (6 s), so that the generator learns what follows an ending."""


@dataclass
class Piece:
    """Latents [L, Z], plan [L, C] (everything known) and globals [G] of one piece."""

    name: str
    style: str
    latents: np.ndarray
    plan: np.ndarray
    globals: np.ndarray
    end: int
    video: list[tuple[int, np.ndarray]]
    """Made videos: (first latent, conditioning [n, D] on the latent clock)."""


def audio_files(folder: Path) -> list[Path]:
    """Audio files that have labels beside them, sorted by name."""
    return sorted(f for f in folder.glob("*.flac") if f.with_suffix(".json").exists())


def read_audio(path: Path) -> np.ndarray:
    """Stereo float32 [2, n] at the pack's rate."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != SAMPLE_RATE:
        raise ValueError(f"{path}: {rate} Hz, expected {SAMPLE_RATE}")
    return np.repeat(audio.T, 2, 0) if audio.shape[1] == 1 else np.ascontiguousarray(audio.T[:2])


@torch.no_grad()
def encode(encoder: CodecEncoder, stereo: np.ndarray, chunk: int = 512) -> np.ndarray:
    """Latents [L, Z] of `stereo` [2, n], n a multiple of 2048, in chunks whose neighbours the encoder sees."""
    count, device = stereo.shape[1] // 2048, next(encoder.buffers()).device
    margin = np.pad(stereo, ((0, 0), (2048, 2048)))
    out = []
    for start in range(0, count, chunk):
        end = min(start + chunk, count)
        first, last = max(0, start - encoder.halo), min(count, end + encoder.halo)
        piece = torch.from_numpy(margin[:, first * 2048 : (last + 2) * 2048])[None].to(device)
        latents = encoder(magnitudes(piece)[:, :, 4:-4])[0]
        out.append(latents[start - first : end - first].cpu().numpy())
    return np.concatenate(out)


def first_bpm(labels: dict) -> float:
    """Beats a minute with which a piece begins."""
    bpm = labels["bpm"]
    return float(bpm if isinstance(bpm, int | float) else (bpm[0]["bpm"] if isinstance(bpm[0], dict) else bpm[0]))


def encode_piece(encoder: CodecEncoder, path: Path) -> dict:
    """Arrays stored per piece."""
    labels = json.loads(path.with_suffix(".json").read_text())
    audio = pad_to_latents(read_audio(path), SILENCE_LATENTS)
    latents = encode(encoder, audio)
    if labels.get("kind") == "recording":
        return {
            "latents": latents.astype(np.float16),
            "plan": plan_of_recording(labels["end_s"], loudness_curve(audio, len(latents))).astype(np.float16),
            "globals": np.zeros(len(GLOBALS), np.float32),
            "end": np.int64(np.ceil(labels["end_s"] * SAMPLE_RATE / 2048)),
            "style": np.array(labels["style"]),
        }
    plan = plan_of(labels, len(latents), loudness_curve(audio, len(latents)))
    return {
        "latents": latents.astype(np.float16),
        "plan": plan.astype(np.float16),
        "globals": globals_of(first_bpm(labels), labels["valence"], labels["arousal"]),
        "end": np.int64(np.ceil(labels["end_s"] * SAMPLE_RATE / 2048)),
        "style": np.array(labels["style"]),
    }


def load_pieces(folder: Path, clips: Path | None = None) -> list[Piece]:
    """All encoded pieces of a split; `clips` is the folder of the split's made videos and their conditioning."""
    filmed = read_conditioning(clips) if clips is not None else {}
    pieces = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as stored:
            arrays = {k: stored[k] for k in stored.files}
        video = [on_latent_clock(values, start) for start, values in filmed.get(path.stem, [])]
        pieces.append(
            Piece(
                path.stem,
                str(arrays["style"]),
                arrays["latents"].astype(np.float32),
                arrays["plan"].astype(np.float32),
                arrays["globals"].astype(np.float32),
                int(arrays["end"]),
                video,
            )
        )
    return pieces


def main(argv: list[str] | None = None) -> None:
    """Encodes what is not encoded yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--music", type=Path, nargs="+", required=True, help="folders of music, and of recordings")
    parser.add_argument("--codec", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--part", default="0/1", help="I/N: this process takes every Nth piece from the Ith on")
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    part, parts = map(int, arguments.part.split("/"))
    encoder = load_codec(arguments.codec)[0].to(Workers().device)
    for split in ("heldout", "train"):
        (arguments.out / split).mkdir(parents=True, exist_ok=True)
        files = [f for folder in arguments.music for f in audio_files(folder / split)][part::parts]
        for path in files:
            target = arguments.out / split / f"{path.stem}.npz"
            if target.exists():
                continue
            arrays = encode_piece(encoder, path)
            write_whole(target, lambda f, a=arrays: np.savez(f, **a))
        print(f"{split}: {len(files)} pieces", flush=True)


if __name__ == "__main__":
    main()

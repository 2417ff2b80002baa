"""Made videos -> features and labels: `python -m muvi_models.make_video_features --split train --minutes 50 ...`.

For every piece in `--music` (label JSON beside its audio) several renderings of excerpts are directed, encoded and
forgotten; what stays is one file a rendering under `--out`/<split>: features fp16 [T, P, Cv] and labels on the
10 fps clock, and one file a piece with its music features. A file is written whole or not at all; those that exist
are skipped, so the command may be stopped and started again. The same seed gives the same files.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch

from muvi_models.director import FRAME_RATE, PhotoBank, Piece, direct
from muvi_models.encoder import Encoder
from muvi_models.music_features import read_music_features
from muvi_models.whole import write_whole

BATCH = 16
SHORTEST_S, LONGEST_S = 15.0, 35.0
PLAIN = 0.35
"""Part of the excerpts taken anywhere; the others where something changes."""


def main(argv: list[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--music", type=Path, default=Path("data/music"))
    parser.add_argument("--out", type=Path, default=Path("data/video"))
    parser.add_argument("--photos", type=Path, help="images folder of endless-sky-data; without it: drawn scenes")
    parser.add_argument("--split", choices=("train", "heldout"), required=True)
    parser.add_argument("--minutes", type=float, default=50.0, help="stop when this much video exists")
    parser.add_argument("--pieces", type=int, default=0, help="use the first N pieces only (0: all)")
    parser.add_argument("--renderings", type=int, default=3, help="excerpts of each piece")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--encoder", type=Path, help="a pack's encoder.onnx, instead of exporting the network anew")
    parser.add_argument("--part", default="0/1", help="I/N: this process takes every Nth clip from the Ith on")
    args = parser.parse_args(argv)

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    photos = PhotoBank(args.photos, args.split) if args.photos else None
    encode = runner(args.encoder) if args.encoder else fast_encoder(Encoder())
    out = args.out / args.split
    out.mkdir(parents=True, exist_ok=True)
    # In an order of their digests: the first N are a mixture of styles.
    found = (args.music / args.split).glob("*.json")
    pieces = sorted(found, key=lambda p: zlib.crc32(p.stem.encode()))[: args.pieces or None]
    part, parts = map(int, args.part.split("/"))
    done, began = 0.0, time.monotonic()
    for rendering in range(args.renderings):
        for path in pieces[part::parts]:
            if done >= args.minutes * 60 / parts:
                return
            target = out / f"{path.stem}.r{rendering}.npz"
            if not target.exists():
                make_one(path, target, rendering, args.seed, photos, encode)
            made = np.load(target)["hits"].shape[0] / FRAME_RATE
            done += made
            spent = time.monotonic() - began
            print(
                json.dumps({"file": target.name, "minutes": round(done / 60, 2), "spent_s": round(spent)}), flush=True
            )


def make_one(path: Path, target: Path, rendering: int, seed: int, photos, encode) -> None:
    """One rendering of an excerpt of the piece whose labels are at `path`."""
    piece = Piece.load(path)
    own_seed = zlib.crc32(f"{seed}/{piece.name}/{rendering}".encode())
    rng = np.random.default_rng(own_seed)
    length = min(rng.uniform(SHORTEST_S, LONGEST_S), piece.end_s)
    # On whole frames, so that a picture frame is a frame of the music features.
    start = round(eventful(piece, length, rng) * FRAME_RATE) / FRAME_RATE
    video = direct(piece, start, int(length * FRAME_RATE) / FRAME_RATE, own_seed, photos)
    features = encode(video.render())
    labels = {k: v.astype(np.float16) if v.dtype == np.float32 else v for k, v in video.labels.items()}
    facts = {
        "piece": piece.name,
        "start_frame": round(start * FRAME_RATE),
        "valence": (piece.valence + 1) / 2,
        "arousal": (piece.arousal + 1) / 2,
        "style": piece.style,
    }
    music = target.parent / f"{piece.name}.music.npy"
    if not music.exists():
        audio = next(p for p in (path.with_suffix(s) for s in (".flac", ".wav", ".ogg")) if p.exists())
        write_whole(music, lambda f: np.save(f, read_music_features(audio).astype(np.float16)))
    write_whole(target, lambda f: np.savez(f, features=features, **labels, facts=json.dumps(facts)))


def eventful(piece: Piece, length: float, rng: np.random.Generator) -> float:
    """Start (s) of an excerpt; mostly the one of some in which the intensity changes most."""
    starts = rng.uniform(0, max(0.0, piece.end_s - length), 4)
    if rng.random() < PLAIN:
        return float(starts[0])
    return float(max(starts, key=lambda s: piece.intensity_at(s + np.arange(0, length, 0.5)).std()))


def fast_encoder(encoder: Encoder) -> Callable[[np.ndarray], np.ndarray]:
    """The encoder by ONNX Runtime on one thread (10 ms a frame; PyTorch takes 25): [T, S, S, 3] -> fp16 [T, P, Cv]."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "encoder.onnx"
        frames = torch.export.Dim("frames", min=2)
        torch.onnx.export(
            encoder,
            encoder.example_inputs(),
            path,
            opset_version=18,
            dynamo=True,
            verbose=False,
            input_names=["frames"],
            output_names=["features"],
            dynamic_shapes={"frames": {0: frames}},
        )
        return runner(path)


def runner(path: Path) -> Callable[[np.ndarray], np.ndarray]:
    """An exported encoder on one thread: frames uint8 [T, S, S, 3] -> fp16 [T, P, Cv]."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def encode(video: np.ndarray) -> np.ndarray:
        padded = np.concatenate([video[:1], video])
        parts = [
            session.run(None, {"frames": padded[i : i + BATCH + 1]})[0].astype(np.float16)
            for i in range(0, len(video), BATCH)
        ]
        return np.concatenate(parts)

    return encode


if __name__ == "__main__":
    main()

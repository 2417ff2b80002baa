"""The adaptor's conditioning of the made clips, for the generator's fine-tuning with video.

`python -m muvi_models.video_conditioning` writes conditioning.npz beside the clips of a split; read it with
`read_conditioning`. Row i of a clip belongs to the moment (start + i) / 10 s of its piece.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from muvi_models.adaptor import load_adaptor
from muvi_models.contract import FRAME_RATE
from muvi_models.parallel import Workers
from muvi_models.plan import latent_times
from muvi_models.whole import write_whole


def main(argv: list[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--adaptor", type=Path, default=Path("runs/adaptor/best.pt"))
    parser.add_argument("--clips", type=Path, default=Path("data/video/train"))
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    device = Workers().device
    adaptor = load_adaptor(args.adaptor).to(device)
    arrays = {}
    for path in sorted(args.clips.glob("*.r*.npz")):
        saved = np.load(path)
        facts = json.loads(str(saved["facts"]))
        conditioning = adaptor.conditioning_for(torch.from_numpy(saved["features"]).to(device)).cpu()
        arrays[f"{facts['piece']}@{facts['start_frame']}@{path.stem}"] = conditioning.numpy().astype(np.float16)
    write_whole(args.clips / "conditioning.npz", lambda f: np.savez(f, **arrays))
    print(f"{len(arrays)} clips")


def read_conditioning(folder: Path | str) -> dict[str, list[tuple[int, np.ndarray]]]:
    """Piece -> its clips as (start frame on the piece's 10 fps clock, conditioning float32 [T, D])."""
    pieces: dict[str, list[tuple[int, np.ndarray]]] = {}
    with np.load(Path(folder) / "conditioning.npz") as saved:
        for key in saved.files:
            piece, start, _ = key.rsplit("@", 2)
            pieces.setdefault(piece, []).append((int(start), saved[key].astype(np.float32)))
    return pieces


def on_latent_clock(conditioning: np.ndarray, start_frame: int) -> tuple[int, np.ndarray]:
    """`conditioning` [T, D] of the picture frames from `start_frame` on -> first latent, values [n, D]."""
    rate = FRAME_RATE[0] / FRAME_RATE[1]
    start, end = start_frame / rate, (start_frame + len(conditioning) - 1) / rate
    times = latent_times(int(end * 22) + 2)
    inside = np.flatnonzero((times >= start) & (times <= end))
    position = (times[inside] - start) * rate
    low = np.minimum(position.astype(int), len(conditioning) - 2)
    part = (position - low)[:, None]
    values = (1 - part) * conditioning[low] + part * conditioning[low + 1]
    return int(inside[0]), values.astype(np.float32)


if __name__ == "__main__":
    main()

"""Makes the composed part of the training data: ``python -m muvi_models.make_music --hours 3 --jobs 2``.

Each piece becomes ``<out>/<split>/<style>_<seed>.flac`` with its labels in a ``.json`` beside it. The same seed gives
the same pieces; finished pieces are skipped, so that a run can be stopped and continued.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path
from random import Random

import soundfile as sf

from .composer import STYLES, compose
from .render import RATE, missing, render
from .whole import write_whole

HELD_OUT = 0.08


def split_of(style: str, seed: int) -> str:
    """Where a piece belongs; it follows from its name alone."""
    return "heldout" if Random(f"split:{style}:{seed}").random() < HELD_OUT else "train"


def pieces(seed: int) -> Iterator[tuple[str, int]]:
    """(style, seed) without end: rounds of all styles in changing order, so that any prefix is balanced."""
    number = seed * 100_000
    while True:
        order = list(STYLES)
        Random(f"order:{number}").shuffle(order)
        yield from ((style, number) for style in order)
        number += 1


def make(job: tuple[str, str, int]) -> tuple[str, float]:
    """Makes one piece unless it is there; returns its name and seconds. The labels come last: they mark it done."""
    out, style, seed = job
    split = split_of(style, seed)
    folder = Path(out, split)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{style}_{seed}"
    label = folder / f"{name}.json"
    if label.exists() and (folder / f"{name}.flac").exists():
        return name, json.loads(label.read_text())["end_s"]
    audio, labels = render(compose(seed, style, split == "heldout"))
    encoded = io.BytesIO()
    sf.write(encoded, audio, RATE, format="FLAC", subtype="PCM_16", compression_level=0.2)
    write_whole(folder / f"{name}.flac", lambda f: f.write(encoded.getvalue()))
    write_whole(label, lambda f: f.write(labels.json().encode()))
    return name, labels.end_s


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compose and render training music with exact labels.")
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="models/data/music")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args(argv)
    if reason := missing():
        print(f"make_music: {reason}", file=sys.stderr)
        return 1
    begun, total, count = time.monotonic(), 0.0, 0
    with Pool(args.jobs) as pool:
        jobs = ((args.out, style, seed) for style, seed in pieces(args.seed))
        # imap would drain an endless iterator into its queue, so pieces go in by batches of whole rounds.
        while total < args.hours * 3600:
            batch = [next(jobs) for _ in range(len(STYLES) * 2)]
            for _, seconds in pool.imap(make, batch):
                total, count = total + seconds, count + 1
            spent = time.monotonic() - begun
            print(f"{count} pieces, {total / 3600:.2f} of {args.hours:g} h, {total / spent:.1f}x real time", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

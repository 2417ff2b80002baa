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
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

import soundfile as sf

from .composer import STYLES, compose
from .render import RATE, missing, render
from .whole import write_whole

HELD_OUT = 0.08
HELD_OUT_EACH = 6
"""Held-out pieces of each style at least: a style that is judged by one piece is judged by its chance."""


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


def make(job: tuple[str, str, int], eventful: bool = False) -> tuple[str, float, Path]:
    """Makes one piece unless it is there; its name, seconds and labels' file, which comes last: it marks it done."""
    out, style, seed = job
    split = split_of(style, seed)
    folder = Path(out, split)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{style}_{seed}"
    label = folder / f"{name}.json"
    if label.exists() and (folder / f"{name}.flac").exists():
        return name, json.loads(label.read_text())["end_s"], label
    audio, labels = render(compose(seed, style, split == "heldout", eventful))
    encoded = io.BytesIO()
    sf.write(encoded, audio, RATE, format="FLAC", subtype="PCM_16", compression_level=0.2)
    write_whole(folder / f"{name}.flac", lambda f: f.write(encoded.getvalue()))
    write_whole(label, lambda f: f.write(labels.json().encode()))
    return name, labels.end_s, label


def lacking(out: str, seed: int, each: int) -> Iterator[tuple[str, str, int]]:
    """Jobs for held-out pieces, in the order of `pieces`, until every style has `each` of them."""
    have = Counter(f.stem.rsplit("_", 1)[0] for f in Path(out, "heldout").glob("*.json"))
    for style, number in pieces(seed):
        if all(have[s] >= each for s in STYLES):
            return
        fresh = not Path(out, "heldout", f"{style}_{number}.json").exists()
        if fresh and have[style] < each and split_of(style, number) == "heldout":
            have[style] += 1
            yield out, style, number


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compose and render training music with exact labels.")
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="models/data/music")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--split", choices=("train", "heldout"), help="pieces of this split only")
    parser.add_argument("--eventful", action="store_true", help="as pictures ask for it; give it a seed of its own")
    parser.add_argument("--held-out-each", type=int, default=0, help="held-out pieces of each style, beyond the hours")
    args = parser.parse_args(argv)
    if reason := missing():
        print(f"make_music: {reason}", file=sys.stderr)
        return 1
    make_one = partial(make, eventful=args.eventful)
    begun, total, count = time.monotonic(), 0.0, 0
    jobs = ((args.out, style, seed) for style, seed in pieces(args.seed) if args.split in (None, split_of(style, seed)))
    with ProcessPoolExecutor(args.jobs) as pool:
        # In order and a few ahead: which pieces there are depends on the hours alone, not on who was quick.
        ahead = deque(pool.submit(make_one, next(jobs)) for _ in range(3 * args.jobs))
        while total < args.hours * 3600:
            total, count = total + ahead.popleft().result()[1], count + 1
            ahead.append(pool.submit(make_one, next(jobs)))
            if count % 16 == 0:
                spent = time.monotonic() - begun
                print(f"{count} pieces, {total / 3600:.2f} of {args.hours:g} h, {total / spent:.1f}x", flush=True)
        surplus = [f.result()[2] for f in ahead if not f.cancel()]
    for label in surplus:
        label.unlink(missing_ok=True)
        label.with_suffix(".flac").unlink(missing_ok=True)
    more = list(lacking(args.out, args.seed, args.held_out_each))
    with ProcessPoolExecutor(args.jobs) as pool:
        added = sum(seconds for _, seconds, _ in pool.map(make_one, more))
    print(f"{count + len(more)} pieces, {(total + added) / 3600:.2f} h", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

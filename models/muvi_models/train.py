"""Trains a pack by one command: `python -m muvi_models.train --config mini`.

The steps in order, each resumable, each leaving its files in `--runs`: codec (analysis, then the networks), latents
of all music, adaptor, its conditioning of the made videos, velocity. `--part` takes some of them only. On several
GPUs: `torchrun --nproc-per-node 8 -m muvi_models.train --config base`. Options behind `--` go to the training
module of a single part, as in `--part velocity -- --minutes 60`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import pieces, train_adaptor, train_codec, train_velocity, video_conditioning
from .configs import CONFIGS, options
from .parallel import Workers
from .whole import write_whole

PARTS = ("codec", "latents", "adaptor", "conditioning", "velocity")


def once(workers: Workers, step, done: Path | None = None) -> None:
    """Lets the first process do what must be done once, unless `done` exists; the others wait."""
    if workers.first and not (done and done.exists()):
        step()
    workers.wait()


def music_folders(args: argparse.Namespace) -> list[str]:
    """Composed music, and recordings where there are any."""
    found = [args.data / "recordings"] if (args.data / "recordings").is_dir() else []
    return [str(f) for f in [args.data / "music", *found]]


def codec(args: argparse.Namespace, extra: list[str]) -> None:
    """Analysis, then both networks."""
    run = args.runs / "codec"
    common = ["--music", *music_folders(args), "--run", str(run)]
    fit = ["fit", *common, "--config", args.config]
    once(Workers(), lambda: train_codec.main(fit), run / "linear.pt")
    train_codec.main(["train", *common, *options(args.config, "codec"), *extra])


def latents(args: argparse.Namespace, extra: list[str]) -> None:
    """Encodes music and recordings; the generator's training starts from these."""
    codec_file = args.runs / "codec" / "decoder.pt"
    command = ["--music", *music_folders(args), "--codec", str(codec_file), "--out", str(args.runs / "latents"), *extra]
    once(Workers(), lambda: pieces.main(command))


def adaptor(args: argparse.Namespace, extra: list[str]) -> None:
    """Contrastive pre-training with light supervision."""
    common = ["--data", str(args.data / "video"), "--out", str(args.runs / "adaptor"), "--config", args.config]
    train_adaptor.main([*common, *options(args.config, "adaptor"), *extra])


def conditioning(args: argparse.Namespace, extra: list[str]) -> None:
    """The adaptor's output for the made videos of both splits."""
    best = args.runs / "adaptor" / "best.pt"

    def run() -> None:
        for split in ("train", "heldout"):
            clips = args.data / "video" / split
            video_conditioning.main(["--adaptor", str(best), "--clips", str(clips), *extra])

    once(Workers(), run)


def velocity(args: argparse.Namespace, extra: list[str]) -> None:
    """Flow matching on the latents, with the made videos."""
    common = ["--latents", str(args.runs / "latents"), "--video", str(args.data / "video")]
    common += ["--run", str(args.runs / "velocity"), "--config", args.config]
    train_velocity.main([*common, *options(args.config, "velocity"), *extra])


def main(argv: list[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", choices=list(CONFIGS), default="mini")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--runs", type=Path, help="default: runs/CONFIG")
    words = list(sys.argv[1:] if argv is None else argv)
    cut = words.index("--") if "--" in words else len(words)
    args, extra = parser.parse_args(words[:cut]), words[cut + 1 :]
    if extra and len(args.part) != 1:
        parser.error("options behind -- go to one part: name it with --part")
    args.runs = args.runs or Path("runs") / args.config
    steps = {"codec": codec, "latents": latents, "adaptor": adaptor, "conditioning": conditioning, "velocity": velocity}
    for part in PARTS:
        if part in args.part:
            if Workers().first:
                print(f"== {part}", flush=True)
            steps[part](args, extra)
            if Workers().first:
                note = f"{part}: {args.config} {' '.join(extra)}\n"
                write_whole(args.runs / f"{part}.done", lambda f, n=note: f.write(n.encode()))
    Workers().end()


if __name__ == "__main__":
    main()

"""Everything that a pack learns from, by one command: `python -m muvi_models.data --hours 10`.

Composes and renders N hours of music, collects the permissive recordings, directs and encodes videos for the music,
and writes ATTRIBUTION.md. The same seed gives the same files; what exists is kept, so the command may be stopped
and given again, also with more hours. Held out: pieces, photographs, and some of the instruments.

    <out>/music/{train,heldout}       FLAC with labels
    <out>/recordings/{train,heldout}  FLAC with facts
    <out>/video/{train,heldout}       features, labels, music features
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from . import make_music, recordings
from .composer.cast import HELD_PROGRAMS
from .whole import write_whole

SPLITS = ("heldout", "train")
HELDOUT_VIDEO = 0.1
"""Part of the videos' minutes that is held out."""

ATTRIBUTION = """# Where the data of this folder comes from

| what | how much | author | licence |
|---|---|---|---|
| composed music | {pieces} pieces, {hours:.2f} h | this project's composer | MIT OR Apache-2.0 |
| its sound: FluidR3 GM soundfont | - | Frank Wen and others | MIT |
{recordings}
| pictures: drawn scenes | {clips} made videos | this project's director | MIT OR Apache-2.0 |
| pictures: photographs of Endless Sky | {photos} | see the game's list of credits | public domain; for training only |
| image features: EfficientNet-Lite0, ImageNet weights | - | Google, and the package's authors | Apache-2.0 |

Held out by name: {held} pieces, 15 % of the recordings and of the photographs, and the General MIDI programs
{programs}, which no training piece plays.
"""


def make_videos(args: argparse.Namespace, split: str, minutes: float) -> None:
    """Directs and encodes `minutes` of videos, in `--jobs` processes."""
    command = [sys.executable, "-m", "muvi_models.make_video_features", "--split", split]
    command += ["--music", str(args.out / "music"), "--out", str(args.out / "video"), "--seed", str(args.seed)]
    command += ["--minutes", str(minutes), "--renderings", str(args.renderings)]
    command += ["--photos", str(args.photos)] if args.photos and args.photos.is_dir() else []
    running = [subprocess.Popen([*command, "--part", f"{i}/{args.jobs}"]) for i in range(args.jobs)]
    failed = [p.wait() for p in running]
    if any(failed):
        raise SystemExit(f"make_video_features ended with {failed}: give the command again to continue")


def counts(folder: Path) -> tuple[int, float]:
    """Pieces and their seconds in a folder of labels."""
    seconds = [json.loads(f.read_text())["end_s"] for f in folder.glob("*.json")]
    return len(seconds), sum(seconds)


def attribution(args: argparse.Namespace, tracks: list[dict]) -> str:
    """The text of ATTRIBUTION.md."""
    found = {split: counts(args.out / "music" / split) for split in SPLITS}
    by_source = Counter((t["package"], t["author"], t["licence"]) for t in tracks)
    lines = [
        f"| recordings: Debian package `{package}` | {count} tracks | {author} | {licence} |"
        for (package, author, licence), count in sorted(by_source.items())
    ]
    photos = len(list(args.photos.rglob("*.jpg"))) if args.photos and args.photos.is_dir() else 0
    return ATTRIBUTION.format(
        pieces=sum(n for n, _ in found.values()),
        hours=sum(s for _, s in found.values()) / 3600,
        held=found["heldout"][0],
        recordings="\n".join(lines) or "| recordings | none | - | - |",
        clips=len(list((args.out / "video").rglob("*.r*.npz"))),
        photos=f"{photos} photographs",
        programs=", ".join(map(str, sorted(HELD_PROGRAMS))),
    )


def main(argv: list[str] | None = None) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=10.0, help="of composed music")
    parser.add_argument("--video-hours", type=float, help="of made videos; half as much as music where not given")
    parser.add_argument("--renderings", type=int, default=4, help="excerpts of each piece that are filmed at most")
    parser.add_argument("--held-out-each", type=int, default=make_music.HELD_OUT_EACH, help="pieces of each style")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("data"))
    parser.add_argument("--photos", type=Path, default=Path("data/photos"), help="images of endless-sky-data")
    parser.add_argument("--packages", type=Path, default=Path("data/packages"), help="where the .deb files lie")
    parser.add_argument("--fetch", action="store_true", help="let apt download missing packages of recordings")
    parser.add_argument("--only", nargs="+", choices=["music", "recordings", "video"], help="these steps only")
    args = parser.parse_args(argv)
    steps = args.only or ["music", "recordings", "video"]
    if "music" in steps:
        options = ["--hours", str(args.hours), "--seed", str(args.seed), "--jobs", str(args.jobs)]
        options += ["--held-out-each", str(args.held_out_each)]
        if failed := make_music.main([*options, "--out", str(args.out / "music")]):
            return failed
    if "recordings" in steps:
        recordings.collect(args.packages, args.out / "recordings", args.fetch)
    if "video" in steps:
        minutes = 60 * (args.video_hours if args.video_hours is not None else args.hours / 2)
        make_videos(args, "heldout", minutes * HELDOUT_VIDEO)
        make_videos(args, "train", minutes * (1 - HELDOUT_VIDEO))
    tracks = [json.loads(f.read_text()) for f in sorted((args.out / "recordings").rglob("*.json"))]
    args.out.mkdir(parents=True, exist_ok=True)
    text = attribution(args, tracks)
    write_whole(args.out / "ATTRIBUTION.md", lambda f: f.write(text.encode()))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Permissive recordings that may train a pack: `python -m muvi_models.recordings --packages DIR --out DIR`.

The music of some Debian packages whose licence is BSD or MIT for the sound itself. DIR holds the .deb files
(`--fetch` lets apt download what is missing). Each track becomes FLAC with its facts in a .json beside it; tracks
are held out by name. Their beats, chords and accents are not known: only their level serves as a plan.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from .contract import SAMPLE_RATE
from .whole import write_whole

HELDOUT_PERCENT = 15
LONGEST_S = 240.0


@dataclass(frozen=True)
class Source:
    """A package: who wrote its music, under which licence, in which style, and where it lies."""

    package: str
    author: str
    licence: str
    style: str
    pattern: str


CHO, GAMES = "Kenta Cho", "usr/share/games"
SOURCES = (
    Source("noiz2sa-data", CHO, "BSD-2-Clause", "electronic", f"{GAMES}/noiz2sa/sounds/stg*.ogg"),
    Source("rrootage-data", CHO, "BSD-2-Clause", "electronic", f"{GAMES}/rrootage/sounds/stg*.ogg"),
    Source("parsec47-data", CHO, "BSD-2-Clause", "electronic", f"{GAMES}/parsec47/sounds/ptn*.ogg"),
    Source("a7xpg-data", CHO, "BSD-2-Clause", "electronic", f"{GAMES}/a7xpg/sounds/bgm*.ogg"),
    Source("tumiki-fighters-data", CHO, "BSD-2-Clause", "electronic", f"{GAMES}/tumiki-fighters/sounds/*.ogg"),
    Source("torus-trooper-data", CHO, "BSD-2-Clause", "electronic", f"{GAMES}/torus-trooper/sounds/musics/*.ogg"),
    Source("gunroar-data", CHO, "BSD-2-Clause", "electronic", f"{GAMES}/gunroar/sounds/musics/*.ogg"),
    Source("mu-cade-data", CHO, "BSD-2-Clause", "electronic", f"{GAMES}/mu-cade/sounds/musics/*.ogg"),
    Source("titanion-data", CHO, "BSD-2-Clause", "electronic", f"{GAMES}/titanion/sounds/musics/*.ogg"),
    Source("pekka-kana-2-data", "Janne Kivilahti", "BSD-2-Clause", "electronic", f"{GAMES}/pekka-kana-2/**/*.xm"),
    Source(
        "fretsonfire-songs-sectoid",
        "Carlos Viola Iborra",
        "MIT",
        "rock",
        f"{GAMES}/fretsonfire/data/songs/sectoid/*/song.ogg",
    ),
)


def split_of(name: str) -> str:
    """Where a track belongs; it follows from its name alone."""
    return "heldout" if zlib.crc32(name.encode()) % 100 < HELDOUT_PERCENT else "train"


def decode(path: Path) -> np.ndarray:
    """Any file that ffmpeg reads as float32 [n, 2] at the pack's rate, at most LONGEST_S."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-t", str(LONGEST_S)]
    command += ["-f", "f32le", "-ac", "2", "-ar", str(SAMPLE_RATE), "-"]
    raw = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return np.frombuffer(raw, np.float32).reshape(-1, 2)


def mixed(path: Path) -> np.ndarray:
    """A track; a song that keeps its guitar in a file of its own gets it back."""
    sound, guitar = decode(path), path.with_name("guitar.ogg")
    if path.name == "song.ogg" and guitar.exists():
        other = decode(guitar)
        n = min(len(sound), len(other))
        sound = sound[:n] + other[:n]
    return sound / max(1.0, float(np.abs(sound).max()) / 0.98)


def unpack(source: Source, packages: Path, folder: Path, fetch: bool) -> bool:
    """Unpacks the package's newest .deb into `folder`; False where there is none."""
    if fetch and not list(packages.glob(f"{source.package}_*.deb")) and shutil.which("apt-get"):
        packages.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", source.package], cwd=packages, check=False)
    found = sorted(packages.glob(f"{source.package}_*.deb"))
    if found:
        subprocess.run(["dpkg-deb", "-x", str(found[-1]), str(folder)], check=True)
    return bool(found)


def add(source: Source, folder: Path, out: Path) -> list[dict]:
    """Writes the tracks of an unpacked package that are not there yet; the facts of all of them."""
    facts = []
    for path in sorted(folder.glob(source.pattern)):
        stem = path.parent.name if path.name == "song.ogg" else path.stem
        name = f"{source.package}__{stem}".replace(" ", "_")
        target = out / split_of(name) / f"{name}.flac"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.with_suffix(".json").exists():
            sound = mixed(path)
            write_whole(target, lambda f, s=sound: soundfile.write(f, s, SAMPLE_RATE, format="FLAC"))
            fact = {"kind": "recording", "title": stem, "end_s": len(sound) / SAMPLE_RATE}
            fact |= {"package": source.package, "author": source.author, "licence": source.licence}
            fact |= {"style": source.style}
            text = json.dumps(fact, indent=1)
            write_whole(target.with_suffix(".json"), lambda f, t=text: f.write(t.encode()))
        facts.append(json.loads(target.with_suffix(".json").read_text()))
    return facts


def collect(packages: Path, out: Path, fetch: bool = False) -> list[dict]:
    """All tracks of all packages that are there, as facts."""
    facts = []
    for source in SOURCES:
        with tempfile.TemporaryDirectory() as folder:
            if unpack(source, packages, Path(folder), fetch):
                facts += add(source, Path(folder), out)
    return facts


def main(argv: list[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, default=Path("data/packages"))
    parser.add_argument("--out", type=Path, default=Path("data/recordings"))
    parser.add_argument("--fetch", action="store_true", help="let apt download missing packages")
    args = parser.parse_args(argv)
    facts = collect(args.packages, args.out, args.fetch)
    print(f"{len(facts)} tracks, {sum(f['end_s'] for f in facts) / 60:.1f} min")


if __name__ == "__main__":
    main()

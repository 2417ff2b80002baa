"""Cuts the pack's palette of style clips out of composed pieces: one clip of 10 s per style.

python -m muvi_models.palette --music models/data/music/train --out models/data/palette
"""

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile

from .contract import SAMPLE_RATE
from .pieces import audio_files, read_audio

SECONDS = 10.0
ABOUT = {
    "piano": ("Piano", "A grand piano alone, from intimate to full."),
    "electronic": ("Electronic", "Synthesisers and a four-on-the-floor beat."),
    "rock": ("Rock", "Electric guitars, bass and drums."),
    "orchestral": ("Orchestral", "Strings, winds, brass and timpani."),
    "ambient": ("Ambient", "Slow pads and bells, hardly a pulse."),
    "acoustic": ("Acoustic", "Steel-string guitar and a light rhythm."),
    "lofi": ("Lo-fi", "Electric piano over a laid-back hip-hop beat."),
    "tension": ("Tension", "Low drums and strings that drive."),
}


def best_excerpt(labels: dict) -> tuple[float, float]:
    """Start in seconds and score of the 10 s that are busiest, of one chord scheme and off the edges."""
    intensity = np.asarray(labels["intensity"])
    span = int(SECONDS * 20)
    if len(intensity) < span + 120:
        return 0.0, -1.0
    starts = [round(20 * d) for d in labels["downbeats"] if 3.0 < d < labels["duration_s"] - SECONDS - 5.0]
    if not starts:
        return 0.0, -1.0
    scores = [intensity[s : s + span].mean() - 2.0 * intensity[s : s + span].std() for s in starts]
    best = int(np.argmax(scores))
    return starts[best] / 20, float(scores[best])


def main() -> None:
    """Writes `<style>.ogg` and `styles.json`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--music", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    best: dict[str, tuple] = {}
    for path in audio_files(arguments.music):
        labels = json.loads(path.with_suffix(".json").read_text())
        start, score = best_excerpt(labels)
        if labels["style"] not in best or score > best[labels["style"]][0]:
            best[labels["style"]] = (score, start, path, labels)
    styles = []
    for style, (name, description) in ABOUT.items():
        if style not in best:
            continue
        _, start, path, labels = best[style]
        first = int(start * SAMPLE_RATE)
        clip = read_audio(path)[:, first : first + int(SECONDS * SAMPLE_RATE)]
        fade = np.minimum(1, np.minimum(np.arange(clip.shape[1]), np.arange(clip.shape[1])[::-1]) / 2205)
        soundfile.write(arguments.out / f"{style}.ogg", (clip * fade).T, SAMPLE_RATE, format="OGG", subtype="VORBIS")
        styles.append(
            {
                "id": style,
                "name": name,
                "description": description,
                "file": f"styles/{style}.ogg",
                "valence": labels["valence"],
                "arousal": labels["arousal"],
            }
        )
        print(f"{style}: {path.stem} from {start:.1f} s")
    (arguments.out / "styles.json").write_text(json.dumps(styles, indent=2) + "\n")


if __name__ == "__main__":
    main()

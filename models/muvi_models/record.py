"""Writes a pack's training record: curves, held-out figures and `TRAINING.md`.

python -m muvi_models.record --pack packs/mini --runs runs --music data/music --video data/video
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import soundfile
import torch

TEXT = """# Training record of the pack `{name}` {version}

Trained {date} on {machine}. Every number below was written by the run itself; the curves lie in `training/`, one JSON object a line. `models/README.md` has the commands, `MODEL_CARD.md` what the whole pack comes to.

## Data

| what | how much | licence |
|---|---|---|
| composed music, training | {train_pieces} pieces, {train_hours:.2f} h ({styles}) | ours; composed by `muvi_models.composer`, rendered with the FluidR3 GM soundfont (MIT) |
{eventful}| composed music, held out by piece and instrument | {held_pieces} pieces, {held_hours:.2f} h | same |
{recordings}
| made videos, training | {train_clips} clips | ours; drawn scenes, and public-domain photographs of the Endless Sky project (for training only) |
| made videos, held out by piece and photograph | {held_clips} clips | same |
| image backbone | EfficientNet-Lite0, ImageNet weights, frozen | Apache-2.0 |

No scraped material, no output of other generators.

## Runs

| part | steps | minutes | parameters |
|---|---|---|---|
| codec, linear analysis | closed form | - | - |
| codec, encoder and decoder | {codec_steps} | {codec_minutes:.0f} | {codec_parameters:.1f} M |
{decoder_run}| adaptor, contrastive with light supervision | {adaptor_steps}, kept {adaptor_best} | {adaptor_minutes:.0f} | {adaptor_parameters:.2f} M |
| velocity{velocity_start} | {velocity_steps}, {filmed} | {velocity_minutes:.0f} | {velocity_parameters:.1f} M |

Batches, rates, schedules, dropouts and losses stand in `configs.py` and in the modules of the same name. The weights that ship are exponential moving averages (codec, velocity) and the best validation (adaptor).

## Held-out figures

**Codec** (16 windows of held-out pieces; magnitudes, before phases; no other pack's windows are the same):

| | spectral convergence | chroma correlation | log-STFT, dB | mel L1 |
|---|---|---|---|---|
| linear analysis alone | {linear_convergence:.3f} | {linear_chroma:.3f} | {linear_log_stft_db:.2f} | {linear_mel_l1:.3f} |
| with the networks | {convergence:.3f} | {chroma:.3f} | {log_stft_db:.2f} | {mel_l1:.3f} |

**Generator** ({windows} windows of held-out pieces, the whole plan given, no video, {solver_steps} steps; `evaluate_generator`). Intensity: correlation of the plan's intensity with the level. Hits: part of the hit points with one of the strongest onsets within 70 ms. Chords: mean correlation of chroma and chord. Style: nearest centroid among eight styles.

| music | intensity | hits | chords | style |
|---|---|---|---|---|
{generator_rows}

**Adaptor** ({adaptor_clips} made clips, {adaptor_clip_minutes:.1f} min, held out):

| measure | figure | anchor |
|---|---|---|
| hits F1 at 100 ms, visible ones | {hit_f1_visible:.2f} | {hit_f1_shifted_in_time:.2f} shifted in time |
| cuts and flashes, recall | {cut_recall:.2f} | - |
| intensity, correlation | {intensity_correlation:.2f} | {intensity_correlation_in_clip:.2f} within a clip |
| valence, arousal, correlation | {valence_correlation:.2f}, {arousal_correlation:.2f} | - |
| retrieval of the true window: other pieces / shifted / replaced / mixed | {retrieval_other:.2f} / {retrieval_shifted:.2f} / {retrieval_replaced:.2f} / {retrieval_mixed:.2f} | .03 by chance |
| attention on the object that carries the rhythm, times its share | {share_object:.1f} | {share_distractor:.1f} on distractors |
"""

EVENTFUL = (
    "| composed music with the hits and the course of a picture, training | {pieces} pieces, {hours:.2f} h | same |\n"
)
DECODER = "| codec, the decoder alone, latents kept | {steps} | {minutes:.0f} | - |\n"


def curve(path: Path) -> list[dict]:
    """Points of a training curve."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def hours(folder: Path) -> tuple[int, float, Counter]:
    """Pieces, hours and pieces per style in a folder of music."""
    files = sorted(folder.glob("*.flac"))
    seconds = sum(soundfile.info(f).duration for f in files)
    return len(files), seconds / 3600, Counter(f.stem.rsplit("_", 1)[0] for f in files)


def parameters(checkpoint: Path, key: str) -> float:
    """Millions of numbers in a checkpoint's entry."""
    state = torch.load(checkpoint, weights_only=False)[key]
    return sum(v.numel() for v in state.values()) / 1e6


def generator_rows(heldout: dict) -> str:
    """Table rows of the generator's held-out figures."""
    names = {
        "real": "the piece itself through the codec",
        "real_shuffled": "the same against another window's plan",
        "no_clip": "generated, no style clip",
        "own_clip": "generated, style clip of the piece",
        "other_clip": "generated, style clip of another piece",
    }
    rows = []
    for key, entry in heldout.items():
        if not isinstance(entry, dict):
            continue
        base, _, guidance = key.partition("_guidance_")
        label = names[base] + (f", guidance {guidance}" if guidance else "")
        style = f"{entry['style']:.2f}" if "style" in entry else "-"
        rows.append(f"| {label} | {entry['intensity']:.2f} | {entry['hits']:.2f} | {entry['chords']:.2f} | {style} |")
        if "shuffled" in entry:
            s = entry["shuffled"]
            rows.append(f"| … against another plan | {s['intensity']:.2f} | {s['hits']:.2f} | {s['chords']:.2f} | - |")
    return "\n".join(rows)


def filmed_from(points: list[dict]) -> str:
    """When made videos joined the generator's training."""
    step = next((p["step"] for p in points if p.get("filmed")), None)
    return "without videos" if step is None else f"with made videos from step {step} on"


def recording_rows(folder: Path) -> str:
    """Table rows of the recordings of a split, by package."""
    facts = [json.loads(f.read_text()) for f in sorted(folder.glob("*.json"))]
    minutes = Counter()
    for fact in facts:
        minutes[fact["package"], fact["author"], fact["licence"]] += fact["end_s"] / 60
    rows = [f"| recordings: `{k[0]}`, by {k[1]} | {v:.1f} min | {k[2]} |" for k, v in sorted(minutes.items())]
    return "\n".join(rows) or "| recordings | none | - |"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--music", type=Path, required=True)
    parser.add_argument("--eventful", type=Path, help="pieces made by make_music --eventful, where there are any")
    parser.add_argument("--video", type=Path, required=True)
    parser.add_argument("--recordings", type=Path, default=Path("data/recordings"))
    parser.add_argument("--machine", required=True, help="in words: on what, and for how long, the pack was trained")
    arguments = parser.parse_args()
    manifest = json.loads((arguments.pack / "pack.json").read_text())
    curves = {part: curve(arguments.runs / part / "curve.jsonl") for part in ("codec", "adaptor", "velocity")}
    velocity, adaptor = (
        json.loads((arguments.runs / part / "heldout.json").read_text()) for part in ("velocity", "adaptor")
    )
    folder = arguments.pack / "training"
    folder.mkdir(exist_ok=True)
    if (alone := arguments.runs / "decoder" / "curve.jsonl").exists():
        curves["decoder"] = curve(alone)
    for part, points in curves.items():
        # The adaptor writes a point every ten steps: every tenth of them draws the same curve.
        kept = [p for i, p in enumerate(points) if part != "adaptor" or p["kind"] != "train" or i % 10 == 0]
        (folder / f"{part}.jsonl").write_text("".join(json.dumps(p) + "\n" for p in kept))
    (folder / "generator_heldout.json").write_text(json.dumps(velocity, indent=2) + "\n")
    (folder / "adaptor_heldout.json").write_text(json.dumps(adaptor, indent=2) + "\n")
    train_pieces, train_hours, styles = hours(arguments.music / "train")
    held_pieces, held_hours, _ = hours(arguments.music / "heldout")
    last_codec, last_decoder = curves["codec"][-1], curves.get("decoder", curves["codec"])[-1]
    pieces, length, _ = hours(arguments.eventful / "train") if arguments.eventful else (0, 0.0, None)
    text = TEXT.format(
        name=manifest["name"],
        version=manifest["version"],
        date=manifest["trained"],
        train_pieces=train_pieces,
        train_hours=train_hours,
        styles=", ".join(f"{s} {n}" for s, n in sorted(styles.items())),
        held_pieces=held_pieces,
        held_hours=held_hours,
        train_clips=len(list((arguments.video / "train").glob("*.r*.npz"))),
        held_clips=len(list((arguments.video / "heldout").glob("*.r*.npz"))),
        eventful=EVENTFUL.format(pieces=pieces, hours=length) if pieces else "",
        decoder_run=DECODER.format(steps=last_decoder["step"], minutes=last_decoder["minutes"])
        if "decoder" in curves
        else "",
        codec_steps=last_codec["step"],
        codec_minutes=last_codec["minutes"],
        codec_parameters=parameters(arguments.runs / "codec" / "decoder.pt", "decoder"),
        adaptor_best=adaptor["best_step"],
        adaptor_steps=adaptor["steps"],
        adaptor_minutes=adaptor["training_s"] / 60,
        adaptor_parameters=parameters(arguments.runs / "adaptor" / "best.pt", "model"),
        adaptor_clips=adaptor["clips"],
        adaptor_clip_minutes=adaptor["minutes"],
        velocity_steps=curves["velocity"][-1]["step"],
        machine=arguments.machine,
        recordings=recording_rows(arguments.recordings / "train"),
        velocity_start=", from the pack before" if (arguments.runs / "velocity" / "start.pt").exists() else "",
        velocity_minutes=curves["velocity"][-1]["minutes"],
        velocity_parameters=parameters(arguments.runs / "velocity" / "mean.pt", "model"),
        filmed=filmed_from(curves["velocity"]),
        windows=velocity["windows"],
        solver_steps=velocity["solver_steps"],
        generator_rows=generator_rows(velocity),
        **{k: v for k, v in last_decoder.items() if k not in ("step", "minutes")},
        **{k: v for k, v in adaptor.items() if k not in ("steps", "seed", "clips", "minutes", "windows")},
    )
    (arguments.pack / "TRAINING.md").write_text(text)
    print(arguments.pack / "TRAINING.md")


if __name__ == "__main__":
    main()

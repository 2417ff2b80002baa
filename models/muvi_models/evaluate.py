"""Every measure of a pack by one command: `python -m muvi_models.evaluate packs/mini --data data --clips 24`.

Held-out videos are scored by the pack as the app would score them (found cuts and hits, a steady pulse, the
adaptor's curves and conditioning; no reference is seen), and so are style clips and hits that a user sets. Beside
each figure stand its anchors: the true music, the music of another clip, noise. Prints the table, and writes
evaluation.json and MODEL_CARD.md into the pack. `--data` names one or more roots made by `muvi_models.data`; the
music side of the contrastive training is read from the pack's training/contrast.safetensors, or from `--contrast`.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
import torch

from .codec_data import Windows
from .contract import FRAME_RATE, LATENT_RATE, SAMPLE_RATE, SAMPLES_PER_LATENT, STYLE_FRAMES, WINDOW_FRAMES
from .contrastive import MusicEncoder
from .evaluate_adaptor import Outputs
from .evaluate_generator import correlation, level
from .judges import StyleJudge, describe, embeddings, frechet
from .measures import spectral_measures
from .model_card import write_card
from .music_features import music_features
from .pack_run import Pack, griffin_lim
from .picture_plan import (
    HIT_THRESHOLD,
    StyleClip,
    movement,
    picture_intensity,
    picture_row,
    shown_hits,
    user_hits,
)
from .pieces import audio_files, first_bpm
from .spectrogram import magnitudes
from .sync import TOLERANCE_S, beats_in_bins, hits_and_chance, met, strong_onsets
from .video_data import Clip, load_clips
from .whole import write_whole

DURATION_S = WINDOW_FRAMES / LATENT_RATE
FRAMES = int(DURATION_S * FRAME_RATE[0] / FRAME_RATE[1])
FIVE = ["ambient", "electronic", "orchestral", "piano", "rock"]
JUDGED_WINDOWS = 2
"""Windows of each training piece that the judge hears: with one it mistakes ambient for orchestral more often."""
JUDGED_MUSIC = ("music", "eventful")
"""Where it hears them. Music that follows a picture is of its style, too: who has never heard it takes what it truly is
for another style (true ambient pieces of that kind: half of the windows)."""
CODEC_WINDOWS, CODEC_LATENTS = 16, 64


def window_at(path: Path, start_s: float) -> np.ndarray:
    """Samples float32 [2, n] of one window of a file; silence behind its end."""
    return read_window(path, round(start_s * SAMPLE_RATE), WINDOW_FRAMES * SAMPLES_PER_LATENT)


def mid_magnitudes(sound: np.ndarray) -> np.ndarray:
    """|STFT| / NORM of the mid [F, K] of samples [2, n]."""
    return magnitudes(torch.from_numpy(sound)[None])[0, 0].numpy()


def through_codec(pack: Pack, sound: np.ndarray) -> np.ndarray:
    """The same of what the codec makes of the samples."""
    return pack.decode(pack.encode(sound))


def read_window(path: Path, first: int, count: int) -> np.ndarray:
    """Samples float32 [2, count] from sample `first` on."""
    total = soundfile.info(path).frames
    first = max(0, min(first, total - 1))
    sound, _ = soundfile.read(path, start=first, frames=count, dtype="float32", always_2d=True)
    sound = np.pad(sound, ((0, count - len(sound)), (0, 0))).T
    return np.ascontiguousarray(np.repeat(sound, 2, 0)[:2] if len(sound) == 1 else sound[:2])


class Held:
    """The held-out clips with the music they were made for, and music by style, from all data roots."""

    def __init__(self, roots: list[Path], clips: int, seed: int = 3):
        self.rng = np.random.default_rng(seed)
        found = [(root, clip) for root in roots for clip in load_clips(root / "video" / "heldout")]
        found = [f for f in found if len(f[1]) >= FRAMES + 2]
        order = self.rng.permutation(len(found))
        self.clips: list[Clip] = [found[i][1] for i in order[:clips]]
        self.audio = [self.file(found[i][0], found[i][1].piece) for i in order[:clips]]
        if not self.clips:
            raise SystemExit(f"no held-out clips of {FRAMES / 10:.0f} s in {roots}: run muvi_models.data first")
        self.folders = [root / "music" / "heldout" for root in roots]
        train = [root / "music" / "train" for root in roots]
        self.pieces = {"train": self.by_style(train), "heldout": self.by_style(self.folders)}
        self.judged = self.by_style([root / kind / "train" for root in roots for kind in JUDGED_MUSIC])

    @staticmethod
    def file(root: Path, piece: str) -> Path:
        """The held-out piece's audio."""
        return root / "music" / "heldout" / f"{piece}.flac"

    @staticmethod
    def by_style(folders: list[Path]) -> dict[str, list[Path]]:
        """Audio files of folders by style."""
        out: dict[str, list[Path]] = {}
        for folder in folders:
            for path in audio_files(folder):
                out.setdefault(path.stem.rsplit("_", 1)[0], []).append(path)
        return out

    def excerpt(self, path: Path) -> float:
        """A start (s) from which the piece goes on for a window."""
        room = soundfile.info(path).duration - DURATION_S - 3
        return float(self.rng.uniform(2, max(2.1, room)))


def judge_of(held: Held, pack: Pack) -> StyleJudge:
    """The style judge, from windows of training pieces, as they are and through the codec.

    Who has only heard the true sound takes the codec's own colour for a style.
    """
    rows, names = [], []
    for style, path in [(s, f) for s, files in held.judged.items() for f in files]:
        for _ in range(JUDGED_WINDOWS):
            sound = window_at(path, held.excerpt(path))
            for magnitude in (mid_magnitudes(sound), through_codec(pack, sound)):
                rows.append(describe(magnitude))
                names.append(style)
    return StyleJudge(np.array(rows), names)


def noise_like(magnitude: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noise with the spectrum of the music [F, K] and no course of its own."""
    return magnitude.mean(0) * rng.rayleigh(0.8, magnitude.shape).astype(np.float32)


def scored(pack: Pack, held: Held, judge: StyleJudge, music_side: MusicEncoder | None) -> dict:
    """Everything about generated music: sync, intensity, SIM, style, user hits, sound."""
    latent = pack.manifest["latent"]["width"]
    rng, n = np.random.default_rng(5), len(held.clips)
    seen = [tuple(x.numpy() for x in pack.run_chunked(torch.from_numpy(c.features))) for c in held.clips]
    sounds = [window_at(f, c.start / 10) for f, c in zip(held.audio, held.clips, strict=True)]
    real = [mid_magnitudes(sound) for sound in sounds]
    rows: list[dict] = []
    made: dict[str, list[np.ndarray]] = {"plain": [], "asked": [], "styled": [], "restyled": []}
    hits_asked, wanted = [], {"styled": [], "restyled": []}
    for i, (clip, (conditioning, _, curves)) in enumerate(zip(held.clips, seen, strict=True)):
        began = time.monotonic()
        asked = user_hits(clip, curves[:, 0], DURATION_S, 3, seed=i)
        hits_asked.append(asked)
        plain = picture_row(clip, conditioning, curves, latent, seed=i)
        kinds = {"plain": plain, "asked": picture_row(clip, conditioning, curves, latent, None, asked, i)}
        for j, kind in enumerate(wanted):
            style = FIVE[(i + 2 * j) % len(FIVE)]
            chosen = style_clip(pack, held, style, clip.piece, rng)
            wanted[kind].append(style if chosen else None)
            if chosen and kind == "restyled":
                # As a user's own clip, of which only the pulse is known; the others as those of the app's palette.
                chosen = replace(chosen, arousal=None)
            kinds[kind] = picture_row(clip, conditioning, curves, latent, chosen, seed=i)
        for kind, row in kinds.items():
            made[kind].append(pack.decode(pack.generate(row, seed=100 + i)))
        print(f"clip {i + 1}/{n}: {time.monotonic() - began:.1f} s", flush=True)
    noise = [noise_like(m, rng) for m in real]
    asked_for = [picture_intensity(s[2][:, 1], movement(c)) for s, c in zip(seen, held.clips, strict=True)]
    found = [(asked_for[i], seen[i][2][:, 1], asked_for[(i + 1) % n]) for i in range(n)]
    for i, clip in enumerate(held.clips):
        j = (i + 1) % n
        rows.append(
            {name: sync_of(m[i], real[i], real[j], clip, found[i]) for name, m in made.items()}
            | {"truth": sync_of(real[i], real[i], real[j], clip, found[i])}
            | {"noise": sync_of(noise[i], real[i], real[j], clip, found[i])}
        )
    out = {
        kind: {k: float(np.nanmean([r[kind][k] for r in rows])) for k in rows[0][kind]}
        | {k: float(np.nanstd([r[kind][b] for r in rows])) for k, b in (("csd", "bcs"), ("hsd", "bhs_1s"))}
        for kind in rows[0]
    }
    out["user_hits"] = users(made, hits_asked)
    both = [(m, w) for kind, names in wanted.items() for m, w in zip(made[kind], names, strict=True) if w]
    out["style"] = styles(judge, both, held, pack)
    some = [f for files in held.pieces["train"].values() for f in files[:4]]
    train = [mid_magnitudes(window_at(f, held.excerpt(f))) for f in some]
    codec = [through_codec(pack, sound) for sound in sounds]
    sets = {"generated": made["plain"], "training_pieces": train, "codec": codec, "noise": noise}
    reference = np.concatenate([embeddings(m) for m in real])
    out["frechet"] = {k: frechet(np.concatenate([embeddings(m) for m in v]), reference) for k, v in sets.items()}
    if music_side is not None:
        out["sim"] = similarities(music_side, [s[0] for s in seen], made["plain"], held)
    return out


def sync_of(ours, reference, stranger, clip: Clip, intensities: tuple) -> dict[str, float]:
    """Sync of one window's magnitudes [F, K] with its picture, its reference and those of another clip.

    `intensities`: the picture's as the music is asked to follow it, as the adaptor alone has it, and another clip's.
    """
    beats, wanted = strong_onsets(ours), strong_onsets(reference)
    hits = shown_hits(clip, FRAMES)
    hits = hits[hits < DURATION_S - 0.1]
    found, chance = hits_and_chance(hits, beats, DURATION_S)
    clock = (np.arange(WINDOW_FRAMES) + 0.375) / LATENT_RATE
    loud = level(ours)
    pictures = [np.interp(clock, np.arange(len(c)) / 10, c) for c in intensities]
    true = np.interp(clock, np.arange(len(clip)) / 10, clip.labels["intensity"])
    bcs, bhs = beats_in_bins(wanted, beats, DURATION_S, 1.0)
    shuffled = beats_in_bins(strong_onsets(stranger), beats, DURATION_S, 0.2)[1]
    return {
        "hits": float(found.mean()) if len(hits) else np.nan,
        "hits_shifted": chance,
        "bcs": bcs,
        "bhs_1s": bhs,
        "bcs_02s": beats_in_bins(wanted, beats, DURATION_S, 0.2)[0],
        "bhs_02s": beats_in_bins(wanted, beats, DURATION_S, 0.2)[1],
        "bhs_02s_shuffled": shuffled,
        "intensity": correlation(pictures[0], loud),
        "intensity_adaptor": correlation(pictures[1], loud),
        "intensity_shuffled": correlation(pictures[2], loud),
        "intensity_intended": correlation(true, loud),
    }


def users(made: dict, asked: list[np.ndarray]) -> dict[str, float]:
    """Hits that a user set: landed, landed in the same music shifted in time, and in music made without them."""
    landed, shifted, without = [], [], []
    for ours, plain, hits in zip(made["asked"], made["plain"], asked, strict=True):
        if len(hits):
            found, chance = hits_and_chance(hits, strong_onsets(ours), DURATION_S)
            landed += found.tolist()
            shifted.append(chance)
            without += met(hits, strong_onsets(plain), TOLERANCE_S).tolist()
    return {"landed": float(np.mean(landed)), "shifted": float(np.mean(shifted)), "without": float(np.mean(without))}


def style_clip(pack: Pack, held: Held, style: str, but: str, rng: np.random.Generator) -> StyleClip | None:
    """An excerpt of a held-out piece of the style, but of that one; None without any."""
    files = held.pieces["heldout"].get(style, [])
    files = [f for f in files if f.stem != but] or files
    if not files:
        return None
    path = files[int(rng.integers(len(files)))]
    first = round(held.excerpt(path) * SAMPLE_RATE)
    sound = read_window(path, first, (STYLE_FRAMES + 32) * SAMPLES_PER_LATENT)
    labels = json.loads(path.with_suffix(".json").read_text())
    return StyleClip(pack.encode(sound)[16 : 16 + STYLE_FRAMES], first_bpm(labels), labels["arousal"])


def styles(judge: StyleJudge, made: list[tuple[np.ndarray, str]], held: Held, pack: Pack) -> dict:
    """Part of the styled windows that the judge hears as their clip's style, in all and of each; the same of the true
    music, through the codec too."""
    right: dict[str, list[bool]] = {}
    for magnitude, wanted in made:
        right.setdefault(wanted, []).append(judge.judge(magnitude, FIVE) == wanted)
    true, coded = [], []
    for style, path in [(s, f) for s in FIVE for f in held.pieces["heldout"].get(s, [])]:
        sound = window_at(path, held.excerpt(path))
        true.append(judge.judge(mid_magnitudes(sound), FIVE) == style)
        coded.append(judge.judge(through_codec(pack, sound), FIVE) == style)
    return {
        "accuracy": float(np.mean([r for each in right.values() for r in each])),
        "of_each": {style: float(np.mean(each)) for style, each in sorted(right.items())},
        "ceiling": float(np.mean(true)),
        "coded": float(np.mean(coded)),
        "clips": len(made),
    }


def similarities(music_side: MusicEncoder, conditioning: list[np.ndarray], made: list, held: Held) -> dict[str, float]:
    """SIM of generated music, of the true music, and of generated music with another clip's picture."""
    music_side.eval()
    sums: dict[str, list[float]] = {"generated": [], "shuffled": [], "truth": []}
    for i, (ours, clip) in enumerate(zip(made, held.clips, strict=True)):
        features = music_features(griffin_lim(ours), SAMPLE_RATE)[:FRAMES]
        truth = clip.music[clip.start : clip.start + FRAMES]
        truth = np.pad(truth, ((0, FRAMES - len(truth)), (0, 0)), mode="edge")
        for kind, j, music in (("generated", i, features), ("shuffled", i - 1, features), ("truth", i, truth)):
            with torch.no_grad():
                picture = torch.from_numpy(conditioning[j][None, :FRAMES])
                sums[kind].append(float(music_side.similarity(picture, torch.from_numpy(music)[None])[0]))
    return {k: float(np.mean(v)) for k, v in sums.items()}


def codec_figures(pack: Pack, held: Held) -> dict[str, dict[str, float]]:
    """The codec on windows of held-out pieces, plain and worn as people's clips are, and of held-out recordings."""
    out = {}
    kinds = [("clean", held.folders[0], False), ("worn", held.folders[0], True)]
    recorded = [f for f in (x.parents[1] / "recordings" / "heldout" for x in held.folders) if f.is_dir()]
    for kind, folder, worn in [*kinds, *[("recordings", f, False) for f in recorded[:1]]]:
        target = Windows(folder, CODEC_LATENTS, seed=5, worn=worn).batch(CODEC_WINDOWS)
        decoded = []
        for one in target.numpy():
            latents = pack.run("codec_encoder", magnitude=one[None])[0]
            decoded.append(pack.run("codec_decoder", latents=latents)[0][0])
        out[kind] = spectral_measures(torch.from_numpy(np.stack(decoded)), target)
    return out


def named(found: dict) -> dict[str, float | None]:
    """The measures by the names of the issue; fractions, not per cent."""
    plain, adaptor, codec = found["generated"]["plain"], found["adaptor"], found["codec"]["clean"]
    sim = found["generated"].get("sim", {})
    styled = np.mean([found["generated"][kind]["hits"] for kind in ("styled", "restyled")])
    user = found["generated"]["user_hits"]
    return {
        "hit_lift_70ms": plain["hits"] - plain["hits_shifted"],
        "bhs_1s": plain["bhs_1s"],
        "bhs_02s": plain["bhs_02s"],
        "bhs_02s_shuffled": plain["bhs_02s_shuffled"],
        "bcs": plain["bcs"],
        "csd": plain["csd"],
        "hsd": plain["hsd"],
        "intensity_correlation": plain["intensity"],
        "intensity_correlation_shuffled": plain["intensity_shuffled"],
        "sim": sim.get("generated"),
        "retrieval_top1_of_32": adaptor.get("retrieval_mixed_15s"),
        "retrieval_top1_of_32_6s": adaptor.get("retrieval_mixed"),
        "style_accuracy": found["generated"]["style"]["accuracy"],
        "style_sync_loss": plain["hits"] - styled,
        "user_hits_landed": user["landed"],
        "user_hits_landed_shifted": user["shifted"],
        "spectral_convergence": codec["convergence"],
        "chroma_correlation": codec["chroma"],
        "codec_log_stft_db": codec["log_stft_db"],
        "frechet_distance": found["generated"]["frechet"]["generated"],
        "frechet_distance_codec": found["generated"]["frechet"]["codec"],
        "frechet_distance_noise": found["generated"]["frechet"]["noise"],
    }


def music_side_of(pack: Path, contrast: Path | None) -> MusicEncoder | None:
    """The contrastive music encoder: of a checkpoint of train_adaptor, or of the pack's own folder."""
    stored = pack / "training" / "contrast.safetensors"
    if contrast:
        state = torch.load(contrast, map_location="cpu", weights_only=True)["music_side"]
    elif stored.exists():
        from safetensors.torch import load_file

        state = load_file(stored)
    else:
        return None
    side = MusicEncoder(state["from_video.weight"].shape[1])
    side.load_state_dict(state, strict=False)  # an older side weighs all frames alike
    return side.eval()


def main(argv: list[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--data", type=Path, nargs="+", default=[Path("data")])
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--contrast", type=Path, help="checkpoint of train_adaptor with the music side")
    parser.add_argument("--out", type=Path, help="instead of the pack's folder")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args(argv)
    torch.set_num_threads(args.threads)
    began = time.monotonic()
    pack, held = Pack(args.pack, args.threads), Held(args.data, args.clips)
    music_side = music_side_of(args.pack, args.contrast)
    found = {"codec": codec_figures(pack, held)}
    outputs = Outputs(pack, [c for root in args.data for c in load_clips(root / "video" / "heldout")])
    found["adaptor"] = outputs.measure(HIT_THRESHOLD, music_side)
    found["adaptor"]["clips"] = len(outputs.clips)
    found["generated"] = scored(pack, held, judge_of(held, pack), music_side)
    measures = {k: None if v is None or not np.isfinite(v) else round(float(v), 4) for k, v in named(found).items()}
    command = f"python -m muvi_models.evaluate {args.pack.name} --clips {args.clips}"
    result = {
        "pack": {k: pack.manifest[k] for k in ("name", "version")},
        "command": command,
        "clips": len(held.clips),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "measures": measures,
        "details": found,
    }
    folder = args.out or args.pack
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "evaluation.json", lambda f: f.write((json.dumps(result, indent=1) + "\n").encode()))
    pictures = sorted(f"attention/{f.name}" for f in (folder / "attention").glob("*.jpg"))
    text = write_card(pack.manifest, result, pictures)
    write_whole(folder / "MODEL_CARD.md", lambda f: f.write(text.encode()))
    print(text)


if __name__ == "__main__":
    main()

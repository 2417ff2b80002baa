"""How good an adaptor is on clips it has not seen: hits, cuts, intensity, mood, retrieval, and where it looks."""

from __future__ import annotations

import numpy as np
import torch

from muvi_models.adaptor import Adaptor
from muvi_models.contrastive import COVERED, HIDDEN, MusicEncoder
from muvi_models.director.plan import MODES
from muvi_models.video_data import Clip, Sampling, music_window, replaced, shifted

NEAR = 1  # frames: 100 ms
RETRIEVAL_OF = 32
RETRIEVAL_FRAMES = 60
LONG_FRAMES = 149  # the generator's window, 14.9 s
THRESHOLDS = np.arange(0.08, 0.8, 0.04)


def peaks(curve: np.ndarray, threshold: float) -> np.ndarray:
    """Frames of local maxima [n] above the threshold."""
    before, after = np.r_[-1.0, curve[:-1]], np.r_[curve[1:], -1.0]
    return np.flatnonzero((curve >= threshold) & (curve > before) & (curve >= after))


def matches(found: np.ndarray, wanted: np.ndarray) -> int:
    """How many pairs lie within 100 ms, each used once, in order of time."""
    i = j = count = 0
    while i < len(found) and j < len(wanted):
        if abs(int(found[i]) - int(wanted[j])) <= NEAR:
            count, i, j = count + 1, i + 1, j + 1
        elif found[i] < wanted[j]:
            i += 1
        else:
            j += 1
    return count


def f1(pairs: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """F1 over all clips of (found, wanted)."""
    hit = sum(matches(f, w) for f, w in pairs)
    total = sum(len(f) + len(w) for f, w in pairs)
    return 2 * hit / total if total else 0.0


def recall(pairs: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Part of the wanted that was found."""
    return sum(matches(f, w) for f, w in pairs) / max(1, sum(len(w) for _, w in pairs))


class Outputs:
    """What the adaptor says of each clip."""

    def __init__(self, adaptor: Adaptor, clips: list[Clip]):
        self.clips = clips
        results = [adaptor.run_chunked(torch.from_numpy(c.features)) for c in clips]
        self.conditioning = [r[0] for r in results]
        self.attention = [r[1].numpy() for r in results]
        self.curves = [r[2].numpy() for r in results]

    def best_threshold(self) -> float:
        """The one with the best F1 here: for clips that choose it, not for those that judge."""
        return float(max(THRESHOLDS, key=lambda t: f1(self._pairs(t, Clip.targets))))

    def measure(self, threshold: float, music_side: MusicEncoder | None, seed: int = 0) -> dict[str, float]:
        """All figures; shares are relative to what an even map would give (1.0)."""
        rng = np.random.default_rng(seed)
        target = self._pairs(threshold, Clip.targets)
        moved = [
            (f, np.sort((w + int(rng.integers(10, 60))) % len(c))) for (f, w), c in zip(target, self.clips, strict=True)
        ]
        result = {
            "minutes": sum(len(c) for c in self.clips) / 600,
            "threshold": threshold,
            "hit_f1_visible": f1(target),
            "hit_f1_shifted_in_time": f1(moved),
            "hit_f1_all_of_the_music": f1(self._pairs(threshold, lambda c: c.labels["hits_all"])),
            "hit_recall_visible": recall(self._pairs(threshold, lambda c: c.labels["hits"])),
            "hit_recall_without_cuts": recall(self._pairs(threshold, hits_without_cuts)),
            "cut_recall": recall(self._pairs(threshold, lambda c: c.labels["cuts"])),
            "cut_recall_on_music": recall(self._pairs(threshold, lambda c: c.labels["cuts_on_music"])),
            "intensity_correlation": correlation(self.curves, [c.labels["intensity"] for c in self.clips]),
            "intensity_correlation_in_clip": self._in_clip(),
            "valence_correlation": self._mood(0),
            "arousal_correlation": self._mood(1),
        }
        for i, mode in enumerate(MODES[:3]):
            pairs = self._pairs(threshold, lambda c, i=i: hits_without_cuts(c) * (c.labels["mode"] == i))
            result[f"hit_recall_{mode}"] = recall(pairs)
        result |= self._attention()
        if music_side is not None:
            result |= self._retrieval(music_side, rng, RETRIEVAL_FRAMES, "")
            result |= self._retrieval(music_side, rng, LONG_FRAMES, "_15s")
            result["sim"], result["sim_shuffled"] = self._similarity(music_side, rng)
        return {k: round(float(v), 4) for k, v in result.items()}

    def _pairs(self, threshold: float, wanted) -> list[tuple[np.ndarray, np.ndarray]]:
        return [
            (peaks(curves[:, 0], threshold), np.flatnonzero(wanted(clip) > 0))
            for curves, clip in zip(self.curves, self.clips, strict=True)
        ]

    def _in_clip(self) -> float:
        values = [correlation([a], [c.labels["intensity"]]) for a, c in zip(self.curves, self.clips, strict=True)]
        return float(np.nanmean(values))

    def _mood(self, which: int) -> float:
        said = [c[:, 2 + which].mean() for c in self.curves]
        return float(np.corrcoef(said, [c.mood[which] for c in self.clips])[0, 1]) if len(said) > 2 else 0.0

    def _attention(self) -> dict[str, float]:
        """Attention on the patches of the rhythm's object and of distractors alone, over their area's share."""
        sums = np.zeros(4)
        spread, sharp = [], []
        for attention, clip in zip(self.attention, self.clips, strict=True):
            on = clip.labels["object"] > COVERED
            off = (clip.labels["distractor"] > COVERED) & (clip.labels["object"] < HIDDEN)
            with_object = on.any(1)
            sums += (
                (attention * on)[with_object].sum(),
                on[with_object].mean(1).sum(),
                (attention * off)[with_object].sum(),
                off[with_object].mean(1).sum(),
            )
            spread.append(np.exp(-(attention * np.log(np.maximum(attention, 1e-9))).sum(1)))
            sharp.append(attention.max(1))
        return {
            "share_object": sums[0] / max(sums[1], 1e-9),
            "share_distractor": sums[2] / max(sums[3], 1e-9),
            "effective_patches": np.concatenate(spread).mean(),
            "largest_weight": np.concatenate(sharp).mean(),
        }

    @torch.no_grad()
    def _similarity(self, music_side: MusicEncoder, rng: np.random.Generator) -> tuple[float, float]:
        """Mean similarity of the clips to their own music, and to that of others."""
        music_side.eval()
        own, other = [], []
        for i, (clip, conditioning) in enumerate(zip(self.clips, self.conditioning, strict=True)):
            guest = self.clips[(i + 1 + int(rng.integers(max(1, len(self.clips) - 1)))) % len(self.clips)]
            pair = [music_window(c.music, c.start, len(clip)) for c in (clip, guest)]
            found = music_side.similarity(conditioning[None], torch.from_numpy(np.stack(pair)))
            own.append(float(found[0]))
            other.append(float(found[1]))
        return float(np.mean(own)), float(np.mean(other))

    @torch.no_grad()
    @torch.no_grad()
    def _retrieval(self, music_side: MusicEncoder, rng: np.random.Generator, frames: int, suffix: str) -> dict:
        """Top-1 of 32: one true window against 31 shifted, replaced, or of other pieces; chance is 0.031.

        `..._blind` is the mixed pool against the video of another clip: what the music alone gives away.
        """
        music_side.eval()
        sampling = Sampling(frames=frames)
        scores: dict[str, list[bool]] = {k: [] for k in ("shifted", "replaced", "other", "mixed", "mixed_blind")}
        strangers = self.conditioning[1:] + self.conditioning[:1]
        for clip, conditioning, stranger in zip(self.clips, self.conditioning, strangers, strict=True):
            others = [c for c in self.clips if c.piece != clip.piece] or [clip]
            for begin in range(0, len(clip) - frames + 1, frames):
                seen = {"": conditioning[None, begin : begin + frames]}
                if len(stranger) >= frames:
                    seen["_blind"] = stranger[None, :frames]
                at = clip.start + begin
                true = music_window(clip.music, at, frames)
                makers = {
                    "shifted": lambda c=clip, a=at: shifted(c.music, a, sampling, rng),
                    "replaced": lambda t=true, o=others: replaced(t, o[int(rng.integers(len(o)))].music, rng),
                    "other": lambda o=others: _elsewhere(o, rng, frames),
                }
                pools = {k: [make() for _ in range(RETRIEVAL_OF - 1)] for k, make in makers.items()}
                pools["mixed"] = [pools[list(makers)[i % 3]][i] for i in range(RETRIEVAL_OF - 1)]
                for name, pool in pools.items():
                    music = torch.from_numpy(np.stack([true, *pool]))
                    for kind, video in seen.items():
                        if kind == "" or name == "mixed":
                            best = int(music_side.similarity(video, music).argmax())
                            scores[name + kind].append(best == 0)
        return {f"retrieval_{k}{suffix}": float(np.mean(v)) if v else 0.0 for k, v in scores.items()}


def hits_without_cuts(clip: Clip) -> np.ndarray:
    """Seen hits that no cut gives away."""
    cuts = np.convolve(clip.labels["cuts"], np.ones(3), "same") > 0
    return clip.labels["hits"] * ~cuts


def correlation(curves: list[np.ndarray], intensities: list[np.ndarray]) -> float:
    """Pearson's r over all frames; NaN for a constant."""
    said, true = np.concatenate([c[:, 1] for c in curves]), np.concatenate(intensities)
    return float(np.corrcoef(said, true)[0, 1]) if said.std() > 1e-6 and true.std() > 1e-6 else float("nan")


def _elsewhere(others: list[Clip], rng: np.random.Generator, frames: int) -> np.ndarray:
    other = others[int(rng.integers(len(others)))]
    return music_window(other.music, int(rng.integers(max(1, len(other.music) - frames))), frames)

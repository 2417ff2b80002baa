"""Fits the codec's linear analysis and trains its decoder.

python -m muvi_models.train_codec fit   --music models/data/music --run models/runs/codec
python -m muvi_models.train_codec train --music models/data/music --run models/runs/codec --minutes 60
"""

import argparse
import copy
from pathlib import Path

import numpy as np
import torch

from .budget import Budget, Curve, average_into, warm_then_decay
from .codec import (
    BANDS,
    CodecConfig,
    CodecDecoder,
    CodecEncoder,
    fit_linear,
    load_codec,
    save_codec,
    stereo_image,
)
from .contract import LOG_FLOOR, SAMPLES_PER_LATENT
from .measures import codec_measures
from .pieces import audio_files, read_audio
from .spectrogram import magnitudes, mel_bands

EDGE = 1
"""Latents of real context cut at random on both sides before the loss: no zeros at the borders."""


class Windows:
    """Random windows of the pieces in a folder, with random gain and swapped channels."""

    def __init__(self, folder: Path, latents: int, seed: int, limit: int | None = None):
        files = audio_files(folder)[:limit]
        if not files:
            raise SystemExit(f"no labelled music in {folder}: run muvi_models.make_music first")
        self.audio = [(read_audio(f) * 32767).astype(np.int16) for f in files]
        self.latents = latents
        self.rng = np.random.default_rng(seed)

    def batch(self, size: int) -> torch.Tensor:
        """Magnitudes [size, 3, F, K]."""
        n = (self.latents + 2 * EDGE) * SAMPLES_PER_LATENT
        out = []
        for _ in range(size):
            audio = self.audio[self.rng.integers(len(self.audio))]
            start = self.rng.integers(0, audio.shape[1] - n)
            window = audio[:, start : start + n].astype(np.float32) / 32767
            if self.rng.random() < 0.5:
                window = window[::-1]
            out.append(window * 10 ** (self.rng.uniform(-8, 3) / 20))
        return magnitudes(torch.from_numpy(np.stack(out)))[:, :, 4 * EDGE : -4 * EDGE]


def decoder_loss(log_mid, image, target: torch.Tensor, bands: torch.Tensor, mel: torch.Tensor) -> dict:
    """Losses against `target` magnitudes [B, 3, F, K]; all are means of absolute differences."""
    true = torch.log(target[:, 0] + LOG_FLOOR)
    audible = ((true + 9.2) / 4).clamp(0.15, 1.5)
    level, true_level = log_mid.exp(), true.exp()
    pan, width = stereo_image(target, bands)
    loud = (true_level @ bands).clamp(max=1)[..., :BANDS]
    wanted = torch.cat([pan, width], -1)
    return {
        "log": ((log_mid - true).abs() * audible).mean(),
        "mel": (torch.log(level @ mel + LOG_FLOOR) - torch.log(true_level @ mel + LOG_FLOOR)).abs().mean(),
        "root": 8 * (level.sqrt() - true_level.sqrt()).abs().mean(),
        "image": ((image - wanted).abs() * torch.cat([loud, loud], -1)).mean(),
    }


def fit(arguments) -> None:
    """Linear analysis from random windows of the training pieces."""
    torch.manual_seed(0)
    windows = Windows(arguments.music / "train", 16, seed=9, limit=arguments.limit)
    config = CodecConfig(spectral=arguments.spectral, stereo=8)
    encoder, decoder = CodecEncoder(config), CodecDecoder(config)
    with torch.no_grad():
        fit_linear(encoder, decoder, [windows.batch(16) for _ in range(40)])
    arguments.run.mkdir(parents=True, exist_ok=True)
    save_codec(arguments.run / "linear.pt", encoder, decoder)


def train(arguments) -> None:
    """Decoder residual, resumable; writes decoder.pt (weights averaged) every few minutes."""
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    encoder, decoder, _ = load_codec(arguments.run / "linear.pt")
    mean = copy.deepcopy(decoder)
    optimizer = torch.optim.AdamW(decoder.parameters(), lr=8e-4, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    step, spent, last = 0, 0.0, arguments.run / "last.pt"
    if last.exists():
        state = torch.load(last, weights_only=False)
        decoder.load_state_dict(state["decoder"])
        mean.load_state_dict(state["mean"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
    windows = Windows(arguments.music / "train", 16, seed=step, limit=arguments.limit)
    held = Windows(arguments.music / "heldout", 64, seed=5)
    held_batch = held.batch(16)
    bands, mel = encoder.bands, torch.from_numpy(mel_bands(128))
    mel = mel / mel.sum(0)
    budget, curve = Budget(arguments.minutes, spent), Curve(arguments.run / "curve.jsonl")
    sums: dict = {}

    def checkpoint() -> None:
        save_codec(arguments.run / "decoder.pt", encoder, mean, step=step)
        state = {"decoder": decoder.state_dict(), "mean": mean.state_dict()}
        torch.save(state | {"optimizer": optimizer.state_dict(), "step": step, "spent": budget.spent}, f"{last}.part")
        Path(f"{last}.part").replace(last)
        curve.add(
            step=step,
            minutes=budget.spent,
            **{k: v / 200 for k, v in sums.items()},
            **codec_measures(encoder, mean, held_batch),
        )
        sums.clear()

    while budget.fraction < 1:
        for group in optimizer.param_groups:
            group["lr"] = 8e-4 * warm_then_decay(step, budget.fraction, 100, 0.3)
        target = windows.batch(12)
        with torch.no_grad():
            latents = encoder(target)
            latents = latents + torch.randn_like(latents) * torch.rand(len(latents), 1, 1) * 0.25
        with torch.autocast("cpu", torch.bfloat16):
            log_mid, image = decoder.banded(latents)
        losses = decoder_loss(log_mid.float(), image.float(), target, bands, mel)
        optimizer.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        optimizer.step()
        average_into(mean, decoder, step, 0.998)
        step += 1
        for k, v in losses.items():
            sums[k] = sums.get(k, 0.0) + float(v)
        if step % 200 == 0:
            checkpoint()
    checkpoint()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["fit", "train"])
    parser.add_argument("--music", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--spectral", type=int, default=56)
    parser.add_argument("--limit", type=int, help="use the first pieces only")
    arguments = parser.parse_args()
    fit(arguments) if arguments.action == "fit" else train(arguments)


if __name__ == "__main__":
    main()

"""Fits the codec's linear analysis and trains its networks.

    python -m muvi_models.train_codec fit   --music models/data/music --run models/runs/codec
    python -m muvi_models.train_codec train --music models/data/music --run models/runs/codec --minutes 60

With `fit --learned` the encoder is a network too, and both train together. `train --decoder-only --start FILE` goes on
with the decoder of a trained codec: latents stay what they are, so what was trained on them stays valid.
"""

import argparse
import copy
from pathlib import Path

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
from .codec_data import Windows
from .configs import CONFIGS, network
from .contract import LOG_FLOOR
from .measures import codec_measures
from .parallel import Workers
from .spectrogram import mel_bands
from .whole import save_whole

RATE = 8e-4
LATENT_NOISE = 0.12
"""Largest deviation of the noise on a learned codec's latents: what a generator gives is never exact."""
WEIGHTS = {"log": 4.0, "mel": 1.0, "root": 1.0, "image": 1.0, "latents": 0.02}


def decoder_loss(log_mid, image, target: torch.Tensor, bands: torch.Tensor, mel: torch.Tensor) -> dict:
    """Losses against `target` magnitudes [B, 3, F, K]; all are means of absolute differences."""
    true = torch.log(target[:, 0] + LOG_FLOOR)
    # Quiet bins count as well: what fills the gaps between partials is heard as haze.
    audible = ((true + 9.2) / 4).clamp(0.4, 1.5)
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


def latent_loss(latents: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    """How far spectral latents [B, L, z] are from zero mean and independent channels of deviation `gain` [z]."""
    rows = latents.float().reshape(-1, latents.shape[-1]) / gain
    mean = rows.mean(0)
    spread = (rows - mean).T @ (rows - mean) / len(rows)
    return ((spread - torch.eye(len(gain), device=gain.device)).square().sum() + mean.square().sum()) / len(gain)


def train_folders(arguments) -> list[Path]:
    """Training splits of all folders of music; the held-out split of the first one judges."""
    return [folder / "train" for folder in arguments.music]


def fit(arguments) -> None:
    """Linear analysis from random windows of the training pieces."""
    torch.manual_seed(0)
    device = Workers().device
    windows = Windows(train_folders(arguments), 16, seed=9, limit=arguments.limit, device=device)
    given = {"spectral": arguments.spectral, "learned": arguments.learned or None}
    sizes = network(arguments.config, "codec") if arguments.config else {"spectral": 56}
    config = CodecConfig(**sizes | {k: v for k, v in given.items() if v is not None})
    encoder, decoder = CodecEncoder(config).to(device), CodecDecoder(config).to(device)
    with torch.no_grad():
        fit_linear(encoder, decoder, [windows.batch(16) for _ in range(40)])
    arguments.run.mkdir(parents=True, exist_ok=True)
    save_codec(arguments.run / "linear.pt", encoder.cpu(), decoder.cpu())


@torch.no_grad()
def standardise(encoder: CodecEncoder, decoder: CodecDecoder, windows: Windows) -> tuple[CodecEncoder, CodecDecoder]:
    """Copies whose latents have zero mean and the wanted deviations over 16 batches; the decoder undoes it exactly."""
    encoder, decoder = copy.deepcopy(encoder), copy.deepcopy(decoder)
    z = encoder.config.spectral
    rows = torch.cat([encoder(windows.batch(16))[..., :z].reshape(-1, z) for _ in range(16)])
    centre, spread = rows.mean(0), rows.std(0) / encoder.gain
    residual = encoder.residual
    residual.centre.add_(centre * residual.spread)
    residual.spread.mul_(spread)
    enter = decoder.enter
    enter.bias.add_(enter.weight[:, :z] @ centre)
    enter.weight[:, :z].mul_(spread)
    decoder.spectral_mean.add_(centre @ decoder.spectral_inverse)
    decoder.spectral_inverse.mul_(spread[:, None])
    return encoder, decoder


class Trainer:
    """Networks, their averages, optimiser and clock of one run."""

    def __init__(self, arguments, workers: Workers):
        self.run, self.arguments, self.workers = arguments.run, arguments, workers
        start = arguments.start or arguments.run / "linear.pt"
        self.encoder, self.decoder = (m.to(workers.device) for m in load_codec(start)[:2])
        self.learned = self.encoder.config.learned and not arguments.decoder_only
        self.weights = WEIGHTS | {"log": arguments.log_weight}
        self.mean = copy.deepcopy(self.encoder), copy.deepcopy(self.decoder)
        own = [*self.encoder.parameters()] if self.learned else []
        self.parameters = [*own, *self.decoder.parameters()]
        given = {"lr": arguments.rate, "betas": (0.9, 0.98), "weight_decay": 0.01}
        self.optimizer = torch.optim.AdamW(self.parameters, **given, fused=True)
        mel = torch.from_numpy(mel_bands(128))
        self.mel = (mel / mel.sum(0)).to(workers.device)
        self.step, spent, self.last = 0, 0.0, arguments.run / "last.pt"
        if self.last.exists():
            state = torch.load(self.last, map_location=workers.device, weights_only=False)
            for module, key in zip((self.encoder, self.decoder, *self.mean), "edmn", strict=True):
                module.load_state_dict(state[key])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, spent = state["step"], state["spent"]
        self.budget = Budget(arguments.minutes, spent)
        workers.same_start((self.encoder, self.decoder, *self.mean))

    def train_step(self, windows: Windows, fraction: float) -> dict[str, torch.Tensor]:
        """One batch; the losses, still on the device. `fraction` 0..1 of the budget is spent."""
        rate = self.arguments.rate * warm_then_decay(self.step, fraction, 100, 0.3)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        target = windows.batch(self.arguments.batch)
        losses = {}
        with self.workers.autocast(), torch.set_grad_enabled(self.learned):
            latents = self.encoder(target)
        if self.learned:
            losses["latents"] = latent_loss(latents[..., : self.encoder.config.spectral], self.encoder.gain)
        if self.encoder.config.learned:
            latents = latents + torch.randn_like(latents) * torch.rand_like(latents[:, :1, :1]) * LATENT_NOISE
        with self.workers.autocast():
            log_mid, image = self.decoder.banded(latents)
        losses |= decoder_loss(log_mid.float(), image.float(), target, self.encoder.bands, self.mel)
        self.optimizer.zero_grad(set_to_none=True)
        sum(self.weights[k] * v for k, v in losses.items()).backward()
        self.workers.average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        pairs = zip(self.mean, (self.encoder, self.decoder), strict=True)
        for mean, live in list(pairs)[0 if self.learned else 1 :]:
            average_into(mean, live, self.step, 0.998)
        self.step += 1
        return {k: v.detach() for k, v in losses.items()}

    def save(self) -> None:
        """decoder.pt (averages of both networks, for use) and last.pt (to resume)."""
        save_codec(self.run / "decoder.pt", *self.mean, step=self.step)
        states = {k: m.state_dict() for k, m in zip("edmn", (self.encoder, self.decoder, *self.mean), strict=True)}
        states |= {"optimizer": self.optimizer.state_dict(), "step": self.step, "spent": self.budget.spent}
        save_whole(self.last, states)


def train(arguments) -> None:
    """Both networks, or the decoder where the encoder is linear; resumable."""
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    workers = Workers()
    trainer = Trainer(arguments, workers)
    seed = trainer.step * workers.world + workers.rank
    torch.manual_seed(seed)
    worn = trainer.encoder.config.learned
    windows = Windows(train_folders(arguments), arguments.latents, seed, arguments.limit, worn, workers.device)
    held = Windows(arguments.music[0] / "heldout", 64, seed=5).batch(16) if workers.first else None
    curve = Curve(arguments.run / "curve.jsonl")
    # Only now: to read hours of music is no training.
    trainer.budget.begin()
    sums: dict = {}
    while (fraction := workers.agree(trainer.budget.fraction)) < 1:
        for k, v in trainer.train_step(windows, fraction).items():
            sums[k] = sums.get(k, 0.0) + v / arguments.every
        if workers.first and (trainer.step % arguments.every == 0 or trainer.budget.fraction >= 1):
            trainer.save()
            found = codec_measures(*(copy.deepcopy(m).cpu() for m in trainer.mean), held)
            means = {k: float(v) for k, v in sums.items()}
            curve.add(step=trainer.step, minutes=trainer.budget.spent, **means, **found)
            sums = {}
    if workers.first and trainer.learned:
        encoder, decoder = (m.cpu() for m in standardise(*trainer.mean, windows))
        found = codec_measures(encoder, decoder, held)
        curve.add(step=trainer.step, minutes=trainer.budget.spent, standardised=True, **found)
        save_codec(arguments.run / "decoder.pt", encoder, decoder, step=trainer.step, standardised=True)
    workers.wait()


def main(argv: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["fit", "train"])
    parser.add_argument("--music", type=Path, nargs="+", required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--config", choices=list(CONFIGS), help="fit: sizes by name")
    parser.add_argument("--spectral", type=int, help="fit: spectral latents")
    parser.add_argument("--learned", action="store_true", help="fit: a codec whose encoder is a network too")
    parser.add_argument("--start", type=Path, help="train: a codec's weights to start from (default: the analysis)")
    parser.add_argument("--decoder-only", action="store_true", help="train: leave the encoder as it is")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--log-weight", type=float, default=WEIGHTS["log"], help="weight of the log magnitudes' loss")
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--latents", type=int, default=24, help="length of a training window")
    parser.add_argument("--every", type=int, default=200, help="steps between checkpoints")
    parser.add_argument("--limit", type=int, help="use so many pieces only")
    arguments = parser.parse_args(argv)
    fit(arguments) if arguments.action == "fit" else train(arguments)


if __name__ == "__main__":
    main()

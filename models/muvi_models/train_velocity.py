"""Trains the velocity network on encoded pieces; resumable, with a time budget.

    python -m muvi_models.train_velocity --latents models/data/latents --run models/runs/velocity --minutes 100

With `--video` (made videos with muvi_models.video_conditioning's output) part of the windows carries the
adaptor's conditioning. A restart continues where the last checkpoint was; pieces that appeared since are used.
"""

import argparse
import copy
from pathlib import Path

import numpy as np
import torch

from .budget import Budget, Curve, average_into, warm_then_decay
from .configs import CONFIGS, network
from .parallel import Workers
from .pieces import Piece, load_pieces
from .velocity import Velocity, VelocityConfig, flow_loss, load_velocity, save_velocity
from .whole import save_whole
from .windows import WindowSampler


def held_batches(sampler: WindowSampler, count: int, size: int) -> list[tuple]:
    """Fixed batches, times and noise for the held-out loss."""
    generator = torch.Generator().manual_seed(3)
    out = []
    for _ in range(count):
        batch = sampler.batch(size)
        noise = torch.randn(batch["latents"].shape, generator=generator)
        out.append((batch, torch.rand(size, generator=generator), noise))
    return out


def deviation(pieces: list[Piece]) -> np.ndarray:
    """Standard deviation of each latent channel [Z] over the music of some pieces, silence behind it left out."""
    rows = np.concatenate([p.latents[: p.end] for p in pieces[:: max(1, len(pieces) // 100)]])
    return np.maximum(rows.std(0), 1e-3).astype(np.float32)


def moved(drawn: tuple, device: torch.device) -> tuple:
    """(batch, time, noise) on a device."""
    batch, *rest = drawn
    return {k: v.to(device) for k, v in batch.items()}, *(x.to(device) for x in rest)


def drawn(sampler: WindowSampler, arguments, device: torch.device) -> tuple:
    """A batch of windows with times and noise."""
    batch = sampler.batch(arguments.batch, arguments.filmed)
    time = torch.sigmoid(torch.randn(arguments.batch, device=device))
    return batch, time, torch.randn_like(batch["latents"])


def train(arguments) -> None:
    """The training loop."""
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    workers = Workers()
    train_pieces = load_pieces(arguments.latents / "train", arguments.video and arguments.video / "train")
    held_pieces = load_pieces(arguments.latents / "heldout")
    z = train_pieces[0].latents.shape[1]
    sizes = network(arguments.config, "velocity") | {"latent": z}
    model = load_velocity(arguments.start)[0].train() if arguments.start else Velocity(VelocityConfig(**sizes))
    model = model.to(workers.device)
    model.deviation.copy_(torch.from_numpy(deviation(train_pieces)))
    mean = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=arguments.rate, betas=(0.9, 0.98), weight_decay=0.02, fused=True
    )
    step, spent, last = 0, 0.0, arguments.run / "last.pt"
    arguments.run.mkdir(parents=True, exist_ok=True)
    if last.exists():
        state = torch.load(last, map_location=workers.device, weights_only=False)
        model.load_state_dict(state["model"])
        mean.load_state_dict(state["mean"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
    workers.same_start((model, mean))
    torch.manual_seed(step * workers.world + workers.rank)
    seed = step * workers.world + workers.rank
    sampler = WindowSampler(
        train_pieces, seed, width=model.config.video, device=workers.device, often=dict(arguments.often)
    )
    del train_pieces
    held = held_batches(WindowSampler(held_pieces, seed=5, width=model.config.video), 4, 8) if workers.first else []
    budget, curve = Budget(arguments.minutes, spent), Curve(arguments.run / "curve.jsonl")
    if workers.first:
        curve.add(step=step, pieces=len(sampler.lengths), filmed=sampler.filmed, minutes=budget.spent)
    total, count = torch.zeros((), device=workers.device), 0

    def checkpoint() -> None:
        with torch.no_grad(), workers.autocast():
            held_loss = sum(float(flow_loss(mean, *moved(b, workers.device))) for b in held) / len(held)
        curve.add(step=step, minutes=budget.spent, train=float(total) / max(count, 1), heldout=held_loss)
        save_velocity(arguments.run / "mean.pt", mean, step=step)
        state = {"model": model.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict()}
        save_whole(last, state | {"step": step, "spent": budget.spent})

    while (fraction := workers.agree(budget.fraction)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = arguments.rate * warm_then_decay(step, fraction, 150, arguments.hold)
        batch, time, noise = drawn(sampler, arguments, workers.device)
        with workers.autocast():
            loss = flow_loss(model, batch, time, noise)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        workers.average_gradients(model.parameters())
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average_into(mean, model, step, 0.998)
        step += 1
        total, count = total + loss.detach(), count + 1
        if step % arguments.every == 0 and workers.first:
            checkpoint()
            total, count = torch.zeros_like(total), 0
    if workers.first:
        checkpoint()
    workers.wait()


def pattern_and_factor(text: str) -> tuple[str, float]:
    """`ambient_*=2` taken apart."""
    pattern, _, factor = text.rpartition("=")
    return pattern, float(factor)


def main(argv: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latents", type=Path, required=True)
    parser.add_argument("--video", type=Path)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a network to start from, as of muvi_models.from_pack")
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--filmed", type=float, default=0.4, help="part of the windows taken from filmed pieces")
    parser.add_argument(
        "--often",
        nargs="*",
        default=[],
        type=pattern_and_factor,
        metavar="NAMES=TIMES",
        help='draw pieces that fit a pattern so many times as often, as "ambient_*=2"',
    )
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--hold", type=float, default=0.3)
    parser.add_argument("--config", choices=list(CONFIGS), default="mini", help="sizes by name")
    parser.add_argument("--every", type=int, default=100, help="steps between checkpoints")
    parser.add_argument("--threads", type=int, default=1)
    train(parser.parse_args(argv))


if __name__ == "__main__":
    main()

"""Train the visual adaptor: `python -m muvi_models.train_adaptor --minutes 22`.

Contrastive pre-training and light supervision together, on the clips of data/video/train; some of their pieces are
kept back to choose the best checkpoint and the hit threshold. The held-out split is only measured, once, at the
end. Leaves in --out: last.pt (to resume), best.pt (`load_adaptor`), curve.jsonl, heldout.json.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from muvi_models.adaptor import Adaptor, AdaptorConfig, load_adaptor, save_adaptor
from muvi_models.appearance import Projection
from muvi_models.configs import CONFIGS, network
from muvi_models.contrastive import LossWeights, MusicEncoder, losses
from muvi_models.evaluate_adaptor import Outputs
from muvi_models.parallel import Workers
from muvi_models.video_data import Clip, Sampling, draw_batch, load_clips

EMA = 0.995
WARM_UP_STEPS = 40


class Trainer:
    """Networks, optimiser and clock of one run; everything that a resumed run needs is in last.pt."""

    def __init__(self, clips: list[Clip], config: AdaptorConfig, projection: Projection, args: argparse.Namespace):
        torch.manual_seed(args.seed)
        self.clips, self.projection, self.args = clips, projection, args
        self.workers = Workers()
        self.adaptor = Adaptor(config).to(self.workers.device)
        self.music_side = MusicEncoder(config.conditioning_width).to(self.workers.device)
        self.sampling = Sampling(args.batch, args.frames, args.shifted, args.replaced)
        self.weights = LossWeights() if args.contrastive else LossWeights(contrastive=0.0)
        self.parameters = [p for p in (*self.adaptor.parameters(), *self.music_side.parameters()) if p.requires_grad]
        self.optimiser = torch.optim.AdamW(self.parameters, lr=args.lr, betas=(0.9, 0.98), weight_decay=0.02)
        self.workers.same_start((self.adaptor, self.music_side))
        self.mean = copy.deepcopy(self.adaptor).cpu(), copy.deepcopy(self.music_side).cpu()
        self.step, self.spent_s, self.best = 0, 0.0, -math.inf

    def progress(self) -> float:
        """0..1, of the steps if they are given, else of the minutes."""
        if self.args.steps:
            return min(1.0, self.step / self.args.steps)
        return self.workers.agree(min(1.0, self.spent_s / (60 * self.args.minutes)))

    def train_step(self) -> dict[str, float]:
        """One batch. Its random numbers depend on seed and step alone, so a resumed run continues the same."""
        began = time.monotonic()
        rng = np.random.default_rng([self.args.seed, self.step, self.workers.rank])
        torch.manual_seed((self.args.seed * 1_000_003 + self.step) * self.workers.world + self.workers.rank)
        progress = self.progress()
        self.adaptor.train()
        self.music_side.train()
        rate = self.args.lr * min(1.0, (self.step + 1) / WARM_UP_STEPS)
        rate *= 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress))
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        batch = draw_batch(self.clips, self.sampling, self.adaptor.config.grid[1], rng).to(self.workers.device)
        # bfloat16 products halve the time of a step on a CPU that has matrix units.
        with self.workers.autocast(self.args.bf16):
            total, parts = losses(self.adaptor, self.music_side, batch, self.weights, progress)
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        self.workers.average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        keep = min(EMA, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for live, mean in zip((self.adaptor, self.music_side), self.mean, strict=True):
                for source, target in zip(live.parameters(), mean.parameters(), strict=True):
                    target.lerp_(source.to(target.device), 1 - keep)
        self.step += 1
        self.spent_s += time.monotonic() - began
        return {
            "step": self.step,
            "spent_s": round(self.spent_s, 1),
            "lr": rate,
            "loss": float(total.detach()),
            **parts,
        }

    def save_last(self) -> None:
        """The state of the run."""
        save_adaptor(
            self.args.out / "last.pt",
            self.adaptor,
            music_side=self.music_side.state_dict(),
            mean=[m.state_dict() for m in self.mean],
            optimiser=self.optimiser.state_dict(),
            clock={"step": self.step, "spent_s": self.spent_s, "best": self.best},
        )

    def resume(self) -> None:
        """Continue from last.pt, if there is one."""
        path = self.args.out / "last.pt"
        if not path.exists():
            return
        saved = torch.load(path, map_location="cpu", weights_only=True)
        if AdaptorConfig.from_dict(saved["config"]) != self.adaptor.config:
            raise SystemExit(f"{path} was trained with another configuration: choose another --out")
        self.adaptor.load_state_dict(saved["model"])
        self.music_side.load_state_dict(saved["music_side"])
        for module, state in zip(self.mean, saved["mean"], strict=True):
            module.load_state_dict(state)
        self.optimiser.load_state_dict(saved["optimiser"])
        self.step, self.spent_s, self.best = (saved["clock"][k] for k in ("step", "spent_s", "best"))

    def validate(self, clips: list[Clip]) -> dict[str, float]:
        """Measures the averaged weights, and keeps them as best.pt if they are the best so far."""
        outputs = Outputs(self.mean[0], clips)
        threshold = outputs.best_threshold()
        result = outputs.measure(threshold, self.mean[1])
        score = result["hit_f1_visible"] + 0.5 * result["intensity_correlation"] + result["retrieval_mixed"]
        score += 0.5 * result["intensity_correlation_in_clip"]
        score += 0.1 * min(result["share_object"], 4.0) - 0.3 * max(0.0, result["share_distractor"] - 1.4)
        if score > self.best:
            self.best = score
            facts = {"hit_threshold": threshold, "step": self.step, "validation": result, "seed": self.args.seed}
            state = self.mean[1].state_dict()
            wide = self.projection.widen(self.mean[0])
            save_adaptor(self.args.out / "best.pt", wide, music_side=state, weights=asdict(self.weights), **facts)
        return {"step": self.step, "score": round(score, 4), **result}


def main(argv: list[str] | None = None) -> None:
    """See the module."""
    args = parse(argv)
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    clips = [clip for folder in args.data for clip in load_clips(folder / "train")]
    pieces = sorted({c.piece for c in clips})
    kept_back = set(pieces[:: max(2, len(pieces) // args.validation_pieces)][: args.validation_pieces])
    sizes = network(args.config, "adaptor") | {"pooling": args.pooling}
    config = AdaptorConfig.toy() if args.toy else replace(AdaptorConfig(), **sizes)
    width = min(args.components, config.appearance_width)
    projection = Projection.fit([c for c in clips if c.piece not in kept_back], width)
    clips = [projection.apply(c) for c in clips]
    training = [c for c in clips if c.piece not in kept_back]
    validation = [c for c in clips if c.piece in kept_back]
    trainer = Trainer(training, replace(config, appearance_width=width), projection, args)
    trainer.resume()
    curve = (args.out / "curve.jsonl").open("a")

    def note(kind: str, values: dict) -> None:
        curve.write(json.dumps({"kind": kind, **values}) + "\n")
        curve.flush()

    validated = saved = trainer.spent_s
    while trainer.progress() < 1.0:
        parts = trainer.train_step()
        if not trainer.workers.first:
            continue
        if trainer.step % args.log_every == 0:
            note("train", parts)
        if trainer.spent_s - saved > 60:
            trainer.save_last()
            saved = trainer.spent_s
        if trainer.spent_s - validated > 60 * args.validate_minutes:
            note("validation", trainer.validate(validation))
            validated = trainer.spent_s
    if trainer.workers.first:
        note("validation", trainer.validate(validation))
        trainer.save_last()
        report(args, trainer)
    trainer.workers.wait()


def report(args: argparse.Namespace, trainer: Trainer) -> None:
    """Measures best.pt on the held-out split into heldout.json."""
    heldout = load_clips(args.data[0] / "heldout")
    if not heldout:
        return
    saved = torch.load(args.out / "best.pt", map_location="cpu", weights_only=True)
    music_side = MusicEncoder(saved["config"]["conditioning_width"])
    music_side.load_state_dict(saved["music_side"])
    figures = Outputs(load_adaptor(args.out / "best.pt"), heldout).measure(saved["hit_threshold"], music_side)
    facts = {"best_step": saved["step"], "steps": trainer.step, "training_s": round(trainer.spent_s), "seed": args.seed}
    text = json.dumps({**facts, "clips": len(heldout), **figures}, indent=1)
    (args.out / "heldout.json").write_text(text + "\n")
    print(text)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, nargs="+", default=[Path("data/video")], help="the first judges")
    parser.add_argument("--out", type=Path, default=Path("runs/adaptor"))
    parser.add_argument("--minutes", type=float, default=22.0, help="training time, without validation")
    parser.add_argument("--steps", type=int, default=0, help="instead of minutes")
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--frames", type=int, default=72, help="window length, tenths of a second")
    parser.add_argument("--shifted", type=int, default=Sampling.shifted, help="hard negatives moved in time, each")
    parser.add_argument("--replaced", type=int, default=Sampling.replaced, help="hard negatives with a part replaced")
    parser.add_argument("--contrastive", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--config", choices=list(CONFIGS), default="mini", help="sizes by name")
    parser.add_argument("--pooling", default="softmax")
    parser.add_argument("--components", type=int, default=24, help="of the appearance, seen in training")
    parser.add_argument("--validation-pieces", type=int, default=16)
    parser.add_argument("--validate-minutes", type=float, default=4.0)
    parser.add_argument("--log-every", type=int, default=10)
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--toy", action="store_true", help="toy sizes, for tests")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()

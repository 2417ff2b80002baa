"""What every training run shares: a time budget that survives a restart, the learning rate, the curve."""

import json
import math
import time
from pathlib import Path

import torch


class Budget:
    """Counts the minutes that a run has trained, over restarts."""

    def __init__(self, minutes: float, spent: float = 0.0):
        self.minutes = minutes
        self.before = spent
        self.begin()

    def begin(self) -> None:
        """Counts from now on; what came before in this process was no training."""
        self.start = time.monotonic()

    @property
    def spent(self) -> float:
        """Minutes trained so far."""
        return self.before + (time.monotonic() - self.start) / 60

    @property
    def fraction(self) -> float:
        """Part of the budget used, 0..1."""
        return min(1.0, self.spent / self.minutes)


def warm_then_decay(step: int, fraction: float, warm_up: int, hold: float) -> float:
    """Learning-rate factor: linear warm-up over steps, constant up to `hold` of the budget, cosine to 2 %."""
    if fraction <= hold:
        return min(1.0, (step + 1) / warm_up)
    rest = (fraction - hold) / (1 - hold)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * rest))


@torch.no_grad()
def average_into(mean: torch.nn.Module, model: torch.nn.Module, step: int, decay: float) -> None:
    """Exponential moving average of the weights, faster at the start."""
    d = min(decay, (step + 1) / (step + 10))
    parameters = [p.data for p in mean.parameters()]
    torch._foreach_lerp_(parameters, [p.data for p in model.parameters()], 1 - d)


class Curve:
    """Appends one JSON object a line, and prints it."""

    def __init__(self, path: Path):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, **values) -> None:
        """Adds a point."""
        point = {k: round(v, 5) if isinstance(v, float) else v for k, v in values.items()}
        with self.path.open("a") as file:
            file.write(json.dumps(point) + "\n")
        print(json.dumps(point), flush=True)

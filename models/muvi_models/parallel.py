"""One process or many: what a training loop must know of its siblings under torchrun.

Each process holds the whole network and draws its own batches; gradients are averaged before every step. On a GPU
the networks and batches live there and products are bfloat16; on a CPU too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import torch
from torch import distributed


class Workers:
    """This process among its siblings; alone where torchrun has not started it."""

    def __init__(self) -> None:
        self.rank = int(os.environ.get("RANK", 0))
        self.world = int(os.environ.get("WORLD_SIZE", 1))
        local = int(os.environ.get("LOCAL_RANK", 0))
        self.device = torch.device("cuda", local) if torch.cuda.is_available() else torch.device("cpu")
        if self.device.type == "cuda":
            torch.cuda.set_device(self.device)
            torch.set_float32_matmul_precision("high")
        if self.world > 1 and not distributed.is_initialized():
            distributed.init_process_group("nccl" if self.device.type == "cuda" else "gloo")

    @property
    def first(self) -> bool:
        """Whether this process writes checkpoints and curves."""
        return self.rank == 0

    def autocast(self, enabled: bool = True) -> torch.autocast:
        """bfloat16 products."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=enabled)

    def same_start(self, modules: Iterable[torch.nn.Module]) -> None:
        """All processes take the weights and buffers of the first."""
        if self.world > 1:
            for module in modules:
                for tensor in (*module.parameters(), *module.buffers()):
                    distributed.broadcast(tensor.data, 0)

    def average_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """The mean over processes, in one message; a parameter without a gradient counts as zero."""
        if self.world == 1:
            return
        parameters = list(parameters)
        for p in parameters:
            if p.grad is None:
                p.grad = torch.zeros_like(p)
        flat = torch.cat([p.grad.reshape(-1) for p in parameters])
        distributed.all_reduce(flat)
        flat /= self.world
        at = 0
        for p in parameters:
            p.grad.copy_(flat[at : at + p.numel()].view_as(p))
            at += p.numel()

    def agree(self, value: float) -> float:
        """The first process's value: all must end a run, or change its rate, at the same step."""
        if self.world == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=self.device)
        distributed.broadcast(shared, 0)
        return float(shared)

    def wait(self) -> None:
        """Until all are here: the first writes files that the others read."""
        if self.world > 1:
            distributed.barrier()

    def end(self) -> None:
        """Leaves the group."""
        if self.world > 1 and distributed.is_initialized():
            distributed.destroy_process_group()

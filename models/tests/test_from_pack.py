"""A pack's network read back from its ONNX file, and turned to other latents."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from muvi_models.from_pack import config_of, example_of, restore, turned
from muvi_models.velocity import Velocity, VelocityConfig

TOY = Path(__file__).parents[1] / "packs" / "toy" / "velocity.onnx"
HEADS = 2
NAMES = ("x", "context", "mask", "video", "plan", "globals", "time")


def inputs(config: VelocityConfig, length: int = 12) -> list[torch.Tensor]:
    torch.manual_seed(3)
    sizes = (config.latent, config.latent, 1, config.video, config.plan)
    rows = [torch.randn(2, length, w) for w in sizes]
    rows[2] = (rows[2] > 0).float()
    return [*rows, torch.randn(2, config.globals), torch.tensor([0.2, 0.7])]


def toy() -> Velocity:
    network = Velocity(config_of(TOY, HEADS)).eval()
    restore(network, TOY, example_of(network.config))
    return network


def test_a_network_comes_back_from_its_pack():
    network = toy()
    given = inputs(network.config)
    with torch.no_grad():
        ours = network(*given).numpy()
    session = onnxruntime.InferenceSession(str(TOY))
    theirs = session.run(None, {n: x.numpy() for n, x in zip(NAMES, given, strict=True)})[0]
    assert np.abs(ours - theirs).max() < 1e-4 * np.abs(theirs).max()


def test_a_network_of_other_sizes_is_refused():
    other = Velocity(replace(config_of(TOY, HEADS), width=24))
    with pytest.raises(ValueError, match=r"velocity\.onnx"):
        restore(other, TOY, example_of(other.config))


def test_turned_latents_give_the_turned_velocity():
    network = toy()
    width = network.config.latent
    to_new = np.random.default_rng(0).standard_normal((width, width)).astype(np.float32) + 2 * np.eye(
        width, dtype=np.float32
    )
    to_old = np.linalg.inv(to_new).astype(np.float32)
    other = turned(network, network.config, to_old, to_new).eval()
    given = inputs(network.config)
    moved = [given[0] @ torch.from_numpy(to_new), given[1] @ torch.from_numpy(to_new), *given[2:]]
    with torch.no_grad():
        wanted = network(*given) @ torch.from_numpy(to_new)
        assert torch.allclose(other(*moved), wanted, atol=1e-3 * float(wanted.abs().max()))


def test_fewer_hidden_units_are_those_that_weigh_most():
    network = toy()
    same = turned(network, replace(network.config, hidden=12), *2 * [np.eye(network.config.latent, dtype=np.float32)])
    assert same.layers[0].leave.weight.shape == (network.config.width, 12)
    whole = {tuple(c) for c in network.layers[0].leave.weight.T.tolist()}
    assert {tuple(c) for c in same.layers[0].leave.weight.T.tolist()} <= whole

"""A pack's velocity network as the start of the next one's training, where its checkpoint is not at hand.

    python -m muvi_models.from_pack packs/mini --run runs/velocity --music data/music/train --latents runs/latents/train

Weights are read back from the ONNX file. Where the new codec has other latents, the layers that enter and leave the
latents are turned by the linear map that tells the old latents from the new ones best (least squares over pieces that
both have encoded); where the new network's hidden layers are narrower, the units that weigh most are kept.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from .configs import CONFIGS, network
from .pack_run import Pack
from .pieces import load_pieces, read_audio
from .velocity import Velocity, VelocityConfig, save_velocity


def weights_of(graph: onnx.GraphProto) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
    """Named weights of an exported network, and the matrices [in, out] of its nameless products in their order."""
    stored = {i.name.removesuffix("__half"): numpy_helper.to_array(i).astype(np.float32) for i in graph.initializer}
    products = [n.input[1] for n in graph.node if n.op_type == "MatMul" and n.input[1] in stored]
    return stored, [stored[name] for name in products]


def restore(module: nn.Module, path: Path, example: tuple) -> None:
    """Fills `module` from the ONNX file that it was exported to. Raises where the two don't fit.

    The exporter keeps the names of all weights but those of products, which it turns around: these come in the order
    in which the module, run on `example`, uses them.
    """
    named, products = weights_of(onnx.load(path).graph)
    used: list[nn.Linear] = []
    hooks = [
        m.register_forward_pre_hook(lambda m, _: used.append(m)) for m in module.modules() if isinstance(m, nn.Linear)
    ]
    with torch.no_grad():
        module(*example)
    for hook in hooks:
        hook.remove()
    names = {m: name for name, m in module.named_modules()}
    nameless = [m for m in used if f"{names[m]}.weight" not in named]
    if len(nameless) != len(products):
        raise ValueError(f"{path} has {len(products)} products without a name, the network {len(nameless)}")
    found = {f"{names[m]}.weight": w.T for m, w in zip(nameless, products, strict=True)}
    state = module.state_dict()
    for name, tensor in state.items():
        values = found.get(name, named.get(name))
        if values is None:
            continue  # what the exporter folded away is a constant of the configuration
        if tuple(values.shape) != tuple(tensor.shape):
            raise ValueError(f"{path}: {name} is {values.shape}, the network wants {tuple(tensor.shape)}")
        state[name] = torch.from_numpy(np.ascontiguousarray(values))
    module.load_state_dict(state)


def config_of(path: Path, heads: int, patch: int = 2) -> VelocityConfig:
    """Sizes of an exported velocity network; heads and patch can't be read from its weights."""
    graph = onnx.load(path).graph
    named, products = weights_of(graph)
    inputs = {i.name: i.type.tensor_type.shape.dim[-1].dim_value for i in graph.input}
    return VelocityConfig(
        latent=inputs["x"],
        video=inputs["video"],
        plan=inputs["plan"],
        globals=inputs["globals"],
        width=named["music.bias"].shape[0],
        layers=len({n.split(".")[1] for n in named if n.startswith("layers.")}),
        heads=heads,
        hidden=products[-2].shape[0],
        patch=patch,
        kernel=named["position.weight"].shape[-1],
        preconditioned="deviation" in named,
    )


def example_of(config: VelocityConfig) -> tuple[torch.Tensor, ...]:
    """Inputs of the least size."""
    widths = (config.latent, config.latent, 1, config.video, config.plan)
    return (*(torch.zeros(1, config.patch, w) for w in widths), torch.zeros(1, config.globals), torch.zeros(1))


def latent_maps(pack: Pack, music: Path, latents: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """[new, old] and [old, new]: what of the pack's latents the new ones tell, and the other way; of `count` pieces."""
    pieces = load_pieces(latents)
    rows: tuple[list, list] = [], []
    for piece in pieces[:: max(1, len(pieces) // count)][:count]:
        path = music / f"{piece.name}.flac"
        if path.exists():
            old = pack.encode(read_audio(path))
            length = min(len(old), piece.end)
            rows[0].append(old[:length])
            rows[1].append(piece.latents[:length])
    if not rows[0]:
        raise SystemExit(f"none of the pieces in {latents} is in {music}")
    old, new = (np.concatenate(r) for r in rows)
    to_old, to_new = (np.linalg.lstsq(a, b, rcond=None)[0] for a, b in ((new, old), (old, new)))
    told = [1 - np.square(b - a @ m).mean() / b.var() for a, b, m in ((new, old, to_old), (old, new, to_new))]
    print(f"{len(old)} latents; of the old ones {told[0]:.3f} is in the new, of the new {told[1]:.3f} in the old")
    return to_old.astype(np.float32), to_new.astype(np.float32)


def turned(old: Velocity, config: VelocityConfig, to_old: np.ndarray, to_new: np.ndarray) -> Velocity:
    """A network of `config` that does to the new latents what `old` does to the old ones, as far as it can."""
    new = Velocity(config)
    p, a, b = config.patch, old.config.latent, config.latent
    state, target = old.state_dict(), new.state_dict()
    enter = state["music.weight"].reshape(-1, p, a + 1)
    state["music.weight"] = torch.cat([enter[..., :a] @ torch.from_numpy(to_old).T, enter[..., a:]], -1).flatten(1)
    leave = state["leave.weight"].reshape(p, a, -1)
    state["leave.weight"] = torch.einsum("pah,ab->pbh", leave, torch.from_numpy(to_new)).reshape(p * b, -1)
    state["leave.bias"] = (state["leave.bias"].reshape(p, a) @ torch.from_numpy(to_new)).flatten()
    for i in range(config.layers):
        enter, leave = state[f"layers.{i}.enter.weight"], state[f"layers.{i}.leave.weight"]
        gate, value = enter.chunk(2)
        kept = (gate.norm(dim=1) * value.norm(dim=1) * leave.norm(dim=0)).argsort(descending=True)[: config.hidden]
        state[f"layers.{i}.enter.weight"] = torch.cat([gate[kept], value[kept]])
        state[f"layers.{i}.leave.weight"] = leave[:, kept]
    if config.preconditioned and not old.config.preconditioned:
        # What leaves the layers then means something else: it is learnt anew.
        for name in ("leave.weight", "leave.bias"):
            state[name] = torch.zeros_like(target[name])
    new.load_state_dict({k: state.get(k, v) if k != "deviation" else v for k, v in target.items()})
    return new


def main(argv: list[str] | None = None) -> None:
    """Writes start.pt, which `train_velocity --start` goes on from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--music", type=Path, required=True, help="folder of pieces")
    parser.add_argument("--latents", type=Path, required=True, help="the same pieces, encoded by the new codec")
    parser.add_argument("--pieces", type=int, default=24, help="that tell the latents' maps")
    parser.add_argument("--config", choices=list(CONFIGS), default="mini", help="sizes of the new network")
    args = parser.parse_args(argv)
    file = args.pack / "velocity.onnx"
    sizes = network(args.config, "velocity")
    old = Velocity(config_of(file, sizes["heads"]))
    restore(old, file, example_of(old.config))
    to_old, to_new = latent_maps(Pack(args.pack), args.music, args.latents, args.pieces)
    config = VelocityConfig(**sizes | {"latent": to_old.shape[0]})
    args.run.mkdir(parents=True, exist_ok=True)
    save_velocity(args.run / "start.pt", turned(old, config, to_old, to_new))


if __name__ == "__main__":
    main()

"""Exports a pack: ONNX files, manifest, parity examples; compares ONNX Runtime with PyTorch on each stage.

    python -m muvi_models.export toy  --out models/packs/toy
    python -m muvi_models.export mini --out models/packs/mini --codec ... --velocity ... --adaptor ...

Weights are stored as float16 and cast when the session is built: half the size, and PyTorch is compared
with the same rounded weights.
"""

import argparse
import datetime
import hashlib
import json
import logging
import shutil
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from safetensors.numpy import save_file
from torch import nn

from . import contract as c

HALF_FROM = 4096
"""Weights with at least this many numbers are stored as float16."""


class Stage:
    """One network with its example inputs and the names and free dimensions of its tensors."""

    def __init__(self, module: nn.Module, inputs: dict, outputs: list[str], free: dict, tolerance=2e-3):
        self.module, self.inputs, self.outputs = module.eval(), inputs, outputs
        self.free, self.tolerance = free, tolerance


def round_weights(module: nn.Module) -> None:
    """Rounds large weights and buffers to what float16 holds."""
    with torch.no_grad():
        for tensor in [*module.parameters(), *module.buffers()]:
            if tensor.is_floating_point() and tensor.numel() >= HALF_FROM:
                tensor.copy_(tensor.clamp(-60000, 60000).half().float())


def store_as_half(model: onnx.ModelProto) -> None:
    """Replaces large float32 initializers by float16 ones with a Cast behind, in place."""
    graph, casts = model.graph, []
    for initializer in list(graph.initializer):
        values = numpy_helper.to_array(initializer)
        if values.dtype != np.float32 or values.size < HALF_FROM:
            continue
        half = values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            continue
        name = initializer.name
        initializer.CopyFrom(numpy_helper.from_array(half, f"{name}__half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}__half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend(casts + nodes)


def dimensions(tensor_name: str, shape, free: dict) -> list:
    """Shape for the manifest: numbers where fixed, names where free."""
    names = free.get(tensor_name, {})
    return [names.get(i, int(size)) for i, size in enumerate(shape)]


def export_stage(name: str, stage: Stage, folder: Path) -> dict:
    """Writes `<name>.onnx` and its parity example; returns the manifest's entry. Raises where numbers differ."""
    round_weights(stage.module)
    path = folder / f"{name}.onnx"
    dynamic = []
    for tensor in stage.inputs:
        names = stage.free.get(tensor, {})
        dynamic.append({i: torch.export.Dim.DYNAMIC for i in names})
    arguments = tuple(stage.inputs.values())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            stage.module,
            arguments,
            input_names=list(stage.inputs),
            output_names=stage.outputs,
            dynamic_shapes=tuple(dynamic),
            opset_version=c.OPSET,
            dynamo=True,
            verbose=False,
        )
    model = program.model_proto
    store_as_half(model)
    model.ClearField("metadata_props")
    for node in model.graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in (*model.graph.input, *model.graph.output):
        for i, free_name in stage.free.get(value.name, {}).items():
            value.type.tensor_type.shape.dim[i].Clear()
            value.type.tensor_type.shape.dim[i].dim_param = free_name
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    with torch.no_grad():
        outputs = stage.module(*arguments)
    outputs = [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)
    expected = {n: o.float().numpy() for n, o in zip(stage.outputs, outputs, strict=True)}
    given = {n: t.numpy() for n, t in stage.inputs.items()}
    worst = compare(path, given, expected)
    longer = {n: lengthen(n, t, stage.free) for n, t in stage.inputs.items()}
    with torch.no_grad():
        outputs = stage.module(*longer.values())
    outputs = [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)
    reference = dict(zip(stage.outputs, (o.numpy() for o in outputs), strict=True))
    worst = max(worst, compare(path, {n: t.numpy() for n, t in longer.items()}, reference))
    if not worst <= stage.tolerance:  # nan as well
        raise SystemExit(f"{name}: ONNX Runtime differs from PyTorch by {worst:.2e} (allowed {stage.tolerance})")
    parity = folder / "parity" / f"{name}.safetensors"
    parity.parent.mkdir(exist_ok=True)
    save_file({k: np.ascontiguousarray(v) for k, v in (given | expected).items()}, str(parity))
    parity.chmod(0o644)
    print(f"{name}: {path.stat().st_size / 1e6:.2f} MB, ONNX Runtime against PyTorch {worst:.1e}", flush=True)
    kinds = {torch.uint8: "uint8", torch.float32: "float32"}
    return {
        "file": path.name,
        "sha256": sha256(path),
        "inputs": [
            {"name": n, "dtype": kinds[t.dtype], "shape": dimensions(n, t.shape, stage.free)}
            for n, t in stage.inputs.items()
        ],
        "outputs": [
            {"name": n, "dtype": "float32", "shape": dimensions(n, o.shape, stage.free)} for n, o in expected.items()
        ],
        "parity": {
            "file": f"parity/{name}.safetensors",
            "sha256": sha256(parity),
            "tolerance": stage.tolerance,
        },
    }


def lengthen(name: str, tensor: torch.Tensor, free: dict) -> torch.Tensor:
    """The example repeated along its free time dimension, so that the export is compared at a second size."""
    for i, free_name in free.get(name, {}).items():
        if free_name != "B":
            tensor = torch.cat([tensor, tensor.flip(i)], i)
    return tensor


def compare(path: Path, given: dict, expected: dict) -> float:
    """Largest difference of ONNX Runtime's outputs, relative to the largest value of each output."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    actual = session.run(list(expected), given)
    pairs = zip(actual, expected.values(), strict=True)
    worst = [float(np.abs(a - e).max() / max(np.abs(e).max(), 1e-9)) for a, e in pairs]
    return float(np.max(worst))  # nan where one is


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stages(encoder, adaptor, velocity, codec_encoder, codec_decoder) -> dict[str, Stage]:
    """All five stages with small example inputs."""
    rng = torch.Generator().manual_seed(7)
    size, v = encoder.config.frame_size, velocity.config
    frames = torch.randint(0, 256, (4, size, size, 3), generator=rng, dtype=torch.uint8)
    with torch.no_grad():
        features = encoder(frames)
    features = features[None].repeat(1, 4, 1, 1) + 0.1 * torch.randn(1, 12, *features.shape[1:], generator=rng)

    def noise(*shape):
        return torch.randn(*shape, generator=rng)

    b, length = 2, 24
    mask = (torch.rand(b, length, 1, generator=rng) < 0.4).float()
    velocity_inputs = {
        "x": noise(b, length, v.latent),
        "context": noise(b, length, v.latent) * mask,
        "mask": mask,
        "video": noise(b, length, v.video),
        "plan": torch.rand(b, length, v.plan, generator=rng),
        "globals": noise(b, v.globals),
        "time": torch.tensor([0.25, 0.75]),
    }
    magnitude = torch.rand(1, 3, 8, c.BINS, generator=rng) ** 4 * 0.3
    magnitude[:, :, 6:] = 0  # silence is an input too
    with torch.no_grad():
        latents = codec_encoder(magnitude)
    time_axes = {n: {0: "B", 1: "L"} for n in ("x", "context", "mask", "video", "plan", "velocity")}
    frame_axes = {n: {1: "F"} for n in ("log_magnitude", "pan", "width")}
    adaptor_axes = {n: {1: "T"} for n in ("features", "conditioning", "attention", "curves")}
    return {
        "encoder": Stage(encoder, {"frames": frames}, ["features"], {"frames": {0: "T+1"}, "features": {0: "T"}}),
        "adaptor": Stage(adaptor, {"features": features}, ["conditioning", "attention", "curves"], adaptor_axes),
        "velocity": Stage(velocity, velocity_inputs, ["velocity"], time_axes | {"globals": {0: "B"}, "time": {0: "B"}}),
        "codec_encoder": Stage(
            codec_encoder, {"magnitude": magnitude}, ["latents"], {"magnitude": {2: "F"}, "latents": {1: "L"}}
        ),
        "codec_decoder": Stage(
            codec_decoder,
            {"latents": latents},
            ["log_magnitude", "pan", "width"],
            frame_axes | {"latents": {1: "L"}},
        ),
    }


def music_stage(music_side) -> Stage:
    """The optional sixth stage, `music_encoder`, by which the app measures SIM."""
    from .contrastive import MusicStage
    from .music_features import FEATURE_WIDTH

    rng = torch.Generator().manual_seed(8)
    frames, width = 40, music_side.from_video.in_features
    conditioning = torch.randn(1, frames, width, generator=rng)
    features = torch.rand(1, frames, FEATURE_WIDTH, generator=rng)
    axes = {n: {1: "T"} for n in ("conditioning", "features", "picture", "music", "weight")}
    inputs = {"conditioning": conditioning, "features": features}
    return Stage(MusicStage(music_side), inputs, ["picture", "music", "weight"], axes)


def write_pack(
    out: Path,
    networks: tuple,
    about: dict,
    solver: dict,
    styles: list[dict],
    style_files: list[Path],
    music_side: nn.Module | None = None,
):
    """Builds the pack beside `out` and moves it there when it is whole."""
    encoder, adaptor, velocity, codec_encoder, codec_decoder = networks
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    wanted = stages(*networks)
    if music_side is not None:
        wanted["music_encoder"] = music_stage(music_side)
    entries = {n: export_stage(n, s, part) for n, s in wanted.items()}
    for file in style_files:
        (part / "styles").mkdir(exist_ok=True)
        shutil.copy(file, part / "styles" / file.name)
    config = codec_decoder.config
    halo = max(codec_encoder.halo, codec_decoder.halo)
    features = entries["encoder"]["outputs"][0]["shape"]
    manifest = {
        "format": c.FORMAT,
        **about,
        "trained": about.get("trained") or datetime.date.today().isoformat(),
        "opset": c.OPSET,
        "frame_rate": list(c.FRAME_RATE),
        "frame_size": encoder.config.frame_size,
        "grid": list(encoder.config.grid),
        "feature_width": features[2],
        "appearance_width": encoder.config.appearance_width,
        "conditioning_width": velocity.config.video,
        "curves": c.CURVES,
        "adaptor_halo": adaptor.halo,
        "decoder_halo": halo,
        "sample_rate": c.SAMPLE_RATE,
        "stft": {
            "n_fft": c.N_FFT,
            "hop": c.HOP,
            "stack": c.STACK,
            "norm": c.NORM,
            "log_floor": c.LOG_FLOOR,
        },
        "latent": {
            "rate": [c.SAMPLE_RATE, c.SAMPLES_PER_LATENT],
            "width": config.width,
            "offset_samples": c.OFFSET_SAMPLES,
        },
        "style_frames": c.STYLE_FRAMES,
        "window_frames": c.WINDOW_FRAMES,
        "plan_channels": c.PLAN_CHANNELS,
        "globals": c.GLOBALS,
        "pulse_sigma_s": c.PULSE_SIGMA_S,
        "solver": solver,
        "stages": entries,
        "styles": [style | {"sha256": sha256(part / style["file"])} for style in styles],
    }
    (part / "pack.json").write_text(json.dumps(manifest, indent=2) + "\n")
    for keep in ("TRAINING.md", "training", "MODEL_CARD.md", "evaluation.json", "attention"):
        if (out / keep).exists():
            shutil.move(out / keep, part / keep)
    shutil.rmtree(out, ignore_errors=True)
    part.rename(out)
    total = sum(f.stat().st_size for f in out.rglob("*") if f.is_file())
    print(f"{out}: {total / 1e6:.1f} MB")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", choices=["toy", "mini"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--codec", type=Path)
    parser.add_argument("--velocity", type=Path)
    parser.add_argument("--adaptor", type=Path)
    parser.add_argument("--version", default="0.5.0", help="of the pack")
    parser.add_argument("--steps", type=int, default=12, help="solver steps that the pack recommends")
    parser.add_argument("--guidance", type=float, default=2.5)
    parser.add_argument("--styles", type=Path, help="folder made by muvi_models.palette")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    if arguments.pack == "toy":
        from .toy import toy_pack

        write_pack(arguments.out, *toy_pack())
    else:
        from .mini import keep_music_side, mini_pack, music_side

        write_pack(arguments.out, *mini_pack(arguments), music_side(arguments.adaptor))
        keep_music_side(arguments.adaptor, arguments.out)


if __name__ == "__main__":
    main()

"""What the exporter needs for the trained default pack."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from .adaptor import load_adaptor
from .codec import load_codec
from .contrastive import MusicEncoder
from .encoder import Encoder
from .velocity import load_velocity

TRAINING_DATA = (
    "Music composed by this project's own program (eight styles) and rendered through the FluidR3 GM "
    "soundfont (MIT); game music by Kenta Cho and Janne Kivilahti (BSD-2-Clause) and songs by Carlos Viola Iborra "
    "(MIT); pictures made by its own director from procedural scenes and the public-domain "
    "photographs of the Endless Sky project; image backbone EfficientNet-Lite0 with ImageNet weights "
    "(Apache-2.0). No scraped material, no output of other generators."
)


def music_side(adaptor: Path) -> MusicEncoder:
    """The contrastive music encoder of a checkpoint of train_adaptor."""
    state = torch.load(adaptor, map_location="cpu", weights_only=True)["music_side"]
    side = MusicEncoder(state["from_video.weight"].shape[1])
    side.load_state_dict(state, strict=False)  # an older side weighs all frames alike
    return side.eval()


def keep_music_side(adaptor: Path, pack: Path) -> None:
    """The contrastive music encoder beside the pack, for `muvi_models.evaluate` and further training."""
    state = torch.load(adaptor, map_location="cpu", weights_only=True)["music_side"]
    (pack / "training").mkdir(exist_ok=True)
    save_file({k: v.contiguous() for k, v in state.items()}, pack / "training" / "contrast.safetensors")


def mini_pack(arguments) -> tuple:
    """Arguments of `export.write_pack`, from the checkpoints named on the command line."""
    codec_encoder, codec_decoder, _ = load_codec(arguments.codec)
    velocity, _ = load_velocity(arguments.velocity)
    styles = json.loads((arguments.styles / "styles.json").read_text())
    about = {
        "name": "mini",
        "version": arguments.version,
        "title": "Mini",
        "description": "The default pack: small, trained on a CPU, eight styles of composed music.",
        "licence": "MIT OR Apache-2.0; the encoder's backbone Apache-2.0",
        "training_data": TRAINING_DATA,
    }
    solver = {"method": "euler", "steps": arguments.steps, "guidance": arguments.guidance}
    networks = (Encoder(), load_adaptor(arguments.adaptor), velocity, codec_encoder, codec_decoder)
    files = [arguments.styles / f"{s['id']}.ogg" for s in styles]
    return networks, about, solver, styles, files

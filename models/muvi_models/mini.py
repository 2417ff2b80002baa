"""What the exporter needs for the trained default pack."""

import json

from .adaptor import load_adaptor
from .codec import load_codec
from .encoder import Encoder
from .velocity import load_velocity

TRAINING_DATA = (
    "Music composed by this project's own program (eight styles) and rendered through the FluidR3 GM "
    "soundfont (MIT); pictures made by its own director from procedural scenes and the public-domain "
    "photographs of the Endless Sky project; image backbone EfficientNet-Lite0 with ImageNet weights "
    "(Apache-2.0). No recordings, no scraped material, no output of other generators."
)


def mini_pack(arguments) -> tuple:
    """Arguments of `export.write_pack`, from the checkpoints named on the command line."""
    codec_encoder, codec_decoder, _ = load_codec(arguments.codec)
    velocity, _ = load_velocity(arguments.velocity)
    styles = json.loads((arguments.styles / "styles.json").read_text())
    about = {
        "name": "mini",
        "version": "0.1.0",
        "title": "Mini",
        "description": "The default pack: small, trained on a CPU, eight styles of composed music.",
        "licence": "MIT OR Apache-2.0; the encoder's backbone Apache-2.0",
        "training_data": TRAINING_DATA,
    }
    solver = {"method": "euler", "steps": arguments.steps, "guidance": arguments.guidance}
    networks = (Encoder(), load_adaptor(arguments.adaptor), velocity, codec_encoder, codec_decoder)
    files = [arguments.styles / f"{s['id']}.ogg" for s in styles]
    return networks, about, solver, styles, files

"""The toy pack: random networks of small widths with the real layout, for tests. Its sound is noise."""

import tempfile
from pathlib import Path

import numpy as np
import soundfile
import torch

from .adaptor import Adaptor, AdaptorConfig
from .codec import CodecConfig, CodecDecoder, CodecEncoder, fit_linear
from .contract import SAMPLE_RATE
from .contrastive import MusicEncoder
from .encoder import Encoder, EncoderConfig
from .spectrogram import magnitudes
from .velocity import Velocity, VelocityConfig

RING_S = 3.0
"""After this a pluck is 78 dB down."""


def tones(seconds: float, seed: int) -> np.ndarray:
    """A made chord progression with plucked partials and some noise, float32 [2, n]."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    out = np.zeros((2, len(t)))
    for start in np.arange(0, seconds, 0.5):
        heard = slice(int(np.ceil(start * SAMPLE_RATE)), int((start + RING_S) * SAMPLE_RATE))
        now = t[heard]
        gate = np.exp(-3.0 * (now - start))
        pan = rng.uniform(0.2, 0.8)
        for pitch in rng.choice([48, 52, 55, 60, 64, 67], 3, replace=False):
            hertz = 440.0 * 2 ** ((pitch - 69) / 12)
            for partial in range(1, 8):
                wave = np.sin(2 * np.pi * hertz * partial * now + rng.uniform(0, 6.28)) / partial**1.5
                out[:, heard] += 0.05 * gate * wave * np.array([[1 - pan], [pan]])
    return (out + 1e-3 * rng.standard_normal(out.shape)).astype(np.float32)


def toy_pack() -> tuple:
    """Arguments of `export.write_pack`."""
    torch.manual_seed(1)
    encoder, adaptor = Encoder(EncoderConfig.toy()), Adaptor(AdaptorConfig.toy())
    config = CodecConfig(spectral=6, stereo=2, wide=8, wide_blocks=1, narrow=8, narrow_blocks=1)
    codec_encoder, codec_decoder = CodecEncoder(config), CodecDecoder(config)
    samples = tones(6.0, seed=1)
    whole = torch.from_numpy(samples[:, : len(samples[0]) // 2048 * 2048])[None]
    fit_linear(codec_encoder, codec_decoder, [magnitudes(whole)])
    velocity = Velocity(VelocityConfig(latent=config.width, video=8, width=16, layers=1, heads=2, hidden=16, kernel=3))
    for parameter in (velocity.leave.weight, velocity.modulation.weight):
        torch.nn.init.normal_(parameter, std=0.2)
    clip = Path(tempfile.mkdtemp()) / "tones.ogg"
    soundfile.write(clip, samples.T, SAMPLE_RATE, format="OGG", subtype="VORBIS")
    style = {
        "id": "tones",
        "name": "Tones",
        "description": "Plucked chords, for tests.",
        "file": "styles/tones.ogg",
        "valence": 0.0,
        "arousal": 0.0,
    }
    about = {
        "name": "toy",
        "version": "1.0.0",
        "title": "Toy",
        "description": "Random weights with the real layout. For tests; it makes noise.",
        "licence": "MIT OR Apache-2.0",
        "training_data": "None: the weights are random.",
        "trained": "2026-11-23",
    }
    solver = {"method": "euler", "steps": 4, "guidance": 1.5}
    networks = (encoder, adaptor, velocity, codec_encoder, codec_decoder)
    music_side = MusicEncoder(conditioning_width=8, width=8, embedding=8).eval()
    torch.nn.init.normal_(music_side.telling.weight, std=0.3)
    return networks, about, solver, [style], [clip], music_side

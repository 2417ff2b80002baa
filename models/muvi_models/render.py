"""Renders a piece to 44.1 kHz stereo through fluidsynth and masters it lightly."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import soundfile as sf
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import butter, sosfilt

from . import effects
from .composer import Labels, Piece
from .contract import SAMPLE_RATE

RATE = SAMPLE_RATE
SOUNDFONT = os.environ.get("MUVI_SOUNDFONT", "/usr/share/sounds/sf2/FluidR3_GM.sf2")
LATENCY_S = 0.001  # fluidsynth starts a note at the next block of 64 samples: half a block early is the best guess
TAIL_S = 1.0  # digital silence after the end, so that a network meets what follows music


def missing() -> str | None:
    """Why nothing can be rendered here, or None."""
    if not shutil.which("fluidsynth"):
        return "fluidsynth is not installed"
    return None if Path(SOUNDFONT).is_file() else f"no soundfont at {SOUNDFONT}"


def synthesise(midi: bytes, room: float) -> np.ndarray:
    """The MIDI file's sound, [N, 2] float32, unlimited."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "piece.mid"), Path(folder, "piece.wav")
        source.write_bytes(midi)
        options = {
            "synth.reverb.room-size": room,
            "synth.reverb.damp": 0.3,
            "synth.reverb.level": 0.55,
            "synth.reverb.width": 0.8,
            "synth.chorus.level": 0.8,
            "synth.polyphony": 320,
            "synth.dynamic-sample-loading": 1,
        }
        flags = [x for k, v in options.items() for x in ("-o", f"{k}={v}")]
        subprocess.run(
            [
                "fluidsynth",
                "-niq",
                "-g",
                "0.4",
                "-r",
                str(RATE),
                *flags,
                "-F",
                str(target),
                "-T",
                "wav",
                "-O",
                "float",
                SOUNDFONT,
                str(source),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        audio, rate = sf.read(target, dtype="float32", always_2d=True)
    assert rate == RATE
    return audio[int(LATENCY_S * RATE) :]


def add_effects(audio: np.ndarray, piece: Piece) -> None:
    """Mixes the synthesised effects in, relative to how loud the piece is."""
    loud = np.sqrt(np.quantile(uniform_filter1d((audio**2).mean(1), RATE)[:: RATE // 4], 0.85)) + 1e-6
    for i, e in enumerate(piece.score.effects):
        at = int(e.start * RATE)
        sound = effects.render(e.kind, e.length, RATE, piece.mix_seed + i)[: max(0, len(audio) - at)]
        audio[at : at + len(sound)] += sound * e.gain * loud * 2.8


def tilt(audio: np.ndarray, db: float) -> np.ndarray:
    """Brightens (db > 0) or darkens above about 1 kHz by up to ``db``."""
    low = sosfilt(butter(1, 1000, output="sos", fs=RATE), audio, axis=0).astype(np.float32)
    return low + (audio - low) * 10 ** (db / 20)


def limit(audio: np.ndarray, ceiling: float = 0.89) -> np.ndarray:
    """A look-ahead limiter: the gain dips smoothly around peaks, so that nothing clips and nothing crackles."""
    window = int(0.006 * RATE) | 1
    peak = maximum_filter1d(np.abs(audio).max(1), 2 * window + 1)
    gain = uniform_filter1d(np.minimum(1.0, ceiling / np.maximum(peak, 1e-9)), window)
    return np.clip(audio * gain[:, None], -ceiling, ceiling)


def saturate(audio: np.ndarray, drive: float) -> np.ndarray:
    """Soft clipping that thickens the loud parts; `drive` 0 (none) to 1 (the loud parts give way by some 3 dB)."""
    loud = np.sqrt(np.quantile(uniform_filter1d((audio**2).mean(1), RATE // 5)[:: RATE // 10], 0.9)) + 1e-6
    push = drive * 0.45 / loud
    return np.tanh(audio * push) / push if drive > 0.01 else audio


def master(audio: np.ndarray, rng: Random, drive: float = 0.0) -> np.ndarray:
    """No DC, a slight tilt, saturation, the loud parts at -17..-13 dBFS RMS, peaks below -1 dBFS."""
    audio = sosfilt(butter(2, 25, "high", output="sos", fs=RATE), audio, axis=0).astype(np.float32)
    audio = tilt(audio, rng.uniform(-2.0, 3.0))
    audio = saturate(audio, drive)
    power = uniform_filter1d((audio**2).mean(1), int(0.4 * RATE))[:: RATE // 10]
    loud = np.sqrt(np.mean(power[power >= np.quantile(power, 0.6)]) + 1e-12)
    return limit(audio * (10 ** (rng.uniform(-17, -13) / 20) / loud))


def render(piece: Piece) -> tuple[np.ndarray, Labels]:
    """Audio [N, 2] int16 and the labels with ``end_s`` as measured: the last moment above -60 dBFS."""
    start, end = piece.fade
    raw = synthesise(piece.score.midi(), piece.room)
    n = int(end * RATE)
    audio = np.zeros((n, 2), np.float32)
    audio[: min(n, len(raw))] = raw[:n]
    add_effects(audio, piece)
    audio = master(audio, Random(piece.mix_seed), piece.drive)
    t = np.clip((np.arange(n) / RATE - start) / max(1e-3, end - start), 0, 1)
    audio *= (0.5 + 0.5 * np.cos(np.pi * t))[:, None].astype(np.float32)
    level = np.sqrt(np.maximum(0, uniform_filter1d((audio**2).mean(1), RATE // 50)))
    above = np.flatnonzero(level > 1e-3)
    stop = min(n, int(above[-1]) + RATE // 20) if len(above) else n
    ramp = min(stop, RATE // 50)
    audio[stop - ramp : stop] *= np.linspace(1, 0, ramp, dtype=np.float32)[:, None]
    audio = np.concatenate([audio[:stop], np.zeros((int(TAIL_S * RATE), 2), np.float32)])
    end_s = round(stop / RATE, 4)
    labels = replace(piece.labels, end_s=end_s, duration_s=min(piece.labels.duration_s, end_s))
    # The last chord rings to the end of the sound; the curve of intensity is cut there too.
    labels.chords = [dict(c, end_s=min(c["end_s"], end_s)) for c in labels.chords if c["start_s"] < end_s]
    labels.intensity = labels.intensity[: int(np.ceil(end_s * labels.intensity_rate)) + 1]
    return np.round(audio * 32767).astype(np.int16), labels

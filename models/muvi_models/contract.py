"""Numbers and names that the Python package and the app agree on; `models/PACK_FORMAT.md` explains them.

Dimension legend used in this package: B batch, T picture frames, P patches, L latent frames, F spectrogram
frames (F = 4 L), K frequency bins, Z latent width, D conditioning width, C plan channels, G globals.
"""

FORMAT = 1
OPSET = 18
SAMPLE_RATE = 44100
N_FFT = 2048
HOP = 512
STACK = 4
NORM = N_FFT / 4
LOG_FLOOR = 1e-4
BINS = N_FFT // 2 + 1
SAMPLES_PER_LATENT = HOP * STACK
LATENT_RATE = SAMPLE_RATE / SAMPLES_PER_LATENT
OFFSET_SAMPLES = HOP * (STACK - 1) // 2
"""A latent stacks frames centred on samples 0, 512, 1024, 1536 after its start: their mean is 768."""

FRAME_RATE = (10, 1)
STYLE_FRAMES = 112
WINDOW_FRAMES = 320
PULSE_SIGMA_S = 0.035
END_RAMP_S = 4.0

PLAN_CHANNELS = [
    "hit",
    "downbeat",
    "beat",
    "intensity",
    "end",
    *[f"chroma_{pitch_class}" for pitch_class in range(12)],
    "style",
    "hits_known",
    "beats_known",
    "intensity_known",
    "end_known",
    "chords_known",
    "video_known",
]
GLOBALS = ["tempo", "valence", "arousal", "tempo_known", "mood_known"]
CURVES = ["hit", "intensity", "valence", "arousal"]
TEMPO_CENTRE_BPM = 110.0
TEMPO_SCALE_BPM = 40.0


def channel(name: str) -> int:
    """Index of a plan channel."""
    return PLAN_CHANNELS.index(name)

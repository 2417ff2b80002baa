"""The musical plan on the latent clock: what the app's `scoring::plan` computes at run time, here from labels."""

import numpy as np

from .contract import (
    END_RAMP_S,
    LATENT_RATE,
    OFFSET_SAMPLES,
    PLAN_CHANNELS,
    PULSE_SIGMA_S,
    SAMPLE_RATE,
    TEMPO_CENTRE_BPM,
    TEMPO_SCALE_BPM,
    channel,
)

INTENSITY_LABEL_RATE = 20.0
QUIET, LOUD = 0.28, 0.95
"""Where a picture's intensities of the quietest and loudest twentieth are put (the app's `Analysis::intensity`)."""
FLAT = 0.08
"""An intensity that moves less than this is flat; stretching it would make noise into music."""


def latent_times(count: int, first: int = 0) -> np.ndarray:
    """Centres of latents `first`.. in seconds, float64 [count]."""
    return np.arange(first, first + count) / LATENT_RATE + OFFSET_SAMPLES / SAMPLE_RATE


def pulses(times: np.ndarray, at: list[float], strength: list[float] | None = None) -> np.ndarray:
    """Sum of Gaussians (sigma 35 ms) at the moments `at`, clipped to 1, float32 [L]."""
    out = np.zeros(len(times))
    for i, moment in enumerate(at):
        near = slice(*np.searchsorted(times, [moment - 0.25, moment + 0.25]))
        height = 1.0 if strength is None else strength[i]
        out[near] += height * np.exp(-0.5 * ((times[near] - moment) / PULSE_SIGMA_S) ** 2)
    return np.minimum(out, 1.0).astype(np.float32)


def loudness_curve(audio: np.ndarray, count: int) -> np.ndarray:
    """Level of `audio` [2, n] around each latent (1 s Hann), mapped from -42..-10 dBFS to 0..1, float32 [L]."""
    size = 2048
    power = (audio.astype(np.float32) ** 2).mean(0)
    power = np.pad(power, (0, max(0, count * size - len(power))))[: count * size].reshape(count, size).mean(1)
    window = np.hanning(23)
    smooth = np.convolve(power, window / window.sum(), "same")
    return np.clip((10 * np.log10(smooth + 1e-9) + 42) / 32, 0, 1).astype(np.float32)


def plan_of(labels: dict, count: int, loudness: np.ndarray | None = None) -> np.ndarray:
    """Plan channels of a labelled piece, everything known, float32 [L, C].

    The intensity is the mean of what the composer intended and of the level that was heard.
    """
    times = latent_times(count)
    plan = np.zeros((count, len(PLAN_CHANNELS)), np.float32)
    hits = labels["hits"]
    plan[:, channel("hit")] = pulses(times, [h["time_s"] for h in hits], [h["strength"] for h in hits])
    plan[:, channel("downbeat")] = pulses(times, labels["downbeats"])
    plan[:, channel("beat")] = pulses(times, labels["beats"])
    intended = np.asarray(labels["intensity"], np.float32)
    clock = np.arange(len(intended)) / INTENSITY_LABEL_RATE
    intensity = np.interp(times, clock, intended, right=0.0)
    if loudness is not None:
        intensity = 0.5 * (intensity + loudness)
    plan[:, channel("intensity")] = intensity
    plan[:, channel("end")] = end_curve(times, labels["end_s"])
    for chord in labels["chords"]:
        rows = slice(*np.searchsorted(times, [chord["start_s"], chord["end_s"]]))
        for pitch_class in chord["pitch_classes"]:
            plan[rows, channel(f"chroma_{pitch_class % 12}")] = 1.0
    for name in ("hits_known", "beats_known", "intensity_known", "end_known", "chords_known"):
        plan[:, channel(name)] = 1.0
    return plan


def end_curve(times: np.ndarray, end: float) -> np.ndarray:
    """The `end` channel at `times` (s) of a piece that ends at `end`."""
    ramp = np.clip((times - (end - END_RAMP_S)) / END_RAMP_S, 0, 1) * 0.5
    return np.where(times >= end, 1.0, ramp)


def plan_of_recording(end: float, loudness: np.ndarray) -> np.ndarray:
    """Plan channels of music without labels, float32 [L, C]: its level and its end are known, nothing else."""
    plan = np.zeros((len(loudness), len(PLAN_CHANNELS)), np.float32)
    plan[:, channel("intensity")] = loudness
    plan[:, channel("end")] = end_curve(latent_times(len(loudness)), end)
    plan[:, [channel("intensity_known"), channel("end_known")]] = 1.0
    return plan


def globals_of(bpm: float, valence: float, arousal: float) -> np.ndarray:
    """Globals with everything known, float32 [G]."""
    return np.array([(bpm - TEMPO_CENTRE_BPM) / TEMPO_SCALE_BPM, valence, arousal, 1.0, 1.0], np.float32)

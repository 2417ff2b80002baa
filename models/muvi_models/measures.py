"""Measures of the codec on magnitudes; those of sync live in Rust (`scoring::metrics`)."""

import torch

from .codec import CodecDecoder, CodecEncoder
from .contract import LOG_FLOOR
from .spectrogram import chroma_matrix, mel_bands


@torch.no_grad()
def spectral_measures(log_mid: torch.Tensor, target: torch.Tensor) -> dict[str, float]:
    """How near a decoded mid spectrum [B, F, K] is to the magnitudes `target` [B, 3, F, K].

    `log_stft_db`: mean absolute difference of the log-magnitudes in dB. `mel_l1`: of 128 mel bands, in
    nepers. `convergence`: ||A - B|| / ||B|| over the magnitudes. `chroma`: mean correlation of the 12-bin
    chroma (100..2000 Hz) over frames.
    """
    true = torch.log(target[:, 0] + LOG_FLOOR)
    level, true_level = log_mid.exp() - LOG_FLOOR, target[:, 0]
    mel = torch.from_numpy(mel_bands(128))
    mel = mel / mel.sum(0)
    mel_of = [torch.log(x.clamp(min=0) @ mel + LOG_FLOOR) for x in (level, true_level)]
    chroma = [x.clamp(min=0) @ torch.from_numpy(chroma_matrix()) for x in (level, true_level)]
    chroma = [x - x.mean(-1, keepdim=True) for x in chroma]
    correlation = (chroma[0] * chroma[1]).sum(-1) / (chroma[0].norm(dim=-1) * chroma[1].norm(dim=-1) + 1e-6)
    loud = true_level.sum(-1) > 0.02
    return {
        "log_stft_db": float((log_mid - true).abs().mean()) * 8.685889638,
        "mel_l1": float((mel_of[0] - mel_of[1]).abs().mean()),
        "convergence": float((level - true_level).norm() / true_level.norm()),
        "chroma": float(correlation[loud].mean()),
    }


@torch.no_grad()
def codec_measures(encoder: CodecEncoder, decoder: CodecDecoder, target: torch.Tensor) -> dict[str, float]:
    """Measures of encoder and decoder on magnitudes [B, 3, F, K], and of the linear part alone."""
    latents = encoder(target)
    linear, _ = decoder.linear(latents)
    decoded, _, _ = decoder(latents)
    out = spectral_measures(decoded, target)
    return out | {f"linear_{k}": v for k, v in spectral_measures(linear, target).items()}

//! Latents to samples and back: the spectrogram, phases, stereo.

pub mod overlap;
pub mod pghi;
pub mod phase;
pub mod stereo;
pub mod stft;

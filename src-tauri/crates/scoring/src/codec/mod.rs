//! Latents to samples and back: the spectrogram, phases, stereo.

mod decoder;
mod encoder;
pub mod overlap;
pub mod pghi;
pub mod phase;
mod section;
pub mod stereo;
pub mod stft;
mod style;
mod voice;

pub use decoder::{AudioChunk, DecodeSettings, Decoder, decode};
pub use encoder::encode;
pub use phase::PhaseSettings;
pub use section::{SectionDecoder, Splice};
pub use style::{StyleClip, encode_style};

use crate::cancel::Cancelled;
use crate::runtime::StageError;

/// Why audio can't be made from latents, or latents from audio.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// A network failed.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The latents don't fit the pack or the length.
    #[error(
        "{found} latents of width {width} cannot make this music, {needed} of width {needed_width} are needed; generate it again with this pack"
    )]
    TooFewLatents {
        /// Latents there are.
        found: usize,
        /// Their width.
        width: usize,
        /// Latents needed.
        needed: usize,
        /// The pack's width.
        needed_width: usize,
    },
    /// A style clip without sound.
    #[error("the style clip is silent ({level_db:.0} dBFS); choose one with music in it")]
    StyleSilent {
        /// Its level, dBFS RMS.
        level_db: f64,
    },
    /// A style clip that is too short to tell a style.
    #[error("the style clip is {found_s:.1} s long, {needed_s:.0} s is the least; choose a longer one")]
    StyleTooShort {
        /// Its length.
        found_s: f64,
        /// The least length.
        needed_s: f64,
    },
    /// A style clip with samples that are no numbers.
    #[error("the style clip has samples that are no numbers; export it again")]
    NotFinite,
    /// Old samples around a section that don't belong to it.
    #[error("the sound around the section does not fit it; regenerate with the take's own files")]
    Surroundings,
    /// The caller stopped the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

#[cfg(test)]
mod tests;

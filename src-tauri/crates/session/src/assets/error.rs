//! Why something that the window draws is not there.

use std::io;
use std::path::PathBuf;

use muvi_media::audio::AudioError;
use muvi_media::frames::FrameError;
use muvi_media::growing::GrowingError;
use muvi_media::wav::WavError;
use thiserror::Error;

use crate::speech::ListenError;

/// Why the pictures or the waveform of a video cannot be made.
#[derive(Debug, Error)]
pub enum AssetError {
    /// The small pictures.
    #[error("the film strip cannot be made")]
    Picture(#[from] FrameError),
    /// The waveform of the temp track.
    #[error("the temp track's waveform cannot be made")]
    Sound(#[from] AudioError),
    /// The sound that was decoded before.
    #[error("the temp track's waveform cannot be made")]
    Decoded(#[from] GrowingError),
    /// The temp track as a file.
    #[error("the video's own sound cannot be played: {} cannot be written", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Why.
        source: WavError,
    },
    /// The speech in the temp track.
    #[error("speech in the video's own sound cannot be found; ducking goes by level until it can")]
    Speech(#[from] ListenError),
    /// The system gives no thread.
    #[error(
        "the film strip and the waveform cannot be made now; close other programs and open the video again"
    )]
    Thread(#[source] io::Error),
}

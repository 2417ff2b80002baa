//! Why something that the window draws is not there.

use std::io;

use muvi_media::audio::AudioError;
use muvi_media::frames::FrameError;
use thiserror::Error;

/// Why the pictures or the waveform of a video cannot be made.
#[derive(Debug, Error)]
pub enum AssetError {
    /// The small pictures.
    #[error("the film strip cannot be made")]
    Picture(#[from] FrameError),
    /// The waveform of the temp track.
    #[error("the temp track's waveform cannot be made")]
    Sound(#[from] AudioError),
    /// The system gives no thread.
    #[error(
        "the film strip and the waveform cannot be made now; close other programs and open the video again"
    )]
    Thread(#[source] io::Error),
}

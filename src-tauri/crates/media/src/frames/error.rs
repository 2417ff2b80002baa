//! What can be wrong with a picture.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why frames cannot be had.
#[derive(Debug, Error)]
pub enum FrameError {
    /// The wanted size or chunk makes no sense.
    #[error("frames of {width}x{height} in chunks of {chunk} cannot be made; sides go from 1 to 8192")]
    Spec {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Frames per chunk.
        chunk: usize,
    },
    /// ffmpeg gave no frame at all.
    #[error("{}: no frame can be decoded ({reason}); convert it to H.264 in mp4 first", path.display())]
    Undecodable {
        /// The video.
        path: PathBuf,
        /// ffmpeg's words.
        reason: String,
    },
    /// ffmpeg ended with an error on its way.
    #[error("{}: ffmpeg stopped after {frames} frames ({reason}); check the file and the memory", path.display())]
    Stopped {
        /// The video.
        path: PathBuf,
        /// Frames that were delivered.
        frames: u64,
        /// ffmpeg's words.
        reason: String,
    },
    /// ffmpeg cannot be run or listened to.
    #[error("{}: ffmpeg cannot be run on it; install ffmpeg anew", path.display())]
    Tool {
        /// The video.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Something that is wrong with a video but does not keep it from being used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameWarning {
    /// Frames that did not decode cleanly.
    #[error("{errors} errors while decoding, the first: {reason}; the picture may be damaged there")]
    Damaged {
        /// Number of errors.
        errors: u64,
        /// ffmpeg's words on the first.
        reason: String,
    },
    /// The picture ends early; its last frame stands in for what is missing.
    #[error("the picture ends after {decoded} of {expected} frames; its last frame stands for the rest")]
    Short {
        /// Frames that came.
        decoded: u64,
        /// Frames that the length of the picture has.
        expected: u64,
    },
}

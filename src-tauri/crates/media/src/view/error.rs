//! Why a frame cannot be shown.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

/// Why there is no picture of a frame. Cheap to clone: several requests may fail for one reason.
#[derive(Debug, Clone, Error)]
pub enum ViewError {
    /// The wanted width makes no sense.
    #[error("pictures of width {width} cannot be made; the width goes from 16 to 3840")]
    Width {
        /// Width in pixels.
        width: u32,
    },
    /// The picture has no such frame.
    #[error("there is no frame {frame}; the picture has {total}")]
    Beyond {
        /// The frame asked for.
        frame: u64,
        /// Frames that there are.
        total: u64,
    },
    /// A newer request took the place of this one before it was done; nobody waits for it any more.
    #[error("a newer request took the place of this one")]
    Superseded,
    /// The video was closed meanwhile.
    #[error("the video was closed")]
    Closed,
    /// The file is gone or cannot be opened any more.
    #[error("{}: cannot be opened any more; put it back or link the video anew", path.display())]
    Gone {
        /// The video.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// Another file has the name now.
    #[error("{}: was changed since it was opened; open it anew", path.display())]
    Changed {
        /// The video.
        path: PathBuf,
    },
    /// ffmpeg gave no picture.
    #[error("{}: frame {frame} cannot be decoded ({reason})", path.display())]
    Undecodable {
        /// The video.
        path: PathBuf,
        /// The frame asked for.
        frame: u64,
        /// ffmpeg's words.
        reason: String,
    },
    /// ffmpeg cannot be run or listened to.
    #[error("{}: ffmpeg cannot be run on it; install ffmpeg anew", path.display())]
    Tool {
        /// The video.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
}

//! Why a file cannot be scored.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a file cannot be used as a video. Every message names the file and what to do.
#[derive(Debug, Error)]
pub enum ProbeError {
    /// No such file.
    #[error("{}: no such file; check the path", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// A folder.
    #[error("{}: is a folder; name a video file inside it", path.display())]
    Directory {
        /// The folder.
        path: PathBuf,
    },
    /// A pipe, a device or a socket.
    #[error("{}: is no regular file; save the video to a file first", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The system denies reading.
    #[error("{}: no permission to read it; change its permissions or copy it", path.display())]
    NoPermission {
        /// The file.
        path: PathBuf,
    },
    /// The system fails at reading.
    #[error("{}: cannot be read; check the disk or the connection to it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No bytes.
    #[error("{}: the file is empty; copy or export it again", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Nothing that ffmpeg knows.
    #[error("{}: is no video or sound that ffmpeg can read; use mp4, mov, mkv, webm, avi or mpg", path.display())]
    NotMedia {
        /// The file.
        path: PathBuf,
    },
    /// Cut off where it cannot be played without the rest.
    #[error("{}: the file is cut off, its index is missing; copy, download or export it again", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
    },
    /// ffprobe has another reason.
    #[error("{}: ffprobe cannot read it: {reason}; convert it to mp4 or mkv first", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// ffprobe's words.
        reason: String,
    },
    /// A photograph or a drawing.
    #[error("{}: is a still picture; use a video", path.display())]
    StillPicture {
        /// The file.
        path: PathBuf,
    },
    /// Sound, perhaps with a cover picture, but no video.
    #[error("{}: holds sound but no picture; use a video (sound files serve as style clips)", path.display())]
    AudioOnly {
        /// The file.
        path: PathBuf,
    },
    /// Neither sound nor picture.
    #[error("{}: holds neither picture nor sound; use a video", path.display())]
    NoStreams {
        /// The file.
        path: PathBuf,
    },
    /// A video stream without a frame.
    #[error("{}: its video stream has no frame; export it again", path.display())]
    NoFrames {
        /// The file.
        path: PathBuf,
    },
    /// Too short to be scored.
    #[error("{}: its picture lasts {millis} ms; at least {least} ms are needed", path.display())]
    TooShort {
        /// The file.
        path: PathBuf,
        /// Length of the picture in milliseconds.
        millis: u64,
        /// Shortest length in milliseconds.
        least: u64,
    },
    /// ffprobe's report does not read as expected.
    #[error("{}: ffprobe's report on it cannot be read; check that ffprobe is 5.0 or newer", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// ffprobe cannot be run.
    #[error("ffprobe cannot be run; install ffmpeg anew")]
    Tool {
        /// What the system said.
        source: io::Error,
    },
}

impl ProbeError {
    pub(crate) fn from_tool(source: io::Error) -> Self {
        Self::Tool { source }
    }
}

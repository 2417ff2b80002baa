//! Tells videos apart by content without reading all of it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use muvi_timeline::Video;
use sha2::{Digest, Sha256};

use crate::cache::hex;

/// How much is read at the start, the middle and the end.
const PROBE: u64 = 1 << 20;

/// What a video file is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Size in bytes.
    pub size: u64,
    /// Hash of the size and of a megabyte each at start, middle and end; for [`Video::key`].
    pub key: String,
}

impl Fingerprint {
    /// Reads at most three megabytes of a file.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut hash = Sha256::new();
        hash.update(size.to_le_bytes());
        let last = size.saturating_sub(PROBE);
        for start in [0, last / 2, last] {
            file.seek(SeekFrom::Start(start))?;
            let mut bytes = Vec::new();
            file.by_ref().take(PROBE).read_to_end(&mut bytes)?;
            hash.update(&bytes);
        }
        Ok(Self {
            size,
            key: hex(&hash.finalize()[..16]),
        })
    }
}

/// What became of the file of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VideoState {
    /// As it was.
    There,
    /// Gone, or not readable.
    Missing,
    /// Another file is in its place.
    Changed,
}

/// Looks after the file of a video.
pub fn video_state(video: &Video) -> VideoState {
    state_at(&video.path, video)
}

/// Where a video is now that moved together with its project; `None` if it is where it was, or nowhere.
pub(super) fn moved_to(folder: &Path, video: &Video, beside: Option<&Path>) -> Option<PathBuf> {
    if video_state(video) != VideoState::Missing {
        return None;
    }
    let parent = folder.parent()?;
    let name = video.path.file_name().map(Path::new);
    let mut places = beside.into_iter().chain(name).map(|place| parent.join(place));
    places.find(|path| state_at(path, video) == VideoState::There)
}

fn state_at(path: &Path, video: &Video) -> VideoState {
    match Fingerprint::of(path) {
        Ok(found) if found.size == video.size && found.key == video.key => VideoState::There,
        Ok(_) => VideoState::Changed,
        Err(_) => VideoState::Missing,
    }
}

//! The picture that a project scores.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{EditError, Rate};

/// The video of a project: where it is and what was measured of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Video {
    /// Where it is, absolute.
    pub path: PathBuf,
    /// Fingerprint of its content; two files with one key are the same video. Letters, digits and `-` only.
    pub key: String,
    /// Size of the file in bytes.
    pub size: u64,
    /// Frames per second.
    pub rate: Rate,
    /// Number of frames, 1 to `u32::MAX`.
    pub frames: u64,
    /// Length of the picture in samples at the project's sample rate.
    pub samples: u64,
    /// Width in pixels, as shown.
    pub width: u32,
    /// Height in pixels, as shown.
    pub height: u32,
    /// Codec of the picture.
    pub codec: String,
    /// Codec, rate and channels of its own sound in words; `None` without sound.
    pub sound: Option<String>,
    /// Whether frames don't come at even times in the file.
    pub variable_rate: bool,
}

impl Video {
    /// Whether it has sound of its own, which becomes the temp track.
    pub fn has_sound(&self) -> bool {
        self.sound.is_some()
    }

    /// Whether all positions on `other` mean the same on this one.
    pub fn same_content(&self, other: &Self) -> bool {
        self.key == other.key
            && self.rate == other.rate
            && self.frames == other.frames
            && self.samples == other.samples
    }

    pub(crate) fn check(&self) -> Result<(), EditError> {
        let wrong = |problem| Err(EditError::Video { problem });
        if self.path.to_str().is_none() {
            return wrong("its path has characters that can't be stored; rename the file or its folder");
        }
        if self.path.as_os_str().is_empty() {
            return wrong("it has no path");
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if self.key.is_empty() || !self.key.chars().all(plain) {
            return wrong("its key is not made of letters and digits");
        }
        if self.frames == 0 || self.samples == 0 {
            return wrong("it has no picture");
        }
        if u32::try_from(self.frames).is_err() {
            return wrong("it has more frames than a project can hold");
        }
        if self.width == 0 || self.height == 0 {
            return wrong("its picture has no size");
        }
        Ok(())
    }
}

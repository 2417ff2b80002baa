//! What a page shows, as data: `page.json` in its folder, and the same inside the page itself.

use std::path::{Path, PathBuf};

use muvi_media::OutputError;
use serde::Serialize;

use crate::error::Error;
use crate::report::StageTime;

/// Version of `page.json`.
pub(super) const FORMAT: u32 = 1;
/// By this a page of ours is known.
pub(super) const MADE_BY: &str = "MuVi Studio comparison page";

/// A whole page. Paths are relative to its folder.
#[derive(Clone, Debug, Serialize)]
pub struct PageDocument {
    /// Always the same words.
    pub made_by: &'static str,
    /// Version of this document.
    pub format: u32,
    /// Version of the program.
    pub version: &'static str,
    /// Headline.
    pub title: String,
    /// Name of the project whose music it is; `None` where the music was written for the page.
    pub project: Option<String>,
    /// The pack.
    pub pack: PackLine,
    /// The seed of all takes.
    pub seed: u64,
    /// The videos, in order.
    pub videos: Vec<PageVideo>,
    /// Videos that could not be shown.
    pub failed: Vec<FailedVideo>,
}

impl PageDocument {
    /// The document as JSON; `output` is what the user knows of the page.
    pub(super) fn to_json(&self, output: &Path) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|source| OutputError::from_io(output, source.into()).into())
    }
}

/// The pack that made the music.
#[derive(Clone, Debug, Serialize)]
pub struct PackLine {
    /// Name for people.
    pub title: String,
    /// Short name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Licence.
    pub licence: String,
    /// What it was trained on.
    pub training_data: String,
    /// Hash.
    pub hash: String,
}

/// A video that could not be shown.
#[derive(Clone, Debug, Serialize)]
pub struct FailedVideo {
    /// The file's name.
    pub video: String,
    /// Why, in a line.
    pub reason: String,
}

/// A video of the page.
#[derive(Clone, Debug, Serialize)]
pub struct PageVideo {
    /// Unique on the page.
    pub id: String,
    /// The file's name.
    pub name: String,
    /// Length of the picture in seconds.
    pub seconds: f64,
    /// Width as shown.
    pub width: u32,
    /// Height as shown.
    pub height: u32,
    /// Frames per second as a fraction.
    pub frame_rate: String,
    /// The picture.
    pub picture: PicturePart,
    /// The picture with the attention drawn over it.
    pub heat: Option<PicturePart>,
    /// Shot changes in seconds.
    pub cuts_s: Vec<f64>,
    /// Cuts and hit points on which music is to land.
    pub hits: Vec<HitMark>,
    /// Values a second of all curves.
    pub rate_hz: f64,
    /// What the picture asks for, 0..1.
    pub intensity: Vec<f32>,
    /// Music for it, ours first.
    pub sounds: Vec<PageSound>,
}

/// A picture file of a page.
#[derive(Clone, Debug, Serialize)]
pub struct PicturePart {
    /// The file.
    pub file: String,
    /// A frame of it, a JPEG.
    pub still: String,
    /// Whether the stream is that of the source, or was encoded anew.
    pub copied: bool,
}

/// A moment of the picture on which music is to land.
#[derive(Clone, Debug, Serialize)]
pub struct HitMark {
    /// Seconds.
    pub time_s: f64,
    /// `cut` or `hit`.
    pub kind: &'static str,
}

/// Where a sound comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Ours, in the style that suits the picture.
    Ours,
    /// Ours, in a style that was asked for.
    Style,
    /// The video's own sound.
    GroundTruth,
    /// Another system's.
    Other,
}

/// Music for a video, as long as its picture.
#[derive(Clone, Debug, Serialize)]
pub struct PageSound {
    /// Unique on the page.
    pub id: String,
    /// Where it comes from.
    pub role: Role,
    /// What it is called.
    pub name: String,
    /// Tempo, key and style for ours; the file's name for others.
    pub detail: String,
    /// The sound.
    pub file: String,
    /// Integrated loudness in LUFS; `None` for silence.
    pub lufs: Option<f64>,
    /// How loud it is over time, 0..1, at the video's rate of curves.
    pub level: Vec<f32>,
    /// For each hit whether an onset is within 70 ms of it.
    pub landed: Vec<bool>,
    /// How well it fits.
    pub measures: Vec<Measure>,
}

/// One figure of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// For programs.
    pub id: &'static str,
    /// Head of its column.
    pub name: &'static str,
    /// The figure; `None` where it can't be told.
    pub value: Option<f64>,
    /// The figure for people.
    pub text: String,
    /// What it means, in a sentence.
    pub about: &'static str,
}

/// What became of a page.
#[derive(Clone, Debug, Serialize)]
pub struct PageReport {
    /// The page's folder.
    pub output: PathBuf,
    /// The file to open.
    pub index: PathBuf,
    /// Bytes of the whole folder.
    pub bytes: u64,
    /// Videos that are shown.
    pub videos: Vec<String>,
    /// Videos that are not, and why.
    pub failed: Vec<FailedVideo>,
    /// Sounds in all.
    pub sounds: usize,
    /// Name and version of the pack.
    pub pack: String,
    /// Time by phase.
    pub stages: Vec<StageTime>,
    /// Time in all, in seconds.
    pub seconds: f64,
    /// What the user should know.
    pub warnings: Vec<String>,
}

//! Deliveries: a project becomes files. One order says what: the video with new sound, a sound file, or stems.
//!
//! Everything is planned before anything is rendered; the loudness is measured and the master moved before anything is
//! written; what is reported was measured of what was written.

mod level;
mod names;
mod outlook;
mod plan;
mod preset;
mod range;
mod run;
mod subject;

use std::path::PathBuf;

use muvi_media::loudness::Loudness;
use muvi_timeline::{FrameSpan, TimecodeError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use muvi_playback::Bus;
pub use names::bus_name;
pub use outlook::{DeliverOutlook, outlook};
pub use preset::{ExportPreset, PresetProblem, find_preset, own_presets, shipped_presets};
pub(crate) use preset::{keep_preset, remove_preset};
pub use range::{loop_of, range_of};
pub use run::deliver;
pub use subject::Subject;

use crate::request::AudioCodecChoice;

/// What is delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deliver {
    /// The video with its new sound.
    #[default]
    Video,
    /// One sound file.
    Sound,
    /// A sound file for each track, in a folder.
    Stems,
}

/// How loud it is to be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Goal {
    /// As the project says.
    #[default]
    OfProject,
    /// As it is mixed.
    AsMixed,
    /// This integrated loudness, in LUFS, -40 to -6.
    Lufs(f32),
}

/// What to deliver.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliverOrder {
    /// The file; its extension decides the container, and one that fits is added where there is none. For stems the
    /// folder, which is made if it isn't there.
    pub path: PathBuf,
    /// What it is made of.
    pub what: Deliver,
    /// How sound is stored; `None` for what suits the container.
    pub codec: Option<AudioCodecChoice>,
    /// The sound tracks of a video in order, or the stems; a sound file has the first. None means the mix.
    pub tracks: Vec<Bus>,
    /// Only these frames.
    pub range: Option<FrameSpan>,
    /// The loudness to reach.
    pub goal: Goal,
    /// The true peak that is never passed, in dBTP, -9 to 0; `None` for the project's.
    pub ceiling_dbtp: Option<f32>,
    /// Whether files of that name are replaced.
    pub overwrite: bool,
}

impl DeliverOrder {
    /// The whole video with the mix, as the project says; an existing file stays.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            what: Deliver::Video,
            codec: None,
            tracks: Vec::new(),
            range: None,
            goal: Goal::OfProject,
            ceiling_dbtp: None,
            overwrite: false,
        }
    }
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeliveredFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its tracks, by name.
    pub tracks: Vec<&'static str>,
    /// How its sound is stored, in words.
    pub sound: String,
    /// Loudness of its first track as a player gets it.
    pub loudness: Loudness,
}

/// What was delivered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delivered {
    /// All files.
    pub files: Vec<DeliveredFile>,
    /// The frames of the video that are in them.
    pub range: FrameSpan,
    /// Samples of each track.
    pub samples: u64,
    /// Loudness of what the goal is about: of the mix where it was written, else of the first track.
    pub loudness: Loudness,
    /// The goal in LUFS; `None` if it is as mixed.
    pub target_lufs: Option<f32>,
    /// The ceiling that was held, in dBTP.
    pub ceiling_dbtp: f32,
    /// How far the master was moved, in dB.
    pub gain_db: f32,
    /// Seconds that it took.
    pub seconds: f64,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl Delivered {
    /// What was measured, in words: "-14.0 LUFS, range 5.2 LU, -1.0 dBTP".
    pub fn words(&self) -> String {
        words(&self.loudness)
    }
}

/// A measurement in words.
pub(crate) fn words(loudness: &Loudness) -> String {
    let Some(lufs) = loudness.integrated_lufs else {
        return "silent".into();
    };
    let peak = loudness.true_peak_dbtp;
    let peak = peak.map_or(String::new(), |peak| format!(", {peak:.1} dBTP"));
    format!("{lufs:.1} LUFS, range {:.1} LU{peak}", loudness.range_lu)
}

/// Why something can't be delivered.
#[derive(Debug, Error)]
pub enum DeliverProblem {
    /// No track has anything to hear.
    #[error("there is nothing to hear; generate a take, or unmute a track, first")]
    Silent,
    /// The video is gone.
    #[error(
        "the video of this project is not where it was; open the project in MuVi Studio and find it, or put it back"
    )]
    VideoMissing,
    /// Takes in use have no sound.
    #[error("the sound of {0} of its takes is gone; generate them anew or bring the files back")]
    TakesMissing(usize),
    /// A number that is none, or out of range.
    #[error("{what} of {value} is out of range; use {low} to {high}")]
    Value {
        /// Which.
        what: &'static str,
        /// The number.
        value: f32,
        /// The lowest.
        low: f32,
        /// The highest.
        high: f32,
    },
    /// A range in words that make no sense.
    #[error(
        "the range {0} is none; write two timecodes as in 00:00:10:00-00:00:20:00, the later one last, or loop"
    )]
    Range(String),
    /// A timecode that the video doesn't have.
    #[error(transparent)]
    Timecode(#[from] TimecodeError),
    /// No loop is set.
    #[error("the project has no loop; set one in MuVi Studio, or name the range by timecodes")]
    NoLoop,
    /// The stems' folder can't be made.
    #[error("the folder can't be made; choose another one")]
    Folder(#[source] std::io::Error),
    /// Where somebody speaks can't be found.
    #[error("its speech can't be found, which the music makes room for; run muvi doctor, or duck by level")]
    Speech(#[source] crate::assets::AssetError),
}

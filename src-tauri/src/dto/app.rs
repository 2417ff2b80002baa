//! The application around the project.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::deliver::ExportPreset;
use super::job::{ApiError, JobView};
use super::project::{DuckingView, ProjectView};

/// Everything that the window needs at its start.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AppView {
    /// Version of MuVi Studio.
    pub version: String,
    /// The model pack in use; `None` if none could be opened.
    pub pack: Option<PackView>,
    /// Why there's no pack, or no ONNX Runtime, or no ffmpeg.
    pub problems: Vec<ApiError>,
    /// Execution providers that can be chosen: `auto`, `cpu`, ...
    pub providers: Vec<String>,
    /// What the user has set.
    pub settings: Settings,
    /// Projects opened before, the last one first.
    pub recents: Vec<RecentView>,
    /// Whether the sample video is there.
    pub sample: bool,
    /// The open project.
    pub project: Option<ProjectView>,
    /// Jobs that run or wait.
    pub jobs: Vec<JobView>,
    /// Sets of choices for exports: those that ship first.
    pub export_presets: Vec<ExportPreset>,
    /// Sets of choices for ducking.
    pub ducking_presets: Vec<DuckingPreset>,
    /// `linux`, `macos` or `windows`.
    pub platform: String,
}

/// A set of choices for ducking.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DuckingPreset {
    /// A stable word.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The choices.
    pub settings: DuckingView,
}

/// The model pack in use.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackView {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// What the user reads.
    pub title: String,
    /// One sentence.
    pub description: String,
    /// Licence of its weights.
    pub licence: String,
    /// Its style palette.
    pub styles: Vec<PaletteStyle>,
    /// Default solver steps.
    pub steps: u32,
    /// Default guidance.
    pub guidance: f32,
}

/// A style of the palette.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PaletteStyle {
    /// Its id.
    pub id: String,
    /// What the user reads.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Length in seconds.
    pub seconds: f32,
}

/// A project opened before.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecentView {
    /// What the user calls it.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// File name of its video.
    pub video: String,
    /// When it was open last, milliseconds since 1970.
    pub opened_at: f64,
    /// Whether the folder is gone.
    pub missing: bool,
}

/// What the user has set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Look of the window.
    pub theme: Theme,
    /// Language of the window, a BCP 47 tag.
    pub language: String,
    /// Output device; `None` for the system's default.
    pub device: Option<String>,
    /// Execution provider, `auto` or one of `AppView::providers`.
    pub provider: String,
    /// Folder of a model pack; `None` for the one that ships.
    pub pack: Option<String>,
    /// Most that the cache may hold, in megabytes.
    pub cache_mb: u32,
    /// Whether a system notification tells when a long job ends while the window is not in front.
    pub notify: bool,
    /// What the window remembers of itself (sizes of panels, zoom), as JSON that only the window reads.
    pub layout: String,
}

/// Look of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Dark.
    Dark,
    /// Light.
    Light,
    /// As the system.
    System,
}

/// The musical plan of a take.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TakePlan {
    /// The take.
    pub take: u32,
    /// Beats in order: `[time in seconds from the picture's start, bar from 1, beat in it from 1]`.
    pub beats: Vec<[f64; 3]>,
    /// Chords: start in seconds and name ("Am").
    pub chords: Vec<ChordView>,
    /// Key in words ("A minor").
    pub key: String,
}

/// A chord of the plan.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChordView {
    /// When it starts, in seconds from the picture's start.
    pub start_s: f64,
    /// Its name.
    pub name: String,
}

/// Something to tell the user outside of a job.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// `info`, `warning` or `error`.
    pub level: String,
    /// What.
    pub error: ApiError,
}

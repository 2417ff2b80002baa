//! Long work: what it does, how far it is, how it ended.

use serde::Serialize;
use ts_rs::TS;

use super::deliver::MixMeasure;

/// One job, sent with each change of it (at most some ten times a second).
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Its number.
    pub id: u32,
    /// What it does.
    pub kind: JobKind,
    /// The running phase in words ("Watching the picture").
    pub phase: String,
    /// Number of the phase, from 1.
    pub step: u32,
    /// Number of phases.
    pub steps: u32,
    /// How much of the phase is done, 0..1.
    pub fraction: f64,
    /// Seconds until the phase ends, once that can be told.
    pub eta_s: Option<f64>,
    /// Where it stands.
    pub state: JobState,
    /// Why it failed.
    pub error: Option<ApiError>,
    /// What the user should know though it goes on.
    pub warnings: Vec<String>,
    /// The execution provider in use, once known.
    pub provider: Option<ProviderView>,
    /// The cue that gets a take.
    pub cue: Option<u32>,
    /// The take in the making (or made): its id is valid in URLs of peaks from the first samples on.
    pub take: Option<u32>,
    /// The frames that the take covers: first and the one after its last.
    pub span: Option<[u32; 2]>,
    /// Samples of the take that can be heard.
    #[ts(type = "number")]
    pub ready_samples: u64,
    /// The file that was written.
    pub output: Option<String>,
    /// What an export measured, in words ("-16.1 LUFS, -1.2 dBTP").
    pub result: Option<String>,
    /// What was measured of the mix.
    pub measure: Option<MixMeasure>,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Looks at the picture.
    Analyse,
    /// Makes a take of a whole cue.
    Generate,
    /// Makes a section anew.
    Regenerate,
    /// Writes a file.
    Export,
    /// Measures the mix.
    Measure,
    /// Writes a comparison page.
    Page,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Another job is before it.
    Waiting,
    /// At work.
    Running,
    /// All done.
    Done,
    /// Ended by an error.
    Failed,
    /// Ended by the user.
    Cancelled,
}

/// The execution provider of a job.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// The one in use.
    pub used: String,
    /// Those that failed before it, with why.
    pub fell_back: Vec<[String; 2]>,
}

/// What went wrong, for people (`message`) and for code (`code`).
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApiError {
    /// A stable word where the window acts on it, else `failed`.
    pub code: String,
    /// Says what is wrong, where, and what to do.
    pub message: String,
    /// The chain of causes, for whoever looks closer.
    pub details: Option<String>,
}

/// What Generate or Regenerate would do, told before.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// How long it would take, in seconds, once this machine's speed is known.
    pub seconds: Option<f64>,
    /// Name of the style that would be used.
    pub style: String,
    /// Why it can't be done now, in words.
    pub obstacle: Option<String>,
}

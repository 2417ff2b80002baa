//! What a finished job says about its result. These are the shapes of `--json`.

use std::path::PathBuf;

use muvi_scoring::plan::{Key, Landing};
use muvi_scoring::runtime::ProviderReport;
use serde::Serialize;

use crate::evaluate::{Figures, Measure};
use crate::event::Phase;

/// How long one phase took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StageTime {
    /// The phase.
    pub phase: Phase,
    /// Seconds of wall-clock time.
    pub seconds: f64,
}

/// The facts of the video that was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InputFacts {
    /// The file.
    pub path: PathBuf,
    /// Length of the picture.
    pub duration_s: f64,
    /// Width as shown, after rotation.
    pub width: u32,
    /// Height as shown, after rotation.
    pub height: u32,
    /// Frames per second, as a fraction such as `24000/1001`.
    pub frame_rate: String,
    /// Whether frames are unevenly spaced.
    pub variable_frame_rate: bool,
    /// The video's codec.
    pub codec: String,
    /// How many streams of sound it has.
    pub audio_streams: usize,
}

/// A hit point and what the plan made of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HitReport {
    /// Where the picture has it.
    pub time_s: f64,
    /// 0..1.
    pub strength: f32,
    /// `cut` or `hit`.
    pub kind: String,
    /// The pulse it landed on.
    pub landed: Landing,
    /// Signed distance to that pulse.
    pub miss_ms: f64,
}

/// A stretch of one tempo.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TempoReport {
    /// Its start.
    pub start_s: f64,
    /// Its end.
    pub end_s: f64,
    /// Beats per minute.
    pub bpm: f64,
}

/// What was found in the picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PictureReport {
    /// Shot changes, in seconds.
    pub cuts_s: Vec<f64>,
    /// Mean valence, -1..1.
    pub valence: f32,
    /// Mean arousal, -1..1.
    pub arousal: f32,
    /// Mean intensity, 0..1.
    pub mean_intensity: f32,
    /// Whether the analysis came from the cache.
    pub from_cache: bool,
}

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SpanReport {
    /// Its start.
    pub start_s: f64,
    /// Its end.
    pub end_s: f64,
}

/// What the plan decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanReport {
    /// Tempo of the longest stretch.
    pub bpm: f64,
    /// The tempo map.
    pub tempo: Vec<TempoReport>,
    /// Key and mode.
    pub key: Key,
    /// Key and mode in words.
    pub key_name: String,
    /// Bars in all.
    pub bars: usize,
    /// Hit points, landed or not.
    pub hits: Vec<HitReport>,
    /// How many of them fall on a bar's first beat.
    pub on_downbeats: usize,
    /// How many fall on another beat.
    pub on_beats: usize,
    /// How many fall beside the beats, where the music accents them off the grid.
    pub off_grid: usize,
}

/// Loudness by EBU R128.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LoudnessReport {
    /// Integrated loudness of the music alone in the output; `None` for silence.
    pub music_lufs: Option<f64>,
    /// Integrated loudness of the output; `None` for silence.
    pub output_lufs: Option<f64>,
    /// True peak of the output; `None` for silence.
    pub output_dbtp: Option<f64>,
    /// The gain that the music got.
    pub music_gain_db: f64,
}

/// The result of a score.
#[derive(Clone, Debug, Serialize)]
pub struct ScoreReport {
    /// The video that was scored.
    pub input: InputFacts,
    /// The file that was written.
    pub output: PathBuf,
    /// Name and version of the pack.
    pub pack: String,
    /// The pack's hash.
    pub pack_hash: String,
    /// The style clip, or the pack's style that was chosen by mood; none where the pack has no styles.
    pub style: Option<String>,
    /// The seed.
    pub seed: u64,
    /// Solver steps per window.
    pub steps: usize,
    /// Guidance.
    pub guidance: f32,
    /// What the picture showed.
    pub picture: PictureReport,
    /// What was planned.
    pub plan: PlanReport,
    /// How loud it is.
    pub loudness: LoudnessReport,
    /// What happened to the video's own sound: `keep`, `mute`, `duck`, or `none` where it has none.
    pub temp_track: String,
    /// Where somebody speaks, which is where the music goes down; `None` where nothing is ducked, or by level.
    pub speech: Option<Vec<SpanReport>>,
    /// What the picture's networks ran on; `None` where the analysis came from the cache.
    pub picture_provider: Option<ProviderReport>,
    /// What the music's networks ran on.
    pub music_provider: ProviderReport,
    /// The version of ONNX Runtime.
    pub runtime: String,
    /// Time by phase.
    pub stages: Vec<StageTime>,
    /// Time in all.
    pub seconds: f64,
    /// Seconds of video per second of work.
    pub real_time_factor: f64,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// The result of an analysis.
#[derive(Clone, Debug, Serialize)]
pub struct AnalysisReport {
    /// The video.
    pub input: InputFacts,
    /// What the picture showed.
    pub picture: PictureReport,
    /// Hit points and what a plan with the default settings makes of them.
    pub plan: PlanReport,
    /// Analysed frames per second.
    pub frame_rate: f64,
    /// Intensity, 0..1, one value per analysed frame.
    pub intensity: Vec<f32>,
    /// Probability of a hit, 0..1, one value per analysed frame.
    pub hit: Vec<f32>,
    /// Where somebody speaks in the video's own sound, in order; `None` where that can't be told.
    pub speech: Option<Vec<SpanReport>>,
    /// The heat map, if one was written.
    pub heatmap: Option<PathBuf>,
    /// What the networks ran on; `None` where the analysis came from the cache.
    pub provider: Option<ProviderReport>,
    /// Time by phase.
    pub stages: Vec<StageTime>,
    /// Time in all.
    pub seconds: f64,
    /// Seconds of video per second of work.
    pub real_time_factor: f64,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// A file of music that was listened to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MusicFacts {
    /// The file.
    pub path: PathBuf,
    /// Its length in seconds, if the file says.
    pub length_s: Option<f64>,
    /// How much of it was heard, in seconds: at most as long as the picture.
    pub heard_s: f64,
}

/// How well music fits a video.
#[derive(Clone, Debug, Serialize)]
pub struct EvaluationReport {
    /// The video.
    pub input: InputFacts,
    /// The music.
    pub music: MusicFacts,
    /// Music that is known to fit, if any was given.
    pub reference: Option<MusicFacts>,
    /// How many seconds were judged: as long as picture, music and reference all last.
    pub judged_s: f64,
    /// Cuts of the picture within them.
    pub cut_count: usize,
    /// Hit points of the picture within them, those on cuts among them.
    pub hit_count: usize,
    /// Onsets of the music.
    pub onset_count: usize,
    /// Beats found in the music: seconds, bar from 1, beat in the bar from 1.
    pub beats_found: Vec<(f64, u32, u32)>,
    /// The measures as a table.
    pub measures: Vec<Measure>,
    /// The figures that they come from.
    #[serde(flatten)]
    pub figures: Figures,
    /// What the user should know.
    pub warnings: Vec<String>,
}

//! What is asked for, what is told meanwhile, what comes of it.

use std::ops::Range;
use std::path::Path;

use muvi_media::Tools;
use muvi_media::loudness::Loudness;
use muvi_scoring::hits::HitPoint;
use muvi_scoring::plan::Pace;
use muvi_scoring::runtime::ProviderReport;
use muvi_timeline::Peaks;
use serde::{Deserialize, Serialize};

use super::{HitLanding, TakePaths};
use crate::event::Event;
use crate::report::StageTime;
use crate::seen::Seen;

/// The style of a take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum StyleChoice {
    /// The one of the pack's palette that is nearest to the mood of the picture.
    #[default]
    Auto,
    /// One of the palette.
    Palette {
        /// Its id.
        id: String,
    },
    /// An audio file.
    File {
        /// The file.
        path: std::path::PathBuf,
        /// Where the style starts in it, in seconds; `None` takes the fullest part.
        from_s: Option<f64>,
    },
}

/// What a take is to be. Times are on the clock of the picture, in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wishes {
    /// All hit points; those outside of the music are not looked at.
    pub hits: Vec<HitPoint>,
    /// What the user drew over the picture's intensity: time and value 0..1, by time. Straight lines between the points
    /// rule from the first to the last, the picture's own curve before and after.
    pub drawn: Vec<(f64, f32)>,
    /// Scales the intensity, 0..2; 1 leaves it.
    pub intensity: f32,
    /// The style.
    pub style: StyleChoice,
    /// How fast.
    pub pace: Pace,
    /// Chooses among all music that fits.
    pub seed: u64,
    /// Guidance; `None` for the pack's own.
    pub guidance: Option<f32>,
    /// Solver steps; `None` for the pack's own.
    pub steps: Option<usize>,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            hits: Vec::new(),
            drawn: Vec::new(),
            intensity: 1.0,
            style: StyleChoice::Auto,
            pace: Pace::Auto,
            seed: 0,
            guidance: None,
            steps: None,
        }
    }
}

/// A take of a whole cue. No gain and no fade is applied: that is the mix's work.
#[derive(Clone, Copy, Debug)]
pub struct ComposeRequest<'a> {
    /// For style clips.
    pub tools: &'a Tools,
    /// What was seen in the whole picture.
    pub seen: &'a Seen,
    /// The cue: samples at the pack's rate, 0 is the start of the picture.
    pub span: &'a Range<u64>,
    /// What it is to be.
    pub wishes: &'a Wishes,
    /// The files to write, without their extensions; none of them may be there.
    pub base: &'a Path,
}

/// A section of a take made anew.
#[derive(Clone, Copy, Debug)]
pub struct SectionRequest<'a> {
    /// For style clips.
    pub tools: &'a Tools,
    /// What was seen in the whole picture.
    pub seen: &'a Seen,
    /// The files of the take that stays around the section, without their extensions.
    pub old: &'a Path,
    /// The section: samples at the pack's rate, 0 is the start of the picture (not of the take).
    pub span: &'a Range<u64>,
    /// What the section is to be. The pace is not looked at: the take's pulse goes on through the section.
    pub wishes: &'a Wishes,
    /// Keeps the old take's style whatever [`Wishes::style`] says, also if its file is gone.
    pub keep_style: bool,
    /// The files to write, without their extensions; none of them may be there.
    pub base: &'a Path,
}

/// What is told while a take is made.
#[derive(Debug)]
pub enum TakeEvent<'a> {
    /// Phases, progress, warnings.
    Job(Event),
    /// The networks are loaded and run on this.
    Provider(&'a ProviderReport),
    /// The file that grows while the take is made; its header already says its whole length.
    Growing {
        /// Under its temporary name.
        wav: &'a Path,
        /// Length of the whole take in samples.
        samples: u64,
    },
    /// Samples are in the file and can be read.
    Samples {
        /// Position of the first of them in the take.
        first: u64,
        /// Left and right.
        planes: [&'a [f32]; 2],
        /// Samples that can be read from the file, from its start.
        ready: u64,
    },
}

/// A take that is made and on disk.
#[derive(Clone, Debug)]
pub struct ComposedTake {
    /// Its files.
    pub files: TakePaths,
    /// Its length in samples.
    pub samples: u64,
    /// Samples per second.
    pub sample_rate: u32,
    /// Loudness of the whole take.
    pub loudness: Loudness,
    /// What a ceiling takes of its loudness; `None` for silence.
    pub peaks: Option<Peaks>,
    /// Tempo of its longest stretch, beats a minute.
    pub bpm: f64,
    /// What the networks ran on.
    pub provider: ProviderReport,
    /// How the music really landed on each hit point, in order of time.
    pub landings: Vec<HitLanding>,
    /// Name of the style for people; `None` where the pack has no palette and none was named.
    pub style_name: Option<String>,
    /// Solver steps per window.
    pub steps: usize,
    /// Guidance.
    pub guidance: f32,
    /// Samples of the take that differ from the old one, for a section: with the fade before it.
    pub changed: Option<Range<u64>>,
    /// Time by phase.
    pub stages: Vec<StageTime>,
    /// Seconds that it took.
    pub seconds: f64,
    /// What the user should know.
    pub warnings: Vec<String>,
}

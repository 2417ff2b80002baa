//! What a running job tells its listener.

use serde::Serialize;

/// A named part of a job, in the order in which a score passes through them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Reads the video's streams and the pack.
    Open,
    /// Decodes the picture, finds cuts, runs encoder and adaptor.
    Watch,
    /// Looks for speech in the video's own sound.
    Speech,
    /// Lays out tempo, bars, chords and hits.
    Plan,
    /// Listens to the style clip.
    Style,
    /// Loads the networks.
    Load,
    /// Runs the flow solver, and turns what it made into sound window by window.
    Compose,
    /// Sets the level, mixes with the temp track, writes the output file.
    Export,
    /// Burns the attention over the frames.
    Heatmap,
    /// Measures how loud the mix is before it is written.
    Level,
    /// Listens to the music that is judged.
    Listen,
    /// Makes pictures and sounds that browsers play.
    Media,
    /// Writes the comparison page.
    Page,
}

impl Phase {
    /// What the user reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Opening the video",
            Self::Watch => "Watching the picture",
            Self::Speech => "Listening for speech",
            Self::Plan => "Planning the music",
            Self::Style => "Listening to the style clip",
            Self::Load => "Loading the models",
            Self::Compose => "Composing",
            Self::Export => "Mixing and exporting",
            Self::Heatmap => "Drawing the heat map",
            Self::Level => "Measuring the loudness",
            Self::Listen => "Listening to the music",
            Self::Media => "Preparing picture and sound",
            Self::Page => "Writing the page",
        }
    }
}

/// One message of a running job.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A phase began; it is number `step` of `steps`.
    PhaseStarted {
        /// The phase.
        phase: Phase,
        /// Its number, from 1.
        step: usize,
        /// How many phases this job has.
        steps: usize,
    },
    /// A phase went on.
    Progress {
        /// The phase.
        phase: Phase,
        /// How much of it is done, 0..1.
        fraction: f64,
        /// Seconds until the phase ends at the speed seen so far; `None` while that can't be told.
        eta_s: Option<f64>,
    },
    /// A phase ended.
    PhaseFinished {
        /// The phase.
        phase: Phase,
        /// How long it took.
        seconds: f64,
    },
    /// Something that the user should know and that doesn't stop the job.
    Warning {
        /// One sentence.
        message: String,
    },
    /// An execution provider could not be used; the next one takes over.
    ProviderFallback {
        /// The provider that failed.
        provider: String,
        /// Why.
        reason: String,
        /// The one that is used.
        used: String,
    },
}

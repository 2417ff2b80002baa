//! What is known of the studio from outside, as plain values.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use muvi_timeline::{Cut, HitId, Project, SampleSpan, Style, TakeId};

use super::fault::Fault;
use super::settings::Settings;
use crate::deliver::{Bus, Deliver};
use crate::request::AudioCodecChoice;

/// The open project.
#[derive(Clone, Debug)]
pub struct OpenView {
    /// Grows with each change.
    pub revision: u32,
    /// What the user calls it.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Whether it was never saved under a name.
    pub unnamed: bool,
    /// Whether all changes are in the saved file; they are always in the journal.
    pub saved: bool,
    /// The project.
    pub project: Arc<Project>,
    /// Shot changes: the project's, or those seen so far.
    pub cuts: Vec<Cut>,
    /// Whether attention and curves are in memory.
    pub analysed: bool,
    /// Whether the video's file is gone.
    pub video_missing: bool,
    /// Where somebody speaks in the temp track, in samples of the project, in order; empty until it is known.
    pub speech: Vec<SampleSpan>,
    /// Ticks per second of attention and curves.
    pub analysis_rate: [u32; 2],
    /// Columns and rows of the attention.
    pub grid: [u32; 2],
    /// How the takes in use land on the hit points.
    pub landings: BTreeMap<HitId, Landing>,
    /// Takes whose files are gone.
    pub missing_takes: BTreeSet<TakeId>,
    /// What undo would take back.
    pub undo: Option<String>,
    /// What redo would do again.
    pub redo: Option<String>,
    /// What the user should know.
    pub problems: Vec<Problem>,
}

/// How a take lands on a hit point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landing {
    /// Whether an onset of the music lies within 70 ms.
    pub landed: bool,
    /// Distance of the nearest onset in milliseconds, positive if it comes late; `None` if there's none within 500 ms.
    pub miss_ms: Option<f32>,
}

/// Something that is wrong with a project, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable word.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// The application around the project.
#[derive(Clone, Debug)]
pub struct Around {
    /// The pack in use.
    pub pack: Option<PackFacts>,
    /// What is missing: a pack, the ONNX Runtime, ffmpeg.
    pub faults: Vec<Fault>,
    /// Providers that can be chosen, `auto` first.
    pub providers: Vec<String>,
    /// What the user has set.
    pub settings: Settings,
}

/// A pack in short.
#[derive(Clone, Debug)]
pub struct PackFacts {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// What the user reads.
    pub title: String,
    /// One sentence.
    pub description: String,
    /// Licence of the weights.
    pub licence: String,
    /// The palette.
    pub styles: Vec<PaletteStyle>,
    /// Default solver steps.
    pub steps: u32,
    /// Default guidance.
    pub guidance: f32,
}

/// A style of the palette.
#[derive(Clone, Debug)]
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

/// A project that was open before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// What the user calls it.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// File name of its video.
    pub video: String,
    /// Milliseconds since 1970.
    pub opened_at: u64,
    /// Whether the folder is gone.
    pub missing: bool,
}

/// An output device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What it is chosen by.
    pub id: String,
    /// What the user reads.
    pub name: String,
    /// Whether it's the system's default.
    pub default: bool,
}

/// What is heard now.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// The sample that is heard.
    pub sample: u64,
    /// The frame that belongs to it.
    pub frame: u64,
    /// Whether it plays.
    pub playing: bool,
    /// Speed, 1 is normal.
    pub speed: f32,
    /// Peak of left and right since it was asked last, in dBFS.
    pub peak_db: [f32; 2],
    /// Loudness of the last 400 ms, in LUFS.
    pub momentary_lufs: f32,
    /// Loudness of the last 3 s, in LUFS.
    pub short_term_lufs: f32,
    /// How far the music is lowered now, in dB.
    pub ducking_db: f32,
    /// The take that is heard in place of the one in use.
    pub audition: Option<TakeId>,
    /// Where the style clip that plays by itself is, in seconds of its file; `None` while none plays.
    pub clip_s: Option<f64>,
    /// Why there's no sound.
    pub problem: Option<String>,
}

impl Heard {
    /// Nothing at all.
    pub(super) fn silence() -> Self {
        Self {
            sample: 0,
            frame: 0,
            playing: false,
            speed: 1.0,
            peak_db: [-90.0; 2],
            momentary_lufs: -90.0,
            short_term_lufs: -90.0,
            ducking_db: 0.0,
            audition: None,
            clip_s: None,
            problem: None,
        }
    }
}

/// What the transport is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transport {
    /// Plays on.
    Play,
    /// Stops where it is.
    Pause,
    /// Plays or stops.
    Toggle,
    /// Goes to a frame.
    Seek(u64),
    /// Goes by frames and stops.
    Step(i64),
    /// Plays at a speed, -8..8.
    Shuttle(f32),
    /// Goes to a frame and lets a grain of sound be heard.
    Scrub(u64),
    /// Ends scrubbing.
    ScrubEnd,
    /// Stays in the loop, or not.
    Loop(bool),
}

/// Bytes that the window asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asset {
    /// A frame as JPEG.
    Frame {
        /// Key of the video.
        key: String,
        /// Which.
        frame: u64,
        /// Largest width in pixels.
        width: u32,
    },
    /// A small picture of a whole second.
    Thumb {
        /// Key of the video.
        key: String,
        /// Which.
        second: u64,
    },
    /// Attention, u8 `[ticks, patches]`.
    Attention {
        /// Key of the video.
        key: String,
        /// First tick.
        first: usize,
        /// How many.
        count: usize,
    },
    /// The picture's intensity, f32 at the analysis rate.
    PictureCurve {
        /// Key of the video.
        key: String,
    },
    /// A take's loudness curve, f32 at 10 Hz.
    TakeCurve {
        /// Which.
        take: u32,
    },
    /// Peaks of the temp track, i8 `[bins, 4]`.
    TempPeaks {
        /// Key of the video.
        key: String,
        /// A bin has 256 << (2 * level) samples.
        level: u32,
        /// A tile has 1024 bins.
        tile: u32,
    },
    /// Peaks of a take.
    TakePeaks {
        /// Which.
        take: u32,
        /// As above.
        level: u32,
        /// As above.
        tile: u32,
    },
    /// A style clip's waveform: its length in seconds as f32, then i8 lowest and highest for each column.
    ClipWave {
        /// The clip.
        style: Style,
        /// How many.
        columns: usize,
    },
    /// How far ducking lowers the music, f32 dB (0 or less), [`DUCKING_HZ`](super::DUCKING_HZ) a second.
    Ducking {
        /// Key of the video.
        key: String,
    },
    /// Where the temp track is heard, u8 at 10 Hz.
    Speech {
        /// Key of the video.
        key: String,
    },
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssetReply {
    /// A picture that never changes.
    Jpeg(Arc<[u8]>),
    /// Bytes that grow or change.
    Growing(Vec<u8>),
    /// It will be there.
    NotYet,
    /// There is no such thing.
    Unknown,
    /// A newer request made this one pointless.
    Superseded,
    /// It can't be had.
    Failed(String),
}

/// What a take would cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Seconds, once this machine's speed is known.
    pub seconds: Option<f64>,
    /// Name of the style that would be used.
    pub style: String,
    /// Why it can't be done now.
    pub obstacle: Option<String>,
}

/// What to export.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportOrder {
    /// The file; for stems the folder.
    pub path: PathBuf,
    /// What it is made of.
    pub what: Deliver,
    /// How sound is stored; `None` for what suits the container.
    pub codec: Option<AudioCodecChoice>,
    /// The sound tracks of a video in order, or the stems; a sound file has the first. None means the mix.
    pub tracks: Vec<Bus>,
    /// Only the loop.
    pub loop_only: bool,
    /// Loudness to reach, in LUFS, -40 to -6; `None` for as it is mixed.
    pub target_lufs: Option<f32>,
    /// The true peak that is never passed, in dBTP, -9 to 0.
    pub ceiling_dbtp: f32,
    /// Whether files of that name are replaced.
    pub overwrite: bool,
}

/// What an export would write.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The file, with an extension that fits; for stems the folder.
    pub path: PathBuf,
    /// All files.
    pub files: Vec<PathBuf>,
    /// Whether there is one of that name.
    pub exists: bool,
    /// What becomes of the picture.
    pub picture: String,
    /// What becomes of the sound.
    pub sound: String,
    /// What becomes of the loudness.
    pub loudness: String,
    /// About how large all files are, in bytes.
    pub bytes: Option<u64>,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// Why it can't be written like this.
    pub obstacle: Option<String>,
}

/// The musical plan of a take.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanFacts {
    /// Beats in order, times on the picture's clock.
    pub beats: Vec<TakeBeat>,
    /// Chords in order.
    pub chords: Vec<Chord>,
    /// The key in words.
    pub key: String,
}

/// A beat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TakeBeat {
    /// Seconds from the picture's start.
    pub time_s: f64,
    /// Bar, from 1.
    pub bar: u32,
    /// Beat in the bar, from 1.
    pub beat: u32,
}

/// A chord.
#[derive(Clone, Debug, PartialEq)]
pub struct Chord {
    /// Seconds from the picture's start.
    pub start_s: f64,
    /// Its name.
    pub name: String,
}

/// How urgent a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeLevel {
    /// Good to know.
    Info,
    /// Something is not as it should be.
    Warning,
    /// Something failed.
    Error,
}

impl NoticeLevel {
    /// Its name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

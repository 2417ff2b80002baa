//! What is handed over, in no tool's words.

use std::path::PathBuf;

use muvi_timeline::{FadeCurve, FrameSpan, GainPoint, Rate, Round, Timecode};

/// A scored video. Frames count from the picture's first unless something else is said.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What the user calls the project.
    pub project: String,
    /// The program with its version.
    pub made_with: String,
    /// The picture's file.
    pub film: Film,
    /// Frames per second.
    pub rate: Rate,
    /// Whether labels are left out to keep step with the clock; only where the rate has that.
    pub drop_frame: bool,
    /// The number of the picture's first frame on the clock of its timecode.
    pub start: u64,
    /// Number of frames of the picture, at least one.
    pub frames: u64,
    /// Spans with music, by start.
    pub cues: Vec<SheetCue>,
    /// Cuts and hit points, by frame, at most one at each.
    pub marks: Vec<Mark>,
}

/// The file of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Film {
    /// Where it is, absolute.
    pub path: PathBuf,
    /// Width in pixels, as shown.
    pub width: u32,
    /// Height in pixels, as shown.
    pub height: u32,
    /// Its own sound, which is the temp track.
    pub sound: Option<FilmSound>,
}

/// The temp track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilmSound {
    /// Samples per second.
    pub sample_rate: u32,
    /// Number of channels.
    pub channels: u32,
    /// Whether it is part of the mix.
    pub heard: bool,
}

/// A cue with the take that is heard.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetCue {
    /// Its place in the cue list, from 1.
    pub number: u32,
    /// What the user calls it.
    pub name: String,
    /// Where it is heard, at least one frame.
    pub span: FrameSpan,
    /// Its sound file, absolute, stereo.
    pub audio: PathBuf,
    /// Samples per second of the file.
    pub sample_rate: u32,
    /// Length of the file in samples.
    pub samples: u64,
    /// The frame of the file, counted from its start, that is heard first.
    pub offset: u64,
    /// Gain in dB that the mix gives it, its loudness match included.
    pub gain_db: f32,
    /// Gain drawn over it, on top of `gain_db`.
    pub automation: Vec<GainPoint>,
    /// Length of the fade-in in frames.
    pub fade_in: u64,
    /// Length of the fade-out in frames.
    pub fade_out: u64,
    /// Shapes of both fades.
    pub fade_curves: [FadeCurve; 2],
    /// Name of the take.
    pub take: String,
    /// Name of the style that was used.
    pub style: String,
    /// Key and mode in words; empty if unknown.
    pub key: String,
    /// Tempo of its longest stretch, beats a minute.
    pub bpm: f64,
    /// The seed that it was made with.
    pub seed: Option<u32>,
    /// Model pack that made it, with its version; empty if unknown.
    pub pack: String,
    /// Licence of that pack.
    pub licence: Option<String>,
    /// Beats within `span`, rising.
    pub beats: Vec<SheetBeat>,
    /// Chords within `span`, rising.
    pub chords: Vec<SheetChord>,
    /// How much better than chance its music lands; `None` where there is too little to tell.
    pub lift: Option<Lift>,
}

/// A beat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SheetBeat {
    /// Seconds from the picture's start.
    pub time_s: f64,
    /// Whether a bar starts here.
    pub downbeat: bool,
}

/// A chord.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetChord {
    /// Seconds from the picture's start.
    pub time_s: f64,
    /// Its name, such as `Am7`.
    pub name: String,
}

/// Cuts and hit points of a cue that its music landed on, against the same music shifted in time. 1 is all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// Part that it landed on.
    pub score: f64,
    /// Part that shifted music lands on.
    pub chance: f64,
}

/// What a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// A shot change.
    Cut,
    /// A hit point seen in the picture.
    Hit,
    /// A hit point of the user.
    User,
}

impl MarkKind {
    /// `cut`, `hit` or `user`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Hit => "hit",
            Self::User => "user",
        }
    }
}

/// A moment that music was to land on.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where.
    pub frame: u64,
    /// What it is.
    pub kind: MarkKind,
    /// The user's name for it.
    pub name: Option<String>,
    /// How the music landed on it; `None` where no cue is heard.
    pub landing: Option<Landing>,
}

impl Mark {
    /// The user's name for it, or what it is.
    pub fn label(&self) -> String {
        let what = match self.kind {
            MarkKind::Cut => "Cut",
            MarkKind::Hit => "Hit",
            MarkKind::User => "Hit point",
        };
        self.name.clone().unwrap_or_else(|| what.into())
    }

    /// How the music landed, in a few words; empty where none is heard.
    pub fn remark(&self) -> String {
        match self.landing {
            None => String::new(),
            Some(Landing {
                miss_frames: None, ..
            }) => "no onset near".into(),
            Some(Landing {
                miss_frames: Some(miss),
                landed,
                ..
            }) => {
                let what = if landed { "landed" } else { "missed" };
                format!("{what}, {} frames", crate::text::signed(miss, 1))
            }
        }
    }
}

/// How music landed on a mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landing {
    /// The cue, by its number.
    pub cue: u32,
    /// Whether an onset is near enough to seem one with the picture.
    pub landed: bool,
    /// Nearest onset minus mark in frames, above 0 if the music is late; `None` if there is none near.
    pub miss_frames: Option<f64>,
}

impl Sheet {
    /// The label of a frame; hours wrap at 24, as they do on tape.
    pub fn timecode(&self, frame: u64) -> Timecode {
        let number = self.start.saturating_add(frame);
        let mut label = if self.drop_frame {
            Timecode::of(number, self.rate)
        } else {
            Timecode::without_drop(number, self.rate)
        };
        label.hours %= 24;
        label
    }

    /// The label of a length or of a place in a file that starts at 00:00:00:00.
    pub(crate) fn length(&self, frames: u64) -> Timecode {
        if self.drop_frame {
            Timecode::of(frames, self.rate)
        } else {
            Timecode::without_drop(frames, self.rate)
        }
    }

    /// Seconds from the picture's start.
    pub(crate) fn seconds(&self, frame: u64) -> f64 {
        self.rate.duration(frame, Round::Nearest).as_secs_f64()
    }

    /// Whether the labels of this sheet leave some out.
    pub(crate) fn drops(&self) -> bool {
        self.drop_frame && Timecode::of(0, self.rate).drop_frame
    }

    /// The film's file name.
    pub(crate) fn film_name(&self) -> String {
        file_name(&self.film.path)
    }
}

pub(crate) fn file_name(path: &std::path::Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into()
}

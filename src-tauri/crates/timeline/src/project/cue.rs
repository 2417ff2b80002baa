//! Cues, their takes, and what a take is asked to be.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{CueId, GainCurve, Peaks, TakeId};
use crate::{EditError, FadeCurve, FrameSpan, edit::within};

/// A span of the timeline with music. Cues may overlap: the music of both is heard, and their fades cross
/// ([`Project::heard_fades`](crate::Project::heard_fades)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cue {
    /// Its number.
    pub id: CueId,
    /// What the user calls it.
    pub name: String,
    /// Its frames, at least one, inside the picture.
    pub span: FrameSpan,
    /// Length of the fade-in in samples; both fades together are not longer than the cue.
    pub fade_in: u64,
    /// Length of the fade-out in samples.
    pub fade_out: u64,
    /// Shape of the fade-in.
    #[serde(default)]
    pub fade_in_curve: FadeCurve,
    /// Shape of the fade-out.
    #[serde(default)]
    pub fade_out_curve: FadeCurve,
    /// Gain in dB, -60 to 12; -60 is silence.
    pub gain_db: f32,
    /// The gain drawn over it, at frames of the timeline; points may lie outside of the cue.
    #[serde(default)]
    pub automation: GainCurve,
    /// The take that is heard and exported, one of `takes`; `None` for silence.
    pub take: Option<TakeId>,
    /// All takes, oldest first.
    pub takes: Vec<Take>,
}

impl Cue {
    /// A cue without music, fades and gain.
    pub fn new(id: CueId, name: String, span: FrameSpan) -> Self {
        Self {
            id,
            name,
            span,
            fade_in: 0,
            fade_out: 0,
            fade_in_curve: FadeCurve::default(),
            fade_out_curve: FadeCurve::default(),
            gain_db: 0.0,
            automation: GainCurve::default(),
            take: None,
            takes: Vec::new(),
        }
    }

    /// One of its takes.
    pub fn take(&self, id: TakeId) -> Option<&Take> {
        self.takes.iter().find(|take| take.id == id)
    }

    /// The take that is heard.
    pub fn take_in_use(&self) -> Option<&Take> {
        self.take.and_then(|id| self.take(id))
    }

    /// The name that the next take gets: "Take 3".
    pub fn next_take_name(&self) -> String {
        let numbers = self.takes.iter().filter_map(|take| {
            let number: u32 = take.name.strip_prefix("Take ")?.parse().ok()?;
            Some(number)
        });
        format!("Take {}", numbers.max().unwrap_or(0).saturating_add(1))
    }
}

/// One generated result. Its sound is kept beside the project under its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Take {
    /// Its number.
    pub id: TakeId,
    /// What the user calls it.
    pub name: String,
    /// Whether the user likes it.
    pub favourite: bool,
    /// When it was made, in milliseconds since 1970.
    pub made_at: u64,
    /// The style that was asked for.
    pub style: Style,
    /// Name of the style that was used, for people.
    pub style_name: String,
    /// Its settings, with the seed that was used.
    pub settings: TakeSettings,
    /// Beats per minute of its longest part.
    pub bpm: f32,
    /// Execution provider that made it.
    pub provider: String,
    /// Hash of the model pack that made it.
    pub pack: String,
    /// The frames that its music was made for; the cue may have moved since then.
    pub span: FrameSpan,
    /// Its length in samples.
    pub samples: u64,
    /// Its loudness as made, in LUFS; `None` for silence.
    pub lufs: Option<f32>,
    /// Its peaks as made; `None` for silence and for takes of older versions.
    #[serde(default)]
    pub peaks: Option<Peaks>,
    /// What was made anew; `None` for a whole cue.
    pub section: Option<Section>,
}

/// A part of a cue that was made anew by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The take that the rest was kept from; it may be gone.
    pub of: TakeId,
    /// The frames that were made anew.
    pub span: FrameSpan,
}

/// What a take is asked to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TakeSettings {
    /// The seed; `None` chooses a new one for each take.
    pub seed: Option<u32>,
    /// Scales the intensity, 0 to 2.
    pub intensity: f32,
    /// The tempo.
    pub pace: Pace,
    /// Guidance, 0 to 10; `None` for the pack's own.
    pub guidance: Option<f32>,
    /// Solver steps, 1 to 100; `None` for the pack's own.
    pub steps: Option<u32>,
}

impl Default for TakeSettings {
    fn default() -> Self {
        Self {
            seed: None,
            intensity: 1.0,
            pace: Pace::Auto,
            guidance: None,
            steps: None,
        }
    }
}

impl TakeSettings {
    /// Tells whether a take can be made with these.
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] with the first value that is not a number or out of range.
    pub fn check(&self) -> Result<(), EditError> {
        within("the intensity", self.intensity, 0.0..=2.0)?;
        match self.pace {
            Pace::Auto => {}
            Pace::Relative(pace) => within("the pace", pace, -1.0..=1.0)?,
            Pace::Bpm(bpm) => within("the tempo in BPM", bpm, 40.0..=220.0)?,
        }
        if let Some(guidance) = self.guidance {
            within("the guidance", guidance, 0.0..=10.0)?;
        }
        match self.steps {
            Some(steps) if !(1..=100).contains(&steps) => Err(EditError::OutOfRange {
                what: "the number of solver steps",
                value: f64::from(steps),
                low: 1.0,
                high: 100.0,
            }),
            _ => Ok(()),
        }
    }
}

/// The tempo that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Pace {
    /// What fits the hit points.
    Auto,
    /// Slower or faster than that, -1 to 1.
    Relative(f32),
    /// Beats per minute, 40 to 220.
    Bpm(f32),
}

/// What sets genre and timbre of a take.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Style {
    /// The one of the palette that suits the picture's mood.
    #[default]
    Auto,
    /// One of the pack's palette.
    Palette {
        /// Its id.
        id: String,
    },
    /// A style clip of the user.
    Clip {
        /// The file.
        path: PathBuf,
        /// From where in the file; `None` lets the program choose the part.
        from: Option<Duration>,
    },
}

impl Style {
    pub(crate) fn check(&self) -> Result<(), EditError> {
        match self {
            Self::Palette { id } if id.is_empty() => Err(EditError::Style {
                problem: "it names no style of the palette",
            }),
            Self::Clip { path, .. } if path.as_os_str().is_empty() => Err(EditError::Style {
                problem: "it names no file",
            }),
            Self::Clip { path, .. } if path.to_str().is_none() => Err(EditError::Style {
                problem: "the path of its file has characters that can't be stored; rename the file or its folder",
            }),
            _ => Ok(()),
        }
    }
}

//! Edits: all the ways in which a project changes.

mod apply;
mod error;
mod found;
mod relink;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::{
    CueId, CurvePoint, Cut, FadeCurve, FoundHit, FrameSpan, GainPoint, HitId, Project, ProjectMix, Style,
    Take, TakeId, TakeSettings, Video,
};

pub use apply::apply;
pub use error::EditError;

/// Longest name of anything, in characters.
const LONGEST_NAME: usize = 200;

/// One change of a project. Written to the journal as it is, so a variant keeps its meaning for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "edit")]
pub enum Edit {
    /// A new hit point of the user.
    AddHit {
        /// Where; no other hit point is there.
        frame: u64,
        /// Its name.
        name: Option<String>,
    },
    /// Moves a hit point that is not locked; a found one becomes the user's.
    MoveHit {
        /// Which.
        id: HitId,
        /// Where to.
        frame: u64,
    },
    /// Takes a hit point away that is not locked; a found one stays away.
    RemoveHit {
        /// Which.
        id: HitId,
    },
    /// Names a hit point; a found one becomes the user's.
    RenameHit {
        /// Which.
        id: HitId,
        /// `None` takes the name away.
        name: Option<String>,
    },
    /// Locks or unlocks a hit point.
    LockHit {
        /// Which.
        id: HitId,
        /// Whether it is locked from now on.
        locked: bool,
    },
    /// Sets the strength of a hit point; a found one becomes the user's.
    SetHitStrength {
        /// Which.
        id: HitId,
        /// 0 to 1.
        strength: f32,
    },
    /// Draws the intensity: all points.
    SetIntensity {
        /// The points; frames rise strictly.
        drawn: Vec<CurvePoint>,
    },
    /// A new cue without music. It may overlap others.
    AddCue {
        /// Its frames.
        span: FrameSpan,
        /// Its name; `None` for "Cue 2".
        name: Option<String>,
    },
    /// Takes a cue away, with its takes.
    RemoveCue {
        /// Which.
        cue: CueId,
    },
    /// Moves a cue's start or end. Fades that don't fit any more become shorter; a cue that keeps its length takes
    /// the gain that is drawn over it along.
    SetCueSpan {
        /// Which.
        cue: CueId,
        /// Its frames.
        span: FrameSpan,
    },
    /// Sets a cue's fades.
    SetCueFades {
        /// Which.
        cue: CueId,
        /// Fade-in in samples.
        fade_in: u64,
        /// Fade-out in samples.
        fade_out: u64,
        /// Shape of the fade-in; `None` leaves it as it is.
        #[serde(default)]
        in_curve: Option<FadeCurve>,
        /// Shape of the fade-out; `None` leaves it as it is.
        #[serde(default)]
        out_curve: Option<FadeCurve>,
    },
    /// Draws the gain over a cue: all points.
    SetCueAutomation {
        /// Which.
        cue: CueId,
        /// The points; frames of the timeline, which rise strictly.
        points: Vec<GainPoint>,
    },
    /// Draws the gain over the temp track: all points.
    SetTempAutomation {
        /// The points; frames rise strictly.
        points: Vec<GainPoint>,
    },
    /// Sets a cue's gain.
    SetCueGain {
        /// Which.
        cue: CueId,
        /// In dB, -60 to 12.
        gain_db: f32,
    },
    /// Names a cue.
    RenameCue {
        /// Which.
        cue: CueId,
        /// The name.
        name: String,
    },
    /// Chooses the take that is heard and exported.
    UseTake {
        /// Which cue.
        cue: CueId,
        /// Its take; `None` for silence.
        take: Option<TakeId>,
    },
    /// Names a take.
    RenameTake {
        /// Which.
        take: TakeId,
        /// The name.
        name: String,
    },
    /// Marks a take as liked, or not.
    FavourTake {
        /// Which.
        take: TakeId,
        /// Whether it is liked.
        favourite: bool,
    },
    /// Takes a take away. If it was in use, the one made before it is, or else the one after it.
    RemoveTake {
        /// Which.
        take: TakeId,
    },
    /// Chooses the style of the next take.
    SetStyle {
        /// The style.
        style: Style,
    },
    /// Sets what the next take is asked to be.
    SetSettings {
        /// All settings.
        settings: TakeSettings,
    },
    /// Sets the mix.
    SetMix {
        /// The whole mix.
        mix: ProjectMix,
    },
    /// Sets or clears the loop.
    SetLoop {
        /// Its frames.
        span: Option<FrameSpan>,
    },
    /// What the analysis of the present video found. Hit points of the user and locked ones stay, found ones that the
    /// user took away or moved don't come back. No step of undo: see [`History`](crate::History).
    Analysed {
        /// Shot changes; frames rise strictly.
        cuts: Vec<Cut>,
        /// Hit points, in any order.
        hits: Vec<FoundHit>,
    },
    /// A take was made; it is the one in use from now on.
    AddTake {
        /// Of which cue.
        cue: CueId,
        /// The take, with a number that no take had before.
        take: Box<Take>,
    },
    /// The video is at another place, or is another file. Positions keep their time; what lies behind the end of a
    /// shorter picture goes, and cues that reached the end of the picture still do.
    Relink {
        /// The video.
        video: Box<Video>,
    },
}

impl Edit {
    /// What undo calls it where it changes `before`: "Mute the music", where [`Edit::label`] knows only of a mix.
    pub fn label_over(&self, before: &Project) -> String {
        match self {
            Self::SetMix { mix } => mix.change_from(&before.mix).into(),
            other => other.label(),
        }
    }

    /// What undo calls it: "Move hit point".
    pub fn label(&self) -> String {
        let label = match self {
            Self::AddHit { .. } => "Add hit point",
            Self::MoveHit { .. } => "Move hit point",
            Self::RemoveHit { .. } => "Remove hit point",
            Self::RenameHit { .. } => "Rename hit point",
            Self::LockHit { locked: true, .. } => "Lock hit point",
            Self::LockHit { locked: false, .. } => "Unlock hit point",
            Self::SetHitStrength { .. } => "Change hit strength",
            Self::SetIntensity { drawn } if drawn.is_empty() => "Clear intensity",
            Self::SetIntensity { .. } => "Draw intensity",
            Self::AddCue { .. } => "Add cue",
            Self::RemoveCue { .. } => "Remove cue",
            Self::SetCueSpan { .. } => "Move cue",
            Self::SetCueFades { .. } => "Change fades",
            Self::SetCueGain { .. } => "Change cue gain",
            Self::SetCueAutomation { points, .. } | Self::SetTempAutomation { points }
                if points.is_empty() =>
            {
                "Clear gain"
            }
            Self::SetCueAutomation { .. } | Self::SetTempAutomation { .. } => "Draw gain",
            Self::RenameCue { .. } => "Rename cue",
            Self::UseTake { take: Some(_), .. } => "Use another take",
            Self::UseTake { take: None, .. } => "Use no take",
            Self::RenameTake { .. } => "Rename take",
            Self::FavourTake { favourite: true, .. } => "Mark as favourite",
            Self::FavourTake { favourite: false, .. } => "Unmark favourite",
            Self::RemoveTake { .. } => "Remove take",
            Self::SetStyle { .. } => "Change style",
            Self::SetSettings { .. } => "Change settings",
            Self::SetMix { .. } => "Change mix",
            Self::SetLoop { span: Some(_) } => "Set loop",
            Self::SetLoop { span: None } => "Clear loop",
            Self::Analysed { .. } => "Analyse picture",
            Self::Relink { .. } => "Replace video",
            Self::AddTake { take, .. } => {
                let verb = if take.section.is_some() {
                    "Regenerate section"
                } else {
                    "Generate"
                };
                let name = match take.name.strip_prefix("Take ") {
                    Some(number) => format!("take {number}"),
                    None => take.name.clone(),
                };
                let joint = if take.section.is_some() { ": " } else { " " };
                return format!("{verb}{joint}{name}");
            }
        };
        label.into()
    }

    /// Whether it is no step of undo but holds for the past as well: what an analysis found, and a video that is
    /// the same file at another place. Neither is a decision that anybody wants to take back.
    pub fn is_fact(&self, present: &Project) -> bool {
        match self {
            Self::Analysed { .. } => true,
            Self::Relink { video } => video.same_content(&present.video),
            _ => false,
        }
    }
}

/// Checks that a value is a number and in its range.
pub(crate) fn within(what: &'static str, value: f32, range: RangeInclusive<f32>) -> Result<(), EditError> {
    // A NaN is in no range.
    if range.contains(&value) {
        return Ok(());
    }
    Err(EditError::OutOfRange {
        what,
        value: f64::from(value),
        low: f64::from(*range.start()),
        high: f64::from(*range.end()),
    })
}

/// Checks a name that was trimmed.
pub(crate) fn check_name(what: &'static str, name: &str) -> Result<(), EditError> {
    let problem = if name.is_empty() {
        "it is empty"
    } else if name.chars().count() > LONGEST_NAME {
        "it has more than 200 characters"
    } else if name.chars().any(char::is_control) {
        "it has line breaks or other control characters"
    } else if name.trim() != name {
        "it starts or ends with a space"
    } else {
        return Ok(());
    };
    Err(EditError::Name { what, problem })
}

//! Edits of the project. Each is one step of undo.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::project::{FadeCurve, MixView, StyleView, TakeSettings};

/// One change that the user makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", tag = "edit")]
pub enum Edit {
    /// A new hit point of the user.
    AddHit {
        /// Where.
        frame: u32,
        /// Its name.
        name: Option<String>,
    },
    /// Moves a hit point; a found one becomes the user's.
    MoveHit {
        /// Which.
        id: u32,
        /// Where to.
        frame: u32,
    },
    /// Takes a hit point away, also a found one.
    RemoveHit {
        /// Which.
        id: u32,
    },
    /// Names a hit point.
    RenameHit {
        /// Which.
        id: u32,
        /// `None` takes the name away.
        name: Option<String>,
    },
    /// Locks or unlocks a hit point.
    LockHit {
        /// Which.
        id: u32,
        /// Whether it is locked from now on.
        locked: bool,
    },
    /// Sets the strength of a hit point.
    SetHitStrength {
        /// Which.
        id: u32,
        /// 0..1.
        strength: f32,
    },
    /// Draws the intensity: all points, as in `IntensityView::drawn`.
    SetIntensity {
        /// Points `[frame, value]`.
        drawn: Vec<[f32; 2]>,
    },
    /// A new cue.
    AddCue {
        /// First frame and the one after its last.
        span: [u32; 2],
        /// Its name; `None` numbers it.
        name: Option<String>,
    },
    /// Takes a cue away, with its takes.
    RemoveCue {
        /// Which.
        cue: u32,
    },
    /// Moves a cue's start or end.
    SetCueSpan {
        /// Which.
        cue: u32,
        /// First frame and the one after its last.
        span: [u32; 2],
    },
    /// Sets a cue's fades, in samples.
    SetCueFades {
        /// Which.
        cue: u32,
        /// Fade-in.
        #[ts(type = "number")]
        fade_in: u64,
        /// Fade-out.
        #[ts(type = "number")]
        fade_out: u64,
        /// Shape of the fade-in; `None` leaves it.
        in_curve: Option<FadeCurve>,
        /// Shape of the fade-out; `None` leaves it.
        out_curve: Option<FadeCurve>,
    },
    /// Draws the gain over a cue: all points, as in `CueView::automation`.
    SetCueAutomation {
        /// Which.
        cue: u32,
        /// Points `[frame, dB]`; frames rise strictly, dB -60..12.
        points: Vec<[f32; 2]>,
    },
    /// Draws the gain over the temp track: all points.
    SetTempAutomation {
        /// Points `[frame, dB]`; frames rise strictly, dB -60..12.
        points: Vec<[f32; 2]>,
    },
    /// Sets a cue's gain.
    SetCueGain {
        /// Which.
        cue: u32,
        /// In dB, -60..12.
        gain_db: f32,
    },
    /// Names a cue.
    RenameCue {
        /// Which.
        cue: u32,
        /// The name.
        name: String,
    },
    /// Chooses the take that is heard and exported.
    UseTake {
        /// Which cue.
        cue: u32,
        /// Its take; `None` for silence.
        take: Option<u32>,
    },
    /// Names a take.
    RenameTake {
        /// Which.
        take: u32,
        /// The name.
        name: String,
    },
    /// Marks a take as liked, or not.
    FavourTake {
        /// Which.
        take: u32,
        /// Whether it is liked.
        favourite: bool,
    },
    /// Takes a take away; its files stay while undo can bring it back.
    RemoveTake {
        /// Which.
        take: u32,
    },
    /// Chooses the style of the next take.
    SetStyle {
        /// The style.
        style: StyleView,
    },
    /// Sets what the next take is asked to be.
    SetSettings {
        /// All settings.
        settings: TakeSettings,
    },
    /// Sets the mix.
    SetMix {
        /// The whole mix.
        mix: MixView,
    },
    /// Sets or clears the loop.
    SetLoop {
        /// First frame and the one after its last.
        span: Option<[u32; 2]>,
    },
}

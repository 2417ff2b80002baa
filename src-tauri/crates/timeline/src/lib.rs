//! Exact time and the domain of a scored video: rates, ticks, spans, timecode, mix; the project, its edits, undo.
//!
//! Time is counted in integers. A [`Rate`] says how many ticks a second has; a picture frame is a tick of
//! the video's rate and a sample is a tick of the sound's rate, so one conversion serves both.
//! A [`Project`] is a value; [`apply`] makes the next one from an [`Edit`], and [`History`] keeps them.
//! This crate does no IO and owns no device.

mod edit;
mod history;
mod mix;
mod project;
mod rate;
mod shared;
mod span;
mod timecode;

pub use edit::{Edit, EditError, apply};
pub use history::{Applied, History, UNDO_STEPS};
pub use mix::{DuckBy, Ducking, FadeCurve, Mix, MixError, TempTrack, TrackMix, db_to_gain};
pub use project::{
    Audible, Cue, CueId, CurvePoint, Cut, CutKind, Delivery, DuckingPreset, DuckingSettings, FoundHit,
    GainCurve, GainPoint, HELD_DB, HeardFades, HitId, HitOrigin, HitPoint, IntensityCurve, LOUDNESS_TARGETS,
    MAX_GAIN_DB, Pace, Peaks, Project, ProjectMix, SILENCE_DB, Section, Style, Take, TakeId, TakeSettings,
    TrackLevel, Video,
};
pub use rate::{Moment, Rate, RateError, Round};
pub use shared::Shared;
pub use span::{FrameSpan, Frames, SampleSpan, Samples, Span};
pub use timecode::{Timecode, TimecodeError};

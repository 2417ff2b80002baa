//! Why an edit is refused.

use thiserror::Error;

use crate::{CueId, HitId, TakeId};

/// Why an edit is refused, or what doesn't hold in a project. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum EditError {
    /// No hit point has this number.
    #[error("this hit point is not there any more (number {id})")]
    UnknownHit {
        /// The number.
        id: HitId,
    },
    /// No cue has this number.
    #[error("this cue is not there any more (number {id})")]
    UnknownCue {
        /// The number.
        id: CueId,
    },
    /// No take has this number.
    #[error("this take is not there any more (number {id})")]
    UnknownTake {
        /// The number.
        id: TakeId,
    },
    /// A take has this number already.
    #[error("two takes have the number {take}; give the new one a number of its own")]
    TakeTwice {
        /// The number.
        take: TakeId,
    },
    /// The take belongs to another cue.
    #[error("take {take} does not belong to cue {cue}; choose a take of this cue")]
    TakeElsewhere {
        /// The take.
        take: TakeId,
        /// The cue.
        cue: CueId,
    },
    /// The hit point is locked.
    #[error("the hit point at {at} is locked; unlock it first")]
    HitLocked {
        /// Where, as timecode.
        at: String,
    },
    /// The frame has a hit point already.
    #[error("there is a hit point at {at} already; choose another frame")]
    HitThere {
        /// Where, as timecode.
        at: String,
    },
    /// A frame is not in the picture.
    #[error("{what} can't be at frame {frame}: the picture has {frames} frames")]
    OutsidePicture {
        /// What.
        what: &'static str,
        /// The frame.
        frame: u64,
        /// Number of frames.
        frames: u64,
    },
    /// Something has no length.
    #[error("{what} needs a length of at least one frame")]
    EmptySpan {
        /// What.
        what: &'static str,
    },
    /// A value is not a number or out of range.
    #[error("{what} can't be {value}; use {low} to {high}")]
    OutOfRange {
        /// Which value.
        what: &'static str,
        /// The value.
        value: f64,
        /// The lowest that is allowed.
        low: f64,
        /// The highest that is allowed.
        high: f64,
    },
    /// The points of a drawn curve are not in order.
    #[error("the points of {what} are not in order at frame {frame}; draw it from left to right")]
    PointOrder {
        /// Which curve.
        what: &'static str,
        /// Where.
        frame: u64,
    },
    /// The fades of a cue are longer than the cue.
    #[error(
        "fades of {fade_in} and {fade_out} samples don't fit in a cue of {length} samples; make them shorter"
    )]
    FadesTooLong {
        /// The fade-in in samples.
        fade_in: u64,
        /// The fade-out in samples.
        fade_out: u64,
        /// The cue in samples.
        length: u64,
    },
    /// A name can't be used.
    #[error("{what} can't have this name: {problem}")]
    Name {
        /// What is named.
        what: &'static str,
        /// What is wrong with the name.
        problem: &'static str,
    },
    /// The style can't be used.
    #[error("this style can't be used: {problem}")]
    Style {
        /// What is wrong.
        problem: &'static str,
    },
    /// The video can't be used.
    #[error("this video can't be used: {problem}")]
    Video {
        /// What is wrong.
        problem: &'static str,
    },
    /// All numbers are given out.
    #[error("the project is full: no number is left for another {what}")]
    Full {
        /// What was to be added.
        what: &'static str,
    },
    /// The project contradicts itself, which no edit brings about.
    #[error("the project contradicts itself: {problem}")]
    Inconsistent {
        /// How.
        problem: &'static str,
    },
}

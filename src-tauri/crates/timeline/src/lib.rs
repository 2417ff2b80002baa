//! Exact time and the domain of a scored video: rates, ticks, spans, timecode, mix.
//!
//! Time is counted in integers. A [`Rate`] says how many ticks a second has; a picture frame is a tick of
//! the video's rate and a sample is a tick of the sound's rate, so one conversion serves both.
//! This crate does no IO and owns no device.

mod mix;
mod rate;
mod span;
mod timecode;

pub use mix::{Ducking, FadeCurve, Mix, MixError, TempTrack, TrackMix, db_to_gain};
pub use rate::{Moment, Rate, RateError, Round};
pub use span::{FrameSpan, Frames, SampleSpan, Samples, Span};
pub use timecode::{Timecode, TimecodeError};

//! Transport and ticks.

use muvi_session::studio::{Heard, Transport};

use super::project::number;
use crate::dto;

/// What is heard now, or was, `at_ms` milliseconds after the start of 1970.
pub fn tick(heard: Heard, at_ms: f64) -> dto::Tick {
    let Heard {
        sample,
        frame,
        playing,
        speed,
        peak_db,
        momentary_lufs,
        short_term_lufs,
        ducking_db,
        audition,
        clip_s,
        problem,
    } = heard;
    dto::Tick {
        at_ms,
        sample,
        frame: number(frame),
        playing,
        speed,
        peak_db,
        momentary_lufs,
        short_term_lufs,
        ducking_db,
        audition: audition.map(|it| it.0),
        clip_s,
        problem,
    }
}

/// What the transport is told.
pub fn command(command: dto::TransportCommand) -> Transport {
    use dto::TransportCommand as From;
    match command {
        From::Play => Transport::Play,
        From::Pause => Transport::Pause,
        From::Toggle => Transport::Toggle,
        From::Seek { frame } => Transport::Seek(frame.into()),
        From::Step { frames } => Transport::Step(frames.into()),
        From::Shuttle { speed } => Transport::Shuttle(speed),
        From::Scrub { frame } => Transport::Scrub(frame.into()),
        From::ScrubEnd => Transport::ScrubEnd,
        From::Loop { on } => Transport::Loop(on),
    }
}

//! SMPTE timecode, with and without drop frame.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Rate;

/// What makes a timecode unreadable.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TimecodeError {
    /// Not of the form `HH:MM:SS:FF`.
    #[error("'{0}' is no timecode; write HH:MM:SS:FF, or HH:MM:SS;FF for drop frame")]
    Form(String),
    /// A field is out of its range.
    #[error("{field} {value} in '{text}' is out of range, at most {max} is possible")]
    Range {
        /// The text that was read.
        text: String,
        /// `minutes`, `seconds` or `frames`.
        field: &'static str,
        /// The value that was read.
        value: u64,
        /// The highest value that the field takes.
        max: u64,
    },
    /// A label that drop frame leaves out.
    #[error("'{0}' does not exist in drop frame: its minute starts at a later frame")]
    Dropped(String),
    /// Drop frame at a rate that has none.
    #[error("drop frame exists at 29.97, 59.94 and 119.88 frames per second, not at {0}")]
    NoDropFrame(Rate),
}

/// The label of a frame. Frames are numbered from 00:00:00:00; hours do not wrap at 24.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Timecode {
    /// Hours, not wrapped.
    pub hours: u64,
    /// 0 to 59.
    pub minutes: u8,
    /// 0 to 59.
    pub seconds: u8,
    /// 0 to the nominal rate less one.
    pub frames: u16,
    /// True if frame labels are left out to keep step with the wall clock.
    pub drop_frame: bool,
}

impl Timecode {
    /// The label of frame number `frame` at `rate`; drop frame wherever the rate has it.
    pub fn of(frame: u64, rate: Rate) -> Self {
        let dropped = dropped_per_minute(rate);
        let nominal = nominal(rate);
        let label = if dropped == 0 {
            frame
        } else {
            with_dropped(frame, nominal, dropped)
        };
        Self::from_label(label, nominal, dropped != 0)
    }

    /// The label of frame number `frame` at `rate` without drop frame.
    pub fn without_drop(frame: u64, rate: Rate) -> Self {
        Self::from_label(frame, nominal(rate), false)
    }

    /// The frame number that this label names at `rate`.
    ///
    /// # Errors
    /// [`TimecodeError`] if a field is out of range, the label was dropped, or the rate has no drop frame.
    pub fn frame(self, rate: Rate) -> Result<u64, TimecodeError> {
        let nominal = nominal(rate);
        let text = || self.to_string();
        let checks = [
            ("minutes", u64::from(self.minutes), 59),
            ("seconds", u64::from(self.seconds), 59),
            ("frames", u64::from(self.frames), nominal - 1),
        ];
        for (field, value, max) in checks {
            if value > max {
                return Err(TimecodeError::Range {
                    text: text(),
                    field,
                    value,
                    max,
                });
            }
        }
        let total_minutes = self
            .hours
            .saturating_mul(60)
            .saturating_add(u64::from(self.minutes));
        let seconds = total_minutes
            .saturating_mul(60)
            .saturating_add(u64::from(self.seconds));
        let label = seconds
            .saturating_mul(nominal)
            .saturating_add(u64::from(self.frames));
        if !self.drop_frame {
            return Ok(label);
        }
        let dropped = dropped_per_minute(rate);
        if dropped == 0 {
            return Err(TimecodeError::NoDropFrame(rate));
        }
        if !self.minutes.is_multiple_of(10) && self.seconds == 0 && u64::from(self.frames) < dropped {
            return Err(TimecodeError::Dropped(text()));
        }
        Ok(label - dropped * (total_minutes - total_minutes / 10))
    }

    /// Reads `HH:MM:SS:FF`; a `;` or `.` before the frames means drop frame.
    ///
    /// # Errors
    /// [`TimecodeError`] if the text is no timecode, or names no frame at `rate`.
    pub fn parse(text: &str, rate: Rate) -> Result<Self, TimecodeError> {
        let form = || TimecodeError::Form(text.to_owned());
        let (rest, frames, drop_frame) = match text.rfind([';', '.']) {
            Some(at) => (&text[..at], &text[at + 1..], true),
            None => text
                .rsplit_once(':')
                .map(|(rest, frames)| (rest, frames, false))
                .ok_or_else(form)?,
        };
        let mut fields = rest.split(':').map(digits);
        let mut next = || fields.next().flatten().ok_or_else(form);
        let (hours, minutes, seconds) = (next()?, next()?, next()?);
        if fields.next().is_some() {
            return Err(form());
        }
        let frames = digits(frames).ok_or_else(form)?;
        let small = |field, value, max| {
            u8::try_from(value).map_err(|_| TimecodeError::Range {
                text: text.to_owned(),
                field,
                value,
                max,
            })
        };
        let timecode = Self {
            hours,
            minutes: small("minutes", minutes, 59)?,
            seconds: small("seconds", seconds, 59)?,
            frames: u16::try_from(frames).map_err(|_| form())?,
            drop_frame,
        };
        timecode.frame(rate)?;
        Ok(timecode)
    }

    fn from_label(label: u64, nominal: u64, drop_frame: bool) -> Self {
        let seconds = label / nominal;
        Self {
            hours: seconds / 3600,
            // The remainders below are under 60 and under the nominal rate, which fits 16 bits or is cut.
            minutes: (seconds / 60 % 60) as u8,
            seconds: (seconds % 60) as u8,
            frames: u16::try_from(label % nominal).unwrap_or(u16::MAX),
            drop_frame,
        }
    }
}

impl fmt::Display for Timecode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.drop_frame { ';' } else { ':' };
        let Self {
            hours,
            minutes,
            seconds,
            frames,
            ..
        } = self;
        write!(f, "{hours:02}:{minutes:02}:{seconds:02}{mark}{frames:02}")
    }
}

fn digits(field: &str) -> Option<u64> {
    let plain = !field.is_empty() && field.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| field.parse().ok()).flatten()
}

/// Frames that a second of labels has: 24 for 23.976.
fn nominal(rate: Rate) -> u64 {
    u64::from(rate.num()).div_ceil(u64::from(rate.den())).max(1)
}

/// Labels left out at the start of a minute: 2 at 29.97, 4 at 59.94, 0 where there is no drop frame.
fn dropped_per_minute(rate: Rate) -> u64 {
    let nominal = nominal(rate);
    if rate.den() == 1001 && nominal.is_multiple_of(30) {
        nominal / 15
    } else {
        0
    }
}

/// The label number of a frame: every minute but each tenth starts `dropped` labels later.
fn with_dropped(frame: u64, nominal: u64, dropped: u64) -> u64 {
    let per_minute = nominal * 60 - dropped;
    let per_ten = nominal * 600 - dropped * 9;
    let (tens, rest) = (frame / per_ten, frame % per_ten);
    let minutes = if rest < nominal * 60 {
        0
    } else {
        1 + (rest - nominal * 60) / per_minute
    };
    frame + dropped * (tens * 9 + minutes)
}

//! Gain that the user draws over a cue or the temp track.

use serde::{Deserialize, Serialize};

use super::{MAX_GAIN_DB, SILENCE_DB};
use crate::edit::within;
use crate::{EditError, FrameSpan, Rate, Round};

/// One point of a drawn gain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "(u64, f32)", into = "(u64, f32)")]
pub struct GainPoint {
    /// Frame of the timeline.
    pub frame: u64,
    /// In dB, -60 to 12; -60 is silence.
    pub gain_db: f32,
}

impl GainPoint {
    /// The point nearest to where the user drew it: `[frame, dB]`.
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] where either is not a number or out of any range.
    pub fn drawn([frame, gain_db]: [f32; 2]) -> Result<Self, EditError> {
        within("the frame of a gain point", frame, 0.0..=u32::MAX as f32)?;
        within("the gain of a point", gain_db, SILENCE_DB..=MAX_GAIN_DB)?;
        Ok(Self {
            frame: frame.round() as u64,
            gain_db,
        })
    }
}

impl From<(u64, f32)> for GainPoint {
    fn from((frame, gain_db): (u64, f32)) -> Self {
        Self { frame, gain_db }
    }
}

impl From<GainPoint> for (u64, f32) {
    fn from(point: GainPoint) -> Self {
        (point.frame, point.gain_db)
    }
}

/// A drawn gain: straight in dB between its points, the value of the first and the last one outside of them, 0 dB if
/// there is none. It is added to the other gains.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GainCurve {
    /// The points; frames rise strictly.
    pub points: Vec<GainPoint>,
}

impl GainCurve {
    /// The gain in dB at a frame; -60 is silence.
    pub fn at(&self, frame: f64) -> f32 {
        let next = self.points.partition_point(|point| (point.frame as f64) < frame);
        let before = next.checked_sub(1).and_then(|before| self.points.get(before));
        match (before, self.points.get(next)) {
            (None, None) => 0.0,
            (Some(only), None) | (None, Some(only)) => only.gain_db,
            (Some(before), Some(after)) => {
                let part = (frame - before.frame as f64) / (after.frame - before.frame) as f64;
                before.gain_db + (after.gain_db - before.gain_db) * part as f32
            }
        }
    }

    /// Whether there are no points, which is 0 dB everywhere.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Where the curve is silent within a picture of `frames` frames, in order: stretches of at least one frame.
    pub fn silent(&self, frames: u64) -> Vec<FrameSpan> {
        let silent = |point: &GainPoint| point.gain_db <= SILENCE_DB;
        let mut edges: Vec<(u64, bool)> = Vec::with_capacity(self.points.len() + 2);
        edges.extend(self.points.first().map(|point| (0, silent(point))));
        edges.extend(self.points.iter().map(|point| (point.frame, silent(point))));
        edges.extend(self.points.last().map(|point| (frames, silent(point))));
        let mut spans: Vec<FrameSpan> = Vec::new();
        for (a, b) in edges.iter().zip(edges.iter().skip(1)) {
            if !(a.1 && b.1 && a.0 < b.0) {
                continue;
            }
            match spans.last_mut() {
                Some(last) if last.end() == a.0 => *last = FrameSpan::new(last.start(), b.0),
                _ => spans.push(FrameSpan::new(a.0, b.0)),
            }
        }
        spans
    }

    /// Tells whether the curve can be laid over a picture of `frames` frames. A point may sit at its very end.
    ///
    /// # Errors
    /// [`EditError`] with the first point that is out of range, behind the picture or out of order.
    pub fn check(&self, frames: u64) -> Result<(), EditError> {
        let mut last = None;
        for point in &self.points {
            within("the gain of a point", point.gain_db, SILENCE_DB..=MAX_GAIN_DB)?;
            if point.frame > frames {
                return Err(EditError::OutsidePicture {
                    what: "a gain point",
                    frame: point.frame,
                    frames,
                });
            }
            if last.is_some_and(|last| last >= point.frame) {
                return Err(EditError::PointOrder {
                    what: "the gain",
                    frame: point.frame,
                });
            }
            last = Some(point.frame);
        }
        Ok(())
    }

    /// The same curve on a video of another rate and length. Points that would share a frame keep a frame each, so
    /// that a step stays a step.
    pub fn moved(&self, from: Rate, to: Rate, frames: u64) -> Self {
        let mut last = None;
        let points = self.points.iter().map(|point| {
            let frame = from.convert(point.frame, to, Round::Nearest);
            let free = last.map_or(0, |last: u64| last.saturating_add(1));
            let frame = frame.max(free);
            last = Some(frame);
            GainPoint { frame, ..*point }
        });
        let points = points.collect();
        Self { points }.up_to(frames)
    }

    /// The same curve `by` frames later (earlier if less than 0), in a picture of `frames` frames.
    pub(crate) fn shifted(&self, by: i64, frames: u64) -> Self {
        let first = by.unsigned_abs();
        let points = if by < 0 {
            let edge = (first > 0 && self.points.first().is_some_and(|point| point.frame < first))
                .then(|| (0, self.at(first as f64)).into());
            let rest = self.points.iter().filter_map(|point| {
                let frame = point.frame.checked_sub(first)?;
                (frame > 0 || edge.is_none()).then_some(GainPoint { frame, ..*point })
            });
            edge.into_iter().chain(rest).collect()
        } else {
            let later = |point: &GainPoint| GainPoint {
                frame: point.frame.saturating_add(first),
                ..*point
            };
            self.points.iter().map(later).collect()
        };
        Self { points }.up_to(frames)
    }

    /// Without the points behind the end of the picture; it keeps the value that the curve has there.
    fn up_to(mut self, frames: u64) -> Self {
        let inside = self.points.partition_point(|point| point.frame <= frames);
        if inside < self.points.len() {
            let gain_db = self.at(frames as f64);
            self.points.truncate(inside);
            if self.points.last().is_none_or(|last| last.frame < frames) {
                self.points.push(GainPoint {
                    frame: frames,
                    gain_db,
                });
            }
        }
        self
    }
}

//! The intensity that the user draws over the picture's own.

use serde::{Deserialize, Serialize};

use crate::edit::within;
use crate::{EditError, Rate, Round};

/// One point of a drawn curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "(u64, f32)", into = "(u64, f32)")]
pub struct CurvePoint {
    /// Where.
    pub frame: u64,
    /// 0 to 1.
    pub value: f32,
}

impl CurvePoint {
    /// The point nearest to where the user drew it: `[frame, value]`.
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] where either is not a number or out of any range.
    pub fn drawn([frame, value]: [f32; 2]) -> Result<Self, EditError> {
        within("the frame of a curve point", frame, 0.0..=u32::MAX as f32)?;
        within("the value of a curve point", value, 0.0..=1.0)?;
        Ok(Self {
            frame: frame.round() as u64,
            value,
        })
    }
}

impl From<(u64, f32)> for CurvePoint {
    fn from((frame, value): (u64, f32)) -> Self {
        Self { frame, value }
    }
}

impl From<CurvePoint> for (u64, f32) {
    fn from(point: CurvePoint) -> Self {
        (point.frame, point.value)
    }
}

/// What the user drew: straight lines between points. It rules from its first point to its last; before and
/// after, and everywhere if it is empty, the picture's own curve does.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntensityCurve {
    /// The points; frames rise strictly.
    pub points: Vec<CurvePoint>,
}

impl IntensityCurve {
    /// The drawn value at a frame, `None` where the picture's curve rules.
    pub fn at(&self, frame: f64) -> Option<f32> {
        let next = self.points.partition_point(|point| (point.frame as f64) < frame);
        let after = self.points.get(next)?;
        if after.frame as f64 == frame {
            return Some(after.value);
        }
        let before = self.points.get(next.checked_sub(1)?)?;
        let part = (frame - before.frame as f64) / (after.frame - before.frame) as f64;
        Some(before.value + (after.value - before.value) * part as f32)
    }

    /// Lays the drawn curve over the picture's: `values` are the picture's, one for each tick of `ticks`;
    /// `frames` is the rate of the video.
    pub fn draw_over(&self, values: &mut [f32], ticks: Rate, frames: Rate) {
        for (tick, value) in values.iter_mut().enumerate() {
            let frame = ticks.as_f64().recip() * tick as f64 * frames.as_f64();
            if let Some(drawn) = self.at(frame) {
                *value = drawn;
            }
        }
    }

    pub(crate) fn check(&self, frames: u64) -> Result<(), EditError> {
        let mut last = None;
        for point in &self.points {
            within("the value of a curve point", point.value, 0.0..=1.0)?;
            if point.frame > frames {
                return Err(EditError::OutsidePicture {
                    what: "a curve point",
                    frame: point.frame,
                    frames,
                });
            }
            if last.is_some_and(|last| last >= point.frame) {
                return Err(EditError::PointOrder {
                    what: "the intensity",
                    frame: point.frame,
                });
            }
            last = Some(point.frame);
        }
        Ok(())
    }

    /// The same curve on a video of another rate and length.
    pub(crate) fn moved(&self, from: Rate, to: Rate, frames: u64) -> Self {
        let mut points: Vec<CurvePoint> = Vec::with_capacity(self.points.len());
        for point in &self.points {
            let frame = from.convert(point.frame, to, Round::Nearest);
            if frame <= frames && points.last().is_none_or(|last| last.frame < frame) {
                points.push(CurvePoint { frame, ..*point });
            }
        }
        Self { points }
    }
}

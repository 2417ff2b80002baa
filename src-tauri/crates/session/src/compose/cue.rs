//! The plan of a cue: hit points, intensity and mood of its part of the picture.

use std::ops::Range;

use muvi_scoring::ScoringError;
use muvi_scoring::curve::Curve;
use muvi_scoring::hits::HitPoint;
use muvi_scoring::pack::Manifest;
use muvi_scoring::plan::{ClipPulse, Mood, Plan, PlanRequest};
use muvi_scoring::solver::SolverSettings;

use super::{TakePaths, Wishes};
use crate::error::{Error, TakeProblem};
use crate::seen::Seen;

/// The largest scale of the intensity.
const MOST_INTENSITY: f32 = 2.0;

/// A cue in its picture.
pub(super) struct Cue<'a> {
    pub(super) seen: &'a Seen,
    pub(super) wishes: &'a Wishes,
    /// Where it starts in the picture, and how long it is, in seconds.
    pub(super) from_s: f64,
    pub(super) length_s: f64,
}

impl<'a> Cue<'a> {
    /// Checks what is asked for.
    pub(super) fn new(
        seen: &'a Seen,
        wishes: &'a Wishes,
        span: &Range<u64>,
        manifest: &Manifest,
        paths: &TakePaths,
    ) -> Result<Self, Error> {
        let rate = f64::from(manifest.sample_rate);
        let analysis = &seen.analysis;
        // The last analysed frame is shown for a whole period, which may reach a little past the picture.
        let picture = (analysis.frames as f64 / analysis.rate_hz() * rate).ceil() as u64;
        let problem = if span.is_empty() || span.end > picture {
            Some(TakeProblem::Span {
                start: span.start,
                end: span.end,
            })
        } else if analysis.conditioning_width != manifest.conditioning_width
            || analysis.frame_rate != manifest.frame_rate
        {
            Some(TakeProblem::OtherEyes)
        } else if !(0.0..=MOST_INTENSITY).contains(&wishes.intensity) {
            Some(TakeProblem::Value("the intensity"))
        } else if !drawn_well(&wishes.drawn) {
            Some(TakeProblem::Value("the drawn intensity"))
        } else if !wishes
            .hits
            .iter()
            .all(|h| h.time_s.is_finite() && h.strength.is_finite())
        {
            Some(TakeProblem::Value("a hit point"))
        } else {
            None
        };
        if let Some(problem) = problem {
            return Err(paths.error(problem));
        }
        Ok(Self {
            seen,
            wishes,
            from_s: span.start as f64 / rate,
            length_s: (span.end - span.start) as f64 / rate,
        })
    }

    /// Mood of the cue's part of the picture.
    pub(super) fn mood(&self) -> Mood {
        mood(self.seen, self.from_s, self.length_s)
    }

    /// The hit points on the cue's own clock.
    pub(super) fn hits(&self) -> Vec<HitPoint> {
        let inside = self.wishes.hits.iter().map(|hit| HitPoint {
            time_s: hit.time_s - self.from_s,
            ..*hit
        });
        inside
            .filter(|hit| (0.0..self.length_s).contains(&hit.time_s))
            .collect()
    }

    /// The intensity on the cue's own clock: the picture's, what is drawn over it, the scale.
    pub(super) fn intensity(&self) -> Curve {
        let picture = self.seen.analysis.intensity();
        let rate_hz = picture.rate_hz;
        let count = (self.length_s * rate_hz).ceil() as usize + 1;
        let values = (0..count).map(|i| {
            let time = self.from_s + i as f64 / rate_hz;
            drawn_at(&self.wishes.drawn, time).unwrap_or_else(|| picture.at(time))
        });
        let curve = Curve {
            rate_hz,
            values: values.collect(),
        };
        curve.scaled(self.wishes.intensity)
    }

    /// A plan of the whole cue, in the style of a clip with this pulse.
    pub(super) fn plan(&self, clip: Option<ClipPulse>) -> Result<Plan, Error> {
        let made = Plan::make(&PlanRequest {
            hits: self.hits(),
            intensity: Some(self.intensity()),
            mood: Some(self.mood()),
            pace: self.wishes.pace,
            clip,
            seed: self.wishes.seed,
            ..PlanRequest::new(self.length_s)
        });
        Ok(made.map_err(ScoringError::from)?)
    }
}

/// Mood of a part of the picture.
pub(super) fn mood(seen: &Seen, from_s: f64, length_s: f64) -> Mood {
    seen.analysis.mood_of(from_s..from_s + length_s)
}

/// The solver as the pack has it, with what is asked for.
pub(super) fn solver(wishes: &Wishes, manifest: &Manifest) -> SolverSettings {
    let mut solver = SolverSettings::from_manifest(manifest);
    solver.steps = wishes.steps.unwrap_or(solver.steps);
    solver.guidance = wishes.guidance.unwrap_or(solver.guidance);
    solver
}

fn drawn_well(drawn: &[(f64, f32)]) -> bool {
    drawn
        .iter()
        .all(|(t, v)| t.is_finite() && (0.0..=1.0).contains(v))
        && drawn.windows(2).all(|w| w[0].0 <= w[1].0)
}

/// What is drawn at a time, if anything is.
fn drawn_at(drawn: &[(f64, f32)], time_s: f64) -> Option<f32> {
    let next = drawn.partition_point(|point| point.0 < time_s);
    let (t1, v1) = *drawn.get(next)?;
    if t1 == time_s {
        return Some(v1);
    }
    let (t0, v0) = *drawn.get(next.checked_sub(1)?)?;
    Some(v0 + (v1 - v0) * ((time_s - t0) / (t1 - t0)) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_rule_between_the_first_and_the_last_point() {
        let drawn = [(1.0, 0.0), (3.0, 1.0), (3.0, 0.5), (4.0, 0.5)];
        let at = |t| drawn_at(&drawn, t);
        assert_eq!(
            (at(0.9), at(1.0), at(4.0), at(4.1)),
            (None, Some(0.0), Some(0.5), None)
        );
        assert_eq!((at(2.0), at(3.5)), (Some(0.5), Some(0.5)));
        assert_eq!((drawn_at(&[], 1.0), drawn_at(&drawn[..1], 1.5)), (None, None));
        assert!(drawn_well(&drawn) && !drawn_well(&[(2.0, 0.1), (1.0, 0.1)]));
        assert!(!drawn_well(&[(f64::NAN, 0.1)]) && !drawn_well(&[(1.0, 1.5)]));
    }
}

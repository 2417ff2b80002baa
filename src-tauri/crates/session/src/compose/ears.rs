//! What is measured of music while it passes: loudness, onsets, level.

use muvi_media::loudness::{Loudness, LoudnessMeter};
use muvi_scoring::curve::Curve;
use muvi_scoring::hits::HitPoint;
use muvi_scoring::metrics::{LoudnessEnvelope, OnsetDetector, Onsets};
use muvi_scoring::pulse::Rhythm;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// An onset this near to a hit point, in milliseconds, lands on it.
pub const LANDED_MS: f64 = 70.0;
/// An onset farther than this from a hit point, in milliseconds, has nothing to do with it.
pub const NEAR_MS: f64 = 500.0;
/// Values of the level per second.
const LEVEL_HZ: f64 = 10.0;

/// How music landed on a hit point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HitLanding {
    /// The hit point on the clock of the picture, in seconds.
    pub time_s: f64,
    /// Nearest onset minus hit point in milliseconds, above 0 if the music is late; `None` if there's none within
    /// [`NEAR_MS`].
    pub miss_ms: Option<f64>,
    /// Whether the miss is at most [`LANDED_MS`].
    pub landed: bool,
}

/// How music with these `onsets_s`, that starts `from_s` seconds into the picture and lasts `length_s`, landed on the
/// hit points within it.
pub fn landings(hits: &[HitPoint], onsets_s: &[f64], from_s: f64, length_s: f64) -> Vec<HitLanding> {
    let inside = hits.iter().map(|hit| hit.time_s);
    let inside = inside.filter(|time| (from_s..from_s + length_s).contains(time));
    let mut all: Vec<HitLanding> = inside
        .map(|time_s| {
            let at = time_s - from_s;
            let next = onsets_s.partition_point(|onset| *onset < at);
            let around = onsets_s[next.saturating_sub(1)..(next + 1).min(onsets_s.len())].iter();
            let miss = around
                .map(|onset| (onset - at) * 1000.0)
                .min_by(|a, b| a.abs().total_cmp(&b.abs()))
                .filter(|miss| miss.abs() <= NEAR_MS);
            HitLanding {
                time_s,
                miss_ms: miss,
                landed: miss.is_some_and(|miss| miss.abs() <= LANDED_MS),
            }
        })
        .collect();
    all.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
    all
}

/// Listens to a take.
pub(crate) struct Ears {
    meter: LoudnessMeter,
    onsets: OnsetDetector,
    level: LoudnessEnvelope,
}

/// What was heard.
pub(crate) struct Heard {
    pub(crate) loudness: Loudness,
    pub(crate) onsets: Onsets,
    /// What beats are found by.
    pub(crate) rhythm: Rhythm,
    /// In dBFS, -60 and above.
    pub(crate) level: Curve,
}

impl Ears {
    pub(crate) fn new(sample_rate: u32) -> Result<Self, Error> {
        Ok(Self {
            meter: LoudnessMeter::new(sample_rate)?,
            onsets: OnsetDetector::new(sample_rate),
            level: LoudnessEnvelope::new(sample_rate, LEVEL_HZ),
        })
    }

    pub(crate) fn hear(&mut self, planes: [&[f32]; 2]) -> Result<(), Error> {
        self.meter.add(planes)?;
        self.onsets.push(planes[0], planes[1]);
        self.level.push(planes[0], planes[1]);
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<Heard, Error> {
        let (onsets, rhythm) = self.onsets.finish_with_rhythm();
        Ok(Heard {
            loudness: self.meter.report()?,
            onsets,
            rhythm,
            level: self.level.finish(),
        })
    }
}

#[cfg(test)]
mod tests {
    use muvi_scoring::hits::EventKind;

    use super::*;

    #[test]
    fn the_nearest_onset_counts() {
        let hits = [9.0, 14.0, 12.0, 10.5, 29.0].map(|time_s| HitPoint {
            time_s,
            strength: 1.0,
            kind: EventKind::User,
            locked: false,
        });
        let found = landings(&hits, &[0.45, 2.1, 2.6, 5.0], 10.0, 15.0);
        let times: Vec<f64> = found.iter().map(|it| it.time_s).collect();
        assert_eq!(times, [10.5, 12.0, 14.0]);
        assert!((found[0].miss_ms.unwrap() + 50.0).abs() < 1e-6 && found[0].landed);
        assert!((found[1].miss_ms.unwrap() - 100.0).abs() < 1e-6 && !found[1].landed);
        assert_eq!((found[2].miss_ms, found[2].landed), (None, false));
        assert_eq!(landings(&hits, &[], 10.0, 15.0)[0].miss_ms, None);
    }
}

//! Curves over time, and mood.

use serde::{Deserialize, Serialize};

/// Values at a fixed rate; value `i` is at `i / rate_hz` seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Values per second.
    pub rate_hz: f64,
    /// The values.
    pub values: Vec<f32>,
}

impl Curve {
    /// The value at a time in seconds, linear between values, the nearest one outside; 0 of an empty curve.
    pub fn at(&self, time_s: f64) -> f32 {
        let Some(last) = self.values.len().checked_sub(1) else {
            return 0.0;
        };
        let place = (time_s * self.rate_hz).clamp(0.0, last as f64);
        let i = place as usize;
        let (a, b) = (self.values[i], self.values[(i + 1).min(last)]);
        a + (b - a) * (place - i as f64) as f32
    }

    /// The curve with every value times `gain`, kept within 0..1.
    #[must_use]
    pub fn scaled(&self, gain: f32) -> Self {
        let values = self.values.iter().map(|v| (v * gain).clamp(0.0, 1.0)).collect();
        Self {
            rate_hz: self.rate_hz,
            values,
        }
    }

    /// The curve averaged over `radius_s` seconds to each side, less at its ends.
    #[must_use]
    pub fn smoothed(&self, radius_s: f64) -> Self {
        let radius = (radius_s * self.rate_hz).round().max(0.0) as usize;
        let mut sums = vec![0.0_f64];
        sums.extend(self.values.iter().scan(0.0, |sum, v| {
            *sum += f64::from(*v);
            Some(*sum)
        }));
        let mean = |i: usize| {
            let (from, to) = (i.saturating_sub(radius), (i + radius + 1).min(self.values.len()));
            ((sums[to] - sums[from]) / (to - from) as f64) as f32
        };
        Self {
            rate_hz: self.rate_hz,
            values: (0..self.values.len()).map(mean).collect(),
        }
    }

    /// Length in seconds.
    pub fn duration_s(&self) -> f64 {
        self.values.len() as f64 / self.rate_hz
    }
}

/// Mood, each -1..1 (Russell's circumplex, 1980).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Mood {
    /// Unpleasant to pleasant.
    pub valence: f32,
    /// Calm to excited.
    pub arousal: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_and_outside() {
        let c = Curve {
            rate_hz: 2.0,
            values: vec![0.0, 1.0, 0.5],
        };
        for (t, v) in [(-1.0, 0.0), (0.25, 0.5), (0.5, 1.0), (0.75, 0.75), (9.0, 0.5)] {
            assert_eq!(c.at(t), v, "{t}");
        }
        assert_eq!(
            Curve {
                rate_hz: 2.0,
                values: vec![]
            }
            .at(1.0),
            0.0
        );
        assert_eq!(c.scaled(3.0).values, [0.0, 1.0, 1.0]);
        assert_eq!(c.smoothed(0.5).values, [0.5, 0.5, 0.75]);
        assert_eq!(c.smoothed(0.0), c);
    }
}

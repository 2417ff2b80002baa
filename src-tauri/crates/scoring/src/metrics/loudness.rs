//! The loudness of music over time, for comparing it with the intensity of the picture.

use crate::curve::Curve;

/// Level of silence in the envelope: less can't be heard, and must not outweigh the rest in a correlation.
const SILENCE_DB: f64 = -60.0;

/// RMS level in dBFS over both channels, one value per period; streamed.
#[derive(Debug, Clone)]
pub struct LoudnessEnvelope {
    sample_rate: f64,
    rate_hz: f64,
    seen: u64,
    sum: f64,
    count: u64,
    values: Vec<f32>,
}

impl LoudnessEnvelope {
    /// An envelope of `rate_hz` values a second.
    pub fn new(sample_rate: u32, rate_hz: f64) -> Self {
        Self {
            sample_rate: f64::from(sample_rate),
            rate_hz,
            seen: 0,
            sum: 0.0,
            count: 0,
            values: Vec::new(),
        }
    }

    /// Adds samples, both channels equally long.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        for (l, r) in left.iter().zip(right) {
            self.sum += f64::from(*l).powi(2) + f64::from(*r).powi(2);
            self.count += 2;
            self.seen += 1;
            if self.seen as f64 >= (self.values.len() + 1) as f64 * self.sample_rate / self.rate_hz {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        let power = self.sum / self.count.max(1) as f64;
        let db = 10.0 * power.max(1e-12).log10();
        self.values.push(db.max(SILENCE_DB) as f32);
        self.sum = 0.0;
        self.count = 0;
    }

    /// The envelope in dBFS, -60 or above; value `i` covers the period from `i / rate_hz` on.
    pub fn finish(mut self) -> Curve {
        if self.count > 0 {
            self.close();
        }
        Curve {
            rate_hz: self.rate_hz,
            values: self.values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_rms_in_decibels() {
        let mut e = LoudnessEnvelope::new(1000, 10.0);
        e.push(&[0.5; 150], &[0.5; 150]);
        e.push(&[0.0; 150], &[0.0; 150]);
        let c = e.finish();
        assert_eq!(c.values.len(), 3);
        assert!(
            (c.values[0] + 6.02).abs() < 0.01 && (c.values[1] + 9.03).abs() < 0.01 && c.values[2] == -60.0
        );
    }

    #[test]
    fn rates_that_do_not_divide_keep_time() {
        let mut e = LoudnessEnvelope::new(44_100, 21.533);
        (0..441).for_each(|_| e.push(&[0.1; 1000], &[0.1; 1000]));
        assert!((e.finish().values.len() as f64 - 215.33).abs() < 1.5);
    }
}

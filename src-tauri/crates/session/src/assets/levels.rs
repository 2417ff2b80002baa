//! How loud sound is, ten times a second.

use muvi_scoring::curve::Curve;
use muvi_scoring::metrics::LoudnessEnvelope;

/// Values per second.
const RATE_HZ: u64 = 10;
/// Radius of the smoothing of a take's curve, in seconds: that of the picture's intensity.
const SMOOTH_S: f64 = 0.5;
/// Parts of the music that count as its quietest and its loudest, and where they are drawn: as for the picture.
const QUIET: f64 = 0.05;
const LOUD: f64 = 0.95;
const LOWEST: f32 = 0.15;
const HIGHEST: f32 = 0.95;
/// Music that changes less is drawn flat, in dB.
const FLAT_DB: f32 = 1.5;

/// The highest sample of each tenth of a second, for marks of where a track is heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    sample_rate: u64,
    seen: u64,
    values: Vec<f32>,
}

impl Levels {
    /// No sound yet, of a rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate: u64::from(sample_rate.max(1)),
            seen: 0,
            values: Vec::new(),
        }
    }

    /// Adds samples; of planes of unequal length only what both have.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        let mut at = 0;
        let length = left.len().min(right.len());
        while at < length {
            let place = self.seen * RATE_HZ / self.sample_rate;
            let until = ((place + 1) * self.sample_rate).div_ceil(RATE_HZ);
            let count = usize::try_from(until - self.seen)
                .unwrap_or(usize::MAX)
                .min(length - at);
            let both = left[at..at + count].iter().chain(&right[at..at + count]);
            let peak = both.fold(0.0_f32, |peak, value| peak.max(value.abs()));
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            if place == self.values.len() {
                self.values.push(peak);
            } else if let Some(value) = self.values.last_mut() {
                *value = value.max(peak);
            }
            at += count;
            self.seen += count as u64;
        }
    }

    /// For each tenth of a second 1 where a sample is above `threshold_db` (dBFS), else 0.
    pub fn above(&self, threshold_db: f32) -> Vec<u8> {
        let threshold = muvi_timeline::db_to_gain(threshold_db);
        self.values
            .iter()
            .map(|peak| u8::from(*peak > threshold))
            .collect()
    }

    /// A form for files; [`Levels::from_bytes`] reads it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.sample_rate.to_le_bytes().to_vec();
        bytes.extend(self.seen.to_le_bytes());
        bytes.extend(self.values.iter().flat_map(|value| value.to_le_bytes()));
        bytes
    }

    /// Reads what [`Levels::to_bytes`] wrote; `None` if it is something else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (sample_rate, rest) = bytes.split_first_chunk::<8>()?;
        let (seen, rest) = rest.split_first_chunk::<8>()?;
        let (values, odd) = rest.as_chunks::<4>();
        odd.is_empty().then(|| Self {
            sample_rate: u64::from_le_bytes(*sample_rate).max(1),
            seen: u64::from_le_bytes(*seen),
            values: values.iter().map(|value| f32::from_le_bytes(*value)).collect(),
        })
    }
}

/// The loudness of a take over time, drawn on the scale of the picture's intensity.
#[derive(Clone, Debug)]
pub struct Loudness {
    envelope: LoudnessEnvelope,
}

impl Loudness {
    /// No music yet, of a rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            envelope: LoudnessEnvelope::new(sample_rate.max(1), RATE_HZ as f64),
        }
    }

    /// Adds samples, both channels equally long.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        self.envelope.push(left, right);
    }

    /// The curve so far at 10 Hz, 0..1: smoothed over a second, the quietest twentieth at 0.15 and the loudest at
    /// 0.95, as the intensity of a picture is. Music of one loudness lies at half.
    pub fn curve(&self) -> Vec<f32> {
        normalised(&self.envelope.clone().finish())
    }
}

fn normalised(decibels: &Curve) -> Vec<f32> {
    let smooth = decibels.smoothed(SMOOTH_S).values;
    let mut sorted = smooth.clone();
    sorted.sort_by(f32::total_cmp);
    let at = |share: f64| {
        let place = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
        sorted.get(place).copied().unwrap_or(0.0)
    };
    let (low, high) = (at(QUIET), at(LOUD));
    if high - low < FLAT_DB {
        return vec![0.5; smooth.len()];
    }
    let place = |value: f32| LOWEST + (HIGHEST - LOWEST) * (value - low) / (high - low);
    smooth
        .into_iter()
        .map(|value| place(value).clamp(0.0, 1.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heard_where_it_is_loud() {
        for (hz, block) in [(44_100_u32, 777), (48_000, 48_000), (8000, 1)] {
            let mut levels = Levels::new(hz);
            // Half a second of quiet, then loud on one side, then quiet.
            let tenth = hz as usize / 10;
            let mut left = vec![0.001; tenth * 5];
            left.extend(vec![-0.5; tenth * 3]);
            left.extend(vec![0.001; tenth * 2 + 1]);
            let right = vec![0.0; left.len()];
            for (l, r) in left.chunks(block).zip(right.chunks(block)) {
                levels.push(l, r);
            }
            assert_eq!(levels.above(-40.0), [0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0], "{hz}");
            assert_eq!(levels.above(-80.0)[..10], [1; 10]);
            assert_eq!(Levels::from_bytes(&levels.to_bytes()).unwrap(), levels);
        }
        assert!(Levels::from_bytes(&[0; 17]).is_none());
    }

    #[test]
    fn a_curve_on_the_scale_of_the_picture() {
        let mut loudness = Loudness::new(1000);
        loudness.push(&[0.05; 10_000], &[0.05; 10_000]);
        assert!(loudness.curve().iter().all(|value| *value == 0.5));
        loudness.push(&[0.5; 10_000], &[0.5; 10_000]);
        let curve = loudness.curve();
        assert_eq!(curve.len(), 200);
        assert!((curve[20] - 0.15).abs() < 1e-3 && (curve[180] - 0.95).abs() < 1e-3);
        assert!(Loudness::new(1000).curve().is_empty());
    }
}

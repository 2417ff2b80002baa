//! From picture frames to conditioning, attention and curves; streamed, with flat memory but for its results.

mod analyzer;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use analyzer::{AnalysisError, Analyzer};

use crate::curve::{Curve, Mood};

/// What the networks saw in a video, one row per picture frame (`T` frames at `frame_rate`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Number of frames, `T`.
    pub frames: usize,
    /// Frames per second, numerator and denominator.
    pub frame_rate: [u32; 2],
    /// Rows and columns of patches.
    pub grid: [usize; 2],
    /// Channels of the conditioning, `D`.
    pub conditioning_width: usize,
    /// What the generator gets, `[T, D]`.
    pub conditioning: Vec<f32>,
    /// Where the adaptor looked, `[T, P]`; each row is above 0 and sums to 1.
    pub attention: Vec<f32>,
    /// What it found.
    pub curves: Curves,
}

/// Curves of a video, each `[T]` in 0..1.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Curves {
    /// Probability that music should land on this frame.
    pub hit: Vec<f32>,
    /// How much happens.
    pub intensity: Vec<f32>,
    /// Unpleasant to pleasant.
    pub valence: Vec<f32>,
    /// Calm to excited.
    pub arousal: Vec<f32>,
    /// How much the picture moves: mean absolute difference of luminance to the frame before. Not the adaptor's.
    pub motion: Vec<f32>,
}

/// Parts of a video that count as its quietest and its loudest: outliers must not flatten the rest.
const QUIET: f64 = 0.05;
const LOUD: f64 = 0.95;
/// Intensities at which those come to lie: some 20 dB apart, so that what is quiet is still heard.
const LOW: f32 = 0.28;
const HIGH: f32 = 0.95;
/// A curve that moves less than this is flat; stretching it would make noise into music.
const FLAT: f32 = 0.08;
const FLAT_MOTION: f32 = 0.03;

impl Analysis {
    /// Frames per second.
    pub fn rate_hz(&self) -> f64 {
        f64::from(self.frame_rate[0]) / f64::from(self.frame_rate[1])
    }

    /// When a frame is shown, in seconds.
    pub fn frame_time(&self, frame: usize) -> f64 {
        frame as f64 / self.rate_hz()
    }

    /// Attention of one frame, row by row, `[P]`; empty past the end.
    pub fn attention_at(&self, frame: usize) -> &[f32] {
        let patches = self.grid[0] * self.grid[1];
        self.attention
            .get(frame * patches..(frame + 1) * patches)
            .unwrap_or_default()
    }

    /// Mean mood of the video, -1..1.
    pub fn mood(&self) -> Mood {
        self.mood_of(0.0..f64::MAX)
    }

    /// Mean mood of a part of the video, in seconds, -1..1; neutral where there's no picture.
    pub fn mood_of(&self, part_s: Range<f64>) -> Mood {
        let end = ((part_s.end * self.rate_hz()).ceil() as usize).min(self.frames);
        let start = ((part_s.start * self.rate_hz()) as usize).min(end);
        let mean = |c: &[f32]| {
            let c = c.get(start..end).unwrap_or_default();
            if c.is_empty() {
                return 0.0;
            }
            c.iter().sum::<f32>() / c.len() as f32 * 2.0 - 1.0
        };
        Mood {
            valence: mean(&self.curves.valence),
            arousal: mean(&self.curves.arousal),
        }
    }

    /// The intensity that music should follow: the mean of what the adaptor found and of how much the picture
    /// moves, each smoothed over about a second and stretched so that the quietest twentieth of the video is near
    /// 0.28 and the loudest near 0.95. A flat curve is left out; where both are flat, the adaptor's stays as it is.
    pub fn intensity(&self) -> Curve {
        let smooth = |values: Vec<f32>| {
            let curve = Curve {
                rate_hz: self.rate_hz(),
                values,
            };
            curve.smoothed(0.5)
        };
        // A cut is a difference of one frame, not movement: the median leaves it out. The root tames the range.
        let motion = median_of_five(&self.curves.motion).into_iter().map(f32::sqrt);
        let found = smooth(self.curves.intensity.clone());
        let stretched = [
            stretch(&found.values, FLAT),
            stretch(&smooth(motion.collect()).values, FLAT_MOTION),
        ];
        let values = match stretched {
            [Some(a), Some(b)] if a.len() == b.len() => {
                a.iter().zip(&b).map(|(a, b)| (a + b) / 2.0).collect()
            }
            [Some(only), _] | [None, Some(only)] => only,
            [None, None] => return found,
        };
        Curve {
            rate_hz: self.rate_hz(),
            values,
        }
    }
}

/// The curve with its quiet at [`LOW`] and its loud at [`HIGH`]; none if it moves less than `flat`.
fn stretch(values: &[f32], flat: f32) -> Option<Vec<f32>> {
    let (low, high) = (quantile(values, QUIET), quantile(values, LOUD));
    (high - low >= flat).then(|| {
        let place = |v: &f32| (LOW + (HIGH - LOW) * (v - low) / (high - low)).clamp(0.0, 1.0);
        values.iter().map(place).collect()
    })
}

/// The median of each value and its two neighbours to each side, fewer at the ends.
fn median_of_five(values: &[f32]) -> Vec<f32> {
    (0..values.len())
        .map(|i| quantile(&values[i.saturating_sub(2)..(i + 3).min(values.len())], 0.5))
        .collect()
}

/// The value below which the part `q` of all lies; 0 of nothing.
fn quantile(values: &[f32], q: f64) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted
        .get((q * last as f64).round() as usize)
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_intensity(intensity: Vec<f32>) -> Analysis {
        let n = intensity.len();
        let curves = Curves {
            hit: vec![0.0; n],
            intensity,
            valence: vec![0.75; n],
            arousal: vec![0.25; n],
            motion: vec![0.01; n],
        };
        Analysis {
            frames: n,
            frame_rate: [10, 1],
            grid: [1, 2],
            conditioning_width: 0,
            conditioning: Vec::new(),
            attention: (0..2 * n).map(|i| i as f32).collect(),
            curves,
        }
    }

    #[test]
    fn intensity_is_stretched_over_the_video() {
        let a = with_intensity((0..200).map(|i| if i < 100 { 0.4 } else { 0.6 }).collect()).intensity();
        assert!((a.values[20] - LOW).abs() < 1e-3 && (a.values[180] - HIGH).abs() < 1e-3);
        assert!(a.values[99] > 0.3 && a.values[99] < 0.8);
    }

    #[test]
    fn a_flat_intensity_stays_flat() {
        let a = with_intensity((0..50).map(|i| 0.5 + 0.001 * (i % 2) as f32).collect()).intensity();
        assert!(a.values.iter().all(|v| (v - 0.5).abs() < 0.01));
    }

    #[test]
    fn movement_shapes_the_intensity_and_a_cut_is_no_movement() {
        let mut a = with_intensity(vec![0.5; 100]);
        a.curves.motion = (0..100).map(|i| if i < 50 { 0.002 } else { 0.02 }).collect();
        a.curves.motion[20] = 0.4;
        let curve = a.intensity();
        assert!((curve.values[20] - LOW).abs() < 1e-3, "{}", curve.values[20]);
        assert!((curve.values[80] - HIGH).abs() < 1e-3);
        a.curves.intensity = (0..100).map(|i| if i < 50 { 0.8 } else { 0.2 }).collect();
        let curve = a.intensity();
        assert!(
            curve.values.iter().all(|v| (v - 0.55).abs() < 0.1),
            "they cancel out"
        );
    }

    #[test]
    fn mood_and_attention_are_read_by_frame() {
        let a = with_intensity(vec![0.5; 4]);
        assert_eq!(
            a.mood(),
            Mood {
                valence: 0.5,
                arousal: -0.5
            }
        );
        assert_eq!(a.attention_at(1), [2.0, 3.0]);
        assert!(a.attention_at(4).is_empty());
    }
}

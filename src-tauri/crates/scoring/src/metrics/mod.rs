//! How well music fits a picture. The formulas and where they come from; used by reports and by tests.

mod beats;
mod lift;
mod loudness;
mod onsets;

pub use beats::{BeatMeasure, BeatScores, BeatSummary, WINDOW_S, beats_in_bins, measure_beats, summarise};
pub use lift::{CurveLift, HitLift, LiftSettings, hit_lift, intensity_lift};
pub use loudness::LoudnessEnvelope;
pub use onsets::{OnsetDetector, Onsets};

/// Pearson's correlation of two equally long series; `None` if one of them is shorter than 3 or doesn't move.
pub fn correlation(a: &[f32], b: &[f32]) -> Option<f64> {
    let n = a.len().min(b.len());
    if n < 3 {
        return None;
    }
    let mean = |x: &[f32]| x[..n].iter().map(|v| f64::from(*v)).sum::<f64>() / n as f64;
    let (ma, mb) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a[..n].iter().zip(&b[..n]) {
        let (x, y) = (f64::from(*x) - ma, f64::from(*y) - mb);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    (aa > 1e-9 && bb > 1e-9).then(|| ab / (aa * bb).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_of_known_series() {
        let a = [1.0, 2.0, 3.0, 4.0];
        let close = |r: Option<f64>, v: f64| (r.unwrap() - v).abs() < 1e-6;
        assert!(close(correlation(&a, &[2.0, 4.0, 6.0, 8.0]), 1.0));
        assert!(close(correlation(&a, &[4.0, 3.0, 2.0, 1.0]), -1.0));
        assert!(close(correlation(&a, &[1.0, -1.0, -1.0, 1.0]), 0.0));
        assert_eq!(correlation(&a, &[5.0; 4]), None);
        assert_eq!(correlation(&a[..2], &a[..2]), None);
    }
}

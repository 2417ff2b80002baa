//! Beats and downbeats found in the sound.
//!
//! Any music: the tempo over time by autocorrelation of the onset strength and a path through it, then Ellis' dynamic
//! program over the beats ("Beat tracking by dynamic programming", J. New Music Research 36, 2007), then bars by
//! accents, bass and changes of harmony. Music of ours has a plan: its beats are kept and each is moved to where it
//! sounds.

mod bars;
mod follow;
mod tempo;
mod track;

pub use follow::{Followed, follow};
pub use track::{Pulse, track};

/// Spectrogram frames of one value of the chroma.
pub(crate) const CHROMA_FRAMES: usize = 4;

/// What beats are found by; made by [`crate::metrics::OnsetDetector::finish_with_rhythm`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rhythm {
    /// Values per second of `flux` and `low`; value `i` is at `i / rate_hz` seconds.
    pub rate_hz: f64,
    /// Onset strength.
    pub flux: Vec<f32>,
    /// Onset strength below about 300 Hz.
    pub low: Vec<f32>,
    /// Sums of the magnitudes of each pitch class, 0 is C, one per four values of `flux`.
    pub chroma: Vec<[f32; 12]>,
}

impl Rhythm {
    /// Length in seconds.
    pub fn duration_s(&self) -> f64 {
        self.flux.len() as f64 / self.rate_hz
    }

    /// Onset strength smoothed over 17 ms, in its own standard deviations; empty if it is flat.
    fn envelope(&self) -> Vec<f32> {
        const SMOOTH: f64 = 1.5;
        const TOP: f64 = 0.99;
        let mut out = smoothed(&self.flux, SMOOTH);
        let n = out.len().max(1) as f64;
        let mean = out.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
        let deviation = (out.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n).sqrt();
        if deviation < 1e-3 {
            return Vec::new();
        }
        let mut sorted = out.clone();
        sorted.sort_by(f32::total_cmp);
        let top = sorted[((sorted.len() - 1) as f64 * TOP) as usize];
        // Tops count little more than strong onsets, but keep their shape.
        for v in &mut out {
            *v = (v.min(top) + 0.1 * (*v - top).max(0.0)) / deviation as f32;
        }
        out
    }
}

/// Convolution with a Gaussian of this deviation in values.
fn smoothed(values: &[f32], deviation: f64) -> Vec<f32> {
    let radius = (3.0 * deviation) as i64 + 1;
    let kernel: Vec<f64> = (-radius..=radius)
        .map(|i| (-0.5 * (i as f64 / deviation).powi(2)).exp())
        .collect();
    let sum: f64 = kernel.iter().sum();
    let at = |i: i64| {
        usize::try_from(i)
            .ok()
            .and_then(|i| values.get(i))
            .map_or(0.0, |v| f64::from(*v))
    };
    (0..values.len() as i64)
        .map(|i| {
            let near = kernel.iter().enumerate();
            (near.map(|(k, w)| w * at(i + k as i64 - radius)).sum::<f64>() / sum) as f32
        })
        .collect()
}

/// F-measure of found beats against the true ones, both in seconds and rising: 2 hits / (found + true). A beat is hit
/// if it's within `tolerance_s`, each once (MIREX takes 70 ms). `None` if there are neither.
pub fn f_measure(truth: &[f64], found: &[f64], tolerance_s: f64) -> Option<f64> {
    let (mut i, mut j, mut hits) = (0, 0, 0_usize);
    while let (Some(t), Some(f)) = (truth.get(i), found.get(j)) {
        if (t - f).abs() <= tolerance_s {
            (i, j, hits) = (i + 1, j + 1, hits + 1);
        } else if f < t {
            j += 1;
        } else {
            i += 1;
        }
    }
    let all = truth.len() + found.len();
    (all > 0).then(|| 2.0 * hits as f64 / all as f64)
}

#[cfg(test)]
mod tests;

//! Peaks and loudness of what is about to be heard.

use ebur128::{EbuR128, Mode};

/// Loudness is taken anew after this many samples.
const EVERY: usize = 2048;

/// True peaks and loudness by EBU R 128, kept up to date while the sound passes.
pub(crate) struct Meter {
    inner: Option<EbuR128>,
    since: usize,
    planes: [Vec<f32>; 2],
    /// True peak of left and right in the last block.
    pub(crate) peak: [f32; 2],
    /// Momentary and short-term loudness in LUFS.
    pub(crate) loudness: [f32; 2],
}

impl Meter {
    pub(crate) fn new(sample_rate: u32) -> Self {
        // A rate that the meter doesn't know leaves the meters dark, not the sound silent.
        let mode = Mode::M | Mode::S | Mode::TRUE_PEAK;
        Self {
            inner: EbuR128::new(2, sample_rate, mode).ok(),
            since: 0,
            planes: Default::default(),
            peak: [0.0; 2],
            loudness: [f32::NEG_INFINITY; 2],
        }
    }

    /// Forgets what passed.
    pub(crate) fn restart(&mut self) {
        if let Some(inner) = &mut self.inner {
            inner.reset();
        }
        self.since = 0;
        self.peak = [0.0; 2];
        self.loudness = [f32::NEG_INFINITY; 2];
    }

    pub(crate) fn add(&mut self, frames: &[[f32; 2]]) {
        let Some(inner) = &mut self.inner else {
            return;
        };
        if frames.is_empty() {
            return;
        }
        for (side, plane) in self.planes.iter_mut().enumerate() {
            plane.clear();
            plane.extend(frames.iter().map(|frame| frame[side]));
        }
        let [left, right] = &self.planes;
        if inner.add_frames_planar_f32(&[left, right]).is_err() {
            return;
        }
        for side in 0..2 {
            self.peak[side as usize] = inner.prev_true_peak(side).unwrap_or(0.0) as f32;
        }
        self.since += frames.len();
        if self.since >= EVERY {
            self.since = 0;
            let value = |loudness: Result<f64, _>| loudness.map_or(f32::NEG_INFINITY, |lufs| lufs as f32);
            self.loudness = [
                value(inner.loudness_momentary()),
                value(inner.loudness_shortterm()),
            ];
        }
    }
}

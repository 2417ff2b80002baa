//! The short-time Fourier transform of the pack format: periodic Hann window, frame `f` centred on sample `hop * f`,
//! silence before the start and after the end.

use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex32};

/// Forward and inverse transform of one frame, with its buffers; reused for every frame of a stream.
pub struct Stft {
    n_fft: usize,
    hop: usize,
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    time: Vec<f32>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Stft {
    /// A transform of `n_fft` samples (even, at least 2) every `hop` samples.
    pub fn new(n_fft: usize, hop: usize) -> Self {
        let mut planner = RealFftPlanner::<f32>::new();
        let forward = planner.plan_fft_forward(n_fft);
        let inverse = planner.plan_fft_inverse(n_fft);
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Self {
            n_fft,
            hop,
            window: hann(n_fft),
            time: vec![0.0; n_fft],
            bins: vec![Complex32::default(); n_fft / 2 + 1],
            scratch: vec![Complex32::default(); scratch],
            forward,
            inverse,
        }
    }

    /// Number of frequency bins, `n_fft / 2 + 1`.
    pub fn bin_count(&self) -> usize {
        self.n_fft / 2 + 1
    }

    /// Samples between two frames.
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// Samples of one frame.
    pub fn n_fft(&self) -> usize {
        self.n_fft
    }

    /// The analysis window, `n_fft` values.
    pub fn window(&self) -> &[f32] {
        &self.window
    }

    /// Number of frames that a signal of `samples` needs: each sample lies under the better half of some window.
    pub fn frames_for(&self, samples: u64) -> u64 {
        samples / self.hop as u64 + 1
    }

    /// Transforms the frame centred on `signal[centre]` into `out` (`bin_count` values); outside of `signal` is zero.
    pub fn frame(&mut self, signal: &[f32], centre: i64, out: &mut [Complex32]) {
        let start = centre - (self.n_fft / 2) as i64;
        let from = start.clamp(0, signal.len() as i64);
        let to = (start + self.n_fft as i64).clamp(from, signal.len() as i64);
        let lead = (from - start) as usize;
        let inside = lead.min(self.n_fft)..(lead + (to - from) as usize).min(self.n_fft);
        self.time[..inside.start].fill(0.0);
        self.time[inside.end..].fill(0.0);
        let source = &signal[from as usize..from as usize + inside.len()];
        for ((t, s), w) in self.time[inside.clone()]
            .iter_mut()
            .zip(source)
            .zip(&self.window[inside])
        {
            *t = s * w;
        }
        self.transform(out);
    }

    fn transform(&mut self, out: &mut [Complex32]) {
        // Lengths are fixed in `new`, so the transform can't refuse them.
        let done = self
            .forward
            .process_with_scratch(&mut self.time, out, &mut self.scratch);
        debug_assert!(done.is_ok());
    }

    /// Turns one frame of bins back into samples, applies the window and adds it to `out` (`n_fft` samples).
    pub fn add_inverse(&mut self, bins: &[Complex32], out: &mut [f32]) {
        self.bins.copy_from_slice(bins);
        // A real signal has real first and last bins.
        self.bins[0].im = 0.0;
        self.bins[self.n_fft / 2].im = 0.0;
        let done = self
            .inverse
            .process_with_scratch(&mut self.bins, &mut self.time, &mut self.scratch);
        debug_assert!(done.is_ok());
        let scale = 1.0 / self.n_fft as f32;
        for ((o, t), w) in out.iter_mut().zip(&self.time).zip(&self.window) {
            *o += t * w * scale;
        }
    }

    /// Adds the squared window to `out` (`n_fft` values): the divisor of overlap-add.
    pub fn add_weight(&self, out: &mut [f32]) {
        for (o, w) in out.iter_mut().zip(&self.window) {
            *o += w * w;
        }
    }

    /// Magnitudes `[frames, bins]` of `signal`, frames centred on `first`, `first + hop`, ..., divided by `norm`.
    pub fn magnitudes(&mut self, signal: &[f32], first: i64, frames: usize, norm: f32, out: &mut [f32]) {
        let count = self.bin_count();
        let mut bins = vec![Complex32::default(); count];
        for (f, row) in out.chunks_mut(count).take(frames).enumerate() {
            self.frame(signal, first + (f * self.hop) as i64, &mut bins);
            for (o, b) in row.iter_mut().zip(&bins) {
                *o = b.norm() / norm;
            }
        }
    }
}

/// Periodic Hann window of `n` samples.
pub fn hann(n: usize) -> Vec<f32> {
    (0..n)
        .map(|i| (0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / n as f64).cos()) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_and_inverse_give_the_signal_back() {
        let mut stft = Stft::new(2048, 512);
        let x: Vec<f32> = (0..20_000).map(|i| ((i * i) as f32 * 1e-5).sin()).collect();
        let frames = stft.frames_for(x.len() as u64) as usize;
        let pad = stft.n_fft() / 2;
        let mut y = vec![0.0; frames * 512 + 2 * 2048];
        let mut weight = y.clone();
        let mut bins = vec![Complex32::default(); stft.bin_count()];
        for f in 0..frames {
            stft.frame(&x, (f * 512) as i64, &mut bins);
            stft.add_inverse(&bins, &mut y[f * 512..f * 512 + 2048]);
            stft.add_weight(&mut weight[f * 512..f * 512 + 2048]);
        }
        for (i, &sample) in x.iter().enumerate() {
            let got = y[i + pad] / weight[i + pad];
            assert!((got - sample).abs() < 1e-4, "{i}: {got} {sample}");
        }
    }

    #[test]
    fn a_centred_sine_has_the_height_of_half_the_window_sum() {
        let mut stft = Stft::new(2048, 512);
        let x: Vec<f32> = (0..8192)
            .map(|i| (std::f32::consts::TAU * 100.0 * i as f32 / 2048.0).cos())
            .collect();
        let mut m = vec![0.0; 1025];
        stft.magnitudes(&x, 4096, 1, 512.0, &mut m);
        assert!((m[100] - 1.0).abs() < 1e-3, "{}", m[100]);
    }

    #[test]
    fn outside_of_the_signal_is_silence() {
        let mut stft = Stft::new(64, 16);
        let mut bins = vec![Complex32::new(1.0, 1.0); 33];
        for centre in [-1000, -33, 200, 5000] {
            stft.frame(&[1.0; 100], centre, &mut bins);
            assert!(bins.iter().all(|b| b.norm() == 0.0), "{centre}");
        }
    }
}

//! Overlap-add: complex frames of mid and side become left and right samples, as soon as they are final.

use realfft::num_complex::Complex32;

use super::stft::Stft;

/// Streamed inverse transform of a stereo signal.
pub struct Overlap {
    stft: Stft,
    /// Sums under the window of the next frame, `n_fft` samples each.
    mid: Vec<f32>,
    side: Vec<f32>,
    weight: Vec<f32>,
    /// Samples at the front that lie before the start of the signal.
    skip: usize,
    left_out: Vec<f32>,
    right_out: Vec<f32>,
}

impl Overlap {
    /// A stream of frames of `n_fft` samples every `hop`.
    pub fn new(n_fft: usize, hop: usize) -> Self {
        Self {
            stft: Stft::new(n_fft, hop),
            mid: vec![0.0; n_fft],
            side: vec![0.0; n_fft],
            weight: vec![0.0; n_fft],
            skip: n_fft / 2,
            left_out: Vec::new(),
            right_out: Vec::new(),
        }
    }

    /// Adds the next frame of mid and side spectra.
    pub fn add(&mut self, mid: &[Complex32], side: &[Complex32]) {
        self.stft.add_inverse(mid, &mut self.mid);
        self.stft.add_inverse(side, &mut self.side);
        self.stft.add_weight(&mut self.weight);
        self.shift(self.stft.hop());
    }

    /// Moves what is still under the last windows out.
    pub fn finish(&mut self) {
        self.shift(self.stft.n_fft());
    }

    fn shift(&mut self, count: usize) {
        for i in self.skip.min(count)..count {
            let scale = 1.0 / self.weight[i].max(1e-3);
            self.left_out.push((self.mid[i] + self.side[i]) * scale);
            self.right_out.push((self.mid[i] - self.side[i]) * scale);
        }
        self.skip -= self.skip.min(count);
        for buffer in [&mut self.mid, &mut self.side, &mut self.weight] {
            buffer.copy_within(count.., 0);
            let keep = buffer.len() - count;
            buffer[keep..].fill(0.0);
        }
    }

    /// Hands the finished samples (left, right) to `take` and forgets them.
    pub fn drain(&mut self, take: impl FnOnce(&[f32], &[f32])) {
        take(&self.left_out, &self.right_out);
        self.left_out.clear();
        self.right_out.clear();
    }
}

//! Latents: music as the generator knows it.

use serde::{Deserialize, Serialize};

use crate::pack::Manifest;

/// Music on the latent clock, `[L, Z]`, standardised.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Latents {
    /// Channels of a latent, `Z`.
    pub width: usize,
    /// The values, latent by latent.
    pub values: Vec<f32>,
}

impl Latents {
    /// Number of latents, `L`.
    pub fn frames(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// The latents `first..first + count`, fewer past the end.
    pub fn rows(&self, first: usize, count: usize) -> &[f32] {
        let end = (first + count).min(self.frames());
        &self.values[first.min(end) * self.width..end * self.width]
    }
}

/// The latent clock of a pack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatentClock {
    sample_rate: f64,
    /// Samples of one latent.
    step: u64,
    offset: f64,
}

impl LatentClock {
    /// The clock that a manifest describes.
    pub fn new(manifest: &Manifest) -> Self {
        Self {
            sample_rate: f64::from(manifest.sample_rate),
            step: (manifest.stft.hop * manifest.stft.stack) as u64,
            offset: f64::from(manifest.latent.offset_samples),
        }
    }

    /// Centre of a latent in seconds.
    pub fn time(&self, latent: usize) -> f64 {
        (latent as f64 * self.step as f64 + self.offset) / self.sample_rate
    }

    /// Latents per second.
    pub fn rate_hz(&self) -> f64 {
        self.sample_rate / self.step as f64
    }

    /// Samples of one latent.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The first latent whose centre is at or after a time in seconds.
    pub fn at_or_after(&self, time_s: f64) -> usize {
        ((time_s * self.sample_rate - self.offset) / self.step as f64)
            .ceil()
            .max(0.0) as usize
    }

    /// Latents that music of this many samples needs.
    pub fn latents_for(&self, samples: u64) -> usize {
        (samples / self.step + 1) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: LatentClock = LatentClock {
        sample_rate: 44100.0,
        step: 2048,
        offset: 768.0,
    };

    #[test]
    fn times_and_indices_agree() {
        for l in [0, 1, 100, 77_519] {
            assert_eq!(CLOCK.at_or_after(CLOCK.time(l)), l);
            assert_eq!(CLOCK.at_or_after(CLOCK.time(l) + 1e-4), l + 1);
        }
        assert_eq!(CLOCK.at_or_after(-3.0), 0);
    }

    #[test]
    fn every_sample_has_a_latent() {
        for samples in [1, 2047, 2048, 44_100, 158_760_000] {
            assert!(CLOCK.latents_for(samples) as u64 * 2048 > samples);
        }
    }

    #[test]
    fn rows_stop_at_the_end() {
        let l = Latents {
            width: 2,
            values: vec![1.0, 2.0, 3.0, 4.0],
        };
        assert_eq!(
            (l.frames(), l.rows(1, 5), l.rows(7, 1)),
            (2, &[3.0, 4.0][..], &[][..])
        );
    }
}

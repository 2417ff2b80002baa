//! Left and right from mid, pan and width.

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use realfft::num_complex::Complex32;

/// Side may be at most this much louder than mid; more is an error of the network, not a mix.
const MAX_SIDE: f32 = 2.0;
/// Below this bin the side has one sign: bass that flips between the ears sounds hollow.
const FIRST_FLIP: usize = 8;
/// Bins over which a flip is spread: keeps the decorrelator's impulse response under 10 ms.
const FLIP_BINS: usize = 4;
/// The flips are part of the sound, the same in every run.
const FLIP_SEED: u64 = 0x006d_7556_6953_7464;

/// Makes the side spectrum: the panned part of mid, and a part that is 90 degrees away from it, by a sign that flips
/// from band to band. At 90 degrees neither ear gets louder, and mid stays what it was: a mono sum is untouched.
pub struct Decorrelator {
    turn: Vec<Complex32>,
}

impl Decorrelator {
    /// For spectra of `bins` bins.
    pub fn new(bins: usize) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(FLIP_SEED);
        let mut angles = Vec::with_capacity(bins);
        let quarter = std::f32::consts::FRAC_PI_2;
        let mut angle = quarter;
        while angles.len() < bins {
            // Bands widen with frequency, as those of the ear do.
            let start = angles.len();
            let width =
                (FIRST_FLIP + start / 12) as f32 * (0.75 + 0.5 * random.next_u32() as f32 / u32::MAX as f32);
            angles.extend(std::iter::repeat_n(angle, width as usize));
            // Half a turn up or down by chance, so that the flips' delays don't add up to one echo.
            let direction = if random.next_u32() & 1 == 0 { 1.0 } else { -1.0 };
            for i in 1..=FLIP_BINS {
                let part = i as f32 / FLIP_BINS as f32;
                angles.push(angle + direction * std::f32::consts::PI * part);
            }
            angle += direction * std::f32::consts::PI;
        }
        Self {
            turn: angles
                .into_iter()
                .take(bins)
                .map(|a| Complex32::from_polar(1.0, a))
                .collect(),
        }
    }

    /// Fills `side` from one frame of `mid`, `pan` (-1..1) and `width` (0..1, side's part of mid and side).
    pub fn side(&self, mid: &[Complex32], pan: &[f32], width: &[f32], side: &mut [Complex32]) {
        let inputs = mid.iter().zip(pan).zip(width).zip(&self.turn);
        for (s, (((m, pan), width), turn)) in side.iter_mut().zip(inputs) {
            let pan = pan.clamp(-1.0, 1.0);
            let width = width.clamp(0.0, 1.0);
            // Side as a part of mid; less than pan alone makes is a contradiction, which pan wins.
            let level = (width / (1.0 - width).max(1e-3)).min(MAX_SIDE).max(pan.abs());
            // Width adds to both ears and so pulls the measured pan to the middle: |1 + p + ir| and |1 - p + ir| with
            // p^2 + r^2 = level^2 have the asked ratio for this p.
            let panned = ((1.0 + level * level) * pan / (1.0 + pan * pan)).clamp(-level, level);
            let rest = (level * level - panned * panned).max(0.0).sqrt();
            *s = m * panned + m * turn * rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(pan: f32, width: f32) -> (Vec<Complex32>, Vec<Complex32>) {
        let bins = 1025;
        let mid: Vec<_> = (0..bins).map(|i| Complex32::from_polar(1.0, i as f32)).collect();
        let mut side = vec![Complex32::default(); bins];
        Decorrelator::new(bins).side(&mid, &vec![pan; bins], &vec![width; bins], &mut side);
        (mid, side)
    }

    #[test]
    fn no_pan_and_no_width_is_mono() {
        assert!(sides(0.0, 0.0).1.iter().all(|s| s.norm() < 1e-6));
    }

    #[test]
    fn pan_and_width_come_out_as_they_went_in() {
        for (pan, width) in [(0.0_f32, 0.3_f32), (0.4, 0.4), (-0.7, 0.45), (0.5, 1.0 / 3.0)] {
            let (mid, side) = sides(pan, width);
            let sum = |sign: f32| {
                mid.iter()
                    .zip(&side)
                    .map(|(m, s)| (m + s * sign).norm_sqr())
                    .sum::<f32>()
                    .sqrt()
            };
            let (l, r) = (sum(1.0), sum(-1.0));
            let side_level = side.iter().map(|s| s.norm_sqr()).sum::<f32>().sqrt();
            let mid_level = mid.iter().map(|s| s.norm_sqr()).sum::<f32>().sqrt();
            let wide = side_level / (side_level + mid_level);
            assert!((wide - width).abs() < 0.02, "{wide} {width}");
            // Amplitudes by ear: exact at 90 degrees, less so where a flip passes through 0.
            let got = (l - r) / (l + r);
            assert!((got - pan).abs() < 0.05, "{got} {pan}");
        }
    }

    #[test]
    fn the_decorrelator_is_short() {
        let mut stft = super::super::stft::Stft::new(2048, 512);
        let mid: Vec<_> = (0..1025)
            .map(|i| Complex32::from_polar(1.0, std::f32::consts::PI * i as f32))
            .collect();
        let mut side = vec![Complex32::default(); 1025];
        Decorrelator::new(1025).side(&mid, &[0.0; 1025], &[0.5; 1025], &mut side);
        let mut response = vec![0.0; 2048];
        stft.add_inverse(&side, &mut response);
        let near: f32 = response[1024 - 512..1024 + 512].iter().map(|v| v * v).sum();
        let all: f32 = response.iter().map(|v| v * v).sum();
        assert!(near / all > 0.9, "{}", near / all);
    }
}

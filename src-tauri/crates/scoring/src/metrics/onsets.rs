//! Onsets of music: spectral flux over logarithmic bands with a maximum filter, then peak picking.
//!
//! Böck and Widmer, "Maximum filter vibrato suppression for onset detection" (SuperFlux, DAFx 2013), with the peak
//! picking of Böck, Krebs and Schedl, "Evaluating the online capabilities of onset detection methods" (ISMIR 2012).

use realfft::num_complex::Complex32;

use crate::codec::stft::Stft;
use crate::pulse::{CHROMA_FRAMES, Rhythm};

const N_FFT: usize = 2048;
const HOP: usize = 512;
/// Bands of an octave, and the frequencies between which they lie.
const BANDS_PER_OCTAVE: f64 = 12.0;
const LOWEST_HZ: f64 = 40.0;
const HIGHEST_HZ: f64 = 16_000.0;
/// The difference is taken to so many frames before: attacks take longer than one.
const LAG: usize = 2;
/// Frames before and after within which a peak must be the largest.
const MAX_BEFORE: usize = 3;
const MAX_AFTER: usize = 3;
/// Frames before and after whose mean a peak must exceed.
const MEAN_BEFORE: usize = 9;
const MEAN_AFTER: usize = 8;
/// By how much, as a part of the flux that only 2 % of the frames exceed.
const THRESHOLD: f32 = 0.1;
/// Flux that counts as strong where nothing is stronger: less is rounding or the noise of a room.
const QUIETEST: f32 = 1.0;
/// Onsets that count as beats, as a part of what is strong in the piece: weaker ones fill every bin.
const STRONG: f32 = 0.4;
/// The lowest bands, up to about 300 Hz: bass and kick.
const LOW_BANDS: usize = 12;
/// Frequencies between which pitch classes are told, in Hz.
const CHROMA_HZ: [f64; 2] = [200.0, 2000.0];

/// Onsets of a piece.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Onsets {
    /// When, in seconds, rising.
    pub times_s: Vec<f64>,
    /// How strong, relative to the strong ones of the piece, about 0..1.
    pub strengths: Vec<f32>,
}

impl Onsets {
    /// Times of the onsets that count as beats in the beat scores, rising.
    pub fn strong(&self) -> Vec<f64> {
        let all = self.times_s.iter().zip(&self.strengths);
        all.filter(|(_, strength)| **strength >= STRONG)
            .map(|(time, _)| *time)
            .collect()
    }
}

/// Finds onsets in a stream of samples; keeps five numbers per 12 ms.
pub struct OnsetDetector {
    stft: Stft,
    sample_rate: f64,
    bands: Vec<(usize, Vec<f32>)>,
    /// Mid samples from the first frame on that is not done yet, half a frame early.
    pending: Vec<f32>,
    /// Log energies of the last frames, oldest first.
    recent: Vec<Vec<f32>>,
    flux: Vec<f32>,
    low: Vec<f32>,
    /// Pitch class of each bin, 12 for none.
    classes: Vec<usize>,
    chroma: Vec<[f32; 12]>,
    bins: Vec<Complex32>,
}

impl OnsetDetector {
    /// A detector for audio of this rate.
    pub fn new(sample_rate: u32) -> Self {
        let stft = Stft::new(N_FFT, HOP);
        let bins = vec![Complex32::default(); stft.bin_count()];
        let bands = bands(f64::from(sample_rate));
        // Silence before the start, as much as half a frame.
        let pending = vec![0.0; N_FFT / 2];
        Self {
            stft,
            sample_rate: f64::from(sample_rate),
            bands,
            pending,
            recent: Vec::new(),
            flux: Vec::new(),
            low: Vec::new(),
            classes: classes(f64::from(sample_rate)),
            chroma: Vec::new(),
            bins,
        }
    }

    /// Adds samples, both channels equally long.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        self.pending
            .extend(left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)));
        let mut done = 0;
        while self.pending.len() >= done + N_FFT {
            self.frame(done);
            done += HOP;
        }
        self.pending.drain(..done);
    }

    fn frame(&mut self, at: usize) {
        self.stft
            .frame(&self.pending[at..at + N_FFT], (N_FFT / 2) as i64, &mut self.bins);
        let energy = |(first, weights): &(usize, Vec<f32>)| {
            let bins = &self.bins[*first..*first + weights.len()];
            let sum: f32 = bins.iter().zip(weights).map(|(b, w)| b.norm() * w).sum();
            (1.0 + sum).log10()
        };
        let now: Vec<f32> = self.bands.iter().map(energy).collect();
        let (low, flux) = if self.recent.len() == LAG {
            let before = &self.recent[0];
            // A pitch that glides into the next band is no onset.
            let widest = |i: usize| {
                before[i.saturating_sub(1)..(i + 2).min(before.len())]
                    .iter()
                    .copied()
                    .fold(0.0, f32::max)
            };
            let rise = |i: usize| (now[i] - widest(i)).max(0.0);
            let low: f32 = (0..LOW_BANDS.min(now.len())).map(rise).sum();
            (low, (0..now.len()).map(rise).sum())
        } else {
            (0.0, 0.0)
        };
        if self.flux.len().is_multiple_of(CHROMA_FRAMES) {
            self.chroma.push([0.0; 12]);
        }
        if let Some(chroma) = self.chroma.last_mut() {
            for (bin, class) in self.bins.iter().zip(&self.classes) {
                if let Some(sum) = chroma.get_mut(*class) {
                    *sum += bin.norm();
                }
            }
        }
        self.flux.push(flux);
        self.low.push(low);
        if self.recent.len() == LAG {
            self.recent.remove(0);
        }
        self.recent.push(now);
    }

    /// The onsets of all that was pushed.
    pub fn finish(self) -> Onsets {
        self.finish_with_rhythm().0
    }

    /// The onsets, and what beats are found by ([`crate::pulse`]).
    pub fn finish_with_rhythm(mut self) -> (Onsets, Rhythm) {
        self.push(&[0.0; N_FFT], &[0.0; N_FFT]);
        let onsets = self.onsets();
        let rhythm = Rhythm {
            rate_hz: self.sample_rate / HOP as f64,
            flux: self.flux,
            low: self.low,
            chroma: self.chroma,
        };
        (onsets, rhythm)
    }

    fn onsets(&self) -> Onsets {
        let flux = &self.flux;
        let mut sorted = flux.clone();
        sorted.sort_by(f32::total_cmp);
        let strong = sorted
            .get(sorted.len() * 98 / 100)
            .copied()
            .unwrap_or(0.0)
            .max(QUIETEST);
        let mut out = Onsets::default();
        for i in 0..flux.len() {
            let around = |before: usize, after: usize| {
                &flux[i.saturating_sub(before)..(i + after + 1).min(flux.len())]
            };
            let largest = around(MAX_BEFORE, MAX_AFTER).iter().copied().fold(0.0, f32::max);
            let near = around(MEAN_BEFORE, MEAN_AFTER);
            let mean = near.iter().sum::<f32>() / near.len() as f32;
            // Of equal neighbours the first is the peak.
            let first = i == 0 || flux[i - 1] < flux[i];
            if flux[i] >= largest && first && flux[i] > mean + THRESHOLD * strong {
                // Not the middle between the two frames: a logarithm rises as soon as the window's edge holds an
                // attack, so that the flux is largest where the attack lies in the later frame's middle.
                out.times_s.push((i * HOP) as f64 / self.sample_rate);
                out.strengths.push(flux[i] / strong);
            }
        }
        out
    }
}

/// Pitch class of each bin, 0 is C; 12 where none is told.
fn classes(sample_rate: f64) -> Vec<usize> {
    let class = |k: usize| {
        let hz = k as f64 * sample_rate / N_FFT as f64;
        let inside = (CHROMA_HZ[0]..=CHROMA_HZ[1]).contains(&hz);
        let pitch = || (69.0 + 12.0 * (hz / 440.0).log2()).round() as i64;
        if inside {
            pitch().rem_euclid(12) as usize
        } else {
            12
        }
    };
    (0..=N_FFT / 2).map(class).collect()
}

/// Triangular bands on a logarithmic scale: first bin and weights; low ones that would hold no bin are left out.
fn bands(sample_rate: f64) -> Vec<(usize, Vec<f32>)> {
    let bin = |hz: f64| hz * N_FFT as f64 / sample_rate;
    let octaves = (HIGHEST_HZ.min(0.49 * sample_rate) / LOWEST_HZ).log2();
    let count = (octaves * BANDS_PER_OCTAVE) as usize;
    let mut centres: Vec<f64> = (0..count)
        .map(|i| bin(LOWEST_HZ * (i as f64 / BANDS_PER_OCTAVE).exp2()).round())
        .collect();
    centres.dedup();
    let triangle = |w: &[f64]| {
        let (low, mid, high) = (w[0], w[1], w[2]);
        let weight = |k: f64| ((k - low) / (mid - low)).min((high - k) / (high - mid)).max(0.0) as f32;
        let (first, last) = (low as usize + 1, high as usize);
        (
            first,
            (first..last.max(first + 1)).map(|k| weight(k as f64)).collect(),
        )
    };
    centres.windows(3).map(triangle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn onsets(x: &[f32], piece: usize) -> Onsets {
        let mut d = OnsetDetector::new(44_100);
        x.chunks(piece).for_each(|c| d.push(c, c));
        d.finish()
    }

    /// Decaying tones at the given times.
    fn plucks(times: &[f64], seconds: f64) -> Vec<f32> {
        let mut x = vec![0.0; (seconds * 44_100.0) as usize];
        for (n, t) in times.iter().enumerate() {
            let hz = 220.0 * (1.0 + 0.25 * (n % 4) as f32);
            for (i, v) in x[(t * 44_100.0) as usize..].iter_mut().enumerate().take(40_000) {
                let s = i as f32 / 44_100.0;
                let tone: f32 = (1..5)
                    .map(|h| (std::f32::consts::TAU * hz * h as f32 * s).sin() / h as f32)
                    .sum();
                *v += 0.2 * tone * (-5.0 * s).exp();
            }
        }
        x
    }

    #[test]
    fn plucked_notes_are_found_in_time() {
        let times = [0.5, 1.03, 1.5, 2.26, 2.9, 3.333, 4.1];
        let found = onsets(&plucks(&times, 5.0), 1000);
        assert_eq!(found.times_s.len(), times.len(), "{found:?}");
        for (f, t) in found.times_s.iter().zip(times) {
            assert!((f - t).abs() < 0.02, "{f} {t}");
        }
    }

    #[test]
    fn pieces_do_not_matter() {
        let x = plucks(&[0.2, 0.9, 1.4], 2.0);
        assert_eq!(onsets(&x, 100_000), onsets(&x, 333));
    }

    #[test]
    fn steady_sound_and_silence_have_no_onsets() {
        assert!(onsets(&[0.0; 100_000], 5000).times_s.is_empty());
        let x: Vec<f32> = (0..200_000)
            .map(|i| 0.4 * (f64::from(i) * 0.05).sin() as f32)
            .collect();
        let found = onsets(&x, 5000).times_s;
        assert!(found.iter().all(|t| *t < 0.05 || *t > 4.4), "{found:?}");
    }
}

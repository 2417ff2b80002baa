//! Phase from magnitude alone by phase gradient heap integration.
//!
//! Průša, Balazs, Søndergaard: "A noniterative method for reconstruction of phase from STFT magnitude", IEEE/ACM
//! Transactions on Audio, Speech and Language Processing 25(5), 2017. For a Gaussian window the gradient of the phase
//! follows from that of the log-magnitude; a Hann window of `M` samples is close to one with `gamma = 0.25645 M^2`.
//! The gradient is integrated along the loudest path first, so that errors stay in quiet places.

use std::collections::BinaryHeap;
use std::f32::consts::{PI, TAU};

/// Time-frequency ratio of the Gaussian nearest to a Hann window, per squared window length (table II of the paper).
const HANN_GAMMA: f64 = 0.25645;

/// Integrator with its buffers; one per stream.
pub struct Pghi {
    bins: usize,
    /// gamma / (hop n_fft): turns a log-magnitude difference over frames into a phase difference over bins.
    ratio: f32,
    /// Phase advance of each bin's centre over one hop, wrapped.
    advance: Vec<f32>,
    along_time: Vec<f32>,
    along_frequency: Vec<f32>,
    done: Vec<bool>,
    seeds: Vec<u64>,
    heap: BinaryHeap<u64>,
}

impl Pghi {
    /// For frames of `n_fft / 2 + 1` bins every `hop` samples.
    pub fn new(n_fft: usize, hop: usize) -> Self {
        let bins = n_fft / 2 + 1;
        let advance = (0..bins).map(|m| {
            let cycles = (hop * m % n_fft) as f64 / n_fft as f64;
            (cycles * std::f64::consts::TAU) as f32
        });
        Self {
            bins,
            ratio: (HANN_GAMMA * n_fft as f64 / hop as f64) as f32,
            advance: advance.collect(),
            along_time: Vec::new(),
            along_frequency: Vec::new(),
            done: Vec::new(),
            seeds: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    /// Fills `phase` (`[frames, bins]`) for the natural log-magnitudes `log` (same shape).
    ///
    /// The first `fixed[0]` and the last `fixed[1]` frames keep the phase that they have, and what lies between
    /// continues it from both sides; the sides meet where it is quietest. Bins below `threshold` (natural log) get a
    /// phase that looks random but depends only on `first_frame` and the bin.
    pub fn integrate(
        &mut self,
        log: &[f32],
        phase: &mut [f32],
        fixed: [usize; 2],
        first_frame: u64,
        threshold: f32,
    ) {
        let [fixed, after] = fixed;
        debug_assert_eq!(log.len(), phase.len());
        let k = self.bins;
        self.gradients(log);
        self.done.clear();
        self.done.resize(log.len(), false);
        self.seeds.clear();
        self.heap.clear();
        let end = log.len() - after * k;
        self.done[..fixed * k].fill(true);
        self.done[end..].fill(true);
        for i in fixed * k..end {
            if log[i] > threshold {
                self.seeds.push(key(log[i], i));
            } else {
                self.done[i] = true;
                phase[i] = hashed_phase(first_frame + (i / k) as u64, (i % k) as u64);
            }
        }
        let borders = [(fixed > 0).then(|| (fixed - 1) * k), (after > 0).then_some(end)];
        for from in borders.into_iter().flatten() {
            self.heap.extend(
                (from..from + k)
                    .filter(|&i| log[i] > threshold)
                    .map(|i| key(log[i], i)),
            );
        }
        self.seeds.sort_unstable_by(|a, b| b.cmp(a));
        self.spread(log, phase);
        // What no path has reached yet starts islands of its own, loudest first.
        for s in 0..self.seeds.len() {
            let i = index(self.seeds[s]);
            if !self.done[i] {
                self.done[i] = true;
                phase[i] = 0.0;
                self.heap.push(self.seeds[s]);
                self.spread(log, phase);
            }
        }
    }

    fn gradients(&mut self, log: &[f32]) {
        let k = self.bins;
        self.along_time.resize(log.len(), 0.0);
        self.along_frequency.resize(log.len(), 0.0);
        let frames = log.len() / k;
        let time_scale = 0.5 / self.ratio;
        let frequency_scale = -0.5 * self.ratio;
        for t in 0..frames {
            let row = &log[t * k..(t + 1) * k];
            let out = &mut self.along_time[t * k..(t + 1) * k];
            for (o, w) in out[1..k - 1].iter_mut().zip(row.windows(3)) {
                *o = (w[2] - w[0]) * time_scale;
            }
            out[0] = (row[1] - row[0]) * time_scale;
            out[k - 1] = (row[k - 1] - row[k - 2]) * time_scale;
            let before = &log[t.saturating_sub(1) * k..][..k];
            let after = &log[(t + 1).min(frames - 1) * k..][..k];
            let out = &mut self.along_frequency[t * k..(t + 1) * k];
            for ((o, b), a) in out.iter_mut().zip(before).zip(after) {
                // The transform counts time from the window's start: half a turn per bin.
                *o = (a - b) * frequency_scale + PI;
            }
        }
    }

    fn spread(&mut self, log: &[f32], phase: &mut [f32]) {
        let k = self.bins;
        while let Some(top) = self.heap.pop() {
            let i = index(top);
            let m = i % k;
            if i + k < log.len() && !self.done[i + k] {
                let step = self.advance[m] + 0.5 * (self.along_time[i] + self.along_time[i + k]);
                self.reach(i + k, phase[i] + step, log, phase);
            }
            if i >= k && !self.done[i - k] {
                let step = self.advance[m] + 0.5 * (self.along_time[i] + self.along_time[i - k]);
                self.reach(i - k, phase[i] - step, log, phase);
            }
            if m + 1 < k && !self.done[i + 1] {
                let step = 0.5 * (self.along_frequency[i] + self.along_frequency[i + 1]);
                self.reach(i + 1, phase[i] + step, log, phase);
            }
            if m > 0 && !self.done[i - 1] {
                let step = 0.5 * (self.along_frequency[i] + self.along_frequency[i - 1]);
                self.reach(i - 1, phase[i] - step, log, phase);
            }
        }
    }

    fn reach(&mut self, i: usize, value: f32, log: &[f32], phase: &mut [f32]) {
        phase[i] = value - (value * (1.0 / TAU)).round() * TAU;
        self.done[i] = true;
        self.heap.push(key(log[i], i));
    }
}

/// A heap key: order of the float in the upper half, index (lowest first among equals) in the lower.
fn key(value: f32, index: usize) -> u64 {
    let bits = value.to_bits();
    let ordered = if bits >> 31 == 1 {
        !bits
    } else {
        bits | 0x8000_0000
    };
    (u64::from(ordered) << 32) | u64::from(!(index as u32))
}

fn index(key: u64) -> usize {
    !(key as u32) as usize
}

/// A phase in -pi..pi that depends on the place alone (the mixing function of SplitMix64).
fn hashed_phase(frame: u64, bin: u64) -> f32 {
    let mut z = (frame << 12)
        .wrapping_add(bin)
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32 * TAU - PI
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_like_floats_and_give_the_index_back() {
        let values = [-9.2_f32, -1.0, -0.0, 0.0, 0.5, 3.0];
        assert!(values.windows(2).all(|w| key(w[0], 3) <= key(w[1], 3)));
        assert!(key(1.0, 4) > key(1.0, 5));
        assert_eq!(index(key(-7.5, 123_456)), 123_456);
    }

    #[test]
    fn fixed_frames_are_not_touched() {
        let mut pghi = Pghi::new(64, 16);
        let log = vec![0.0; 33 * 6];
        let mut phase: Vec<f32> = (0..33 * 6).map(|i| i as f32 * 0.01).collect();
        let before = phase.clone();
        pghi.integrate(&log, &mut phase, [2, 1], 0, -10.0);
        assert_eq!(phase[..66], before[..66]);
        assert_eq!(phase[33 * 5..], before[33 * 5..]);
        assert!(phase[66..33 * 5].iter().all(|p| p.abs() <= PI + 1e-3));
    }
}

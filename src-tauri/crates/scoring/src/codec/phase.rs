//! A stream of magnitudes becomes a stream of complex spectra: heap integration, then a few rounds of fast
//! Griffin-Lim, in blocks that continue each other.
//!
//! Fast Griffin-Lim: Perraudin, Balazs, Søndergaard, "A fast Griffin-Lim algorithm", WASPAA 2013: project onto the
//! consistent spectra, extrapolate along the last change, put the magnitudes back.

use std::ops::Range;

use realfft::num_complex::Complex32;

use super::pghi::Pghi;
use super::stft::Stft;

/// New frames per block, about 3 s: bounds the memory.
const BLOCK: usize = 256;
/// Frames after a block that are solved with it and then solved again, so that no block is the worse for its end.
const LOOKAHEAD: usize = 8;
/// The same for a stream that must meet fixed frames at its end: so many are left for the meeting at least.
const MEETING: usize = 96;
/// Frames of a finished block that share samples with the next one's first frame.
const CONTEXT: usize = 4;

/// How phases are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhaseSettings {
    /// Rounds of fast Griffin-Lim after the heap integration.
    pub rounds: usize,
    /// Extrapolation of fast Griffin-Lim, 0 (the plain one) to below 1.
    pub momentum: f32,
    /// Magnitudes below this part of the block's largest are given any phase.
    pub tolerance: f32,
}

impl Default for PhaseSettings {
    fn default() -> Self {
        Self {
            rounds: 8,
            momentum: 0.99,
            tolerance: 1e-5,
        }
    }
}

/// Turns log-magnitudes into complex frames, in order, with flat memory and the same result however they are pushed.
pub struct PhaseStream {
    stft: Stft,
    pghi: Pghi,
    settings: PhaseSettings,
    norm: f32,
    floor: f32,
    /// Log-magnitudes of the context frames, then of the frames that wait, `[.., bins]`.
    log: Vec<f32>,
    /// Final spectra of the context frames, `[context, bins]`.
    done: Vec<Complex32>,
    /// Final spectra after the last waiting frame, only while the last block is solved.
    after: Vec<Complex32>,
    /// Index of the first waiting frame in the stream.
    next: u64,
    lookahead: usize,
    work: Work,
}

#[derive(Default)]
struct Work {
    phase: Vec<f32>,
    amplitude: Vec<f32>,
    spectrum: Vec<Complex32>,
    previous: Vec<Complex32>,
    rebuilt: Vec<Complex32>,
    fixed_time: Vec<f32>,
    weight: Vec<f32>,
    time: Vec<f32>,
}

impl PhaseStream {
    /// A stream for log-magnitudes `ln(|X| / norm + floor)` of the given transform.
    pub fn new(n_fft: usize, hop: usize, norm: f32, floor: f32, settings: PhaseSettings) -> Self {
        Self {
            stft: Stft::new(n_fft, hop),
            pghi: Pghi::new(n_fft, hop),
            settings,
            norm,
            floor,
            log: Vec::new(),
            done: Vec::new(),
            after: Vec::new(),
            next: 0,
            lookahead: LOOKAHEAD,
            work: Work::default(),
        }
    }

    /// A stream that goes on after frames that are final, `[n, bins]` each; its own first frame is number `next`, and
    /// it is to end with [`PhaseStream::finish_before`].
    pub fn resumed(mut self, log_magnitude: &[f32], spectra: &[Complex32], next: u64) -> Self {
        debug_assert_eq!(log_magnitude.len(), spectra.len());
        self.log = log_magnitude.to_vec();
        self.done = spectra.to_vec();
        self.next = next;
        self.lookahead = MEETING;
        self
    }

    /// Takes whole frames of natural log-magnitude (`[n, bins]`); `emit` gets finished frames (`[n, bins]`) in order.
    pub fn push(&mut self, log_magnitude: &[f32], emit: &mut dyn FnMut(&[Complex32])) {
        let k = self.stft.bin_count();
        debug_assert!(log_magnitude.len().is_multiple_of(k));
        let mut rest = log_magnitude;
        while !rest.is_empty() {
            let room = (BLOCK + self.lookahead - self.waiting()) * k;
            let (now, later) = rest.split_at(rest.len().min(room));
            self.log.extend_from_slice(now);
            rest = later;
            if self.waiting() == BLOCK + self.lookahead {
                self.solve(BLOCK, emit);
            }
        }
    }

    /// Finishes the frames that wait.
    pub fn finish(&mut self, emit: &mut dyn FnMut(&[Complex32])) {
        let rest = self.waiting();
        if rest > 0 {
            self.solve(rest, emit);
        }
    }

    /// Finishes the frames that wait so that they lead into the final frames after them, `[n, bins]` each.
    pub fn finish_before(
        &mut self,
        log_magnitude: &[f32],
        spectra: &[Complex32],
        emit: &mut dyn FnMut(&[Complex32]),
    ) {
        let rest = self.waiting();
        if rest > 0 {
            self.log.extend_from_slice(log_magnitude);
            self.after.extend_from_slice(spectra);
            self.solve(rest, emit);
            self.after.clear();
        }
    }

    fn waiting(&self) -> usize {
        (self.log.len() - self.done.len()) / self.stft.bin_count()
    }

    /// Solves all that waits and emits the first `keep` frames of it.
    fn solve(&mut self, keep: usize, emit: &mut dyn FnMut(&[Complex32])) {
        let k = self.stft.bin_count();
        let context = self.done.len() / k;
        let frames = self.log.len() / k;
        let new = context..frames - self.after.len() / k;
        self.start(new.clone());
        if self.settings.rounds > 0 {
            self.prepare_rounds(new.clone(), frames);
            for round in 0..self.settings.rounds {
                self.round(new.clone(), round == 0);
            }
        }
        let end = context + keep;
        emit(&self.work.spectrum[context * k..end * k]);
        let from = end.saturating_sub(CONTEXT);
        self.done.clear();
        self.done
            .extend_from_slice(&self.work.spectrum[from * k..end * k]);
        self.log.drain(..from * k);
        self.next += keep as u64;
    }

    /// Amplitudes and heap-integrated phases of the block, final spectra around it.
    fn start(&mut self, new: Range<usize>) {
        let k = self.stft.bin_count();
        let w = &mut self.work;
        let loudest = self.log.iter().copied().fold(f32::MIN, f32::max);
        // A tenth of the floor above the floor is what the format can't tell from silence.
        let threshold = (loudest + self.settings.tolerance.ln()).max((1.1 * self.floor).ln());
        w.phase.clear();
        w.phase.extend(self.done.iter().map(|c| c.arg()));
        w.phase.resize(new.end * k, 0.0);
        w.phase.extend(self.after.iter().map(|c| c.arg()));
        let fixed = [new.start, self.after.len() / k];
        self.pghi
            .integrate(&self.log, &mut w.phase, fixed, self.next, threshold);
        w.amplitude.clear();
        w.amplitude.extend(
            self.log
                .iter()
                .map(|l| (l.exp() - self.floor).max(0.0) * self.norm),
        );
        w.spectrum.clear();
        w.spectrum.extend_from_slice(&self.done);
        let made = w.amplitude.iter().zip(&w.phase).skip(new.start * k);
        let made = made.take(new.len() * k);
        w.spectrum
            .extend(made.map(|(a, p)| Complex32::from_polar(*a, *p)));
        w.spectrum.extend_from_slice(&self.after);
    }

    /// What doesn't change between rounds: the signal's part from final frames, and the divisor of overlap-add.
    fn prepare_rounds(&mut self, new: Range<usize>, frames: usize) {
        let (k, hop, n) = (self.stft.bin_count(), self.stft.hop(), self.stft.n_fft());
        let w = &mut self.work;
        let samples = (frames - 1) * hop + n;
        for buffer in [&mut w.fixed_time, &mut w.weight] {
            buffer.clear();
            buffer.resize(samples, 0.0);
        }
        for f in 0..frames {
            self.stft.add_weight(&mut w.weight[f * hop..f * hop + n]);
        }
        for value in &mut w.weight {
            *value = 1.0 / value.max(1e-3);
        }
        for f in (0..new.start).chain(new.end..frames) {
            self.stft.add_inverse(
                &w.spectrum[f * k..(f + 1) * k],
                &mut w.fixed_time[f * hop..f * hop + n],
            );
        }
        w.rebuilt.resize(k, Complex32::default());
        w.previous.clear();
        w.previous.resize(new.len() * k, Complex32::default());
    }

    fn round(&mut self, new: Range<usize>, first: bool) {
        let (k, hop, n) = (self.stft.bin_count(), self.stft.hop(), self.stft.n_fft());
        let w = &mut self.work;
        w.time.clear();
        w.time.extend_from_slice(&w.fixed_time);
        for f in new.clone() {
            self.stft
                .add_inverse(&w.spectrum[f * k..(f + 1) * k], &mut w.time[f * hop..f * hop + n]);
        }
        for (t, inverse) in w.time.iter_mut().zip(&w.weight) {
            *t *= inverse;
        }
        // In the first round there's no change yet to extrapolate.
        let momentum = if first { 0.0 } else { self.settings.momentum };
        for f in new.clone() {
            self.stft.frame(&w.time, (f * hop + n / 2) as i64, &mut w.rebuilt);
            let at = (f - new.start) * k;
            let frame = w.spectrum[f * k..(f + 1) * k].iter_mut();
            let places = frame
                .zip(&w.amplitude[f * k..])
                .zip(&w.rebuilt)
                .zip(&mut w.previous[at..at + k]);
            for (((s, a), r), p) in places {
                let y = *r + (*r - *p) * momentum;
                *p = *r;
                *s = y * (a / (y.norm_sqr() + 1e-20).sqrt());
            }
        }
    }
}

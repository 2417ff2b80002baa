//! Spectrogram frames to stereo samples, in order.

use std::ops::ControlFlow;

use realfft::num_complex::Complex32;

use super::CodecError;
use super::decoder::AudioChunk;
use super::overlap::Overlap;
use super::phase::{PhaseSettings, PhaseStream};
use super::stereo::Decorrelator;
use super::stft::Stft;
use crate::cancel::Cancelled;
use crate::pack::StftSpec;

/// Frames of sound that is there already, next to frames that are to be made.
#[derive(Debug, Default, Clone)]
pub(super) struct Given {
    /// Natural log-magnitude of mid as the pack has it, `[n, bins]`.
    log: Vec<f32>,
    mid: Vec<Complex32>,
    side: Vec<Complex32>,
}

impl Given {
    /// Measures `count` frames of `planes`, the first one centred on sample `centre` of them.
    pub(super) fn measure(spec: &StftSpec, planes: [&[f32]; 2], centre: i64, count: usize) -> Self {
        let [left, right] = planes;
        let (mut stft, bins) = (Stft::new(spec.n_fft, spec.hop), spec.bins());
        let half = |sign: f32| -> Vec<f32> {
            let both = left.iter().zip(right);
            both.map(|(l, r)| 0.5 * (l + sign * r)).collect()
        };
        let mut spectra = |signal: &[f32]| {
            let mut out = vec![Complex32::default(); count * bins];
            for (f, row) in out.chunks_exact_mut(bins).enumerate() {
                stft.frame(signal, centre + (f * spec.hop) as i64, row);
            }
            out
        };
        let (mid, side) = (spectra(&half(1.0)), spectra(&half(-1.0)));
        let log = |c: &Complex32| (c.norm() / spec.norm + spec.log_floor).ln();
        Self {
            log: mid.iter().map(log).collect(),
            mid,
            side,
        }
    }
}

/// Magnitudes, pan and width in, samples out.
pub(super) struct Voice {
    phases: PhaseStream,
    decorrelator: Decorrelator,
    overlap: Overlap,
    bins: usize,
    /// Pan and width of frames whose phases are not there yet.
    pan: Vec<f32>,
    width: Vec<f32>,
    side: Vec<Complex32>,
    total: u64,
    given: u64,
}

impl Voice {
    pub(super) fn new(spec: StftSpec, phase: PhaseSettings, total: u64) -> Self {
        let bins = spec.bins();
        Self {
            phases: PhaseStream::new(spec.n_fft, spec.hop, spec.norm, spec.log_floor, phase),
            decorrelator: Decorrelator::new(bins),
            overlap: Overlap::new(spec.n_fft, spec.hop),
            bins,
            pan: Vec::new(),
            width: Vec::new(),
            side: vec![Default::default(); bins],
            total,
            given: 0,
        }
    }

    /// A voice that goes on after given frames; its first own frame is number `next`. Its samples are counted from the
    /// centre of the first given frame.
    pub(super) fn resumed(
        spec: StftSpec,
        phase: PhaseSettings,
        before: &Given,
        next: u64,
        total: u64,
    ) -> Self {
        let mut voice = Self::new(spec, phase, total);
        voice.phases = voice.phases.resumed(&before.log, &before.mid, next);
        voice.overlay(before);
        voice
    }

    /// No more frames come but those that are given.
    pub(super) fn finish_before(&mut self, after: &Given) {
        self.advance(|phases, emit| phases.finish_before(&after.log, &after.mid, emit));
        self.overlay(after);
        self.overlap.finish();
    }

    fn overlay(&mut self, given: &Given) {
        let frames = given.mid.chunks_exact(self.bins);
        for (mid, side) in frames.zip(given.side.chunks_exact(self.bins)) {
            self.overlap.add(mid, side);
        }
    }

    /// Adds frames, each `[n, bins]`.
    pub(super) fn push(&mut self, log_magnitude: &[f32], pan: &[f32], width: &[f32]) {
        self.pan.extend_from_slice(pan);
        self.width.extend_from_slice(width);
        self.advance(|phases, emit| phases.push(log_magnitude, emit));
    }

    /// No more frames come.
    pub(super) fn finish(&mut self) {
        self.advance(|phases, emit| phases.finish(emit));
        self.overlap.finish();
    }

    fn advance(&mut self, step: impl FnOnce(&mut PhaseStream, &mut dyn FnMut(&[Complex32]))) {
        let Self {
            phases,
            decorrelator,
            overlap,
            bins,
            pan,
            width,
            side,
            ..
        } = self;
        let mut used = 0;
        step(phases, &mut |frames| {
            for mid in frames.chunks_exact(*bins) {
                decorrelator.side(mid, &pan[used..used + *bins], &width[used..used + *bins], side);
                overlap.add(mid, side);
                used += *bins;
            }
        });
        pan.drain(..used);
        width.drain(..used);
    }

    /// Gives the samples that are ready, never more than the total.
    pub(super) fn hand_over(
        &mut self,
        sink: &mut dyn FnMut(AudioChunk<'_>) -> ControlFlow<()>,
    ) -> Result<(), CodecError> {
        let mut flow = ControlFlow::Continue(());
        let (total, given) = (self.total, &mut self.given);
        self.overlap.drain(|left, right| {
            let count = (left.len() as u64).min(total - *given) as usize;
            if count > 0 {
                flow = sink(AudioChunk {
                    first: *given,
                    left: &left[..count],
                    right: &right[..count],
                });
                *given += count as u64;
            }
        });
        match flow {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Cancelled.into()),
        }
    }
}

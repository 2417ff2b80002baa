//! Latents to stereo samples, streamed: overlapping chunks through the network, phases that continue, overlap-add.

use std::ops::ControlFlow;

use super::CodecError;
use super::overlap::Overlap;
use super::phase::{PhaseSettings, PhaseStream};
use super::stereo::Decorrelator;
use crate::cancel::{Cancel, Cancelled};
use crate::latents::{LatentClock, Latents};
use crate::models::MusicModels;
use crate::pack::StftSpec;

/// Latents that one run of the network gives, besides its halo: about 6 s.
const CHUNK: usize = 128;

/// How latents become samples.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DecodeSettings {
    /// How phases are made.
    pub phase: PhaseSettings,
}

/// Samples of the music, in order and without gaps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AudioChunk<'a> {
    /// Position of the first sample.
    pub first: u64,
    /// Left channel.
    pub left: &'a [f32],
    /// Right channel, as long.
    pub right: &'a [f32],
}

/// Decodes `latents` to exactly `samples` samples at the pack's rate and hands them to `sink` as they get ready.
/// Memory does not depend on the length. A sink that breaks ends the work as a cancellation does.
///
/// # Errors
/// [`CodecError::TooFewLatents`], a network's failure, or cancellation.
pub fn decode(
    models: &mut MusicModels,
    latents: &Latents,
    samples: u64,
    settings: &DecodeSettings,
    cancel: &Cancel,
    sink: &mut dyn FnMut(AudioChunk<'_>) -> ControlFlow<()>,
) -> Result<(), CodecError> {
    let manifest = models.manifest();
    let (spec, halo, width) = (manifest.stft, manifest.decoder_halo, manifest.latent.width);
    let needed = LatentClock::new(manifest).latents_for(samples);
    let total = latents.frames();
    if latents.width != width || total < needed {
        return Err(CodecError::TooFewLatents {
            found: total,
            width: latents.width,
            needed,
            needed_width: width,
        });
    }
    let mut voice = Voice::new(spec, settings.phase, samples);
    for start in (0..needed).step_by(CHUNK) {
        cancel.check()?;
        let end = (start + CHUNK).min(needed);
        let (from, to) = (start.saturating_sub(halo), (end + halo).min(total));
        let decoder = &mut models.codec_decoder;
        let input = decoder.input([1, to - from, width], latents.rows(from, to - from))?;
        let outputs = decoder.run([input])?;
        let (row, count) = (spec.stack * spec.bins(), (to - from) * spec.stack * spec.bins());
        let part = (start - from) * row..(end - from) * row;
        let log = &outputs.floats("log_magnitude", count)?[part.clone()];
        let pan = &outputs.floats("pan", count)?[part.clone()];
        let wide = &outputs.floats("width", count)?[part];
        voice.push(log, pan, wide);
        voice.hand_over(sink)?;
    }
    cancel.check()?;
    voice.finish();
    voice.hand_over(sink)
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
    side: Vec<realfft::num_complex::Complex32>,
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

    fn advance(
        &mut self,
        step: impl FnOnce(&mut PhaseStream, &mut dyn FnMut(&[realfft::num_complex::Complex32])),
    ) {
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

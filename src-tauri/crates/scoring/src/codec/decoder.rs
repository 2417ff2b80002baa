//! Latents to stereo samples, streamed: overlapping chunks through the network, phases that continue, overlap-add.

use std::ops::{ControlFlow, Range};

use super::CodecError;
use super::phase::PhaseSettings;
use super::voice::Voice;
use crate::cancel::Cancel;
use crate::latents::{LatentClock, Latents};
use crate::models::MusicModels;
use crate::pack::Manifest;

/// Latents that one run of the network gives, besides its halo: about 6 s.
pub(super) const CHUNK: usize = 128;

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
    let total = latents.frames();
    let mut decoder = Decoder::new(models.manifest(), latents.width, total, samples, settings)?;
    decoder.advance(models, &latents.values, total, cancel, sink)
}

/// Decodes a piece while it is being made. A chunk runs as soon as all latents that it depends on are final, over the
/// same ranges whenever that is, so that the samples are to the bit those of [`decode`].
pub struct Decoder {
    voice: Voice,
    /// The next latent to decode.
    next: usize,
    /// Latents that the samples need.
    end: usize,
    /// Latents that there will be.
    total: usize,
    finished: bool,
}

impl Decoder {
    /// A decoder of `samples` samples from `total` latents of `width` channels.
    ///
    /// # Errors
    /// [`CodecError::TooFewLatents`].
    pub fn new(
        manifest: &Manifest,
        width: usize,
        total: usize,
        samples: u64,
        settings: &DecodeSettings,
    ) -> Result<Self, CodecError> {
        let end = check(manifest, width, total, samples)?;
        Ok(Self {
            voice: Voice::new(manifest.stft, settings.phase, samples),
            next: 0,
            end,
            total,
            finished: false,
        })
    }

    /// Decodes as far as the first `ready` of the piece's `latents` (`[.., Z]`) allow; with all of them, to the end.
    ///
    /// # Errors
    /// A network's failure, or cancellation, also by the sink.
    pub fn advance(
        &mut self,
        models: &mut MusicModels,
        latents: &[f32],
        ready: usize,
        cancel: &Cancel,
        sink: &mut dyn FnMut(AudioChunk<'_>) -> ControlFlow<()>,
    ) -> Result<(), CodecError> {
        let halo = models.manifest().decoder_halo;
        while self.next < self.end {
            cancel.check()?;
            let part = self.next..(self.next + CHUNK).min(self.end);
            if (part.end + halo).min(self.total) > ready {
                return Ok(());
            }
            self.next = part.end;
            let voice = &mut self.voice;
            magnitudes(models, latents, self.total, part, |log, pan, wide| {
                voice.push(log, pan, wide);
            })?;
            self.voice.hand_over(sink)?;
        }
        if !self.finished {
            cancel.check()?;
            self.finished = true;
            self.voice.finish();
            self.voice.hand_over(sink)?;
        }
        Ok(())
    }
}

/// Latents that `samples` samples need, if there are so many.
pub(super) fn check(
    manifest: &Manifest,
    width: usize,
    total: usize,
    samples: u64,
) -> Result<usize, CodecError> {
    let needed = LatentClock::new(manifest).latents_for(samples);
    let needed_width = manifest.latent.width;
    if width == needed_width && total >= needed {
        return Ok(needed);
    }
    Err(CodecError::TooFewLatents {
        found: total,
        width,
        needed,
        needed_width,
    })
}

/// Runs the network on the latents `part` of a piece of `total`, with what they depend on around them; `take` gets
/// log-magnitude, pan and width of their frames, `[n, bins]` each.
pub(super) fn magnitudes(
    models: &mut MusicModels,
    latents: &[f32],
    total: usize,
    part: Range<usize>,
    take: impl FnOnce(&[f32], &[f32], &[f32]),
) -> Result<(), CodecError> {
    let manifest = models.manifest();
    let (spec, halo, width) = (manifest.stft, manifest.decoder_halo, manifest.latent.width);
    let (from, to) = (part.start.saturating_sub(halo), (part.end + halo).min(total));
    let decoder = &mut models.codec_decoder;
    let input = decoder.input([1, to - from, width], &latents[from * width..to * width])?;
    let outputs = decoder.run([input])?;
    let (row, count) = (spec.stack * spec.bins(), (to - from) * spec.stack * spec.bins());
    let part = (part.start - from) * row..(part.end - from) * row;
    let log = &outputs.floats("log_magnitude", count)?[part.clone()];
    let pan = &outputs.floats("pan", count)?[part.clone()];
    let wide = &outputs.floats("width", count)?[part];
    take(log, pan, wide);
    Ok(())
}

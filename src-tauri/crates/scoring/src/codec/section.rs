//! A section that was made anew, as samples between those that stay: phases continue the old sound on both sides, and
//! two short fades hide what is left of the difference.

use std::ops::{ControlFlow, Range};

use super::CodecError;
use super::decoder::{AudioChunk, CHUNK, DecodeSettings, check, magnitudes};
use super::voice::{Given, Voice};
use crate::cancel::{Cancel, Cancelled};
use crate::models::MusicModels;
use crate::pack::{Manifest, StftSpec};

/// Length of a fade in seconds.
const FADE_S: f64 = 0.03;
/// Frames of old sound on each side that the new phases continue.
const CONTEXT: usize = 4;

/// Where a section lies in the samples of a take, and what its decoding needs to know of the old sound.
///
/// Both fades end where the border is: the first lies before the section, the second in its last moments. So an
/// attack on either border is heard whole, the first one from the new sound, the second from the old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    span: Range<u64>,
    /// Samples of the take.
    total: u64,
    /// Lengths of the fades.
    fades: [u64; 2],
    /// Frames to make.
    frames: Range<usize>,
    /// Given frames before and after them.
    given: [usize; 2],
    n_fft: u64,
    hop: u64,
}

impl Splice {
    /// For the samples `span` of a take of `total` samples.
    pub fn new(manifest: &Manifest, span: Range<u64>, total: u64) -> Self {
        let spec = manifest.stft;
        let (hop, rate) = (spec.hop as u64, f64::from(manifest.sample_rate));
        let span = span.start.min(total)..span.end.min(total);
        let fade = (FADE_S * rate) as u64;
        let length = span.end.saturating_sub(span.start);
        let before = fade.min(span.start);
        let after = if span.end < total { fade.min(length / 2) } else { 0 };
        let first = (span.start - before).div_ceil(hop) as usize;
        // A section that reaches the end takes all frames of the last latent.
        let all = (total / (hop * spec.stack as u64) + 1) as usize * spec.stack;
        let end = if span.end < total {
            (span.end.div_ceil(hop) as usize).max(first + 1)
        } else {
            all
        };
        Self {
            total,
            fades: [before, after],
            given: [first.min(CONTEXT), if end < all { CONTEXT } else { 0 }],
            frames: first..end,
            span,
            n_fft: spec.n_fft as u64,
            hop,
        }
    }

    /// The samples that change: the section and the fade before it.
    pub fn changed(&self) -> Range<u64> {
        self.span.start - self.fades[0]..self.span.end
    }

    /// Samples of the old take that are needed on the left: before the section.
    pub fn before(&self) -> Range<u64> {
        let first = (self.frames.start - self.given[0]) as u64 * self.hop;
        let last = (self.frames.start as u64 * self.hop).max(self.span.start) + self.n_fft / 2;
        first.saturating_sub(self.n_fft / 2)..last.min(self.total)
    }

    /// Samples of the old take that are needed on the right: the section's last moments and what follows it.
    pub fn after(&self) -> Range<u64> {
        let first = (self.frames.end as u64 * self.hop).saturating_sub(self.n_fft / 2);
        let last = (self.frames.end + self.given[1]) as u64 * self.hop + self.n_fft / 2;
        let first = first.min(self.span.end - self.fades[1]).min(self.total);
        first..last.min(self.total)
    }

    /// Latents whose frames are made.
    fn latents(&self, spec: &StftSpec) -> Range<usize> {
        self.frames.start / spec.stack..self.frames.end.div_ceil(spec.stack)
    }
}

/// Decodes a section while it is being made; gives exactly the samples [`Splice::changed`].
pub struct SectionDecoder {
    splice: Splice,
    voice: Voice,
    after: Given,
    bins: usize,
    stack: usize,
    next: usize,
    end: usize,
    total: usize,
    /// Sample of the take that is the voice's first.
    origin: u64,
    seam: Seam,
    finished: bool,
}

impl SectionDecoder {
    /// `before` and `after` are the old take's samples [`Splice::before`] and [`Splice::after`]; the piece has `total`
    /// latents of `width` channels.
    ///
    /// # Errors
    /// [`CodecError::TooFewLatents`]; [`CodecError::Surroundings`] for samples of another length.
    pub fn new(
        manifest: &Manifest,
        splice: Splice,
        [before, after]: [[&[f32]; 2]; 2],
        [width, total]: [usize; 2],
        settings: &DecodeSettings,
    ) -> Result<Self, CodecError> {
        let spec = manifest.stft;
        check(manifest, width, total, splice.total)?;
        let fits = |planes: [&[f32]; 2], range: Range<u64>| {
            let length = range.end.saturating_sub(range.start) as usize;
            planes.iter().all(|p| p.len() == length)
        };
        if !fits(before, splice.before()) || !fits(after, splice.after()) || splice.span.is_empty() {
            return Err(CodecError::Surroundings);
        }
        let centre = |frame: usize, range: Range<u64>| frame as i64 * spec.hop as i64 - range.start as i64;
        let first = splice.frames.start - splice.given[0];
        let given = Given::measure(&spec, before, centre(first, splice.before()), splice.given[0]);
        let after_given = centre(splice.frames.end, splice.after());
        let after_given = Given::measure(&spec, after, after_given, splice.given[1]);
        let origin = first as u64 * spec.hop as u64;
        let (next, length) = (splice.frames.start as u64, splice.span.end - origin);
        let latents = splice.latents(&spec);
        Ok(Self {
            voice: Voice::resumed(spec, settings.phase, &given, next, length),
            after: after_given,
            bins: spec.bins(),
            stack: spec.stack,
            next: latents.start,
            end: latents.end,
            total,
            origin,
            seam: Seam::new(&splice, before, after),
            splice,
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
            // The first and the last latent may have frames that are given.
            let made = &self.splice.frames;
            let from = made.start.saturating_sub(part.start * self.stack);
            let to = made.end.min(part.end * self.stack) - part.start * self.stack;
            let range = from * self.bins..to * self.bins;
            let voice = &mut self.voice;
            magnitudes(models, latents, self.total, part, |log, pan, wide| {
                voice.push(&log[range.clone()], &pan[range.clone()], &wide[range.clone()]);
            })?;
            self.hand_over(sink)?;
        }
        if !self.finished {
            cancel.check()?;
            self.finished = true;
            if self.splice.given[1] > 0 {
                self.voice.finish_before(&self.after);
            } else {
                self.voice.finish();
            }
            self.hand_over(sink)?;
            self.seam.finish(sink)?;
        }
        Ok(())
    }

    fn hand_over(
        &mut self,
        sink: &mut dyn FnMut(AudioChunk<'_>) -> ControlFlow<()>,
    ) -> Result<(), CodecError> {
        let (seam, origin) = (&mut self.seam, self.origin);
        self.voice
            .hand_over(&mut |chunk| seam.take(origin + chunk.first, chunk, sink))
    }
}

/// The fades from the old sound and back to it.
struct Seam {
    /// The next sample to hand over.
    next: u64,
    /// Old samples under the fades.
    old: [[Vec<f32>; 2]; 2],
    pending: [Vec<f32>; 2],
    opened: bool,
}

impl Seam {
    fn new(splice: &Splice, before: [&[f32]; 2], after: [&[f32]; 2]) -> Self {
        let cut = |planes: [&[f32]; 2], from: u64, count: u64| {
            planes.map(|p| p[from as usize..(from + count) as usize].to_vec())
        };
        let [opening, closing] = splice.fades;
        let start = splice.changed().start;
        Self {
            next: start,
            old: [
                cut(before, start - splice.before().start, opening),
                cut(after, splice.span.end - closing - splice.after().start, closing),
            ],
            pending: [Vec::new(), Vec::new()],
            opened: false,
        }
    }

    /// Takes new samples from `first` on and hands over what is surely not under the second fade.
    fn take(
        &mut self,
        first: u64,
        chunk: AudioChunk<'_>,
        sink: &mut dyn FnMut(AudioChunk<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        // What lies before the first fade only carried the phase.
        let skip = self.next.saturating_sub(first).min(chunk.left.len() as u64) as usize;
        let skip = if self.pending[0].is_empty() && !self.opened {
            skip
        } else {
            0
        };
        for (pending, new) in self.pending.iter_mut().zip([chunk.left, chunk.right]) {
            pending.extend_from_slice(&new[skip..]);
        }
        let [opening, closing] = [self.old[0][0].len(), self.old[1][0].len()];
        if self.pending[0].len() < opening + closing {
            return ControlFlow::Continue(());
        }
        self.open();
        let count = self.pending[0].len() - closing;
        self.give(count, sink)
    }

    fn open(&mut self) {
        if !self.opened {
            self.opened = true;
            let count = self.old[0][0].len();
            let [left, right] = &mut self.pending;
            let [old_left, old_right] = &self.old[0];
            fade(
                [old_left, old_right],
                [&mut left[..count], &mut right[..count]],
                true,
            );
        }
    }

    fn finish(&mut self, sink: &mut dyn FnMut(AudioChunk<'_>) -> ControlFlow<()>) -> Result<(), CodecError> {
        self.open();
        let closing = self.old[1][0].len();
        let from = self.pending[0].len() - closing;
        let [left, right] = &mut self.pending;
        let [old_left, old_right] = &self.old[1];
        fade(
            [old_left, old_right],
            [&mut left[from..], &mut right[from..]],
            false,
        );
        match self.give(from + closing, sink) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Cancelled.into()),
        }
    }

    fn give(
        &mut self,
        count: usize,
        sink: &mut dyn FnMut(AudioChunk<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if count == 0 {
            return ControlFlow::Continue(());
        }
        let [left, right] = &mut self.pending;
        let flow = sink(AudioChunk {
            first: self.next,
            left: &left[..count],
            right: &right[..count],
        });
        self.next += count as u64;
        left.drain(..count);
        right.drain(..count);
        flow
    }
}

/// Fades between old and new in place: straight lines, raised by what two sounds of this correlation lose between
/// them, so that the level holds for like sounds as for unlike ones.
fn fade(old: [&[f32]; 2], new: [&mut [f32]; 2], opening: bool) {
    let count = old[0].len();
    let (mut cross, mut powers) = (0.0, [0.0; 2]);
    for (old, new) in old.iter().zip(&new) {
        for (&a, &b) in old.iter().zip(new.iter()) {
            let (a, b) = (f64::from(a), f64::from(b));
            cross += a * b;
            powers[0] += a * a;
            powers[1] += b * b;
        }
    }
    let likeness = (cross / (powers[0] * powers[1]).sqrt().max(1e-12)).clamp(0.0, 1.0);
    for (old, new) in old.into_iter().zip(new) {
        for (i, (a, b)) in old.iter().zip(new).enumerate() {
            let part = (i as f64 + 0.5) / count as f64;
            let fresh = if opening { part } else { 1.0 - part };
            let stale = 1.0 - fresh;
            let gain = 1.0 / (fresh * fresh + stale * stale + 2.0 * likeness * fresh * stale).sqrt();
            *b = (gain * (stale * f64::from(*a) + fresh * f64::from(*b))) as f32;
        }
    }
}

//! Music window by window: each is composed and at once decoded as far as it goes, so that it can be heard while the
//! next one is made.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use muvi_scoring::codec::{AudioChunk, CodecError, Decoder, SectionDecoder};
use muvi_scoring::generate::{Composition, GenerateEvent};
use muvi_scoring::models::MusicModels;
use muvi_scoring::{Cancel, ScoringError};

use crate::error::Error;
use crate::progress::Progress;

/// Part of the work that is decoding, for the progress; the rest is the solver's. Measured with the shipped pack on a
/// processor; elsewhere the bar is a little uneven, no more.
const DECODING: f64 = 0.25;

/// What turns latents into samples.
pub(crate) enum Sounding {
    Whole(Box<Decoder>),
    Section(Box<SectionDecoder>),
}

impl Sounding {
    fn advance(
        &mut self,
        models: &mut MusicModels,
        piece: &Composition<'_>,
        cancel: &Cancel,
        sink: &mut dyn FnMut(AudioChunk<'_>) -> ControlFlow<()>,
    ) -> Result<(), CodecError> {
        let (latents, ready) = (piece.latents(), piece.ready());
        match self {
            Self::Whole(decoder) => decoder.advance(models, latents, ready, cancel, sink),
            Self::Section(decoder) => decoder.advance(models, latents, ready, cancel, sink),
        }
    }
}

/// Takes blocks of both channels, in order.
pub(crate) type Sink<'a> = dyn FnMut([&[f32]; 2]) -> Result<(), Error> + 'a;

/// How long the parts of the work took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timing {
    pub(crate) solving: Duration,
    pub(crate) decoding: Duration,
}

/// Composes all windows of `piece` and hands `samples` samples to `sink`, in order.
pub(crate) fn stream(
    models: &mut MusicModels,
    piece: &mut Composition<'_>,
    sounding: &mut Sounding,
    samples: u64,
    progress: &mut Progress<'_>,
    sink: &mut Sink<'_>,
) -> Result<Timing, Error> {
    let cancel = Cancel::from(progress.cancel().flag());
    let mut timing = Timing::default();
    let (mut solved, mut heard) = (0.0, 0);
    let at =
        |solved: f64, heard: u64| (1.0 - DECODING) * solved + DECODING * heard as f64 / samples.max(1) as f64;
    loop {
        let begun = Instant::now();
        let mut told = |event: GenerateEvent<'_>| {
            if let Some(fraction) = event.fraction() {
                solved = fraction;
                progress.at(at(solved, heard));
            }
        };
        let more = piece
            .make_window(models, &cancel, &mut told)
            .map_err(ScoringError::from)?;
        if !more {
            return Ok(timing);
        }
        timing.solving += begun.elapsed();
        let begun = Instant::now();
        let mut failure = None;
        let mut pass = |chunk: AudioChunk<'_>| {
            heard += chunk.left.len() as u64;
            let passed = sink([chunk.left, chunk.right]);
            progress.at(at(solved, heard));
            match passed {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            }
        };
        let decoded = sounding.advance(models, piece, &cancel, &mut pass);
        // The sink's own failure is the cause of whatever the decoder says about it.
        if let Some(error) = failure {
            return Err(error);
        }
        decoded.map_err(ScoringError::from)?;
        timing.decoding += begun.elapsed();
    }
}

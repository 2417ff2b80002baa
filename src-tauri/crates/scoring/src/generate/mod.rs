//! The generator: windows of latents that continue each other, over a piece of any length.

mod field;
mod windows;

use std::ops::Range;

use field::{GuidedField, WindowInputs};

use crate::analysis::Analysis;
use crate::cancel::{Cancel, Cancelled};
use crate::conditioning::Conditioner;
use crate::latents::LatentClock;
pub use crate::latents::Latents;
use crate::models::MusicModels;
use crate::noise::fill_noise;
use crate::plan::Plan;
use crate::runtime::StageError;
use crate::solver::{SolverSettings, solve};

/// Latents generated past the picture's end (1 s): the network sees that the music is over, and the decoder has
/// something to look ahead to.
const BEYOND: usize = 22;

/// What music to make.
#[derive(Debug, Clone, Copy)]
pub struct GenerateRequest<'a> {
    /// Tempo, chords, hits, end.
    pub plan: &'a Plan,
    /// What the networks saw; `None` for music from a plan alone.
    pub analysis: Option<&'a Analysis>,
    /// Length of the music in samples at the pack's rate.
    pub samples: u64,
    /// Latents of a style clip ([`crate::codec::encode_style`]); without one the piece's first window sets the style
    /// of the others, so that it stays one piece.
    pub style: Option<&'a Latents>,
    /// Chooses among all music that fits.
    pub seed: u64,
    /// How the flow is solved.
    pub solver: SolverSettings,
}

/// What happens while music is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GenerateEvent<'a> {
    /// A solver step is done.
    Step {
        /// Which window, from 0.
        window: usize,
        /// Number of windows.
        windows: usize,
        /// Steps done in it, from 1.
        step: usize,
        /// Steps of a window.
        steps: usize,
    },
    /// Latents are final.
    Ready {
        /// Index of the first.
        first: usize,
        /// The latents, `[n, Z]`.
        latents: &'a [f32],
    },
}

impl GenerateEvent<'_> {
    /// Part of the work that is done, 0..1, for a step.
    pub fn fraction(&self) -> Option<f64> {
        match *self {
            Self::Step {
                window,
                windows,
                step,
                steps,
            } => Some((window as f64 + step as f64 / steps.max(1) as f64) / windows.max(1) as f64),
            Self::Ready { .. } => None,
        }
    }
}

/// Why there's no music.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// A network failed.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The request makes no sense.
    #[error("{0}")]
    Request(String),
    /// The network gave no numbers.
    #[error(
        "the velocity network gave values that are no numbers; lower the guidance, or try --provider cpu"
    )]
    NotFinite,
    /// The caller stopped the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Makes latents with the networks of a pack.
pub struct Generator<'m> {
    models: &'m mut MusicModels,
}

/// A piece in the making.
struct Piece {
    /// `[L, Z]`, at least one window long.
    values: Vec<f32>,
    /// Whether a latent is given to the windows to come.
    known: Vec<bool>,
    /// Latents of the result; what lies beyond only fills the last window.
    total: usize,
}

impl<'m> Generator<'m> {
    /// A generator on these networks.
    pub fn new(models: &'m mut MusicModels) -> Self {
        Self { models }
    }

    /// Makes a whole piece. The same request on the same pack and machine gives the same latents. The result is a
    /// little longer than the music, for the decoder.
    ///
    /// # Errors
    /// [`GenerateError::Request`], a network's failure, or cancellation (within one evaluation of the network).
    pub fn generate(
        &mut self,
        request: &GenerateRequest<'_>,
        cancel: &Cancel,
        on_event: &mut dyn FnMut(GenerateEvent<'_>),
    ) -> Result<Latents, GenerateError> {
        self.check(request)?;
        let manifest = self.models.manifest();
        let (width, window) = (manifest.latent.width, manifest.window_frames);
        let total = LatentClock::new(manifest).latents_for(request.samples) + BEYOND;
        let length = total.max(window);
        let mut piece = Piece {
            values: vec![0.0; length * width],
            known: vec![false; length],
            total,
        };
        let starts = windows::spread(0, total, window, window / 3);
        let style = request.style.map(|s| s.values.clone());
        self.run(request, &mut piece, &starts, style, cancel, on_event)?;
        piece.values.truncate(total * width);
        Ok(Latents {
            width,
            values: piece.values,
        })
    }

    /// Makes the latents of a section anew, both sides given; everything outside of it comes back as it was.
    ///
    /// # Errors
    /// As [`Generator::generate`]; also if `existing` is not of this length, or the section is empty.
    pub fn regenerate(
        &mut self,
        request: &GenerateRequest<'_>,
        existing: &Latents,
        section_s: Range<f64>,
        cancel: &Cancel,
        on_event: &mut dyn FnMut(GenerateEvent<'_>),
    ) -> Result<Latents, GenerateError> {
        self.check(request)?;
        let manifest = self.models.manifest();
        let (width, window) = (manifest.latent.width, manifest.window_frames);
        let clock = LatentClock::new(manifest);
        let total = existing.frames();
        if existing.width != width || total < clock.latents_for(request.samples) {
            return Err(GenerateError::Request(
                "the take was made with another pack or length; score the whole cue".into(),
            ));
        }
        let section =
            clock.at_or_after(section_s.start).min(total)..clock.at_or_after(section_s.end).min(total);
        if section.is_empty() {
            return Err(GenerateError::Request(
                "the section is too short to be made anew; choose a longer one".into(),
            ));
        }
        let length = total.max(window);
        let mut piece = Piece {
            values: existing.values.clone(),
            known: vec![true; length],
            total,
        };
        piece.values.resize(length * width, 0.0);
        piece.known[section.clone()].fill(false);
        piece.known[total..].fill(false);
        let overlap = window / 3;
        let (from, to) = (
            section.start.saturating_sub(overlap),
            (section.end + overlap).min(length),
        );
        let starts = if to - from <= window {
            // One window, the section in its middle as far as the piece allows.
            vec![
                ((section.start + section.end) / 2)
                    .saturating_sub(window / 2)
                    .min(length - window),
            ]
        } else {
            windows::spread(from, to, window, overlap)
        };
        let style = request
            .style
            .map(|s| s.values.clone())
            .or_else(|| self.own_style(existing, &section));
        self.run(request, &mut piece, &starts, style, cancel, on_event)?;
        piece.values.truncate(total * width);
        Ok(Latents {
            width,
            values: piece.values,
        })
    }

    fn check(&self, request: &GenerateRequest<'_>) -> Result<(), GenerateError> {
        let m = self.models.manifest();
        let problem = if request.samples == 0 {
            Some("there's no time to fill with music; choose a longer video".into())
        } else if request
            .style
            .is_some_and(|s| s.width != m.latent.width || s.frames() != m.style_frames)
        {
            Some("the style was encoded with another pack; encode it again".into())
        } else if request
            .analysis
            .is_some_and(|a| a.conditioning_width != m.conditioning_width)
        {
            Some("the video was analysed with another pack; analyse it again".into())
        } else {
            request.solver.problem()
        };
        problem.map_or(Ok(()), |p| Err(GenerateError::Request(p)))
    }

    /// Without a style clip a section takes the style of what surrounds it.
    fn own_style(&self, existing: &Latents, section: &Range<usize>) -> Option<Vec<f32>> {
        let frames = self.models.manifest().style_frames;
        let before = section.start.checked_sub(frames);
        let after = (section.end + frames <= existing.frames()).then_some(section.end);
        let from = before.or(after)?;
        Some(existing.rows(from, frames).to_vec())
    }

    fn run(
        &mut self,
        request: &GenerateRequest<'_>,
        piece: &mut Piece,
        starts: &[usize],
        mut style: Option<Vec<f32>>,
        cancel: &Cancel,
        on_event: &mut dyn FnMut(GenerateEvent<'_>),
    ) -> Result<(), GenerateError> {
        let manifest = self.models.manifest();
        let (width, window, style_frames) = (
            manifest.latent.width,
            manifest.window_frames,
            manifest.style_frames,
        );
        let steps = request.solver.steps;
        for (index, &start) in starts.iter().enumerate() {
            let inputs = self.inputs(request, piece, start, style.as_deref());
            // In the style segment and where latents are given the network doesn't look at the state.
            let mut state = vec![0.0; inputs.mask.len() * width];
            fill_noise(
                request.seed,
                start as u64,
                width,
                &mut state[style_frames * width..],
            );
            let mut field = GuidedField::new(self.models, inputs, style_frames, &request.solver, cancel);
            solve(&mut field, &mut state, &request.solver, |step| {
                on_event(GenerateEvent::Step {
                    window: index,
                    windows: starts.len(),
                    step,
                    steps,
                });
                Ok(())
            })?;
            let made = piece.take(start, &state[style_frames * width..], width)?;
            on_event(GenerateEvent::Ready {
                first: made.start,
                latents: &piece.values[made.start * width..made.end * width],
            });
            if style.is_none() && window >= style_frames {
                let from = (start + (window - style_frames) / 2) * width;
                style = Some(piece.values[from..from + style_frames * width].to_vec());
            }
        }
        Ok(())
    }

    fn inputs(
        &self,
        request: &GenerateRequest<'_>,
        piece: &Piece,
        start: usize,
        style: Option<&[f32]>,
    ) -> WindowInputs {
        let m = self.models.manifest();
        let (style_rows, rows, width) = (m.style_frames, m.style_frames + m.window_frames, m.latent.width);
        let (channels, video_width) = (m.plan_channels.len(), m.conditioning_width);
        let conditioner = Conditioner::new(m, request.plan, request.analysis);
        let mut inputs = WindowInputs {
            context: vec![0.0; rows * width],
            mask: vec![0.0; rows],
            video: vec![0.0; rows * video_width],
            plan: vec![0.0; rows * channels],
            globals: conditioner.globals(LatentClock::new(m).time(start + m.window_frames / 2)),
        };
        inputs.mask[..style_rows].fill(1.0);
        let (style_plan, window_plan) = inputs.plan.split_at_mut(style_rows * channels);
        if let Some(style) = style {
            inputs.context[..style.len()].copy_from_slice(style);
            conditioner.mark_style(style_plan);
        }
        conditioner.fill(start, window_plan, &mut inputs.video[style_rows * video_width..]);
        for row in (0..m.window_frames).filter(|r| piece.known[start + r]) {
            inputs.mask[style_rows + row] = 1.0;
            let (to, from) = ((style_rows + row) * width, (start + row) * width);
            inputs.context[to..to + width].copy_from_slice(&piece.values[from..from + width]);
        }
        inputs
    }
}

impl Piece {
    /// Takes what a window made where nothing was known (`[W, Z]`), and returns the range that is new.
    fn take(&mut self, start: usize, made: &[f32], width: usize) -> Result<Range<usize>, GenerateError> {
        let mut new: Option<Range<usize>> = None;
        for (latent, row) in (start..).zip(made.chunks_exact(width)) {
            if self.known[latent] {
                continue;
            }
            if !row.iter().all(|v| v.is_finite()) {
                return Err(GenerateError::NotFinite);
            }
            self.values[latent * width..(latent + 1) * width].copy_from_slice(row);
            self.known[latent] = true;
            if latent < self.total {
                new = Some(new.map_or(latent, |r| r.start)..latent + 1);
            }
        }
        Ok(new.unwrap_or(start..start))
    }
}

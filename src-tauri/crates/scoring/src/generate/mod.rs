//! The generator: windows of latents that continue each other, over a piece of any length.

mod field;
mod piece;
mod windows;

use std::ops::Range;

use field::{GuidedField, WindowInputs};
use piece::Piece;

use crate::analysis::Analysis;
use crate::cancel::{Cancel, Cancelled};
use crate::conditioning::Conditioner;
use crate::latents::LatentClock;
pub use crate::latents::Latents;
use crate::models::MusicModels;
use crate::noise::fill_noise;
use crate::pack::Manifest;
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
    /// Where in the picture the music starts, in seconds: the plan counts from here.
    pub from_s: f64,
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

/// A piece that is made window by window, so that its maker can use the networks for something else in between.
pub struct Composition<'a> {
    request: GenerateRequest<'a>,
    piece: Piece,
    starts: Vec<usize>,
    width: usize,
    /// Of the clip, or of what was made first.
    style: Option<Vec<f32>>,
    /// Windows that are done.
    done: usize,
}

impl<'a> Composition<'a> {
    /// A whole piece; a little longer than the music, for the decoder.
    ///
    /// # Errors
    /// [`GenerateError::Request`].
    pub fn new(manifest: &Manifest, request: GenerateRequest<'a>) -> Result<Self, GenerateError> {
        check(manifest, &request)?;
        let (width, window) = (manifest.latent.width, manifest.window_frames);
        let total = LatentClock::new(manifest).latents_for(request.samples) + BEYOND;
        let length = total.max(window);
        Ok(Self {
            piece: Piece {
                values: vec![0.0; length * width],
                known: vec![false; length],
                total,
            },
            starts: windows::spread(0, total, window, window / 3),
            style: request.style.map(|s| s.values.clone()),
            width,
            request,
            done: 0,
        })
    }

    /// A section of `existing`, from and to seconds of the music, made anew with both sides given.
    ///
    /// # Errors
    /// As [`Composition::new`]; also if `existing` is not of this length, or the section is empty.
    pub fn section(
        manifest: &Manifest,
        request: GenerateRequest<'a>,
        existing: &Latents,
        section_s: Range<f64>,
    ) -> Result<Self, GenerateError> {
        check(manifest, &request)?;
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
        let style = request.style.map(|s| s.values.clone());
        Ok(Self {
            piece,
            starts: windows::around(&section, length, window),
            width,
            style: style.or_else(|| own_style(manifest, existing, &section)),
            request,
            done: 0,
        })
    }

    /// Windows of the piece.
    pub fn windows(&self) -> usize {
        self.starts.len()
    }

    /// Number of leading latents that are final.
    pub fn ready(&self) -> usize {
        let known = &self.piece.known[..self.piece.total];
        known.iter().position(|k| !k).unwrap_or(known.len())
    }

    /// Latents that there will be.
    pub fn total(&self) -> usize {
        self.piece.total
    }

    /// The latents, `[L, Z]`; those past [`Composition::ready`] may not be final.
    pub fn latents(&self) -> &[f32] {
        &self.piece.values[..self.piece.total * self.width]
    }

    /// The piece, once all windows are done.
    pub fn into_latents(mut self) -> Latents {
        self.piece.values.truncate(self.piece.total * self.width);
        Latents {
            width: self.width,
            values: self.piece.values,
        }
    }

    /// Makes the next window; `false` if there was none left. The same request on the same pack and machine gives the
    /// same latents.
    ///
    /// # Errors
    /// A network's failure, or cancellation (within one evaluation of the network).
    pub fn make_window(
        &mut self,
        models: &mut MusicModels,
        cancel: &Cancel,
        on_event: &mut dyn FnMut(GenerateEvent<'_>),
    ) -> Result<bool, GenerateError> {
        let (window, windows) = (self.done, self.starts.len());
        let Some(&start) = self.starts.get(window) else {
            return Ok(false);
        };
        let (width, frames) = (self.width, models.manifest().window_frames);
        let style_frames = models.manifest().style_frames;
        let steps = self.request.solver.steps;
        let inputs = self.inputs(models.manifest(), start);
        // In the style segment and where latents are given the network doesn't look at the state.
        let mut state = vec![0.0; inputs.mask.len() * width];
        let noise = &mut state[style_frames * width..];
        fill_noise(self.request.seed, start as u64, width, noise);
        let clip = self.request.style.is_some();
        let mut field = GuidedField::new(models, inputs, style_frames, clip, &self.request.solver, cancel);
        solve(&mut field, &mut state, &self.request.solver, |step| {
            on_event(GenerateEvent::Step {
                window,
                windows,
                step,
                steps,
            });
            Ok(())
        })?;
        let made = self.piece.take(start, &state[style_frames * width..], width)?;
        on_event(GenerateEvent::Ready {
            first: made.start,
            latents: &self.piece.values[made.start * width..made.end * width],
        });
        if self.style.is_none() && frames >= style_frames {
            let from = (start + (frames - style_frames) / 2) * width;
            self.style = Some(self.piece.values[from..from + style_frames * width].to_vec());
        }
        self.done += 1;
        Ok(true)
    }

    fn inputs(&self, m: &Manifest, start: usize) -> WindowInputs {
        let (request, piece) = (&self.request, &self.piece);
        let (style_rows, rows, width) = (m.style_frames, m.style_frames + m.window_frames, m.latent.width);
        let (channels, video_width) = (m.plan_channels.len(), m.conditioning_width);
        let conditioner = Conditioner::new(m, request.plan, request.analysis).from(request.from_s);
        let mut inputs = WindowInputs {
            context: vec![0.0; rows * width],
            mask: vec![0.0; rows],
            video: vec![0.0; rows * video_width],
            plan: vec![0.0; rows * channels],
            globals: conditioner.globals(LatentClock::new(m).time(start + m.window_frames / 2)),
        };
        inputs.mask[..style_rows].fill(1.0);
        let (style_plan, window_plan) = inputs.plan.split_at_mut(style_rows * channels);
        if let Some(style) = &self.style {
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

/// How many windows a piece of `samples` samples takes, or a section of it from and to seconds.
pub fn window_count(manifest: &Manifest, samples: u64, section_s: Option<Range<f64>>) -> usize {
    let (clock, window) = (LatentClock::new(manifest), manifest.window_frames);
    let total = clock.latents_for(samples) + BEYOND;
    match section_s {
        None => windows::spread(0, total, window, window / 3).len(),
        Some(s) => {
            let section = clock.at_or_after(s.start).min(total)..clock.at_or_after(s.end).min(total);
            windows::around(&section, total.max(window), window).len()
        }
    }
}

/// Makes whole pieces and sections at once with the networks of a pack.
pub struct Generator<'m> {
    models: &'m mut MusicModels,
}

impl<'m> Generator<'m> {
    /// A generator on these networks.
    pub fn new(models: &'m mut MusicModels) -> Self {
        Self { models }
    }

    /// Makes a whole piece ([`Composition`]).
    ///
    /// # Errors
    /// [`GenerateError::Request`], a network's failure, or cancellation (within one evaluation of the network).
    pub fn generate(
        &mut self,
        request: &GenerateRequest<'_>,
        cancel: &Cancel,
        on_event: &mut dyn FnMut(GenerateEvent<'_>),
    ) -> Result<Latents, GenerateError> {
        let mut composition = Composition::new(self.models.manifest(), *request)?;
        while composition.make_window(self.models, cancel, on_event)? {}
        Ok(composition.into_latents())
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
        let mut composition = Composition::section(self.models.manifest(), *request, existing, section_s)?;
        while composition.make_window(self.models, cancel, on_event)? {}
        Ok(composition.into_latents())
    }
}

fn check(m: &Manifest, request: &GenerateRequest<'_>) -> Result<(), GenerateError> {
    let problem = if request.samples == 0 {
        Some("there's no time to fill with music; choose a longer video".into())
    } else if !request.from_s.is_finite() || request.from_s < 0.0 {
        Some("the music starts before the picture; move it".into())
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
fn own_style(m: &Manifest, existing: &Latents, section: &Range<usize>) -> Option<Vec<f32>> {
    let frames = m.style_frames;
    let before = section.start.checked_sub(frames);
    let after = (section.end + frames <= existing.frames()).then_some(section.end);
    let from = before.or(after)?;
    Some(existing.rows(from, frames).to_vec())
}

//! A take of a whole cue, and what all takes have in common.

use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use muvi_scoring::ScoringError;
use muvi_scoring::codec::{DecodeSettings, Decoder};
use muvi_scoring::generate::{Composition, GenerateRequest};
use muvi_scoring::latents::Latents;
use muvi_scoring::models::MusicModels;
use muvi_scoring::plan::Plan;
use muvi_scoring::solver::SolverSettings;

use super::cue::{Cue, solver};
use super::document::{VERSION, beats_heard};
use super::ears::Ears;
use super::files::Draft;
use super::latents::TakeLatents;
use super::stream::{Sounding, Timing, stream};
use super::{
    ComposeRequest, ComposedTake, PackFacts, SectionFacts, TakeDocument, TakeEvent, TakePaths, Wishes,
    landings, style,
};
use crate::engine::Engine;
use crate::error::Error;
use crate::event::Phase;
use crate::level::peaks_of;
use crate::progress::Progress;

/// The listener of a take, told by the job's progress as well as by its samples.
pub(super) struct Teller<'l>(Mutex<&'l mut (dyn FnMut(TakeEvent<'_>) + Send)>);

impl<'l> Teller<'l> {
    pub(super) fn new(listener: &'l mut (dyn FnMut(TakeEvent<'_>) + Send)) -> Self {
        Self(Mutex::new(listener))
    }

    pub(super) fn tell(&self, event: TakeEvent<'_>) {
        (self.0.lock().unwrap_or_else(PoisonError::into_inner))(event);
    }
}

/// A take on its way to the disk: every sample is written, measured and told.
pub(super) struct Writing<'t, 'l> {
    draft: Draft,
    ears: Ears,
    teller: &'t Teller<'l>,
}

impl<'t, 'l> Writing<'t, 'l> {
    pub(super) fn begin(
        paths: &TakePaths,
        sample_rate: u32,
        samples: u64,
        teller: &'t Teller<'l>,
    ) -> Result<Self, Error> {
        let draft = Draft::create(paths, sample_rate, samples)?;
        teller.tell(TakeEvent::Growing {
            wav: &paths.growing(),
            samples,
        });
        Ok(Self {
            draft,
            ears: Ears::new(sample_rate)?,
            teller,
        })
    }

    pub(super) fn add(&mut self, planes: [&[f32]; 2]) -> Result<(), Error> {
        let ready = self.draft.write(planes)?;
        self.ears.hear(planes)?;
        self.teller.tell(TakeEvent::Samples {
            first: ready - planes[0].len() as u64,
            planes,
            ready,
        });
        Ok(())
    }
}

/// What a take was made from, for its document.
pub(super) struct Facts<'a> {
    pub(super) engine: &'a Engine,
    pub(super) models: &'a MusicModels,
    pub(super) paths: &'a TakePaths,
    pub(super) span: Range<u64>,
    pub(super) wishes: &'a Wishes,
    pub(super) style_name: Option<String>,
    pub(super) solver: SolverSettings,
    pub(super) sections: Vec<SectionFacts>,
    pub(super) plan: Plan,
    pub(super) latents: TakeLatents,
    /// Hit points and their settings that the landings are measured with: those of the section, if it is one.
    pub(super) latest: &'a Wishes,
    pub(super) latest_solver: SolverSettings,
    pub(super) latest_style: Option<String>,
    pub(super) changed: Option<Range<u64>>,
}

impl Facts<'_> {
    /// Measures the take, names its files, and says what it became.
    pub(super) fn keep(
        self,
        writing: Writing<'_, '_>,
        mut progress: Progress<'_>,
    ) -> Result<ComposedTake, Error> {
        progress.start(Phase::Level)?;
        let heard = writing.ears.finish()?;
        let sample_rate = self.engine.sample_rate();
        let rate = f64::from(sample_rate);
        let samples = self.span.end - self.span.start;
        let (from_s, length_s) = (self.span.start as f64 / rate, samples as f64 / rate);
        let landings = landings(&self.latest.hits, &heard.onsets.times_s, from_s, length_s);
        let provider = self.models.report().clone();
        let (beats, beat_offset_ms) = beats_heard(&self.plan, &heard.rhythm);
        let document = TakeDocument {
            version: VERSION,
            pack: PackFacts::of(&self.engine.pack),
            sample_rate,
            span: self.span,
            wishes: self.wishes.clone(),
            style_name: self.style_name,
            solver: self.solver,
            sections: self.sections,
            bpm: self.plan.bpm(),
            plan: self.plan,
            loudness: heard.loudness.into(),
            level: heard.level,
            onsets_s: heard.onsets.times_s,
            onset_strengths: heard.onsets.strengths,
            beats,
            beat_offset_ms,
            landings: landings.clone(),
            provider: provider.clone(),
            runtime: self.engine.runtime.version(),
        };
        let peaks = peaks_of(&self.paths.growing(), &heard.loudness, samples, &mut progress)?;
        let json = document.to_bytes(self.paths)?;
        progress.check()?;
        writing.draft.keep(&self.latents.to_bytes(), &json)?;
        let (stages, seconds, warnings) = progress.into_times();
        Ok(ComposedTake {
            files: self.paths.clone(),
            samples,
            sample_rate,
            loudness: heard.loudness,
            peaks,
            bpm: document.bpm,
            provider,
            landings,
            style_name: self.latest_style,
            steps: self.latest_solver.steps,
            guidance: self.latest_solver.guidance,
            changed: self.changed,
            stages,
            seconds,
            warnings,
        })
    }
}

/// Composes a cue with networks that are loaded. Says how long the networks took.
pub(super) fn compose(
    request: &ComposeRequest<'_>,
    engine: &Engine,
    models: &mut MusicModels,
    mut progress: Progress<'_>,
    teller: &Teller<'_>,
) -> Result<(ComposedTake, Work), Error> {
    let (paths, manifest) = (TakePaths::new(request.base), engine.pack.manifest());
    progress.start(Phase::Plan)?;
    let cue = Cue::new(request.seen, request.wishes, request.span, manifest, &paths)?;
    let choice = &request.wishes.style;
    let style_name = style::name(choice, cue.mood(), manifest);
    let clip = style::read(choice, cue.mood(), request.tools, engine, &progress)?;
    let plan = cue.plan(clip.as_ref().and_then(|clip| clip.pulse(engine.sample_rate())))?;
    let solver = solver(request.wishes, manifest);
    let samples = request.span.end - request.span.start;

    progress.start(Phase::Style)?;
    let style = clip.map(|clip| clip.encode(models)).transpose()?;

    let mut piece = Composition::new(
        manifest,
        GenerateRequest {
            plan: &plan,
            analysis: Some(&request.seen.analysis),
            from_s: cue.from_s,
            samples,
            style: style.as_ref(),
            seed: request.wishes.seed,
            solver,
        },
    )
    .map_err(ScoringError::from)?;
    let width = manifest.latent.width;
    let decoder = Decoder::new(
        manifest,
        width,
        piece.total(),
        samples,
        &DecodeSettings::default(),
    )
    .map_err(ScoringError::from)?;
    let mut sounding = Sounding::Whole(Box::new(decoder));
    let mut writing = Writing::begin(&paths, engine.sample_rate(), samples, teller)?;

    progress.start(Phase::Compose)?;
    let timing = stream(
        models,
        &mut piece,
        &mut sounding,
        samples,
        &mut progress,
        &mut |planes| writing.add(planes),
    )?;
    let work = Work {
        windows: piece.windows(),
        solver,
        clip: style.is_some(),
        decoded: samples,
        timing,
    };
    let facts = Facts {
        engine,
        models,
        paths: &paths,
        span: request.span.clone(),
        wishes: request.wishes,
        style_name: style_name.clone(),
        solver,
        sections: Vec::new(),
        latents: latents(engine, piece.into_latents(), style.clone()),
        plan: plan.clone(),
        latest: request.wishes,
        latest_solver: solver,
        latest_style: style_name,
        changed: None,
    };
    Ok((facts.keep(writing, progress)?, work))
}

pub(super) fn latents(engine: &Engine, music: Latents, style: Option<Latents>) -> TakeLatents {
    TakeLatents {
        pack: engine.pack.hash().to_owned(),
        music,
        style,
    }
}

/// What the networks did for a take.
pub(super) struct Work {
    pub(super) windows: usize,
    pub(super) solver: SolverSettings,
    /// Whether it was in the style of a clip.
    pub(super) clip: bool,
    /// Samples that were decoded.
    pub(super) decoded: u64,
    pub(super) timing: Timing,
}

/// Fails before any work if the files of a take can't be written.
pub(super) fn check_target(base: &Path, sample_rate: u32, samples: u64) -> Result<(), Error> {
    Draft::create(&TakePaths::new(base), sample_rate, samples).map(drop)
}

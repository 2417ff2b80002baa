//! A section of a take made anew: what lies outside of it and of the fade before it is copied from the old take.

use std::ops::Range;

use muvi_media::wav::WavReader;
use muvi_scoring::ScoringError;
use muvi_scoring::codec::{DecodeSettings, SectionDecoder, Splice};
use muvi_scoring::generate::{Composition, GenerateRequest};
use muvi_scoring::models::MusicModels;

use super::cue::{Cue, solver};
use super::latents::TakeLatents;
use super::make::{Facts, Teller, Work, Writing, latents};
use super::stream::{Sounding, stream};
use super::{ComposedTake, SectionFacts, SectionRequest, TakeDocument, TakePaths, style};
use crate::engine::Engine;
use crate::error::{Error, TakeProblem};
use crate::event::Phase;
use crate::progress::Progress;

/// A shorter section holds no music.
const LEAST_S: f64 = 0.25;
const BLOCK: usize = 1 << 15;

/// A take that is there.
struct Old {
    paths: TakePaths,
    document: TakeDocument,
    latents: TakeLatents,
    sound: WavReader,
}

impl Old {
    fn open(request: &SectionRequest<'_>, engine: &Engine) -> Result<Self, Error> {
        let paths = TakePaths::new(request.old);
        let document = TakeDocument::read(&paths)?;
        if document.pack.hash != engine.pack.hash() {
            return Err(paths.error(TakeProblem::OtherPack {
                made: document.pack.words(),
                now: engine.pack_name(),
            }));
        }
        let latents = TakeLatents::read(&paths)?;
        let sound = WavReader::open(&paths.wav()).map_err(|error| paths.error(error.into()))?;
        let length = document.span.end.saturating_sub(document.span.start);
        if sound.frames() != length || sound.sample_rate() != engine.sample_rate() {
            let file = paths.wav();
            return Err(paths.error(TakeProblem::Damaged { file }));
        }
        Ok(Self {
            paths,
            document,
            latents,
            sound,
        })
    }

    /// Samples of the old take; all of them are there.
    fn samples(&mut self, range: Range<u64>) -> Result<[Vec<f32>; 2], Error> {
        let count = range.end.saturating_sub(range.start) as usize;
        let mut planes = [vec![0.0; count], vec![0.0; count]];
        let [left, right] = &mut planes;
        let read = self.sound.seek(range.start);
        let read = read.and_then(|()| self.sound.read([left, right]));
        match read {
            Ok(read) if read == count => Ok(planes),
            Ok(_) => Err(self.paths.error(TakeProblem::Damaged {
                file: self.paths.wav(),
            })),
            Err(error) => Err(self.paths.error(error.into())),
        }
    }

    /// Copies samples of the old take into the new one.
    fn copy(
        &mut self,
        range: Range<u64>,
        writing: &mut Writing<'_, '_>,
        progress: &Progress<'_>,
    ) -> Result<(), Error> {
        let mut at = range.start;
        while at < range.end {
            progress.check()?;
            let end = (at + BLOCK as u64).min(range.end);
            let [left, right] = self.samples(at..end)?;
            writing.add([&left, &right])?;
            at = end;
        }
        Ok(())
    }
}

/// Makes a section anew with networks that are loaded. Says how long the networks took.
pub(super) fn regenerate(
    request: &SectionRequest<'_>,
    engine: &Engine,
    models: &mut MusicModels,
    mut progress: Progress<'_>,
    teller: &Teller<'_>,
) -> Result<(ComposedTake, Work), Error> {
    let (paths, manifest) = (TakePaths::new(request.base), engine.pack.manifest());
    progress.start(Phase::Plan)?;
    let mut old = Old::open(request, engine)?;
    let take = old.document.span.clone();
    let rate = f64::from(engine.sample_rate());
    let span = check(request.span, &take, rate, &old.paths)?;
    let section_s = span.start as f64 / rate..span.end as f64 / rate;
    let cue = Cue::new(request.seen, request.wishes, &take, manifest, &paths)?;
    let plan = old
        .document
        .plan
        .revised(section_s.clone(), &cue.hits(), Some(&cue.intensity()))
        .map_err(ScoringError::from)?;
    let solver = solver(request.wishes, manifest);
    let samples = take.end - take.start;

    progress.start(Phase::Style)?;
    let (style_name, given) = if request.keep_style {
        (old.document.style_name.clone(), old.latents.style.clone())
    } else {
        let choice = &request.wishes.style;
        let clip = style::read(choice, cue.mood(), request.tools, engine, &progress)?;
        let encoded = clip.map(|clip| clip.encode(models)).transpose()?;
        (style::name(choice, cue.mood(), manifest), encoded)
    };

    let mut piece = Composition::section(
        manifest,
        GenerateRequest {
            plan: &plan,
            analysis: Some(&request.seen.analysis),
            from_s: cue.from_s,
            samples,
            style: given.as_ref(),
            seed: request.wishes.seed,
            solver,
        },
        &old.latents.music,
        section_s,
    )
    .map_err(ScoringError::from)?;
    let splice = Splice::new(manifest, span.clone(), samples);
    let changed = splice.changed();
    let (before, after) = (old.samples(splice.before())?, old.samples(splice.after())?);
    let decoder = SectionDecoder::new(
        manifest,
        splice,
        [[&before[0], &before[1]], [&after[0], &after[1]]],
        [manifest.latent.width, piece.total()],
        &DecodeSettings::default(),
    )
    .map_err(ScoringError::from)?;
    let mut sounding = Sounding::Section(Box::new(decoder));
    let mut writing = Writing::begin(&paths, engine.sample_rate(), samples, teller)?;

    progress.start(Phase::Compose)?;
    old.copy(0..changed.start, &mut writing, &progress)?;
    let decoded = changed.end - changed.start;
    let timing = stream(
        models,
        &mut piece,
        &mut sounding,
        decoded,
        &mut progress,
        &mut |planes| writing.add(planes),
    )?;
    old.copy(changed.end..samples, &mut writing, &progress)?;
    let work = Work {
        windows: piece.windows(),
        solver,
        clip: given.is_some(),
        decoded,
        timing,
    };
    let mut sections = old.document.sections.clone();
    sections.push(SectionFacts {
        span,
        changed: changed.clone(),
        wishes: request.wishes.clone(),
        style_name: style_name.clone(),
        solver,
    });
    let facts = Facts {
        engine,
        models,
        paths: &paths,
        span: take,
        wishes: &old.document.wishes,
        style_name: old.document.style_name.clone(),
        solver: old.document.solver,
        sections,
        latents: latents(engine, piece.into_latents(), old.latents.style.clone()),
        plan: plan.clone(),
        latest: request.wishes,
        latest_solver: solver,
        latest_style: style_name,
        changed: Some(changed),
    };
    Ok((facts.keep(writing, progress)?, work))
}

/// The section in samples of the take.
pub(super) fn check(
    span: &Range<u64>,
    take: &Range<u64>,
    rate: f64,
    paths: &TakePaths,
) -> Result<Range<u64>, Error> {
    if span.start < take.start || span.end > take.end || span.is_empty() {
        return Err(paths.error(TakeProblem::SectionOutside));
    }
    let seconds = (span.end - span.start) as f64 / rate;
    if seconds < LEAST_S {
        let least_s = LEAST_S;
        return Err(paths.error(TakeProblem::SectionShort { seconds, least_s }));
    }
    Ok(span.start - take.start..span.end - take.start)
}

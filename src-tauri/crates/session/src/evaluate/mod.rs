//! How well music fits a video, in figures.

mod ears;
mod landing;
mod measure;
mod measures;

use std::path::Path;

use muvi_media::Tools;
use muvi_scoring::analysis::Analysis;
use muvi_scoring::pulse::{Pulse, track};
use muvi_scoring::similarity::{FeatureRow, Similarity, SimilarityError};
use muvi_scoring::{Cancel, ScoringError};

use crate::cancel::CancelToken;
use crate::describe;
use crate::engine::Engine;
use crate::error::Error;
use crate::event::{Event, Phase};
use crate::progress::Progress;
use crate::report::{EvaluationReport, MusicFacts};
use crate::request::EvaluateRequest;
use crate::score::open;
use crate::watch::watch;

pub(crate) use ears::{Ears, Heard};
pub use landing::{LandingReport, MomentKind, MomentLanding};
pub use measure::{Measure, Unit};
pub use measures::{BeatsOf, Figures};
pub(crate) use measures::{Sight, Sim, Sound};

/// Music and picture may differ by so much in length before it is said.
const SAME_LENGTH_S: f64 = 0.5;
/// Shifts over which SIM's chance is taken.
const SIM_SHIFTS: usize = 60;

/// Judges music against a video.
///
/// # Errors
/// With the first thing that can't be used.
pub fn evaluate(
    request: &EvaluateRequest,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<EvaluationReport, Error> {
    run(request, cancel, listener).map_err(|error| cancel.reason(error))
}

fn run(
    request: &EvaluateRequest,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<EvaluationReport, Error> {
    let mut progress = Progress::new(vec![Phase::Open, Phase::Watch, Phase::Listen], cancel, listener);
    progress.start(Phase::Open)?;
    let tools = Tools::locate()?;
    let info = open(&tools, &request.video)?;
    let engine = Engine::open(&request.engine)?;

    progress.start(Phase::Watch)?;
    let watched = watch(&tools, &info, &engine, request.engine.cache, &mut progress)?;
    let analysis = &watched.seen.analysis;

    progress.start(Phase::Listen)?;
    let picture_s = info.duration().as_secs_f64();
    let (music, facts) = listen(&request.music, &tools, &engine, picture_s, &mut progress)?;
    let reference = request.reference.as_deref();
    let reference = reference.map(|path| listen(path, &tools, &engine, picture_s, &mut progress));
    let reference = reference.transpose()?;
    let shortest = reference.as_ref().map_or(f64::MAX, |(_, facts)| facts.heard_s);
    let length_s = picture_s.min(facts.heard_s).min(shortest);
    if picture_s - length_s > SAME_LENGTH_S {
        progress.warn(format!(
            "only the first {length_s:.1} s of the picture's {picture_s:.1} s are judged: the music ends there"
        ));
    }
    let hits = watched.seen.hits();
    let sight = Sight {
        cuts_s: watched.seen.cuts.iter().map(|cut| cut.time_s).collect(),
        hits_s: hits.iter().map(|hit| hit.time_s).collect(),
        intensity: analysis.intensity(),
        length_s,
    }
    .cropped();
    let pulse = track(&music.rhythm);
    let strong = music.onsets.strong();
    let sound = Sound {
        onsets_s: &music.onsets.times_s,
        strong_s: &strong,
        level: &music.level,
        loudness: music.loudness.into(),
        pulse: Some(&pulse),
    };
    let reference = reference.map(|(heard, facts)| (heard.onsets.strong(), facts));
    let figures = Figures::of(&sight, &sound, reference.as_ref().map(|it| &it.0[..]));
    let sim = similarity(&engine, analysis, 0.0, &music.features, cancel)?;
    let measures = figures.rows(&sound, &sim);
    let (_, _, warnings) = progress.into_times();
    Ok(EvaluationReport {
        input: describe::input(&info),
        music: facts,
        reference: reference.map(|it| it.1),
        judged_s: length_s,
        cut_count: sight.cuts_s.len(),
        hit_count: sight.hits_s.len(),
        onset_count: music.onsets.times_s.len(),
        beats_found: beats(&pulse),
        measures,
        figures,
        warnings,
    })
}

/// Times and places of beats: seconds, bar from 1, beat in the bar from 1.
fn beats(pulse: &Pulse) -> Vec<(f64, u32, u32)> {
    let place = |beat: &muvi_scoring::plan::Beat| (beat.time_s, beat.bar + 1, u32::from(beat.beat) + 1);
    pulse.beats.iter().map(place).collect()
}

/// Listens to as much of the music as the picture lasts; says where it is longer.
fn listen(
    path: &Path,
    tools: &Tools,
    engine: &Engine,
    picture_s: f64,
    progress: &mut Progress<'_>,
) -> Result<(Heard, MusicFacts), Error> {
    let hz = engine.sample_rate();
    let limit = (picture_s * f64::from(hz)).round() as u64;
    let listened = ears::listen(path, tools, hz, limit, progress)?;
    let length_s = listened.length_s;
    if let Some(length_s) = length_s.filter(|it| it - picture_s > SAME_LENGTH_S) {
        progress.warn(format!(
            "{} lasts {length_s:.1} s, the picture {picture_s:.1} s: what comes after it is not judged",
            path.display()
        ));
    }
    let heard_s = listened.heard.samples as f64 / f64::from(hz);
    let facts = MusicFacts {
        path: path.to_path_buf(),
        length_s,
        heard_s,
    };
    Ok((listened.heard, facts))
}

/// SIM of music that starts `from_s` seconds into the picture.
pub(crate) fn similarity(
    engine: &Engine,
    analysis: &Analysis,
    from_s: f64,
    features: &[FeatureRow],
    cancel: &CancelToken,
) -> Result<Sim, Error> {
    let loaded = Similarity::load(&engine.pack, &engine.runtime, &engine.settings);
    let Some(mut network) = loaded.map_err(ScoringError::from)? else {
        return Ok(Sim::Unknown("this pack has no music encoder".into()));
    };
    if analysis.conditioning_width != engine.pack.manifest().conditioning_width {
        return Ok(Sim::Unknown("the picture was analysed with another pack".into()));
    }
    let first = ((from_s * analysis.rate_hz()) as usize).min(analysis.frames) * analysis.conditioning_width;
    let rows = analysis.conditioning.get(first..).unwrap_or_default();
    let embedded = network.embed(rows, features, &Cancel::from(cancel.flag()));
    let embedded = embedded.map_err(|error: SimilarityError| ScoringError::from(error))?;
    Ok(match embedded.similarity(0) {
        Some(value) => Sim::Known(value, embedded.by_chance(SIM_SHIFTS)),
        None => Sim::Unknown("too short to tell".into()),
    })
}

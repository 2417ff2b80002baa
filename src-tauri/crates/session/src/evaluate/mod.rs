//! How well music fits a video, in figures.

mod landing;

use std::path::Path;

use muvi_media::Tools;
use muvi_media::audio::AudioReader;
use muvi_scoring::curve::Curve;
use muvi_scoring::hits::{HitSettings, find_hits};
use muvi_scoring::metrics::{
    LiftSettings, LoudnessEnvelope, OnsetDetector, Onsets, beats_in_bins, hit_lift, intensity_lift,
};

use crate::cancel::CancelToken;
use crate::describe;
use crate::engine::Engine;
use crate::error::{Error, StyleProblem};
use crate::event::{Event, Phase};
use crate::progress::Progress;
use crate::report::{BinScores, EvaluationReport};
use crate::request::EvaluateRequest;
use crate::score::open;
use crate::watch::watch;

pub use landing::{LandingReport, MomentKind, MomentLanding};

/// How far an onset may be from a hit to count.
const TOLERANCE_S: f64 = 0.07;
const BINS_S: [f64; 2] = [1.0, 0.2];
const BLOCK: usize = 1 << 14;

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
    let rate_hz = analysis.rate_hz();

    progress.start(Phase::Listen)?;
    let hz = engine.sample_rate();
    let duration_s = info.duration().as_secs_f64();
    let music = listen(&request.music, &tools, hz, rate_hz, duration_s, &progress)?;
    let reference = match &request.reference {
        Some(path) => Some(listen(path, &tools, hz, rate_hz, duration_s, &progress)?),
        None => None,
    };
    let times: Vec<f64> = find_hits(analysis, &watched.seen.score_cuts(), &HitSettings::default())
        .iter()
        .map(|hit| hit.time_s)
        .collect();
    let settings = LiftSettings::default();
    let onsets = &music.onsets.times_s;
    let (_, _, warnings) = progress.into_times();
    Ok(EvaluationReport {
        input: describe::input(&info),
        hit_count: times.len(),
        onset_count: onsets.len(),
        hits: hit_lift(&times, onsets, duration_s, TOLERANCE_S, &settings),
        intensity: intensity_lift(&analysis.intensity(), &music.envelope, &settings),
        reference: reference.map_or_else(Vec::new, |it| bins(&it.onsets.times_s, onsets, duration_s)),
        warnings,
    })
}

fn bins(reference: &[f64], ours: &[f64], duration_s: f64) -> Vec<BinScores> {
    let score =
        |bin_s| beats_in_bins(reference, ours, duration_s, bin_s).map(|scores| BinScores { bin_s, scores });
    BINS_S.into_iter().filter_map(score).collect()
}

struct Heard {
    onsets: Onsets,
    envelope: Curve,
}

/// Listens to as much of the music as the picture lasts.
fn listen(
    path: &Path,
    tools: &Tools,
    hz: u32,
    rate_hz: f64,
    duration_s: f64,
    progress: &Progress<'_>,
) -> Result<Heard, Error> {
    let wrap = |error| Error::Music {
        path: path.to_path_buf(),
        problem: StyleProblem::Audio(error),
    };
    let frames = (duration_s * f64::from(hz)).round() as u64;
    let mut reader = AudioReader::open_file(tools, path, hz, Some(frames)).map_err(wrap)?;
    let mut detector = OnsetDetector::new(hz);
    let mut envelope = LoudnessEnvelope::new(hz, rate_hz);
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    loop {
        progress.check()?;
        let read = reader.read([&mut left, &mut right]).map_err(wrap)?;
        if read == 0 {
            return Ok(Heard {
                onsets: detector.finish(),
                envelope: envelope.finish(),
            });
        }
        detector.push(&left[..read], &right[..read]);
        envelope.push(&left[..read], &right[..read]);
    }
}

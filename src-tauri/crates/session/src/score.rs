//! From a video file to a scored file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use muvi_media::audio::AudioReader;
use muvi_media::export::{ExportOptions, ExportPlan, SoundCodec};
use muvi_media::loudness::LoudnessMeter;
use muvi_media::{MediaInfo, Tools, probe};
use muvi_playback::{Renderer, Source, SourceError};
use muvi_scoring::ScoringError;
use muvi_scoring::models::{MusicModels, PictureModels};
use muvi_scoring::plan::{ClipPulse, Plan, PlanRequest};
use muvi_scoring::solver::SolverSettings;
use muvi_timeline::{DuckBy, Ducking, FadeCurve, Mix, SampleSpan, TempTrack, TrackMix};

use crate::cancel::CancelToken;
use crate::describe;
use crate::engine::{Engine, announce};
use crate::error::Error;
use crate::event::{Event, Phase};
use crate::level::{self, Aim, Plain, Reached};
use crate::progress::Progress;
use crate::report::{LoudnessReport, ScoreReport};
use crate::request::{ScoreRequest, TempTrackChoice};
use crate::speech::spoken;
use crate::style;
use crate::take::{Brief, Take};
use crate::target::workplace;
use crate::watch::{WatchTaps, Watched, watch_with};

/// Lossy codecs overshoot the samples that they were given; this leaves them room.
const CEILING_LOSSY_DBTP: f32 = -1.5;
const CEILING_DBTP: f32 = -1.0;
const GAINS_DB: (f64, f64) = (-40.0, 24.0);

/// Writes music for a video and exports both.
///
/// # Errors
/// With the first thing that can't be used or done; nothing is left behind then.
pub fn score(
    request: &ScoreRequest,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<ScoreReport, Error> {
    score_with(request, &mut Kit::default(), cancel, listener)
}

/// What one score leaves to the next: the pack with its runtime, and, if they are kept, the networks.
#[derive(Default)]
pub(crate) struct Kit {
    engine: Option<Engine>,
    picture: Option<PictureModels>,
    music: Option<MusicModels>,
    keep: bool,
}

impl Kit {
    /// Keeps the networks between scores.
    pub(crate) fn kept(engine: Engine) -> Self {
        Self {
            engine: Some(engine),
            keep: true,
            ..Self::default()
        }
    }
}

/// The same with what an earlier score has left.
pub(crate) fn score_with(
    request: &ScoreRequest,
    kit: &mut Kit,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<ScoreReport, Error> {
    run(request, kit, cancel, listener).map_err(|error| cancel.reason(error))
}

fn run(
    request: &ScoreRequest,
    kit: &mut Kit,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<ScoreReport, Error> {
    let mut phases = vec![Phase::Open, Phase::Watch];
    // Whether the video has a sound of its own isn't known yet.
    phases.extend((wanted_temp_track(request) == TempTrackChoice::Duck).then_some(Phase::Speech));
    phases.extend([Phase::Plan, Phase::Style, Phase::Compose, Phase::Export]);
    let mut progress = Progress::new(phases, cancel, listener);

    progress.start(Phase::Open)?;
    let tools = Tools::locate()?;
    let info = open(&tools, &request.input)?;
    let Kit {
        engine,
        picture,
        music,
        keep,
    } = kit;
    let engine: &Engine = match engine {
        Some(engine) => engine,
        none => none.insert(Engine::open(&request.engine)?),
    };
    let export = ExportPlan::new(
        &tools,
        &info,
        &ExportOptions {
            output: request.output.clone(),
            sample_rate: engine.sample_rate(),
            codec: request.codec.map(SoundCodec::from),
            overwrite: request.overwrite,
            tracks: Vec::new(),
            range: None,
        },
    )?;
    for note in export.notes() {
        progress.warn(note.clone());
    }
    let clip = match &request.style {
        Some(named) => Some(style::read(named, &tools, engine, &progress)?),
        None => None,
    };
    let folder = workplace(&request.output)?;

    progress.start(Phase::Watch)?;
    let mut taps = WatchTaps::default();
    let cache = request.engine.cache;
    let watched = watch_with(&tools, &info, engine, picture, cache, &mut progress, &mut taps)?;
    if !*keep {
        // Both groups of networks need not fit into memory at once.
        *picture = None;
    }
    for warning in &watched.seen.warnings {
        progress.warn(warning.clone());
    }

    let speech = if wanted_temp_track(request) == TempTrackChoice::Duck {
        progress.start(Phase::Speech)?;
        let hz = engine.sample_rate();
        let instead = "; the music goes down under all that is loud instead";
        spoken(&request.engine, &tools, &info, hz, instead, &mut progress)?
    } else {
        None
    };

    progress.start(Phase::Plan)?;
    let clip = match clip {
        Some(clip) => Some(clip),
        None => style::by_mood(watched.seen.analysis.mood(), &tools, engine, &progress)?,
    };
    let pulse = clip.as_ref().and_then(|clip| clip.pulse(engine.sample_rate()));
    let plan = plan(request, &info, &watched, pulse)?;
    let models = match &mut *music {
        Some(models) => models,
        none => none.insert(
            MusicModels::load(&engine.pack, &engine.runtime, &engine.settings).map_err(ScoringError::from)?,
        ),
    };
    let music_provider = models.report().clone();
    announce(&music_provider, &mut progress);

    progress.start(Phase::Style)?;
    let style_name = clip.as_ref().map(|clip| clip.name.clone());
    let style = clip.map(|clip| clip.encode(models)).transpose()?;
    let brief = Brief {
        plan: &plan,
        analysis: &watched.seen.analysis,
        style: style.as_ref(),
        samples: export.frames(),
        seed: request.seed,
        solver: solver(request, engine),
    };
    let take = Take::make(&brief, models, folder.path(), &request.output, &mut progress)?;
    if !*keep {
        *music = None;
    }

    progress.start(Phase::Export)?;
    let own = OwnSound {
        info: &info,
        speech: speech.clone(),
    };
    let exported = mix_and_export(request, &tools, own, engine, export, &take, &mut progress)?;
    drop(folder);
    let (stages, seconds, warnings) = progress.into_times();
    Ok(ScoreReport {
        input: describe::input(&info),
        output: request.output.clone(),
        pack: engine.pack_name(),
        pack_hash: engine.pack.hash().to_owned(),
        style: style_name,
        seed: request.seed,
        steps: brief.solver.steps,
        guidance: brief.solver.guidance,
        picture: describe::picture(&watched),
        plan: describe::plan(&plan),
        loudness: exported.loudness,
        temp_track: exported.temp_track.to_owned(),
        speech: speech
            .filter(|_| exported.temp_track == "duck")
            .map(|spans| describe::spans(&spans, engine.sample_rate())),
        picture_provider: watched.provider,
        music_provider,
        runtime: engine.runtime.version(),
        stages,
        seconds,
        real_time_factor: info.duration().as_secs_f64() / seconds,
        warnings,
    })
}

/// Reads what a video holds; one that was cut off is refused.
pub(crate) fn open(tools: &Tools, path: &Path) -> Result<MediaInfo, Error> {
    let info = probe(tools, path)?;
    if info.truncated {
        Err(Error::CutOff {
            path: path.to_path_buf(),
        })
    } else {
        Ok(info)
    }
}

fn plan(
    request: &ScoreRequest,
    info: &MediaInfo,
    watched: &Watched,
    clip: Option<ClipPulse>,
) -> Result<Plan, Error> {
    let wanted = watched.seen.plan_request(info.duration().as_secs_f64(), clip);
    let made = Plan::make(&PlanRequest {
        intensity: wanted.intensity.map(|curve| curve.scaled(request.intensity)),
        pace: request.pace(),
        seed: request.seed,
        ..wanted
    });
    Ok(made.map_err(ScoringError::from)?)
}

fn solver(request: &ScoreRequest, engine: &Engine) -> SolverSettings {
    let mut solver = SolverSettings::from_manifest(engine.pack.manifest());
    solver.steps = request.steps.unwrap_or(solver.steps);
    solver.guidance = request.guidance.unwrap_or(solver.guidance);
    solver
}

/// The video's own sound.
struct OwnSound<'a> {
    info: &'a MediaInfo,
    /// Where somebody speaks, where that is known.
    speech: Option<Arc<[SampleSpan]>>,
}

struct Mixed {
    loudness: LoudnessReport,
    temp_track: &'static str,
}

fn mix_and_export(
    request: &ScoreRequest,
    tools: &Tools,
    OwnSound { info, speech }: OwnSound<'_>,
    engine: &Engine,
    export: ExportPlan,
    take: &Take,
    progress: &mut Progress<'_>,
) -> Result<Mixed, Error> {
    let hz = engine.sample_rate();
    let ceiling = if export.codec().is_lossy() {
        CEILING_LOSSY_DBTP
    } else {
        CEILING_DBTP
    };
    let (temp_track, temp) = temp_track(request, info, speech.is_some(), hz);
    let length = export.frames();
    let mut mix = Mix {
        music: TrackMix {
            gain_db: 0.0,
            fade_in: samples(Duration::from_millis(5), hz),
            fade_out: samples(Duration::from_millis(400), hz).min(length / 8),
            curve: FadeCurve::EqualPower,
        },
        temp,
        ceiling_dbtp: ceiling,
        ..Mix::default()
    };
    let wrap = |source| Error::WorkFile {
        path: request.output.clone(),
        source,
    };
    let reached = levelled(request, take, &mix, hz, length, progress)?;
    if let Some(reached) = reached {
        mix.music.gain_db = reached.gain_db as f32;
    }
    let own: Option<Box<dyn Source + Send>> = match (temp, info.main_audio()) {
        (TempTrack::Mute, _) | (_, None) => None,
        (_, Some(stream)) => {
            let mut reader = AudioReader::open_video(tools, info, stream, hz)?;
            Some(Box::new(move |planes: [&mut [f32]; 2]| {
                reader.read(planes).map_err(SourceError::from)
            }))
        }
    };
    let music = take.source().map_err(wrap)?;
    let mut renderer = Renderer::with_speech(music, own, speech.unwrap_or_default(), &mix, hz, length)?;
    let mut meter = LoudnessMeter::new(hz)?;
    let mut source = |[left, right]: [&mut [f32]; 2]| -> Result<usize, SourceError> {
        let done = renderer.render([&mut *left, &mut *right])?;
        meter.add([&left[..done], &right[..done]])?;
        Ok(done)
    };
    let flag = progress.cancel().flag();
    export.run(
        &mut source,
        &mut |at| progress.at(at.done as f64 / at.total.max(1) as f64),
        &flag,
    )?;
    let output = meter.report()?;
    Ok(Mixed {
        loudness: LoudnessReport {
            music_lufs: reached.map(|reached| reached.lufs),
            output_lufs: output.integrated_lufs,
            output_dbtp: output.true_peak_dbtp,
            music_gain_db: f64::from(mix.music.gain_db),
        },
        temp_track,
    })
}

/// What brings the music to the loudness that was asked for, as far as its peaks allow; `None` for silence.
fn levelled(
    request: &ScoreRequest,
    take: &Take,
    mix: &Mix,
    hz: u32,
    length: u64,
    progress: &mut Progress<'_>,
) -> Result<Option<Reached>, Error> {
    let Some(plain) = Plain::of(&take.loudness) else {
        progress.warn("the music is silent; try another seed");
        return Ok(None);
    };
    let aim = Aim {
        target: request.loudness,
        ceiling: f64::from(mix.ceiling_dbtp),
        gains: GAINS_DB.0..=GAINS_DB.1,
    };
    let reached = level::find(plain, &aim, &mut |gain_db| {
        let mut moved = *mix;
        moved.music.gain_db = gain_db as f32;
        let music = take.source().map_err(|source| Error::WorkFile {
            path: request.output.clone(),
            source,
        })?;
        let heard = level::loudness_of(music, &moved, hz, length, &mut |_| progress.check())?;
        Ok(heard.integrated_lufs)
    })?;
    if reached.lufs < request.loudness - 0.5 {
        progress.warn(format!(
            "the music's peaks allow {:.1} LUFS, not {:.1}",
            reached.lufs, request.loudness
        ));
    }
    Ok(Some(reached))
}

/// What is to become of the video's own sound, where it has one.
fn wanted_temp_track(request: &ScoreRequest) -> TempTrackChoice {
    let default = if crate::target::is_sound(&request.output) {
        TempTrackChoice::Mute
    } else {
        TempTrackChoice::Duck
    };
    request.temp_track.unwrap_or(default)
}

/// What is done with the video's own sound, in a word and for the mix.
fn temp_track(
    request: &ScoreRequest,
    info: &MediaInfo,
    speech_known: bool,
    hz: u32,
) -> (&'static str, TempTrack) {
    if info.main_audio().is_none() {
        return ("none", TempTrack::Mute);
    }
    match wanted_temp_track(request) {
        TempTrackChoice::Keep => ("keep", TempTrack::Keep { gain_db: 0.0 }),
        TempTrackChoice::Mute => ("mute", TempTrack::Mute),
        TempTrackChoice::Duck => {
            let by = if speech_known {
                DuckBy::Speech
            } else {
                DuckBy::Level
            };
            let ducking = Ducking {
                by,
                ..Ducking::speech(hz)
            };
            ("duck", TempTrack::Duck(ducking))
        }
    }
}

fn samples(length: Duration, hz: u32) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX) * u64::from(hz) / 1000
}

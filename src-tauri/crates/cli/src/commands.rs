//! Each command: arguments to a request, the request to session, the report to words.

use std::path::PathBuf;
use std::process::ExitCode;

use muvi_session::{
    AnalyzeRequest, AudioCodecChoice, BatchRequest, CancelToken, EngineRequest, Error, EvaluateRequest,
    ProviderChoice, ScoreRequest, TempTrackChoice,
};

use crate::args::{AnalyzeArgs, Codec, Engine, EvaluateArgs, PackCommand, Provider, ScoreArgs, TempTrack};
use crate::batch;
use crate::output::Output;
use crate::text;

type Outcome = Result<ExitCode, Error>;

pub(crate) fn score(args: ScoreArgs, output: &mut Output, cancel: &CancelToken) -> Outcome {
    match args.out_dir.clone() {
        Some(dir) => batch(args, dir, output, cancel),
        None => score_one(args, output, cancel),
    }
}

fn score_one(mut args: ScoreArgs, output: &mut Output, cancel: &CancelToken) -> Outcome {
    // Clap has seen to it that there is one of both.
    let input = args.inputs.pop().unwrap_or_default();
    let request = ScoreRequest {
        input,
        output: args.output.take().unwrap_or_default(),
        ..options(args)
    };
    let report = muvi_session::score(&request, cancel, &mut |event| output.event(&event))?;
    output.result("scored", &report, || text::score(&report));
    Ok(ExitCode::SUCCESS)
}

fn batch(mut args: ScoreArgs, out_dir: PathBuf, output: &mut Output, cancel: &CancelToken) -> Outcome {
    let request = BatchRequest {
        inputs: std::mem::take(&mut args.inputs),
        out_dir,
        recursive: !args.flat,
        format: args.format.take(),
        options: options(args),
    };
    let report = muvi_session::batch(&request, cancel, &mut |event| batch::show(&event, output))?;
    output.result("batch", &batch::Summary::of(&report), || batch::summary(&report));
    Ok(ExitCode::from(batch::code(&report)))
}

/// The options of a score; which video and which file is said elsewhere.
fn options(args: ScoreArgs) -> ScoreRequest {
    ScoreRequest {
        overwrite: args.overwrite,
        style: args.style,
        seed: args.seed,
        steps: args.steps.map(|steps| steps as usize),
        guidance: args.guidance,
        intensity: args.intensity,
        tempo: args.tempo.map(f64::from),
        temp_track: args.temp_track.map(|choice| match choice {
            TempTrack::Keep => TempTrackChoice::Keep,
            TempTrack::Mute => TempTrackChoice::Mute,
            TempTrack::Duck => TempTrackChoice::Duck,
        }),
        loudness: f64::from(args.loudness),
        codec: args.codec.map(|codec| match codec {
            Codec::Aac => AudioCodecChoice::Aac,
            Codec::Flac => AudioCodecChoice::Flac,
            Codec::Alac => AudioCodecChoice::Alac,
            Codec::Pcm => AudioCodecChoice::Pcm,
            Codec::Opus => AudioCodecChoice::Opus,
        }),
        engine: engine(args.engine),
        ..ScoreRequest::new("", "")
    }
}

pub(crate) fn analyze(args: AnalyzeArgs, output: &mut Output, cancel: &CancelToken) -> Outcome {
    let request = AnalyzeRequest {
        input: args.input,
        heatmap: args.heatmap,
        overwrite: args.overwrite,
        engine: engine(args.engine),
    };
    let report = muvi_session::analyze(&request, cancel, &mut |event| output.event(&event))?;
    output.result("analyzed", &report, || text::analysis(&report));
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn evaluate(args: EvaluateArgs, output: &mut Output, cancel: &CancelToken) -> Outcome {
    let request = EvaluateRequest {
        video: args.video,
        music: args.music,
        reference: args.reference,
        engine: engine(args.engine),
    };
    let report = muvi_session::evaluate(&request, cancel, &mut |event| output.event(&event))?;
    output.result("evaluated", &report, || text::evaluation(&report));
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn pack(command: PackCommand, output: &mut Output) -> Outcome {
    match command {
        PackCommand::Info(args) => {
            let info = muvi_session::pack_info(args.pack.as_deref())?;
            output.result("pack", &info, || info.to_string());
        }
        PackCommand::Verify(args) => {
            let verified = muvi_session::pack_verify(args.pack.as_deref())?;
            output.result("verified", &verified, || text::verified(&verified));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn doctor(output: &mut Output) -> Outcome {
    let report = muvi_session::doctor();
    output.result("doctor", &report, || text::doctor(&report));
    Ok(ExitCode::from(u8::from(!report.is_well())))
}

pub(crate) fn engine(args: Engine) -> EngineRequest {
    EngineRequest {
        pack: args.pack,
        runtime: None,
        provider: match args.provider {
            Provider::Auto => ProviderChoice::Auto,
            Provider::Cuda => ProviderChoice::Cuda,
            Provider::Directml => ProviderChoice::DirectMl,
            Provider::Coreml => ProviderChoice::CoreMl,
            Provider::Cpu => ProviderChoice::Cpu,
        },
        cache: !args.no_cache,
    }
}

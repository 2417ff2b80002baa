//! What is seen in a video's picture, and the heat map of it.

use std::path::Path;

use muvi_media::encode::{EncodeSpec, VideoEncoder};
use muvi_media::frames::{FrameReader, FrameSpec};
use muvi_media::{MediaInfo, Tools};
use muvi_scoring::ScoringError;
use muvi_scoring::analysis::Analysis;
use muvi_scoring::plan::Plan;

use crate::cancel::CancelToken;
use crate::describe;
use crate::engine::Engine;
use crate::error::Error;
use crate::event::{Event, Phase};
use crate::heat::Heat;
use crate::progress::Progress;
use crate::report::AnalysisReport;
use crate::request::AnalyzeRequest;
use crate::score::open;
use crate::speech::spoken;
use crate::style;
use crate::target::check_heatmap;
use crate::watch::watch;

/// Longest side of a heat map: enough to see, quick to encode.
const LONGEST_SIDE: u32 = 1280;
const CHUNK: usize = 8;

/// Looks at a video's picture; draws the heat map if one is wanted.
///
/// # Errors
/// With the first thing that can't be used or done; nothing is left behind then.
pub fn analyze(
    request: &AnalyzeRequest,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<AnalysisReport, Error> {
    run(request, cancel, listener).map_err(|error| cancel.reason(error))
}

fn run(
    request: &AnalyzeRequest,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<AnalysisReport, Error> {
    let mut phases = vec![Phase::Open, Phase::Watch, Phase::Speech, Phase::Plan];
    phases.extend(request.heatmap.as_ref().map(|_| Phase::Heatmap));
    let mut progress = Progress::new(phases, cancel, listener);

    progress.start(Phase::Open)?;
    let tools = Tools::locate()?;
    let info = open(&tools, &request.input)?;
    if let Some(output) = &request.heatmap {
        check_heatmap(output, &request.input, request.overwrite)?;
    }
    let engine = Engine::open(&request.engine)?;

    progress.start(Phase::Watch)?;
    let watched = watch(&tools, &info, &engine, request.engine.cache, &mut progress)?;
    for warning in &watched.seen.warnings {
        progress.warn(warning.clone());
    }

    progress.start(Phase::Speech)?;
    let hz = engine.sample_rate();
    let speech = spoken(&request.engine, &tools, &info, hz, "", &mut progress)?;
    let speech = speech.map(|spans| describe::spans(&spans, hz));

    progress.start(Phase::Plan)?;
    let analysis = &watched.seen.analysis;
    // As a score would be planned that is left to choose its style.
    let clip = style::by_mood(analysis.mood(), &tools, &engine, &progress)?;
    let pulse = clip.and_then(|clip| clip.pulse(hz));
    let wanted = watched.seen.plan_request(info.duration().as_secs_f64(), pulse);
    let plan = Plan::make(&wanted).map_err(ScoringError::from)?;
    let intensity = wanted.intensity.unwrap_or_else(|| analysis.intensity());

    if let Some(output) = &request.heatmap {
        progress.start(Phase::Heatmap)?;
        draw(output, request.overwrite, &tools, &info, analysis, &mut progress)?;
    }
    let (stages, seconds, warnings) = progress.into_times();
    Ok(AnalysisReport {
        input: describe::input(&info),
        picture: describe::picture(&watched),
        plan: describe::plan(&plan),
        frame_rate: intensity.rate_hz,
        intensity: intensity.values,
        hit: analysis.curves.hit.clone(),
        speech,
        heatmap: request.heatmap.clone(),
        provider: watched.provider,
        stages,
        seconds,
        real_time_factor: info.duration().as_secs_f64() / seconds,
        warnings,
    })
}

/// Writes the video with the attention drawn over it.
pub(crate) fn draw(
    output: &Path,
    overwrite: bool,
    tools: &Tools,
    info: &MediaInfo,
    analysis: &Analysis,
    progress: &mut Progress<'_>,
) -> Result<(), Error> {
    let rate = info.video.rate.for_analysis();
    let spec = FrameSpec::fitting(info, LONGEST_SIDE, rate, CHUNK);
    let reader = FrameReader::open(tools, info, spec)?;
    let total = reader.total();
    let mut encoder = VideoEncoder::create(
        tools,
        &EncodeSpec {
            output,
            width: spec.width,
            height: spec.height,
            rate,
            sound: Some(info),
            overwrite,
        },
    )?;
    let (width, height) = (spec.width as usize, spec.height as usize);
    let mut heat = Heat::new(&analysis.attention, analysis.grid, width, height);
    let per_frame = analysis.rate_hz() / rate.as_f64();
    for chunk in reader {
        progress.check()?;
        let mut chunk = chunk?;
        for (index, pixels) in chunk.data.chunks_exact_mut(width * height * 3).enumerate() {
            // The attention of the analysed frame that was shown last.
            let at = (chunk.first + index as u64) as f64 * per_frame;
            let frame = (at + 1e-6) as usize;
            heat.paint(
                pixels,
                analysis.attention_at(frame.min(analysis.frames.saturating_sub(1))),
            );
        }
        encoder.push(&chunk.data)?;
        progress.at((chunk.first + chunk.len() as u64) as f64 / total as f64);
    }
    progress.check()?;
    encoder.finish()?;
    Ok(())
}

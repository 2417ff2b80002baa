//! Facts, analyses and plans as parts of a report.

use muvi_media::MediaInfo;
use muvi_scoring::hits::EventKind;
use muvi_scoring::plan::Plan;
use muvi_timeline::SampleSpan;

use crate::report::{HitReport, InputFacts, PictureReport, PlanReport, SpanReport, TempoReport};
use crate::watch::Watched;

pub(crate) fn input(info: &MediaInfo) -> InputFacts {
    InputFacts {
        path: info.path.clone(),
        duration_s: info.duration().as_secs_f64(),
        width: info.video.width,
        height: info.video.height,
        frame_rate: info.video.rate.to_string(),
        variable_frame_rate: info.video.variable_rate,
        codec: info.video.codec.clone(),
        audio_streams: info.audio.len(),
    }
}

pub(crate) fn picture(watched: &Watched) -> PictureReport {
    let analysis = &watched.seen.analysis;
    let mood = analysis.mood();
    let intensity = analysis.intensity().values;
    PictureReport {
        cuts_s: watched.seen.cuts.iter().map(|cut| cut.time_s).collect(),
        valence: mood.valence,
        arousal: mood.arousal,
        mean_intensity: intensity.iter().sum::<f32>() / intensity.len().max(1) as f32,
        from_cache: watched.is_cached(),
    }
}

pub(crate) fn plan(plan: &Plan) -> PlanReport {
    let landed = plan.landed();
    let kind = |kind| match kind {
        EventKind::Cut => "cut",
        EventKind::Hit => "hit",
        EventKind::User => "user",
    };
    PlanReport {
        bpm: plan.bpm(),
        tempo: plan
            .segments
            .iter()
            .map(|it| TempoReport {
                start_s: it.start_s,
                end_s: it.end_s,
                bpm: it.bpm,
            })
            .collect(),
        key: plan.key,
        key_name: plan.key.to_string(),
        bars: plan.bars.len(),
        hits: plan
            .hits
            .iter()
            .map(|it| HitReport {
                time_s: it.hit.time_s,
                strength: it.hit.strength,
                kind: kind(it.hit.kind).to_owned(),
                landed: it.landed,
                miss_ms: it.miss_ms,
            })
            .collect(),
        on_downbeats: landed.downbeat,
        on_beats: landed.beat,
        off_grid: landed.off_grid,
    }
}

/// Spans of samples at `hz`, in seconds.
pub(crate) fn spans(spans: &[SampleSpan], hz: u32) -> Vec<SpanReport> {
    let seconds = |sample: u64| sample as f64 / f64::from(hz);
    let span = |it: &SampleSpan| SpanReport {
        start_s: seconds(it.start()),
        end_s: seconds(it.end()),
    };
    spans.iter().map(span).collect()
}

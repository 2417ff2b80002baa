//! The open project, there and back.

use std::time::Duration;

use muvi_session::studio::{Landing, OpenView};
use muvi_timeline::{
    Cue, Cut, CutKind, Delivery, DuckBy, DuckingPreset, DuckingSettings, EditError, FadeCurve, FrameSpan,
    GainCurve, HitOrigin, HitPoint, Pace, Project, ProjectMix, SampleSpan, Section, Style, Take,
    TakeSettings, TrackLevel, Video,
};

use crate::dto;

/// The open project for the window.
pub fn project(open: &OpenView) -> dto::ProjectView {
    let project = &*open.project;
    dto::ProjectView {
        revision: open.revision,
        name: open.name.clone(),
        folder: open.folder.display().to_string(),
        unnamed: open.unnamed,
        saved: open.saved,
        video: video(&project.video, open),
        sample_rate: project.sample_rate.num(),
        samples: project.video.samples,
        analysed: open.analysed,
        cuts: open.cuts.iter().map(cut).collect(),
        hits: project.hits.iter().map(|it| hit(it, open)).collect(),
        intensity: dto::IntensityView {
            drawn: project
                .intensity
                .points
                .iter()
                .map(|point| [point.frame as f32, point.value])
                .collect(),
        },
        cues: project.cues.iter().map(|it| cue(it, open)).collect(),
        style: style_view(&project.style),
        settings: settings_view(&project.settings),
        mix: mix_view(&project.mix),
        temp_automation: gain_view(&project.temp_automation),
        speech: open.speech.iter().map(|span| speech(project, span)).collect(),
        loop_range: project.loop_range.map(span_view),
        undo: open.undo.clone(),
        redo: open.redo.clone(),
        problems: open
            .problems
            .iter()
            .map(|it| dto::ProblemView {
                code: it.code.clone(),
                message: it.message.clone(),
            })
            .collect(),
    }
}

fn video(video: &Video, open: &OpenView) -> dto::VideoView {
    let Video {
        path,
        key,
        size: _,
        rate,
        frames,
        samples: _,
        width,
        height,
        codec,
        sound,
        variable_rate,
    } = video;
    dto::VideoView {
        name: path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        path: path.display().to_string(),
        key: key.clone(),
        width: *width,
        height: *height,
        rate: [rate.num(), rate.den()],
        drop_frame: muvi_timeline::Timecode::of(0, *rate).drop_frame,
        frames: number(*frames),
        duration_s: *frames as f64 / rate.as_f64(),
        codec: codec.clone(),
        sound: sound.clone(),
        variable_rate: *variable_rate,
        missing: open.video_missing,
        analysis_rate: open.analysis_rate,
        grid: open.grid,
    }
}

fn cut(cut: &Cut) -> dto::CutView {
    let Cut {
        frame,
        strength,
        kind,
    } = *cut;
    dto::CutView {
        frame: number(frame),
        strength,
        kind: match kind {
            CutKind::Hard => dto::CutKind::Hard,
            CutKind::Dissolve => dto::CutKind::Dissolve,
            CutKind::Fade => dto::CutKind::Fade,
        },
    }
}

fn hit(hit: &HitPoint, open: &OpenView) -> dto::HitView {
    let HitPoint {
        id,
        frame,
        strength,
        origin,
        found_at: _,
        name,
        locked,
    } = hit;
    dto::HitView {
        id: id.0,
        frame: number(*frame),
        strength: *strength,
        origin: match origin {
            HitOrigin::Cut => dto::HitOrigin::Cut,
            HitOrigin::Found => dto::HitOrigin::Found,
            HitOrigin::User => dto::HitOrigin::User,
        },
        name: name.clone(),
        locked: *locked,
        landing: open.landings.get(id).map(|landing| {
            let Landing { landed, miss_ms } = *landing;
            dto::LandingView { landed, miss_ms }
        }),
    }
}

fn cue(cue: &Cue, open: &OpenView) -> dto::CueView {
    let Cue {
        id,
        name,
        span,
        fade_in,
        fade_out,
        fade_in_curve,
        fade_out_curve,
        gain_db,
        automation,
        take: in_use,
        takes,
    } = cue;
    let heard = open.project.heard_fades(*id);
    dto::CueView {
        id: id.0,
        name: name.clone(),
        span: span_view(*span),
        fade_in: *fade_in,
        fade_out: *fade_out,
        fade_in_curve: fade_view(*fade_in_curve),
        fade_out_curve: fade_view(*fade_out_curve),
        heard_fades: heard.map_or([*fade_in, *fade_out], |heard| [heard.fade_in, heard.fade_out]),
        gain_db: *gain_db,
        automation: gain_view(automation),
        take: in_use.map(|it| it.0),
        takes: takes.iter().map(|it| take(it, open)).collect(),
    }
}

/// The frames of speech.
fn speech(project: &Project, span: &SampleSpan) -> [u32; 2] {
    let last = span.end().saturating_sub(1).max(span.start());
    [
        number(project.frame_at(span.start())),
        number(project.frame_at(last) + 1),
    ]
}

fn gain_view(curve: &GainCurve) -> Vec<[f32; 2]> {
    let points = curve.points.iter();
    points.map(|point| [point.frame as f32, point.gain_db]).collect()
}

fn fade_view(curve: FadeCurve) -> dto::FadeCurve {
    match curve {
        FadeCurve::Linear => dto::FadeCurve::Linear,
        FadeCurve::EqualPower => dto::FadeCurve::EqualPower,
        FadeCurve::SCurve => dto::FadeCurve::SCurve,
        FadeCurve::Slow => dto::FadeCurve::Slow,
    }
}

/// The shape of a fade from the window.
pub fn fade_of(curve: dto::FadeCurve) -> FadeCurve {
    match curve {
        dto::FadeCurve::Linear => FadeCurve::Linear,
        dto::FadeCurve::EqualPower => FadeCurve::EqualPower,
        dto::FadeCurve::SCurve => FadeCurve::SCurve,
        dto::FadeCurve::Slow => FadeCurve::Slow,
    }
}

fn take(take: &Take, open: &OpenView) -> dto::TakeView {
    let Take {
        id,
        name,
        favourite,
        made_at,
        style: _,
        style_name,
        settings,
        bpm,
        provider,
        pack: _,
        span,
        samples,
        lufs,
        peaks,
        section,
    } = take;
    dto::TakeView {
        id: id.0,
        name: name.clone(),
        favourite: *favourite,
        made_at: *made_at as f64,
        style: style_name.clone(),
        settings: settings_view(settings),
        bpm: *bpm,
        provider: provider.clone(),
        span: span_view(*span),
        samples: *samples,
        lufs: *lufs,
        played_lufs: open.project.mix.take_lufs(*lufs, *peaks),
        section: section.map(|Section { of, span }| dto::SectionView {
            of: of.0,
            span: span_view(span),
        }),
        missing: open.missing_takes.contains(id),
    }
}

fn style_view(style: &Style) -> dto::StyleView {
    match style {
        Style::Auto => dto::StyleView::Auto,
        Style::Palette { id } => dto::StyleView::Palette { id: id.clone() },
        Style::Clip { path, from } => dto::StyleView::Clip {
            path: path.display().to_string(),
            from_s: from.map(|from| from.as_secs_f64()),
        },
    }
}

/// A style from the window.
///
/// # Errors
/// [`EditError::OutOfRange`] if the clip's part starts at no time.
pub fn style_of(style: dto::StyleView) -> Result<Style, EditError> {
    Ok(match style {
        dto::StyleView::Auto => Style::Auto,
        dto::StyleView::Palette { id } => Style::Palette { id },
        dto::StyleView::Clip { path, from_s } => Style::Clip {
            path: path.into(),
            from: from_s.map(seconds).transpose()?,
        },
    })
}

fn seconds(value: f64) -> Result<Duration, EditError> {
    Duration::try_from_secs_f64(value).map_err(|_| EditError::OutOfRange {
        what: "the start of the style clip in seconds",
        value,
        low: 0.0,
        high: 36e3,
    })
}

fn settings_view(settings: &TakeSettings) -> dto::TakeSettings {
    let TakeSettings {
        seed,
        intensity,
        pace,
        guidance,
        steps,
    } = *settings;
    dto::TakeSettings {
        seed,
        intensity,
        pace: match pace {
            Pace::Auto => dto::Pace::Auto,
            Pace::Relative(value) => dto::Pace::Relative(value),
            Pace::Bpm(value) => dto::Pace::Bpm(value),
        },
        guidance,
        steps,
    }
}

pub(super) fn settings_of(settings: &dto::TakeSettings) -> TakeSettings {
    let dto::TakeSettings {
        seed,
        intensity,
        pace,
        guidance,
        steps,
    } = *settings;
    TakeSettings {
        seed,
        intensity,
        pace: match pace {
            dto::Pace::Auto => Pace::Auto,
            dto::Pace::Relative(value) => Pace::Relative(value),
            dto::Pace::Bpm(value) => Pace::Bpm(value),
        },
        guidance,
        steps,
    }
}

fn mix_view(mix: &ProjectMix) -> dto::MixView {
    let ProjectMix {
        music,
        temp,
        ducking,
        master_db,
        music_lufs,
        delivery: Delivery {
            target_lufs,
            ceiling_dbtp,
        },
    } = *mix;
    let track = |TrackLevel { gain_db, mute, solo }: TrackLevel| dto::TrackView { gain_db, mute, solo };
    dto::MixView {
        music: track(music),
        temp: track(temp),
        ducking: ducking_view(ducking),
        master_db,
        music_lufs,
        delivery: dto::DeliveryView {
            target_lufs,
            ceiling_dbtp,
        },
    }
}

fn ducking_view(ducking: DuckingSettings) -> dto::DuckingView {
    let DuckingSettings {
        on,
        by,
        threshold_db,
        depth_db,
        attack_ms,
        hold_ms,
        release_ms,
        look_ahead_ms,
    } = ducking;
    dto::DuckingView {
        on,
        by: match by {
            DuckBy::Speech => dto::DuckBy::Speech,
            DuckBy::Level => dto::DuckBy::Level,
        },
        threshold_db,
        depth_db,
        attack_ms,
        hold_ms,
        release_ms,
        look_ahead_ms,
    }
}

/// Sets of choices for ducking.
pub fn ducking_presets() -> Vec<dto::DuckingPreset> {
    let view = |DuckingPreset { id, name, settings }: DuckingPreset| dto::DuckingPreset {
        id: id.into(),
        name: name.into(),
        settings: ducking_view(settings),
    };
    DuckingSettings::presets().into_iter().map(view).collect()
}

/// A mix from the window.
pub fn mix(mix: dto::MixView) -> ProjectMix {
    let dto::MixView {
        music,
        temp,
        ducking,
        master_db,
        music_lufs,
        delivery: dto::DeliveryView {
            target_lufs,
            ceiling_dbtp,
        },
    } = mix;
    let track = |dto::TrackView { gain_db, mute, solo }: dto::TrackView| TrackLevel { gain_db, mute, solo };
    let dto::DuckingView {
        on,
        by,
        threshold_db,
        depth_db,
        attack_ms,
        hold_ms,
        release_ms,
        look_ahead_ms,
    } = ducking;
    ProjectMix {
        music: track(music),
        temp: track(temp),
        ducking: DuckingSettings {
            on,
            by: match by {
                dto::DuckBy::Speech => DuckBy::Speech,
                dto::DuckBy::Level => DuckBy::Level,
            },
            threshold_db,
            depth_db,
            attack_ms,
            hold_ms,
            release_ms,
            look_ahead_ms,
        },
        master_db,
        music_lufs,
        delivery: Delivery {
            target_lufs,
            ceiling_dbtp,
        },
    }
}

pub(super) fn span_of([start, end]: [u32; 2]) -> FrameSpan {
    FrameSpan::new(start.into(), end.into())
}

pub(super) fn span_view(span: FrameSpan) -> [u32; 2] {
    [number(span.start()), number(span.end())]
}

/// A project holds no more frames than this.
pub(super) fn number(frame: u64) -> u32 {
    u32::try_from(frame).unwrap_or(u32::MAX)
}

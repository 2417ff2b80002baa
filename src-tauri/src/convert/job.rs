//! Jobs, faults, forecasts, exports.

use muvi_session::studio::{Fault, Forecast, JobKind, JobState, JobStatus, ProviderUse};

use super::deliver::mix_measure;
use super::project::span_view;
use crate::dto;

/// A job for the window.
pub fn job(status: JobStatus) -> dto::JobView {
    let JobStatus {
        id,
        kind,
        phase,
        step,
        steps,
        fraction,
        eta_s,
        state,
        fault: failure,
        warnings,
        provider,
        cue,
        take,
        span,
        ready_samples,
        output,
        result,
        measure,
    } = status;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    dto::JobView {
        id,
        kind: match kind {
            JobKind::Analyse => dto::JobKind::Analyse,
            JobKind::Generate => dto::JobKind::Generate,
            JobKind::Regenerate => dto::JobKind::Regenerate,
            JobKind::Export => dto::JobKind::Export,
            JobKind::Measure => dto::JobKind::Measure,
            JobKind::Page => dto::JobKind::Page,
        },
        phase,
        step: count(step),
        steps: count(steps),
        fraction,
        eta_s,
        state: match state {
            JobState::Waiting => dto::JobState::Waiting,
            JobState::Running => dto::JobState::Running,
            JobState::Done => dto::JobState::Done,
            JobState::Failed => dto::JobState::Failed,
            JobState::Cancelled => dto::JobState::Cancelled,
        },
        error: failure.map(fault),
        warnings,
        provider: provider.map(|ProviderUse { used, fell_back }| dto::ProviderView {
            used,
            fell_back: fell_back.into_iter().map(|(name, why)| [name, why]).collect(),
        }),
        cue: cue.map(|it| it.0),
        take: take.map(|it| it.0),
        span: span.map(span_view),
        ready_samples,
        output: output.map(|path| path.display().to_string()),
        result,
        measure: measure.map(mix_measure),
    }
}

/// A fault for the window.
pub fn fault(fault: Fault) -> dto::ApiError {
    let Fault {
        code,
        message,
        details,
    } = fault;
    dto::ApiError {
        code,
        message,
        details,
    }
}

/// An error that has no code of its own.
pub fn api_error(error: &(dyn std::error::Error + 'static)) -> dto::ApiError {
    dto::ApiError {
        code: "failed".into(),
        message: error.to_string(),
        details: error.source().map(ToString::to_string),
    }
}

/// What a take would cost.
pub fn forecast(forecast: Forecast) -> dto::Forecast {
    let Forecast {
        seconds,
        style,
        obstacle,
    } = forecast;
    dto::Forecast {
        seconds,
        style,
        obstacle,
    }
}

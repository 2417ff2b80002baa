//! What is asked of a take, before it is made and after.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::time::SystemTime;

use muvi_scoring::plan::Pace as ScoredPace;
use muvi_timeline::{CueId, FrameSpan, Pace, Project, Style, TakeId, TakeSettings};

use super::open::scored_hit;
use super::view::{Chord, Forecast, PlanFacts, TakeBeat};
use super::{Fault, Studio};
use crate::compose::{StyleChoice, Wishes};

impl Studio {
    /// What Generate, or with a span Regenerate, would do.
    ///
    /// # Errors
    /// If no project is open or there is no such cue.
    pub fn forecast(&self, cue: CueId, section: Option<FrameSpan>) -> Result<Forecast, Fault> {
        let (project, seen, missing) =
            self.with(|open| Ok((open.project(), open.seen.clone(), open.info.is_none())))?;
        let span = project.cue(cue).map(|it| it.span).ok_or_else(no_cue)?;
        let style = match &project.style {
            Style::Auto => None,
            Style::Palette { id } => Some(self.0.desk.palette_name(id).unwrap_or_else(|| id.clone())),
            Style::Clip { path, .. } => path.file_name().map(|name| name.to_string_lossy().into_owned()),
        };
        let mut forecast = Forecast {
            seconds: None,
            style: style.unwrap_or_default(),
            obstacle: None,
        };
        if missing {
            forecast.obstacle = Some(Fault::video_missing().message);
            return Ok(forecast);
        }
        if let Some(span) = section
            && let Err(fault) = section_of(&project, cue, span)
        {
            forecast.obstacle = Some(fault.message);
            return Ok(forecast);
        }
        let Some(seen) = seen else { return Ok(forecast) };
        // While a job has the networks, no more can be told than the name.
        let Ok(mut networks) = self.0.desk.networks.try_lock() else {
            return Ok(forecast);
        };
        let warm = networks.get_or_insert_with(|| self.warm());
        warm.set_request(self.0.desk.engine_request());
        let settings = with_seed(project.settings);
        let section = section.map(|span| samples_of(&project, span));
        let told = warm.forecast(
            &seen,
            &samples_of(&project, span),
            section.as_ref(),
            &wishes(&project, &settings),
        );
        match told {
            Ok(told) => {
                forecast.seconds = told.seconds;
                forecast.style = told.style_name.unwrap_or(forecast.style);
            }
            Err(error) => forecast.obstacle = Some(error.to_string()),
        }
        Ok(forecast)
    }

    /// The musical plan of a take.
    ///
    /// # Errors
    /// If there is no such take or its file can't be read.
    pub fn take_plan(&self, take: TakeId) -> Result<PlanFacts, Fault> {
        let file = self.take_file(take)?;
        let gone = || {
            Fault::new(
                "take_missing",
                "The plan of this take can't be read. Make the take again.",
            )
        };
        let document = file.document().ok_or_else(gone)?;
        let start = document.span.start as f64 / f64::from(document.sample_rate);
        let plan = &document.plan;
        Ok(PlanFacts {
            beats: document
                .beats()
                .iter()
                .map(|beat| TakeBeat {
                    time_s: start + beat.time_s,
                    bar: beat.bar + 1,
                    beat: u32::from(beat.beat) + 1,
                })
                .collect(),
            chords: plan
                .bars
                .iter()
                .map(|bar| Chord {
                    start_s: start + bar.start_s,
                    name: bar.chord.name.clone(),
                })
                .collect(),
            key: plan.key.to_string(),
        })
    }
}

pub(super) fn no_cue() -> Fault {
    Fault::new("no_cue", "This cue is not there any more.")
}

/// The take that a section is made anew in, and the section within it.
pub(super) fn section_of(
    project: &Project,
    cue: CueId,
    span: FrameSpan,
) -> Result<(TakeId, FrameSpan), Fault> {
    let cue = project.cue(cue).ok_or_else(no_cue)?;
    let take = cue.take_in_use().ok_or_else(|| {
        Fault::new(
            "no_take",
            "There is no music in this cue yet. Generate a take first.",
        )
    })?;
    let span = take.span.intersect(&span).ok_or_else(|| {
        Fault::new(
            "no_section",
            "This section lies outside of the music. Select a part of it.",
        )
    })?;
    Ok((take.id, span))
}

pub(super) fn samples_of(project: &Project, span: FrameSpan) -> Range<u64> {
    let samples = project.samples_of(span);
    samples.start()..samples.end()
}

/// Settings with a seed: the user's, or one that nobody has chosen.
pub(super) fn with_seed(settings: TakeSettings) -> TakeSettings {
    let dice = || RandomState::new().hash_one(SystemTime::now()) as u32 % 1_000_000;
    TakeSettings {
        seed: Some(settings.seed.unwrap_or_else(dice)),
        ..settings
    }
}

/// What the project asks of a take.
pub(super) fn wishes(project: &Project, settings: &TakeSettings) -> Wishes {
    let rate = project.video.rate.as_f64();
    let points = project.intensity.points.iter();
    Wishes {
        hits: project.hits.iter().map(|hit| scored_hit(project, hit)).collect(),
        drawn: points
            .map(|point| (point.frame as f64 / rate, point.value))
            .collect(),
        intensity: settings.intensity,
        style: match &project.style {
            Style::Auto => StyleChoice::Auto,
            Style::Palette { id } => StyleChoice::Palette { id: id.clone() },
            Style::Clip { path, from } => StyleChoice::File {
                path: path.clone(),
                from_s: from.map(|from| from.as_secs_f64()),
            },
        },
        pace: match settings.pace {
            Pace::Auto => ScoredPace::Auto,
            Pace::Relative(pace) => ScoredPace::Relative(pace),
            Pace::Bpm(bpm) => ScoredPace::Bpm(f64::from(bpm)),
        },
        seed: settings.seed.unwrap_or_default().into(),
        guidance: settings.guidance,
        steps: settings.steps.map(|steps| steps as usize),
    }
}

//! The jobs that need the networks: looking at the picture, takes, sections made anew.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use muvi_media::Tools;
use muvi_media::cuts::CutKind as SeenKind;
use muvi_media::loudness::LoudnessMeter;
use muvi_scoring::hits::{EventKind, HitSettings, find_hits};
use muvi_scoring::plan::Pace as ScoredPace;
use muvi_scoring::runtime::ProviderReport;
use muvi_timeline::{
    CueId, Cut, CutKind, Edit, FoundHit, FrameSpan, Pace, Project, Round, Section, Style, Take, TakeId,
    TakeSettings,
};

use super::jobs::{JobHandle, JobKind, ProviderUse};
use super::open::{TakeFile, scored_hit};
use super::opening::store_fault;
use super::programme::Sound;
use super::view::{Chord, Forecast, NoticeLevel, PlanFacts, TakeBeat};
use super::{Fault, Studio};
use crate::compose::{
    ComposeRequest, ComposedTake, SectionRequest, StyleChoice, TakeEvent, WarmEngine, Wishes,
};
use crate::error::Error;
use crate::seen::{Seen, SeenCut};
use crate::watch::WatchTaps;

/// Networks that were not used for so long are let go.
const KEEP_WARM: Duration = Duration::from_secs(300);
/// A take in the making is brought to its level once this much of it is there, in seconds.
const LEVEL_AFTER_S: u64 = 4;

impl Studio {
    /// Looks at the picture, or takes what an earlier look saw; gives the job's number.
    ///
    /// # Errors
    /// If no project is open, or its video is gone.
    pub fn analyse(&self) -> Result<u32, Fault> {
        let (info, assets) = self.with(|open| {
            let info = open.info.clone().ok_or_else(Fault::video_missing)?;
            Ok((info, open.assets.clone()))
        })?;
        let tools = Tools::locate().map_err(Fault::because)?;
        let (studio, turn) = (self.clone(), self.turn());
        Ok(self.0.jobs.submit(
            JobKind::Analyse,
            |_| {},
            move |job| {
                let mut taps = WatchTaps::default();
                let side = studio.with_networks(|warm| Ok(warm.pack()?.manifest().frame_size))?;
                let side = u32::try_from(side).unwrap_or(u32::MAX);
                if let Some(mut sink) = assets.as_ref().and_then(|assets| assets.thumb_sink(side)) {
                    taps.frames = Some(Box::new(move |frame, rgb| sink.push(frame, rgb)));
                }
                let partial = (studio.clone(), assets.clone());
                taps.partial = Some(Box::new(move |seen| {
                    let (studio, assets) = &partial;
                    if let Some(assets) = assets {
                        assets.see(seen.analysis);
                    }
                    let _ = studio.change_of(turn, |open| {
                        open.partial = cuts(&open.project(), seen.cuts);
                        open.changes += 1;
                        Ok(())
                    });
                }));
                let mut told = |event| job.hear(event);
                let watched = studio
                    .with_networks(|warm| warm.watch(&tools, &info, &mut taps, job.cancel(), &mut told))?;
                drop(taps);
                if let Some(report) = &watched.provider {
                    job.change(true, |status| status.provider = Some(provider_use(report)));
                }
                for warning in &watched.seen.warnings {
                    job.change(true, |status| status.warnings.push(warning.clone()));
                }
                studio.seen(turn, watched.seen, assets.as_deref());
                Ok(())
            },
        ))
    }

    /// Takes in what was seen.
    fn seen(&self, turn: u32, seen: Seen, assets: Option<&crate::assets::Assets>) {
        if let Some(assets) = assets {
            assets.see(&seen.analysis);
        }
        let result = self.change_of(turn, |open| {
            let project = open.project();
            let edit = found(&project, &seen);
            open.seen = Some(Arc::new(seen));
            open.partial.clear();
            open.changes += 1;
            open.document.apply(&edit).map(drop).map_err(store_fault)
        });
        if let Err(fault) = result
            && fault.code != "closed"
        {
            self.notice(NoticeLevel::Error, fault);
        }
    }

    /// Makes a take of a whole cue; gives the job's number.
    ///
    /// # Errors
    /// If there is no such cue, or the video is gone.
    pub fn generate(&self, cue: CueId) -> Result<u32, Fault> {
        self.make(cue, None)
    }

    /// Makes a section of the take in use anew, as a new take; gives the job's number.
    ///
    /// # Errors
    /// If there is no such cue or no take in it, the span lies outside of it, or the video is gone.
    pub fn regenerate(&self, cue: CueId, span: FrameSpan) -> Result<u32, Fault> {
        self.make(cue, Some(span))
    }

    fn make(&self, cue: CueId, section: Option<FrameSpan>) -> Result<u32, Fault> {
        let order = self.with(|open| {
            if open.info.is_none() {
                return Err(Fault::video_missing());
            }
            let project = open.project();
            let span = project.cue(cue).map(|it| it.span).ok_or_else(no_cue)?;
            let section = section.map(|span| section_of(&project, cue, span)).transpose()?;
            let take = open.document.new_take().map_err(store_fault)?;
            Ok(Order {
                turn: self.turn(),
                cue,
                take,
                span: section.map_or(span, |(of, _)| {
                    project.take(of).map_or(span, |(_, take)| take.span)
                }),
                section,
                project: open.seen.is_some().then_some(project),
            })
        })?;
        let kind = if section.is_some() {
            JobKind::Regenerate
        } else {
            JobKind::Generate
        };
        let studio = self.clone();
        let prepare = order.clone();
        Ok(self.0.jobs.submit(
            kind,
            move |status| {
                status.cue = Some(prepare.cue);
                status.take = Some(prepare.take);
                status.span = Some(prepare.section.map_or(prepare.span, |(_, span)| span));
            },
            move |job| studio.make_take(order, job),
        ))
    }

    /// The work of a take, on the thread of the networks.
    fn make_take(&self, order: Order, job: &JobHandle) -> Result<(), Error> {
        let tools = Tools::locate()?;
        let closed = || Error::Cancelled;
        let (seen, project, base) = self
            .with(|open| {
                let seen = open
                    .seen
                    .clone()
                    .ok_or_else(|| Fault::new("not_analysed", "no analysis"))?;
                let project = order.project.clone().unwrap_or_else(|| open.project());
                Ok((seen, project, open.take_base(order.take)))
            })
            .map_err(|_| closed())?;
        if self.turn() != order.turn {
            return Err(closed());
        }
        let settings = with_seed(project.settings);
        let wishes = wishes(&project, &settings);
        let old = order
            .section
            .map(|(of, _)| self.with(|open| Ok(open.take_base(of))));
        let old = old.transpose().map_err(|_| closed())?;
        let samples = samples_of(&project, order.span);
        let file = Arc::new(TakeFile::growing(base.clone()));
        let mut growth = Growth::new(
            self,
            &order,
            &file,
            job,
            samples.clone(),
            project.sample_rate.num(),
        );
        let mut hear = |event: TakeEvent<'_>| growth.hear(event);
        let made = self.with_networks(|warm| match (&old, order.section) {
            (Some(old), Some((_, span))) => {
                let request = SectionRequest {
                    tools: &tools,
                    seen: &seen,
                    old,
                    span: &samples_of(&project, span),
                    wishes: &wishes,
                    keep_style: false,
                    base: &base,
                };
                warm.regenerate_section(&request, job.cancel(), &mut hear)
            }
            _ => {
                let request = ComposeRequest {
                    tools: &tools,
                    seen: &seen,
                    span: &samples,
                    wishes: &wishes,
                    base: &base,
                };
                warm.compose(&request, job.cancel(), &mut hear)
            }
        });
        let made = made.inspect_err(|_| self.forget_growth(&order))?;
        self.keep_take(&order, &project, settings, &made);
        job.change(true, |status| status.ready_samples = made.samples);
        Ok(())
    }

    /// Puts a take that was made into the project.
    fn keep_take(&self, order: &Order, project: &Project, settings: TakeSettings, made: &ComposedTake) {
        let result = self.change_of(order.turn, |open| {
            let now = open.project();
            let name = now.cue(order.cue).map(|cue| cue.next_take_name());
            let take = Take {
                id: order.take,
                name: name.unwrap_or_else(|| format!("Take {}", order.take)),
                favourite: false,
                made_at: now_ms(),
                style: project.style.clone(),
                style_name: made.style_name.clone().unwrap_or_default(),
                settings,
                bpm: made.bpm as f32,
                provider: made.provider.used.to_string(),
                pack: open.pack_of(&made.files),
                span: order.span,
                samples: made.samples,
                lufs: made.loudness.integrated_lufs.map(|lufs| lufs as f32),
                section: order.section.map(|(of, span)| Section { of, span }),
            };
            open.forget_growth(order.take);
            let edit = Edit::AddTake {
                cue: order.cue,
                take: Box::new(take),
            };
            open.document.apply(&edit).map_err(store_fault)?;
            open.edited(&edit);
            Ok(())
        });
        if let Err(fault) = result
            && fault.code != "closed"
        {
            self.notice(NoticeLevel::Error, fault);
        }
    }

    fn forget_growth(&self, order: &Order) {
        let _ = self.change_of(order.turn, |open| {
            open.forget_growth(order.take);
            open.document.abandon_take(order.take);
            open.changes += 1;
            Ok(())
        });
    }

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

    fn warm(&self) -> WarmEngine {
        WarmEngine::new(self.0.desk.engine_request(), KEEP_WARM)
    }

    /// Works with the networks, as the user's settings are now.
    fn with_networks<T>(&self, work: impl FnOnce(&mut WarmEngine) -> Result<T, Error>) -> Result<T, Error> {
        let mut networks = self
            .0
            .desk
            .networks
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let warm = networks.get_or_insert_with(|| self.warm());
        warm.set_request(self.0.desk.engine_request());
        work(warm)
    }

    /// Lets networks go that nobody needed for a while; asked now and then.
    pub(super) fn cool(&self) {
        if let Ok(mut networks) = self.0.desk.networks.try_lock()
            && let Some(warm) = networks.as_mut()
        {
            warm.cool();
        }
    }
}

/// What a take is made for.
#[derive(Clone)]
struct Order {
    turn: u32,
    cue: CueId,
    take: TakeId,
    /// The frames that the take covers.
    span: FrameSpan,
    /// The take that a section of is made anew, and the section.
    section: Option<(TakeId, FrameSpan)>,
    /// The project as it was when the user asked; `None` if it was not analysed then.
    project: Option<Arc<Project>>,
}

/// Listens to a take in the making: its peaks, its first sound, its progress.
struct Growth<'a> {
    studio: &'a Studio,
    order: &'a Order,
    file: &'a Arc<TakeFile>,
    job: &'a JobHandle,
    samples: Range<u64>,
    hz: u32,
    meter: Option<LoudnessMeter>,
    sound: Option<Sound>,
}

impl<'a> Growth<'a> {
    fn new(
        studio: &'a Studio,
        order: &'a Order,
        file: &'a Arc<TakeFile>,
        job: &'a JobHandle,
        samples: Range<u64>,
        hz: u32,
    ) -> Self {
        Self {
            studio,
            order,
            file,
            job,
            samples,
            hz,
            meter: LoudnessMeter::new(hz).ok(),
            sound: None,
        }
    }

    fn hear(&mut self, event: TakeEvent<'_>) {
        match event {
            TakeEvent::Job(event) => self.job.hear(event),
            TakeEvent::Provider(report) => {
                self.job
                    .change(true, |status| status.provider = Some(provider_use(report)));
            }
            TakeEvent::Growing { wav, .. } => {
                self.sound = Some(Sound {
                    path: wav.to_owned(),
                    lufs: None,
                    span: muvi_timeline::SampleSpan::new(self.samples.start, self.samples.end),
                });
                let (id, file) = (self.order.take, Arc::clone(self.file));
                let cue = self.order.cue;
                let _ = self.studio.change_of(self.order.turn, |open| {
                    open.takes.insert(id, file);
                    open.making = Some((cue, id));
                    Ok(())
                });
            }
            TakeEvent::Samples { planes, ready, .. } => {
                self.file.push(planes);
                self.level(planes, ready);
                self.job.change(false, |status| status.ready_samples = ready);
            }
        }
    }

    /// Lets the take be heard at about its level once there's enough of it to measure.
    fn level(&mut self, planes: [&[f32]; 2], ready: u64) {
        let Some(meter) = self.meter.as_mut() else { return };
        let _ = meter.add(planes);
        if ready < u64::from(self.hz) * LEVEL_AFTER_S {
            return;
        }
        let lufs = meter.report().ok().and_then(|report| report.integrated_lufs);
        self.meter = None;
        let Some(mut sound) = self.sound.take() else {
            return;
        };
        sound.lufs = lufs.map(|lufs| lufs as f32);
        let Order {
            cue,
            take,
            turn,
            section,
            ..
        } = *self.order;
        let _ = self.studio.change_of(turn, |open| {
            open.extras.takes.insert(take, sound);
            let silent = open.project().cue(cue).is_some_and(|cue| cue.take.is_none());
            // A first take is heard as it comes; another one waits until it is asked for.
            if silent && section.is_none() && open.extras.audition.is_none() {
                open.extras.audition = Some((cue, take));
                open.changes += 1;
            }
            Ok(())
        });
    }
}

fn no_cue() -> Fault {
    Fault::new("no_cue", "This cue is not there any more.")
}

/// The take that a section is made anew in, and the section within it.
fn section_of(project: &Project, cue: CueId, span: FrameSpan) -> Result<(TakeId, FrameSpan), Fault> {
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

fn samples_of(project: &Project, span: FrameSpan) -> Range<u64> {
    let samples = project.samples_of(span);
    samples.start()..samples.end()
}

/// Settings with a seed: the user's, or one that nobody has chosen.
fn with_seed(settings: TakeSettings) -> TakeSettings {
    let dice = || RandomState::new().hash_one(SystemTime::now()) as u32 % 1_000_000;
    TakeSettings {
        seed: Some(settings.seed.unwrap_or_else(dice)),
        ..settings
    }
}

/// What the project asks of a take.
fn wishes(project: &Project, settings: &TakeSettings) -> Wishes {
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

/// Cuts and hit points of the picture as an edit.
fn found(project: &Project, seen: &Seen) -> Edit {
    let last = project.video.frames.saturating_sub(1);
    let frame = |time_s: f64| ((time_s * project.video.rate.as_f64()).round() as u64).min(last);
    let hits = find_hits(&seen.analysis, &seen.score_cuts(), &HitSettings::default());
    let mut hits: Vec<FoundHit> = hits
        .iter()
        .map(|hit| FoundHit {
            frame: frame(hit.time_s),
            strength: hit.strength.clamp(0.0, 1.0),
            cut: hit.kind == EventKind::Cut,
        })
        .collect();
    hits.dedup_by_key(|hit| hit.frame);
    let cuts = cuts(project, &seen.cuts);
    Edit::Analysed { cuts, hits }
}

/// Cuts at frames of the picture's own rate.
fn cuts(project: &Project, seen: &[SeenCut]) -> Vec<Cut> {
    let last = project.video.frames.saturating_sub(1);
    let rate = project.video.rate;
    let frame = |it: &SeenCut| {
        rate.for_analysis()
            .convert(it.frame, rate, Round::Nearest)
            .min(last)
    };
    let mut cuts: Vec<Cut> = seen
        .iter()
        .map(|it| Cut {
            frame: frame(it),
            strength: it.strength.clamp(0.0, 1.0),
            kind: match it.kind {
                SeenKind::Hard => CutKind::Hard,
                SeenKind::Dissolve => CutKind::Dissolve,
                SeenKind::Fade => CutKind::Fade,
            },
        })
        .collect();
    cuts.dedup_by_key(|cut| cut.frame);
    cuts
}

fn provider_use(report: &ProviderReport) -> ProviderUse {
    let failures = report.fell_back.iter();
    ProviderUse {
        used: report.used.to_string(),
        fell_back: failures
            .map(|it| (it.provider.to_string(), it.reason.clone()))
            .collect(),
    }
}

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

//! Takes and sections made anew: the jobs that need the music's networks.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use muvi_media::Tools;
use muvi_scoring::runtime::ProviderReport;
use muvi_timeline::{CueId, Edit, FrameSpan, Project, Section, Take, TakeId, TakeSettings};

use super::asked::{no_cue, samples_of, section_of, wishes, with_seed};
use super::growth::Growth;
use super::jobs::{JobHandle, JobKind, ProviderUse};
use super::open::TakeFile;
use super::opening::store_fault;
use super::view::NoticeLevel;
use super::{Fault, Studio};
use crate::compose::{ComposeRequest, ComposedTake, SectionRequest, TakeEvent, WarmEngine};
use crate::error::Error;

/// Networks that were not used for so long are let go.
const KEEP_WARM: Duration = Duration::from_secs(300);

impl Studio {
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
                peaks: made.peaks,
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

    pub(super) fn warm(&self) -> WarmEngine {
        WarmEngine::new(self.0.desk.engine_request(), KEEP_WARM)
    }

    /// Works with the networks, as the user's settings are now.
    pub(super) fn with_networks<T>(
        &self,
        work: impl FnOnce(&mut WarmEngine) -> Result<T, Error>,
    ) -> Result<T, Error> {
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
pub(super) struct Order {
    pub(super) turn: u32,
    pub(super) cue: CueId,
    pub(super) take: TakeId,
    /// The frames that the take covers.
    span: FrameSpan,
    /// The take that a section of is made anew, and the section.
    pub(super) section: Option<(TakeId, FrameSpan)>,
    /// The project as it was when the user asked; `None` if it was not analysed then.
    project: Option<Arc<Project>>,
}

pub(super) fn provider_use(report: &ProviderReport) -> ProviderUse {
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

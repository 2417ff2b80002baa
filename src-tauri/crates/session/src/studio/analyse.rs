//! Looking at the picture.

use std::sync::Arc;

use muvi_media::Tools;
use muvi_media::cuts::CutKind as SeenKind;
use muvi_scoring::hits::EventKind;
use muvi_timeline::{Cut, CutKind, Edit, FoundHit, Project, Round};

use super::compose::provider_use;
use super::jobs::JobKind;
use super::opening::store_fault;
use super::view::NoticeLevel;
use super::{Fault, Studio};
use crate::seen::{Seen, SeenCut};
use crate::watch::WatchTaps;

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
        // A project that can't be written says so since it was opened, and keeps the cuts that it has.
        if let Err(fault) = result
            && !matches!(fault.code.as_str(), "closed" | "read_only")
        {
            self.notice(NoticeLevel::Error, fault);
        }
    }
}

/// Cuts and hit points of the picture as an edit.
fn found(project: &Project, seen: &Seen) -> Edit {
    let last = project.video.frames.saturating_sub(1);
    let frame = |time_s: f64| ((time_s * project.video.rate.as_f64()).round() as u64).min(last);
    let hits = seen.hits();
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

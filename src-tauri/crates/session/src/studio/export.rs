//! Exports of the open project: the same programme that is played; each is a job, one after the other.

use std::path::{Path, PathBuf};

use muvi_media::Tools;

use super::around::Desk;
use super::jobs::{JobKind, JobState};
use super::view::{ExportOrder, Outcome};
use super::{Fault, Studio, fault_of};
use crate::deliver::{
    Deliver, DeliverOrder, DeliverOutlook, DeliverProblem, ExportPreset, Goal, Subject, deliver, keep_preset,
    outlook, remove_preset, shipped_presets,
};
use crate::error::Error;

/// What would be lost if the program ended now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    /// The job.
    pub job: u32,
    /// What it does.
    pub kind: JobKind,
    /// Whether it still waits for others.
    pub waits: bool,
    /// What it does and how far it is, in words: "Writing film.mp4, 43 %".
    pub words: String,
}

impl Studio {
    /// What would be lost if the window was closed now: exports and takes in the making. An analysis is not among it,
    /// it goes on where it was the next time.
    pub fn busy(&self) -> Vec<Busy> {
        let name = |path: &Option<PathBuf>| {
            let name = path.as_deref().and_then(Path::file_name);
            name.map_or_else(|| "a file".to_owned(), |name| name.to_string_lossy().into())
        };
        let mut all = Vec::new();
        for status in self.jobs() {
            let what = match status.kind {
                JobKind::Analyse | JobKind::Measure => continue,
                JobKind::Generate => "Generating a take".to_owned(),
                JobKind::Regenerate => "Regenerating a section".to_owned(),
                JobKind::Export | JobKind::Page => format!("Writing {}", name(&status.output)),
            };
            let waits = status.state == JobState::Waiting;
            let far = if waits {
                "waiting".to_owned()
            } else {
                let before = status.step.saturating_sub(1) as f64;
                let whole = (before + status.fraction) / status.steps.max(1) as f64;
                format!("{:.0} %", whole * 100.0)
            };
            all.push(Busy {
                job: status.id,
                kind: status.kind,
                waits,
                words: format!("{what}, {far}"),
            });
        }
        all
    }

    /// Says what an export would write; writes nothing.
    ///
    /// # Errors
    /// If no project is open or its video is gone.
    pub fn export_forecast(&self, order: &ExportOrder) -> Result<Outcome, Fault> {
        let (subject, order) = match self.cut(order)? {
            Ok(cut) => cut,
            Err(obstacle) => return Ok(impossible(order, obstacle.message)),
        };
        let DeliverOutlook {
            path,
            files,
            exists,
            range: _,
            picture,
            sound,
            loudness,
            bytes,
            notes,
            obstacle,
        } = outlook(&subject, &order);
        Ok(Outcome {
            path,
            files,
            exists,
            picture,
            sound,
            loudness,
            bytes,
            notes,
            obstacle,
        })
    }

    /// Writes files; gives the job's number. Several exports run one after the other, each with the project as it was
    /// when it was ordered; one that waits can be cancelled.
    ///
    /// # Errors
    /// If no project is open, its video is gone, there is no loop where only that is wanted, or nothing is heard.
    pub fn export(&self, order: ExportOrder) -> Result<u32, Fault> {
        let (subject, order) = self.cut(&order)??;
        if !subject.is_heard() {
            let path = order.path;
            let problem = DeliverProblem::Silent;
            let fault = Fault::because(Error::Deliver { path, problem });
            return Err(Fault {
                code: "silent".into(),
                ..fault
            });
        }
        let output = order.path.clone();
        Ok(self.0.jobs.submit(
            JobKind::Export,
            |status| status.output = Some(output),
            move |job| {
                let written = deliver(&subject, &order, job.cancel(), &mut |event| job.hear(event))?;
                job.change(true, |status| {
                    status.result = Some(written.words());
                    if order.what != Deliver::Stems {
                        status.output = written.files.into_iter().next().map(|file| file.path);
                    }
                });
                Ok(())
            },
        ))
    }

    /// The project as it is now and what is to be done with it; the inner error is an obstacle that the user can
    /// remove in the order.
    fn cut(&self, order: &ExportOrder) -> Result<Result<(Subject, DeliverOrder), Fault>, Fault> {
        let tools = Tools::locate().map_err(Fault::because)?;
        let programme = self.settled()?.programme();
        self.with(|open| {
            let info = open.info.clone().ok_or_else(Fault::video_missing)?;
            let project = open.project();
            let range = project.loop_range.filter(|_| order.loop_only);
            if order.loop_only && range.is_none() {
                let words = "There is no loop to export. Set one on the ruler, or export all.";
                return Ok(Err(Fault::new("no_loop", words)));
            }
            let deliver = DeliverOrder {
                path: order.path.clone(),
                what: order.what,
                codec: order.codec,
                tracks: order.tracks.clone(),
                range,
                goal: order.target_lufs.map_or(Goal::AsMixed, Goal::Lufs),
                ceiling_dbtp: Some(order.ceiling_dbtp),
                overwrite: order.overwrite,
            };
            Ok(Ok((Subject::new(tools, info, programme, &project), deliver)))
        })
    }

    /// Sets of choices for exports: those that ship, then the user's own.
    pub fn export_presets(&self) -> Vec<ExportPreset> {
        let mut all = shipped_presets();
        all.extend(self.0.desk.presets());
        all
    }

    /// Keeps a set of choices of the user's, in the place of the one called `replaces` if that is named, which renames
    /// it too; gives all.
    ///
    /// # Errors
    /// If it has no name, another one has it, a value is out of range, or nothing can be written; nothing changes then.
    pub fn save_export_preset(
        &self,
        preset: ExportPreset,
        replaces: Option<&str>,
    ) -> Result<Vec<ExportPreset>, Fault> {
        let keep = |own: &mut Vec<ExportPreset>| keep_preset(own, preset, replaces).map_err(fault_of);
        self.0.desk.change_presets(keep)?;
        Ok(self.export_presets())
    }

    /// Drops one of the user's sets of choices; gives those that are left.
    ///
    /// # Errors
    /// If there is none of that name, it ships with the program, or nothing can be written; nothing changes then.
    pub fn remove_export_preset(&self, name: &str) -> Result<Vec<ExportPreset>, Fault> {
        let drop = |own: &mut Vec<ExportPreset>| remove_preset(own, name).map_err(fault_of);
        self.0.desk.change_presets(drop)?;
        Ok(self.export_presets())
    }
}

impl Desk {
    /// The user's own sets of choices for exports.
    pub(super) fn presets(&self) -> Vec<ExportPreset> {
        self.kept().export_presets
    }

    fn change_presets(
        &self,
        change: impl FnOnce(&mut Vec<ExportPreset>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut kept = self.kept();
        change(&mut kept.export_presets)?;
        self.keep(kept)
    }
}

fn impossible(order: &ExportOrder, obstacle: String) -> Outcome {
    Outcome {
        path: order.path.clone(),
        files: Vec::new(),
        exists: false,
        picture: String::new(),
        sound: String::new(),
        loudness: String::new(),
        bytes: None,
        notes: Vec::new(),
        obstacle: Some(obstacle),
    }
}

//! The comparison page of the open project.

use std::path::PathBuf;

use muvi_timeline::TakeId;

use super::jobs::JobKind;
use super::{Fault, Studio};
use crate::page::{OtherMusic, PageRequest, make};

/// What the page of the open project shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageOrder {
    /// The folder to make.
    pub folder: PathBuf,
    /// Takes that are shown by themselves, beside the music as the project has it.
    pub takes: Vec<TakeId>,
    /// Other systems.
    pub others: Vec<OtherMusic>,
    /// Whether the video's own sound is music to compare with.
    pub reference: bool,
    /// Whether a page of ours that is there is replaced.
    pub overwrite: bool,
}

impl Studio {
    /// Writes a page of the open project; gives the job's number.
    ///
    /// # Errors
    /// If no project is open or its video is gone.
    pub fn make_page(&self, order: PageOrder) -> Result<u32, Fault> {
        let project = self.with(|open| {
            let there = open.info.is_some();
            // The journal has every edit: what is on the disk is what is open.
            let folder = open.document.folder().to_path_buf();
            there.then_some(folder).ok_or_else(Fault::video_missing)
        })?;
        let takes: Vec<u32> = order.takes.iter().map(|take| take.0).collect();
        let folder = order.folder.clone();
        let request = PageRequest {
            overwrite: order.overwrite,
            others: order.others,
            ground_truth: order.reference,
            engine: self.0.desk.engine_request(),
            ..PageRequest::of_project(project, &takes, order.folder)
        };
        Ok(self.0.jobs.submit(
            JobKind::Page,
            |status| status.output = Some(folder),
            move |job| {
                let report = make(&request, job.cancel(), &mut |event| job.hear(event))?;
                job.change(true, |status| {
                    status.result = Some(format!("{} sounds", report.sounds));
                    status.output = Some(report.index);
                });
                Ok(())
            },
        ))
    }
}

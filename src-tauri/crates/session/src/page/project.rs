//! Music of a saved project for a page: as the project has it, and single takes.

use std::path::{Path, PathBuf};

use muvi_playback::Programme;
use muvi_timeline::{Round, Take, TakeId};

use super::build::Made;
use super::document::Role;
use super::error::PageProblem;
use super::hear::{self, Length};
use super::request::PageProject;
use super::steps::Steps;
use crate::compose::{TakeDocument, TakePaths};
use crate::error::Error;
use crate::store::Reading;
use crate::studio::programme_of;

/// A project that was read.
pub(super) struct ProjectMusic {
    pub(super) name: String,
    pub(super) video: PathBuf,
    pub(super) hz: u32,
    programme: Programme,
    /// Tempo and style of the music as the project has it.
    detail: String,
    takes: Vec<Single>,
}

/// A take by itself.
struct Single {
    take: Take,
    /// The sample of the picture at which it starts.
    start: u64,
    paths: TakePaths,
}

impl ProjectMusic {
    /// Reads the project and looks for all that is asked of it.
    pub(super) fn read(asked: &PageProject) -> Result<Self, Error> {
        let reading = Reading::open(&asked.path)?;
        let project = reading.project();
        let wrong = |problem| Error::Page {
            path: asked.path.clone(),
            problem,
        };
        let base = |take| reading.take_files(take).audio.with_extension("");
        let there = |take: &TakeId| reading.take_files(*take).audio.is_file();
        let used: Vec<TakeId> = project.cues.iter().filter_map(|cue| cue.take).collect();
        if used.is_empty() {
            return Err(wrong(PageProblem::NoMusic));
        }
        if let Some(gone) = used.iter().chain(&asked.takes).find(|take| !there(take)) {
            return Err(wrong(PageProblem::TakeMissing(gone.0)));
        }
        let take = |id: &TakeId| {
            let (_, take) = project
                .take(*id)
                .ok_or_else(|| wrong(PageProblem::TakeMissing(id.0)))?;
            let rate = project.video.rate;
            Ok(Single {
                take: take.clone(),
                start: rate.convert(take.span.start(), project.sample_rate, Round::Nearest),
                paths: TakePaths::new(base(*id)),
            })
        };
        let takes = asked.takes.iter().map(take).collect::<Result<Vec<_>, Error>>()?;
        let mut facts: Vec<String> = Vec::new();
        for (_, take) in used.iter().filter_map(|id| project.take(*id)) {
            let fact = format!("{}, {:.0} bpm", take.style_name, take.bpm);
            if !facts.contains(&fact) {
                facts.push(fact);
            }
        }
        Ok(Self {
            name: reading.name(),
            video: project.video.path.clone(),
            hz: project.sample_rate.num(),
            // Without the temp track: what is compared is the music.
            programme: programme_of(project, &base, None, Vec::new().into()),
            detail: facts.join("; "),
            takes,
        })
    }

    /// Its sounds, that of the whole project first.
    pub(super) fn sounds(
        &self,
        work: &Path,
        length: Length,
        steps: &mut Steps<'_>,
    ) -> Result<Vec<Made>, Error> {
        let wav = work.join("project-music.wav");
        let mut sounds = vec![Made {
            role: Role::Ours,
            style: None,
            name: "MuVi Studio".to_owned(),
            detail: self.detail.clone(),
            heard: hear::mixed(&self.programme, length, &wav, steps)?,
            wav,
        }];
        for (number, Single { take, start, paths }) in self.takes.iter().enumerate() {
            // What is written beside a take tells its peak; without it the limiter has the say.
            let levels = match TakeDocument::read(paths) {
                Ok(document) => [
                    document.loudness.integrated_lufs,
                    document.loudness.true_peak_dbtp,
                ],
                Err(_) => [take.lufs.map(f64::from), None],
            };
            let wav = work.join(format!("project-take-{}.wav", take.id.0));
            sounds.push(Made {
                role: Role::Style,
                style: None,
                name: take.name.clone(),
                detail: format!("{}, {:.0} bpm", take.style_name, take.bpm),
                heard: hear::ours(&paths.wav(), *start, levels, length, &wav, steps)?,
                wav,
            });
            steps.at((number + 1) as f64 / self.takes.len() as f64);
        }
        Ok(sounds)
    }
}

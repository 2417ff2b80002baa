//! A project that is only looked at: nothing is locked, repaired or written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use muvi_timeline::{Project, TakeId, Video};

use super::fingerprint::moved_to;
use super::folder::{project_file, resolve};
use super::open::{Loaded, load};
use super::snapshot::Snapshot;
use super::{Problem, StoreError, TakeFiles, VideoState, takes, video_state};

/// Whoever has the project open may save while it is read; that often in a row nobody does.
const TRIES: usize = 5;

/// A project as it is on the disk at one moment, with all changes that were confirmed until then. It may be open
/// elsewhere meanwhile, which this neither hinders nor notices. Files of takes never change once they are there.
#[derive(Debug, Clone)]
pub struct Reading {
    folder: PathBuf,
    project: Arc<Project>,
    problems: Vec<Problem>,
}

impl Reading {
    /// Reads a project by its folder or its `project.json`.
    ///
    /// # Errors
    /// [`StoreError`]: not there, no project, damaged beyond help, newer, unreadable.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let folder = resolve(path)?;
        let mut loaded = load(&folder, false)?;
        for _ in 1..TRIES {
            // A save between the reading of both files leaves a journal that goes on from a later state.
            match Snapshot::read(&project_file(&folder)) {
                Ok(now) if now.generation != loaded.generation => loaded = load(&folder, false)?,
                _ => break,
            }
        }
        let Loaded {
            done,
            saved,
            mut problems,
            ..
        } = loaded;
        let mut project = done.history.project().clone();
        let beside = saved.video_beside.as_deref();
        if let Some(path) = moved_to(&folder, &project.video, beside) {
            let video = Video {
                path: path.clone(),
                ..project.video.clone()
            };
            project = Arc::new(Project {
                video,
                ..Project::clone(&project)
            });
            problems.push(Problem::VideoFound { path });
        }
        let path = project.video.path.clone();
        match video_state(&project.video) {
            VideoState::There => {}
            VideoState::Missing => problems.push(Problem::VideoMissing { path }),
            VideoState::Changed => problems.push(Problem::VideoChanged { path }),
        }
        let takes = takes::missing(&folder, &project);
        if !takes.is_empty() {
            problems.push(Problem::TakesMissing { takes });
        }
        Ok(Self {
            folder,
            project,
            problems,
        })
    }

    /// The project.
    pub fn project(&self) -> &Arc<Project> {
        &self.project
    }

    /// What the user calls it: the name of its folder.
    pub fn name(&self) -> String {
        let stem = self.folder.file_stem().unwrap_or(self.folder.as_os_str());
        stem.to_string_lossy().into()
    }

    /// Its folder, absolute.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the user should know about it.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Where the files of a take are.
    pub fn take_files(&self, take: TakeId) -> TakeFiles {
        TakeFiles::of(&self.folder, take)
    }
}

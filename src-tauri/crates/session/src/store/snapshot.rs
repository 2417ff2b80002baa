//! `project.json`.

use std::fs;
use std::path::{Path, PathBuf};

use muvi_timeline::Project;
use serde::{Deserialize, Serialize};

use super::file::{to_json, write_whole};
use super::folder::{backup_file, journal_file, project_file};
use super::journal::Journal;
use super::{StoreError, takes};

/// The version of the format that this program writes, and the newest that it reads. 2 came with drawn gain, shapes of
/// fades, ducking by speech and delivery, which programs of format 1 would lose; they read as not set where they lack.
pub(super) const FORMAT: u32 = 2;

/// The generation of a new folder.
pub(super) const FIRST_GENERATION: u64 = 1;

/// What is in `project.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Snapshot {
    /// Version of the format; its name tells what file this is.
    pub(super) muvi_project: u32,
    /// The program that wrote it, for people.
    pub(super) saved_by: String,
    /// Grows by one with each save; the journal of the same number goes on from here.
    pub(super) generation: u64,
    /// The number of the next take.
    pub(super) next_take: u32,
    /// The video seen from the folder that the project's folder is in, if it is inside of it.
    pub(super) video_beside: Option<PathBuf>,
    /// The project.
    pub(super) project: Project,
}

impl Snapshot {
    pub(super) fn new(folder: &Path, project: Project, generation: u64, next_take: u32) -> Self {
        let beside = folder
            .parent()
            .and_then(|parent| project.video.path.strip_prefix(parent).ok());
        Self {
            muvi_project: FORMAT,
            saved_by: concat!("MuVi Studio ", env!("CARGO_PKG_VERSION")).into(),
            generation,
            next_take,
            video_beside: beside.map(Into::into),
            project,
        }
    }

    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Damaged`], [`StoreError::NotFound`], [`StoreError::Read`].
    pub(super) fn read(path: &Path) -> Result<Self, StoreError> {
        #[derive(Deserialize)]
        struct Head {
            muvi_project: u64,
        }
        let bytes = fs::read(path).map_err(StoreError::read(path))?;
        let damaged = |source| StoreError::json(path, source);
        let head: Head = serde_json::from_slice(&bytes).map_err(damaged)?;
        if head.muvi_project > u64::from(FORMAT) {
            return Err(StoreError::Newer {
                path: path.into(),
                found: head.muvi_project,
                known: FORMAT,
            });
        }
        let snapshot: Self = serde_json::from_slice(&bytes).map_err(damaged)?;
        snapshot.project.check().map_err(|source| StoreError::Damaged {
            path: path.into(),
            line: 0,
            column: 0,
            source: source.into(),
        })?;
        Ok(snapshot)
    }
}

/// Fills the empty folder `temp`, which is to become `folder`, with a project of the first generation.
pub(super) fn found(temp: &Path, folder: &Path, project: Project, next_take: u32) -> Result<(), StoreError> {
    fs::create_dir(takes::dir(temp)).map_err(StoreError::write(folder))?;
    let path = project_file(temp);
    let bytes = to_json(
        &path,
        &Snapshot::new(folder, project, FIRST_GENERATION, next_take),
    )?;
    write_whole(&path, &bytes)?;
    // Together with the journal it stands in for a damaged project.json from the start.
    write_whole(&backup_file(temp), &bytes)?;
    Journal::start(&journal_file(temp), FIRST_GENERATION).map(drop)
}

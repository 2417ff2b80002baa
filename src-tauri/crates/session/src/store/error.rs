//! Why a project can't be opened, changed or saved.

use std::io;
use std::path::{Path, PathBuf};

use muvi_media::OutputError;
use muvi_timeline::EditError;
use thiserror::Error;

/// Why a project can't be opened, changed or saved. Nothing has changed then, in memory or on the disk.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The project refuses the edit.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A file can't be written: no permission, disk full, name taken, and so on.
    #[error(transparent)]
    Write(#[from] OutputError),
    /// A file can't be read.
    #[error("{}: can't be read; check the disk and the permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There's nothing at this path.
    #[error("{}: is not there (moved, renamed or on a disk that is not connected?)", path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// The folder holds no project.
    #[error("{}: is no MuVi project; choose a folder that ends in .muvi, or a video", path.display())]
    NotAProject {
        /// The path.
        path: PathBuf,
    },
    /// A JSON file is damaged, and so is what could stand in for it.
    #[error("{}: is damaged at line {line}, column {column}; restore it from a copy", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where, from 1; 0 where the whole makes no sense.
        line: usize,
        /// Where in the line.
        column: usize,
        /// What is wrong there.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A newer program wrote it.
    #[error(
        "{}: was saved by a newer MuVi Studio (format {found}, this one reads up to {known}); update MuVi Studio to open it",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// The newest format that this program reads.
        known: u32,
    },
    /// Another process has the project open.
    #[error("{}: is open in another MuVi Studio{}; close it there first", path.display(), process(*pid))]
    InUse {
        /// The project.
        path: PathBuf,
        /// The process, if it said so.
        pid: Option<u32>,
    },
    /// The project was opened from a place that can't be written.
    #[error("{}: can't be changed here, its folder is read-only; save it under another name first", path.display())]
    ReadOnly {
        /// The project.
        path: PathBuf,
    },
    /// A project can't be saved into itself.
    #[error("{}: lies inside of the project itself; choose another folder", path.display())]
    Inside {
        /// Where it was to be saved.
        path: PathBuf,
    },
    /// The system names no place for data.
    #[error("there is no place for projects that have no name yet: neither HOME nor MUVI_DATA is set")]
    NoPlace,
    /// All numbers are given out.
    #[error("the project is full: no number is left for another take")]
    Full,
}

impl StoreError {
    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path: path.into() },
            _ => Self::Read {
                path: path.into(),
                source,
            },
        }
    }

    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write(OutputError::from_io(path, source))
    }

    pub(super) fn json(path: &Path, source: serde_json::Error) -> Self {
        Self::Damaged {
            path: path.into(),
            line: source.line(),
            column: source.column(),
            source: source.into(),
        }
    }

    /// A stable word for the window: `disk_full`, `read_only`, `in_use`, `newer`, `damaged`, `not_a_project`,
    /// `not_found`, `edit_refused`, `exists`, or `failed`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Edit(_) | Self::Full => "edit_refused",
            Self::Write(OutputError::DiskFull { .. }) => "disk_full",
            Self::Write(OutputError::NoPermission { .. }) | Self::ReadOnly { .. } => "read_only",
            Self::Write(OutputError::Exists { .. }) => "exists",
            Self::NotFound { .. } => "not_found",
            Self::NotAProject { .. } => "not_a_project",
            Self::Damaged { .. } => "damaged",
            Self::Newer { .. } => "newer",
            Self::InUse { .. } => "in_use",
            Self::Write(_) | Self::Read { .. } | Self::Inside { .. } | Self::NoPlace => "failed",
        }
    }
}

fn process(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

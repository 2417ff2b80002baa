//! What the user should know about a project that was opened all the same.

use std::fmt;
use std::path::PathBuf;

use muvi_timeline::TakeId;

/// What the user should know about an open project. `Display` says it in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Changes that were not saved were brought back from the journal.
    Recovered {
        /// How many.
        changes: usize,
    },
    /// `project.json` was damaged; what was saved before it stands in.
    BackupUsed {
        /// What was wrong with it.
        damage: String,
        /// Where the damaged file is kept.
        kept: PathBuf,
        /// Whether the journals brought back all that was done since the backup.
        whole: bool,
    },
    /// The journal was damaged; all before the damage was brought back.
    JournalDamaged {
        /// Its first damaged line, from 1.
        line: usize,
        /// What was wrong there.
        damage: String,
        /// Where the damaged journal is kept.
        kept: PathBuf,
    },
    /// The folder can't be written.
    ReadOnly,
    /// The files of takes are gone.
    TakesMissing {
        /// Which.
        takes: Vec<TakeId>,
    },
    /// The video is gone.
    VideoMissing {
        /// Where it was.
        path: PathBuf,
    },
    /// Another file is in the place of the video.
    VideoChanged {
        /// Where.
        path: PathBuf,
    },
    /// The video was found beside the project instead of where it was.
    VideoFound {
        /// Where it is now.
        path: PathBuf,
    },
}

impl Problem {
    /// A stable word for the window: `recovered`, `backup_used`, `journal_damaged`, `read_only`, `takes_missing`,
    /// `video_missing`, `video_changed`, `video_found`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Recovered { .. } => "recovered",
            Self::BackupUsed { .. } => "backup_used",
            Self::JournalDamaged { .. } => "journal_damaged",
            Self::ReadOnly => "read_only",
            Self::TakesMissing { .. } => "takes_missing",
            Self::VideoMissing { .. } => "video_missing",
            Self::VideoChanged { .. } => "video_changed",
            Self::VideoFound { .. } => "video_found",
        }
    }

    /// Whether it is about files that may come back or go at any time.
    pub(super) fn is_of_files(&self) -> bool {
        matches!(
            self,
            Self::TakesMissing { .. } | Self::VideoMissing { .. } | Self::VideoChanged { .. }
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recovered { changes: 1 } => {
                write!(f, "One change that was not saved has been brought back.")
            }
            Self::Recovered { changes } => {
                write!(f, "{changes} changes that were not saved have been brought back.")
            }
            Self::BackupUsed { kept, whole, .. } => {
                let back = if *whole {
                    "Everything was brought back from its backup"
                } else {
                    "What was saved before is open now; later changes may be missing"
                };
                write!(
                    f,
                    "The project file was damaged. {back}. The damaged file is kept as {}.",
                    kept.display()
                )
            }
            Self::JournalDamaged { line, kept, .. } => write!(
                f,
                "The record of unsaved changes is damaged from line {line} on. All changes before that were \
                 brought back; the record is kept as {}.",
                kept.display()
            ),
            Self::ReadOnly => {
                write!(
                    f,
                    "The project's folder can't be written. Save it under another name to change it."
                )
            }
            Self::TakesMissing { takes } => {
                let list: Vec<_> = takes.iter().map(|take| format!("{take}.wav")).collect();
                write!(
                    f,
                    "The sound of some takes is missing: {}. Put the files back into the project's folder takes, or \
                     generate new takes.",
                    list.join(", ")
                )
            }
            Self::VideoMissing { path } => {
                write!(
                    f,
                    "The video is not at {} any more. Show where it is.",
                    path.display()
                )
            }
            Self::VideoChanged { path } => write!(
                f,
                "The video {} was changed since it was opened. Choose it again to take the new version.",
                path.display()
            ),
            Self::VideoFound { path } => write!(f, "The video was found at {}.", path.display()),
        }
    }
}

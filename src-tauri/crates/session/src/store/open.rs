//! Reads a project's folder and brings back all that was confirmed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::done::Done;
use super::folder::{backup_file, journal_file, old_journal_file, project_file, set_aside};
use super::journal::{self, Found, Journal};
use super::snapshot::Snapshot;
use super::{Problem, StoreError};

/// A project as it was found.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) done: Done,
    /// What `project.json` holds.
    pub(super) saved: Snapshot,
    /// The highest generation that was seen.
    pub(super) generation: u64,
    /// Where to go on; `None` if a save must come first, or nothing can be written.
    pub(super) journal: Option<Journal>,
    /// Whether entries were replayed.
    pub(super) replayed: usize,
    pub(super) problems: Vec<Problem>,
}

/// Reads a folder; repairs it where `writable`.
pub(super) fn load(folder: &Path, writable: bool) -> Result<Loaded, StoreError> {
    let path = project_file(folder);
    match Snapshot::read(&path) {
        Ok(saved) => from_snapshot(folder, saved, writable),
        Err(error @ (StoreError::Damaged { .. } | StoreError::NotFound { .. })) => {
            match Snapshot::read(&backup_file(folder)) {
                Ok(backup) => from_backup(folder, backup, &error, writable),
                Err(newer @ StoreError::Newer { .. }) => Err(newer),
                Err(_) => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

fn from_snapshot(folder: &Path, saved: Snapshot, writable: bool) -> Result<Loaded, StoreError> {
    let generation = saved.generation;
    let mut loaded = start(saved);
    let path = journal_file(folder);
    let found = read(&path)?;
    let fresh = |writable: bool| writable.then(|| Journal::start(&path, generation)).transpose();
    let Some(mut found) = found else {
        loaded.journal = fresh(writable)?;
        return Ok(loaded);
    };
    let (mut good, mut sum) = found.start.clone();
    match found.generation {
        Some(number) if number == generation => {
            let end = replay(&mut loaded, &mut found);
            (good, sum) = end.unwrap_or((good, sum));
        }
        Some(number) if number > generation => {
            found.damage = Some((1, "it goes on from a later save than project.json is of".into()));
            good = 0;
        }
        // Of an older generation, or its first line is not whole: nothing in it was confirmed since the save.
        _ => good = 0,
    }
    if let Some((line, damage)) = found.damage {
        let kept = aside(&path, writable, |from, to| fs::copy(from, to).map(drop))?;
        loaded
            .problems
            .push(Problem::JournalDamaged { line, damage, kept });
    }
    loaded.journal = match (writable, good) {
        (true, 1..) => Some(Journal::resume(&path, good, sum)?),
        (true, 0) => {
            // Its edits may be what brings back a damaged project.json one day.
            if found.generation.is_some_and(|number| number < generation) {
                let _ = fs::rename(&path, old_journal_file(folder));
            }
            fresh(true)?
        }
        (false, _) => None,
    };
    Ok(loaded)
}

fn from_backup(
    folder: &Path,
    backup: Snapshot,
    error: &StoreError,
    writable: bool,
) -> Result<Loaded, StoreError> {
    let mut loaded = start(backup);
    let mut whole = true;
    let mut found = Vec::new();
    for path in [old_journal_file(folder), journal_file(folder)] {
        found.extend(read(&path)?);
    }
    let newest = found.iter().filter_map(|found| found.generation).max();
    let mut next = loaded.generation;
    for found in &mut found {
        if found.generation == Some(next) {
            replay(&mut loaded, found);
            whole &= found.damage.is_none();
            next += 1;
            loaded.done.begin_journal();
        }
    }
    whole &= newest.is_some_and(|newest| newest < next);
    loaded.generation = loaded.generation.max(newest.unwrap_or(0));
    let path = project_file(folder);
    let kept = if path.exists() {
        aside(&path, writable, |from, to| fs::rename(from, to))?
    } else {
        path
    };
    if !whole && writable && journal_file(folder).exists() {
        set_aside(&journal_file(folder), |from, to| fs::copy(from, to).map(drop))?;
    }
    loaded.problems.push(Problem::BackupUsed {
        damage: crate::error::one_line(error),
        kept,
        whole,
    });
    Ok(loaded)
}

fn start(saved: Snapshot) -> Loaded {
    Loaded {
        done: Done::new(Arc::new(saved.project.clone())),
        generation: saved.generation,
        saved,
        journal: None,
        replayed: 0,
        problems: Vec::new(),
    }
}

/// Does what a journal tells of, up to the first entry that makes no sense; where the last good one ends, and its sum.
fn replay(loaded: &mut Loaded, found: &mut Found) -> Option<(u64, String)> {
    let mut end = None;
    for (index, (entry, at, sum)) in found.entries.drain(..).enumerate() {
        if let Err(damage) = loaded.done.replay(entry) {
            // The header is line 1.
            found.damage = Some((index + 2, damage));
            break;
        }
        loaded.replayed += 1;
        end = Some((at, sum));
    }
    end
}

fn read(path: &Path) -> Result<Option<Found>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => journal::read(path, &bytes).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::read(path)(error)),
    }
}

fn aside(
    path: &Path,
    writable: bool,
    how: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> Result<PathBuf, StoreError> {
    if writable {
        set_aside(path, how)
    } else {
        Ok(path.into())
    }
}

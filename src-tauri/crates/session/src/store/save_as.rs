//! Saving under another name, also while takes are in the making.

use std::fs;
use std::path::{Path, PathBuf};

use muvi_media::OutputError;
use muvi_timeline::TakeId;

use super::file::sync_folder;
use super::folder::assemble;
use super::lock::{Asked, Lock};
use super::open::load;
use super::places::EXTENSION;
use super::snapshot::{self, FIRST_GENERATION};
use super::{Document, StoreError, TakeFiles, takes};

impl Document {
    /// Saves under another name and goes on there. A project without a name moves, a named one stays as it was saved
    /// last, with its journal. `.muvi` is added to the name where it lacks.
    ///
    /// # Errors
    /// [`StoreError::Write`] (also where the name is taken), [`StoreError::Inside`]; nothing has changed then, and
    /// nothing half-written stays.
    pub fn save_as(&mut self, folder: &Path) -> Result<(), StoreError> {
        let target = target(folder)?;
        if target == self.folder {
            return self.save();
        }
        if target.starts_with(&self.folder) {
            return Err(StoreError::Inside { path: target });
        }
        assemble(&target, |temp| {
            snapshot::found(temp, &target, self.history().numbered(), self.next_take)?;
            for take in self.history().takes_in_use() {
                let (from, to) = (self.take_files(take), TakeFiles::of(temp, take));
                for (from, to) in from.all().into_iter().zip(to.all()) {
                    // Missing ones stay missing.
                    if from.is_file() {
                        link_or_copy(from, to)?;
                    }
                }
            }
            sync_folder(&takes::dir(temp));
            Ok(())
        })?;
        let (lock, journal) = match Lock::take(&target)? {
            Asked::Held(lock) => (Some(lock), load(&target, true)?.journal),
            Asked::ReadOnly => (None, None),
        };
        let was_unnamed = self.unnamed();
        let before = std::mem::replace(&mut self.folder, target);
        let old_lock = std::mem::replace(&mut self.lock, lock);
        self.journal = journal;
        self.generation = FIRST_GENERATION;
        // Whoever makes a take there goes on; it is brought here once it is done.
        if (was_unnamed && old_lock.is_some()) || !self.making.is_empty() {
            self.left.push((before, old_lock));
        }
        self.forget_read_only();
        self.settle();
        self.leave();
        self.look_after_files();
        Ok(())
    }

    /// Sees to it that the files of a take that was made are in this folder.
    pub(super) fn bring(&self, take: TakeId) -> Result<(), StoreError> {
        let to = self.take_files(take);
        if to.audio.is_file() {
            return Ok(());
        }
        for (folder, _) in &self.left {
            let from = TakeFiles::of(folder, take);
            if from.audio.is_file() {
                // The sound comes last: a take whose sound is there is there.
                for (from, to) in from.all().into_iter().zip(to.all()).rev() {
                    if from.is_file() {
                        link_or_copy(from, to)?;
                        let _ = fs::remove_file(from);
                    }
                }
                sync_folder(&takes::dir(&self.folder));
                return Ok(());
            }
        }
        Err(StoreError::NotFound { path: to.audio })
    }

    /// Lets go of the folders that the project was saved away from, once nothing is in the making there.
    pub(super) fn leave(&mut self) {
        if !self.making.is_empty() {
            return;
        }
        for (folder, lock) in self.left.drain(..) {
            if self.places.is_unnamed(&folder) {
                let _ = fs::remove_dir_all(&folder);
            }
            drop(lock);
        }
    }
}

fn target(folder: &Path) -> Result<PathBuf, StoreError> {
    let wrong = || OutputError::NoName { path: folder.into() };
    let name = folder
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(wrong)?;
    let name = match name.strip_suffix(&format!(".{EXTENSION}")) {
        Some("") => return Err(wrong().into()),
        Some(_) => name.to_owned(),
        None => format!("{name}.{EXTENSION}"),
    };
    std::path::absolute(folder.with_file_name(name)).map_err(StoreError::write(folder))
}

/// Files of takes never change, so that both projects can share them where the disk allows it.
fn link_or_copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    let copy = || -> std::io::Result<()> {
        fs::copy(from, to)?;
        fs::File::options().write(true).open(to)?.sync_all()
    };
    copy().map_err(StoreError::write(to))
}

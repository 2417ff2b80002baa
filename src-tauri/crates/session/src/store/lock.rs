//! One process per project.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use super::StoreError;

/// Held while a project is open. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    left_open: bool,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child that is just being started may still have it open.
        let _ = self.file.unlock();
    }
}

/// What came of asking for a lock.
#[derive(Debug)]
pub(super) enum Asked {
    /// The project is this process's.
    Held(Lock),
    /// Nothing can be written in its folder, so there is nothing to guard.
    ReadOnly,
}

impl Lock {
    /// Whether whoever had it before ended without letting go of it.
    pub(super) fn left_open(&self) -> bool {
        self.left_open
    }

    /// Lets go of it so that the next one knows that all went well.
    pub(super) fn let_go(self) {
        // If this fails, the next one is told of a recovery that was none: no harm.
        let _ = self.file.set_len(0);
    }

    /// Takes the lock of the project in `folder`.
    pub(super) fn take(folder: &Path) -> Result<Asked, StoreError> {
        let path = folder.join("lock");
        let opened = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut file = match opened {
            Ok(file) => file,
            Err(error) if is_denied(&error) => return Ok(Asked::ReadOnly),
            Err(error) => return Err(StoreError::write(&path)(error)),
        };
        match file.try_lock() {
            Ok(()) => {}
            // Some network disks know no locks; a project there is better open than lost.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(StoreError::write(&path)(error)),
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let pid = file
                    .read_to_string(&mut text)
                    .ok()
                    .and_then(|_| text.trim().parse().ok());
                return Err(StoreError::InUse {
                    path: folder.into(),
                    pid,
                });
            }
        }
        let mut before = String::new();
        let left_open = file.read_to_string(&mut before).is_err() || !before.is_empty();
        // The number is for people; on a full disk the lock holds without it.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(std::process::id().to_string().as_bytes()));
        if let Err(error) = tempfile::Builder::new().prefix(".probe").tempfile_in(folder)
            && is_denied(&error)
        {
            return Ok(Asked::ReadOnly);
        }
        Ok(Asked::Held(Self { file, left_open }))
    }
}

fn is_denied(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

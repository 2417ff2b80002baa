//! One batch at a time per folder of results.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use super::BatchError;

/// Its name in the folder of the results. It stays there: to take it away while another batch opens it would let both in.
const NAME: &str = ".muvi-batch.lock";

/// Held while a batch writes into a folder. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child that is just being started may still have it open.
        let _ = self.0.unlock();
    }
}

impl Lock {
    /// Takes the lock of the folder `dir`, which is there.
    pub(super) fn take(dir: &Path) -> Result<Self, BatchError> {
        let path = dir.join(NAME);
        let failed = |source| BatchError::Lock {
            path: path.clone(),
            source,
        };
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(BatchError::Busy { path: dir.into() }),
            // Some network disks know no locks; a batch there is better made than refused.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(Self(file)),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let held = Lock::take(dir.path()).unwrap();
        assert!(matches!(Lock::take(dir.path()), Err(BatchError::Busy { .. })));
        drop(held);
        drop(Lock::take(dir.path()).unwrap());
        let none = Lock::take(&dir.path().join("none"));
        assert!(matches!(none, Err(BatchError::Lock { .. })));
    }
}

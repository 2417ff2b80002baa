//! One way to stop a job from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;

/// Stops a job at its next step. Clones share one state; a token that was cancelled stays so.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the job to stop. May be called from any thread, any number of times.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the job was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Why a job ended: whatever failed after a cancel failed because of it.
    pub(crate) fn reason(&self, error: Error) -> Error {
        if self.is_cancelled() {
            Error::Cancelled
        } else {
            error
        }
    }

    /// The flag itself, for rooms that know nothing of sessions.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

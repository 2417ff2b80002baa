//! The clock that heard moments are told by.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Nanoseconds since the engine was made; by hand in tests.
pub(crate) enum Clock {
    System(Instant),
    Hand(AtomicU64),
}

impl Clock {
    pub(crate) fn system() -> Self {
        Self::System(Instant::now())
    }

    pub(crate) fn hand() -> Self {
        Self::Hand(AtomicU64::new(0))
    }

    pub(crate) fn now(&self) -> u64 {
        match self {
            Self::System(origin) => u64::try_from(origin.elapsed().as_nanos()).unwrap_or(u64::MAX),
            Self::Hand(nanos) => nanos.load(Ordering::Acquire),
        }
    }

    /// Moves a clock that goes by hand.
    pub(crate) fn advance(&self, nanos: u64) {
        if let Self::Hand(now) = self {
            now.fetch_add(nanos, Ordering::AcqRel);
        }
    }
}

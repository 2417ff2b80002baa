//! A device without sound: the system's clock pulls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::output::{Device, Failure, Output, OutputError, Running};
use crate::wire::Puller;

/// Between two pulls.
const PERIOD: Duration = Duration::from_millis(10);
/// A clock that stood still (a machine that slept) does not make up for more than this.
const MOST_BEHIND: Duration = Duration::from_millis(500);

/// Plays without sound in real time, so that the picture runs on machines that have none.
#[derive(Debug, Clone, Copy, Default)]
pub struct SilentOutput;

impl Output for SilentOutput {
    fn devices(&self) -> Result<Vec<Device>, OutputError> {
        Ok(Vec::new())
    }

    fn open(
        &self,
        _id: Option<&str>,
        sample_rate: u32,
        connect: &mut dyn FnMut(u32) -> Puller,
    ) -> Result<Box<dyn Running>, OutputError> {
        let stop = Arc::new(AtomicBool::new(false));
        let (mut puller, told) = (connect(sample_rate), stop.clone());
        let builder = std::thread::Builder::new().name("muvi-silent".into());
        let thread = builder.spawn(move || {
            let (mut start, mut done) = (Instant::now(), 0_u64);
            while !told.load(Ordering::Acquire) {
                std::thread::sleep(PERIOD);
                let due = (start.elapsed().as_nanos() * u128::from(sample_rate) / 1_000_000_000) as u64;
                let mut count = due.saturating_sub(done);
                if count > (MOST_BEHIND.as_millis() as u64) * u64::from(sample_rate) / 1000 {
                    (start, done, count) = (Instant::now(), 0, 0);
                }
                done += count;
                // What is pulled now was due at the latest now.
                puller.pull(count as usize, Some(Duration::ZERO), |_, _| {});
            }
        })?;
        Ok(Box::new(Silence {
            stop,
            thread: Some(thread),
        }))
    }
}

struct Silence {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Running for Silence {
    fn name(&self) -> &str {
        "no sound"
    }

    fn failure(&self) -> Option<Failure> {
        None
    }

    fn take_gaps(&self) -> u64 {
        0
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

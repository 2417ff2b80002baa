//! What the handle, the feeder and the keeper of the device all see.

use std::sync::atomic::{
    AtomicBool, AtomicU32, AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::Release,
};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::clock::Clock;
use crate::lane::ProblemSlot;
use crate::wire::Wire;

/// The state of playback as anybody may read it at any time. Locks are held for a copy at most, and never by the
/// device's callback.
pub(crate) struct Shared {
    pub(crate) clock: Arc<Clock>,
    wire: RwLock<Option<Arc<Wire>>>,
    /// Whether the head moves by itself, so that the place is told by what is heard.
    pub(crate) playing: AtomicBool,
    pub(crate) auditioning: AtomicBool,
    speed: AtomicU32,
    rest: AtomicU64,
    pub(crate) length: AtomicU64,
    /// Underruns of connections that are gone, and those that the device reports itself.
    pub(crate) underruns: AtomicU64,
    pub(crate) sound_problem: ProblemSlot,
    device_problem: Mutex<Option<String>>,
    device: Mutex<Option<String>>,
}

impl Shared {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock: Arc::new(clock),
            wire: RwLock::new(None),
            playing: AtomicBool::new(false),
            auditioning: AtomicBool::new(false),
            speed: AtomicU32::new(1.0_f32.to_bits()),
            rest: AtomicU64::new(0),
            length: AtomicU64::new(0),
            underruns: AtomicU64::new(0),
            sound_problem: ProblemSlot::default(),
            device_problem: Mutex::new(None),
            device: Mutex::new(None),
        }
    }

    pub(crate) fn wire(&self) -> Option<Arc<Wire>> {
        self.wire.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_wire(&self, wire: Arc<Wire>) {
        let mut place = self.wire.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = place.replace(wire) {
            self.underruns.fetch_add(old.underruns.load(Relaxed), Relaxed);
        }
    }

    pub(crate) fn rest(&self) -> f64 {
        f64::from_bits(self.rest.load(Acquire))
    }

    pub(crate) fn set_rest(&self, position: f64) {
        self.rest.store(position.max(0.0).to_bits(), Release);
    }

    pub(crate) fn speed(&self) -> f32 {
        f32::from_bits(self.speed.load(Relaxed))
    }

    pub(crate) fn set_speed(&self, speed: f64) {
        self.speed.store((speed as f32).to_bits(), Relaxed);
    }

    /// The place that is heard now while playing, else where the head rests; in samples of the timeline.
    pub(crate) fn position(&self) -> f64 {
        let heard = if self.playing.load(Acquire) {
            self.wire().and_then(|wire| wire.heard())
        } else {
            None
        };
        heard
            .unwrap_or_else(|| self.rest())
            .clamp(0.0, self.length.load(Relaxed) as f64)
    }

    pub(crate) fn problem(&self) -> Option<String> {
        let device = lock(&self.device_problem).clone();
        device.or_else(|| lock(&self.sound_problem).clone())
    }

    pub(crate) fn set_device_problem(&self, problem: Option<String>) {
        *lock(&self.device_problem) = problem;
    }

    pub(crate) fn set_sound_problem(&self, problem: Option<String>) {
        *lock(&self.sound_problem) = problem;
    }

    pub(crate) fn device(&self) -> Option<String> {
        lock(&self.device).clone()
    }

    pub(crate) fn set_device(&self, name: Option<String>) {
        *lock(&self.device) = name;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

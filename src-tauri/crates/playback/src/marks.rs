//! When which place of the timeline is heard: written by the callback, read by anybody, without a lock.

use std::sync::atomic::{AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::Release, fence};

/// Marks that are kept: more than a second at the smallest buffers.
const COUNT: usize = 512;

/// From `moment` on, `position` and what follows is heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mark {
    /// Nanoseconds of the clock.
    pub(crate) moment: u64,
    /// Samples of the timeline.
    pub(crate) position: f64,
    /// Samples of the timeline per nanosecond.
    pub(crate) per_nano: f64,
    /// What the device end played then.
    pub(crate) generation: u64,
}

/// The last marks of one writer. A reader that comes too late for a mark sees that by its number.
pub(crate) struct Marks {
    slots: Vec<Slot>,
    count: AtomicU64,
    /// The end of what is known, in nanoseconds.
    horizon: AtomicU64,
}

#[derive(Default)]
struct Slot {
    number: AtomicU64,
    moment: AtomicU64,
    position: AtomicU64,
    per_nano: AtomicU64,
    generation: AtomicU64,
}

impl Marks {
    pub(crate) fn new() -> Self {
        Self {
            slots: (0..COUNT).map(|_| Slot::default()).collect(),
            count: AtomicU64::new(0),
            horizon: AtomicU64::new(0),
        }
    }

    pub(crate) fn push(&self, mark: Mark) {
        let number = self.count.load(Relaxed) + 1;
        if let Some(slot) = self.slots.get(number as usize % COUNT) {
            slot.number.store(0, Relaxed);
            fence(Release);
            slot.moment.store(mark.moment, Relaxed);
            slot.position.store(mark.position.to_bits(), Relaxed);
            slot.per_nano.store(mark.per_nano.to_bits(), Relaxed);
            slot.generation.store(mark.generation, Relaxed);
            slot.number.store(number, Release);
        }
        self.count.store(number, Release);
    }

    /// The last mark holds up to `moment`.
    pub(crate) fn extend(&self, moment: u64) {
        self.horizon.store(moment, Release);
    }

    /// Generation and place that are heard at `moment`; after the end of what is known its last place.
    pub(crate) fn at(&self, moment: u64) -> Option<(u64, f64)> {
        let moment = moment.min(self.horizon.load(Acquire));
        let count = self.count.load(Acquire);
        for number in (count.saturating_sub(COUNT as u64 - 2).max(1)..=count).rev() {
            let mark = self.read(number)?;
            if mark.moment <= moment {
                let way = (moment - mark.moment) as f64 * mark.per_nano;
                return Some((mark.generation, mark.position + way));
            }
        }
        None
    }

    fn read(&self, number: u64) -> Option<Mark> {
        let slot = self.slots.get(number as usize % COUNT)?;
        let before = slot.number.load(Acquire);
        let mark = Mark {
            moment: slot.moment.load(Relaxed),
            position: f64::from_bits(slot.position.load(Relaxed)),
            per_nano: f64::from_bits(slot.per_nano.load(Relaxed)),
            generation: slot.generation.load(Relaxed),
        };
        fence(Acquire);
        let after = slot.number.load(Relaxed);
        (before == number && after == number).then_some(mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_by_moment() {
        let marks = Marks::new();
        assert_eq!(marks.at(5), None);
        for i in 0..2000_u64 {
            marks.push(Mark {
                moment: 100 + i * 10,
                position: i as f64 * 5.0,
                per_nano: 0.5,
                generation: 7,
            });
            marks.extend(110 + i * 10);
        }
        assert_eq!(marks.at(100 + 1990 * 10 + 4), Some((7, 9952.0)));
        // Nothing is known after the end of the last mark, nor of what was long ago.
        assert_eq!(marks.at(1_000_000), Some((7, 10_000.0)));
        assert_eq!(marks.at(150), None);
    }
}

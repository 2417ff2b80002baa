//! Half-open spans of frames or samples.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::{Rate, Round};

/// Marks a span that counts picture frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Frames;

/// Marks a span that counts samples of sound (one per channel).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Samples;

/// A half-open span `[start, end)` of picture frames.
pub type FrameSpan = Span<Frames>;

/// A half-open span `[start, end)` of samples.
pub type SampleSpan = Span<Samples>;

/// A half-open span `[start, end)` of ticks; `start <= end` always holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "(u64, u64)", into = "(u64, u64)", bound = "U: Copy")]
pub struct Span<U> {
    start: u64,
    end: u64,
    unit: PhantomData<U>,
}

impl<U> Span<U> {
    /// The span between two ticks, in either order.
    pub fn new(a: u64, b: u64) -> Self {
        Self {
            start: a.min(b),
            end: a.max(b),
            unit: PhantomData,
        }
    }

    /// `len` ticks from `start` on.
    pub fn from_len(start: u64, len: u64) -> Self {
        Self::new(start, start.saturating_add(len))
    }

    /// First tick inside.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// First tick after the span.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Number of ticks inside.
    pub fn len(&self) -> u64 {
        self.end - self.start
    }

    /// True if no tick is inside.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// True if `tick` is inside.
    pub fn contains(&self, tick: u64) -> bool {
        (self.start..self.end).contains(&tick)
    }

    /// What both spans hold, or `None` if they share no tick.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then(|| Self::new(start, end))
    }

    /// The same stretch of time in ticks of another rate.
    ///
    /// Both ends are rounded to the nearest tick by themselves, so that spans that met still meet.
    pub fn convert<V>(&self, from: Rate, to: Rate) -> Span<V> {
        Span::new(
            from.convert(self.start, to, Round::Nearest),
            from.convert(self.end, to, Round::Nearest),
        )
    }
}

impl<U> From<(u64, u64)> for Span<U> {
    fn from((start, end): (u64, u64)) -> Self {
        Self::new(start, end)
    }
}

impl<U: Copy> From<Span<U>> for (u64, u64) {
    fn from(span: Span<U>) -> Self {
        (span.start, span.end)
    }
}

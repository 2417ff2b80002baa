//! Straight lines through points, read at rising places: what is drawn or worked out over the timeline.

use muvi_timeline::{SILENCE_DB, db_to_gain};

/// A gain at a place of the timeline; straight in dB between two of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GainAt {
    /// Sample of the timeline.
    pub sample: u64,
    /// In dB; -60 and less is silence.
    pub gain_db: f32,
}

/// Points joined by straight lines; the first and the last value rule outside of them. Of several points at one place
/// the last rules from there on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    points: Vec<(f64, f64)>,
    /// The first point behind the place that was read last.
    next: usize,
}

impl Line {
    /// `points` are `(place, value)`; places don't fall.
    pub(crate) fn new(points: Vec<(f64, f64)>) -> Self {
        Self { points, next: 0 }
    }

    /// The value at a place, `None` without points. Reading forward costs next to nothing; what is read before has no
    /// influence.
    pub(crate) fn at(&mut self, place: f64) -> Option<f64> {
        let before = |next: usize| next.checked_sub(1).and_then(|last| self.points.get(last));
        if before(self.next).is_some_and(|point| point.0 > place) {
            self.next = self.points.partition_point(|point| point.0 <= place);
        }
        while self.points.get(self.next).is_some_and(|point| point.0 <= place) {
            self.next += 1;
        }
        let before = self.next.checked_sub(1).and_then(|last| self.points.get(last));
        match (before, self.points.get(self.next)) {
            (None, None) => None,
            (Some(only), None) | (None, Some(only)) => Some(only.1),
            (Some(a), Some(b)) => Some(a.1 + (b.1 - a.1) * ((place - a.0) / (b.0 - a.0))),
        }
    }
}

/// A drawn gain as factors.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    line: Line,
    /// The gain in dB that was asked for last, and its factor.
    last: (f64, f32),
}

impl Drawn {
    pub(crate) fn new(points: &[GainAt]) -> Self {
        let point = |point: &GainAt| (point.sample as f64, f64::from(point.gain_db));
        Self {
            line: Line::new(points.iter().map(point).collect()),
            last: (0.0, 1.0),
        }
    }

    /// The factor at a sample of the timeline; exactly 1 where nothing is drawn.
    pub(crate) fn gain(&mut self, sample: u64) -> f32 {
        let Some(db) = self.line.at(sample as f64) else {
            return 1.0;
        };
        if db != self.last.0 {
            let gain = if db <= f64::from(SILENCE_DB) {
                0.0
            } else {
                db_to_gain(db as f32)
            };
            self.last = (db, gain);
        }
        self.last.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_straight_and_steps_are_sharp() {
        let mut line = Line::new(vec![(10.0, 0.0), (20.0, 1.0), (20.0, 5.0), (30.0, 5.0)]);
        let places = [0.0, 10.0, 15.0, 19.0, 20.0, 40.0, 12.0, 0.0, 25.0];
        let values = places.map(|place| line.at(place).unwrap());
        assert_eq!(values, [0.0, 0.0, 0.5, 0.9, 5.0, 5.0, 0.2, 0.0, 5.0]);
        assert_eq!(Line::default().at(3.0), None);
    }

    #[test]
    fn minus_sixty_is_silence_and_nothing_is_one() {
        let point = |sample, gain_db| GainAt { sample, gain_db };
        let mut drawn = Drawn::new(&[point(0, -60.0), point(100, 0.0)]);
        assert_eq!(
            (drawn.gain(0), drawn.gain(100), drawn.gain(1000)),
            (0.0, 1.0, 1.0)
        );
        assert_eq!(Drawn::new(&[]).gain(7), 1.0);
    }
}

//! The music makes room for the temp track.

use muvi_timeline::{Ducking, db_to_gain};

/// The detector forgets a peak within about this time, in milliseconds.
const DETECTOR_MILLIS: f64 = 20.0;
/// Once heard, the temp track counts as heard down to this much below the threshold, in dB.
const HYSTERESIS_DB: f32 = 6.0;

/// Follows the temp track ahead of its time and says how far the music goes down.
pub(crate) struct Ducker {
    on: f32,
    off: f32,
    decay: f32,
    hold: u64,
    depth_db: f64,
    down: f64,
    up: f64,
    peak: f32,
    heard: bool,
    hold_left: u64,
    /// 0: music at full, 1: music lowered all the way; moves evenly in dB.
    part: f64,
    gain: f32,
    ahead: Vec<[f32; 2]>,
    at: usize,
}

impl Ducker {
    pub(crate) fn new(settings: &Ducking, sample_rate: u32) -> Self {
        let step = |samples: u64| 1.0 / samples.max(1) as f64;
        Self {
            on: db_to_gain(settings.threshold_db),
            off: db_to_gain(settings.threshold_db - HYSTERESIS_DB),
            decay: (-1000.0 / (DETECTOR_MILLIS * f64::from(sample_rate))).exp() as f32,
            hold: settings.hold,
            depth_db: f64::from(settings.depth_db),
            down: step(settings.attack),
            up: step(settings.release),
            peak: 0.0,
            heard: false,
            hold_left: 0,
            part: 0.0,
            gain: 1.0,
            ahead: vec![[0.0; 2]; usize::try_from(settings.look_ahead).unwrap_or(0)],
            at: 0,
        }
    }

    /// Samples of the temp track that are heard by the detector before they are heard by the listener.
    pub(crate) fn look_ahead(&self) -> usize {
        self.ahead.len()
    }

    /// Takes the temp track's sample of `look_ahead` later; gives the music's gain and the temp track's sample
    /// of now.
    pub(crate) fn step(&mut self, coming: [f32; 2]) -> (f32, [f32; 2]) {
        let now = match self.ahead.get_mut(self.at) {
            Some(place) => {
                let now = std::mem::replace(place, coming);
                self.at = (self.at + 1) % self.ahead.len();
                now
            }
            None => coming,
        };
        self.follow(coming[0].abs().max(coming[1].abs()));
        (self.gain, now)
    }

    fn follow(&mut self, level: f32) {
        self.peak = level.max(self.peak * self.decay);
        self.heard = self.peak >= if self.heard { self.off } else { self.on };
        if self.heard {
            self.hold_left = self.hold;
        } else if self.hold_left > 0 {
            self.hold_left -= 1;
        }
        let lowered = self.heard || self.hold_left > 0;
        let before = self.part;
        self.part = if lowered {
            self.part + self.down
        } else {
            self.part - self.up
        }
        .clamp(0.0, 1.0);
        if self.part != before {
            self.gain = (-self.depth_db * self.part / 20.0 * std::f64::consts::LN_10).exp() as f32;
        }
    }
}

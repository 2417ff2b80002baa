//! The music makes room for the temp track.

use muvi_timeline::{Ducking, db_to_gain};

/// The detector forgets a peak within about this time, in milliseconds.
const DETECTOR_MILLIS: f64 = 20.0;
/// Once heard, the temp track counts as heard down to this much below the threshold, in dB.
const HYSTERESIS_DB: f32 = 6.0;
/// A new depth is reached within this time, in milliseconds.
const DEPTH_MILLIS: u64 = 20;
/// Longest memory that a start in the middle takes into account, in seconds.
const MEMORY_SECONDS: u64 = 12;

/// Follows the temp track ahead of its time and says how far the music goes down.
pub(crate) struct Ducker {
    sample_rate: u32,
    on: f32,
    off: f32,
    decay: f32,
    hold: u64,
    depth_db: f64,
    wanted_db: f64,
    depth_step: f64,
    down: f64,
    up: f64,
    peak: f32,
    heard: bool,
    hold_left: u64,
    /// 0: music at full, 1: music lowered all the way; moves evenly in dB.
    part: f64,
    gain: f32,
    /// The detector hears the temp track this much before the listener.
    look: usize,
    memory: u64,
    /// The next samples of the temp track, as many as the longest look-ahead.
    ahead: Vec<[f32; 2]>,
    at: usize,
}

impl Ducker {
    /// A detector that can look ahead by `reach` samples or what the settings want, whichever is more.
    pub(crate) fn new(settings: &Ducking, sample_rate: u32, reach: u64) -> Self {
        let reach = usize::try_from(settings.look_ahead.max(reach)).unwrap_or(0);
        let mut ducker = Self {
            sample_rate,
            on: 0.0,
            off: 0.0,
            decay: (-1000.0 / (DETECTOR_MILLIS * f64::from(sample_rate))).exp() as f32,
            hold: 0,
            depth_db: f64::from(settings.depth_db),
            wanted_db: 0.0,
            depth_step: 0.0,
            down: 0.0,
            up: 0.0,
            peak: 0.0,
            heard: false,
            hold_left: 0,
            part: 0.0,
            gain: 1.0,
            look: 0,
            memory: 0,
            ahead: vec![[0.0; 2]; reach],
            at: 0,
        };
        ducker.set(settings);
        ducker
    }

    /// Takes new settings without a jump of the gain; false if the look-ahead is longer than was prepared for.
    pub(crate) fn set(&mut self, settings: &Ducking) -> bool {
        let look = usize::try_from(settings.look_ahead).unwrap_or(usize::MAX);
        if look > self.ahead.len() {
            return false;
        }
        let step = |samples: u64| 1.0 / samples.max(1) as f64;
        self.look = look;
        self.on = db_to_gain(settings.threshold_db);
        self.off = db_to_gain(settings.threshold_db - HYSTERESIS_DB);
        self.hold = settings.hold;
        self.hold_left = self.hold_left.min(settings.hold);
        self.wanted_db = f64::from(settings.depth_db);
        let samples = (u64::from(self.sample_rate) * DEPTH_MILLIS / 1000).max(1);
        self.depth_step = (self.wanted_db - self.depth_db).abs() / samples as f64;
        self.down = step(settings.attack);
        self.up = step(settings.release);
        self.memory = [settings.attack, settings.hold, settings.release]
            .iter()
            .fold(u64::from(self.sample_rate), |sum, &part| sum.saturating_add(part))
            .min(u64::from(self.sample_rate) * MEMORY_SECONDS);
        true
    }

    /// Samples that have to pass before the gain no longer depends on where the start was.
    pub(crate) fn memory(&self) -> u64 {
        self.memory
    }

    /// Forgets everything and takes the first samples of the temp track, as many as it looks ahead.
    pub(crate) fn prime<E>(&mut self, mut next: impl FnMut() -> Result<[f32; 2], E>) -> Result<(), E> {
        (self.peak, self.heard, self.hold_left) = (0.0, false, 0);
        (self.part, self.gain, self.at) = (0.0, 1.0, 0);
        self.depth_db = self.wanted_db;
        for place in 0..self.ahead.len() {
            let sample = next()?;
            self.ahead[place] = sample;
            if place < self.look {
                self.follow(level(sample));
            }
        }
        Ok(())
    }

    /// Takes the temp track's sample that comes after all that are waiting; gives the music's gain and the temp
    /// track's sample of now.
    pub(crate) fn step(&mut self, coming: [f32; 2]) -> (f32, [f32; 2]) {
        let length = self.ahead.len();
        let (heard, now) = match self.ahead.get_mut(self.at) {
            Some(place) => {
                let now = std::mem::replace(place, coming);
                let heard = if self.look == length {
                    coming
                } else if self.look == 0 {
                    now
                } else {
                    self.ahead[(self.at + self.look) % length]
                };
                self.at = (self.at + 1) % length;
                (heard, now)
            }
            None => (coming, coming),
        };
        self.follow(level(heard));
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
        let before = (self.part, self.depth_db);
        self.part = if lowered {
            self.part + self.down
        } else {
            self.part - self.up
        }
        .clamp(0.0, 1.0);
        if self.depth_db != self.wanted_db {
            let left = self.wanted_db - self.depth_db;
            self.depth_db = if left.abs() <= self.depth_step {
                self.wanted_db
            } else {
                self.depth_db + left.signum() * self.depth_step
            };
        }
        if (self.part, self.depth_db) != before {
            self.gain = (-self.depth_db * self.part / 20.0 * std::f64::consts::LN_10).exp() as f32;
        }
    }
}

fn level(sample: [f32; 2]) -> f32 {
    sample[0].abs().max(sample[1].abs())
}

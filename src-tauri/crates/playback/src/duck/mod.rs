//! The music makes room for the temp track.

mod course;

use std::sync::Arc;

use muvi_timeline::{DuckBy, Ducking, SampleSpan, db_to_gain};

use crate::line::Line;

pub(crate) use course::course;

/// The detector forgets a peak within about this time, in milliseconds.
const DETECTOR_MILLIS: f64 = 20.0;
/// Once heard, the temp track counts as heard down to this much below the threshold, in dB.
const HYSTERESIS_DB: f32 = 6.0;
/// New settings arrive within this time, in milliseconds.
const CHANGE_MILLIS: u64 = 20;
/// Longest memory that a start in the middle takes into account, in seconds.
const MEMORY_SECONDS: u64 = 12;

/// Says how far the music goes down: over known stretches of speech, or by following the temp track ahead of its
/// time.
pub(crate) struct Ducker {
    sample_rate: u32,
    settings: Ducking,
    speech: Arc<[SampleSpan]>,
    course: Line,
    /// The sample of the timeline that comes next.
    position: u64,
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
    /// By level, 0: music at full, 1: music lowered all the way; moves evenly in dB.
    followed: f64,
    /// What is left of the way from older settings; added to the part.
    slack: f64,
    slack_step: f64,
    /// How far the music is lowered now, 0 to 1.
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
    /// A detector that can look ahead by `reach` samples or what the settings want, whichever is more; `speech` are
    /// the stretches of the temp track with speech.
    pub(crate) fn new(settings: &Ducking, speech: Arc<[SampleSpan]>, sample_rate: u32, reach: u64) -> Self {
        let reach = usize::try_from(settings.look_ahead.max(reach)).unwrap_or(0);
        let mut ducker = Self {
            sample_rate,
            settings: *settings,
            course: course(&speech, settings),
            speech,
            position: 0,
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
            followed: 0.0,
            slack: 0.0,
            slack_step: 0.0,
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
        let change = (u64::from(self.sample_rate) * CHANGE_MILLIS / 1000).max(1) as f64;
        self.take_timing(settings, change);
        self.look = look;
        self.on = db_to_gain(settings.threshold_db);
        self.off = db_to_gain(settings.threshold_db - HYSTERESIS_DB);
        // The end of the sound is seen ahead of its time too.
        self.hold = settings.hold.saturating_add(settings.look_ahead);
        self.hold_left = self.hold_left.min(self.hold);
        self.wanted_db = f64::from(settings.depth_db);
        self.depth_step = (self.wanted_db - self.depth_db).abs() / change;
        self.down = step(settings.attack);
        self.up = step(settings.release);
        self.memory = [settings.attack, self.hold, settings.release]
            .iter()
            .fold(u64::from(self.sample_rate), |sum, &part| sum.saturating_add(part))
            .min(u64::from(self.sample_rate) * MEMORY_SECONDS);
        true
    }

    /// Takes over what says when the music is lowered; from how far it is lowered now it goes there without a jump.
    fn take_timing(&mut self, settings: &Ducking, change: f64) {
        let old = std::mem::replace(&mut self.settings, *settings);
        let timing = |it: &Ducking| (it.attack, it.hold, it.release, it.look_ahead);
        let same_timing = timing(&old) == timing(settings);
        if same_timing && old.by == settings.by {
            return;
        }
        if !same_timing {
            self.course = course(&self.speech, settings);
        }
        self.slack = self.part - self.wanted_at(self.position.saturating_sub(1));
        self.slack_step = self.slack.abs() / change;
    }

    /// How far the music is to be lowered at a sample that was just passed, but for the way from older settings.
    fn wanted_at(&mut self, sample: u64) -> f64 {
        match self.settings.by {
            DuckBy::Level => self.followed,
            DuckBy::Speech => self.course.at(sample as f64).unwrap_or(0.0),
        }
    }

    /// Samples that have to pass before the gain no longer depends on where the start was.
    pub(crate) fn memory(&self) -> u64 {
        match self.settings.by {
            DuckBy::Level => self.memory,
            DuckBy::Speech => 0,
        }
    }

    /// Ends the way from older settings.
    pub(crate) fn arrive(&mut self) {
        (self.slack, self.depth_db) = (0.0, self.wanted_db);
    }

    /// How far the music is lowered now, in dB, 0 or less.
    pub(crate) fn lowered_db(&self) -> f32 {
        (-self.depth_db * self.part) as f32
    }

    /// Forgets everything and takes the samples of the temp track from `position` on, as many as it looks ahead.
    pub(crate) fn prime<E>(
        &mut self,
        position: u64,
        mut next: impl FnMut() -> Result<[f32; 2], E>,
    ) -> Result<(), E> {
        (self.peak, self.heard, self.hold_left) = (0.0, false, 0);
        (self.followed, self.part, self.gain, self.at) = (0.0, 0.0, 1.0, 0);
        self.position = position;
        self.arrive();
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
        self.lower();
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
        self.followed = if lowered {
            self.followed + self.down
        } else {
            self.followed - self.up
        }
        .clamp(0.0, 1.0);
    }

    /// The gain of the next sample.
    fn lower(&mut self) {
        let before = (self.part, self.depth_db);
        let wanted = self.wanted_at(self.position);
        self.position += 1;
        self.slack = self.slack.signum() * (self.slack.abs() - self.slack_step).max(0.0);
        self.part = (wanted + self.slack).clamp(0.0, 1.0);
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

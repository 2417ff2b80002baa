//! The moving head: speed, loop, joints.

use std::collections::VecDeque;

use muvi_timeline::Mix;

use crate::reel::Reel;

/// Length of a joint: where the head jumps, the old place fades out under the new one. In samples.
pub(crate) const JOINT: u32 = 256;

/// A stretch of what the deck gave, over which the head moved evenly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stretch {
    /// Number of its first sample, counted since the deck was started.
    pub(crate) first: u64,
    /// Place of the head at that sample, in samples of the timeline.
    pub(crate) position: f64,
    /// Samples of the timeline per sample given.
    pub(crate) step: f64,
}

/// A reel under a head.
pub(crate) struct Deck {
    reel: Reel,
    /// A second reel of the same programme, for joints.
    spare: Option<Reel>,
    fading: Option<Fading>,
    /// Place of the head in samples of the timeline.
    pub(crate) position: f64,
    /// Samples of the timeline per sample given.
    pub(crate) speed: f64,
    /// The loop: first sample and the one after its last. It holds a head that starts before its end.
    pub(crate) range: Option<(u64, u64)>,
    given: u64,
    last: Option<Stretch>,
}

struct Fading {
    reel: Reel,
    position: f64,
    left: u32,
    /// Whether it becomes the spare afterwards.
    keep: bool,
}

impl Deck {
    pub(crate) fn new(reel: Reel, spare: Reel) -> Self {
        Self {
            reel,
            spare: Some(spare),
            fading: None,
            position: 0.0,
            speed: 1.0,
            range: None,
            given: 0,
            last: None,
        }
    }

    pub(crate) fn length(&self) -> u64 {
        self.reel.length()
    }

    pub(crate) fn reel(&mut self) -> &mut Reel {
        &mut self.reel
    }

    pub(crate) fn ducking_db(&self) -> f32 {
        self.reel.ducking_db()
    }

    /// A new mix for all reels; false if the programme has to be opened anew for it.
    pub(crate) fn set_mix(&mut self, mix: &Mix, running: bool) -> bool {
        let mut taken = self.reel.set_mix(mix, running);
        if let Some(spare) = &mut self.spare {
            taken &= spare.set_mix(mix, false);
        }
        if let Some(fading) = &mut self.fading {
            taken &= fading.reel.set_mix(mix, true);
        }
        taken
    }

    /// What went wrong with the sources since the last call.
    pub(crate) fn take_problem(&mut self) -> Option<String> {
        self.reel.take_problem()
    }

    /// Puts the head down at `position` without a joint; what was rendered before counts no more.
    pub(crate) fn put(&mut self, position: f64) {
        self.rest_fading();
        self.position = position.clamp(0.0, self.length() as f64);
        if self.speed == 1.0 {
            self.position = self.position.round();
        }
        self.given = 0;
        self.last = None;
        self.reel.forget();
        if self.speed >= 0.0 {
            self.reel.cue(self.position as u64);
        }
    }

    /// Sets the speed of the head; at normal speed it stands on whole samples.
    pub(crate) fn set_speed(&mut self, speed: f64) {
        self.speed = speed;
        if speed == 1.0 {
            self.position = self.position.round();
        }
    }

    /// Another programme under the head, with a joint.
    pub(crate) fn swap(&mut self, reel: Reel, spare: Reel) {
        self.rest_fading();
        let old = std::mem::replace(&mut self.reel, reel);
        self.spare = Some(spare);
        self.fading = Some(Fading {
            reel: old,
            position: self.position,
            left: JOINT,
            keep: false,
        });
        self.position = self.position.min(self.length() as f64);
        self.reel.cue(self.position as u64);
    }

    /// Renders ahead for the next jump back to the loop's start, while there is time.
    pub(crate) fn prepare(&mut self) {
        if let (Some((start, end)), Some(spare)) = (self.range, &mut self.spare) {
            if self.speed > 0.0 {
                spare.cue(start);
            } else {
                spare.at(end as i64 - 1);
            }
        }
    }

    /// Appends up to `count` samples to `out`, and to `stretches` where the head went; fewer at the end of the way.
    pub(crate) fn run(
        &mut self,
        count: usize,
        out: &mut Vec<[f32; 2]>,
        stretches: &mut VecDeque<Stretch>,
    ) -> usize {
        for done in 0..count {
            let here = self.position;
            let Some(sample) = self.next() else {
                return done;
            };
            let even = self.last.is_some_and(|last| {
                let way = (self.given - last.first) as f64 * last.step;
                last.step == self.speed && (last.position + way - here).abs() < 0.01
            });
            if !even {
                let stretch = Stretch {
                    first: self.given,
                    position: here,
                    step: self.speed,
                };
                self.last = Some(stretch);
                stretches.push_back(stretch);
            }
            self.given += 1;
            out.push(sample);
        }
        count
    }

    /// The next sample, or `None` at the end of the way.
    fn next(&mut self) -> Option<[f32; 2]> {
        let length = self.length() as f64;
        let over = if self.speed > 0.0 {
            self.position >= length
        } else {
            self.position < 0.0
        };
        if over {
            self.position = self.position.clamp(0.0, length);
            return None;
        }
        let sample = self.reel.tap(self.position, self.speed);
        let sample = self.joined(sample);
        let before = self.position;
        self.position += self.speed;
        if let Some((start, end)) = self.range {
            let (start, end) = (start as f64, end as f64);
            if self.speed > 0.0 && before < end && self.position >= end {
                self.jump(self.position - end + start);
            } else if self.speed < 0.0 && before >= start && self.position < start {
                self.jump(self.position + end - start);
            }
        }
        Some(sample)
    }

    /// The sample with what still fades out over it.
    fn joined(&mut self, sample: [f32; 2]) -> [f32; 2] {
        let Some(fading) = &mut self.fading else {
            return sample;
        };
        let old = fading.reel.tap(fading.position, self.speed);
        fading.position += self.speed;
        fading.left -= 1;
        let part = fading.left as f32 / JOINT as f32;
        if fading.left == 0 {
            self.rest_fading();
            return sample;
        }
        std::array::from_fn(|side| sample[side] * (1.0 - part) + old[side] * part)
    }

    fn jump(&mut self, to: f64) {
        // Without a second reel at hand the head jumps without a joint.
        if let Some(mut next) = self.spare.take() {
            if self.speed > 0.0 {
                next.cue(to as u64);
            }
            let old = std::mem::replace(&mut self.reel, next);
            self.fading = Some(Fading {
                reel: old,
                position: self.position,
                left: JOINT,
                keep: true,
            });
        }
        self.position = to;
    }

    fn rest_fading(&mut self) {
        if let Some(fading) = self.fading.take().filter(|fading| fading.keep) {
            self.spare = Some(fading.reel);
        }
    }
}

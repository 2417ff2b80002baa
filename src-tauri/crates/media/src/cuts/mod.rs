//! Cuts, found while the frames pass.
//!
//! Each frame is reduced to a coarse colour grid and a colour histogram. A hard cut is a jump of their distance
//! that stands out of its neighbourhood and does not go back at once (that would be a flash). A dissolve is a
//! stretch whose middle is the mean of two unlike ends. A fade is a picture that comes out of black.

mod sketch;

use std::collections::VecDeque;

use muvi_timeline::Rate;
use serde::Serialize;

use sketch::Sketch;

/// Neighbours that a jump is compared with lie within this time on either side, in milliseconds.
const AROUND_MILLIS: u64 = 500;
/// Half the length of the longest dissolve that is looked for; also the delay of the detector.
const DISSOLVE_HALF_MILLIS: u64 = 700;
/// Two cuts are at least this far apart.
const APART_MILLIS: u64 = 200;
/// A picture that comes back within this time was hidden by a flash.
const FLASH_MILLIS: u64 = 250;
/// The least distance of a hard cut, and how far it stands out: `LEAST + TIMES * mean of the neighbours`.
const LEAST: f32 = 0.10;
const TIMES: f32 = 3.0;
/// The distance of two entirely different pictures.
const FULL: f32 = 0.7;
/// A dissolve joins pictures at least this far apart.
const DISSOLVE_LEAST: f32 = 0.22;
/// How far the frames of a dissolve may be from the mix of its ends, as a part of the ends' difference.
const MIX_ERROR: f32 = 0.22;

/// How one shot becomes the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CutKind {
    /// From one frame to the next.
    Hard,
    /// By mixing; the cut is at its middle.
    Dissolve,
    /// Out of black; the cut is where the picture appears.
    Fade,
}

/// A shot change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cut {
    /// Number of the first frame of the new shot.
    pub frame: u64,
    /// How different the two shots are, 0 to 1.
    pub strength: f32,
    /// How the change is made.
    pub kind: CutKind,
}

/// A frame and its distance from the one before it.
struct Seen {
    sketch: Sketch,
    step: f32,
}

/// Finds cuts in frames that come one by one; decides about a second later, and keeps about two seconds.
pub struct CutDetector {
    pixels: usize,
    width: usize,
    rate: Rate,
    around: usize,
    apart: u64,
    flash: usize,
    half: usize,
    seen: VecDeque<Seen>,
    /// Number of the first frame in `seen`.
    first: u64,
    /// Number of the next frame to be decided on.
    next: u64,
    last: Option<u64>,
    dissolve: Option<(Cut, u64)>,
    black: Option<u64>,
    had_picture: bool,
}

impl CutDetector {
    /// A detector for RGB frames of one size at one rate (at most about 60 frames per second).
    pub fn new(width: u32, height: u32, rate: Rate) -> Self {
        let frames = |millis: u64| frames_in(rate, millis);
        Self {
            pixels: width as usize * height as usize,
            width: width as usize,
            rate,
            around: frames(AROUND_MILLIS).max(3),
            apart: frames(APART_MILLIS).max(2) as u64,
            flash: frames(FLASH_MILLIS).max(2),
            half: frames(DISSOLVE_HALF_MILLIS).max(4),
            seen: VecDeque::new(),
            first: 0,
            next: 0,
            last: None,
            dissolve: None,
            black: None,
            had_picture: false,
        }
    }

    /// Takes the next frame, `[height, width, 3]`, and appends cuts that are now certain, in order.
    /// A frame of another size counts as a repetition of the last one.
    pub fn push(&mut self, frame: &[u8], cuts: &mut Vec<Cut>) {
        let sketch = match self.seen.back() {
            Some(last) if frame.len() != self.pixels * 3 => last.sketch.clone(),
            _ => Sketch::of(frame, self.width),
        };
        let step = self.seen.back().map_or(0.0, |last| last.sketch.distance(&sketch));
        self.seen.push_back(Seen { sketch, step });
        if self.newest() >= self.next + self.half as u64 {
            self.decide(cuts);
        }
    }

    /// Appends the cuts of the last frames.
    pub fn finish(mut self, cuts: &mut Vec<Cut>) {
        while !self.seen.is_empty() && self.next <= self.newest() {
            self.decide(cuts);
        }
        self.flush(cuts);
    }

    /// Number of the newest frame. Called only once there is one.
    fn newest(&self) -> u64 {
        self.first + self.seen.len() as u64 - 1
    }

    fn get(&self, frame: u64) -> Option<&Seen> {
        self.seen
            .get(usize::try_from(frame.checked_sub(self.first)?).ok()?)
    }

    /// Decides about the next frame, then forgets what no later decision needs.
    fn decide(&mut self, cuts: &mut Vec<Cut>) {
        let frame = self.next;
        self.next += 1;
        if let Some(cut) = self.hard(frame) {
            self.black = None;
            self.report(cut, cuts);
        } else if let Some(cut) = self.fade(frame) {
            self.report(cut, cuts);
        } else {
            self.weigh_dissolve(frame, cuts);
        }
        let keep = self.half.max(self.around).max(self.flash + 1);
        while self.first + (keep as u64) < self.next {
            self.seen.pop_front();
            self.first += 1;
        }
    }

    /// Reports a cut unless it is too close to the last; a dissolve that is still open goes first.
    fn report(&mut self, cut: Cut, cuts: &mut Vec<Cut>) {
        self.flush(cuts);
        if self.last.is_none_or(|last| cut.frame >= last + self.apart) {
            self.last = Some(cut.frame);
            cuts.push(cut);
        }
    }

    fn flush(&mut self, cuts: &mut Vec<Cut>) {
        if let Some((cut, _)) = self.dissolve.take()
            && self.last.is_none_or(|last| cut.frame >= last + self.apart)
        {
            self.last = Some(cut.frame);
            cuts.push(cut);
        }
    }

    fn hard(&self, frame: u64) -> Option<Cut> {
        let here = self.get(frame)?;
        let around = self.around as u64;
        let (mut sum, mut count) = (0.0, 0.0_f32);
        for other in frame.saturating_sub(around)..=frame + around {
            let Some(seen) = self.get(other).filter(|_| other != frame && other > 0) else {
                continue;
            };
            // The highest jump within reach is the cut; of equal ones the first.
            let near = other.abs_diff(frame) < self.apart;
            if near && (seen.step > here.step || (seen.step == here.step && other < frame)) {
                return None;
            }
            sum += seen.step;
            count += 1.0;
        }
        let mean = sum / count.max(1.0);
        if frame == 0 || here.step < LEAST + TIMES * mean || self.is_flash(frame, here.step) {
            return None;
        }
        let strength = ((here.step - mean) / FULL).clamp(0.0, 1.0);
        Some(Cut {
            frame,
            strength,
            kind: CutKind::Hard,
        })
    }

    /// True if the picture before the jump comes back soon, or the picture after it was there shortly before.
    fn is_flash(&self, frame: u64, step: f32) -> bool {
        let alike = |a: u64, b: u64| match (self.get(a), self.get(b)) {
            (Some(a), Some(b)) => a.sketch.distance(&b.sketch) < step * 0.4,
            _ => false,
        };
        let reach = self.flash as u64;
        (1..=reach).any(|gap| alike(frame - 1, frame + gap))
            || (2..=reach + 1).any(|gap| frame.checked_sub(gap).is_some_and(|before| alike(before, frame)))
    }

    /// A picture that comes slowly out of a black that came after another picture.
    fn fade(&mut self, frame: u64) -> Option<Cut> {
        let black = self.get(frame)?.sketch.is_black();
        if black {
            if self.had_picture && self.black.is_none() {
                self.black = Some(frame);
            }
            return None;
        }
        self.had_picture = true;
        let since = self.black.take()?;
        // A single dark frame is a flash the other way round.
        (frame >= since + 2).then_some(Cut {
            frame,
            strength: 0.7,
            kind: CutKind::Fade,
        })
    }

    /// Follows a stretch of frames that look like the middle of a dissolve; its best frame is the cut.
    fn weigh_dissolve(&mut self, frame: u64, cuts: &mut Vec<Cut>) {
        let patience = self.apart;
        match (self.dissolve_at(frame), &mut self.dissolve) {
            (Some(strength), Some((best, until))) => {
                if strength > best.strength {
                    *best = Cut {
                        frame,
                        strength,
                        kind: CutKind::Dissolve,
                    };
                }
                *until = frame + patience;
            }
            (Some(strength), None) => {
                let cut = Cut {
                    frame,
                    strength,
                    kind: CutKind::Dissolve,
                };
                let clear = self.last.is_none_or(|last| frame >= last + self.half as u64);
                self.dissolve = clear.then_some((cut, frame + patience));
            }
            (None, Some((_, until))) if frame > *until => self.flush(cuts),
            (None, _) => {}
        }
    }

    /// How strong a dissolve has its middle here, if one has.
    fn dissolve_at(&self, middle: u64) -> Option<f32> {
        [self.half, self.half * 2 / 3, self.half * 2 / 5, self.half / 4]
            .into_iter()
            .filter(|&half| half >= 3)
            .filter_map(|half| self.dissolve_of(middle, half as u64))
            .reduce(f32::max)
    }

    fn dissolve_of(&self, middle: u64, half: u64) -> Option<f32> {
        let (start, end) = (middle.checked_sub(half)?, middle + half);
        let (a, b) = (&self.get(start)?.sketch, &self.get(end)?.sketch);
        let apart = a.distance(b);
        if apart < DISSOLVE_LEAST || a.is_black() || b.is_black() || a.likeness(b) > 0.6 {
            return None;
        }
        // A jump inside makes it a hard cut; a jump that is a flash spoils the mix anyway.
        let jump = (start + 1..=end)
            .filter_map(|i| self.get(i))
            .map(|seen| seen.step)
            .fold(0.0, f32::max);
        if jump > apart * 0.5 {
            return None;
        }
        let quarter = half / 2;
        let part = 0.5 * quarter as f32 / half as f32;
        let points = [
            (middle, 0.5),
            (middle - quarter, 0.5 - part),
            (middle + quarter, 0.5 + part),
        ];
        let mut worst = 0.0_f32;
        for (frame, weight) in points {
            worst = worst.max(self.get(frame)?.sketch.mix_error(a, b, weight));
        }
        (worst < MIX_ERROR).then(|| (apart / FULL).min(1.0) * (1.0 - worst))
    }
}

impl std::fmt::Debug for CutDetector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CutDetector")
            .field("rate", &self.rate)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

fn frames_in(rate: Rate, millis: u64) -> usize {
    let clock = Rate::hz(1000);
    clock.map_or(1, |clock| {
        clock.convert(millis, rate, muvi_timeline::Round::Nearest) as usize
    })
}

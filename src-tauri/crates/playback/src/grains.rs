//! Sound while the playhead is dragged: short windowed grains of where it is.

use crate::reel::Reel;

/// Length of a grain in milliseconds; two overlap by half of it while the head is dragged on.
const MILLIS: u64 = 60;

/// The grains that sound now.
#[derive(Default)]
pub(crate) struct Grains {
    sounding: Vec<Grain>,
    last: Option<u64>,
    until_next: usize,
}

struct Grain {
    frames: Vec<[f32; 2]>,
    at: usize,
}

impl Grains {
    /// Appends up to `count` samples for a head at `target`; fewer, or none, once all grains have died away and
    /// the head rests.
    pub(crate) fn run(
        &mut self,
        reel: &mut Reel,
        target: u64,
        sample_rate: u32,
        count: usize,
        out: &mut Vec<[f32; 2]>,
    ) -> usize {
        let length = (u64::from(sample_rate) * MILLIS / 1000).max(2) as usize;
        for done in 0..count {
            if self.until_next == 0 && self.last != Some(target) {
                // Only the latest place counts: what the head passed in the meantime is not made up for.
                self.sounding.push(Grain::new(reel, target, length));
                self.last = Some(target);
                self.until_next = length / 2;
            }
            if self.sounding.is_empty() {
                return done;
            }
            self.until_next = self.until_next.saturating_sub(1);
            let mut sum = [0.0; 2];
            for grain in &mut self.sounding {
                let frame = grain.frames.get(grain.at).copied().unwrap_or_default();
                grain.at += 1;
                sum = [sum[0] + frame[0], sum[1] + frame[1]];
            }
            self.sounding.retain(|grain| grain.at < grain.frames.len());
            out.push(sum);
        }
        count
    }
}

impl Grain {
    fn new(reel: &mut Reel, target: u64, length: usize) -> Self {
        reel.cue_roughly(target);
        let window = |i: usize| {
            let part = (i as f64 + 0.5) / length as f64;
            (part * std::f64::consts::PI).sin().powi(2) as f32
        };
        let frame = |i: usize| reel.at(target as i64 + i as i64).map(|value| value * window(i));
        Self {
            frames: (0..length).map(frame).collect(),
            at: 0,
        }
    }
}

//! A ceiling that true peaks do not pass: a limiter that looks ahead and leaves quiet sound untouched.

use std::collections::VecDeque;

/// Taps per interpolated point, and points between two samples: twice the four-fold oversampling that BS.1770 asks,
/// with four times its taps, which brings the error up to nine tenths of the highest frequency to 0.1 dB.
const TAPS: usize = 48;
const POINTS: usize = 7;
/// The first points are those of four-fold oversampling; the others count where one of these comes this near to the
/// ceiling.
const COARSE: usize = 3;
const NEAR: f32 = 0.8;
/// The points in eighths of a sample after the first of a pair.
const EIGHTHS: [f64; POINTS] = [2.0, 4.0, 6.0, 1.0, 3.0, 5.0, 7.0];
/// Samples after the first of a pair that its interpolation needs.
const AFTER: usize = TAPS / 2;
/// The gain goes down over this time, in microseconds, and comes back over about the second.
const ATTACK_MICROS: u64 = 5_000;
const RELEASE_MICROS: u64 = 80_000;
/// Steps of the gain: integers add up without drift, so that full gain stays exactly 1.
const ONE: f64 = (1_u32 << 24) as f64;

/// Keeps both channels below a ceiling with one gain, so that the stereo image stands still.
pub(crate) struct Limiter {
    ceiling: f32,
    window: usize,
    taps: [[f32; TAPS]; POINTS],
    /// The last samples, oldest first.
    near: VecDeque<[f32; 2]>,
    /// All samples that have not left yet.
    waiting: VecDeque<[f32; 2]>,
    previous: f32,
    count: u64,
    /// Rising gains with their times: the front is the lowest of the window.
    lowest: VecDeque<(u64, f32)>,
    held: f32,
    back: f32,
    steps: VecDeque<u32>,
    sum: u64,
}

impl Limiter {
    pub(crate) fn new(ceiling: f32, sample_rate: u32) -> Self {
        let samples = |micros: u64| (u64::from(sample_rate) * micros / 1_000_000).max(1) as usize;
        let window = samples(ATTACK_MICROS);
        let full = ONE as u32;
        let mut lowest = VecDeque::with_capacity(window + 2);
        lowest.clear();
        let mut waiting = VecDeque::with_capacity(window + AFTER + 2);
        waiting.extend(std::iter::repeat_n([0.0; 2], window - 1 + AFTER));
        let mut near = VecDeque::with_capacity(TAPS + 1);
        near.extend(std::iter::repeat_n([0.0; 2], TAPS));
        let mut steps = VecDeque::with_capacity(window + 1);
        steps.extend(std::iter::repeat_n(full, window));
        Self {
            ceiling,
            window,
            taps: interpolation(),
            near,
            waiting,
            previous: 1.0,
            count: 0,
            lowest,
            held: 1.0,
            back: 1.0 - (-1.0 / samples(RELEASE_MICROS) as f64).exp() as f32,
            steps,
            sum: u64::from(full) * window as u64,
        }
    }

    /// As new.
    pub(crate) fn restart(&mut self) {
        let full = ONE as u32;
        self.near.clear();
        self.near.extend(std::iter::repeat_n([0.0; 2], TAPS));
        self.waiting.clear();
        self.waiting.extend(std::iter::repeat_n([0.0; 2], self.delay()));
        self.lowest.clear();
        self.steps.clear();
        self.steps.extend(std::iter::repeat_n(full, self.window));
        self.sum = u64::from(full) * self.window as u64;
        (self.previous, self.held, self.count) = (1.0, 1.0, 0);
    }

    /// From now on another ceiling; the gain moves there as it does after any peak.
    pub(crate) fn set_ceiling(&mut self, ceiling: f32) {
        self.ceiling = ceiling;
    }

    /// Samples that go in before the first comes out.
    pub(crate) fn delay(&self) -> usize {
        self.window - 1 + AFTER
    }

    /// Takes a sample and gives the one of [`Limiter::delay`] earlier.
    pub(crate) fn step(&mut self, sample: [f32; 2]) -> [f32; 2] {
        self.near.pop_front();
        self.near.push_back(sample);
        self.waiting.push_back(sample);
        let gain = self.gain();
        let out = self.waiting.pop_front().unwrap_or_default();
        out.map(|value| value * gain)
    }

    fn gain(&mut self) -> f32 {
        let peak = self.peak();
        let needed = if peak > self.ceiling {
            self.ceiling / peak
        } else {
            1.0
        };
        // A peak between two samples concerns both of them.
        let here = needed.min(self.previous);
        self.previous = needed;
        let low = self.lowest_with(here);
        let risen = self.held + (1.0 - self.held) * self.back;
        self.held = if risen > 0.99999 { low } else { low.min(risen) };
        // Rounded down: never above what is needed.
        let step = (f64::from(self.held) * ONE) as u32;
        self.sum += u64::from(step);
        self.steps.push_back(step);
        self.sum -= u64::from(self.steps.pop_front().unwrap_or_default());
        (self.sum as f64 / (self.window as f64 * ONE)) as f32
    }

    /// The highest level between the two middle samples of the neighbourhood, of both channels.
    fn peak(&self) -> f32 {
        let level = |s: &[f32; 2]| s[0].abs().max(s[1].abs());
        let mut peak = level(&self.near[AFTER - 1]).max(level(&self.near[AFTER]));
        // Without a loud sample near there is no loud point between.
        if self.near.iter().map(level).fold(0.0, f32::max) * 2.0 < self.ceiling {
            return peak;
        }
        for (index, taps) in self.taps.iter().enumerate() {
            if index == COARSE && peak < self.ceiling * NEAR {
                break;
            }
            let mut point = [0.0_f32; 2];
            for (tap, sample) in taps.iter().zip(&self.near) {
                point[0] += tap * sample[0];
                point[1] += tap * sample[1];
            }
            peak = peak.max(level(&point));
        }
        peak
    }

    /// The lowest of the last `window` gains, this one among them.
    fn lowest_with(&mut self, gain: f32) -> f32 {
        while self.lowest.back().is_some_and(|&(_, other)| other >= gain) {
            self.lowest.pop_back();
        }
        self.lowest.push_back((self.count, gain));
        let oldest = (self.count + 1).saturating_sub(self.window as u64);
        while self.lowest.front().is_some_and(|&(time, _)| time < oldest) {
            self.lowest.pop_front();
        }
        self.count += 1;
        self.lowest.front().map_or(gain, |&(_, lowest)| lowest)
    }
}

/// Windowed sinc taps for the points [`EIGHTHS`] after the first middle sample.
fn interpolation() -> [[f32; TAPS]; POINTS] {
    let mut taps = [[0.0; TAPS]; POINTS];
    for (row, eighths) in taps.iter_mut().zip(EIGHTHS) {
        let offset = eighths / 8.0;
        let weights: [f64; TAPS] = std::array::from_fn(|tap| {
            let distance = tap as f64 - (AFTER - 1) as f64 - offset;
            let angle = std::f64::consts::PI * distance;
            let window = (angle / TAPS as f64).cos().powi(2);
            angle.sin() / angle * window
        });
        let sum: f64 = weights.iter().sum();
        for (tap, weight) in row.iter_mut().zip(weights) {
            *tap = (weight / sum) as f32;
        }
    }
    taps
}

//! The rendered programme under a head that can move both ways.

use std::collections::VecDeque;

use muvi_timeline::Mix;

use crate::render::{Renderer, RunIn};

/// Rendered at a time while the head moves forward.
const STEP: usize = 256;
/// Rendered at a time for a head that moves backwards.
const BACK: u64 = 16_384;
/// Rendered samples that are kept.
const KEEP: usize = 24_576;
/// Samples around a place that interpolation reads.
const MARGIN: i64 = 2;

/// A renderer and the stretch that it rendered last.
pub(crate) struct Reel {
    renderer: Renderer,
    window: VecDeque<[f32; 2]>,
    start: u64,
    planes: [[f32; STEP]; 2],
    problem: Option<String>,
}

impl Reel {
    pub(crate) fn new(renderer: Renderer) -> Self {
        Self {
            start: renderer.position(),
            renderer,
            window: VecDeque::with_capacity(KEEP + STEP),
            planes: [[0.0; STEP]; 2],
            problem: None,
        }
    }

    pub(crate) fn length(&self) -> u64 {
        self.renderer.length()
    }

    pub(crate) fn ducking_db(&self) -> f32 {
        self.renderer.ducking_db()
    }

    /// What went wrong since the last call.
    pub(crate) fn take_problem(&mut self) -> Option<String> {
        self.problem.take()
    }

    /// False if the programme has to be opened anew for this mix. A reel that does not run takes it at once.
    pub(crate) fn set_mix(&mut self, mix: &Mix, running: bool) -> bool {
        let taken = self.renderer.set_mix(mix).unwrap_or(false);
        if !running {
            self.renderer.arrive();
        }
        taken
    }

    /// Throws away what was rendered ahead under an older mix.
    pub(crate) fn forget(&mut self) {
        self.window.clear();
        // Below no place, so that the next request seeks.
        self.start = u64::MAX;
    }

    /// Makes `position` the next place to be read, unless it is at hand.
    pub(crate) fn cue(&mut self, position: u64) {
        if !self.holds(position) {
            self.go(position.saturating_sub(MARGIN as u64), RunIn::Full);
        }
    }

    /// The same with a start that is quick and only roughly right: for grains.
    pub(crate) fn cue_roughly(&mut self, position: u64) {
        if !self.holds(position) {
            self.go(position.saturating_sub(MARGIN as u64), RunIn::Short);
        }
    }

    fn holds(&self, position: u64) -> bool {
        let margin = MARGIN as u64;
        self.start <= position.saturating_sub(margin) && position <= self.end().saturating_add(margin)
    }

    fn end(&self) -> u64 {
        self.start.saturating_add(self.window.len() as u64)
    }

    /// The sample at `index`; silence outside of the programme.
    pub(crate) fn at(&mut self, index: i64) -> [f32; 2] {
        let Ok(index) = u64::try_from(index) else {
            return [0.0; 2];
        };
        if index >= self.length() {
            return [0.0; 2];
        }
        if index < self.start {
            // The head comes from above: everything it will soon pass, and what interpolation needs behind it.
            let from = (index + 1).saturating_sub(BACK);
            self.go(from, RunIn::Full);
        } else if index > self.end().saturating_add(BACK) {
            self.go(index.saturating_sub(MARGIN as u64), RunIn::Full);
        }
        while index >= self.end() {
            self.advance();
        }
        let place = usize::try_from(index - self.start).unwrap_or(usize::MAX);
        self.window.get(place).copied().unwrap_or_default()
    }

    /// The sound at a place between samples, for a head that moves by `speed` samples per sample.
    pub(crate) fn tap(&mut self, position: f64, speed: f64) -> [f32; 2] {
        if speed == 1.0 && position.fract() == 0.0 {
            return self.at(position as i64);
        }
        // Fast heads hear the mean of what they pass: a plain filter against folding.
        let points = (speed.abs().ceil() as usize).clamp(1, 8);
        let mut sum = [0.0_f32; 2];
        for point in 0..points {
            let place = position + speed * point as f64 / points as f64;
            let sample = self.between(place);
            sum[0] += sample[0];
            sum[1] += sample[1];
        }
        sum.map(|value| value / points as f32)
    }

    /// Cubic interpolation through the four nearest samples.
    fn between(&mut self, position: f64) -> [f32; 2] {
        let floor = position.floor();
        let part = (position - floor) as f32;
        let base = floor as i64;
        // The highest first, so that a head that moves backwards renders its whole margin at once.
        let d = self.at(base + 2);
        let a = self.at(base - 1);
        let (b, c) = (self.at(base), self.at(base + 1));
        std::array::from_fn(|side| {
            let (a, b, c, d) = (a[side], b[side], c[side], d[side]);
            let slope = (c - a) * 0.5;
            let square = a - 2.5 * b + 2.0 * c - 0.5 * d;
            let cube = (d - a) * 0.5 + 1.5 * (b - c);
            ((cube * part + square) * part + slope) * part + b
        })
    }

    fn go(&mut self, position: u64, run_in: RunIn) {
        self.window.clear();
        if let Err(error) = self.renderer.settle(position, run_in) {
            self.fail(&error);
        }
        self.start = position.min(self.length());
    }

    fn advance(&mut self) {
        let [left, right] = &mut self.planes;
        let mut count = 0;
        match self.renderer.render([left, right]) {
            Ok(done) => count = done,
            Err(error) => self.fail(&error),
        }
        if count == 0 {
            // Silence in place of what cannot be rendered, so that the head moves on.
            self.planes = [[0.0; STEP]; 2];
            count = STEP;
        }
        let [left, right] = &self.planes;
        for (left, right) in left[..count].iter().zip(&right[..count]) {
            self.window.push_back([*left, *right]);
        }
        let over = self.window.len().saturating_sub(KEEP);
        self.window.drain(..over);
        self.start += over as u64;
    }

    fn fail(&mut self, error: &crate::RenderError) {
        let cause = std::error::Error::source(error).map_or_else(String::new, |cause| format!(": {cause}"));
        self.problem.get_or_insert_with(|| format!("{error}{cause}"));
    }
}

//! The project's sample rate brought to that of the device, block by block.

use std::collections::VecDeque;

use audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};

/// About as many input samples per step: 20 ms, little beside what is rendered ahead.
const STEP: u32 = 882;

/// Samples go in at one rate and come out at another, in place: the filter's delay is taken out.
pub(crate) struct Converter {
    inner: Option<Fft<f32>>,
    from: u32,
    to: u32,
    input: [Vec<f32>; 2],
    output: [Vec<f32>; 2],
    skip: usize,
    ready: VecDeque<[f32; 2]>,
    /// Frames taken out since the start.
    given: u64,
    /// Frames that came in since the start, and frames that may come out in all, once that is known.
    taken: u64,
    goal: Option<u64>,
}

impl Converter {
    pub(crate) fn new(from: u32, to: u32) -> Self {
        let inner = (from != to)
            .then(|| Fft::new(from as usize, to as usize, step(from, to), 2, FixedSync::Both).ok())
            .flatten();
        let room = inner.as_ref().map_or(0, |fft| fft.output_frames_max());
        let mut made = Self {
            inner,
            from,
            to,
            input: Default::default(),
            output: [vec![0.0; room], vec![0.0; room]],
            skip: 0,
            ready: VecDeque::new(),
            given: 0,
            taken: 0,
            goal: None,
        };
        made.restart();
        made
    }

    pub(crate) fn rates(&self) -> (u32, u32) {
        (self.from, self.to)
    }

    /// Empties it for another start.
    pub(crate) fn restart(&mut self) {
        if let Some(fft) = &mut self.inner {
            fft.reset();
            self.skip = fft.output_delay();
        }
        for plane in &mut self.input {
            plane.clear();
        }
        self.ready.clear();
        (self.given, self.taken, self.goal) = (0, 0, None);
    }

    /// Input samples per output frame.
    pub(crate) fn ratio(&self) -> f64 {
        f64::from(self.from) / f64::from(self.to)
    }

    /// Number of the next output frame.
    pub(crate) fn given(&self) -> u64 {
        self.given
    }

    pub(crate) fn ready(&self) -> usize {
        self.ready.len()
    }

    pub(crate) fn pop(&mut self) -> Option<[f32; 2]> {
        let frame = self.ready.pop_front()?;
        self.given += 1;
        Some(frame)
    }

    pub(crate) fn push(&mut self, frames: &[[f32; 2]]) {
        self.taken += frames.len() as u64;
        if self.inner.is_none() {
            self.ready.extend(frames);
            return;
        }
        for (side, plane) in self.input.iter_mut().enumerate() {
            plane.extend(frames.iter().map(|frame| frame[side]));
        }
        self.advance();
    }

    /// Lets out what is still inside.
    pub(crate) fn finish(&mut self) {
        let Some(fft) = &self.inner else {
            return;
        };
        let goal = (self.taken as f64 / self.ratio()).round() as u64;
        self.goal = Some(goal);
        let need = fft.input_frames_next();
        let mut rounds = 0;
        while self.given + (self.ready.len() as u64) < goal && rounds < 8 {
            for plane in &mut self.input {
                let length = plane.len().div_ceil(need).max(1) * need;
                plane.resize(length, 0.0);
            }
            self.advance();
            rounds += 1;
        }
    }

    fn advance(&mut self) {
        let Some(fft) = &mut self.inner else {
            return;
        };
        loop {
            let need = fft.input_frames_next();
            let (length, room) = (self.input[0].len(), self.output[0].len());
            if length < need {
                return;
            }
            let source = SequentialSliceOfVecs::new(&self.input, 2, length);
            let target = SequentialSliceOfVecs::new_mut(&mut self.output, 2, room);
            let made = match (source, target) {
                (Ok(source), Ok(mut target)) => fft
                    .process_into_buffer(&source, &mut target, Some(&Indexing::new()))
                    .map_or(0, |(_, made)| made),
                _ => 0,
            };
            for plane in &mut self.input {
                plane.drain(..need);
            }
            let skip = self.skip.min(made);
            self.skip -= skip;
            for i in skip..made {
                let known = self.given + self.ready.len() as u64;
                if self.goal.is_none_or(|goal| known < goal) {
                    self.ready.push_back([self.output[0][i], self.output[1][i]]);
                }
            }
        }
    }
}

/// An even number of the ratio's smallest blocks: the filter of an odd step is centred half a sample off.
fn step(from: u32, to: u32) -> usize {
    let (mut a, mut b) = (from, to);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let smallest = from / a.max(1);
    (smallest * STEP.div_ceil(smallest.max(1)).next_multiple_of(2)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_stays_in_place_and_ends_in_time() {
        for (from, to) in [
            (44_100, 48_000),
            (48_000, 44_100),
            (44_100, 96_000),
            (44_100, 44_100),
        ] {
            let tone = |i: f64, rate: u32| {
                ((std::f64::consts::TAU * 440.0 * i / f64::from(rate)).sin() * 0.5) as f32
            };
            let mut converter = Converter::new(from, to);
            for start in 0..2 {
                let mut out = Vec::new();
                for block in 0..100 {
                    let frames: Vec<[f32; 2]> = (0..256)
                        .map(|i| [tone(f64::from(block * 256 + i), from); 2])
                        .collect();
                    converter.push(&frames);
                    while let Some(frame) = converter.pop() {
                        out.push(frame[0]);
                    }
                }
                converter.finish();
                while let Some(frame) = converter.pop() {
                    out.push(frame[0]);
                }
                let want = (25_600.0 * f64::from(to) / f64::from(from)).round() as usize;
                assert_eq!(out.len(), want, "{from} to {to}, start {start}");
                let worst = (2000..want - 2000)
                    .map(|i| (out[i] - tone(i as f64, to)).abs())
                    .fold(0.0, f32::max);
                assert!(worst < 1e-3, "{from} to {to}: {worst}");
                converter.restart();
            }
        }
    }
}

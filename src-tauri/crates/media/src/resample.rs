//! Stereo sound brought to another rate, block by block.

use audioadapter_buffers::direct::SequentialSliceOfVecs;
use muvi_timeline::{Rate, Round};
use rubato::{Fft, FixedSync, Indexing, Resampler as _};
use thiserror::Error;

/// Input frames per step: long enough for a sharp filter, short enough for little delay.
const STEP: usize = 1024;

/// Why sound cannot be resampled.
#[derive(Debug, Error)]
pub enum ResampleError {
    /// A rate of zero or one that the resampler refuses.
    #[error("sound at {from} Hz cannot be brought to {to} Hz")]
    Rates {
        /// Samples per second of the input.
        from: u32,
        /// Samples per second wanted.
        to: u32,
    },
    /// The resampler failed.
    #[error("resampling failed")]
    Failed(#[from] rubato::ResampleError),
}

/// Brings stereo sound from one rate to another.
///
/// Length: `n` input frames give exactly `n * to / from` frames, rounded to the nearest, with the filter's own
/// delay taken out. Equal rates pass samples through untouched. Memory is a few blocks.
pub struct Resampler {
    inner: Option<Fft<f32>>,
    from: Rate,
    to: Rate,
    input: [Vec<f32>; 2],
    output: [Vec<f32>; 2],
    taken: u64,
    given: u64,
    delay: usize,
}

impl Resampler {
    /// A resampler from `from` to `to`, in samples per second.
    ///
    /// # Errors
    /// [`ResampleError::Rates`] if either is zero or the pair is impossible.
    pub fn new(from: u32, to: u32) -> Result<Self, ResampleError> {
        let wrong = || ResampleError::Rates { from, to };
        let (from_rate, to_rate) = (
            Rate::hz(from).map_err(|_| wrong())?,
            Rate::hz(to).map_err(|_| wrong())?,
        );
        let inner = if from == to {
            None
        } else {
            let made = Fft::new(
                from as usize,
                to as usize,
                step(from_rate, to_rate),
                2,
                FixedSync::Both,
            );
            Some(made.map_err(|_| wrong())?)
        };
        let (room, delay) = match &inner {
            Some(fft) => (fft.output_frames_max(), fft.output_delay()),
            None => (0, 0),
        };
        Ok(Self {
            inner,
            from: from_rate,
            to: to_rate,
            input: Default::default(),
            output: [vec![0.0; room], vec![0.0; room]],
            taken: 0,
            given: 0,
            delay,
        })
    }

    /// Takes a block of input and appends what is ready to `out`. Both planes have the same length.
    ///
    /// # Errors
    /// [`ResampleError::Failed`] if the resampler refuses its buffers.
    pub fn push(&mut self, planes: [&[f32]; 2], out: &mut [Vec<f32>; 2]) -> Result<(), ResampleError> {
        let count = planes[0].len().min(planes[1].len());
        self.taken += count as u64;
        for (kept, plane) in self.input.iter_mut().zip(planes) {
            kept.extend_from_slice(&plane[..count]);
        }
        self.advance(out, false)
    }

    /// Ends the input and appends the rest, so that the length comes out exactly.
    ///
    /// # Errors
    /// [`ResampleError::Failed`] if the resampler refuses its buffers.
    pub fn finish(&mut self, out: &mut [Vec<f32>; 2]) -> Result<(), ResampleError> {
        self.advance(out, true)
    }

    fn advance(&mut self, out: &mut [Vec<f32>; 2], last: bool) -> Result<(), ResampleError> {
        let goal = self.from.convert(self.taken, self.to, Round::Nearest);
        let Some(fft) = &mut self.inner else {
            for (out, kept) in out.iter_mut().zip(&mut self.input) {
                out.append(kept);
            }
            self.given = goal;
            return Ok(());
        };
        loop {
            let need = fft.input_frames_next();
            let have = self.input[0].len();
            if have < need && (!last || self.given >= goal) {
                return Ok(());
            }
            let used = have.min(need);
            for plane in &mut self.input {
                plane.resize(have.max(need), 0.0);
            }
            let (length, room) = (self.input[0].len(), self.output[0].len());
            let source = SequentialSliceOfVecs::new(&self.input, 2, length);
            let target = SequentialSliceOfVecs::new_mut(&mut self.output, 2, room);
            let (Ok(source), Ok(mut target)) = (source, target) else {
                return Ok(());
            };
            let (_, made) = fft.process_into_buffer(&source, &mut target, Some(&Indexing::new()))?;
            for plane in &mut self.input {
                plane.drain(..need);
                plane.truncate(have - used);
            }
            // The filter's delay comes out first and is not part of the sound.
            let skip = self.delay.min(made);
            self.delay -= skip;
            let left = usize::try_from(goal - self.given).unwrap_or(usize::MAX);
            let count = if last {
                (made - skip).min(left)
            } else {
                made - skip
            };
            for (out, plane) in out.iter_mut().zip(&self.output) {
                out.extend_from_slice(&plane[skip..skip + count]);
            }
            self.given += count as u64;
        }
    }
}

/// Input frames per step. An even number of the ratio's smallest blocks: the filter of an odd step is centred
/// half a frame off.
fn step(from: Rate, to: Rate) -> usize {
    let (mut a, mut b) = (from.num(), to.num());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let smallest = (from.num() / a.max(1)) as usize;
    smallest * STEP.div_ceil(smallest).next_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(from: u32, to: u32, frames: usize, block: usize) -> Vec<f32> {
        let tone = |i: usize| (std::f64::consts::TAU * 440.0 * i as f64 / f64::from(from)).sin() as f32 * 0.5;
        let input: Vec<f32> = (0..frames).map(tone).collect();
        let mut resampler = Resampler::new(from, to).unwrap();
        let mut out = [Vec::new(), Vec::new()];
        for block in input.chunks(block) {
            resampler.push([block, block], &mut out).unwrap();
        }
        resampler.finish(&mut out).unwrap();
        assert_eq!(out[0], out[1]);
        let [left, _] = out;
        left
    }

    #[test]
    fn lengths_are_exact_and_blocks_do_not_matter() {
        for (from, to) in [
            (44_100, 48_000),
            (48_000, 44_100),
            (22_050, 48_000),
            (96_000, 44_100),
            (48_000, 48_000),
        ] {
            for frames in [0, 1, 7, 1000, 44_100] {
                let want = (frames as f64 * f64::from(to) / f64::from(from)).round() as usize;
                let whole = run(from, to, frames, 44_100);
                assert_eq!(whole.len(), want, "{from} to {to}, {frames} frames");
                assert_eq!(run(from, to, frames, 333), whole);
            }
        }
    }

    #[test]
    fn a_tone_stays_the_tone_and_in_place() {
        let out = run(44_100, 48_000, 44_100, 512);
        let want = |i: usize| (std::f64::consts::TAU * 440.0 * i as f64 / 48_000.0).sin() as f32 * 0.5;
        let worst = (1000..47_000)
            .map(|i| (out[i] - want(i)).abs())
            .fold(0.0, f32::max);
        assert!(worst < 1e-3, "{worst}");
    }

    #[test]
    fn impossible_rates_are_refused() {
        assert!(matches!(
            Resampler::new(0, 48_000),
            Err(ResampleError::Rates { .. })
        ));
    }
}

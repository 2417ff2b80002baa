//! Speech in stereo sound of any rate.

use muvi_media::resample::{ResampleError, Resampler};
use muvi_scoring::runtime::{Runtime, RuntimeError};
use muvi_scoring::speech::{SAMPLE_RATE_HZ, SpeechDetector, SpeechError};
use muvi_timeline::{Rate, RateError, Round, SampleSpan};
use thiserror::Error;

/// Why speech can't be found.
#[derive(Debug, Error)]
pub enum ListenError {
    /// There's no ONNX Runtime.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// The detector fails.
    #[error(transparent)]
    Detector(#[from] SpeechError),
    /// The sound can't be brought to the detector's rate.
    #[error(transparent)]
    Resample(#[from] ResampleError),
    /// The sound has no rate.
    #[error(transparent)]
    Rate(#[from] RateError),
}

/// Listens to stereo sound block by block.
pub(crate) struct SpeechEars {
    detector: SpeechDetector,
    resampler: Resampler,
    rate: Rate,
    planes: [Vec<f32>; 2],
    mono: Vec<f32>,
}

impl SpeechEars {
    /// For sound of `hz` samples per second.
    pub(crate) fn new(runtime: &Runtime, hz: u32) -> Result<Self, ListenError> {
        Ok(Self {
            detector: SpeechDetector::new(runtime)?,
            resampler: Resampler::new(hz, SAMPLE_RATE_HZ)?,
            rate: Rate::hz(hz)?,
            planes: Default::default(),
            mono: Vec::new(),
        })
    }

    /// Hears more.
    pub(crate) fn hear(&mut self, planes: [&[f32]; 2]) -> Result<(), ListenError> {
        self.resampler.push(planes, &mut self.planes)?;
        self.pass_on()
    }

    /// Hears the end; gives the spans of speech in samples of the sound.
    pub(crate) fn finish(mut self) -> Result<Vec<SampleSpan>, ListenError> {
        self.resampler.finish(&mut self.planes)?;
        self.pass_on()?;
        let heard = Rate::hz(SAMPLE_RATE_HZ)?;
        let at = |sample| heard.convert(sample, self.rate, Round::Nearest);
        let spans = self.detector.finish()?;
        Ok(spans
            .iter()
            .map(|it| SampleSpan::new(at(it.start), at(it.end)))
            .collect())
    }

    fn pass_on(&mut self) -> Result<(), ListenError> {
        let [left, right] = &mut self.planes;
        self.mono.clear();
        self.mono
            .extend(left.iter().zip(right.iter()).map(|(l, r)| (l + r) / 2.0));
        left.clear();
        right.clear();
        Ok(self.detector.push(&self.mono)?)
    }
}

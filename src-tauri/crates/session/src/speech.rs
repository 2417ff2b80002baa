//! Speech in stereo sound of any rate, and in a video's own sound.

use std::sync::Arc;

use muvi_media::resample::{ResampleError, Resampler};
use muvi_media::{MediaInfo, Tools};
use muvi_scoring::runtime::{Runtime, RuntimeError};
use muvi_scoring::speech::{SAMPLE_RATE_HZ, SpeechDetector, SpeechError};
use muvi_timeline::{Rate, RateError, Round, SampleSpan};
use thiserror::Error as ThisError;

use crate::assets::{TempPass, speech_of};
use crate::error::{Error, one_line};
use crate::progress::Progress;
use crate::request::EngineRequest;

/// Why speech can't be found.
#[derive(Debug, ThisError)]
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

/// Where somebody speaks in a video's own sound, in samples at `hz`; `None` where that can't be heard, which is a
/// warning that ends with what is done `instead`, since it is not what was asked for first.
pub(crate) fn spoken(
    request: &EngineRequest,
    tools: &Tools,
    info: &MediaInfo,
    hz: u32,
    instead: &str,
    progress: &mut Progress<'_>,
) -> Result<Option<Arc<[SampleSpan]>>, Error> {
    let pass = TempPass {
        record: None,
        runtime: request.runtime.clone(),
    };
    let cancel = progress.cancel().clone();
    let cancelled = || cancel.is_cancelled();
    let heard = speech_of(tools, info, hz, &pass, request.cache, &cancelled, &mut |done| {
        progress.at(done);
    });
    progress.check()?;
    Ok(heard.unwrap_or_else(|error| {
        progress.warn(format!("{}{instead}", one_line(&error)));
        None
    }))
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use muvi_media::probe;

    use super::*;
    use crate::cancel::CancelToken;
    use crate::event::Phase;

    #[test]
    fn without_a_detector_there_is_a_warning_and_the_work_goes_on() {
        let tools = Tools::locate().unwrap();
        let video = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/oa4_launch.webm");
        let info = probe(&tools, &video).unwrap();
        let request = EngineRequest {
            runtime: Some("no/such/library.so".into()),
            cache: false,
            ..EngineRequest::default()
        };
        let mut listener = |_| {};
        let mut progress = Progress::new(vec![Phase::Speech], &CancelToken::new(), &mut listener);
        progress.start(Phase::Speech).unwrap();
        let found = spoken(
            &request,
            &tools,
            &info,
            44_100,
            "; by level instead",
            &mut progress,
        )
        .unwrap();
        assert_eq!(found, None);
        let (_, _, warnings) = progress.into_times();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(
            warnings[0].contains("no/such/library.so") && warnings[0].ends_with("; by level instead"),
            "{warnings:?}"
        );
    }
}

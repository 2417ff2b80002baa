//! Loudness after EBU R 128, measured while the sound passes.

use ebur128::{EbuR128, Mode};
use serde::Serialize;
use thiserror::Error;

/// Sound quieter than this is silence to the standard's absolute gate, in LUFS.
const GATE_LUFS: f64 = -70.0;

/// Why loudness cannot be measured.
#[derive(Debug, Error)]
#[error("loudness cannot be measured at {sample_rate} Hz")]
pub struct LoudnessError {
    /// Samples per second.
    pub sample_rate: u32,
    /// What the meter said.
    pub source: ebur128::Error,
}

/// The loudness of a piece of sound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Loudness {
    /// Integrated loudness in LUFS; `None` if all is silent or there is less than 0.4 s.
    pub integrated_lufs: Option<f64>,
    /// Loudness range in LU; 0 if there is too little to tell.
    pub range_lu: f64,
    /// The highest peak between and at the samples, in dBTP; `None` for digital silence.
    pub true_peak_dbtp: Option<f64>,
    /// The highest sample in dBFS; `None` for digital silence.
    pub sample_peak_dbfs: Option<f64>,
}

/// Measures stereo sound block by block. Its memory does not grow with the length.
pub struct LoudnessMeter {
    meter: EbuR128,
    sample_rate: u32,
}

impl LoudnessMeter {
    /// A meter for stereo sound at `sample_rate` samples per second.
    ///
    /// # Errors
    /// [`LoudnessError`] if the meter knows no such rate.
    pub fn new(sample_rate: u32) -> Result<Self, LoudnessError> {
        // With the histogram an hour needs no more memory than a second.
        let mode = Mode::I | Mode::LRA | Mode::TRUE_PEAK | Mode::SAMPLE_PEAK | Mode::HISTOGRAM;
        let meter =
            EbuR128::new(2, sample_rate, mode).map_err(|source| LoudnessError { sample_rate, source })?;
        Ok(Self { meter, sample_rate })
    }

    /// Takes a block; both planes have the same length.
    ///
    /// # Errors
    /// [`LoudnessError`] if the planes differ in length.
    pub fn add(&mut self, planes: [&[f32]; 2]) -> Result<(), LoudnessError> {
        self.meter
            .add_frames_planar_f32(&planes)
            .map_err(|source| self.wrap(source))
    }

    /// The loudness of all that came so far.
    ///
    /// # Errors
    /// [`LoudnessError`] if the meter fails.
    pub fn report(&self) -> Result<Loudness, LoudnessError> {
        let wrap = |source| self.wrap(source);
        let integrated = self.meter.loudness_global().map_err(wrap)?;
        let (mut true_peak, mut sample_peak) = (0.0_f64, 0.0_f64);
        for channel in 0..2 {
            true_peak = true_peak.max(self.meter.true_peak(channel).map_err(wrap)?);
            sample_peak = sample_peak.max(self.meter.sample_peak(channel).map_err(wrap)?);
        }
        let decibels = |peak: f64| (peak > 0.0).then(|| 20.0 * peak.log10());
        Ok(Loudness {
            integrated_lufs: Some(integrated).filter(|lufs| lufs.is_finite() && *lufs > GATE_LUFS),
            range_lu: self.meter.loudness_range().map_err(wrap)?,
            true_peak_dbtp: decibels(true_peak),
            sample_peak_dbfs: decibels(sample_peak),
        })
    }

    fn wrap(&self, source: ebur128::Error) -> LoudnessError {
        LoudnessError {
            sample_rate: self.sample_rate,
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_of_known_loudness() {
        // EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS measures -23 LUFS.
        let level = 10_f32.powf(-23.0 / 20.0);
        let tone: Vec<f32> = (0..48_000 * 20)
            .map(|i| (std::f32::consts::TAU * (i % 48) as f32 / 48.0).sin() * level)
            .collect();
        let mut meter = LoudnessMeter::new(48_000).unwrap();
        for block in tone.chunks(4096) {
            meter.add([block, block]).unwrap();
        }
        let loudness = meter.report().unwrap();
        assert!(
            (loudness.integrated_lufs.unwrap() + 23.0).abs() < 0.1,
            "{loudness:?}"
        );
        assert!((loudness.true_peak_dbtp.unwrap() + 23.0).abs() < 0.2);
        assert!((loudness.sample_peak_dbfs.unwrap() + 23.0).abs() < 0.1);
        assert!(loudness.range_lu < 0.1);
    }

    #[test]
    fn silence_has_no_loudness() {
        let mut meter = LoudnessMeter::new(48_000).unwrap();
        meter.add([&[0.0; 48_000], &[0.0; 48_000]]).unwrap();
        let loudness = meter.report().unwrap();
        assert_eq!((loudness.integrated_lufs, loudness.true_peak_dbtp), (None, None));
        assert!(LoudnessMeter::new(0).is_err());
    }
}

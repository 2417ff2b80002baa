//! What is measured of the mix: its loudness, and what ducking does.

use std::sync::{Mutex, PoisonError};

use muvi_media::loudness::{Loudness, LoudnessMeter};
use muvi_playback::{SpeechReport, duck_curve, speech_report};
use muvi_timeline::{CueId, FadeCurve, GainPoint};

use super::jobs::JobKind;
use super::programme::{CueTrial, Extras, GainTrial, Score};
use super::view::AssetReply;
use super::{Fault, Studio};
use crate::error::Error;

/// Points a second of the curve of ducking that the window draws.
pub const DUCKING_HZ: u32 = 20;
/// Samples rendered at a time.
const BLOCK: usize = 1 << 14;

/// What was measured of the mix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixMeasure {
    /// After EBU R 128.
    pub loudness: Loudness,
    /// What ducking does under speech; `None` without speech.
    pub speech: Option<SpeechReport>,
}

/// The curve of ducking that was drawn last, and for what.
pub(super) type Drawn = Mutex<Option<(Score, Vec<u8>)>>;

impl Studio {
    /// Measures the mix as it would be exported; gives the job's number.
    ///
    /// # Errors
    /// If no project is open.
    pub fn measure_mix(&self) -> Result<u32, Fault> {
        let score = self.settled()?;
        Ok(self.0.jobs.submit(
            JobKind::Measure,
            |status| status.phase = "Measuring the mix".into(),
            move |job| {
                let programme = score.programme();
                let mut renderer = programme.renderer(0)?;
                let mut meter = LoudnessMeter::new(programme.sample_rate)?;
                let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
                loop {
                    if job.cancel().is_cancelled() {
                        return Err(Error::Cancelled);
                    }
                    let done = renderer.render([&mut left, &mut right])?;
                    if done == 0 {
                        break;
                    }
                    meter.add([&left[..done], &right[..done]])?;
                    let part = renderer.position() as f64 / programme.length.max(1) as f64;
                    job.change(false, |status| status.fraction = part);
                }
                let loudness = meter.report()?;
                let speech = speech_report(&programme)?;
                job.change(true, |status| {
                    status.result = Some(words(&loudness));
                    status.measure = Some(MixMeasure { loudness, speech });
                });
                Ok(())
            },
        ))
    }

    /// Lets a cue's gain and fades be heard that are not in the project; fades in samples, in and out.
    ///
    /// # Errors
    /// If no project is open.
    pub fn preview_cue(
        &self,
        cue: CueId,
        gain_db: f32,
        [fade_in, fade_out]: [u64; 2],
        [in_curve, out_curve]: [FadeCurve; 2],
    ) -> Result<(), Fault> {
        let gain_db = if gain_db.is_finite() {
            gain_db.clamp(-144.0, 24.0)
        } else {
            0.0
        };
        let trial = CueTrial {
            cue,
            gain_db,
            fade_in,
            fade_out,
            in_curve,
            out_curve,
        };
        self.hear(|open| open.extras.trial = Some(trial))
    }

    /// Lets drawn gain be heard that is not in the project: over a cue, or over the temp track (`None`).
    ///
    /// # Errors
    /// If no project is open, or the points can't be: frames rise strictly, gains are -60 to 12 dB.
    pub fn preview_automation(&self, cue: Option<CueId>, points: Vec<GainPoint>) -> Result<(), Fault> {
        let frames = self.with(|open| Ok(open.project().video.frames))?;
        let curve = muvi_timeline::GainCurve { points };
        curve.check(frames).map_err(super::fault_of)?;
        self.hear(|open| open.extras.gain = Some(GainTrial { cue, curve }))
    }

    /// How far ducking lowers the music over the picture, f32 dB at [`DUCKING_HZ`].
    pub(super) fn ducking(&self, key: &str) -> AssetReply {
        let ours = self.with(|open| Ok(open.project().video.key == key));
        let Ok((true, score)) = ours.and_then(|ours| Ok((ours, self.settled()?.ducking_alone()))) else {
            return AssetReply::Unknown;
        };
        // Held while it is worked out: whoever asks meanwhile wants the same.
        let mut drawn = self.0.ducking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, bytes)) = drawn.as_ref()
            && *of == score
        {
            return AssetReply::Growing(bytes.clone());
        }
        match duck_curve(&score.programme(), DUCKING_HZ) {
            Ok(curve) => {
                let bytes: Vec<u8> = curve.iter().flat_map(|db| db.to_le_bytes()).collect();
                *drawn = Some((score, bytes.clone()));
                AssetReply::Growing(bytes)
            }
            // The temp track is still being decoded, or is gone; the latter is told elsewhere.
            Err(_) => AssetReply::NotYet,
        }
    }

    /// The score of the project without anything that is only tried out.
    pub(super) fn settled(&self) -> Result<Score, Fault> {
        self.with(|open| {
            open.score();
            Ok(Score::of(&open.project(), &open.extras.settled()))
        })
    }
}

/// Loudness in words: "-16.1 LUFS, -1.2 dBTP".
pub(super) fn words(loudness: &Loudness) -> String {
    let lufs = loudness.integrated_lufs;
    let lufs = lufs.map_or("silent".into(), |lufs| format!("{lufs:.1} LUFS"));
    let peak = loudness.true_peak_dbtp;
    lufs + &peak.map_or(String::new(), |peak| format!(", {peak:.1} dBTP"))
}

impl Extras {
    /// The same without anything that is only tried out.
    pub(super) fn settled(&self) -> Self {
        Self {
            audition: None,
            mix: None,
            trial: None,
            gain: None,
            ..self.clone()
        }
    }
}

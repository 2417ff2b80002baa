//! How the music and the video's own sound are put together.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Gains outside of this range in dB are taken for mistakes.
const GAIN_RANGE_DB: std::ops::RangeInclusive<f32> = -144.0..=24.0;

/// A value of a mix that makes no sense.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum MixError {
    /// A gain is not a number or out of range.
    #[error("{what} of {db} dB is out of range; use {low} to {high} dB")]
    Gain {
        /// Which value.
        what: &'static str,
        /// The value in dB.
        db: f32,
        /// Lowest value in dB.
        low: f32,
        /// Highest value in dB.
        high: f32,
    },
}

/// The shape of a fade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FadeCurve {
    /// Amplitude rises in a straight line.
    Linear,
    /// Amplitude follows a quarter of a sine, so that crossing fades keep their power.
    #[default]
    EqualPower,
    /// Amplitude follows half of a raised cosine: slow at both ends.
    SCurve,
    /// Amplitude is the square of the part that is done: slow at the quiet end.
    Slow,
}

impl FadeCurve {
    /// The factor after `done` of `total` samples of a fade-in: 0 at its start, 1 from its end on.
    pub fn gain(self, done: u64, total: u64) -> f32 {
        if done >= total {
            return 1.0;
        }
        let part = done as f64 / total as f64;
        match self {
            Self::Linear => part as f32,
            Self::EqualPower => (part * std::f64::consts::FRAC_PI_2).sin() as f32,
            Self::SCurve => (0.5 - 0.5 * (part * std::f64::consts::PI).cos()) as f32,
            Self::Slow => (part * part) as f32,
        }
    }
}

/// Gain and fades of one track.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct TrackMix {
    /// Gain in dB, -144 to 24.
    pub gain_db: f32,
    /// Length of the fade-in in samples, from the track's first sample on.
    pub fade_in: u64,
    /// Length of the fade-out in samples, up to the last sample of the mix.
    pub fade_out: u64,
    /// Shape of both fades.
    pub curve: FadeCurve,
}

/// What ducking listens for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuckBy {
    /// Speech in the temp track, where it was found.
    #[default]
    Speech,
    /// Anything in the temp track above the threshold.
    Level,
}

/// Lowers the music while the temp track is heard. Lengths are in samples at the rate of the mix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ducking {
    /// Gain of the temp track itself in dB.
    pub gain_db: f32,
    /// What it listens for.
    #[serde(default)]
    pub by: DuckBy,
    /// The temp track counts as heard from this peak level on, in dBFS before its gain; it counts as gone
    /// 6 dB lower.
    pub threshold_db: f32,
    /// How far the music goes down, in dB, 0 to 60.
    pub depth_db: f32,
    /// From full to lowered.
    pub attack: u64,
    /// The music stays lowered for this long after the temp track went quiet.
    pub hold: u64,
    /// From lowered back to full.
    pub release: u64,
    /// The music starts to go down this much before the temp track is heard.
    pub look_ahead: u64,
}

impl Ducking {
    /// What suits speech, found by its level: 10 dB down within 150 ms and ahead of it, held for 400 ms, back within 800 ms.
    pub fn speech(sample_rate: u32) -> Self {
        let ms = |n: u64| u64::from(sample_rate) * n / 1000;
        Self {
            gain_db: 0.0,
            by: DuckBy::Level,
            threshold_db: -40.0,
            depth_db: 10.0,
            attack: ms(150),
            hold: ms(400),
            release: ms(800),
            look_ahead: ms(150),
        }
    }
}

/// What becomes of the video's own sound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "mode")]
pub enum TempTrack {
    /// Heard beside the music.
    Keep {
        /// Gain in dB.
        gain_db: f32,
    },
    /// Left out.
    Mute,
    /// Heard, and the music makes room for it.
    Duck(Ducking),
}

/// One mix of music and temp track.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mix {
    /// The music.
    pub music: TrackMix,
    /// The video's own sound.
    pub temp: TempTrack,
    /// Gain over everything, in dB.
    pub master_db: f32,
    /// The true peak that the mix never passes, in dBTP, -24 to 0.
    pub ceiling_dbtp: f32,
}

impl Default for Mix {
    /// Music alone at its own level under a ceiling of -1 dBTP.
    fn default() -> Self {
        Self {
            music: TrackMix::default(),
            temp: TempTrack::Mute,
            master_db: 0.0,
            ceiling_dbtp: -1.0,
        }
    }
}

impl Mix {
    /// Tells whether all values can be rendered.
    ///
    /// # Errors
    /// [`MixError`] with the first value that is not a number or out of range.
    pub fn check(&self) -> Result<(), MixError> {
        let gain = |what, db| within(what, db, *GAIN_RANGE_DB.start(), *GAIN_RANGE_DB.end());
        gain("the music's gain", self.music.gain_db)?;
        gain("the master gain", self.master_db)?;
        within("the ceiling", self.ceiling_dbtp, -24.0, 0.0)?;
        match self.temp {
            TempTrack::Mute => Ok(()),
            TempTrack::Keep { gain_db } => gain("the temp track's gain", gain_db),
            TempTrack::Duck(ducking) => {
                gain("the temp track's gain", ducking.gain_db)?;
                within("the ducking threshold", ducking.threshold_db, -120.0, 0.0)?;
                within("the ducking depth", ducking.depth_db, 0.0, 60.0)
            }
        }
    }
}

/// The factor of a gain in dB; -144 dB and less is silence.
pub fn db_to_gain(db: f32) -> f32 {
    if db <= *GAIN_RANGE_DB.start() {
        0.0
    } else {
        (f64::from(db) / 20.0 * std::f64::consts::LN_10).exp() as f32
    }
}

fn within(what: &'static str, db: f32, low: f32, high: f32) -> Result<(), MixError> {
    // A NaN is in no range.
    if (low..=high).contains(&db) {
        Ok(())
    } else {
        Err(MixError::Gain { what, db, low, high })
    }
}

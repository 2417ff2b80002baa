//! The mix as the user sets it: two tracks, ducking, master.

use serde::{Deserialize, Serialize};

use crate::edit::within;
use crate::{Ducking, EditError, Mix, TempTrack, TrackMix};

/// Gains at and below this one are silence, in dB.
pub const SILENCE_DB: f32 = -60.0;
/// The highest gain, in dB.
pub const MAX_GAIN_DB: f32 = 12.0;
/// What the renderer takes for silence, in dB.
const OFF_DB: f32 = -144.0;

/// How music and temp track are put together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ProjectMix {
    /// The music.
    pub music: TrackLevel,
    /// The video's own sound.
    pub temp: TrackLevel,
    /// Whether the music goes down under the temp track, and how.
    pub ducking: DuckingSettings,
    /// Gain over everything in dB, -60 to 12; -60 is silence.
    pub master_db: f32,
    /// Loudness that each take is brought to, in LUFS, -40 to -6.
    pub music_lufs: f32,
}

/// One track of the mix.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct TrackLevel {
    /// Gain in dB, -60 to 12; -60 is silence.
    pub gain_db: f32,
    /// Not heard.
    pub mute: bool,
    /// Only tracks with solo are heard, if there's one.
    pub solo: bool,
}

/// How the music makes room for the temp track. Times are in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DuckingSettings {
    /// Whether it does.
    pub on: bool,
    /// From this level of the temp track on, in dBFS, -80 to 0.
    pub threshold_db: f32,
    /// By how much, in dB, 0 to 40.
    pub depth_db: f32,
    /// From full to lowered, 0 to 5000.
    pub attack_ms: f32,
    /// Stays lowered for, 0 to 10000.
    pub hold_ms: f32,
    /// From lowered to full, 0 to 10000.
    pub release_ms: f32,
    /// Starts this much before, 0 to 2000.
    pub look_ahead_ms: f32,
}

/// Which tracks are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audible {
    /// The music.
    pub music: bool,
    /// The temp track.
    pub temp: bool,
}

impl Default for DuckingSettings {
    /// What suits speech.
    fn default() -> Self {
        Self {
            on: true,
            threshold_db: -40.0,
            depth_db: 10.0,
            attack_ms: 150.0,
            hold_ms: 400.0,
            release_ms: 800.0,
            look_ahead_ms: 150.0,
        }
    }
}

impl Default for ProjectMix {
    /// Both tracks at their own level, the music at -16 LUFS and lowered under speech.
    fn default() -> Self {
        Self {
            music: TrackLevel::default(),
            temp: TrackLevel::default(),
            ducking: DuckingSettings::default(),
            master_db: 0.0,
            music_lufs: -16.0,
        }
    }
}

impl ProjectMix {
    /// Which tracks are heard: a muted one never, and beside tracks with solo only those.
    pub fn audible(&self) -> Audible {
        let any_solo = self.music.solo || self.temp.solo;
        let heard =
            |track: &TrackLevel| !track.mute && (track.solo || !any_solo) && track.gain_db > SILENCE_DB;
        Audible {
            music: heard(&self.music),
            temp: heard(&self.temp),
        }
    }

    /// What the renderer is told, for sound at `sample_rate` Hz; fades and gains of cues come before it.
    pub fn rendered(&self, sample_rate: u32) -> Mix {
        let audible = self.audible();
        let music = TrackMix {
            gain_db: if audible.music { self.music.gain_db } else { OFF_DB },
            ..TrackMix::default()
        };
        let temp = match (audible.temp, self.ducking.on) {
            (false, _) => TempTrack::Mute,
            (true, false) => TempTrack::Keep {
                gain_db: self.temp.gain_db,
            },
            (true, true) => TempTrack::Duck(self.ducking.rendered(self.temp.gain_db, sample_rate)),
        };
        Mix {
            music,
            temp,
            master_db: if self.master_db > SILENCE_DB {
                self.master_db
            } else {
                OFF_DB
            },
            ..Mix::default()
        }
    }

    /// The gain in dB that brings a take of this loudness to the loudness of all takes, before the gain of its cue;
    /// 0 where the loudness is not known. It never raises by more than 24 dB.
    pub fn take_gain_db(&self, lufs: Option<f32>) -> f32 {
        lufs.filter(|lufs| lufs.is_finite())
            .map_or(0.0, |lufs| (self.music_lufs - lufs).clamp(-48.0, 24.0))
    }

    /// Tells whether all values make sense.
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] with the first value that is not a number or out of range.
    pub fn check(&self) -> Result<(), EditError> {
        let gain = SILENCE_DB..=MAX_GAIN_DB;
        within("the music's gain", self.music.gain_db, gain.clone())?;
        within("the temp track's gain", self.temp.gain_db, gain.clone())?;
        within("the master gain", self.master_db, gain)?;
        within("the loudness of the music", self.music_lufs, -40.0..=-6.0)?;
        let ducking = &self.ducking;
        within("the ducking threshold", ducking.threshold_db, -80.0..=0.0)?;
        within("the ducking depth", ducking.depth_db, 0.0..=40.0)?;
        within("the ducking attack", ducking.attack_ms, 0.0..=5000.0)?;
        within("the ducking hold", ducking.hold_ms, 0.0..=10_000.0)?;
        within("the ducking release", ducking.release_ms, 0.0..=10_000.0)?;
        within("the ducking look-ahead", ducking.look_ahead_ms, 0.0..=2000.0)
    }
}

impl DuckingSettings {
    /// What the renderer is told, for a temp track of `gain_db` at `sample_rate` Hz.
    pub fn rendered(&self, gain_db: f32, sample_rate: u32) -> Ducking {
        let samples = |ms: f32| (f64::from(ms) * f64::from(sample_rate) / 1000.0).round() as u64;
        Ducking {
            gain_db,
            threshold_db: self.threshold_db,
            depth_db: self.depth_db,
            attack: samples(self.attack_ms),
            hold: samples(self.hold_ms),
            release: samples(self.release_ms),
            look_ahead: samples(self.look_ahead_ms),
        }
    }
}

//! The mix as the user sets it: two tracks, ducking, master, delivery.

use serde::{Deserialize, Serialize};

use super::{DuckingSettings, Peaks};
use crate::edit::within;
use crate::{EditError, Mix, TempTrack, TrackMix};

/// Gains at and below this one are silence, in dB.
pub const SILENCE_DB: f32 = -60.0;
/// The highest gain, in dB.
pub const MAX_GAIN_DB: f32 = 12.0;
/// What the renderer takes for silence, in dB.
const OFF_DB: f32 = -144.0;

/// Loudness that programmes are commonly delivered at, in LUFS.
pub const LOUDNESS_TARGETS: [f32; 4] = [-14.0, -16.0, -23.0, -24.0];

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
    /// What it is delivered at.
    #[serde(default)]
    pub delivery: Delivery,
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

/// What the mix is delivered at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Integrated loudness in LUFS, -40 to -6; `None` leaves it as it is mixed.
    pub target_lufs: Option<f32>,
    /// The true peak that is never passed, in dBTP, -9 to 0.
    pub ceiling_dbtp: f32,
}

impl Default for Delivery {
    /// As it is mixed, under -1 dBTP.
    fn default() -> Self {
        Self {
            target_lufs: None,
            ceiling_dbtp: -1.0,
        }
    }
}

/// Which tracks are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audible {
    /// The music.
    pub music: bool,
    /// The temp track.
    pub temp: bool,
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
            delivery: Delivery::default(),
        }
    }
}

impl ProjectMix {
    /// What undo calls the step from `old` to this mix: what changed, or the whole if that is more than one thing.
    pub(crate) fn change_from(&self, old: &Self) -> &'static str {
        let track = |now: TrackLevel, was: TrackLevel, names: [&'static str; 5]| {
            [
                (now.gain_db != was.gain_db, names[0]),
                (now.mute && !was.mute, names[1]),
                (!now.mute && was.mute, names[2]),
                (now.solo && !was.solo, names[3]),
                (!now.solo && was.solo, names[4]),
            ]
        };
        let music = [
            "Change music gain",
            "Mute the music",
            "Unmute the music",
            "Solo the music",
            "End solo of the music",
        ];
        let temp = [
            "Change temp track gain",
            "Mute the temp track",
            "Unmute the temp track",
            "Solo the temp track",
            "End solo of the temp track",
        ];
        let whole = [
            (self.ducking != old.ducking, "Change ducking"),
            (self.master_db != old.master_db, "Change master gain"),
            (self.music_lufs != old.music_lufs, "Change loudness of takes"),
            (self.delivery != old.delivery, "Change delivery"),
        ];
        let all = track(self.music, old.music, music)
            .into_iter()
            .chain(track(self.temp, old.temp, temp))
            .chain(whole);
        let mut changed = all.filter_map(|(is, name)| is.then_some(name));
        match (changed.next(), changed.next()) {
            (Some(name), None) => name,
            _ => "Change mix",
        }
    }

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
            ceiling_dbtp: self.delivery.ceiling_dbtp,
        }
    }

    /// The gain in dB that brings a take of this loudness to the loudness of all takes, before the gain of its cue;
    /// 0 where the loudness is not known. It never raises by more than 24 dB. With its peaks it makes up for what the
    /// ceiling takes of them.
    pub fn take_gain_db(&self, lufs: Option<f32>, peaks: Option<Peaks>) -> f32 {
        self.take_reach(lufs, peaks).map_or(0.0, |(gain_db, _)| gain_db)
    }

    /// How loud a take of this loudness is played before the gain of its cue, in LUFS: less than the loudness of all
    /// takes where its peaks allow no more under the ceiling. `None` where its loudness is not known.
    pub fn take_lufs(&self, lufs: Option<f32>, peaks: Option<Peaks>) -> Option<f32> {
        self.take_reach(lufs, peaks).map(|(_, lufs)| lufs)
    }

    /// Gain in dB and what comes of it in LUFS.
    fn take_reach(&self, lufs: Option<f32>, peaks: Option<Peaks>) -> Option<(f32, f32)> {
        let lufs = lufs.filter(|lufs| lufs.is_finite())?;
        let (gain_db, reached) = peaks.map_or((self.music_lufs - lufs, self.music_lufs), |peaks| {
            peaks.reach(lufs, self.music_lufs, self.delivery.ceiling_dbtp)
        });
        let used = gain_db.clamp(-48.0, 24.0);
        Some((used, reached + used - gain_db))
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
        if let Some(target) = self.delivery.target_lufs {
            within("the loudness of the mix", target, -40.0..=-6.0)?;
        }
        within("the ceiling in dBTP", self.delivery.ceiling_dbtp, -9.0..=0.0)?;
        self.ducking.check()
    }
}

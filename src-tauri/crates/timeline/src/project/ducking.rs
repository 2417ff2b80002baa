//! How the music makes room for the temp track.

use serde::{Deserialize, Serialize};

use crate::edit::within;
use crate::{DuckBy, Ducking, EditError};

/// How the music makes room for the temp track. Times are in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DuckingSettings {
    /// Whether it does.
    pub on: bool,
    /// What it listens for.
    #[serde(default)]
    pub by: DuckBy,
    /// From this level of the temp track on, in dBFS, -80 to 0; speech is found whatever its level.
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

impl Default for DuckingSettings {
    /// What suits dialogue.
    fn default() -> Self {
        Self {
            on: true,
            by: DuckBy::Speech,
            threshold_db: -40.0,
            depth_db: 10.0,
            attack_ms: 150.0,
            hold_ms: 400.0,
            release_ms: 800.0,
            look_ahead_ms: 150.0,
        }
    }
}

/// Settings with a name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DuckingPreset {
    /// What programs call it.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// The settings.
    pub settings: DuckingSettings,
}

impl DuckingSettings {
    /// Settings that suit common cases; the first is the default.
    pub fn presets() -> [DuckingPreset; 4] {
        let preset =
            |id, name, depth_db, [look_ahead_ms, attack_ms, hold_ms, release_ms]: [f32; 4]| DuckingPreset {
                id,
                name,
                settings: Self {
                    depth_db,
                    look_ahead_ms,
                    attack_ms,
                    hold_ms,
                    release_ms,
                    ..Self::default()
                },
            };
        [
            DuckingPreset {
                id: "dialogue",
                name: "Dialogue",
                settings: Self::default(),
            },
            // A narrator pauses without handing over to the music.
            preset("voice_over", "Voice-over", 14.0, [250.0, 250.0, 1200.0, 1200.0]),
            preset("gentle", "Gentle", 6.0, [400.0, 400.0, 800.0, 1600.0]),
            // The music is back at once between lines.
            preset("trailer", "Trailer", 12.0, [60.0, 60.0, 150.0, 300.0]),
        ]
    }

    /// What the renderer is told, for a temp track of `gain_db` at `sample_rate` Hz.
    pub fn rendered(&self, gain_db: f32, sample_rate: u32) -> Ducking {
        let samples = |ms: f32| (f64::from(ms) * f64::from(sample_rate) / 1000.0).round() as u64;
        Ducking {
            gain_db,
            by: self.by,
            threshold_db: self.threshold_db,
            depth_db: self.depth_db,
            attack: samples(self.attack_ms),
            hold: samples(self.hold_ms),
            release: samples(self.release_ms),
            look_ahead: samples(self.look_ahead_ms),
        }
    }

    /// Tells whether all values make sense.
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] with the first value that is not a number or out of range.
    pub fn check(&self) -> Result<(), EditError> {
        within("the ducking threshold", self.threshold_db, -80.0..=0.0)?;
        within("the ducking depth", self.depth_db, 0.0..=40.0)?;
        within("the ducking attack", self.attack_ms, 0.0..=5000.0)?;
        within("the ducking hold", self.hold_ms, 0.0..=10_000.0)?;
        within("the ducking release", self.release_ms, 0.0..=10_000.0)?;
        within("the ducking look-ahead", self.look_ahead_ms, 0.0..=2000.0)
    }
}

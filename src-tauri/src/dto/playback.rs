//! Sound and the playhead.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The state of playback, pushed about 60 times a second while playing and at each change.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tick {
    /// When this held, in milliseconds since 1970: a tick takes its time to the window.
    pub at_ms: f64,
    /// The sample that was heard then (the latency of the device is taken off).
    #[ts(type = "number")]
    pub sample: u64,
    /// The frame that belongs to it.
    pub frame: u32,
    /// Whether it plays.
    pub playing: bool,
    /// Speed: 1 normal, 2 double, -1 backwards.
    pub speed: f32,
    /// True peak of left and right since the last tick, in dBFS, -90 for silence.
    pub peak_db: [f32; 2],
    /// Momentary loudness (400 ms) in LUFS, -90 for silence.
    pub momentary_lufs: f32,
    /// Short-term loudness (3 s) in LUFS.
    pub short_term_lufs: f32,
    /// How far the music is lowered now, in dB, 0 or more.
    pub ducking_db: f32,
    /// The take that is auditioned in place of the one in use.
    pub audition: Option<u32>,
    /// Where the style clip that plays by itself is, in seconds of its file; `None` while none plays.
    pub clip_s: Option<f64>,
    /// Why there's no sound, in words.
    pub problem: Option<String>,
}

/// What the transport is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TransportCommand {
    /// Plays on at normal speed.
    Play,
    /// Stops where it is.
    Pause,
    /// Plays or stops.
    Toggle,
    /// Goes to a frame; goes on playing if it played.
    Seek {
        /// The frame.
        frame: u32,
    },
    /// Goes by frames; stops playing.
    Step {
        /// How many, negative for back.
        frames: i32,
    },
    /// Plays at a speed: -8..8.
    Shuttle {
        /// The speed; 0 stops.
        speed: f32,
    },
    /// While the user drags the playhead: goes there and lets a grain of sound be heard.
    Scrub {
        /// The frame.
        frame: u32,
    },
    /// The drag is over.
    ScrubEnd,
    /// Whether playing stays in the loop.
    Loop {
        /// On or off.
        on: bool,
    },
}

/// An output device.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeviceView {
    /// What it is chosen by.
    pub id: String,
    /// What the user reads.
    pub name: String,
    /// Whether it is the system's default.
    pub default: bool,
}

//! Files in and out: probe, frames, cuts, audio, loudness, mux, all through ffmpeg and symphonia.
//!
//! ffmpeg and ffprobe are the system's own programs ([`Tools`]); nothing is downloaded and no network
//! protocol is enabled. Every child process is owned by a guard that kills and reaps it when dropped.
//! Memory is bounded everywhere: chunks, ring buffers and channels have fixed sizes, whatever the length.

pub mod audio;
pub mod cuts;
pub mod encode;
pub mod export;
pub mod frames;
pub mod growing;
pub mod loudness;
mod part;
pub mod probe;
mod process;
pub mod resample;
mod tools;
pub mod view;
pub mod wav;
pub mod web;

pub use part::{OutputError, Part};
pub use probe::{MediaInfo, probe};
pub use resample::Resampler;
pub use tools::{Tools, ToolsError, Version};

/// An error of whatever feeds this crate, such as a renderer.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

//! Live sound: the renderer of a mix, the transport, the way to the device. The same renderer serves export.
//!
//! A [`Programme`] says what is to be heard: clips on two tracks and a mix. [`Programme::renderer`] gives its
//! samples for export, [`Programme::bus`] those of its stems; an [`Engine`] plays it. Between all there is one
//! [`Renderer`].
//!
//! Of an engine there are three parts. The handle sends commands and reads atomics. The feeder thread owns the
//! sources, moves the head, renders about 100 ms ahead, converts rates, meters, and puts blocks into a ring. The
//! device's callback ([`Puller`]) takes blocks out, ramps where the sound jumps, and writes down when which place
//! of the timeline is heard; it does nothing else. Another thread opens devices and watches over them.

mod clock;
mod convert;
mod deck;
mod duck;
mod engine;
mod feed;
mod feeder;
mod grains;
mod hand;
mod lane;
mod limit;
mod line;
mod marks;
mod meter;
mod output;
mod programme;
mod ramp;
mod reel;
mod render;
mod report;
mod shared;
mod tape;
mod wire;

pub use engine::{Engine, EngineConfig, EngineError, Meters, PlayState};
pub use feed::{SeekableSource, Source, SourceError};
pub use hand::HandPump;
pub use lane::{Clip, Lane, OpenSource};
pub use line::GainAt;
pub use output::{CpalOutput, Device, Failure, Output, OutputError, Running, SilentOutput};
pub use programme::Programme;
pub use render::{Bus, RenderError, Renderer, Track};
pub use report::{SpeechReport, duck_curve, speech_report};
pub use wire::Puller;

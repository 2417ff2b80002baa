//! The renderer of a mix: one for live sound and for export.
//!
//! A [`Renderer`] pulls stereo planes from a music [`Source`] and, if the mix wants it, from the temp track,
//! and gives the finished sound in blocks of any size: the samples are the same whatever the blocks.

mod duck;
mod feed;
mod limit;
mod render;

pub use feed::{Source, SourceError};
pub use render::{RenderError, Renderer, Track};

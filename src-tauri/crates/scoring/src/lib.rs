//! Model packs and the stages from picture to music.
//!
//! The way of the data: [`pack::Pack`] and [`runtime::Runtime`] give the networks ([`models`]); [`analysis`] looks at
//! the picture; [`hits`] finds the moments that matter; [`plan`] decides tempo, bars and chords; [`conditioning`] puts
//! plan and picture on the latent clock; [`generate`] solves the flow window by window; [`codec`] turns latents into
//! samples. [`metrics`] measures how well music fits the picture, [`pulse`] finds the beats in it; [`speech`] finds
//! where somebody speaks.
//!
//! Nothing here opens a video or an audio file, prints, or opens a network connection.

pub mod analysis;
pub mod cancel;
pub mod codec;
pub mod conditioning;
pub mod curve;
mod error;
pub mod generate;
pub mod hits;
pub mod latents;
pub mod metrics;
pub mod models;
pub mod noise;
pub mod pack;
pub mod plan;
pub mod pulse;
pub mod runtime;
pub mod similarity;
pub mod solver;
pub mod speech;

pub use cancel::{Cancel, Cancelled};
pub use error::ScoringError;

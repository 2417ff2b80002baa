//! Composing for an editor: takes as files that can be heard while they are made, sections made anew, exports; with
//! networks that stay warm between jobs.
//!
//! [`WarmEngine`] owns the networks and does one job at a time: it watches a picture, composes a take, makes a section
//! of a take anew, tells how long that would take. A take is three files beside each other ([`TakePaths`]): the sound,
//! the latents, and a document that says how it was made ([`TakeDocument`]); they get their names when all is whole.

mod cue;
mod document;
mod ears;
mod files;
mod latents;
mod make;
mod request;
mod section;
mod speed;
pub(crate) mod stream;
mod style;
mod warm;

pub use document::{LoudnessFacts, PackFacts, SectionFacts, TakeDocument};
pub(crate) use ears::{Ears, Heard};
pub use ears::{HitLanding, LANDED_MS, NEAR_MS, landings};
pub use files::TakePaths;
pub use latents::TakeLatents;
pub use request::{ComposeRequest, ComposedTake, SectionRequest, StyleChoice, TakeEvent, Wishes};
pub use speed::TakeForecast;
pub use warm::WarmEngine;

//! What crosses the boundary to the window, as plain data. TypeScript types are generated from these.
//!
//! Frames are frames of the video's own rate, counted from the picture's first; samples are counted at the project's
//! sample rate. Times that need no exactness are seconds. Everything large goes as bytes over the `muvi:` scheme.

mod app;
mod deliver;
mod edit;
#[cfg(test)]
mod generated;
mod job;
mod playback;
mod project;

pub use app::*;
pub use deliver::*;
pub use edit::*;
pub use job::*;
pub use playback::*;
pub use project::*;

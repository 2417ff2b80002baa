//! The comparison page: a folder with a static page that opens from the disk in any browser, in the form of the demo
//! page of the paper. Results, the same video with several styles, attention over the frames, and a table in which
//! the video's own sound, other systems' results and ours are heard in sync and judged by the same measures.
//!
//! [`make`] does the work. What the page shows is a [`PageDocument`], which also lies in the folder as `page.json`.

mod build;
mod document;
mod error;
mod folder;
mod hear;
mod html;
mod make;
mod measures;
mod others;
mod project;
mod request;

mod steps;

pub use document::{
    FailedVideo, HitMark, Measure, PackLine, PageDocument, PageReport, PageSound, PageVideo, PicturePart,
    Role,
};
pub use error::PageProblem;
pub use make::make;
pub use request::{OtherMusic, PageProject, PageRequest, PageStyles};

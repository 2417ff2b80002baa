//! The project on disk: a folder that loses nothing that was confirmed.
//!
//! ```text
//! Name.muvi/
//!   project.json        the project as it was saved last, with the number of its generation
//!   journal.jsonl       what was done since then, one line each; on the disk before it is confirmed
//!   project.json.bak    the generation before, and
//!   journal.bak.jsonl   how it became this one: together they stand in for a damaged project.json
//!   takes/              <id>.wav, <id>.latents, <id>.json
//!   lock                held by the process that has the project open
//! ```
//!
//! A journal belongs to the generation of its header. Saving writes the new `project.json` first and the new journal
//! then; whoever opens a folder that was left between the two finds a journal of an older generation, whose edits are
//! in `project.json` already.

mod document;
mod done;
mod error;
mod file;
mod fingerprint;
mod folder;
mod journal;
mod lock;
mod open;
mod places;
mod problem;
mod reading;
mod recents;
mod save_as;
mod snapshot;
mod takes;

pub use document::Document;
pub use error::StoreError;
pub use file::{load_json, store_json};
pub use fingerprint::{Fingerprint, VideoState, video_state};
pub use places::Places;
pub use problem::Problem;
pub use reading::Reading;
pub use recents::Recent;
pub use takes::TakeFiles;

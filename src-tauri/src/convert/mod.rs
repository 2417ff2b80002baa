//! Between the domain and what crosses to the window. Structs are taken apart field by field: a new field breaks the
//! build here instead of being forgotten.

mod edit;
mod job;
mod playback;
mod project;
mod settings;

pub use edit::edit;
pub use job::{api_error, export_order, fault, forecast, job, outcome};
pub use playback::{command, tick};
pub use project::{mix, project, style_of};
pub use settings::{settings, settings_view};

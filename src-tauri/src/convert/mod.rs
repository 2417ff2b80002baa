//! Between the domain and what crosses to the window. Structs are taken apart field by field: a new field breaks the
//! build here instead of being forgotten.

mod deliver;
mod edit;
mod job;
mod playback;
mod project;
mod settings;

pub use deliver::{
    export_order, export_preset_of, export_presets, hand_over_order, handed_over, outcome, page_order,
    take_measures,
};
pub use edit::{edit, gain};
pub use job::{api_error, fault, forecast, job};
pub use playback::{command, tick};
pub use project::{ducking_presets, fade_of, mix, project, style_of};
pub use settings::{settings, settings_view};

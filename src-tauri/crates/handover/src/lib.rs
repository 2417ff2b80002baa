//! A scored video in the formats of other tools.
//!
//! A [`Sheet`] says what there is: the picture, its timecode, the cues with their sound files, the moments that the
//! music was to land on, beats and chords. Each writer is a pure function from a sheet to the content of a file:
//! editors read [`otio`], [`fcpxml`] and [`edl`]; sequencers read [`midi`]; people read the cue sheet and the report.
//! Sound files are named, never opened.

mod edl;
mod fcpxml;
mod html;
mod lanes;
mod midi;
mod otio;
mod sheet;
mod table;
mod text;

pub use edl::{Edl, MOST_EVENTS, edl, marker_edl};
pub use fcpxml::fcpxml;
pub use html::cue_sheet_html;
pub use midi::{TICKS_PER_QUARTER, midi};
pub use otio::otio;
pub use sheet::{Film, FilmSound, Landing, Lift, Mark, MarkKind, Sheet, SheetBeat, SheetChord, SheetCue};
pub use table::{cue_sheet_csv, markers_csv, report_csv};

//! Hands a project over to other tools: a folder with the cues' sound and the files that name it.

mod files;
mod names;
mod sheet;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use muvi_handover as forms;
use muvi_media::{Tools, probe};
use muvi_timeline::{Project, TakeId};
use serde::Serialize;

use crate::cancel::CancelToken;
use crate::compose::TakePaths;
use crate::error::Error;
use crate::store::{Document, Problem, Reading, TakeFiles};

use files::Output;

/// A form that other tools read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HandOverFormat {
    /// OpenTimelineIO.
    Otio,
    /// Final Cut Pro XML.
    Fcpxml,
    /// CMX 3600: the cues, and the markers for DaVinci Resolve.
    Edl,
    /// Markers as a table.
    Csv,
    /// MIDI file with tempo map, bars and markers.
    Midi,
    /// Cue sheet as HTML and CSV, and how the music landed as CSV.
    CueSheet,
}

impl HandOverFormat {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Otio,
        Self::Fcpxml,
        Self::Edl,
        Self::Csv,
        Self::Midi,
        Self::CueSheet,
    ];

    /// Whether it names the cues' sound files.
    fn names_sound(self) -> bool {
        matches!(self, Self::Otio | Self::Fcpxml | Self::Edl)
    }
}

/// What is handed over.
#[derive(Clone, Debug)]
pub struct HandOverSource {
    name: String,
    project: Arc<Project>,
    folder: PathBuf,
    notes: Vec<String>,
}

impl HandOverSource {
    /// A project as it is on the disk; it may be open elsewhere.
    ///
    /// # Errors
    /// [`Error::Store`] when it can't be read.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let reading = Reading::open(path)?;
        // What is missing shows where it is needed; the rest is worth knowing.
        let said = reading
            .problems()
            .iter()
            .filter(|it| !matches!(it, Problem::ReadOnly));
        Ok(Self {
            name: reading.name(),
            project: Arc::clone(reading.project()),
            folder: reading.folder().into(),
            notes: said.map(ToString::to_string).collect(),
        })
    }

    /// An open project as it is now.
    pub fn of(document: &Document) -> Self {
        Self {
            name: document.name(),
            project: document.project(),
            folder: document.folder().into(),
            notes: Vec::new(),
        }
    }

    fn take(&self, take: TakeId) -> TakePaths {
        TakePaths::new(TakeFiles::of(&self.folder, take).audio.with_extension(""))
    }
}

/// Where a hand-over goes, and what it holds.
#[derive(Clone, Debug)]
pub struct HandOverOrder {
    /// The folder in which the folder of the hand-over is made.
    pub folder: PathBuf,
    /// In which forms; none for all.
    pub formats: Vec<HandOverFormat>,
    /// Whether files of an earlier hand-over are replaced.
    pub overwrite: bool,
}

/// What was handed over.
#[derive(Clone, Debug, Serialize)]
pub struct HandedOver {
    /// The folder, `NAME hand-over`.
    pub folder: PathBuf,
    /// All files that were written, seen from the folder.
    pub files: Vec<PathBuf>,
    /// What a form could not carry, and what else is worth knowing; a sentence each.
    pub notes: Vec<String>,
}

/// Writes a hand-over: all of a new folder or nothing of it; into a folder that is there, each file whole.
///
/// # Errors
/// When the video or a take can't be read, the folder can't be written, or it is there and may not be replaced.
pub fn hand_over(
    source: &HandOverSource,
    order: &HandOverOrder,
    cancel: &CancelToken,
) -> Result<HandedOver, Error> {
    let formats = if order.formats.is_empty() {
        &HandOverFormat::ALL[..]
    } else {
        &order.formats
    };
    let name = names::file_name(&source.name);
    // Files name each other by absolute paths.
    let base = std::path::absolute(&order.folder).unwrap_or_else(|_| order.folder.clone());
    let output = Output::open(&base.join(format!("{name} hand-over")), order.overwrite)?;
    let tools = Tools::locate()?;
    let info = probe(&tools, &source.project.video.path)?;
    let built = sheet::build(source, &info, output.target())?;
    let mut notes = source.notes.clone();
    notes.extend(built.notes);
    let sheet = &built.sheet;

    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let mut put = |ending: &str, bytes: Vec<u8>| files.push((format!("{name}{ending}").into(), bytes));
    for format in HandOverFormat::ALL.into_iter().filter(|it| formats.contains(it)) {
        match format {
            HandOverFormat::Otio => put(".otio", forms::otio(sheet).into()),
            HandOverFormat::Fcpxml => put(".fcpxml", forms::fcpxml(sheet).into()),
            HandOverFormat::Edl => {
                let (list, markers) = (forms::edl(sheet), forms::marker_edl(sheet));
                notes.extend(list.left_out.into_iter().chain(markers.left_out));
                put(".edl", list.text.into());
                put(" markers.edl", markers.text.into());
            }
            HandOverFormat::Csv => put(" markers.csv", forms::markers_csv(sheet).into()),
            HandOverFormat::Midi => put(".mid", forms::midi(sheet)),
            HandOverFormat::CueSheet => {
                put(" cue sheet.html", forms::cue_sheet_html(sheet).into());
                put(" cue sheet.csv", forms::cue_sheet_csv(sheet).into());
                put(" hit report.csv", forms::report_csv(sheet).into());
            }
        }
    }
    let mut written = Vec::new();
    if formats.iter().any(|format| format.names_sound()) {
        for (from, to) in &built.sounds {
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            output.copy(from, to)?;
            written.push(to.clone());
        }
    }
    for (path, bytes) in files {
        output.write(&path, &bytes)?;
        written.push(path);
    }
    let folder = output.keep()?;
    Ok(HandedOver {
        folder,
        files: written,
        notes,
    })
}

//! What an order would write, told before.

use std::path::PathBuf;

use muvi_timeline::FrameSpan;

use super::plan::{Planned, plan};
use super::{Deliver, DeliverOrder, Subject, bus_name, names};

/// What an order would write.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeliverOutlook {
    /// The file with the extension that fits; for stems the folder.
    pub path: PathBuf,
    /// All files.
    pub files: Vec<PathBuf>,
    /// Whether there is a file of one of these names.
    pub exists: bool,
    /// The frames of the video that would be in them.
    pub range: Option<FrameSpan>,
    /// What becomes of the picture, in words.
    pub picture: String,
    /// What becomes of the sound, in words; empty where it can't be written.
    pub sound: String,
    /// What becomes of the loudness, in words.
    pub loudness: String,
    /// About how large all files are together, in bytes.
    pub bytes: Option<u64>,
    /// What is left out or worth knowing.
    pub notes: Vec<String>,
    /// Why it can't be written like this, in words.
    pub obstacle: Option<String>,
}

/// Says what an order would write, after all checks that can be made before; takes some tenths of a second and writes
/// nothing. A file that is there is no obstacle.
pub fn outlook(subject: &Subject, order: &DeliverOrder) -> DeliverOutlook {
    let path = names::fitting(&order.path, order.what, order.codec, &subject.info.video.codec);
    let picture = match order.what {
        Deliver::Video => format!("{}, copied, not re-encoded", subject.info.video.codec),
        Deliver::Sound | Deliver::Stems => "none, the sound alone".to_owned(),
    };
    let mut told = DeliverOutlook {
        exists: order.what != Deliver::Stems && path.exists(),
        files: vec![path.clone()],
        path,
        picture,
        ..DeliverOutlook::default()
    };
    let planned = match plan(subject, order, false) {
        Ok(planned) => planned,
        Err(error) => {
            told.obstacle = Some(error.one_line());
            return told;
        }
    };
    let Planned {
        files,
        notes,
        target_lufs,
        ceiling_dbtp,
        judged: _,
    } = planned;
    told.bytes = Some(files.iter().map(|file| file.plan.bytes()).sum());
    told.exists = files.iter().any(|file| file.path.exists());
    if let Some(file) = files.first() {
        let names: Vec<&str> = files
            .iter()
            .flat_map(|file| &file.tracks)
            .map(|bus| bus_name(*bus))
            .collect();
        let stored = file.plan.codec().describe(subject.programme.sample_rate);
        told.sound = if names.len() > 1 {
            format!("{} tracks ({}): {stored}", names.len(), names.join(", "))
        } else {
            stored
        };
        told.range = Some(file.plan.range());
    }
    told.loudness = match target_lufs {
        Some(lufs) => format!("{lufs:.1} LUFS, peaks under {ceiling_dbtp:.1} dBTP"),
        None => format!("as mixed, peaks under {ceiling_dbtp:.1} dBTP"),
    };
    told.files = files.into_iter().map(|file| file.path).collect();
    told.notes = notes;
    told
}

//! An order becomes files whose tracks are known.

use std::fs;
use std::path::{Path, PathBuf};

use muvi_media::OutputError;
use muvi_media::export::{ExportOptions, ExportPlan, SoundCodec, TrackLabel};

use super::{Bus, Deliver, DeliverOrder, DeliverProblem, Goal, Subject, bus_name, names};
use crate::error::Error;

/// Lossy codecs overshoot the samples that they were given; this leaves them room, in dBTP.
const CEILING_LOSSY_DBTP: f32 = -1.5;

/// A file that can be written.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) tracks: Vec<Bus>,
    pub(super) plan: ExportPlan,
}

/// All that an order writes.
pub(super) struct Planned {
    /// At least one.
    pub(super) files: Vec<File>,
    /// What is left out, in words.
    pub(super) notes: Vec<String>,
    pub(super) target_lufs: Option<f32>,
    pub(super) ceiling_dbtp: f32,
    /// The track that the goal is about.
    pub(super) judged: Bus,
}

/// Whether the extension that was asked for gave way to another one; one that is only added is no surprise.
fn replaced(path: &Path, asked: &Path) -> bool {
    path != asked && path.with_extension("") == asked.with_extension("")
}

/// Plans an order. With `write` a folder for stems is made; else nothing is, and files that exist are no obstacle.
pub(super) fn plan(subject: &Subject, order: &DeliverOrder, write: bool) -> Result<Planned, Error> {
    let path = names::fitting(&order.path, order.what, order.codec, &subject.info.video.codec);
    let refuse = |problem| Error::Deliver {
        path: path.clone(),
        problem,
    };
    let target_lufs = match order.goal {
        Goal::OfProject => subject.delivery.target_lufs,
        Goal::AsMixed => None,
        Goal::Lufs(lufs) => Some(lufs),
    };
    let ceiling = order.ceiling_dbtp.unwrap_or(subject.delivery.ceiling_dbtp);
    if let Some(lufs) = target_lufs {
        within("a loudness", lufs, -40.0, -6.0).map_err(refuse)?;
    }
    within("a ceiling", ceiling, -9.0, 0.0).map_err(refuse)?;
    let (tracks, mut notes) = tracks(subject, order).map_err(refuse)?;
    if let Some(asked) = order.path.extension().filter(|_| replaced(&path, &order.path)) {
        let becomes = path.file_name().unwrap_or_default().display();
        let asked = asked.display();
        notes.push(format!(
            "a file of the kind .{asked} isn't written like this: it becomes {becomes}"
        ));
    }
    let mut files = Vec::new();
    let overwrite = order.overwrite || !write;
    if order.what == Deliver::Stems {
        let folder = stems_folder(&path, write)?;
        for bus in &tracks {
            let name = names::stem(&subject.info.path, *bus, order.codec);
            let plan = export(subject, order, &folder.join(&name), &[*bus], overwrite)?;
            files.push(File {
                path: path.join(name),
                tracks: vec![*bus],
                plan,
            });
        }
    } else {
        let plan = export(subject, order, &path, &tracks, overwrite)?;
        files.push(File {
            path,
            tracks: tracks.clone(),
            plan,
        });
    }
    let mut lossy = false;
    for file in &files {
        notes.extend(file.plan.notes().iter().cloned());
        lossy |= file.plan.codec().is_lossy();
    }
    let ceiling_dbtp = if lossy {
        ceiling.min(CEILING_LOSSY_DBTP)
    } else {
        ceiling
    };
    if ceiling_dbtp < ceiling {
        notes.push(format!(
            "the ceiling is {ceiling_dbtp:.1} dBTP: sound that is stored with losses comes out with higher peaks than it went in"
        ));
    }
    // Tracks that belong together are moved together, by what all of them add up to.
    let judged = match tracks.as_slice() {
        [only] => *only,
        _ => Bus::Mix,
    };
    Ok(Planned {
        files,
        notes,
        target_lufs,
        ceiling_dbtp,
        judged,
    })
}

fn within(what: &'static str, value: f32, low: f32, high: f32) -> Result<(), DeliverProblem> {
    // A NaN is in no range.
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(DeliverProblem::Value {
            what,
            value,
            low,
            high,
        })
    }
}

/// The tracks that have something to hear, in order, each once; and in words which have not.
fn tracks(subject: &Subject, order: &DeliverOrder) -> Result<(Vec<Bus>, Vec<String>), DeliverProblem> {
    let wanted = match order.tracks.as_slice() {
        [] => &[Bus::Mix],
        [first, ..] if order.what == Deliver::Sound => std::slice::from_ref(first),
        all => all,
    };
    let (mut kept, mut notes) = (Vec::new(), Vec::new());
    for bus in wanted {
        if kept.contains(bus) {
            continue;
        }
        if subject.heard(*bus) {
            kept.push(*bus);
        } else {
            notes.push(match bus {
                Bus::Temp if subject.programme.temp.is_empty() => {
                    "the video has no sound of its own, so there is no temp track".to_owned()
                }
                _ => format!("the {} is silent and left out", bus_name(*bus).to_lowercase()),
            });
        }
    }
    if kept.is_empty() {
        return Err(DeliverProblem::Silent);
    }
    Ok((kept, notes))
}

/// Where stems are checked for: their folder, or the one that it would be made in.
fn stems_folder(path: &Path, write: bool) -> Result<PathBuf, Error> {
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    if path.symlink_metadata().is_ok() {
        return Err(OutputError::Exists {
            path: path.to_owned(),
        }
        .into());
    }
    if write {
        let problem = |source| Error::Deliver {
            path: path.to_owned(),
            problem: DeliverProblem::Folder(source),
        };
        fs::create_dir_all(path).map_err(problem)?;
        return Ok(path.to_owned());
    }
    // Folders that are made too.
    let there = path.ancestors().skip(1).find(|folder| folder.is_dir());
    Ok(there.map_or_else(|| PathBuf::from("."), Path::to_owned))
}

fn export(
    subject: &Subject,
    order: &DeliverOrder,
    path: &Path,
    tracks: &[Bus],
    overwrite: bool,
) -> Result<ExportPlan, Error> {
    let alone = matches!(tracks, [Bus::Mix]) && order.what == Deliver::Video;
    let language = |bus: &Bus| match bus {
        // No words are in it: the standard's own way to say so.
        Bus::Music => Some("zxx".to_owned()),
        Bus::Mix | Bus::Temp => subject.language(),
    };
    let label = |bus: &Bus| TrackLabel {
        title: bus_name(*bus).into(),
        language: language(bus),
    };
    let options = ExportOptions {
        codec: order.codec.map(SoundCodec::from),
        overwrite,
        tracks: if alone {
            Vec::new()
        } else {
            tracks.iter().map(label).collect()
        },
        range: order.range,
        ..ExportOptions::new(path, subject.programme.sample_rate)
    };
    Ok(ExportPlan::new(&subject.tools, &subject.info, &options)?)
}

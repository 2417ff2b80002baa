//! The files of takes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use muvi_timeline::{Project, TakeId};

const KINDS: [&str; 3] = ["wav", "latents", "json"];

/// Where the files of a take are. Each is written once, whole or not at all, and never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeFiles {
    /// Its sound, stereo, 32-bit float.
    pub audio: PathBuf,
    /// Its latents, so that sections of it can be made anew.
    pub latents: PathBuf,
    /// Its musical plan.
    pub plan: PathBuf,
}

impl TakeFiles {
    pub(crate) fn of(folder: &Path, take: TakeId) -> Self {
        let file = |kind| dir(folder).join(format!("{take}.{kind}"));
        let [audio, latents, plan] = KINDS.map(file);
        Self { audio, latents, plan }
    }

    pub(super) fn all(&self) -> [&Path; 3] {
        [&self.audio, &self.latents, &self.plan]
    }
}

pub(super) fn dir(folder: &Path) -> PathBuf {
    folder.join("takes")
}

/// Takes of a project whose sound is gone.
pub(super) fn missing(folder: &Path, project: &Project) -> Vec<TakeId> {
    let is_gone = |take: &TakeId| !TakeFiles::of(folder, *take).audio.is_file();
    project.takes().map(|take| take.id).filter(is_gone).collect()
}

/// The highest number that any file of a take has.
pub(super) fn highest(folder: &Path) -> u32 {
    files(folder).map(|(take, _)| take.0).max().unwrap_or(0)
}

/// Removes the files of all takes but `keep`. What can't be removed stays: it takes room and does no harm.
pub(super) fn clean(folder: &Path, keep: &BTreeSet<TakeId>) {
    for (_, path) in files(folder).filter(|(take, _)| !keep.contains(take)) {
        let _ = fs::remove_file(path);
    }
}

fn files(folder: &Path) -> impl Iterator<Item = (TakeId, PathBuf)> {
    let entries = fs::read_dir(dir(folder)).into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let name = entry.file_name();
        let (stem, kind) = name.to_str()?.rsplit_once('.')?;
        let take = stem.parse().ok().filter(|_| KINDS.contains(&kind))?;
        Some((TakeId(take), entry.path()))
    })
}

/// Removes what a process that was killed left half-written. Only for whoever holds the lock.
pub(super) fn sweep(folder: &Path) {
    for place in [folder.to_owned(), dir(folder)] {
        for entry in fs::read_dir(place).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_some_and(is_half_written) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// A hidden part, or a take that was still growing (`7.wav.part`).
fn is_half_written(name: &str) -> bool {
    let Some(name) = name.strip_suffix(".part") else {
        return false;
    };
    let take = name.rsplit_once('.');
    name.starts_with('.')
        || take.is_some_and(|(stem, kind)| KINDS.contains(&kind) && stem.parse::<u32>().is_ok())
}

//! Where a job writes: checks made before the work, and the folder for work files.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use muvi_media::OutputError;
use tempfile::TempDir;

use crate::error::Error;

/// Work folders are called so, and have this file in them.
const PREFIX: &str = ".muvi-";
const LOCK: &str = "lock";
/// A work folder that nobody holds is left alone for so long.
const FRESH: Duration = Duration::from_secs(10);
/// Extensions of sound alone.
const SOUND: &[&str] = &["wav", "flac"];

/// Whether `output` is a sound file by its name.
pub(crate) fn is_sound(output: &Path) -> bool {
    let extension = extension(output);
    SOUND.contains(&extension.as_str())
}

/// A folder for work files; gone when dropped.
#[derive(Debug)]
pub(crate) struct Workplace {
    dir: TempDir,
    /// Held as long as there is work: a folder that nobody holds was left by a process that was killed.
    _lock: File,
}

impl Workplace {
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// A folder for work files beside the output, where there must be room anyway. What killed processes left of such folders
/// there is swept.
pub(crate) fn workplace(output: &Path) -> Result<Workplace, Error> {
    let wrap = |source| Error::Workplace {
        path: output.to_path_buf(),
        source,
    };
    let dir = tempfile::Builder::new()
        .prefix(PREFIX)
        .tempdir_in(folder(output))
        .map_err(wrap)?;
    let lock = File::create(dir.path().join(LOCK)).map_err(wrap)?;
    // Where the system or the disk knows no locks, nothing can be told to be left, and nothing is swept.
    if lock.try_lock().is_ok() {
        sweep(folder(output));
    }
    Ok(Workplace { dir, _lock: lock })
}

/// Removes work folders that nobody works in.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX));
        if !ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let left = |lock: &File| {
            // One that has just been made may not be locked yet.
            let age = lock.metadata().ok()?.modified().ok()?.elapsed().ok()?;
            (age > FRESH && lock.try_lock().is_ok()).then_some(())
        };
        if File::open(entry.path().join(LOCK)).is_ok_and(|lock| left(&lock).is_some()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Checks a heat map's name before the picture is watched; the encoder checks again when it begins.
pub(crate) fn check_heatmap(output: &Path, input: &Path, overwrite: bool) -> Result<(), Error> {
    let path = || output.to_path_buf();
    if extension(output) != "mp4" {
        return Err(Error::HeatmapKind { path: path() });
    }
    if !folder(output).is_dir() {
        return Err(OutputError::NoFolder { path: path() }.into());
    }
    if output.is_dir() {
        return Err(OutputError::Directory { path: path() }.into());
    }
    if matches!((output.canonicalize(), input.canonicalize()), (Ok(a), Ok(b)) if a == b) {
        return Err(OutputError::SameAsInput { path: path() }.into());
    }
    if output.exists() && !overwrite {
        return Err(OutputError::Exists { path: path() }.into());
    }
    // If this can be made, the heat map can be.
    workplace(output).map(drop)
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(|it| it.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default()
}

fn folder(output: &Path) -> &Path {
    match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heat_maps_are_checked_before_work() {
        let dir = tempfile::tempdir().unwrap();
        let input = dir.path().join("in.mp4");
        std::fs::write(&input, b"x").unwrap();
        std::fs::write(dir.path().join("there.mp4"), b"x").unwrap();
        let check = |name: &str, overwrite: bool| check_heatmap(&dir.path().join(name), &input, overwrite);
        assert!(check("new.MP4", false).is_ok());
        assert!(matches!(check("new.mkv", false), Err(Error::HeatmapKind { .. })));
        assert!(matches!(
            check("there.mp4", false),
            Err(Error::Output(OutputError::Exists { .. }))
        ));
        assert!(check("there.mp4", true).is_ok());
        assert!(matches!(
            check("in.mp4", true),
            Err(Error::Output(OutputError::SameAsInput { .. }))
        ));
        assert!(matches!(
            check("no/where.mp4", true),
            Err(Error::Output(OutputError::NoFolder { .. }))
        ));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_a_killed_job_left_is_swept() {
        let dir = tempfile::tempdir().unwrap();
        let long_ago = std::time::SystemTime::now() - 2 * FRESH;
        let left = |name: &str, lock: bool| {
            let path = dir.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("take.wav"), b"half").unwrap();
            if lock {
                File::create(path.join(LOCK))
                    .unwrap()
                    .set_modified(long_ago)
                    .unwrap();
            }
            path
        };
        let killed = left(".muvi-abcdef", true);
        let others = [left(".muvi-notes", false), left("muvi-abcdef", true)];
        let output = dir.path().join("out.mp4");
        let first = workplace(&output).unwrap();
        assert!(!killed.exists() && others.iter().all(|it| it.exists()));
        // One that is worked in stays, however old it is.
        let held = File::options().write(true).open(first.path().join(LOCK)).unwrap();
        held.set_modified(long_ago).unwrap();
        let second = workplace(&output).unwrap();
        assert!(first.path().exists() && second.path().exists());
        drop((first, second));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn sound_files_are_known_by_name() {
        assert!(is_sound(Path::new("a/b.WAV")) && is_sound(Path::new("b.flac")));
        assert!(!is_sound(Path::new("b.mp4")) && !is_sound(Path::new("wav")));
    }
}

//! Where a job writes: checks made before the work, and the folder for work files.

use std::path::Path;

use muvi_media::OutputError;
use tempfile::TempDir;

use crate::error::Error;

/// Extensions of sound alone.
const SOUND: &[&str] = &["wav", "flac"];

/// Whether `output` is a sound file by its name.
pub(crate) fn is_sound(output: &Path) -> bool {
    let extension = extension(output);
    SOUND.contains(&extension.as_str())
}

/// A folder for work files beside the output, where there must be room anyway; gone when dropped.
pub(crate) fn workplace(output: &Path) -> Result<TempDir, Error> {
    tempfile::Builder::new()
        .prefix(".muvi-")
        .tempdir_in(folder(output))
        .map_err(|source| Error::Workplace {
            path: output.to_path_buf(),
            source,
        })
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
    fn sound_files_are_known_by_name() {
        assert!(is_sound(Path::new("a/b.WAV")) && is_sound(Path::new("b.flac")));
        assert!(!is_sound(Path::new("b.mp4")) && !is_sound(Path::new("wav")));
    }
}

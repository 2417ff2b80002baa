//! The folder of a hand-over.

use std::fs;
use std::path::{Path, PathBuf};

use muvi_media::{OutputError, Part};
use tempfile::TempDir;

/// A folder that is being filled: a new one under another name until it is whole, or one that is there already.
pub(super) struct Output {
    target: PathBuf,
    /// `None` where the target is there and files in it may be replaced.
    temp: Option<TempDir>,
}

impl Output {
    /// Begins a folder; one that is there is taken only if `overwrite` is set.
    pub(super) fn open(target: &Path, overwrite: bool) -> Result<Self, OutputError> {
        let path = || target.to_owned();
        let Some(parent) = target.parent().filter(|parent| parent.is_dir()) else {
            return Err(OutputError::NoFolder { path: path() });
        };
        match fs::symlink_metadata(target) {
            Ok(_) if !overwrite || !target.is_dir() => return Err(OutputError::Exists { path: path() }),
            Ok(_) => {
                return Ok(Self {
                    target: path(),
                    temp: None,
                });
            }
            Err(_) => {}
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".hand-over.").suffix(".part");
        // As any new folder: readable as the user's mask allows, not private as temporary folders are.
        #[cfg(unix)]
        builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(
            0o777,
        ));
        let temp = builder.tempdir_in(parent);
        Ok(Self {
            target: path(),
            temp: Some(temp.map_err(|source| OutputError::from_io(target, source))?),
        })
    }

    /// The folder as it will be called.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Writes a file whole.
    pub(super) fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
        self.put(path, |part| fs::write(part, bytes))
    }

    /// Copies a file whole.
    pub(super) fn copy(&self, from: &Path, path: &Path) -> Result<(), OutputError> {
        self.put(path, |part| fs::copy(from, part).map(drop))
    }

    fn put(&self, path: &Path, fill: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), OutputError> {
        // Errors name the file as it was to be called.
        let named = self.target.join(path);
        let wrap = |source| OutputError::from_io(&named, source);
        let folder = self.temp.as_ref().map_or(self.target.as_path(), TempDir::path);
        let real = folder.join(path);
        if let Some(parent) = real.parent() {
            fs::create_dir_all(parent).map_err(wrap)?;
        }
        let part = Part::create(&real, &[], true)?;
        fill(part.path()).map_err(wrap)?;
        part.keep()
    }

    /// Gives a new folder its name.
    pub(super) fn keep(self) -> Result<PathBuf, OutputError> {
        if let Some(temp) = self.temp {
            fs::rename(temp.path(), &self.target).map_err(|source| match source.kind() {
                std::io::ErrorKind::DirectoryNotEmpty | std::io::ErrorKind::NotADirectory => {
                    OutputError::Exists {
                        path: self.target.clone(),
                    }
                }
                _ => OutputError::from_io(&self.target, source),
            })?;
            let _ = temp.keep();
        }
        Ok(self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_whole_or_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("x hand-over");
        let output = Output::open(&target, false).unwrap();
        output.write(Path::new("audio/a.txt"), b"1").unwrap();
        drop(output);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let output = Output::open(&target, false).unwrap();
        output.write(Path::new("audio/a.txt"), b"1").unwrap();
        assert_eq!(output.keep().unwrap(), target);
        assert!(matches!(
            Output::open(&target, false).err(),
            Some(OutputError::Exists { .. })
        ));
        // What else is in it stays.
        fs::write(target.join("mine.txt"), b"mine").unwrap();
        let output = Output::open(&target, true).unwrap();
        output.write(Path::new("audio/a.txt"), b"2").unwrap();
        output.keep().unwrap();
        assert_eq!(fs::read(target.join("audio/a.txt")).unwrap(), b"2");
        assert!(target.join("mine.txt").is_file());
        fs::write(dir.path().join("file"), b"").unwrap();
        assert!(Output::open(&dir.path().join("file"), true).is_err());
        assert!(matches!(
            Output::open(&dir.path().join("no/x"), true).err(),
            Some(OutputError::NoFolder { .. })
        ));
    }
}

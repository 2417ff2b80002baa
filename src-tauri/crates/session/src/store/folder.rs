//! The names in a project's folder, and folders that get their name only once they are whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use muvi_media::OutputError;

use super::StoreError;
use super::file::sync_folder;

pub(super) fn project_file(folder: &Path) -> PathBuf {
    folder.join("project.json")
}

pub(super) fn backup_file(folder: &Path) -> PathBuf {
    folder.join("project.json.bak")
}

pub(super) fn journal_file(folder: &Path) -> PathBuf {
    folder.join("journal.jsonl")
}

pub(super) fn old_journal_file(folder: &Path) -> PathBuf {
    folder.join("journal.bak.jsonl")
}

/// The project's folder that a path means: itself, or the one that its `project.json` is in.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, StoreError> {
    let path = std::path::absolute(path).map_err(StoreError::read(path))?;
    let data = fs::metadata(&path).map_err(StoreError::read(&path))?;
    let folder = match path.parent() {
        Some(parent) if data.is_file() && path.file_name() == project_file(parent).file_name() => {
            parent.to_owned()
        }
        _ => path.clone(),
    };
    if project_file(&folder).is_file() || backup_file(&folder).is_file() {
        Ok(folder)
    } else {
        Err(StoreError::NotAProject { path })
    }
}

/// Keeps a damaged file under a name that says so.
pub(super) fn set_aside(
    path: &Path,
    how: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> Result<PathBuf, StoreError> {
    let name = |number: u64| {
        let mut name = path.as_os_str().to_owned();
        name.push(".damaged");
        if number > 1 {
            name.push(format!("-{number}"));
        }
        PathBuf::from(name)
    };
    let free = (1..=u64::MAX)
        .map(name)
        .find(|path| path.symlink_metadata().is_err());
    let free = free.unwrap_or_else(|| name(1));
    how(path, &free).map_err(StoreError::write(&free))?;
    Ok(free)
}

/// Fills a folder under another name beside `target`, then gives it its name. Nothing stays of a failure.
pub(super) fn assemble(
    target: &Path,
    fill: impl FnOnce(&Path) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let exists = || OutputError::Exists { path: target.into() };
    let Some(parent) = target.parent().filter(|parent| parent.is_dir()) else {
        return Err(OutputError::NoFolder { path: target.into() }.into());
    };
    if target.symlink_metadata().is_ok() {
        return Err(exists().into());
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".muvi-").suffix(".part");
    // As any new folder: readable as the user's mask allows, not private as temporary folders are.
    #[cfg(unix)]
    builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(
        0o777,
    ));
    let temp = builder.tempdir_in(parent).map_err(StoreError::write(target))?;
    fill(temp.path())?;
    sync_folder(temp.path());
    fs::rename(temp.path(), target).map_err(|error| match error.kind() {
        io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => exists().into(),
        _ => StoreError::write(target)(error),
    })?;
    let _ = temp.keep();
    sync_folder(parent);
    Ok(())
}

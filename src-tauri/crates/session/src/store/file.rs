//! Whole files or none.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use muvi_media::Part;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// Reads a JSON file; `None` if there is none.
///
/// # Errors
/// [`StoreError::Damaged`] with line and column, or [`StoreError::Read`].
pub fn load_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|source| StoreError::json(path, source)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::read(path)(error)),
    }
}

/// Writes a JSON file in one step, with its folder if need be: after a crash the old one is there or the new one.
///
/// # Errors
/// [`StoreError::Write`]; the old file is untouched then.
pub fn store_json<T: Serialize>(path: &Path, value: &T) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(StoreError::write(path))?;
    }
    write_whole(path, &to_json(path, value)?)
}

pub(super) fn to_json<T: Serialize>(path: &Path, value: &T) -> Result<Vec<u8>, StoreError> {
    let bytes = serde_json::to_vec_pretty(value);
    bytes.map_err(|error| StoreError::write(path)(io::Error::other(error)))
}

/// Replaces a file in one step.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    prepare(path, bytes)?.keep().map_err(Into::into)
}

/// Brings bytes to the disk; `keep` gives them their name.
pub(super) fn prepare(path: &Path, bytes: &[u8]) -> Result<Part, StoreError> {
    let part = Part::create(path, &[], true)?;
    let write = |part: &Part| -> io::Result<()> {
        let mut file = File::options().write(true).open(part.path())?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write(&part).map_err(StoreError::write(path))?;
    Ok(part)
}

/// Brings the names in a folder to the disk; a system that can't do this does it later.
pub(super) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

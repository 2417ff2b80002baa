//! Files that get their name only once they are whole.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::{NamedTempFile, TempPath};
use thiserror::Error;

/// Why an output file cannot be written. Every message names the file and what to do.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The path has no file name.
    #[error("{}: is no file name; name the file to write", path.display())]
    NoName {
        /// The path.
        path: PathBuf,
    },
    /// A folder has the name.
    #[error("{}: is a folder; name a file inside it", path.display())]
    Directory {
        /// The path.
        path: PathBuf,
    },
    /// The folder does not exist.
    #[error("{}: its folder does not exist; make it first", path.display())]
    NoFolder {
        /// The path.
        path: PathBuf,
    },
    /// A file has the name.
    #[error("{}: exists already; choose another name or allow it to be overwritten", path.display())]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// Output and input are one file.
    #[error("{}: is the input itself; choose another name for the output", path.display())]
    SameAsInput {
        /// The path.
        path: PathBuf,
    },
    /// The system denies writing.
    #[error("{}: no permission to write there; choose another folder", path.display())]
    NoPermission {
        /// The path.
        path: PathBuf,
    },
    /// The disk, the quota or the file size limit is used up.
    #[error("{}: the disk is full or a limit on file sizes is reached; make room or choose another disk", path.display())]
    DiskFull {
        /// The path.
        path: PathBuf,
    },
    /// Anything else.
    #[error("{}: cannot be written; check the disk", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl OutputError {
    /// What `source` means for writing `path`.
    pub fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::NoPermission { path }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::DiskFull { path }
            }
            io::ErrorKind::AlreadyExists => Self::Exists { path },
            _ => Self::Io { path, source },
        }
    }
}

/// A part that nobody holds is left alone for so long.
const FRESH: Duration = Duration::from_secs(10);

/// A file under a temporary name beside its target; removed unless it is kept.
#[derive(Debug)]
pub struct Part {
    temp: TempPath,
    /// Locked as long as the part is in the making: what nobody holds was left by a process that was killed.
    _held: Option<File>,
    target: PathBuf,
    overwrite: bool,
}

impl Part {
    /// Checks that `target` can be written, and makes an empty file `.NAME.xxxxxx.part` beside it.
    ///
    /// # Errors
    /// [`OutputError`] if the name is unusable, is one of the inputs', or is taken and `overwrite` is not set.
    pub fn create(target: &Path, inputs: &[&Path], overwrite: bool) -> Result<Self, OutputError> {
        check(target, inputs, overwrite)?;
        let name = target.file_name().ok_or_else(|| OutputError::NoName {
            path: target.to_owned(),
        })?;
        let mut prefix = std::ffi::OsString::from(".");
        prefix.push(name);
        prefix.push(".");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".part");
        // As any new file: readable as the user's mask allows, not private as temporary files are.
        #[cfg(unix)]
        builder.permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(
            0o666,
        ));
        let made: io::Result<NamedTempFile> = builder.tempfile_in(folder_of(target));
        let (file, temp) = made
            .map_err(|source| OutputError::from_io(target, source))?
            .into_parts();
        // Where locks keep others from writing, ffmpeg is such another.
        let held = cfg!(unix) && file.try_lock().is_ok();
        if held {
            sweep(folder_of(target), &prefix);
        }
        Ok(Self {
            temp,
            _held: held.then_some(file),
            target: target.to_owned(),
            overwrite,
        })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.temp
    }

    /// The name that the file will get.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Brings the bytes to the disk, then gives the file its name in one step.
    ///
    /// # Errors
    /// [`OutputError`] if the disk fails or somebody took the name meanwhile; the part is gone then.
    pub fn keep(self) -> Result<(), OutputError> {
        let target = self.target;
        let wrap = |source| OutputError::from_io(&target, source);
        File::options()
            .write(true)
            .open(&self.temp)
            .and_then(|file| file.sync_all())
            .map_err(wrap)?;
        let kept = if self.overwrite {
            self.temp.persist(&target)
        } else {
            self.temp.persist_noclobber(&target)
        };
        kept.map_err(|failed| wrap(failed.error))?;
        // The name itself is on the disk only after its folder is; a system that can't do this does it later.
        if let Ok(folder) = File::open(folder_of(&target)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

/// Removes what killed processes have left of parts of this name.
fn sweep(folder: &Path, prefix: &OsStr) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes());
        if !ours || !name.as_encoded_bytes().ends_with(b".part") {
            continue;
        }
        // One that has just been made may not be locked yet.
        let old = |file: &File| {
            let age = file.metadata().ok()?.modified().ok()?.elapsed().ok()?;
            (age > FRESH && file.try_lock().is_ok()).then_some(())
        };
        if File::open(entry.path()).is_ok_and(|file| old(&file).is_some()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Checks a target without touching the disk, so that a long job need not run to find out.
pub(crate) fn check(target: &Path, inputs: &[&Path], overwrite: bool) -> Result<(), OutputError> {
    let path = || target.to_owned();
    if target.file_name().is_none() {
        return Err(OutputError::NoName { path: path() });
    }
    if !folder_of(target).is_dir() {
        return Err(OutputError::NoFolder { path: path() });
    }
    if target.is_dir() {
        return Err(OutputError::Directory { path: path() });
    }
    if inputs.iter().any(|input| same_file(input, target)) {
        return Err(OutputError::SameAsInput { path: path() });
    }
    if !overwrite && fs::symlink_metadata(target).is_ok() {
        return Err(OutputError::Exists { path: path() });
    }
    Ok(())
}

/// True if two paths lead to one file, through links of either kind too.
fn same_file(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if let (Ok(a), Ok(b)) = (fs::metadata(a), fs::metadata(b)) {
            return a.dev() == b.dev() && a.ino() == b.ino();
        }
    }
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_not_kept_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.mp4");
        let part = Part::create(&target, &[], false).unwrap();
        assert!(part.path().exists() && !target.exists());
        drop(part);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn what_a_killed_process_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let long_ago = std::time::SystemTime::now() - 2 * FRESH;
        let age = |path: &Path| {
            let file = File::options().write(true).open(path).unwrap();
            file.set_modified(long_ago).unwrap();
        };
        let [left, other] = [".out.mp4.abcdef.part", ".out.mkv.abcdef.part"].map(|name| {
            let path = folder.path().join(name);
            fs::write(&path, b"half").unwrap();
            age(&path);
            path
        });
        let target = folder.path().join("out.mp4");
        let first = Part::create(&target, &[], false).unwrap();
        assert!(!left.exists() && other.exists());
        age(first.path());
        let second = Part::create(&target, &[], false).unwrap();
        assert!(
            first.path().exists() && second.path().exists(),
            "both are in the making"
        );
    }

    #[test]
    fn a_kept_part_has_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.mp4");
        let part = Part::create(&target, &[], false).unwrap();
        fs::write(part.path(), b"whole").unwrap();
        part.keep().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert!(matches!(
            Part::create(&target, &[], false),
            Err(OutputError::Exists { .. })
        ));
        Part::create(&target, &[], true).unwrap().keep().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_appeared_meanwhile_is_spared() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.mp4");
        let part = Part::create(&target, &[], false).unwrap();
        fs::write(&target, b"theirs").unwrap();
        assert!(matches!(part.keep(), Err(OutputError::Exists { .. })));
        assert_eq!(fs::read(&target).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn the_input_is_found_through_links() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("in.mp4");
        fs::write(&input, b"x").unwrap();
        let (soft, hard) = (folder.path().join("soft.mp4"), folder.path().join("hard.mp4"));
        std::os::unix::fs::symlink(&input, &soft).unwrap();
        fs::hard_link(&input, &hard).unwrap();
        for target in [&input, &soft, &hard] {
            assert!(matches!(
                check(target, &[&input], true),
                Err(OutputError::SameAsInput { .. })
            ));
        }
        assert!(matches!(
            check(&folder.path().join("no/out.mp4"), &[], false),
            Err(OutputError::NoFolder { .. })
        ));
        assert!(matches!(
            check(folder.path(), &[], true),
            Err(OutputError::Directory { .. })
        ));
    }
}

//! Where MuVi Studio keeps what belongs to the user.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::StoreError;

/// The ending of a project's folder.
pub(super) const EXTENSION: &str = "muvi";

/// The user's data directory: unnamed projects, recents, settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    data: PathBuf,
}

impl Places {
    /// Where the system wants them, or in `MUVI_DATA` if that is set.
    ///
    /// # Errors
    /// [`StoreError::NoPlace`] if the system names no place.
    pub fn of_user() -> Result<Self, StoreError> {
        let var = |name: &str| {
            let path = std::env::var_os(name).map(PathBuf::from)?;
            path.is_absolute().then_some(path)
        };
        let of_system = || {
            let data = if cfg!(windows) {
                var("APPDATA")
            } else if cfg!(target_os = "macos") {
                var("HOME").map(|home| home.join("Library/Application Support"))
            } else {
                var("XDG_DATA_HOME").or_else(|| var("HOME").map(|home| home.join(".local/share")))
            };
            data.map(|data| data.join("muvi"))
        };
        let data = var("MUVI_DATA").or_else(of_system);
        data.map(Self::at).ok_or(StoreError::NoPlace)
    }

    /// In a folder, which need not exist yet.
    pub fn at(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into() }
    }

    /// The folder itself.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Where projects live until they are saved under a name.
    pub fn projects(&self) -> PathBuf {
        self.data.join("projects")
    }

    /// The file of settings, for [`load_json`](super::load_json) and [`store_json`](super::store_json).
    pub fn settings(&self) -> PathBuf {
        self.data.join("settings.json")
    }

    pub(super) fn recents_file(&self) -> PathBuf {
        self.data.join("recents.json")
    }

    /// Whether a project's folder is one of those that were never saved under a name.
    pub fn is_unnamed(&self, folder: &Path) -> bool {
        let here = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.into());
        folder
            .parent()
            .is_some_and(|parent| here(parent) == here(&self.projects()))
    }

    /// A folder for a new project that no project has yet: "holiday.muvi", "holiday 2.muvi", ...
    pub(super) fn free_folder(&self, video: &Path) -> PathBuf {
        let stem = video.file_stem().and_then(OsStr::to_str).unwrap_or("Project");
        // A name has at most 255 bytes on most disks; a number and the ending need some.
        let end = stem.floor_char_boundary(160);
        let name = stem[..end].trim_matches([' ', '.']);
        let name = if name.is_empty() { "Project" } else { name };
        let projects = self.projects();
        let folder = |number: u64| match number {
            1 => projects.join(format!("{name}.{EXTENSION}")),
            _ => projects.join(format!("{name} {number}.{EXTENSION}")),
        };
        let free = (1..=u64::MAX)
            .map(folder)
            .find(|path| path.symlink_metadata().is_err());
        free.unwrap_or(projects)
    }
}

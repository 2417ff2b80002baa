//! Projects opened before.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{Document, Places, StoreError, load_json, store_json};

/// How many are remembered.
const BOUND: usize = 20;

/// A project opened before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// What the user calls it.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// File name of its video.
    pub video: String,
    /// When it was open last, in milliseconds since 1970.
    pub opened_at: u64,
}

impl Places {
    /// Projects opened before, the last one first; none where the list can't be read.
    pub fn recents(&self) -> Vec<Recent> {
        // The list is a convenience: a damaged one is begun anew.
        load_json(&self.recents_file()).ok().flatten().unwrap_or_default()
    }

    /// Puts a project at the head of the list.
    ///
    /// # Errors
    /// [`StoreError::Write`].
    pub fn remember(&self, document: &Document) -> Result<Vec<Recent>, StoreError> {
        let project = document.project();
        let video = project.video.path.file_name().unwrap_or_default();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let recent = Recent {
            name: document.name(),
            folder: document.folder().into(),
            video: video.to_string_lossy().into(),
            opened_at: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
        };
        let mut recents = self.recents();
        recents.retain(|it| it.folder != recent.folder);
        recents.insert(0, recent);
        recents.truncate(BOUND);
        self.keep(recents)
    }

    /// Takes a project off the list; its folder stays.
    ///
    /// # Errors
    /// [`StoreError::Write`].
    pub fn forget(&self, folder: &Path) -> Result<Vec<Recent>, StoreError> {
        let mut recents = self.recents();
        recents.retain(|it| it.folder != folder);
        self.keep(recents)
    }

    fn keep(&self, recents: Vec<Recent>) -> Result<Vec<Recent>, StoreError> {
        store_json(&self.recents_file(), &recents)?;
        Ok(recents)
    }
}

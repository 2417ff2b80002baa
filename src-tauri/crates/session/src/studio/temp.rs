//! The temp track as a file that can be played from anywhere: decoded once, kept in the user's cache.

use std::fs;
use std::path::{Path, PathBuf};

use super::Studio;
use crate::assets::TempPass;
use crate::cache::Cache;

/// Where decoded temp tracks are.
fn folder() -> PathBuf {
    let cache = Cache::of_user().map_or_else(std::env::temp_dir, |cache| cache.dir().to_path_buf());
    cache.join("temp")
}

/// The decoded temp track of the video `key` at `hz` samples per second, there or not.
pub(crate) fn temp_file(key: &str, hz: u32) -> PathBuf {
    folder().join(format!("{key}-{hz}.wav"))
}

impl Studio {
    /// What the pass over the temp track of the video `key` makes, for a project of `hz` samples per second.
    pub(super) fn temp_pass(&self, key: &str, hz: u32) -> TempPass {
        TempPass {
            record: Some(temp_file(key, hz)),
            runtime: self.0.desk.engine_request().runtime,
        }
    }

    /// Lets the temp track be heard from a file, which may still grow.
    pub(super) fn hear_temp(&self, turn: u32, path: &Path) {
        let _ = self.hear(|open| {
            if self.turn() == turn {
                open.extras.temp = Some(path.to_owned());
            }
        });
        self.trim_cache();
    }

    /// Drops the temp tracks that were not used for longest, above what the user allows the cache.
    pub(super) fn trim_cache(&self) {
        // An export may be of a project that is closed by now: its temp track is trimmed another time.
        if self.jobs().iter().any(|job| job.kind.outlives_project()) {
            return;
        }
        let bound = u64::from(self.settings().cache_mb) << 20;
        let in_use = self.with(|open| Ok(open.extras.temp.clone())).ok().flatten();
        trim(&folder(), bound, in_use.as_deref());
    }
}

fn trim(folder: &Path, bound: u64, in_use: Option<&Path>) {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if let Ok(data) = entry.metadata()
            && let Ok(used) = data.modified()
        {
            files.push((used, data.len(), entry.path()));
        }
    }
    files.sort();
    let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in files {
        if total <= bound {
            return;
        }
        if in_use != Some(path.as_path()) && fs::remove_file(&path).is_ok() {
            total -= size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_used_go_first_and_what_is_played_stays() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            fs::write(dir.path().join(name), [0; 100]).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(15));
        }
        trim(dir.path(), 150, Some(&dir.path().join("a")));
        let left = |name: &str| dir.path().join(name).exists();
        assert_eq!([left("a"), left("b"), left("c")], [true, false, false]);
        trim(dir.path(), 150, None);
        assert!(left("a"));
    }
}

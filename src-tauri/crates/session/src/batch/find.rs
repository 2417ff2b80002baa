//! Which videos a batch means.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::BatchError;

/// Extensions of videos, in lower case.
const VIDEOS: &[&str] = &[
    "3gp", "avi", "flv", "m2ts", "m2v", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf", "ogv", "ts",
    "vob", "webm", "wmv",
];

/// What to search and what to leave out.
pub(super) struct Search<'a> {
    /// Files and folders as they were named.
    pub(super) inputs: &'a [PathBuf],
    /// Whether folders in folders are searched too.
    pub(super) recursive: bool,
    /// A folder that is not searched, unless it was named.
    pub(super) out_dir: &'a Path,
    /// Files that are left out: what an earlier run wrote.
    pub(super) outputs: &'a HashSet<PathBuf>,
    /// Asked for files without an extension.
    pub(super) is_video: &'a dyn Fn(&Path) -> bool,
}

impl Search<'_> {
    /// The videos in the order of the inputs, those of a folder by name, each once. A file that was named is taken
    /// whatever it is called.
    pub(super) fn run(&self) -> Result<Vec<PathBuf>, BatchError> {
        let mut found = Vec::new();
        for input in self.inputs {
            if input.is_dir() {
                self.folder(input, &mut found)?;
            } else {
                found.push(input.clone());
            }
        }
        let mut seen = HashSet::new();
        found.retain(|path| seen.insert(canonical(path)));
        if found.is_empty() {
            let places = self.inputs.to_vec();
            return Err(BatchError::NoVideos { places });
        }
        Ok(found)
    }

    fn folder(&self, folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), BatchError> {
        let wrap = |source| BatchError::Folder {
            path: folder.to_owned(),
            source,
        };
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(wrap)? {
            entries.push(entry.map_err(wrap)?);
        }
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            // A link to a folder is not followed: it may lead back.
            if entry.file_type().map_err(wrap)?.is_dir() {
                if self.recursive && canonical(&path) != canonical(self.out_dir) {
                    self.folder(&path, found)?;
                }
            } else if path.is_file() && self.wanted(&path) {
                found.push(path);
            }
        }
        Ok(())
    }

    fn wanted(&self, path: &Path) -> bool {
        let video = match path.extension() {
            Some(extension) => {
                let extension = extension.to_string_lossy().to_ascii_lowercase();
                VIDEOS.contains(&extension.as_str())
            }
            None => (self.is_video)(path),
        };
        video && !self.outputs.contains(&canonical(path))
    }
}

/// The path without links; as it is where there is no such file.
pub(super) fn canonical(path: &Path) -> PathBuf {
    let absolute = || std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.canonicalize().unwrap_or_else(|_| absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_searched_and_files_taken_as_they_are() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for name in [
            "b.MP4",
            "a.mkv",
            "notes.txt",
            "bare",
            "other",
            ".hidden.mp4",
            "deep/c.mov",
            "deep/er/d.ts",
            "out/e.mp4",
            "old.mp4",
            "odd.name",
        ] {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), name).unwrap();
        }
        let outputs = HashSet::from([canonical(&at("old.mp4"))]);
        let check = |inputs: &[PathBuf], recursive, expect: &[&str]| {
            let search = Search {
                inputs,
                recursive,
                out_dir: &at("out"),
                outputs: &outputs,
                is_video: &|path| path.ends_with("bare"),
            };
            let found = search.run().unwrap();
            let expect: Vec<_> = expect.iter().map(|name| at(name)).collect();
            assert_eq!(found, expect);
        };
        let all = [dir.path().to_owned()];
        check(
            &all,
            true,
            &["a.mkv", "b.MP4", "bare", "deep/c.mov", "deep/er/d.ts"],
        );
        check(&all, false, &["a.mkv", "b.MP4", "bare"]);
        // A folder that is named is searched; a file that is named is taken, there or not; nothing comes twice.
        check(&[at("out")], true, &["out/e.mp4"]);
        let mixed = [at("odd.name"), at("deep/c.mov"), at("none.mp4"), at("deep")];
        check(
            &mixed,
            true,
            &["odd.name", "deep/c.mov", "none.mp4", "deep/er/d.ts"],
        );
        let search = Search {
            inputs: &[at("deep/er/d.ts").with_file_name("empty")],
            recursive: true,
            out_dir: &at("out"),
            outputs: &outputs,
            is_video: &|_| false,
        };
        fs::create_dir(at("deep/er/empty")).unwrap();
        assert!(matches!(search.run(), Err(BatchError::NoVideos { .. })));
    }
}

//! The list of a batch, beside its results: what is done, with what, and what failed.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::BatchError;
use super::find::canonical;
use crate::store::{load_json, store_json};

/// Its name in the folder of the results.
const NAME: &str = "muvi-batch.json";
const FORMAT: &str = "muvi-batch";
const VERSION: u32 = 1;

/// The list.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct List {
    format: String,
    version: u32,
    videos: Vec<Entry>,
    /// Results of other kinds that earlier runs have written.
    #[serde(default)]
    former: Vec<String>,
    #[serde(skip)]
    dir: PathBuf,
}

/// A video of the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The video, absolute.
    input: PathBuf,
    /// What its file was when it was scored last.
    stamp: Option<Stamp>,
    /// Name of the result in the folder of the list.
    pub(super) output: String,
    /// Size of the result in bytes, once it is there.
    output_size: Option<u64>,
    /// Hash of the options and the pack.
    options: String,
    state: State,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// Tells a file from what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    size: u64,
    /// When it was written, in nanoseconds since 1970.
    modified: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Was begun, and did not end.
    Begun,
    Done,
    Failed,
}

impl List {
    /// The list in `dir`, empty if there is none.
    pub(super) fn open(dir: &Path) -> Result<Self, BatchError> {
        let path = dir.join(NAME);
        let read = load_json::<Self>(&path).map_err(|source| BatchError::List {
            path: path.clone(),
            source: Box::new(source),
        })?;
        match read {
            None => Ok(Self {
                format: FORMAT.into(),
                version: VERSION,
                videos: Vec::new(),
                former: Vec::new(),
                dir: dir.to_owned(),
            }),
            Some(list) if list.format == FORMAT && list.version == VERSION => Ok(Self {
                dir: dir.to_owned(),
                ..list
            }),
            Some(_) => Err(BatchError::Foreign { path }),
        }
    }

    /// Its file.
    pub(super) fn path(&self) -> PathBuf {
        self.dir.join(NAME)
    }

    /// Everything that it names as a result, there or not.
    pub(super) fn outputs(&self) -> HashSet<PathBuf> {
        let outputs = self.names().map(|it| canonical(&self.dir.join(it)));
        outputs.collect()
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.videos.iter().map(|it| &it.output).chain(&self.former)
    }

    /// The result of a video: as it was named before if it has this `extension`, else by a new name that no other
    /// video has. True if the file of that name is one of ours and may be replaced.
    pub(super) fn output(&self, input: &Path, extension: &str) -> (String, bool) {
        let known = self.entry(input).filter(|it| {
            let own = Path::new(&it.output).extension();
            own.is_some_and(|own| own == extension)
        });
        if let Some(known) = known {
            return (known.output.clone(), true);
        }
        let taken: HashSet<String> = self.names().map(|it| it.to_lowercase()).collect();
        let name = |path: Option<&std::ffi::OsStr>| path.map(|it| it.to_string_lossy().into_owned());
        let stem = name(input.file_stem()).unwrap_or_else(|| "video".into());
        let folder = name(input.parent().and_then(Path::file_name)).unwrap_or_default();
        let first = [format!("{stem}-scored"), format!("{stem}-{folder}-scored")];
        let more = (2_u64..).map(|number| format!("{stem}-{number}-scored"));
        let all = first
            .into_iter()
            .chain(more)
            .map(|it| format!("{it}.{extension}"));
        let free = all.into_iter().find(|it| !taken.contains(&it.to_lowercase()));
        (free.unwrap_or_default(), false)
    }

    /// Whether a video was scored with these options, and neither it nor its result is another since.
    pub(super) fn is_done(&self, input: &Path, output: &str, options: &str) -> bool {
        self.entry(input).is_some_and(|it| {
            it.state == State::Done
                && it.output == output
                && it.options == options
                && it.stamp.is_some()
                && it.stamp == stamp(input)
                && it.output_size.is_some()
                && it.output_size == size(&self.dir.join(output))
        })
    }

    /// Notes that a video is begun; from now on its result's name is ours.
    pub(super) fn begin(&mut self, input: &Path, output: &str, options: &str) -> Result<(), BatchError> {
        let entry = Entry {
            input: canonical(input),
            stamp: stamp(input),
            output: output.to_owned(),
            output_size: None,
            options: options.to_owned(),
            state: State::Begun,
            message: None,
        };
        match self.videos.iter_mut().find(|it| it.input == entry.input) {
            Some(old) => {
                if old.output != entry.output {
                    self.former.push(old.output.clone());
                }
                *old = entry;
            }
            None => self.videos.push(entry),
        }
        self.keep()
    }

    /// Notes how it ended: `None` for success, or why it failed.
    pub(super) fn end(&mut self, input: &Path, failure: Option<String>) -> Result<(), BatchError> {
        let input = canonical(input);
        let dir = &self.dir;
        if let Some(entry) = self.videos.iter_mut().find(|it| it.input == input) {
            entry.state = if failure.is_some() {
                State::Failed
            } else {
                State::Done
            };
            entry.output_size = size(&dir.join(&entry.output)).filter(|_| failure.is_none());
            entry.message = failure;
        }
        self.keep()
    }

    fn entry(&self, input: &Path) -> Option<&Entry> {
        let input = canonical(input);
        self.videos.iter().find(|it| it.input == input)
    }

    fn keep(&self) -> Result<(), BatchError> {
        let path = self.path();
        store_json(&path, self).map_err(|source| BatchError::List {
            path,
            source: Box::new(source),
        })
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let read = || -> io::Result<Option<Stamp>> {
        let data = fs::metadata(path)?;
        let since = data.modified()?.duration_since(UNIX_EPOCH).ok();
        Ok(since.and_then(|since| {
            Some(Stamp {
                size: data.len(),
                modified: u64::try_from(since.as_nanos()).ok()?,
            })
        }))
    };
    read().ok().flatten()
}

/// Size and time of a file in words, for the hash of the options.
pub(super) fn stamp_words(path: &Path) -> String {
    stamp(path).map_or_else(String::new, |it| format!("{} {}", it.size, it.modified))
}

fn size(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|data| data.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_and_never_meet() {
        let dir = tempfile::tempdir().unwrap();
        let mut list = List::open(dir.path()).unwrap();
        let mut check = |input: &str, extension: &str, expect: &str, ours: bool| {
            let input = dir.path().join(input);
            let (name, own) = list.output(&input, extension);
            assert_eq!((name.as_str(), own), (expect, ours), "{input:?}");
            list.begin(&input, &name, "o").unwrap();
        };
        check("a/x.mp4", "mp4", "x-scored.mp4", false);
        check("b/X.mov", "mp4", "X-b-scored.mp4", false);
        check("b/x.mkv", "mp4", "x-2-scored.mp4", false);
        check("c/b/x.avi", "mp4", "x-3-scored.mp4", false);
        check("a/x.mp4", "mp4", "x-scored.mp4", true);
        check("b/x.mkv", "mp4", "x-2-scored.mp4", true);
        check("a/x.mp4", "wav", "x-scored.wav", false);
        let again = List::open(dir.path()).unwrap();
        assert_eq!(
            again.output(&dir.path().join("b/X.mov"), "mp4"),
            ("X-b-scored.mp4".into(), true)
        );
    }

    #[test]
    fn done_is_done_until_something_changes() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("v.mp4"), b"video").unwrap();
        let mut list = List::open(dir.path()).unwrap();
        let done = |list: &List, options: &str| list.is_done(&at("v.mp4"), "v-scored.mp4", options);
        list.begin(&at("v.mp4"), "v-scored.mp4", "a").unwrap();
        assert!(!done(&list, "a"), "only begun");
        fs::write(at("v-scored.mp4"), b"result").unwrap();
        list.end(&at("v.mp4"), None).unwrap();
        let list = List::open(dir.path()).unwrap();
        assert!(done(&list, "a") && !done(&list, "b"));
        fs::write(at("v-scored.mp4"), b"cut").unwrap();
        assert!(!done(&list, "a"), "the result is another");
        fs::write(at("v-scored.mp4"), b"result").unwrap();
        assert!(done(&list, "a"));
        fs::write(at("v.mp4"), b"longer video").unwrap();
        assert!(!done(&list, "a"), "the video is another");
        let mut list = list;
        list.begin(&at("v.mp4"), "v-scored.mp4", "a").unwrap();
        list.end(&at("v.mp4"), Some("no".into())).unwrap();
        assert!(!done(&list, "a"), "it failed");
    }

    #[test]
    fn another_file_of_that_name_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(NAME), b"{").unwrap();
        assert!(matches!(List::open(dir.path()), Err(BatchError::List { .. })));
        fs::write(
            dir.path().join(NAME),
            br#"{"format":"muvi-batch","version":2,"videos":[]}"#,
        )
        .unwrap();
        assert!(matches!(List::open(dir.path()), Err(BatchError::Foreign { .. })));
    }
}

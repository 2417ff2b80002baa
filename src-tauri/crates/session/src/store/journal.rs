//! What was done since the project was saved: one line each, on the disk before it is confirmed.
//!
//! A line is `["<sum>",<entry>]`. Its sum covers the sum of the line before it and the entry, so that lines that are
//! torn, changed, doubled or lost are noticed. The first line names the format and the generation.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use muvi_timeline::{Edit, Project};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::StoreError;
use super::file::prepare;
use super::snapshot::FORMAT;
use crate::cache::hex;

/// Length of a sum in hex digits.
const SUM: usize = 16;

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "op")]
pub(super) enum Entry {
    /// The first line.
    Start {
        /// Version of the format.
        format: u32,
        /// The generation of `project.json` that the rest goes on from.
        generation: u64,
    },
    /// An edit was applied.
    Edit {
        /// It.
        edit: Edit,
    },
    /// A step of this journal was taken back.
    Undo,
    /// A step of this journal was done again.
    Redo,
    /// Undo or redo went to where this journal doesn't reach.
    State {
        /// How the project is since then.
        project: Box<Project>,
    },
}

/// An open journal.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    /// Bytes that are confirmed; whatever follows was not and is written over.
    good: u64,
    sum: String,
    /// Whether something unconfirmed may follow.
    dirty: bool,
}

impl Journal {
    /// Starts an empty journal in place of the one at `path`.
    pub(super) fn start(path: &Path, generation: u64) -> Result<Self, StoreError> {
        let (part, good, sum) = Self::prepare(path, generation)?;
        part.keep()?;
        Self::resume(path, good, sum)
    }

    /// An empty journal that has no name yet, its length and its sum.
    pub(super) fn prepare(
        path: &Path,
        generation: u64,
    ) -> Result<(muvi_media::Part, u64, String), StoreError> {
        let start = Entry::Start {
            format: FORMAT,
            generation,
        };
        let (line, sum) = line(path, "", &start)?;
        Ok((prepare(path, &line)?, line.len() as u64, sum))
    }

    /// Goes on with a journal whose first `good` bytes end with the line of `sum`.
    pub(super) fn resume(path: &Path, good: u64, sum: String) -> Result<Self, StoreError> {
        let open = || -> std::io::Result<File> {
            let file = File::options().read(true).write(true).open(path)?;
            if file.metadata()?.len() > good {
                file.set_len(good)?;
                file.sync_all()?;
            }
            Ok(file)
        };
        Ok(Self {
            file: open().map_err(StoreError::write(path))?,
            path: path.into(),
            good,
            sum,
            dirty: false,
        })
    }

    /// Writes an entry and waits until it is on the disk.
    pub(super) fn add(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let (line, sum) = line(&self.path, &self.sum, entry)?;
        if let Err(error) = self.put(&line) {
            // What was written of it must not be read later. If even this fails, the next entry tries again.
            self.dirty = self.file.set_len(self.good).is_err();
            return Err(StoreError::write(&self.path)(error));
        }
        self.good += line.len() as u64;
        self.sum = sum;
        Ok(())
    }

    fn put(&mut self, line: &[u8]) -> std::io::Result<()> {
        if self.dirty {
            self.file.set_len(self.good)?;
            self.dirty = false;
        }
        self.file.seek(SeekFrom::Start(self.good))?;
        self.file.write_all(line)?;
        self.file.sync_data()
    }
}

fn line(path: &Path, before: &str, entry: &Entry) -> Result<(Vec<u8>, String), StoreError> {
    let json = serde_json::to_string(entry);
    let json = json.map_err(|error| StoreError::write(path)(std::io::Error::other(error)))?;
    let sum = sum_of(before, json.as_bytes());
    Ok((format!("[\"{sum}\",{json}]\n").into_bytes(), sum))
}

fn sum_of(before: &str, json: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(before.as_bytes());
    hash.update(json);
    let mut text = hex(&hash.finalize());
    text.truncate(SUM);
    text
}

/// A journal as it was found.
#[derive(Debug)]
pub(super) struct Found {
    /// The generation of its header; `None` if that is torn or damaged.
    pub(super) generation: Option<u64>,
    /// The entries, each with where its line ends and its sum.
    pub(super) entries: Vec<(Entry, u64, String)>,
    /// Bytes and sum of the header.
    pub(super) start: (u64, String),
    /// Why reading ended before the end: the number of the line and what is wrong. A last line without its end is
    /// no damage: the process ended before it was confirmed.
    pub(super) damage: Option<(usize, String)>,
}

/// Reads a journal.
///
/// # Errors
/// [`StoreError::Newer`].
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Found, StoreError> {
    let mut found = Found {
        generation: None,
        entries: Vec::new(),
        start: (0, String::new()),
        damage: None,
    };
    let (mut at, mut sum) = (0, String::new());
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let Some(whole) = line.strip_suffix(b"\n") else {
            break;
        };
        let entry = check_line(whole, &sum).and_then(|(next, json)| {
            if index == 0 {
                refuse_newer(path, json)?;
            }
            let entry = serde_json::from_slice(json).map_err(|error| Flaw::Damage(error.to_string()))?;
            Ok((entry, next))
        });
        at += line.len() as u64;
        match entry {
            Ok((Entry::Start { generation, .. }, next)) if index == 0 => {
                found.generation = Some(generation);
                found.start = (at, next.clone());
                sum = next;
            }
            Ok((entry, next)) if index > 0 => {
                found.entries.push((entry, at, next.clone()));
                sum = next;
            }
            Ok(_) => {
                found.damage = Some((index + 1, "its first line is missing".into()));
                break;
            }
            Err(Flaw::Newer(error)) => return Err(error),
            Err(Flaw::Damage(damage)) => {
                found.damage = Some((index + 1, damage));
                break;
            }
        }
    }
    Ok(found)
}

enum Flaw {
    Damage(String),
    Newer(StoreError),
}

fn check_line<'a>(line: &'a [u8], before: &str) -> Result<(String, &'a [u8]), Flaw> {
    let parts = line
        .strip_prefix(b"[\"")
        .and_then(|line| line.split_at_checked(SUM))
        .and_then(|(sum, rest)| Some((sum, rest.strip_prefix(b"\",")?.strip_suffix(b"]")?)));
    let Some((sum, json)) = parts else {
        return Err(Flaw::Damage("it is no entry".into()));
    };
    let real = sum_of(before, json);
    if real.as_bytes() == sum {
        Ok((real, json))
    } else {
        Err(Flaw::Damage("its sum does not fit".into()))
    }
}

fn refuse_newer(path: &Path, json: &[u8]) -> Result<(), Flaw> {
    #[derive(Deserialize)]
    struct Head {
        format: u64,
    }
    match serde_json::from_slice::<Head>(json) {
        Ok(head) if head.format > u64::from(FORMAT) => Err(Flaw::Newer(StoreError::Newer {
            path: path.into(),
            found: head.format,
            known: FORMAT,
        })),
        _ => Ok(()),
    }
}

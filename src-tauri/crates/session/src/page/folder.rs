//! The page's folder: made under another name beside its place, named when it is whole. What is there is replaced
//! only if it is a page of ours and nothing else.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use muvi_media::OutputError;
use serde::Deserialize;
use tempfile::TempDir;

use super::document::MADE_BY;
use super::error::PageProblem;
use crate::error::Error;

/// The files and folders of a page.
const INDEX: &str = "index.html";
const DOCUMENT: &str = "page.json";
const MEDIA: &str = "media";

/// A page that is being made; gone if it is dropped before it is kept.
pub(super) struct Draft {
    temp: TempDir,
    target: PathBuf,
    overwrite: bool,
}

/// What is where the page is to go.
#[derive(Debug, PartialEq, Eq)]
enum There {
    Nothing,
    Empty,
    Page,
}

impl Draft {
    /// Checks the place and makes the folder beside it. `sources` must not lie in what is replaced.
    pub(super) fn create(output: &Path, overwrite: bool, sources: &[&Path]) -> Result<Self, Error> {
        // `folder/` and `folder/.` have the name of the folder.
        let target: PathBuf = output.components().collect();
        let path = || target.clone();
        if target.file_name().is_none() {
            return Err(OutputError::NoName { path: path() }.into());
        }
        let parent = parent(&target);
        if !parent.is_dir() {
            return Err(OutputError::NoFolder { path: path() }.into());
        }
        look(&target, overwrite)?;
        if let Ok(there) = target.canonicalize() {
            let inside = |source: &&&Path| source.canonicalize().is_ok_and(|it| it.starts_with(&there));
            if let Some(source) = sources.iter().find(inside) {
                let source_file = source.to_path_buf();
                return Err(wrong(&target, PageProblem::HoldsSource { source_file }));
            }
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".muvi-page-");
        // As any new folder: readable as the user's mask allows, not private as temporary folders are.
        #[cfg(unix)]
        builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(
            0o777,
        ));
        let made = builder.tempdir_in(parent);
        let temp = made.map_err(|source| OutputError::from_io(&target, source))?;
        let draft = Self {
            temp,
            target,
            overwrite,
        };
        let media = draft.temp.path().join(MEDIA);
        fs::create_dir(media).map_err(|source| draft.failed(source))?;
        Ok(draft)
    }

    /// Where a media file goes, and its path for the page.
    pub(super) fn media(&self, name: &str) -> (PathBuf, String) {
        (self.temp.path().join(MEDIA).join(name), format!("{MEDIA}/{name}"))
    }

    /// Takes the media files away whose names begin so.
    pub(super) fn discard(&self, prefix: &str) -> Result<(), Error> {
        let media = self.temp.path().join(MEDIA);
        let remove = || {
            for entry in fs::read_dir(&media)? {
                let entry = entry?;
                if entry.file_name().to_string_lossy().starts_with(prefix) {
                    fs::remove_file(entry.path())?;
                }
            }
            Ok(())
        };
        remove().map_err(|source| self.failed(source))
    }

    /// Writes the page, gives the folder its name; gives the name and the bytes in it.
    pub(super) fn keep(self, index: &str, document: &[u8]) -> Result<(PathBuf, u64), Error> {
        let folder = self.temp.path();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes);
        write(INDEX, index.as_bytes()).map_err(|source| self.failed(source))?;
        write(DOCUMENT, document).map_err(|source| self.failed(source))?;
        let bytes = size(folder).map_err(|source| self.failed(source))?;
        // Somebody may have used the name meanwhile.
        let there = look(&self.target, self.overwrite)?;
        let old = match there {
            There::Nothing => None,
            There::Empty => {
                fs::remove_dir(&self.target).map_err(|source| self.failed(source))?;
                None
            }
            There::Page => {
                let aside = tempfile::Builder::new()
                    .prefix(".muvi-page-")
                    .tempdir_in(parent(&self.target));
                let aside = aside.map_err(|source| self.failed(source))?;
                fs::rename(&self.target, aside.path().join("old")).map_err(|source| self.failed(source))?;
                Some(aside)
            }
        };
        if let Err(source) = fs::rename(folder, &self.target) {
            if let Some(aside) = &old {
                // Back to what was there; if that fails too, the error says enough.
                let _ = fs::rename(aside.path().join("old"), &self.target);
            }
            return Err(self.failed(source));
        }
        let _renamed = self.temp.keep();
        Ok((self.target, bytes))
    }

    fn failed(&self, source: io::Error) -> Error {
        OutputError::from_io(&self.target, source).into()
    }
}

/// What is at `target`, if a page may go there.
fn look(target: &Path, overwrite: bool) -> Result<There, Error> {
    let Ok(there) = fs::symlink_metadata(target) else {
        return Ok(There::Nothing);
    };
    if !there.is_dir() {
        return Err(wrong(target, PageProblem::Foreign));
    }
    let failed = |source| Error::from(OutputError::from_io(target, source));
    let mut names = Vec::new();
    for entry in fs::read_dir(target).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    if names.is_empty() {
        return Ok(There::Empty);
    }
    if !is_ours(target) {
        return Err(wrong(target, PageProblem::Foreign));
    }
    names.sort();
    if let Some(found) = names
        .into_iter()
        .find(|it| ![INDEX, DOCUMENT, MEDIA].contains(&it.as_str()))
    {
        return Err(wrong(target, PageProblem::Mixed { found }));
    }
    if !overwrite {
        let path = target.to_path_buf();
        return Err(OutputError::Exists { path }.into());
    }
    Ok(There::Page)
}

fn is_ours(folder: &Path) -> bool {
    #[derive(Deserialize)]
    struct Mark {
        made_by: String,
    }
    let bytes = fs::read(folder.join(DOCUMENT)).unwrap_or_default();
    serde_json::from_slice::<Mark>(&bytes).is_ok_and(|mark| mark.made_by == MADE_BY)
}

fn wrong(target: &Path, problem: PageProblem) -> Error {
    let path = target.to_path_buf();
    Error::Page { path, problem }
}

fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let what = entry.metadata()?;
        bytes += if what.is_dir() {
            size(&entry.path())?
        } else {
            what.len()
        };
    }
    Ok(bytes)
}

fn parent(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Vec<u8> {
        format!("{{\"made_by\":\"{MADE_BY}\"}}").into_bytes()
    }

    #[test]
    fn a_page_gets_its_name_when_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("page");
        let draft = Draft::create(&dir.path().join("page/"), false, &[]).unwrap();
        let (media, relative) = draft.media("a.mp4");
        fs::write(media, b"abc").unwrap();
        assert_eq!(relative, "media/a.mp4");
        assert!(!target.exists());
        let (path, bytes) = draft.keep("<html>", &document()).unwrap();
        assert_eq!((path, bytes), (target.clone(), 3 + 6 + document().len() as u64));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let plain = dir.path().join("plain");
            fs::create_dir(&plain).unwrap();
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode(&target), mode(&plain), "others may read it as any folder");
        }
        drop(Draft::create(&dir.path().join("other"), false, &[]).unwrap());
        assert!(!dir.path().join("other").exists());
    }

    #[test]
    fn only_pages_of_ours_are_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("page");
        let make = |overwrite| Draft::create(&target, overwrite, &[]);
        make(false).unwrap().keep("one", &document()).unwrap();
        let taken = make(false).err().unwrap();
        assert!(taken.existing_output().is_some(), "{taken}");
        make(true).unwrap().keep("two", &document()).unwrap();
        assert_eq!(fs::read_to_string(target.join(INDEX)).unwrap(), "two");
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            1,
            "the old one is gone"
        );

        let source = target.join("media/x.mp4");
        fs::write(&source, b"x").unwrap();
        let problem = |made: Result<Draft, Error>| match made.err().unwrap() {
            Error::Page { problem, .. } => problem,
            other => panic!("{other}"),
        };
        let holds = problem(Draft::create(&target, true, &[&source]));
        assert!(matches!(holds, PageProblem::HoldsSource { .. }), "{holds}");
        fs::write(target.join("mine.txt"), b"x").unwrap();
        assert!(matches!(problem(make(true)), PageProblem::Mixed { found } if found == "mine.txt"));

        let foreign = dir.path().join("holiday");
        fs::create_dir(&foreign).unwrap();
        drop(Draft::create(&foreign, false, &[]).unwrap());
        fs::write(foreign.join("photo.jpg"), b"x").unwrap();
        assert!(matches!(
            problem(Draft::create(&foreign, true, &[])),
            PageProblem::Foreign
        ));
        let file = foreign.join("photo.jpg");
        assert!(matches!(
            problem(Draft::create(&file, true, &[])),
            PageProblem::Foreign
        ));
        let nowhere = Draft::create(&dir.path().join("no/page"), false, &[])
            .err()
            .unwrap();
        assert!(matches!(nowhere, Error::Output(OutputError::NoFolder { .. })));
    }

    #[test]
    fn a_name_that_was_taken_meanwhile_stays() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("page");
        let draft = Draft::create(&target, true, &[]).unwrap();
        fs::create_dir(&target).unwrap();
        fs::write(target.join("a"), b"x").unwrap();
        assert!(draft.keep("x", &document()).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}

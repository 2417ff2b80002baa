//! Which results of other systems belong to which video.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::PageProblem;
use super::request::OtherMusic;
use crate::error::Error;

/// What counts as media in a folder; it may hold notes of the same name.
const MEDIA: [&str; 18] = [
    "wav", "flac", "mp3", "m4a", "aac", "ogg", "oga", "opus", "aif", "aiff", "mp4", "m4v", "mov", "mkv",
    "webm", "avi", "mpg", "mpeg",
];

/// For each video its results, in the order in which they were given: the system and the file.
pub(super) fn by_video(
    others: &[OtherMusic],
    videos: &[PathBuf],
) -> Result<Vec<Vec<(String, PathBuf)>>, Error> {
    let mut found: Vec<Vec<(String, PathBuf)>> = vec![Vec::new(); videos.len()];
    for other in others {
        let wrong = |problem| Error::Page {
            path: other.path.clone(),
            problem,
        };
        let name = || other.name.clone();
        let files = if other.path.is_dir() {
            listing(&other.path)
        } else if other.path.exists() {
            vec![other.path.clone()]
        } else {
            return Err(wrong(PageProblem::OtherMissing { name: name() }));
        };
        let alone = videos.len() == 1 && !other.path.is_dir();
        let mut matched = false;
        for (video, place) in videos.iter().zip(&mut found) {
            for file in files.iter().filter(|file| alone || same_stem(file, video)) {
                if place.iter().any(|(taken, _)| *taken == other.name) {
                    let video = video.display().to_string();
                    return Err(wrong(PageProblem::OtherTwice { name: name(), video }));
                }
                place.push((name(), file.clone()));
                matched = true;
            }
        }
        if !matched {
            return Err(wrong(PageProblem::OtherUnmatched { name: name() }));
        }
    }
    Ok(found)
}

/// The files of a folder, by name. One that can't be read is empty: nothing in it belongs to a video.
fn listing(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && is_media(path))
        .collect();
    files.sort();
    files
}

fn is_media(path: &Path) -> bool {
    let extension = path
        .extension()
        .map(|it| it.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|it| MEDIA.contains(&it.as_str()))
}

fn same_stem(a: &Path, b: &Path) -> bool {
    matches!((a.file_stem(), b.file_stem()), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_belong_to_the_video_of_their_name() {
        let dir = tempfile::tempdir().unwrap();
        let place = |name: &str| dir.path().join(name);
        fs::create_dir(place("rival")).unwrap();
        for name in ["rival/b.wav", "rival/a.mp3", "rival/a.txt", "a.flac", "any.ogg"] {
            fs::write(place(name), b"x").unwrap();
        }
        let videos = [
            PathBuf::from("in/a.mp4"),
            PathBuf::from("in/b.mov"),
            PathBuf::from("in/c.mov"),
        ];
        let other = |name: &str, path: &str| OtherMusic {
            name: name.into(),
            path: place(path),
        };
        let found = by_video(&[other("Rival", "rival"), other("Third", "a.flac")], &videos).unwrap();
        let pair = |name: &str, path: &str| (name.to_owned(), place(path));
        assert_eq!(found[0], [pair("Rival", "rival/a.mp3"), pair("Third", "a.flac")]);
        assert_eq!(found[1], [pair("Rival", "rival/b.wav")]);
        assert_eq!(found[2], []);
        // One video alone: the name doesn't matter.
        let alone = by_video(&[other("Rival", "any.ogg")], &videos[..1]).unwrap();
        assert_eq!(alone[0], [pair("Rival", "any.ogg")]);

        let problem = |others: &[OtherMusic]| match by_video(others, &videos) {
            Err(Error::Page { problem, .. }) => problem,
            other => panic!("{other:?}"),
        };
        assert!(matches!(
            problem(&[other("X", "no.wav")]),
            PageProblem::OtherMissing { .. }
        ));
        assert!(matches!(
            problem(&[other("X", "any.ogg")]),
            PageProblem::OtherUnmatched { .. }
        ));
        let twice = [other("X", "rival"), other("X", "a.flac")];
        assert!(matches!(problem(&twice), PageProblem::OtherTwice { .. }));
    }
}

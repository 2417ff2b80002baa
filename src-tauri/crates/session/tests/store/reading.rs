//! Projects that are only looked at.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use muvi_session::store::{Document, Problem, Reading};

use crate::kit::{Kit, add_hit, add_take};

/// Every file below a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(contents(&path));
        } else {
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    all
}

fn frames(reading: &Reading) -> Vec<u64> {
    reading.project().hits.iter().map(|hit| hit.frame).collect()
}

#[test]
fn an_open_project_is_read_with_its_unsaved_changes_and_left_alone() {
    let kit = Kit::new();
    let mut document = kit.create();
    document.apply(&add_hit(7)).unwrap();
    let take = add_take(&mut document);
    let before = contents(document.folder());
    let reading = Reading::open(document.folder()).unwrap();
    assert_eq!(frames(&reading), [7]);
    assert_eq!(**reading.project(), *document.project());
    assert_eq!(
        (reading.name(), reading.folder()),
        (document.name(), document.folder())
    );
    assert!(reading.take_files(take).audio.is_file() && reading.problems().is_empty());
    assert_eq!(contents(document.folder()), before);
    // The lock is where it was, and the document goes on.
    assert_eq!(
        Document::open(&kit.places, document.folder()).unwrap_err().code(),
        "in_use"
    );
    document.apply(&add_hit(9)).unwrap();
    document.save().unwrap();
    document.apply(&add_hit(11)).unwrap();
    assert_eq!(frames(&Reading::open(document.folder()).unwrap()), [7, 9, 11]);
}

#[test]
fn what_is_wrong_is_said_and_not_repaired() {
    let kit = Kit::new();
    let mut document = kit.create();
    document.apply(&add_hit(7)).unwrap();
    document.save().unwrap();
    let take = add_take(&mut document);
    let folder = document.folder().to_owned();
    fs::remove_file(document.take_files(take).audio).unwrap();
    drop(document);
    fs::write(folder.join("project.json"), b"{ half").unwrap();
    fs::remove_file(kit.path("film.mov")).unwrap();
    let before = contents(&folder);
    let reading = Reading::open(&folder).unwrap();
    let codes: Vec<_> = reading.problems().iter().map(Problem::code).collect();
    assert_eq!(codes, ["backup_used", "video_missing", "takes_missing"]);
    assert_eq!(frames(&reading), [7]);
    assert_eq!(contents(&folder), before);
    let nothing = Reading::open(&kit.path("data")).unwrap_err();
    assert_eq!(nothing.code(), "not_a_project");
}

#[test]
fn a_project_that_is_saved_all_the_time_is_read_whole() {
    let kit = Kit::new();
    let mut document = kit.create();
    let folder = document.folder().to_owned();
    let reader = std::thread::spawn(move || {
        let mut seen = 0;
        for _ in 0..60 {
            let reading = Reading::open(&folder).unwrap();
            let now = reading.project().hits.len();
            // What was confirmed once is never lost from sight.
            assert!(
                now >= seen && reading.problems().is_empty(),
                "{:?}",
                reading.problems()
            );
            seen = now;
        }
        seen
    });
    for frame in 0..2000 {
        document.apply(&add_hit(frame)).unwrap();
        document.save().unwrap();
        if reader.is_finished() {
            break;
        }
    }
    reader.join().unwrap();
}

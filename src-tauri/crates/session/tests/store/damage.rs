//! Files that are torn, changed, gone, or too new.

use std::fs;
use std::path::PathBuf;

use muvi_session::store::{Document, Problem};
use muvi_timeline::{Edit, Project, TakeId};

use crate::kit::{Kit, add_hit, add_take, codes, edit, frames};

/// A closed project whose journal has edits, undo, redo and a state, and the project after each of its lines.
fn with_journal(kit: &Kit) -> (PathBuf, Vec<Project>) {
    let mut document = kit.create();
    document.apply(&edit(0)).unwrap();
    document.save().unwrap();
    let mut states = vec![document.history().numbered()];
    type Act = fn(&mut Document);
    let acts: [Act; 8] = [
        |it| assert!(it.apply(&edit(1)).unwrap()),
        |it| assert!(it.apply(&edit(2)).unwrap()),
        |it| assert!(it.undo().unwrap()),
        |it| assert!(it.redo().unwrap()),
        |it| assert!(it.undo().unwrap()),
        |it| assert!(it.undo().unwrap()),
        // Before the save: the journal doesn't reach there.
        |it| assert!(it.undo().unwrap()),
        |it| assert!(it.apply(&edit(3)).unwrap()),
    ];
    for act in acts {
        act(&mut document);
        states.push(document.history().numbered());
    }
    (document.folder().to_owned(), states)
}

#[test]
fn a_torn_journal_gives_all_whole_lines() {
    let kit = Kit::new();
    let (folder, states) = with_journal(&kit);
    let path = folder.join("journal.jsonl");
    let whole = fs::read(&path).unwrap();
    for length in 0..=whole.len() {
        let torn = &whole[..length];
        fs::write(&path, torn).unwrap();
        let lines = torn.iter().filter(|byte| **byte == b'\n').count();
        let expect = &states[lines.saturating_sub(1)];
        let mut document = kit.open(&folder);
        assert_eq!(&document.history().numbered(), expect, "at byte {length}");
        let quiet = document
            .problems()
            .iter()
            .all(|it| matches!(it, Problem::Recovered { .. }));
        assert!(quiet, "at byte {length}: {:?}", document.problems());
        if length % 41 == 0 {
            document.apply(&add_hit(9000)).unwrap();
            let expect = document.history().numbered();
            drop(document);
            assert_eq!(kit.open(&folder).history().numbered(), expect, "at byte {length}");
        }
    }
}

#[test]
fn a_changed_journal_gives_what_was_before_the_change() {
    let kit = Kit::new();
    let (folder, states) = with_journal(&kit);
    let path = folder.join("journal.jsonl");
    let whole = fs::read(&path).unwrap();
    for place in (0..whole.len()).step_by(13) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        let lines = bytes[..place].iter().filter(|byte| **byte == b'\n').count();
        fs::write(&path, &bytes).unwrap();
        let document = kit.open(&folder);
        assert_eq!(
            document.history().numbered(),
            states[lines.saturating_sub(1)],
            "byte {place}"
        );
        let Some(Problem::JournalDamaged { line, kept, .. }) = document.problems().first() else {
            panic!("byte {place}: {:?}", document.problems());
        };
        assert_eq!(*line, lines + 1);
        assert_eq!(fs::read(kept).unwrap(), bytes, "the damaged journal is kept");
        let kept = kept.clone();
        drop(document);
        assert!(
            !codes(&kit.open(&folder)).contains(&"journal_damaged"),
            "it is told once"
        );
        fs::remove_file(kept).unwrap();
    }
    // A line that is lost or doubled is noticed too.
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    for order in [[0, 1, 3, 4], [0, 1, 1, 2], [1, 2, 3, 4]] {
        fs::write(&path, order.map(|line| lines[line]).concat()).unwrap();
        assert!(
            codes(&kit.open(&folder)).contains(&"journal_damaged"),
            "{order:?}"
        );
    }
}

#[test]
fn a_damaged_project_file_is_brought_back_whole() {
    let kit = Kit::new();
    let (folder, states) = with_journal(&kit);
    let expect = states.last().unwrap();
    let path = folder.join("project.json");
    let whole = fs::read_to_string(&path).unwrap();
    for damaged in [
        whole[..whole.len() / 2].to_owned(),
        String::new(),
        whole.replace("\"cues\"", "\"qs\""),
    ] {
        fs::write(&path, &damaged).unwrap();
        let document = kit.open(&folder);
        let mut real = document.history().numbered();
        real.next_hit = expect.next_hit;
        assert_eq!(&real, expect);
        let Some(Problem::BackupUsed { kept, whole, .. }) = document.problems().first() else {
            panic!("{:?}", document.problems());
        };
        assert!(*whole && fs::read_to_string(kept).unwrap() == damaged);
        drop(document);
        let again = kit.open(&folder);
        assert!(
            codes(&again).is_empty() && again.saved(),
            "{:?}",
            again.problems()
        );
    }
    // Also before anything was saved.
    let mut fresh = kit.create();
    fresh.apply(&add_hit(5)).unwrap();
    let fresh_folder = fresh.folder().to_owned();
    drop(fresh);
    fs::write(fresh_folder.join("project.json"), "").unwrap();
    assert_eq!(frames(&kit.open(&fresh_folder)), [5]);

    fs::remove_file(&path).unwrap();
    assert_eq!(kit.open(&folder).project().hits, expect.hits);
    // Without its journal the backup is all there is, and it says so.
    let mut document = kit.open(&folder);
    document.apply(&add_hit(8000)).unwrap();
    document.save().unwrap();
    drop(document);
    fs::write(&path, "{").unwrap();
    fs::remove_file(folder.join("journal.bak.jsonl")).unwrap();
    let document = kit.open(&folder);
    let part = |it: &Problem| matches!(it, Problem::BackupUsed { whole: false, .. });
    assert!(document.problems().iter().any(part), "{:?}", document.problems());
}

#[test]
fn what_is_beyond_help_is_refused_with_the_reason() {
    let kit = Kit::new();
    let document = kit.create();
    let folder = document.folder().to_owned();
    let path = folder.join("project.json");
    document.close();
    fs::remove_file(folder.join("project.json.bak")).unwrap();
    let check = |content: &str, message: &str, code: &str| {
        fs::write(&path, content).unwrap();
        assert_eq!(
            kit.refused(&folder),
            (
                message.to_owned(),
                match code {
                    "damaged" => "damaged",
                    _ => "newer",
                }
            )
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), content, "it is left alone");
    };
    let whole = fs::read_to_string(&path).unwrap();
    check(
        "{\n  \"muvi_project\": 1,\n  oops",
        "~/data/projects/film.muvi/project.json: is damaged at line 3, column 3; restore it from a copy",
        "damaged",
    );
    check(
        &whole.replace("\"frames\": 10000", "\"frames\": 0"),
        "~/data/projects/film.muvi/project.json: is damaged at line 0, column 0; restore it from a copy",
        "damaged",
    );
    check(
        &whole.replace("\"muvi_project\": 2", "\"muvi_project\": 7"),
        "~/data/projects/film.muvi/project.json: was saved by a newer MuVi Studio (format 7, this one reads up to 2); \
         update MuVi Studio to open it",
        "newer",
    );
    fs::write(&path, &whole).unwrap();
    kit.open(&path).close();

    fs::create_dir(kit.path("photos")).unwrap();
    for (name, message, code) in [
        (
            "photos",
            "~/photos: is no MuVi project; choose a folder that ends in .muvi, or a video",
            "not_a_project",
        ),
        (
            "film.mov",
            "~/film.mov: is no MuVi project; choose a folder that ends in .muvi, or a video",
            "not_a_project",
        ),
        (
            "gone",
            "~/gone: is not there (moved, renamed or on a disk that is not connected?)",
            "not_found",
        ),
    ] {
        assert_eq!(kit.refused(&kit.path(name)), (message.to_owned(), code));
    }
}

#[test]
fn a_crash_between_the_steps_of_a_save_neither_loses_nor_doubles() {
    let kit = Kit::new();
    let mut document = kit.create();
    let folder = document.folder().to_owned();
    let file = |name: &str| folder.join(name);
    for frame in [10, 20, 30] {
        document.apply(&add_hit(frame)).unwrap();
    }
    let (old_project, old_journal) = (
        fs::read(file("project.json")).unwrap(),
        fs::read(file("journal.jsonl")).unwrap(),
    );
    document.save().unwrap();
    drop(document);
    let new_project = fs::read(file("project.json")).unwrap();
    type Files<'a> = (&'a [u8], Option<&'a [u8]>);
    let steps: [Files; 4] = [
        (&old_project, Some(&old_journal)),
        (&new_project, Some(&old_journal)),
        (&new_project, None),
        (&new_project, Some(b"")),
    ];
    for (step, (project, journal)) in steps.into_iter().enumerate() {
        fs::write(file("project.json"), project).unwrap();
        let _ = fs::remove_file(file("journal.jsonl"));
        if let Some(journal) = journal {
            fs::write(file("journal.jsonl"), journal).unwrap();
        }
        let mut document = kit.open(&folder);
        assert_eq!(frames(&document), [10, 20, 30], "step {step}");
        document.apply(&add_hit(40)).unwrap();
        drop(document);
        assert_eq!(frames(&kit.open(&folder)), [10, 20, 30, 40], "step {step}");
    }
}

#[test]
fn takes_and_videos_that_are_gone_are_named() {
    let kit = Kit::new();
    let mut document = kit.create();
    let (first, second) = (add_take(&mut document), add_take(&mut document));
    fs::remove_file(document.take_files(second).audio).unwrap();
    assert!(document.look_after_files());
    assert_eq!(document.missing_takes(), [second]);
    assert!(
        document.problems()[0]
            .to_string()
            .starts_with("The sound of some takes is missing: 2.wav.")
    );
    document.apply(&Edit::RemoveTake { take: second }).unwrap();
    assert_eq!((document.look_after_files(), codes(&document).len()), (true, 0));

    fs::write(kit.path("film.mov"), b"A film").unwrap();
    document.look_after_files();
    assert_eq!(codes(&document), ["video_changed"]);
    fs::remove_file(kit.path("film.mov")).unwrap();
    document.look_after_files();
    assert_eq!(codes(&document), ["video_missing"]);
    assert_eq!(first, TakeId(1));
}

#[test]
fn a_video_that_moved_with_its_project_is_found() {
    let kit = Kit::new();
    fs::create_dir_all(kit.path("here/rushes")).unwrap();
    fs::rename(kit.path("film.mov"), kit.path("here/rushes/film.mov")).unwrap();
    let video = crate::kit::video(&kit.path("here/rushes/film.mov"));
    let mut document =
        Document::create(&kit.places, video, muvi_timeline::Rate::hz(48_000).unwrap()).unwrap();
    document.save_as(&kit.path("here/Trip")).unwrap();
    document.close();
    fs::rename(kit.path("here"), kit.path("there")).unwrap();
    let document = kit.open(&kit.path("there/Trip.muvi"));
    assert_eq!(codes(&document), ["video_found"]);
    assert_eq!(document.project().video.path, kit.path("there/rushes/film.mov"));
    drop(document);
    assert_eq!(codes(&kit.open(&kit.path("there/Trip.muvi"))), ["recovered"]);
}

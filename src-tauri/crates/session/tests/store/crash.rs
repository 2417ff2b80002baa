//! Killed in the middle.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use muvi_session::store::{Document, Places, StoreError};

use crate::kit::{Kit, child, codes, edit, frames};

/// Applies edits until it is killed, with an undo, a redo and a save now and then, and says what is confirmed.
#[test]
#[ignore = "a process for the tests beside it"]
fn child_edits_for_ever() {
    let Some(folder) = std::env::var_os("MUVI_TEST_PROJECT") else {
        return;
    };
    let places = Places::at(Path::new(&folder).join("../.."));
    let mut document = Document::open(&places, Path::new(&folder)).unwrap();
    println!("pid {}", std::process::id());
    for k in 0.. {
        document.apply(&edit(k)).unwrap();
        println!("did {k}");
        if k % 10 == 9 {
            assert!(document.undo().unwrap());
            println!("undid {k}");
            assert!(document.redo().unwrap());
            println!("did {k}");
        }
        if k % 16 == 15 {
            document.save().unwrap();
        }
    }
}

/// What the project is after the first edits, by the same code without a disk in between.
fn expected(base: &muvi_timeline::Project, edits: u32) -> muvi_timeline::Project {
    let mut history = muvi_timeline::History::new(std::sync::Arc::new(base.clone()));
    for k in 0..edits {
        history.apply(&edit(k)).unwrap();
    }
    history.numbered()
}

#[test]
fn whoever_is_killed_loses_nothing_that_was_confirmed() {
    for lines in [3, 17, 40, 111, 180] {
        let kit = Kit::new();
        let document = kit.create();
        let (folder, base) = (document.folder().to_owned(), document.project());
        document.close();
        let mut process = child("crash::child_edits_for_ever")
            .env("MUVI_TEST_PROJECT", &folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut heard: Vec<String> = Vec::new();
        while heard.len() < lines {
            let line = told.next().unwrap().unwrap();
            // The test harness says things too.
            if line.contains("did ") {
                heard.push(line);
            }
        }
        process.kill().unwrap();
        process.wait().unwrap();
        // What was in the pipe was confirmed as well.
        heard.extend(told.map_while(Result::ok).filter(|line| line.contains("did ")));

        let (word, k) = heard.last().unwrap().rsplit_once(' ').unwrap();
        let k: u32 = k.parse().unwrap();
        let confirmed = if word.ends_with("undid") { k } else { k + 1 };
        let document = kit.open(&folder);
        let real = document.history().numbered();
        // One more may have reached the disk without being confirmed: the next edit, or the undo or redo of this one.
        let mut allowed = [confirmed, confirmed + 1, confirmed.saturating_sub(1)].map(|edits| {
            let mut project = expected(&base, edits);
            project.next_hit = real.next_hit;
            project
        });
        if !(word.ends_with("did") && k % 10 == 9) {
            allowed[2] = allowed[0].clone();
        }
        let mut real = real;
        real.video = allowed[0].video.clone();
        assert!(
            allowed.contains(&real),
            "after {:?} there is {:?}",
            heard.last(),
            frames(&document)
        );
        let harmless = codes(&document).iter().all(|code| *code == "recovered");
        assert!(harmless, "{:?}", document.problems());
    }
}

#[test]
fn one_process_at_a_time() {
    let kit = Kit::new();
    let document = kit.create();
    let folder = document.folder().to_owned();
    let pid = std::process::id();
    assert_eq!(
        kit.refused(&folder),
        (
            format!(
                "~/data/projects/film.muvi: is open in another MuVi Studio (process {pid}); close it there first"
            ),
            "in_use"
        )
    );
    document.close();
    let mut process = child("crash::child_edits_for_ever")
        .env("MUVI_TEST_PROJECT", &folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let told = BufReader::new(process.stdout.take().unwrap()).lines();
    told.map_while(Result::ok)
        .find(|line| line.contains("did "))
        .unwrap();
    match Document::open(&kit.places, &folder) {
        Err(StoreError::InUse { pid, .. }) => assert_eq!(pid, Some(process.id())),
        other => panic!("{other:?}"),
    }
    process.kill().unwrap();
    process.wait().unwrap();
    // The lock of a dead process binds nobody.
    kit.open(&folder);
}

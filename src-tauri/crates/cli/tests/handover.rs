//! `muvi handover`: a project that the window may have open goes to other tools; what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;
#[path = "common/project.rs"]
mod project;

use std::fs;

use common::{Place, probe, seconds, streams};
use project::project;

#[test]
fn a_project_is_handed_over() {
    let place = Place::new();
    let (_, mut document) = project(&place);
    fs::create_dir(place.path("plain")).unwrap();

    let report = place.muvi("handover Film.muvi -o . --json".split(' ')).report();
    assert_eq!(report["event"], "handed_over");
    let out = place.path("Film hand-over");
    let read =
        |name: &str| fs::read_to_string(out.join(name)).unwrap_or_else(|_| panic!("{name} is missing"));
    let otio: serde_json::Value = serde_json::from_str(&read("Film.otio")).unwrap();
    assert_eq!(otio["OTIO_SCHEMA"], "Timeline.1");
    assert!(read("Film.fcpxml").contains("<fcpxml version=\"1.10\">"));
    assert!(read("Film.edl").starts_with("TITLE:"));
    assert!(fs::read(out.join("Film.mid")).unwrap().starts_with(b"MThd"));
    for name in [
        "Film markers.edl",
        "Film markers.csv",
        "Film cue sheet.html",
        "Film cue sheet.csv",
        "Film hit report.csv",
    ] {
        assert!(!read(name).is_empty(), "{name}");
    }
    let sound: Vec<_> = fs::read_dir(out.join("audio")).unwrap().collect();
    let sound = probe(&sound.into_iter().next().unwrap().unwrap().path());
    assert_eq!(streams(&sound, "audio").len(), 1);
    assert!((seconds(&sound["format"]["duration"]) - 6.0).abs() < 0.01);
    assert_eq!(report["files"].as_array().unwrap().len(), 10);

    // What is there stays; with --force it is replaced, and what is not ours is left alone.
    fs::write(out.join("mine.txt"), b"mine").unwrap();
    let before = place.listing();
    let check = |words: &str, code: i32, message: &str| {
        let ran = place.muvi(["handover"].into_iter().chain(words.split(' ')));
        assert_eq!(ran.code, Some(code), "{words}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(message), "{words}: {}", ran.stderr);
        assert_eq!(place.listing(), before, "{words}");
    };
    check("Film.muvi -o .", 5, "exists");
    check("Film.muvi -o . --force --formats midi,csv", 0, "");
    assert!(out.join("mine.txt").is_file());
    check("Film.muvi", 2, "--output");
    check("Film.muvi -o . --formats aaf", 2, "aaf");
    check("plain -o .", 4, "plain");
    check("nothing.muvi -o .", 3, "nothing.muvi");
    check("Film.muvi -o nowhere", 5, "nowhere");
    // The window has it open all the while, and goes on.
    document.undo().unwrap();
}

//! `muvi export`: a project that the window may have open becomes files; what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;
#[path = "common/project.rs"]
mod project;

use std::fs;
use std::path::Path;

use common::{Place, packets, probe, run, seconds, streams};
use project::project;

/// What ffmpeg's own meter says, in LUFS.
fn lufs(path: &Path) -> f64 {
    let mut command = std::process::Command::new("ffmpeg");
    command.args(["-nostdin", "-hide_banner", "-i"]).arg(path);
    command.args(["-map", "0:a:0", "-af", "ebur128", "-f", "null", "-"]);
    let said = run(command).stderr;
    let summary = &said[said.rfind("Summary:").unwrap()..];
    let after = &summary[summary.find("I:").unwrap() + 2..];
    after.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn a_project_becomes_files_while_it_is_open() {
    let place = Place::new();
    let (_, mut document) = project(&place);
    let before = place.listing();

    let words = "export Film.muvi -o out.mov --tracks mix,music,temp --loudness -16 --json";
    let report = place.muvi(words.split(' ')).report();
    let out = place.path("out.mov");
    let probed = probe(&out);
    assert_eq!(streams(&probed, "audio").len(), 3);
    assert_eq!(
        packets(&out),
        packets(&place.path("film.mp4")),
        "the picture is copied"
    );
    assert_eq!(report["event"], "exported");
    let found = lufs(&out);
    assert!((found + 16.0).abs() < 0.5, "{found} LUFS, {report}");

    // The second half, then all of it as stems, which have no picture to name.
    let of_part = |name: &str, range: &str| {
        let words = format!("export Film.muvi/project.json -o {name} --range {range}");
        let ran = place.muvi(words.split(' '));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let part = seconds(&probe(&place.path(name))["format"]["duration"]);
        assert!((part - 2.2).abs() < 0.06, "{part}");
        packets(&place.path(name))
    };
    let counted = of_part("part.mp4", "00:00:03:00-00:00:05:05");
    // The same frames by the timecode that the video carries.
    assert_eq!(of_part("own.mp4", "10:00:03:00-10:00:05:05"), counted);
    let ran = place.muvi("export Film.muvi --stems stems".split(' '));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let stems: Vec<_> = fs::read_dir(place.path("stems")).unwrap().collect();
    assert_eq!(stems.len(), 3, "{stems:?}");
    for stem in stems {
        let stem = probe(&stem.unwrap().path());
        assert!(
            (seconds(&stem["format"]["duration"]) - 6.0).abs() < 0.01,
            "{stem}"
        );
    }

    // Nothing else has come into being, and the window goes on.
    let mut after = place.listing();
    after.retain(|name| !before.contains(name));
    assert_eq!(after, ["out.mov", "own.mp4", "part.mp4", "stems"]);
    document.undo().unwrap();
}

#[test]
fn what_is_refused() {
    let place = Place::new();
    let (folder, document) = project(&place);
    fs::write(place.path("there.mp4"), b"mine").unwrap();
    fs::create_dir(place.path("plain")).unwrap();
    let before = place.listing();
    let check = |words: &str, code: i32, message: &str| {
        let ran = place.muvi(["export"].into_iter().chain(words.split(' ')));
        assert_eq!(ran.code, Some(code), "{words}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{words}: {}", ran.stderr);
        assert_eq!(place.listing(), before, "{words}");
    };
    check("Film.muvi", 2, "--output");
    check("Film.muvi -o a.mp4 --loudness 3", 2, "--loudness");
    check("Film.muvi -o a.mp4 --tracks drums", 2, "--tracks");
    check("Film.muvi -o a.mp4 --range soon", 2, "soon");
    check(
        "Film.muvi -o a.mp4 --range 00:00:04:00-00:00:02:00",
        2,
        "00:00:04:00",
    );
    check(
        "Film.muvi -o a.mp4 --range 00:00:04:00-00:00:08:00",
        2,
        "does not lie in the picture",
    );
    check("Film.muvi -o a.mp4 --range loop", 2, "no loop");
    check("Film.muvi -o there.mp4", 5, "there.mp4: exists");
    check("Film.muvi -o no/where.mp4", 5, "no/where.mp4");
    check("plain -o a.mp4", 4, "plain");
    check("nothing.muvi -o a.mp4", 3, "nothing.muvi");
    assert_eq!(fs::read(place.path("there.mp4")).unwrap(), b"mine");

    // A video that is gone, and a take.
    let film = place.path("film.mp4");
    fs::rename(&film, place.path("plain/film.mp4")).unwrap();
    let ran = place.muvi("export Film.muvi -o a.mp4".split(' '));
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    fs::rename(place.path("plain/film.mp4"), &film).unwrap();
    let take = document.project().cues[0].take.unwrap();
    fs::remove_file(folder.join(format!("takes/{take}.wav"))).unwrap();
    let ran = place.muvi("export Film.muvi -o a.mp4".split(' '));
    assert!(ran.stderr.contains("generate them anew"), "{}", ran.stderr);
    assert_ne!(ran.code, Some(0));
}

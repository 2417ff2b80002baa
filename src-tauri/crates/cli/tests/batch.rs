//! Many videos at once: what fails doesn't stop the others, and a second run does only what is missing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use common::{Place, Ran, finish, packets, probe, streams};
use serde_json::Value;

/// A batch over `clips`, and its last JSON line.
fn batch(place: &Place, extra: &[&str]) -> (Ran, Value) {
    let words = ["score", "clips", "--out-dir", "out", "--steps", "1", "--json"];
    let ran = place.muvi(words.iter().chain(extra));
    let last = ran.json().pop().unwrap();
    (ran, last)
}

fn counts(report: &Value) -> [u64; 4] {
    ["done", "skipped", "failed", "left"].map(|it| report[it].as_u64().unwrap_or_else(|| panic!("{report}")))
}

fn events(ran: &Ran, name: &str) -> Vec<Value> {
    ran.json().into_iter().filter(|it| it["event"] == name).collect()
}

fn written(path: &Path) -> SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

/// Three videos, one of them in a folder of its own under the name of another, a broken one, and no video.
fn clips(place: &Place) {
    fs::create_dir_all(place.path("clips/deep")).unwrap();
    place.video("clips/a.mp4", 2.0);
    place.video("clips/c.mov", 2.4);
    fs::copy(place.path("clips/a.mp4"), place.path("clips/deep/a.mp4")).unwrap();
    fs::write(place.path("clips/b.mp4"), b"this is no video at all").unwrap();
    fs::write(place.path("clips/notes.txt"), b"nor is this").unwrap();
}

#[test]
fn a_failing_video_among_good_ones_and_what_a_second_run_does() {
    let place = Place::new();
    clips(&place);
    let (ran, report) = batch(&place, &[]);
    assert_eq!(ran.code, Some(11), "{}", ran.stderr);
    assert_eq!(
        (report["event"].as_str(), counts(&report)),
        (Some("batch"), [3, 0, 1, 0])
    );
    let begun = events(&ran, "video_started");
    let numbers: Vec<_> = begun
        .iter()
        .map(|it| (it["number"].as_u64().unwrap(), it["total"].as_u64().unwrap()))
        .collect();
    assert_eq!(numbers, [(1, 4), (2, 4), (3, 4), (4, 4)]);
    assert_eq!(events(&ran, "scored").len(), 3);
    let failed = events(&ran, "video_failed");
    assert_eq!(
        (failed.len(), failed[0]["exit"].as_u64()),
        (1, Some(4)),
        "{failed:?}"
    );
    assert!(
        failed[0]["message"].as_str().unwrap().contains("b.mp4"),
        "{failed:?}"
    );
    let out = |name: &str| place.path("out").join(name);
    let mut names: Vec<_> = fs::read_dir(place.path("out"))
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            ".muvi-batch.lock",
            "a-deep-scored.mp4",
            "a-scored.mp4",
            "c-scored.mov",
            "muvi-batch.json"
        ]
    );
    for (video, result) in [("a.mp4", "a-scored.mp4"), ("c.mov", "c-scored.mov")] {
        assert_eq!(packets(&place.path("clips").join(video)), packets(&out(result)));
        assert_eq!(streams(&probe(&out(result)), "audio").len(), 1);
    }

    // Again: what is done stays as it is, what failed is tried again.
    let before = written(&out("a-scored.mp4"));
    let (ran, report) = batch(&place, &[]);
    assert_eq!((ran.code, counts(&report)), (Some(11), [0, 3, 1, 0]));
    assert_eq!(events(&ran, "video_skipped").len(), 3);
    assert_eq!(written(&out("a-scored.mp4")), before);

    // The broken one is mended, one is another video now, one result is gone.
    fs::copy(place.path("clips/c.mov"), place.path("clips/b.mp4")).unwrap();
    place.video("clips/a.mp4", 2.2);
    fs::remove_file(out("c-scored.mov")).unwrap();
    let (ran, report) = batch(&place, &[]);
    assert_eq!(
        (ran.code, counts(&report)),
        (Some(0), [3, 1, 0, 0]),
        "{}",
        ran.stderr
    );
    assert!(written(&out("a-scored.mp4")) > before && out("c-scored.mov").exists());

    // Other options make all of them anew; the table is for people.
    let words = [
        "score",
        "clips",
        "--out-dir",
        "out",
        "--steps",
        "1",
        "--seed",
        "5",
    ];
    let ran = place.muvi(words);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("3 of 4: "), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("4 done, 0 skipped, 0 failed"),
        "{}",
        ran.stdout
    );
    let (_, report) = batch(&place, &["--seed", "5"]);
    assert_eq!(counts(&report), [0, 4, 0, 0]);
}

#[test]
fn results_beside_the_videos_are_no_videos_of_the_batch() {
    let place = Place::new();
    fs::create_dir(place.path("clips")).unwrap();
    let video = place.video("clips/a.mp4", 2.0);
    fs::write(place.path("clips/a-scored.wav"), b"somebody else's").unwrap();
    let score = |extra: &[&str]| {
        let words = [
            "score",
            "clips",
            "--out-dir",
            "clips",
            "--format",
            "wav",
            "--steps",
            "1",
            "--json",
        ];
        place.muvi(words.iter().chain(extra))
    };
    // What was there before is not replaced unless that is asked for.
    let ran = score(&[]);
    assert_eq!(ran.code, Some(11), "{}", ran.stderr);
    assert_eq!(
        fs::read(place.path("clips/a-scored.wav")).unwrap(),
        b"somebody else's"
    );
    assert_eq!(score(&[]).code, Some(11), "still not ours");
    let ran = score(&["--overwrite"]);
    assert_eq!(counts(&ran.report()), [1, 0, 0, 0]);
    let words = ["score", "clips", "--out-dir", "clips", "--steps", "1", "--json"];
    assert_eq!(counts(&place.muvi(words).report()), [1, 0, 0, 0]);
    assert_eq!(
        counts(&place.muvi(words).report()),
        [0, 1, 0, 0],
        "a-scored.mp4 is no video of it"
    );
    assert!(video.exists() && place.path("clips/a-scored.mp4").exists());
}

#[test]
fn two_batches_into_one_folder_are_refused() {
    let place = Place::new();
    fs::create_dir(place.path("clips")).unwrap();
    place.video("clips/a.mp4", 2.0);
    // As another muvi holds it.
    fs::create_dir(place.path("out")).unwrap();
    let lock = fs::File::create(place.path("out/.muvi-batch.lock")).unwrap();
    lock.lock().unwrap();
    let (ran, error) = batch(&place, &[]);
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    assert!(
        error["message"].as_str().unwrap().contains("another batch"),
        "{error}"
    );
    assert_eq!(fs::read_dir(place.path("out")).unwrap().count(), 1);
    // The system lets go of it when that process ends; the file that stays is no obstacle.
    drop(lock);
    let (ran, report) = batch(&place, &[]);
    assert_eq!(counts(&report), [1, 0, 0, 0], "{}", ran.stderr);
}

#[test]
fn what_would_fail_every_time_fails_at_once() {
    let place = Place::new();
    fs::create_dir(place.path("empty")).unwrap();
    let video = place.video("a.mp4", 2.0);
    fs::write(place.path("file"), b"no folder").unwrap();
    fs::write(place.path("clip.wav"), b"no sound").unwrap();
    let video = video.to_str().unwrap();
    for (words, code, said) in [
        (vec!["empty", "--out-dir", "out"], 3, "no video found"),
        (
            vec![video, "--out-dir", "out", "--format", "gif"],
            5,
            "no kind of result",
        ),
        (
            vec![video, "--out-dir", "out", "--style", "clip.wav"],
            10,
            "clip.wav",
        ),
        (vec![video, "--out-dir", "out", "--pack", "empty"], 9, "empty"),
        (vec![video, "--out-dir", "file/out"], 5, "file"),
        (vec![video, video, "-o", "x.mp4"], 2, "--out-dir"),
    ] {
        let ran = place.muvi(["score"].iter().chain(&words));
        assert_eq!(ran.code, Some(code), "{words:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{words:?}: {}", ran.stderr);
        assert!(!place.path("out").exists(), "{words:?}");
    }
}

#[cfg(unix)]
#[test]
fn killed_or_stopped_it_goes_on_where_it_was() {
    use std::io::{BufRead, BufReader};
    use std::process::Command;

    for (signal, code) in [("-KILL", None), ("-INT", Some(130))] {
        let place = Place::new();
        fs::create_dir(place.path("clips")).unwrap();
        place.video("clips/a.mp4", 2.0);
        // Long enough to be hit in the middle.
        place.video("short.mp4", 6.0);
        let loops = ["-stream_loop", "29", "-i", "short.mp4", "-c", "copy"];
        place.ffmpeg(&loops, "clips/b.mp4");
        fs::copy(place.path("clips/a.mp4"), place.path("clips/c.mp4")).unwrap();
        let words = ["score", "clips", "--out-dir", "out", "--steps", "1", "--json"];
        let mut child = place.command(words).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        assert!(
            lines.by_ref().any(|it| it.contains("\"number\":2")),
            "{}",
            finish(child).stderr
        );
        assert!(lines.by_ref().any(|it| it.contains("\"phase\":\"compose\"")));
        let pid = child.id().to_string();
        Command::new("kill").args([signal, &pid]).status().unwrap();
        let rest: Vec<String> = lines.collect();
        assert_eq!(finish(child).code, code, "{rest:?}");
        if code.is_some() {
            let last: Value = serde_json::from_str(rest.last().unwrap()).unwrap();
            assert_eq!(counts(&last), [1, 0, 0, 2], "{last}");
            assert_eq!(last["cancelled"], true);
        }
        assert!(place.path("out/a-scored.mp4").exists() && !place.path("out/b-scored.mp4").exists());
        let mut left = place.path("clips");
        left.push("b.mp4");
        fs::copy(place.path("clips/a.mp4"), left).unwrap();
        let (ran, report) = batch(&place, &[]);
        assert_eq!(
            (ran.code, counts(&report)),
            (Some(0), [2, 1, 0, 0]),
            "{}",
            ran.stderr
        );
    }
}

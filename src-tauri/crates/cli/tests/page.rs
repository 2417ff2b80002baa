//! `muvi page`: the folder, what is said meanwhile, and the page in a real browser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use common::{Place, finish, fixture, probe, root, run, samples, seconds, streams};
use serde_json::Value;

fn document(page: &Path) -> Value {
    serde_json::from_slice(&fs::read(page.join("page.json")).unwrap()).unwrap()
}

/// Plays the page's media in Chromium from the disk; see `ui/tests/page.mjs`.
fn browse(page: &Path) {
    let ui = root().join("ui");
    assert!(
        ui.join("node_modules/playwright-core").is_dir(),
        "the window's packages are missing: npm ci in ui, or ./dev setup"
    );
    let mut command = Command::new("node");
    command.arg("tests/page.mjs").arg(page).current_dir(ui);
    let ran = run(command);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_page_of_all_sections_plays_in_a_browser() {
    let place = Place::new();
    // A name that would be markup, and a video whose own sound is music.
    let evil = "a <b>'&\" {{data}}.mp4";
    place.video(evil, 6.0);
    fs::copy(fixture("oa4_launch.webm"), place.path("launch.webm")).unwrap();
    fs::write(place.path("broken.mp4"), b"no video").unwrap();
    fs::create_dir(place.path("rival")).unwrap();
    place.ffmpeg(
        &["-f", "lavfi", "-i", "sine=frequency=440:duration=3"],
        "rival/launch.wav",
    );
    let tones = ["-f", "lavfi", "-i", "sine=frequency=660:duration=9,volume=-20dB"];
    place.ffmpeg(&tones, "other.wav");
    fs::rename(
        place.path("other.wav"),
        place.path("rival").join(evil.replace(".mp4", ".wav")),
    )
    .unwrap();
    let before = place.listing();

    let arguments = [
        "page",
        evil,
        "launch.webm",
        "broken.mp4",
        "-o",
        "out/",
        "--json",
        "--ground-truth",
        "--other",
        "A & B=rival",
        "--styles",
        "rival/launch.wav,tones",
    ];
    let ran = place.muvi(arguments);
    // The page is there; the exit code says that one video is not on it.
    assert_eq!(ran.code, Some(11), "{}{}", ran.stdout, ran.stderr);
    let lines = ran.json();
    let report = lines.last().unwrap();
    assert_eq!(report["event"], "page");
    assert_eq!(report["videos"].as_array().unwrap().len(), 2);
    assert_eq!(report["failed"][0]["video"], "broken.mp4");
    let steps: Vec<[u64; 2]> = lines
        .iter()
        .filter(|it| it["event"] == "phase_started")
        .map(|it| [it["step"].as_u64().unwrap(), it["steps"].as_u64().unwrap()])
        .collect();
    assert!(steps.windows(2).all(|it| it[1][0] == it[0][0] + 1), "{steps:?}");
    assert_eq!(
        steps.last().unwrap()[0],
        steps.last().unwrap()[1],
        "the last step is the last"
    );

    let page = place.path("out");
    assert_eq!(
        place.listing().len(),
        before.len() + 1,
        "nothing but the page was left"
    );
    let shown = document(&page);
    let first = &shown["videos"][0];
    let roles: Vec<&str> = first["sounds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["role"].as_str().unwrap())
        .collect();
    // The toy pack has one style, which is that of the mood already.
    assert_eq!(roles, ["ours", "style", "ground_truth", "other"]);
    assert_eq!(first["name"], evil);
    for video in shown["videos"].as_array().unwrap() {
        let length = video["seconds"].as_f64().unwrap();
        let picture = page.join(video["picture"]["file"].as_str().unwrap());
        let probed = probe(&picture);
        assert_eq!(streams(&probed, "video")[0]["codec_name"], "h264");
        assert!(
            streams(&probed, "audio").is_empty(),
            "the sounds are files of their own"
        );
        assert!((seconds(&probed["format"]["duration"]) - length).abs() < 0.05);
        for sound in video["sounds"].as_array().unwrap() {
            let path = page.join(sound["file"].as_str().unwrap());
            let heard = samples(&path);
            assert!(
                (heard.len() as f64 / 2.0 / 44_100.0 - length).abs() < 0.03,
                "{}",
                path.display()
            );
            assert!(sound["measures"].as_array().unwrap().len() >= 5);
        }
    }
    // What is shorter than its picture is followed by silence, and is measured so.
    let rival = &shown["videos"][1]["sounds"][2];
    assert_eq!(
        (rival["role"].as_str(), rival["name"].as_str()),
        (Some("other"), Some("A & B"))
    );
    let level = rival["level"].as_array().unwrap();
    assert!(
        level[10].as_f64() > Some(0.5) && level[60].as_f64() == Some(0.0),
        "{level:?}"
    );

    let text = fs::read_to_string(page.join("index.html")).unwrap();
    assert!(!text.contains("a <b>") && text.contains("a &lt;b&gt;&#39;&amp;&quot; {{data}}.mp4"));
    assert!(
        !text.contains(&*place.dir().to_string_lossy()),
        "no places of this machine"
    );
    browse(&page);

    // Once more: only with leave, and never over what is not ours.
    let again = |extra: &[&str]| {
        let words = [
            "page",
            "launch.webm",
            "-o",
            "out",
            "--styles",
            "none",
            "--no-attention",
        ];
        place.muvi(words.iter().chain(extra))
    };
    let refused = again(&[]);
    assert_eq!(refused.code, Some(5), "{}", refused.stderr);
    assert!(refused.stderr.contains("exists already"), "{}", refused.stderr);
    assert_eq!(again(&["--force"]).code, Some(0));
    assert_eq!(document(&page)["videos"].as_array().unwrap().len(), 1);
    fs::write(page.join("notes.txt"), b"mine").unwrap();
    let refused = again(&["--force"]);
    assert_eq!(refused.code, Some(5), "{}", refused.stderr);
    assert!(refused.stderr.contains("notes.txt"), "{}", refused.stderr);
    assert_eq!(fs::read(page.join("notes.txt")).unwrap(), b"mine");
}

#[test]
fn what_cannot_be_used_is_said_before_the_work() {
    let place = Place::new();
    place.video("a.mp4", 3.0);
    place.video("b.mp4", 3.0);
    fs::write(place.path("broken.mp4"), b"x").unwrap();
    fs::write(place.path("other.wav"), b"x").unwrap();
    let before = place.listing();
    let check = |arguments: &[&str], code: i32, says: &str| {
        let ran = place.muvi(["page", "-o", "out"].iter().chain(arguments));
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.stderr);
        let last = ran.stderr.lines().last().unwrap_or_default();
        assert!(last.contains(says), "{arguments:?}: {last}");
        assert_eq!(place.listing(), before, "{arguments:?}");
    };
    check(&[], 2, "");
    check(&["broken.mp4"], 4, "broken.mp4");
    check(&["missing.mp4"], 3, "missing.mp4");
    check(&["a.mp4", "--styles", "polka"], 10, "polka");
    check(
        &["a.mp4", "--other", "X=nothing.wav"],
        3,
        "check the name after X=",
    );
    check(
        &["a.mp4", "b.mp4", "--other", "X=other.wav"],
        3,
        "belongs to none of the videos",
    );
    check(&["a.mp4", "--pack", "nowhere"], 9, "nowhere");
    let file = ["page", "a.mp4", "-o", "b.mp4", "--force"];
    assert_eq!(place.muvi(file).code, Some(5));
    assert_eq!(place.muvi(["page", "a.mp4", "-o", "no/where"]).code, Some(5));
    assert_eq!(place.listing(), before);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_no_page_and_no_ffmpeg() {
    for phase in ["compose", "heatmap", "media"] {
        let place = Place::new();
        place.video("short.mp4", 6.0);
        place.ffmpeg(
            &["-stream_loop", "5", "-i", "short.mp4", "-c:v", "mpeg4"],
            "long.mkv",
        );
        let before = place.listing();
        let arguments = ["page", "long.mkv", "-o", "out", "--json", "--styles", "none"];
        let mut child = place.command(arguments).spawn().unwrap();
        let pid = child.id();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let wanted = format!("\"phase\":\"{phase}\"");
        assert!(
            lines.any(|line| line.contains(&wanted)),
            "{phase}: {}",
            finish(child).stderr
        );
        std::thread::sleep(Duration::from_millis(150));
        let tasks = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let sent = Instant::now();
        Command::new("kill")
            .args(["-INT", &pid.to_string()])
            .status()
            .unwrap();
        let last = lines.last().unwrap_or_default();
        let ran = finish(child);
        assert_eq!(ran.code, Some(130), "{phase}: {}", ran.stderr);
        assert!(last.contains("\"exit\":130"), "{phase}: {last}");
        assert!(
            sent.elapsed() < Duration::from_secs(5),
            "{phase} took {:?}",
            sent.elapsed()
        );
        assert_eq!(place.listing(), before, "{phase}: something was left behind");
        for child in tasks.split_whitespace() {
            assert!(
                !Path::new(&format!("/proc/{child}")).exists(),
                "{phase}: {child} outlived muvi"
            );
        }
    }
}

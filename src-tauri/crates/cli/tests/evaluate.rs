//! `muvi evaluate` on made videos and made music, whose measures are known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::path::{Path, PathBuf};

use common::{Place, run};
use serde_json::Value;

const SECONDS: f64 = 24.0;
/// Cuts of the picture: not on a steady pulse.
const CUTS: [f64; 8] = [2.0, 4.4, 7.6, 9.2, 12.8, 15.2, 18.4, 21.2];

/// A picture of still colours that change at the cuts.
fn video(place: &Place) -> PathBuf {
    let colours = ["0x204080", "0xe0d020", "0x802020", "0x20a060", "0xf0f0f0"];
    let (mut graph, mut pads, mut from) = (String::new(), String::new(), 0.0);
    for (i, to) in CUTS.iter().copied().chain([SECONDS]).enumerate() {
        let colour = colours[i % colours.len()];
        graph += &format!("color=c={colour}:s=160x120:r=25:d={}[c{i}];", to - from);
        pads += &format!("[c{i}]");
        from = to;
    }
    graph += &format!("{pads}concat=n={}:v=1:a=0[v]", CUTS.len() + 1);
    let args = ["-filter_complex", &graph, "-map", "[v]", "-pix_fmt", "yuv420p"];
    place.ffmpeg(&args, "cuts.mp4")
}

/// Plucks at these times, each one onset, with silence between.
fn beeps(place: &Place, times: &[f64], seconds: f64, name: &str) -> PathBuf {
    let on = |t: &f64| format!("between(t,{t},{})*exp(-20*(t-{t}))", t + 0.45);
    let on: Vec<String> = times.iter().map(on).collect();
    let sound = format!(
        "aevalsrc='0.4*sin(2*PI*660*t)*({})':d={seconds}:s=44100",
        on.join("+")
    );
    place.ffmpeg(&["-f", "lavfi", "-i", &sound], name)
}

fn evaluate(place: &Place, video: &Path, music: &Path, more: &[&Path]) -> Value {
    let args = [
        "evaluate".as_ref(),
        "--video".as_ref(),
        video,
        "--music".as_ref(),
        music,
        "--json".as_ref(),
    ];
    place
        .muvi(
            args.into_iter()
                .chain(more.iter().copied())
                .map(|it: &Path| it.to_owned()),
        )
        .report()
}

fn row<'a>(report: &'a Value, id: &str) -> &'a Value {
    let rows = report["measures"].as_array().unwrap();
    rows.iter()
        .find(|it| it["id"] == id)
        .unwrap_or_else(|| panic!("no {id}"))
}

fn value(report: &Value, id: &str) -> f64 {
    row(report, id)["value"]
        .as_f64()
        .unwrap_or_else(|| panic!("{id}: {}", row(report, id)))
}

#[test]
fn music_on_the_cuts_has_lift_and_other_music_has_none() {
    let place = Place::new();
    let video = video(&place);
    let fits = beeps(&place, &CUTS, SECONDS, "fits.wav");
    let late: Vec<f64> = CUTS.iter().map(|t| t + 0.5).collect();
    let late = beeps(&place, &late, SECONDS, "late.flac");

    let good = evaluate(&place, &video, &fits, &[]);
    assert_eq!(good["cut_count"], CUTS.len());
    assert_eq!(value(&good, "cuts_landed"), 1.0);
    assert!(value(&good, "cut_lift") > 0.7, "{good}");
    assert!(
        row(&good, "cut_lift")["interval"][0].as_f64().unwrap() > 0.5,
        "{good}"
    );
    assert_eq!(good["beats_of"], "picture");
    // The toy pack sees hit points of its own, so not all are met.
    let chance = row(&good, "bhs_02s")["chance"].as_f64().unwrap();
    assert!(value(&good, "bhs_02s") > chance + 0.1, "{good}");
    // The toy pack has a music encoder; its weights are random.
    assert!((-1.0..=1.0).contains(&value(&good, "sim")));
    let quiet = value(&good, "loudness");
    assert!(
        (-50.0..-5.0).contains(&quiet) && value(&good, "true_peak") < 0.0,
        "{good}"
    );
    assert!((good["judged_s"].as_f64().unwrap() - SECONDS).abs() < 0.1);
    assert_eq!(good["warnings"].as_array().unwrap().len(), 0, "{good}");

    let bad = evaluate(&place, &video, &late, &["--reference".as_ref(), &fits]);
    assert_eq!(value(&bad, "cuts_landed"), 0.0);
    assert!(value(&bad, "cut_lift") < 0.0);
    assert_eq!(bad["beats_of"], "reference");
    assert_eq!((value(&bad, "bcs_02s"), value(&bad, "bhs_02s")), (1.0, 0.0));
    let same = evaluate(&place, &video, &fits, &["--reference".as_ref(), &fits]);
    for id in ["bcs_1s", "bhs_1s", "bcs_02s", "bhs_02s"] {
        assert_eq!(value(&same, id), 1.0, "{id}");
    }
    assert_eq!((value(&same, "csd_1s"), value(&same, "hsd_02s")), (0.0, 0.0));
}

#[test]
fn music_may_be_shorter_longer_or_a_video() {
    let place = Place::new();
    let video = video(&place);
    let short = beeps(&place, &CUTS[..5], 14.0, "short.wav");
    let report = evaluate(&place, &video, &short, &[]);
    assert!(
        (report["judged_s"].as_f64().unwrap() - 14.0).abs() < 0.01,
        "{report}"
    );
    assert_eq!(
        (report["cut_count"].as_u64(), value(&report, "cuts_landed")),
        (Some(5), 1.0)
    );
    let said = report["warnings"][0].as_str().unwrap();
    assert!(said.contains("14.0 s") && said.contains("24.0 s"), "{said}");

    let long = beeps(&place, &CUTS, 40.0, "long.wav");
    // The sound of a video, that of its picture's clock.
    let film = place.path("film.mkv");
    let ran = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&video)
        .arg("-i")
        .arg(&long)
        .args(["-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "flac"])
        .arg(&film)
        .status();
    assert!(ran.unwrap().success());
    for music in [&long, &film] {
        let report = evaluate(&place, &video, music, &[]);
        assert_eq!(value(&report, "cuts_landed"), 1.0, "{}", music.display());
        assert!(
            (report["judged_s"].as_f64().unwrap() - 24.0).abs() < 0.1,
            "{report}"
        );
    }
    let report = evaluate(&place, &video, &long, &[]);
    let said = report["warnings"][0].as_str().unwrap();
    assert!(said.contains("40.0 s") && said.contains("not judged"), "{said}");
}

#[test]
fn the_table_says_what_is_not_known() {
    let place = Place::new();
    let video = video(&place);
    let silent = beeps(&place, &[99.0], SECONDS, "silent.wav");
    let args = ["evaluate", "--video", "cuts.mp4", "--music", "silent.wav"];
    assert!(video.exists() && silent.exists());
    let ran = place.muvi(args);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for words in [
        "Cuts landed on",
        "0 %, of 8 cuts",
        "Loudness",
        "silent",
        "SIM",
        "no steady beat found",
    ] {
        assert!(ran.stdout.contains(words), "'{words}' is not in:\n{}", ran.stdout);
    }
    // A picture without sound is no music.
    let mut refused = place.command(["evaluate", "--video", "cuts.mp4", "--music", "cuts.mp4"]);
    refused.stdin(std::process::Stdio::null());
    let refused = run(refused);
    assert_eq!(refused.code, Some(4), "{}", refused.stderr);
    assert!(refused.stderr.contains("holds no sound"), "{}", refused.stderr);
}

//! The trained pack's music reacts to the picture: on edits of the fixtures it lands on cuts and hits more often
//! than the same music shifted in time, and its loudness follows the picture more than a wrong video's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what was left out is said"
)]

mod common;

use std::path::{Path, PathBuf};

use common::{Place, fixture, mini};
use serde_json::Value;

const SEEDS: [&str; 2] = ["1", "2"];

/// A shot of an edit: which fixture, from where, how long, how fast.
struct Shot(&'static str, f64, f64, f64);

const CITY: &str = "cityCC0.mpg";
const LAUNCH: &str = "oa4_launch.webm";

/// Calm, then restless.
const RISING: [Shot; 9] = [
    Shot(CITY, 0.0, 5.2, 0.4),
    Shot(CITY, 4.0, 4.6, 0.4),
    Shot(LAUNCH, 0.0, 2.9, 0.7),
    Shot(LAUNCH, 3.5, 1.7, 1.5),
    Shot(CITY, 4.5, 1.3, 2.0),
    Shot(LAUNCH, 5.0, 1.6, 1.8),
    Shot(CITY, 1.0, 1.1, 2.0),
    Shot(LAUNCH, 3.2, 1.9, 2.0),
    Shot(CITY, 5.0, 1.2, 2.0),
];

/// Restless, then calm.
const FALLING: [Shot; 9] = [
    Shot(LAUNCH, 3.2, 1.4, 2.0),
    Shot(CITY, 4.5, 1.2, 2.0),
    Shot(LAUNCH, 5.0, 1.7, 1.8),
    Shot(CITY, 1.0, 1.3, 2.0),
    Shot(LAUNCH, 3.5, 1.9, 1.5),
    Shot(CITY, 5.0, 1.6, 1.5),
    Shot(LAUNCH, 0.0, 2.8, 0.7),
    Shot(CITY, 0.0, 4.7, 0.4),
    Shot(CITY, 4.0, 4.9, 0.4),
];

fn edit(place: &Place, shots: &[Shot], name: &str) -> PathBuf {
    let mut graph = String::new();
    let mut pads = String::new();
    for (index, Shot(file, from, length, speed)) in shots.iter().enumerate() {
        let path = fixture(file);
        graph += &format!(
            "movie='{}',setpts=PTS-STARTPTS,trim=start={from},setpts=(PTS-STARTPTS)/{speed},fps=25,\
             tpad=stop_mode=clone:stop_duration=9,trim=duration={length},scale=480:270,setsar=1,format=yuv420p[s{index}];",
            path.display()
        );
        pads += &format!("[s{index}]");
    }
    graph += &format!("{pads}concat=n={}:v=1:a=0[v]", shots.len());
    place.ffmpeg(
        &[
            "-filter_complex",
            &graph,
            "-map",
            "[v]",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
        ],
        name,
    )
}

fn words<'a>(words: impl IntoIterator<Item = &'a dyn AsRef<Path>>) -> Vec<PathBuf> {
    words.into_iter().map(|it| it.as_ref().to_path_buf()).collect()
}

fn score(place: &Place, pack: &Path, video: &Path, seed: &str) -> PathBuf {
    let name = format!("{}-{seed}.wav", video.file_stem().unwrap().to_string_lossy());
    let args: [&dyn AsRef<Path>; 12] = [
        &"score",
        &video,
        &"-o",
        &name,
        &"--pack",
        &pack,
        &"--seed",
        &seed,
        &"--temp-track",
        &"mute",
        &"--json",
        &"--overwrite",
    ];
    place.muvi(words(args)).report();
    place.path(name)
}

fn evaluate(place: &Place, pack: &Path, video: &Path, music: &Path) -> Value {
    let args: [&dyn AsRef<Path>; 8] = [
        &"evaluate",
        &"--video",
        &video,
        &"--music",
        &music,
        &"--pack",
        &pack,
        &"--json",
    ];
    place.muvi(words(args)).report()
}

#[test]
fn music_follows_the_picture() {
    let Some(pack) = mini() else {
        eprintln!("left out: models/packs/mini is not in this checkout");
        return;
    };
    let place = Place::new();
    let videos = [
        edit(&place, &RISING, "rising.mp4"),
        edit(&place, &FALLING, "falling.mp4"),
    ];
    let music: Vec<Vec<PathBuf>> = videos
        .iter()
        .map(|video| {
            SEEDS
                .iter()
                .map(|seed| score(&place, &pack, video, seed))
                .collect()
        })
        .collect();
    let (mut hits, mut own, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for (index, video) in videos.iter().enumerate() {
        for piece in &music[index] {
            let report = evaluate(&place, &pack, video, piece);
            println!("{}: {} {}", piece.display(), report["hits"], report["intensity"]);
            hits.push(report["hits"].clone());
            own.push(report["intensity"]["correlation"].as_f64().unwrap());
        }
        for piece in &music[1 - index] {
            let report = evaluate(&place, &pack, video, piece);
            wrong.push(report["intensity"]["correlation"].as_f64().unwrap());
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let part = |name: &str| {
        hits.iter()
            .map(|it| it[name].as_f64().unwrap())
            .collect::<Vec<_>>()
    };
    let lift = mean(&part("lift"));
    // The takes are independent, so the half-widths of their intervals add in squares.
    let widths: Vec<f64> = part("lift")
        .iter()
        .zip(part("low"))
        .map(|(lift, low)| (lift - low).powi(2))
        .collect();
    let half = widths.iter().sum::<f64>().sqrt() / widths.len() as f64;
    println!(
        "hit lift {lift:.3} +- {half:.3}; intensity: own {:.3}, wrong {:.3}",
        mean(&own),
        mean(&wrong)
    );
    assert!(lift - half > 0.0, "hit lift {lift:.3} +- {half:.3}");
    assert!(
        mean(&own) > mean(&wrong),
        "intensity: own {own:?}, wrong {wrong:?}"
    );
}

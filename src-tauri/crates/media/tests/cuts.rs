//! Cuts of real and of made videos.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::path::Path;

use common::{Kitchen, city, launch};
use muvi_media::cuts::{Cut, CutDetector, CutKind};
use muvi_media::frames::{FrameReader, FrameSpec};

fn cuts_of(kitchen: &Kitchen, path: &Path) -> Vec<Cut> {
    let info = kitchen.probe(path);
    let rate = info.video.rate.for_analysis();
    let spec = FrameSpec::square(112, rate, 16);
    let mut detector = CutDetector::new(spec.width, spec.height, rate);
    let mut cuts = Vec::new();
    for chunk in FrameReader::open(&kitchen.tools, &info, spec).unwrap() {
        for (_, frame) in chunk.unwrap().frames() {
            detector.push(frame, &mut cuts);
        }
    }
    detector.finish(&mut cuts);
    assert!(cuts.is_sorted_by_key(|cut| cut.frame));
    assert!(cuts.iter().all(|cut| (0.0..=1.0).contains(&cut.strength)));
    cuts
}

/// Precision and recall against known cuts, within one frame.
fn score(found: &[Cut], known: &[u64]) -> (f64, f64) {
    let hits = known
        .iter()
        .filter(|&&k| found.iter().any(|cut| cut.frame.abs_diff(k) <= 1))
        .count() as f64;
    (hits / found.len().max(1) as f64, hits / known.len() as f64)
}

#[test]
fn the_cuts_of_the_fixtures() {
    let kitchen = Kitchen::new();
    let launch = cuts_of(&kitchen, &launch());
    assert!(
        matches!(
            launch[..],
            [Cut {
                frame: 74,
                kind: CutKind::Hard,
                ..
            }]
        ),
        "{launch:?}"
    );
    let city = cuts_of(&kitchen, &city());
    assert!(
        matches!(
            city[..],
            [Cut {
                frame: 116,
                kind: CutKind::Hard,
                ..
            }]
        ),
        "{city:?}"
    );
}

/// Shots of unlike material: still, moving, noisy, zooming, drawn.
const SHOTS: [&str; 10] = [
    "movie={launch}:seek_point=0,setpts=PTS-STARTPTS",
    "movie={city},setpts=PTS-STARTPTS,scroll=horizontal=0.01",
    "testsrc2=s=320x180",
    "movie={launch}:seek_point=5,setpts=PTS-STARTPTS,hflip",
    "mandelbrot=s=320x180",
    "movie={city},setpts=PTS-STARTPTS,hue=h=120,noise=alls=30:allf=t",
    "gradients=s=320x180:speed=0.05",
    "movie={launch}:seek_point=4,setpts=PTS-STARTPTS,crop=iw/3:ih/3:t*40:0",
    "life=s=320x180:mold=10:ratio=0.1:death_color=#503030:life_color=#80ff80",
    "movie={city},setpts=PTS-STARTPTS,crop=iw/2:ih/2:0:ih/2,vflip",
];

/// A video of shots with the given lengths in frames, and the frames where shots start.
fn sequence(
    kitchen: &Kitchen,
    name: &str,
    fps: u32,
    lengths: &[u32],
    effect: &str,
) -> (std::path::PathBuf, Vec<u64>) {
    let mut graph = String::new();
    let mut joined = String::new();
    for (i, length) in lengths.iter().enumerate() {
        let shot = SHOTS[i % SHOTS.len()];
        let shot = shot.replace("{launch}", common::launch().to_str().unwrap());
        let shot = shot.replace("{city}", common::city().to_str().unwrap());
        let trim = format!(
            "fps={fps},trim=end_frame={length},setpts=N/{fps}/TB,scale=320:180,setsar=1,format=yuv420p"
        );
        graph.push_str(&format!("{shot},{trim}[s{i}];"));
        joined.push_str(&format!("[s{i}]"));
    }
    let graph = format!("{graph}{joined}concat=n={}{effect}", lengths.len());
    let known = lengths
        .iter()
        .scan(0, |sum, &n| {
            *sum += u64::from(n);
            Some(*sum)
        })
        .collect::<Vec<_>>();
    let words = format!("-filter_complex {graph} -r {fps} -c:v libx264 -preset ultrafast -crf 23");
    (kitchen.make(name, &words), known[..known.len() - 1].to_vec())
}

#[test]
fn hard_cuts_between_shots_of_every_kind() {
    let kitchen = Kitchen::new();
    let (mut found, mut known, mut hits) = (0.0, 0.0, 0.0);
    for (name, fps, lengths, effect) in [
        ("slow.mp4", 25, vec![50, 60, 40, 55, 45, 60, 50, 40, 45, 50], ""),
        (
            "quick.mp4",
            24,
            vec![12, 9, 14, 10, 8, 12, 9, 15, 11, 10, 12, 20],
            "",
        ),
        (
            "noisy.mp4",
            30,
            vec![40, 30, 35, 45, 30, 40, 30, 35],
            ",noise=alls=25:allf=t",
        ),
        (
            "shaken.mp4",
            25,
            vec![40, 30, 35, 45, 30, 40, 30, 35],
            ",crop=280:150:20+15*sin(n):15+10*cos(n*1.3)",
        ),
        ("fast.mp4", 60, vec![70, 80, 90, 60, 70], ""),
    ] {
        let (path, mut starts) = sequence(&kitchen, name, fps, &lengths, effect);
        if fps > 30 {
            starts.iter_mut().for_each(|start| *start = start.div_ceil(2));
        }
        let cuts = cuts_of(&kitchen, &path);
        let (precision, recall) = score(&cuts, &starts);
        println!("{name}: precision {precision:.2}, recall {recall:.2}; {cuts:?}; {starts:?}");
        found += cuts.len() as f64;
        known += starts.len() as f64;
        hits += recall * starts.len() as f64;
    }
    println!(
        "in all: precision {:.3}, recall {:.3}",
        hits / found,
        hits / known
    );
    assert!(
        hits / found >= 0.9 && hits / known >= 0.9,
        "precision {}, recall {}",
        hits / found,
        hits / known
    );
}

#[test]
fn flashes_are_no_cuts() {
    let kitchen = Kitchen::new();
    let words = "-i {launch} -t 2.8 -an -vf eq=brightness='if(between(mod(n\\,20)\\,10\\,11)\\,0.8\\,0)':eval=frame \
                 -c:v libx264 -preset ultrafast";
    let cuts = cuts_of(&kitchen, &kitchen.make("flash.mp4", words));
    assert!(cuts.is_empty(), "{cuts:?}");
}

#[test]
fn a_still_picture_and_a_pan_have_no_cuts() {
    let kitchen = Kitchen::new();
    let still = kitchen.make(
        "still.mp4",
        "-f lavfi -i smptebars=d=3 -vf noise=alls=20:allf=t -c:v libx264 -preset ultrafast",
    );
    assert!(cuts_of(&kitchen, &still).is_empty());
    let pan = "-i {city} -t 4 -vf crop=300:300:t*90:50 -c:v libx264 -preset ultrafast";
    let cuts = cuts_of(&kitchen, &kitchen.make("pan.mp4", pan));
    assert!(cuts.is_empty(), "{cuts:?}");
}

#[test]
fn dissolves_and_fades_are_reported_once() {
    let kitchen = Kitchen::new();
    let scale = "scale=320:180,fps=25,setsar=1,format=yuv420p,settb=1/25";
    for (name, length) in [("short.mp4", "0.5"), ("long.mp4", "1")] {
        let words = format!(
            "-i {{launch}} -i {{city}} -filter_complex [0:v]trim=0:2.5,setpts=PTS-STARTPTS,{scale}[a];\
             [1:v]trim=0:3,setpts=PTS-STARTPTS,{scale}[b];[a][b]xfade=transition=fade:duration={length}:offset=1.5 \
             -c:v libx264 -preset ultrafast"
        );
        let cuts = cuts_of(&kitchen, &kitchen.make(name, &words));
        let middle = if length == "1" { 50 } else { 44 };
        assert!(
            matches!(cuts[..], [Cut { kind: CutKind::Dissolve, frame, .. }] if frame.abs_diff(middle) <= 6),
            "{name}: {cuts:?}"
        );
    }
    let words = format!(
        "-i {{launch}} -i {{city}} -filter_complex [0:v]trim=0:2,setpts=PTS-STARTPTS,{scale},fade=out:38:12[a];\
         [1:v]trim=0:3,setpts=PTS-STARTPTS,{scale},fade=in:0:12[b];[a][b]concat=n=2 -c:v libx264 -preset ultrafast"
    );
    let cuts = cuts_of(&kitchen, &kitchen.make("fade.mp4", &words));
    assert!(
        matches!(
            cuts[..],
            [Cut {
                kind: CutKind::Fade,
                frame: 48..=60,
                ..
            }]
        ),
        "{cuts:?}"
    );
}

//! The measures that exist in Python too: both are held against one example (`models/tests/test_measures.py`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use muvi_scoring::metrics::{LiftSettings, OnsetDetector, beats_in_bins, hit_lift};
use muvi_scoring::similarity::{FEATURE_WIDTH, MusicFeatures, Similarity};
use muvi_scoring::{Cancel, pack::StageKind};
use serde_json::Value;

const HZ: u32 = 44_100;
const STARTS: [f64; 7] = [0.25, 0.7, 1.3, 1.55, 2.2, 2.46, 3.3];

fn example() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../models/tests/measures.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn floats(value: &Value) -> Vec<f64> {
    let all = value.as_array().unwrap().iter();
    all.map(|v| v.as_f64().unwrap()).collect()
}

/// The sound of the example.
fn sound() -> Vec<f32> {
    let count = 4 * HZ as usize;
    let mut out = vec![0.0_f64; count];
    for (n, start) in STARTS.iter().enumerate() {
        let hertz = 220.0 * (1.0 + 0.25 * (n % 4) as f64);
        let level = if n % 3 > 0 { 0.2 } else { 0.009 };
        let first = (start * f64::from(HZ)) as usize;
        for (i, v) in out[first..].iter_mut().enumerate() {
            let t = i as f64 / f64::from(HZ);
            let tone: f64 = (1..5)
                .map(|h| (std::f64::consts::TAU * hertz * f64::from(h) * t).sin() / f64::from(h))
                .sum();
            *v += level * tone * (-5.0 * t).exp();
        }
    }
    let mut state = 1_u32;
    let noisy = out.into_iter().map(|v| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (v + 0.004 * (f64::from(state) / 4_294_967_296.0 - 0.5)) as f32
    });
    noisy.collect()
}

#[test]
fn onsets_are_those_of_python() {
    let (sound, example) = (sound(), example());
    let mut ears = OnsetDetector::new(HZ);
    sound.chunks(1000).for_each(|c| ears.push(c, c));
    let found = ears.finish();
    let wanted: Vec<Vec<f64>> = example["onsets"].as_array().unwrap().iter().map(floats).collect();
    assert_eq!(found.times_s.len(), wanted.len(), "{found:?}\n{wanted:?}");
    for ((time, strength), wanted) in found.times_s.iter().zip(&found.strengths).zip(&wanted) {
        assert!((time - wanted[0]).abs() < 1e-3 && (f64::from(*strength) - wanted[1]).abs() < 0.02);
    }
    let strong = floats(&example["strong"]);
    assert!(strong.len() < wanted.len());
    assert_eq!(found.strong().len(), strong.len());
    assert!(
        found
            .strong()
            .iter()
            .zip(&strong)
            .all(|(a, b)| (a - b).abs() < 1e-3)
    );
}

#[test]
fn scores_are_those_of_python() {
    let example = example();
    for case in example["beats"].as_array().unwrap() {
        let number = |name: &str| case[name].as_f64().unwrap();
        let (reference, ours) = (floats(&case["reference"]), floats(&case["ours"]));
        let scores = beats_in_bins(&reference, &ours, number("duration_s"), number("bin_s")).unwrap();
        assert!((scores.bcs - number("bcs")).abs() < 1e-9 && (scores.bhs - number("bhs")).abs() < 1e-9);
    }
    let case = &example["hits"];
    let number = |name: &str| case[name].as_f64().unwrap();
    let settings = LiftSettings {
        shifts: 2000,
        ..LiftSettings::default()
    };
    let (hits, onsets) = (floats(&case["hits"]), floats(&case["onsets"]));
    let lift = hit_lift(&hits, &onsets, number("duration_s"), 0.07, &settings).unwrap();
    assert!((lift.score - number("landed")).abs() < 1e-9, "{lift:?}");
    // Other random shifts, the same chance.
    assert!((lift.chance - number("chance")).abs() < 0.01, "{lift:?}");
}

#[test]
fn music_features_are_those_of_python() {
    let (sound, example) = (sound(), example());
    let wanted: Vec<Vec<f64>> = example["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(floats)
        .collect();
    for piece in [777, 200_000] {
        let mut features = MusicFeatures::new(HZ, 0.0);
        sound.chunks(piece).for_each(|c| features.push(c, c));
        let rows = features.finish();
        assert_eq!(rows.len(), wanted.len());
        for (i, (row, wanted)) in rows.iter().zip(&wanted).enumerate() {
            for (j, (a, b)) in row.iter().zip(wanted).enumerate() {
                assert!((f64::from(*a) - b).abs() < 3e-3, "row {i}, value {j}: {a} {b}");
            }
        }
    }
}

#[test]
fn music_that_starts_between_frames_keeps_its_clock() {
    // A click 0.31 s into the picture, in music that starts at 0.25 s: it belongs to frame 4, the music's row 2.
    let mut sound = vec![0.0; HZ as usize];
    sound[(0.06 * f64::from(HZ)) as usize] = 1.0;
    let mut features = MusicFeatures::new(HZ, 0.25);
    features.push(&sound, &sound);
    let rows = features.finish();
    let rise = |row: &[f32; FEATURE_WIDTH]| row[FEATURE_WIDTH - 8..].iter().sum::<f32>();
    let loudest = (0..rows.len()).max_by(|a, b| rise(&rows[*a]).total_cmp(&rise(&rows[*b])));
    assert_eq!(loudest, Some(2));
}

#[test]
fn similarity_runs_in_chunks_and_knows_its_shift() {
    let pack = common::toy();
    assert!(pack.manifest().stages.get(StageKind::MusicEncoder).is_some());
    let mut network = Similarity::load(&pack, &common::runtime(), &common::SETTINGS)
        .unwrap()
        .unwrap();
    let width = pack.manifest().conditioning_width;
    let wave = |n: usize, i: usize| ((n * 31 + i * 17) as f32 * 0.37).sin();
    // Longer than a chunk.
    let frames = 700;
    let conditioning: Vec<f32> = (0..frames * width).map(|i| wave(i / width, i % width)).collect();
    let music: Vec<[f32; FEATURE_WIDTH]> = (0..frames + 30)
        .map(|n| std::array::from_fn(|i| wave(n / 3, i)))
        .collect();
    let all = network.embed(&conditioning, &music, &Cancel::new()).unwrap();
    assert_eq!(all.frames(), frames);
    let value = all.similarity(0).unwrap();
    assert!((-1.0..=1.0).contains(&value) && value != 0.0);
    let chance = all.by_chance(20).unwrap();
    assert!((-1.0..=1.0).contains(&chance) && (chance - value).abs() > 1e-6);
    // Chunks see their neighbours: the middle of a part is that of the whole.
    let part = network
        .embed(&conditioning[400 * width..], &music[400..], &Cancel::new())
        .unwrap();
    let whole = all.part(500..600);
    let part = part.part(100..200);
    assert!((whole.similarity(0).unwrap() - part.similarity(0).unwrap()).abs() < 1e-4);
    assert_eq!(
        network.embed(&[], &music, &Cancel::new()).unwrap().similarity(0),
        None
    );
    let stopped = Cancel::new();
    stopped.cancel();
    assert!(network.embed(&conditioning, &music, &stopped).is_err());
}

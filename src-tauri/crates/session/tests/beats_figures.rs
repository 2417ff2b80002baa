//! Beats found in pieces with labels; run with
//! `MUVI_BEATS=models/data/music/heldout cargo test -p muvi-session --test beats_figures -- --ignored --nocapture`.
//! The folders (separated by colons, from the repository's root) hold audio files beside JSON with `beats` and
//! `downbeats` in seconds, as `./dev models make_music` writes them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement"
)]

use std::path::{Path, PathBuf};

use muvi_media::Tools;
use muvi_media::audio::AudioReader;
use muvi_scoring::metrics::OnsetDetector;
use muvi_scoring::pulse::{Pulse, f_measure, track};

const HZ: u32 = 44_100;
const TOLERANCE_S: f64 = 0.07;

fn listen(path: &Path) -> Pulse {
    let mut reader = AudioReader::open_file(&Tools::locate().unwrap(), path, HZ, None).unwrap();
    let mut ears = OnsetDetector::new(HZ);
    let (mut left, mut right) = (vec![0.0; 1 << 14], vec![0.0; 1 << 14]);
    loop {
        let read = reader.read([&mut left, &mut right]).unwrap();
        if read == 0 {
            return track(&ears.finish_with_rhythm().1);
        }
        ears.push(&left[..read], &right[..read]);
    }
}

#[test]
#[ignore = "a measurement"]
fn labelled_pieces() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let folders = std::env::var("MUVI_BEATS").expect("MUVI_BEATS names the folders");
    let mut files: Vec<PathBuf> = folders
        .split(':')
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap())
        .map(|it| it.unwrap().path())
        .filter(|it| it.extension().is_some_and(|e| e == "flac"))
        .collect();
    files.sort();
    let mut sums = [0.0; 2];
    for file in &files {
        let labels = std::fs::read(file.with_extension("json")).unwrap();
        let labels: serde_json::Value = serde_json::from_slice(&labels).unwrap();
        let times = |name: &str| -> Vec<f64> {
            labels[name]
                .as_array()
                .unwrap()
                .iter()
                .map(|v| v.as_f64().unwrap())
                .collect()
        };
        let found = listen(file);
        let score = |truth: &str, found: &[f64]| f_measure(&times(truth), found, TOLERANCE_S).unwrap_or(0.0);
        let f = [
            score("beats", &found.times_s()),
            score("downbeats", &found.downbeats_s()),
        ];
        let name = file.file_stem().unwrap().to_string_lossy();
        println!(
            "{name:24} beats {:.2}  downbeats {:.2}  {:.0} bpm, {} beats a bar",
            f[0], f[1], found.bpm, found.beats_per_bar
        );
        sums.iter_mut()
            .zip(f)
            .for_each(|(sum, f)| *sum += f / files.len() as f64);
    }
    println!(
        "{} pieces: F of beats {:.3}, of downbeats {:.3}",
        files.len(),
        sums[0],
        sums[1]
    );
    assert!(!files.is_empty());
}

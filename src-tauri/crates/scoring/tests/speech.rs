//! Speech is found in a real recording, also under music and noise, and nowhere else.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::path::Path;

use muvi_scoring::noise::fill_noise;
use muvi_scoring::speech::{SAMPLE_RATE_HZ, SpeechDetector, SpeechSpan};

const HZ: usize = SAMPLE_RATE_HZ as usize;

/// A sentence of 7 s, read by a volunteer; 16 bit mono at 16 kHz.
fn sentence() -> Vec<f32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/austen.wav");
    let bytes = std::fs::read(path).unwrap();
    let samples = bytes[44..].as_chunks::<2>().0;
    samples
        .iter()
        .map(|it| f32::from(i16::from_le_bytes(*it)) / 32768.0)
        .collect()
}

/// Two seconds of silence, the sentence, three of silence, the sentence, one of silence.
fn scene() -> Vec<f32> {
    let silence = |seconds: usize| vec![0.0; seconds * HZ];
    [silence(2), sentence(), silence(3), sentence(), silence(1)].concat()
}

fn find(sound: &[f32], block: usize) -> Vec<SpeechSpan> {
    let mut detector = SpeechDetector::new(&common::runtime()).unwrap();
    for block in sound.chunks(block) {
        detector.push(block).unwrap();
    }
    detector.finish().unwrap()
}

/// Chords with an attack each half second, some noise in each: no voice in it.
fn music(samples: usize) -> Vec<f32> {
    let mut grain = vec![0.0; samples];
    fill_noise(3, 0, samples, &mut grain);
    let wave = |at: usize| {
        let (beat, within) = (at / (HZ / 2), (at % (HZ / 2)) as f64 / HZ as f64);
        let root = 110.0 * 2.0_f64.powf(f64::from([0_u8, 5, 7, 3][beat / 4 % 4]) / 12.0);
        let tone = |ratio: f64| (std::f64::consts::TAU * root * ratio * at as f64 / HZ as f64).sin();
        let chord: f64 = [1.0, 2.0, 2.52, 3.0, 4.0].map(tone).iter().sum();
        let drum = f64::from(grain[at]) * (-within * 40.0).exp();
        (0.06 * chord * (-within * 3.0).exp() + 0.1 * drum) as f32
    };
    (0..samples).map(wave).collect()
}

fn rms(sound: &[f32]) -> f32 {
    (sound.iter().map(|it| it * it).sum::<f32>() / sound.len() as f32).sqrt()
}

/// Share of the sentences that is found, and of the silences that is not.
fn judged(spans: &[SpeechSpan]) -> (f64, f64) {
    let inside = |at: usize| spans.iter().any(|it| (it.start..it.end).contains(&(at as u64)));
    let share = |from: usize, to: usize| {
        let all: Vec<bool> = (from..to).step_by(160).map(inside).collect();
        all.iter().filter(|it| **it).count() as f64 / all.len() as f64
    };
    let length = sentence().len();
    let second = 5 * HZ + length;
    // The edges of a sentence are a matter of taste: a quarter of a second is left out.
    let edge = HZ / 4;
    let found = [2 * HZ, second].map(|at| share(at + edge, at + length - edge));
    let quiet = [(0, 2 * HZ), (2 * HZ + length, second)].map(|(from, to)| share(from, to - edge));
    (found[0].min(found[1]), 1.0 - quiet[0].max(quiet[1]))
}

#[test]
fn two_sentences_are_found_whole_whatever_the_blocks() {
    let scene = scene();
    let spans = find(&scene, 4096);
    let (found, quiet) = judged(&spans);
    assert!(found > 0.95 && quiet > 0.9, "{found} {quiet} {spans:?}");
    assert!(
        spans.windows(2).all(|pair| pair[0].end < pair[1].start),
        "{spans:?}"
    );
    for block in [1, 511, 100_000, scene.len()] {
        // One sample at a time only for a part: it is the same code and takes its time.
        let part = if block == 1 { &scene[..5 * HZ] } else { &scene[..] };
        assert_eq!(find(part, block), find(part, 4096), "{block}");
    }
}

#[test]
fn under_music_at_several_levels() {
    let scene = scene();
    let music = music(scene.len());
    let speech = rms(&sentence());
    for (db, least) in [(10.0, 0.95), (0.0, 0.8)] {
        let gain = speech / rms(&music) * 10.0_f32.powf(-db / 20.0);
        let mixed: Vec<f32> = scene.iter().zip(&music).map(|(a, b)| a + gain * b).collect();
        let spans = find(&mixed, 8192);
        let (found, quiet) = judged(&spans);
        assert!(found > least && quiet > 0.9, "{db} dB: {found} {quiet} {spans:?}");
    }
}

#[test]
fn nowhere_else() {
    let mut noise = vec![0.0; 20 * HZ];
    fill_noise(1, 0, 20 * HZ, &mut noise);
    noise.iter_mut().for_each(|it| *it *= 0.05);
    let tone: Vec<f32> = (0..20 * HZ).map(|at| 0.3 * (at as f32 * 0.1).sin()).collect();
    for (name, sound) in [
        ("nothing", Vec::new()),
        ("silence", vec![0.0; 20 * HZ]),
        ("no numbers", vec![f32::NAN; 5 * HZ]),
        ("noise", noise),
        ("a tone", tone),
        ("music", music(20 * HZ)),
    ] {
        assert_eq!(find(&sound, 4096), [], "{name}");
    }
}

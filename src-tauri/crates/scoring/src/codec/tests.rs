//! The way from true magnitudes back to sound, on signals whose result can be judged.

use std::ops::ControlFlow;

use super::phase::PhaseSettings;
use super::stft::Stft;
use super::voice::{Given, Voice};
use crate::pack::StftSpec;

const SPEC: StftSpec = StftSpec {
    n_fft: 2048,
    hop: 512,
    stack: 4,
    norm: 512.0,
    log_floor: 1e-4,
};
const RATE: f32 = 44_100.0;

fn magnitudes(x: &[f32]) -> Vec<f32> {
    let mut stft = Stft::new(SPEC.n_fft, SPEC.hop);
    let frames = stft.frames_for(x.len() as u64) as usize;
    let mut out = vec![0.0; frames * SPEC.bins()];
    stft.magnitudes(x, 0, frames, SPEC.norm, &mut out);
    out
}

fn log_magnitudes(x: &[f32]) -> Vec<f32> {
    magnitudes(x).iter().map(|m| (m + SPEC.log_floor).ln()).collect()
}

/// Mono sound from the magnitudes of `x`, pushed `piece` frames at a time.
fn rebuilt(x: &[f32], settings: PhaseSettings, piece: usize) -> Vec<f32> {
    let log = log_magnitudes(x);
    let mut voice = Voice::new(SPEC, settings, x.len() as u64);
    let mut out = Vec::new();
    let mut sink = |chunk: super::AudioChunk<'_>| {
        assert_eq!(chunk.first as usize, out.len());
        assert_eq!(chunk.left, chunk.right);
        out.extend_from_slice(chunk.left);
        ControlFlow::Continue(())
    };
    for part in log.chunks(piece * SPEC.bins()) {
        let zero = vec![0.0; part.len()];
        voice.push(part, &zero, &zero);
        voice.hand_over(&mut sink).unwrap();
    }
    voice.finish();
    voice.hand_over(&mut sink).unwrap();
    assert_eq!(out.len(), x.len());
    out
}

/// Mean distance of log-magnitudes in dB, in bins within 80 dB of full scale.
fn distance_db(a: &[f32], b: &[f32]) -> f32 {
    let (a, b) = (magnitudes(a), magnitudes(b));
    let db = |v: f32| 20.0 * (v + 1e-4).log10();
    a.iter()
        .zip(&b)
        .map(|(a, b)| (db(*a) - db(*b)).abs())
        .sum::<f32>()
        / a.len() as f32
}

/// ||A - B|| / ||B|| over magnitudes.
fn convergence(a: &[f32], b: &[f32]) -> f32 {
    let (a, b) = (magnitudes(a), magnitudes(b));
    let difference: f32 = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum();
    (difference / b.iter().map(|b| b * b).sum::<f32>()).sqrt()
}

fn sine(hz: f32, seconds: f32, level: f32) -> Vec<f32> {
    let step = f64::from(hz) / f64::from(RATE) * std::f64::consts::TAU;
    (0..(seconds * RATE) as usize)
        .map(|i| level * (i as f64 * step).sin() as f32)
        .collect()
}

/// Chords of decaying harmonics with noise on each onset: much like plucked strings and a snare.
fn music(seconds: f32) -> Vec<f32> {
    let mut out = vec![0.0; (seconds * RATE) as usize];
    let mut noise = 1u32;
    for (n, start) in (0..)
        .map(|n| (n, n as f32 * 0.4))
        .take_while(|(_, s)| *s < seconds)
    {
        let roots = [130.8, 174.6, 196.0, 146.8];
        for ratio in [1.0, 1.25, 1.5] {
            for harmonic in 1..=8 {
                let hz = roots[n % 4] * ratio * harmonic as f32;
                for (i, v) in out[(start * RATE) as usize..].iter_mut().enumerate().take(40_000) {
                    let t = i as f32 / RATE;
                    let level = 0.08 / harmonic as f32 * (-t * 4.0).exp() * (t * 400.0).min(1.0);
                    *v += level * (std::f32::consts::TAU * hz * t).sin();
                }
            }
        }
        for (i, v) in out[(start * RATE) as usize..].iter_mut().enumerate().take(4000) {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *v += (noise >> 8) as f32 / 8_388_608.0 * 0.1 * (-(i as f32) / 800.0).exp() - 0.0;
        }
    }
    out
}

#[test]
fn music_comes_back_within_a_decibel() {
    let x = music(4.0);
    let alone = rebuilt(
        &x,
        PhaseSettings {
            rounds: 0,
            ..PhaseSettings::default()
        },
        10_000,
    );
    let y = rebuilt(&x, PhaseSettings::default(), 10_000);
    let (before, after) = (distance_db(&alone, &x), distance_db(&y, &x));
    let fit = convergence(&y, &x);
    assert!(
        after < 1.0 && after < before && fit < 0.12,
        "{before} -> {after} dB, {fit}"
    );
}

#[test]
fn a_stream_sounds_like_the_whole() {
    // 14 s are five blocks; the whole is solved as the same blocks, however the frames are pushed.
    let x = music(14.0);
    let whole = rebuilt(&x, PhaseSettings::default(), 100_000);
    assert_eq!(whole, rebuilt(&x, PhaseSettings::default(), 7));
    // No seam: the frames around each block's end are no worse than the others.
    let stft_frame = |i: usize| i * SPEC.hop;
    let all = distance_db(&whole, &x);
    for seam in [256, 512, 768, 1024] {
        let part = stft_frame(seam - 8)..stft_frame(seam + 8);
        let near = distance_db(&whole[part.clone()], &x[part]);
        assert!(near < all + 0.6, "at {seam}: {near} dB, {all} dB in all");
    }
}

/// Cosine of the angle between two signals.
fn likeness(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(1e-9)
}

/// The frames `made` of `x` solved anew between those of the sound `y` that is there.
fn between(x: &[f32], y: &[f32], made: std::ops::Range<usize>) -> Vec<f32> {
    let (bins, hop) = (SPEC.bins(), SPEC.hop);
    let log = &log_magnitudes(x)[made.start * bins..made.end * bins];
    let before = Given::measure(&SPEC, [y, y], ((made.start - 4) * hop) as i64, 4);
    let after = Given::measure(&SPEC, [y, y], (made.end * hop) as i64, 4);
    let length = ((made.len() + 4) * hop) as u64;
    let mut voice = Voice::resumed(SPEC, PhaseSettings::default(), &before, made.start as u64, length);
    let zero = vec![0.0; log.len()];
    voice.push(log, &zero, &zero);
    voice.finish_before(&after);
    let mut out = Vec::new();
    let mut sink = |chunk: super::AudioChunk<'_>| {
        out.extend_from_slice(chunk.left);
        ControlFlow::Continue(())
    };
    voice.hand_over(&mut sink).unwrap();
    assert_eq!(out.len() as u64, length);
    out.split_off(4 * hop)
}

#[test]
fn a_section_continues_the_old_sound_on_both_sides() {
    let x = music(14.0);
    let y = rebuilt(&x, PhaseSettings::default(), 100_000);
    for made in [200..300, 400..900, 600..612] {
        let z = between(&x, &y, made.clone());
        let old = &y[made.start * SPEC.hop..made.end * SPEC.hop];
        // Nothing changed in what was to be heard, so near the borders the sound is the old one.
        let fade = 1323;
        let first = likeness(&z[..fade], &old[..fade]);
        let last = likeness(&z[z.len() - fade..], &old[old.len() - fade..]);
        // Where there's hardly time between the borders, less is asked for.
        let least = if made.len() > 50 { 0.9 } else { 0.75 };
        assert!(first > least && last > least, "{made:?}: {first} {last}");
        let (db, all) = (distance_db(&z, old), distance_db(&y, &x));
        assert!(db < all + 0.6, "{made:?}: {db} dB, {all} dB in all");
    }
}

#[test]
fn a_sine_stays_steady() {
    for hz in [110.0, 441.0, 1003.7, 5000.0] {
        let x = sine(hz, 7.0, 0.5);
        let y = rebuilt(&x, PhaseSettings::default(), 64);
        // Level of 20 ms blocks away from the ends.
        let levels: Vec<f32> = y[20_000..y.len() - 20_000]
            .chunks_exact(882)
            .map(|b| (b.iter().map(|v| v * v).sum::<f32>() / 882.0).sqrt())
            .collect();
        let mean = levels.iter().sum::<f32>() / levels.len() as f32;
        let worst = levels.iter().map(|l| (l / mean - 1.0).abs()).fold(0.0, f32::max);
        assert!(
            (mean - 0.3536).abs() < 0.02 && worst < 0.08,
            "{hz} Hz: mean {mean}, worst {worst}"
        );
    }
}

#[test]
fn a_click_stays_crisp() {
    let mut x = vec![0.0; 44_100];
    x[20_000] = 1.0;
    x[20_001] = -0.5;
    let y = rebuilt(&x, PhaseSettings::default(), 64);
    let energy = |s: &[f32]| s.iter().map(|v| v * v).sum::<f32>();
    // Some 3 ms to each side hold nearly all of it.
    let near = energy(&y[20_000 - 132..20_000 + 132]) / energy(&y);
    assert!(near > 0.8, "{near}");
}

#[test]
fn silence_stays_silence() {
    assert!(
        rebuilt(&vec![0.0; 200_000], PhaseSettings::default(), 100)
            .iter()
            .all(|v| *v == 0.0)
    );
}

#[test]
fn silence_before_sound_stays_silent() {
    let mut x = vec![0.0; 150_000];
    x.extend(sine(600.0, 1.0, 0.4));
    let y = rebuilt(&x, PhaseSettings::default(), 100);
    assert!(y[..145_000].iter().all(|v| v.abs() < 1e-3));
}

/// Run with `--release -- --ignored --nocapture`: how near the sound comes back, and how fast on one core.
#[test]
#[ignore = "a measurement"]
#[allow(clippy::print_stdout)]
fn figures() {
    let x = music(60.0);
    let log = log_magnitudes(&x);
    for rounds in [0, 8] {
        let settings = PhaseSettings {
            rounds,
            ..PhaseSettings::default()
        };
        let mut voice = Voice::new(SPEC, settings, x.len() as u64);
        let some = vec![0.1; log.len()];
        let start = std::time::Instant::now();
        voice.push(&log, &some, &some);
        voice.finish();
        let time = start.elapsed().as_secs_f64() / 60.0;
        let y = rebuilt(&x, settings, 1000);
        let (db, fit) = (distance_db(&y, &x), convergence(&y, &x));
        println!("{rounds} rounds: {time:.4} s per second, {db:.2} dB, convergence {fit:.3}");
    }
}

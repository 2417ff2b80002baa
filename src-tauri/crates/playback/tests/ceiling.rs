//! The ceiling of the mix as ffmpeg measures it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::io::Write;
use std::process::{Command, Stdio};

use common::{RATE, clip, offline, programme};
use muvi_playback::{Clip, Programme};
use muvi_timeline::{Mix, TempTrack};

/// The true peak in dBTP by ffmpeg's `ebur128` filter.
fn true_peak(frames: &[[f32; 2]]) -> f64 {
    let mut child = Command::new("ffmpeg")
        .args([
            "-hide_banner",
            "-nostats",
            "-f",
            "f32le",
            "-ar",
            &RATE.to_string(),
            "-ac",
            "2",
            "-i",
            "pipe:0",
        ])
        .args(["-af", "ebur128=peak=true", "-f", "null", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ffmpeg is installed");
    let mut stdin = child.stdin.take().unwrap();
    let bytes: Vec<u8> = frames
        .iter()
        .flatten()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let out = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    let summary = said.rsplit("True peak:").next().unwrap();
    let peak = summary
        .split("Peak:")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    peak.and_then(|peak| peak.parse().ok())
        .unwrap_or_else(|| panic!("{said}"))
}

/// A number between -1 and 1 for each sample.
fn noise(seed: u64) -> impl Fn(u64) -> f32 + Send + Sync + 'static {
    move |i| {
        let mut x = (i ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        ((x >> 40) as f32 / 8_388_608.0) - 1.0
    }
}

/// Drums, a distorted bass, a high tone between the samples and hiss at once, far too loud. The hiss fades out towards
/// the highest frequency, as that of recordings does.
fn hot(ceiling_dbtp: f32) -> Programme {
    let length = 10 * u64::from(RATE);
    let second = f64::from(RATE);
    let drums = move |i: u64| {
        let beat = (i % (u64::from(RATE) / 4)) as f64 / second;
        ((-beat * 40.0).exp() * (std::f64::consts::TAU * 90.0 * beat).cos()) as f32
    };
    let bass = move |i: u64| {
        (3.0 * (std::f64::consts::TAU * 55.0 * i as f64 / second).sin()).clamp(-1.0, 1.0) as f32
    };
    let high = move |i: u64| (std::f64::consts::TAU * 0.2499 * i as f64 + 0.7).sin() as f32;
    let hiss = noise(7);
    let hiss = move |i: u64| (hiss(i) + hiss(i + 1)) * 0.7;
    Programme {
        music: vec![
            clip(0, length, drums),
            clip(0, length, bass),
            clip(1000, length - 1000, high),
        ],
        temp: vec![clip(
            0,
            length,
            move |i| if (i / 5000) % 2 == 0 { hiss(i) } else { 0.0 },
        )],
        mix: Mix {
            temp: TempTrack::Keep { gain_db: 0.0 },
            master_db: 12.0,
            ceiling_dbtp,
            ..Mix::default()
        },
        ..programme(length, |_| 0.0)
    }
}

#[test]
fn a_hot_programme_stays_under_its_true_peak() {
    for ceiling in [-1.0_f32, -2.0] {
        let all = offline(&hot(ceiling), 0);
        let peak = true_peak(&all);
        // ffmpeg says it in tenths.
        assert!(peak <= f64::from(ceiling) + 0.05, "{peak} dBTP over {ceiling}");
        assert!(
            peak > f64::from(ceiling) - 1.0,
            "{peak} dBTP: less than there is room for"
        );
    }
    // The measure itself sees peaks between samples: these are at 0.354.
    let quarter = |i: u64| (std::f64::consts::FRAC_PI_2 * (i as f64 + 0.5)).sin() as f32 * 0.5;
    let hidden = Programme {
        music: vec![Clip {
            fade_in: 5000,
            fade_out: 5000,
            ..clip(0, 44_100, quarter)
        }],
        ..programme(44_100, |_| 0.0)
    };
    let peak = true_peak(&offline(&hidden, 0));
    assert!((peak + 6.0).abs() < 0.15, "{peak}");
}

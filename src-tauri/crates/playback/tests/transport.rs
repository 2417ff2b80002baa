//! The transport as plain arithmetic: an engine whose device and clock go by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{RATE, busy, clip, jump, offline, programme, speaking, tone, worst};
use muvi_playback::{Engine, HandPump, Programme, SourceError};
use muvi_timeline::{Mix, TrackMix, db_to_gain};
use proptest::prelude::*;

/// Ramps at starts, stops and jumps, in samples.
const RAMP: usize = 256;

fn engine(made: &Programme) -> (Engine, HandPump) {
    let (engine, mut pump) = HandPump::new(made.sample_rate, Duration::ZERO);
    engine.load(Some(Arc::new(made.clone())));
    pump.turn();
    (engine, pump)
}

fn left(frames: &[[f32; 2]]) -> Vec<f32> {
    frames.iter().map(|frame| frame[0]).collect()
}

#[test]
fn what_is_heard_is_what_is_exported() {
    for made in [busy(150_000), speaking(150_000)] {
        heard_is_exported(&made);
    }
}

fn heard_is_exported(busy: &Programme) {
    let (engine, mut pump) = engine(busy);
    assert!(pump.pump(1000, 100).iter().all(|frame| *frame == [0.0; 2]));
    engine.play();
    let heard = pump.pump(150_000, 441);
    assert!(
        heard == offline(busy, 0),
        "worst {}",
        worst(&heard, &offline(busy, 0))
    );
    assert_eq!(engine.now().underruns, 0);
    let rest = pump.pump(2000, 441);
    assert!(rest[RAMP..].iter().all(|frame| *frame == [0.0; 2]));
    let now = engine.now();
    assert_eq!((now.sample, now.playing, now.underruns), (150_000, false, 0));
    // At the end, play starts again.
    engine.play();
    let again = pump.pump(5000, 441);
    assert!(again == heard[..5000]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn buffers_of_any_size_give_the_same(block in 1_usize..5000) {
        let busy = busy(60_000);
        let (engine, mut pump) = engine(&busy);
        // The feeder learns how much a device takes at once.
        pump.pump(block, block);
        engine.play();
        let heard = pump.pump(60_000, block);
        prop_assert!(heard == offline(&busy, 0));
    }
}

#[test]
fn pause_stops_at_a_sample_and_play_goes_on_from_it() {
    let made = programme(200_000, tone(100.0, 0.5));
    let whole = offline(&made, 0);
    let (engine, mut pump) = engine(&made);
    engine.play();
    assert!(pump.pump(10_000, 500) == whole[..10_000]);
    assert!(engine.now().playing);
    engine.pause();
    let stopped = pump.pump(5000, 500);
    assert!(jump(&stopped) < 0.02, "{}", jump(&stopped));
    assert!(stopped[RAMP..].iter().all(|frame| *frame == [0.0; 2]));
    let now = engine.now();
    assert_eq!((now.sample, now.playing), (10_000, false));
    engine.toggle();
    let on = pump.pump(5000, 500);
    assert!(jump(&on) < 0.02);
    assert!(worst(&on[RAMP..], &whole[10_000 + RAMP..15_000]) < 1e-6);
    assert_eq!(engine.now().sample, 15_000);
    engine.toggle();
    pump.pump(1000, 100);
    assert!(!engine.now().playing);
}

#[test]
fn seeking_jumps_at_once_and_softly() {
    let made = programme(400_000, tone(100.0, 0.5));
    let whole = offline(&made, 0);
    let (engine, mut pump) = engine(&made);
    engine.seek(50_000);
    pump.turn();
    assert_eq!(engine.now().sample, 50_000);
    engine.play();
    let heard = pump.pump(4000, 400);
    assert!(worst(&heard[RAMP..], &whole[50_000 + RAMP..54_000]) < 1e-6);
    engine.seek(300_111);
    let heard = pump.pump(4000, 400);
    assert!(jump(&heard) < 0.02, "{}", jump(&heard));
    assert!(worst(&heard[RAMP..], &whole[300_111 + RAMP..304_111]) < 1e-6);
    assert!(engine.now().playing);
    assert_eq!(engine.now().sample, 304_111);
    // Beyond the end is the end.
    engine.seek(u64::MAX);
    pump.pump(4000, 400);
    assert_eq!((engine.now().sample, engine.now().playing), (400_000, false));
}

#[test]
fn a_loop_has_no_gap_and_exact_length() {
    // Whole periods, so that the joint is not heard and every sample is known.
    let period = |i: u64| tone(441.0, 0.5)(i % 100);
    let made = programme(400_000, period);
    let (engine, mut pump) = engine(&made);
    engine.set_loop(Some((20_000, 30_000)));
    engine.seek(15_000);
    engine.play();
    let heard = pump.pump(100_000, 333);
    for (i, frame) in heard.iter().enumerate().skip(RAMP) {
        assert!((frame[0] - period(i as u64)).abs() < 1e-5, "sample {i}");
    }
    // 15000 to 30000, then rounds of 10000.
    assert_eq!(engine.now().sample, 20_000 + (100_000 - 15_000) % 10_000);
    engine.set_loop(None);
    pump.pump(20_000, 333);
    assert!(engine.now().sample > 30_000);
}

#[test]
fn a_loop_of_anything_joins_softly() {
    let made = programme(400_000, tone(97.3, 0.5));
    let whole = offline(&made, 0);
    let (engine, mut pump) = engine(&made);
    engine.set_loop(Some((0, 44_101)));
    engine.play();
    let heard = pump.pump(150_000, 512);
    assert!(jump(&heard) < 0.02, "{}", jump(&heard));
    for round in 0..3 {
        let start = round * 44_101;
        let (from, to) = (start + RAMP, start + 44_101);
        assert!(
            worst(&heard[from..to], &whole[RAMP..44_101]) < 1e-6,
            "round {round}"
        );
    }
}

#[test]
fn shuttle_goes_both_ways() {
    // A straight line tells where the head is.
    let line = |i: u64| i as f32 / 1e6;
    let made = programme(600_000, line);
    let (engine, mut pump) = engine(&made);
    engine.seek(100_000);
    engine.shuttle(2.0);
    let heard = left(&pump.pump(20_000, 500));
    for (i, value) in heard.iter().enumerate().skip(RAMP) {
        let place = 100_000.0 + 2.0 * i as f32;
        assert!((value * 1e6 - place).abs() < 2.0, "sample {i}: {value}");
    }
    assert_eq!((engine.now().sample, engine.now().speed), (140_000, 2.0));
    engine.pause();
    pump.pump(1000, 100);
    assert_eq!(engine.now().sample, 140_000);
    engine.shuttle(-1.0);
    let heard = left(&pump.pump(60_000, 500));
    for (i, value) in heard.iter().enumerate().skip(RAMP) {
        assert!(
            (value * 1e6 - (140_000.0 - i as f32)).abs() < 0.5,
            "sample {i}: {value}"
        );
    }
    engine.shuttle(-8.0);
    let heard = pump.pump(20_000, 500);
    assert!(jump(&heard) < 0.01);
    // It runs into the start and stops there.
    let now = engine.now();
    assert_eq!((now.sample, now.playing, now.underruns), (0, false, 0));
    engine.shuttle(0.5);
    pump.pump(10_000, 500);
    assert_eq!(engine.now().sample, 5000);
    engine.play();
    let before = engine.now().sample;
    pump.pump(20_000, 500);
    // What was rendered ahead still goes at the old speed.
    let way = engine.now().sample - before;
    assert!((17_000..=20_000).contains(&way), "{way}");
    engine.shuttle(0.0);
    pump.pump(1000, 500);
    assert!(!engine.now().playing);
}

#[test]
fn takes_are_swapped_in_place() {
    let first = programme(400_000, |_| 0.25);
    let second = programme(400_000, |_| 0.5);
    let (engine, mut pump) = engine(&first);
    engine.play();
    pump.pump(20_000, 500);
    engine.swap(Arc::new(second));
    let heard = left(&pump.pump(20_000, 500));
    assert!(
        heard
            .windows(2)
            .all(|pair| pair[1] >= pair[0] && pair[1] - pair[0] < 0.002)
    );
    assert_eq!((heard[0], heard[19_999]), (0.25, 0.5));
    let between = heard
        .iter()
        .filter(|value| **value > 0.25 && **value < 0.5)
        .count();
    assert!(between <= 256, "{between}");
    // No later than what was rendered ahead.
    assert!(heard[6000] == 0.5);
    assert_eq!(engine.now().sample, 40_000);
    // Also while it rests, and at the place where it rests.
    engine.pause();
    pump.pump(1000, 500);
    engine.swap(Arc::new(programme(400_000, |i| i as f32 / 1e6)));
    pump.turn();
    engine.play();
    let heard = left(&pump.pump(1000, 100));
    assert!((heard[999] - 0.040_999).abs() < 1e-5, "{}", heard[999]);
}

#[test]
fn the_mix_changes_without_clicks() {
    let made = programme(400_000, tone(100.0, 0.5));
    let (engine, mut pump) = engine(&made);
    engine.play();
    pump.pump(20_000, 500);
    for gain_db in [-6.0, -144.0, 3.0, 0.0, -20.0] {
        let mix = Mix {
            music: TrackMix {
                gain_db,
                ..TrackMix::default()
            },
            ..Mix::default()
        };
        engine.set_mix(mix).unwrap();
        let heard = pump.pump(10_000, 500);
        assert!(jump(&heard) < 0.02, "{gain_db} dB: {}", jump(&heard));
        let peak = heard[7000..]
            .iter()
            .map(|frame| frame[0].abs())
            .fold(0.0, f32::max);
        assert!(
            (peak - 0.5 * db_to_gain(gain_db)).abs() < 1e-3,
            "{gain_db} dB: {peak}"
        );
    }
    // One that needs the programme opened anew.
    let faded = Mix {
        music: TrackMix {
            fade_out: 1000,
            ..TrackMix::default()
        },
        ..Mix::default()
    };
    engine.set_mix(faded).unwrap();
    let heard = pump.pump(10_000, 500);
    assert!(jump(&heard) < 0.02);
    assert!(heard[9000..].iter().any(|frame| frame[0] > 0.49));
    let wrong = Mix {
        ceiling_dbtp: 3.0,
        ..Mix::default()
    };
    assert!(engine.set_mix(wrong).is_err());
}

#[test]
fn the_latency_of_the_device_is_taken_off() {
    let made = programme(400_000, tone(100.0, 0.5));
    let (engine, mut pump) = HandPump::new(RATE, Duration::from_millis(200));
    engine.load(Some(Arc::new(made)));
    pump.turn();
    engine.seek(10_000);
    engine.play();
    pump.pump(4410, 441);
    assert_eq!(engine.now().sample, 10_000, "nothing is heard yet");
    pump.pump(44_100, 441);
    let lag = 10_000 + 4410 + 44_100 - engine.now().sample;
    assert!((8819..=8821).contains(&lag), "{lag}");
    engine.pause();
    pump.pump(441, 441);
    assert_eq!(engine.now().sample, 10_000 + 4410 + 44_100);
}

#[test]
fn another_rate_of_the_device_is_served() {
    let made = programme(200_000, tone(440.0, 0.5));
    let (engine, mut pump) = HandPump::new(48_000, Duration::ZERO);
    engine.load(Some(Arc::new(made)));
    pump.turn();
    engine.play();
    let heard = left(&pump.pump(48_000, 480));
    let want = |i: usize| ((std::f64::consts::TAU * 440.0 * i as f64 / 48_000.0).sin() * 0.5) as f32;
    let worst = (1000..48_000)
        .map(|i| (heard[i] - want(i)).abs())
        .fold(0.0, f32::max);
    assert!(worst < 1e-3, "{worst}");
    assert_eq!(engine.now().sample, 44_100);
    engine.pause();
    pump.pump(480, 480);
    assert_eq!(engine.now().sample, 44_100);
    engine.play();
    // To the end: nothing is lost in the converter.
    let heard = left(&pump.pump(200_000, 480));
    let last = heard.iter().rposition(|value| *value != 0.0).unwrap() as f64;
    assert!(
        (last - (200_000.0 - 44_100.0) * 48_000.0 / 44_100.0).abs() < 300.0,
        "{last}"
    );
    assert_eq!((engine.now().sample, engine.now().playing), (200_000, false));
    assert_eq!(engine.now().underruns, 0);
}

#[test]
fn dragging_sounds_where_the_head_is() {
    // Each second has its own level.
    let made = programme(441_000, |i| tone(441.0, 0.1)(i) * (1 + i / 44_100) as f32);
    let (engine, mut pump) = engine(&made);
    let loudest = |frames: &[[f32; 2]]| frames.iter().map(|frame| frame[0].abs()).fold(0.0, f32::max);
    for second in [2_u64, 7, 4] {
        engine.scrub(second * 44_100 + 100);
        let heard = pump.pump(6000, 256);
        assert!(
            (loudest(&heard) - 0.1 * (second + 1) as f32).abs() < 0.02,
            "{}",
            loudest(&heard)
        );
        assert!(jump(&heard) < 0.08);
        // A head that rests is silent.
        assert_eq!(heard[5999], [0.0; 2]);
        assert_eq!(engine.now().sample, second * 44_100 + 100);
    }
    // The latest place wins.
    for second in [1_u64, 3, 5, 6] {
        engine.scrub(second * 44_100);
    }
    let heard = pump.pump(1500, 256);
    assert!((loudest(&heard) - 0.7).abs() < 0.05, "{}", loudest(&heard));
    engine.scrub_end();
    pump.pump(6000, 256);
    assert!(!engine.now().playing);
    assert_eq!(engine.now().underruns, 0);
    // From playing into playing.
    engine.play();
    pump.pump(5000, 256);
    engine.scrub(44_100);
    pump.pump(1000, 256);
    assert!(!engine.now().playing);
    engine.scrub_end();
    pump.pump(1000, 250);
    let now = engine.now();
    assert_eq!((now.playing, now.sample), (true, 45_100));
}

#[test]
fn a_style_clip_plays_by_itself() {
    let made = programme(400_000, |_| 0.25);
    let (engine, mut pump) = engine(&made);
    engine.play();
    pump.pump(10_000, 500);
    let mut left_over = 22_050_usize;
    let style = move |planes: [&mut [f32]; 2]| -> Result<usize, SourceError> {
        let count = planes[0].len().min(left_over);
        left_over -= count;
        for plane in planes {
            plane[..count].fill(-0.5);
        }
        Ok(count)
    };
    engine.audition(Box::new(style), RATE);
    pump.turn();
    let heard = left(&pump.pump(10_000, 500));
    assert!(heard[RAMP..].iter().all(|value| *value == -0.5));
    let now = engine.now();
    assert_eq!((now.playing, now.auditioning, now.sample), (false, true, 10_000));
    let heard = left(&pump.pump(20_000, 500));
    assert!(heard[12_049] == -0.5 && heard[12_051 + RAMP] == 0.0);
    assert!(!engine.now().auditioning);
    engine.play();
    let heard = left(&pump.pump(1000, 500));
    assert_eq!(heard[999], 0.25);
    engine.audition(
        Box::new(|planes: [&mut [f32]; 2]| -> Result<usize, SourceError> { Ok(planes[0].len()) }),
        RATE,
    );
    pump.pump(1000, 500);
    engine.stop_audition();
    pump.pump(1000, 500);
    let now = engine.now();
    assert_eq!((now.auditioning, now.underruns), (false, 0));
}

#[test]
fn meters_show_what_is_heard() {
    let made = programme(400_000, tone(997.0, db_to_gain(-20.0).into()));
    let (engine, mut pump) = engine(&made);
    assert_eq!(engine.meters().peak_db, [-90.0; 2]);
    engine.play();
    pump.pump(200_000, 500);
    let meters = engine.meters();
    assert!((meters.peak_db[0] + 20.0).abs() < 0.1, "{meters:?}");
    // A stereo sine of -20 dBFS measures -20 LUFS.
    assert!((meters.momentary_lufs + 20.0).abs() < 0.2, "{meters:?}");
    assert!((meters.short_term_lufs + 20.0).abs() < 0.2, "{meters:?}");
    assert_eq!(meters.ducking_db, 0.0);
    engine.pause();
    pump.pump(1000, 500);
    engine.meters();
    assert_eq!(engine.meters().peak_db, [-90.0; 2]);
    assert_eq!(engine.meters().momentary_lufs, -90.0);
}

#[test]
fn a_clip_that_fails_leaves_the_others() {
    let mut made = programme(100_000, |_| 0.25);
    let broken = || -> Result<Box<dyn muvi_playback::SeekableSource + Send>, SourceError> {
        Err("take 3 is gone".into())
    };
    made.music.push(muvi_playback::Clip {
        source: Arc::new(broken),
        ..clip(0, 1000, |_| 0.0)
    });
    let (engine, mut pump) = engine(&made);
    engine.play();
    assert_eq!(pump.pump(500, 100)[499][0], 0.25);
    let problem = engine.now().problem.unwrap();
    assert!(problem.contains("take 3 is gone"), "{problem}");
    engine.swap(Arc::new(programme(100_000, |_| 0.5)));
    pump.pump(10_000, 100);
    assert_eq!(engine.now().problem, None);
}

#[test]
fn without_a_programme_nothing_happens() {
    let (engine, mut pump) = HandPump::new(RATE, Duration::ZERO);
    engine.play();
    engine.seek(100);
    engine.scrub(5);
    engine.scrub_end();
    engine.shuttle(f32::NAN);
    engine.set_loop(Some((5, 2)));
    assert!(pump.pump(1000, 100).iter().all(|frame| *frame == [0.0; 2]));
    assert_eq!((engine.now().sample, engine.now().playing), (0, false));
    engine.load(Some(Arc::new(programme(0, |_| 0.5))));
    engine.play();
    pump.pump(1000, 100);
    assert!(!engine.now().playing);
    engine.load(None);
    pump.turn();
    assert_eq!(engine.now().sample, 0);
}

//! Clips on a lane, and renderers that start anywhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use common::{RATE, busy, clip, jump, made, offline, programme, speaking, tone, worst};
use muvi_playback::{Clip, Lane, RenderError, Renderer, SeekableSource, Source, SourceError, Track};
use muvi_timeline::{Ducking, FadeCurve, Mix, TempTrack, TrackMix, db_to_gain};
use proptest::prelude::*;

fn read(lane: &mut Lane, count: usize, block: usize) -> Vec<f32> {
    let (mut left, mut right) = (vec![9.0; count], vec![9.0; count]);
    for (left, right) in left.chunks_mut(block).zip(right.chunks_mut(block)) {
        assert_eq!(lane.read([left, right]).unwrap(), left.len());
    }
    assert!(left.iter().zip(&right).all(|(left, right)| *left == -*right));
    left
}

#[test]
fn clips_lie_where_they_were_laid() {
    let counting = |i: u64| i as f32;
    let late = Clip {
        offset: 5,
        gain_db: -6.0,
        ..clip(30, 10, counting)
    };
    let mut lane = Lane::new(vec![clip(10, 10, |_| 0.5), clip(15, 10, |_| 0.25), late]);
    let out = read(&mut lane, 50, 7);
    let want = |i: usize| match i {
        10..15 => 0.5,
        15..20 => 0.75,
        20..25 => 0.25,
        // The source has 10 samples: 5 of them after the offset.
        30..35 => (i - 25) as f32 * db_to_gain(-6.0),
        _ => 0.0,
    };
    for (i, value) in out.iter().enumerate() {
        assert_eq!(*value, want(i), "sample {i}");
    }
    lane.seek(12).unwrap();
    assert_eq!(read(&mut lane, 20, 20), &out[12..32]);
}

#[test]
fn fades_of_clips_cross() {
    let fade = |start, fade_in, fade_out| Clip {
        fade_in,
        fade_out,
        ..clip(start, 100, |_| 1.0)
    };
    let out = read(&mut Lane::new(vec![fade(0, 0, 50), fade(49, 50, 0)]), 149, 64);
    assert!(out.iter().all(|value| (value - 1.0).abs() < 1e-6), "{out:?}");
    let alone = read(&mut Lane::new(vec![fade(0, 10, 0)]), 12, 64);
    assert_eq!((alone[0], alone[5], alone[10]), (0.0, 0.5, 1.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn blocks_and_starts_do_not_matter(block in 1_usize..3000, start in 0_u64..5000) {
        let clips = || vec![
            Clip { fade_in: 300, fade_out: 900, fade_in_curve: FadeCurve::EqualPower, fade_out_curve: FadeCurve::EqualPower, ..clip(700, 2500, tone(300.0, 0.5)) },
            Clip { offset: 50, gain_db: 2.0, ..clip(2000, 2000, tone(700.0, 0.4)) },
        ];
        let whole = read(&mut Lane::new(clips()), 9000, 9000);
        let mut lane = Lane::new(clips());
        lane.seek(start).unwrap();
        let part = read(&mut lane, 9000 - start as usize, block);
        prop_assert!(part == whole[start as usize..]);
    }
}

/// A take in the making.
struct Growing {
    there: Arc<AtomicU64>,
    at: u64,
}

impl Source for Growing {
    fn read(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, SourceError> {
        let left = self.there.load(Ordering::SeqCst).saturating_sub(self.at);
        let count = left.min(planes[0].len() as u64) as usize;
        let [left, right] = planes;
        left[..count].fill(0.5);
        right[..count].fill(-0.5);
        self.at += count as u64;
        Ok(count)
    }
}

impl SeekableSource for Growing {
    fn seek(&mut self, sample: u64) -> Result<(), SourceError> {
        self.at = sample;
        Ok(())
    }
}

#[test]
fn a_take_in_the_making_is_heard_as_it_grows() {
    let there = Arc::new(AtomicU64::new(1500));
    let seen = there.clone();
    let source = move || -> Result<Box<dyn SeekableSource + Send>, SourceError> {
        let there = seen.clone();
        Ok(Box::new(Growing { there, at: 0 }))
    };
    let take = Clip {
        source: Arc::new(source),
        ..clip(0, 10_000, |_| 0.0)
    };
    let mut lane = Lane::new(vec![take]);
    let out = read(&mut lane, 3000, 1000);
    assert!(out[..1500].iter().all(|v| *v == 0.5) && out[1500..].iter().all(|v| *v == 0.0));
    there.store(3700, Ordering::SeqCst);
    let out = read(&mut lane, 1000, 1000);
    assert!(out[..700].iter().all(|v| *v == 0.5) && out[700..].iter().all(|v| *v == 0.0));
}

#[test]
fn a_clip_that_cannot_be_opened_stops_an_export() {
    let broken = Clip {
        source: Arc::new(|| -> Result<Box<dyn SeekableSource + Send>, SourceError> {
            Err("no such take".into())
        }),
        ..clip(0, 100, |_| 0.0)
    };
    let mut broken_programme = programme(1000, tone(100.0, 0.5));
    broken_programme.music.push(broken);
    let error = broken_programme.renderer(0).unwrap_err();
    assert!(matches!(
        error,
        RenderError::Source {
            track: Track::Music,
            ..
        }
    ));
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "no such take"
    );
}

#[test]
fn a_start_in_the_middle_is_the_middle_of_the_whole() {
    for made in [busy(250_000), speaking(250_000)] {
        let whole = offline(&made, 0);
        assert_eq!(whole.len(), 250_000);
        for start in [1_u64, 999, 31_000, 70_001, 128_000, 200_000, 249_999, 250_000] {
            let part = offline(&made, start);
            let worst = worst(&part, &whole[start as usize..]);
            assert!(worst < 1e-5, "from {start}: {worst}");
        }
    }
}

#[test]
fn going_back_and_forth_leaves_no_trace() {
    let busy = busy(200_000);
    let whole = offline(&busy, 0);
    let mut renderer = busy.renderer(0).unwrap();
    for place in [150_000_u64, 20, 70_000, 199_000] {
        renderer.seek(place).unwrap();
        let (mut left, mut right) = (vec![0.0; 700], vec![0.0; 700]);
        renderer.render([&mut left, &mut right]).unwrap();
        let part: Vec<[f32; 2]> = left.into_iter().zip(right).map(|(l, r)| [l, r]).collect();
        let at = place as usize;
        assert!(worst(&part, &whole[at..at + 700]) < 1e-5, "at {place}");
        assert_eq!(renderer.position(), place + 700);
    }
}

/// Renders `count` samples, changing the mix where told.
fn with_changes(mut renderer: Renderer, count: usize, changes: &[(usize, Mix)]) -> Vec<[f32; 2]> {
    let mut out = Vec::new();
    for i in 0..count {
        for (_, mix) in changes.iter().filter(|(at, _)| *at == i) {
            assert!(renderer.set_mix(mix).unwrap());
        }
        let (mut left, mut right) = ([0.0], [0.0]);
        renderer.render([&mut left, &mut right]).unwrap();
        out.push([left[0], right[0]]);
    }
    out
}

#[test]
fn a_changed_mix_arrives_without_a_click() {
    // Speech all along, so that ducking is fully down once it is on. Low tones, so that a click would stand out.
    let base = |mix: Mix| Programme2 { mix }.renderer();
    let keep = Mix {
        temp: TempTrack::Keep { gain_db: 0.0 },
        ..Mix::default()
    };
    let ducked = Mix {
        temp: TempTrack::Duck(Ducking {
            depth_db: 20.0,
            ..Ducking::speech(RATE)
        }),
        ..Mix::default()
    };
    let deeper = Mix {
        temp: TempTrack::Duck(Ducking {
            depth_db: 40.0,
            look_ahead: 20_000,
            ..Ducking::speech(RATE)
        }),
        ..Mix::default()
    };
    let quiet = Mix {
        music: TrackMix {
            gain_db: -144.0,
            ..TrackMix::default()
        },
        ..Mix::default()
    };
    let loud = Mix {
        master_db: 6.0,
        ..keep
    };
    let changes = [
        (20_000, ducked),
        (40_000, deeper),
        (60_000, keep),
        (70_000, Mix::default()),
        (80_000, loud),
        (90_000, quiet),
        (100_000, keep),
    ];
    let out = with_changes(base(keep), 110_000, &changes);
    let steady = jump(&out[1000..19_000]);
    // At 6 dB more the tones themselves step twice as far.
    assert!(jump(&out) < steady * 2.2, "{} against {steady}", jump(&out));
    let level = |range: std::ops::Range<usize>| out[range].iter().map(|f| f[0].abs()).fold(0.0, f32::max);
    assert!(
        level(71_000..80_000) < 0.31 && level(71_000..80_000) > 0.28,
        "music alone"
    );
    assert!(level(91_500..100_000) < 1e-6, "all muted");
    assert!((level(101_500..110_000) - level(2000..20_000)).abs() < 0.01);
}

struct Programme2 {
    mix: Mix,
}

impl Programme2 {
    fn renderer(&self) -> Renderer {
        let mut made = programme(200_000, tone(60.0, 0.3));
        made.temp = vec![clip(0, 200_000, tone(45.0, 0.1))];
        made.mix = self.mix;
        made.renderer(0).unwrap()
    }
}

#[test]
fn a_change_that_needs_another_renderer_is_said() {
    let mut renderer = programme(10_000, tone(60.0, 0.3)).renderer(0).unwrap();
    let faded = Mix {
        music: TrackMix {
            fade_in: 10,
            ..TrackMix::default()
        },
        ..Mix::default()
    };
    assert!(!renderer.set_mix(&faded).unwrap());
    let wrong = Mix {
        master_db: f32::NAN,
        ..Mix::default()
    };
    assert!(matches!(renderer.set_mix(&wrong), Err(RenderError::Mix(_))));
}

#[test]
fn ducking_is_metered() {
    let mut made = programme(100_000, tone(60.0, 0.3));
    made.temp = vec![clip(0, 100_000, |i| {
        if i > 50_000 { tone(200.0, 0.4)(i) } else { 0.0 }
    })];
    made.mix.temp = TempTrack::Duck(Ducking::speech(RATE));
    let mut renderer = made.renderer(0).unwrap();
    let mut go = |count: usize| {
        let (mut left, mut right) = (vec![0.0; count], vec![0.0; count]);
        renderer.render([&mut left, &mut right]).unwrap();
        renderer.ducking_db()
    };
    assert_eq!(go(40_000), 0.0);
    assert!((go(12_000) - 10.0).abs() < 0.01);
}

#[test]
fn sources_are_opened_once_per_lane() {
    let count = Arc::new(Mutex::new(0));
    let seen = count.clone();
    let inner = made(1000, |_| 0.5);
    let source = move || -> Result<Box<dyn SeekableSource + Send>, SourceError> {
        *seen.lock().unwrap() += 1;
        inner.open()
    };
    let counted = Clip {
        source: Arc::new(source),
        ..clip(0, 1000, |_| 0.0)
    };
    let mut lane = Lane::new(vec![counted]);
    lane.open().unwrap();
    read(&mut lane, 500, 100);
    lane.seek(0).unwrap();
    read(&mut lane, 500, 100);
    assert_eq!(*count.lock().unwrap(), 1);
}

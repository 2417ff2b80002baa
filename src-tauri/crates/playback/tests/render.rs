//! The mix as plain arithmetic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use muvi_playback::{RenderError, Renderer, Source, SourceError, Track};
use muvi_timeline::{Ducking, FadeCurve, Mix, TempTrack, TrackMix, db_to_gain};

const RATE: u32 = 48_000;

fn samples(count: usize, at: impl Fn(usize) -> f32 + Send + 'static) -> Box<dyn Source + Send> {
    let mut done = 0;
    Box::new(move |planes: [&mut [f32]; 2]| -> Result<usize, SourceError> {
        let [left, right] = planes;
        let now = left.len().min(count - done);
        for i in 0..now {
            left[i] = at(done + i);
            right[i] = -at(done + i);
        }
        done += now;
        Ok(now)
    })
}

fn tone(hz: f32, level: f32) -> impl Fn(usize) -> f32 {
    move |i| (std::f32::consts::TAU * hz * i as f32 / RATE as f32).sin() * level
}

fn render(mut renderer: Renderer, block: usize) -> Vec<f32> {
    let (mut left, mut right) = (vec![0.0; block], vec![0.0; block]);
    let mut all = Vec::new();
    loop {
        let count = renderer.render([&mut left, &mut right]).unwrap();
        if count == 0 {
            return all;
        }
        all.extend_from_slice(&left[..count]);
        assert!(left[..count].iter().zip(&right[..count]).all(|(l, r)| *l == -*r));
    }
}

fn busy_mix() -> Mix {
    Mix {
        music: TrackMix {
            gain_db: 3.0,
            fade_in: 1000,
            fade_out: 2000,
            curve: FadeCurve::EqualPower,
        },
        temp: TempTrack::Duck(Ducking::speech(RATE)),
        master_db: 4.0,
        ceiling_dbtp: -1.0,
    }
}

fn busy(length: u64) -> Renderer {
    let speech = |i: usize| {
        if (i / 12_000) % 2 == 1 {
            tone(200.0, 0.4)(i)
        } else {
            0.0
        }
    };
    let music = samples(50_000, tone(440.0, 0.8));
    Renderer::new(music, Some(samples(40_000, speech)), &busy_mix(), RATE, length).unwrap()
}

#[test]
fn blocks_of_any_size_give_the_same_samples() {
    let whole = render(busy(60_001), 100_000);
    assert_eq!(whole.len(), 60_001);
    for block in [1, 64, 480, 4096] {
        assert!(render(busy(60_001), block) == whole, "blocks of {block}");
    }
}

#[test]
fn quiet_music_passes_bit_by_bit() {
    let source = tone(440.0, 0.5);
    let plain = Renderer::new(
        samples(9_000, tone(440.0, 0.5)),
        None,
        &Mix::default(),
        RATE,
        10_000,
    )
    .unwrap();
    let out = render(plain, 333);
    assert_eq!(out.len(), 10_000);
    assert!((0..9_000).all(|i| out[i] == source(i)));
    assert!(out[9_000..].iter().all(|&sample| sample == 0.0));
}

#[test]
fn long_music_is_cut_to_the_sample() {
    let out = Renderer::new(samples(90_000, |_| 0.25), None, &Mix::default(), RATE, 12_345).unwrap();
    let out = render(out, 1000);
    assert_eq!((out.len(), out[12_344]), (12_345, 0.25));
}

#[test]
fn fades_are_exact_to_the_sample() {
    let music = TrackMix {
        fade_in: 100,
        fade_out: 200,
        curve: FadeCurve::Linear,
        ..TrackMix::default()
    };
    let mix = Mix {
        music,
        ..Mix::default()
    };
    let out = render(
        Renderer::new(samples(1000, |_| 0.5), None, &mix, RATE, 1000).unwrap(),
        64,
    );
    assert_eq!((out[0], out[50], out[100], out[799]), (0.0, 0.25, 0.5, 0.5));
    assert_eq!((out[899], out[999]), (0.25, 0.0));
    assert!(out[800] < 0.5 && out[799] == 0.5);
}

#[test]
fn the_temp_track_is_kept_or_muted() {
    let mix = |temp| Mix {
        temp,
        ..Mix::default()
    };
    let make = |mix: &Mix| {
        Renderer::new(
            samples(500, |_| 0.25),
            Some(samples(500, |_| 0.5)),
            mix,
            RATE,
            500,
        )
        .unwrap()
    };
    assert_eq!(render(make(&mix(TempTrack::Mute)), 64)[100], 0.25);
    let kept = render(make(&mix(TempTrack::Keep { gain_db: -6.0 })), 64)[100];
    assert!((kept - (0.25 + 0.5 * db_to_gain(-6.0))).abs() < 1e-6);
}

#[test]
fn music_is_down_when_speech_starts_and_back_after_it() {
    let ducking = Ducking {
        attack: 4800,
        hold: 9600,
        release: 4800,
        look_ahead: 4800,
        ..Ducking::speech(RATE)
    };
    let mix = Mix {
        temp: TempTrack::Duck(ducking),
        ..Mix::default()
    };
    // Speech on one side of zero only, so that it can be taken away from the sum again.
    let speech = |i: usize| if (48_000..72_000).contains(&i) { 0.1 } else { 0.0 };
    let made = Renderer::new(
        samples(200_000, |_| 0.5),
        Some(samples(200_000, speech)),
        &mix,
        RATE,
        150_000,
    );
    let out = render(made.unwrap(), 512);
    let music: Vec<f32> = out.iter().enumerate().map(|(i, sum)| sum - speech(i)).collect();
    let lowered = 0.5 * db_to_gain(-10.0);
    assert_eq!(music[43_000], 0.5);
    assert!(music[45_600] < 0.5 && music[45_600] > lowered);
    assert!((music[48_000] - lowered).abs() < 1e-4, "{}", music[48_000]);
    assert!((music[71_999] - lowered).abs() < 1e-4);
    assert!((music[76_000] - lowered).abs() < 1e-4, "held");
    assert!((music[95_000] - 0.5).abs() < 1e-4, "released: {}", music[95_000]);
}

#[test]
fn the_ceiling_holds_and_the_sum_stays_clean() {
    let loud = Mix {
        master_db: 12.0,
        ..Mix::default()
    };
    for hz in [50.0, 997.0, 11_025.0, 12_000.0] {
        let out = render(
            Renderer::new(samples(96_000, tone(hz, 0.9)), None, &loud, RATE, 96_000).unwrap(),
            256,
        );
        let peak = out.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        assert!(peak <= db_to_gain(-1.0) + 1e-6, "{hz} Hz: {peak}");
        assert!(peak > db_to_gain(-4.5), "{hz} Hz: {peak}");
    }
}

#[test]
fn peaks_between_samples_count() {
    // A quarter of the rate, 45 degrees off: samples at 0.707 of the real peak.
    let hidden =
        |i: usize| (std::f32::consts::FRAC_PI_2 * (i % 4) as f32 + std::f32::consts::FRAC_PI_4).sin();
    let out = render(
        Renderer::new(samples(48_000, hidden), None, &Mix::default(), RATE, 48_000).unwrap(),
        256,
    );
    let peak = out[1000..47_000]
        .iter()
        .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let real = peak * std::f32::consts::SQRT_2;
    assert!(real < db_to_gain(-0.95) && real > db_to_gain(-1.5), "{real}");
}

#[test]
fn bad_numbers_and_bad_sources_are_contained() {
    let spoilt = |i: usize| if i == 100 { f32::NAN } else { 0.25 };
    let out = render(
        Renderer::new(samples(2000, spoilt), None, &Mix::default(), RATE, 2000).unwrap(),
        64,
    );
    assert_eq!((out[100], out[1500]), (0.0, 0.25));
    let mut calls = 0;
    let broken = move |planes: [&mut [f32]; 2]| -> Result<usize, SourceError> {
        calls += 1;
        if calls > 2 {
            Err("gone".into())
        } else {
            Ok(planes[0].len())
        }
    };
    let mut renderer = Renderer::new(Box::new(broken), None, &Mix::default(), RATE, 9000).unwrap();
    let (mut left, mut right) = ([0.0; 4096], [0.0; 4096]);
    let error = renderer.render([&mut left, &mut right]).unwrap_err();
    assert!(matches!(
        error,
        RenderError::Source {
            track: Track::Music,
            ..
        }
    ));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "gone");
    assert!(matches!(
        Renderer::new(samples(1, |_| 0.0), None, &Mix::default(), 0, 1),
        Err(RenderError::SampleRate(0))
    ));
}

#[test]
fn an_empty_mix_is_empty() {
    assert!(
        render(
            Renderer::new(samples(10, |_| 0.5), None, &Mix::default(), RATE, 0).unwrap(),
            64
        )
        .is_empty()
    );
}

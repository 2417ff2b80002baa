//! Drawn gain, cross-fades, ducking by speech and stems as plain arithmetic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::sync::Arc;

use common::{RATE, busy, clip, drawn, jump, offline, programme, speaking, tone, worst};
use muvi_playback::{
    Bus, Clip, Lane, Programme, Renderer, SeekableSource, Source, duck_curve, speech_report,
};
use muvi_timeline::{DuckBy, Ducking, FadeCurve, Mix, SampleSpan, TempTrack, db_to_gain};
use proptest::prelude::*;

/// The left side of a lane.
fn read(lane: &mut Lane, count: usize, block: usize) -> Vec<f32> {
    let (mut left, mut right) = (vec![0.0; count], vec![0.0; count]);
    for (a, b) in left.chunks_mut(block).zip(right.chunks_mut(block)) {
        lane.read([a, b]).unwrap();
    }
    left
}

/// The factor at a sample by the words of the domain, with no thought of speed.
fn slow(points: &[(u64, f32)], sample: u64) -> f64 {
    let before = points.iter().rev().find(|point| point.0 <= sample);
    let after = points.iter().find(|point| point.0 > sample);
    let db = match (before, after) {
        (None, None) => 0.0,
        (Some(only), None) | (None, Some(only)) => f64::from(only.1),
        (Some(a), Some(b)) => {
            let part = (sample - a.0) as f64 / (b.0 - a.0) as f64;
            f64::from(a.1) * (1.0 - part) + f64::from(b.1) * part
        }
    };
    if db <= -60.0 { 0.0 } else { 10_f64.powf(db / 20.0) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn drawn_gain_is_exact_at_every_sample(
        places in prop::collection::btree_set(0_u64..6000, 0..12),
        gains in prop::collection::vec(prop_oneof![-60_f32..12.0, Just(-60_f32)], 12),
        block in 1_usize..3000, start in 0_u64..6000,
    ) {
        let points: Vec<(u64, f32)> = places.into_iter().zip(gains).collect();
        let clips = || vec![Clip { automation: drawn(&points), ..clip(500, 5000, |_| 0.5) }];
        let whole = read(&mut Lane::new(clips()), 6000, 6000);
        for (sample, value) in whole.iter().enumerate().skip(500).take(5000) {
            let wanted = 0.5 * slow(&points, sample as u64);
            // Near silence a rounded place decides between -60 dB and nothing.
            prop_assert!((f64::from(*value) - wanted).abs() < 1e-6 * wanted.max(1.0) + 6e-4 * f64::from(u8::from(wanted < 6e-4)), "{sample}: {value} {wanted}");
        }
        let mut lane = Lane::new(clips());
        lane.seek(start).unwrap();
        let part = read(&mut lane, 6000 - start as usize, block);
        prop_assert!(part == whole[start as usize..]);
    }

    #[test]
    fn equal_power_fades_that_cross_keep_the_power(overlap in 200_u64..4000) {
        use FadeCurve::EqualPower;
        let first = Clip { fade_out: overlap, fade_out_curve: EqualPower, ..clip(0, 3000 + overlap, |_| 1.0) };
        let second = Clip { fade_in: overlap, fade_in_curve: EqualPower, ..clip(3000, 3000 + overlap, |_| 1.0) };
        let count = 6000 + overlap as usize;
        let a = read(&mut Lane::new(vec![first]), count, 512);
        let b = read(&mut Lane::new(vec![second]), count, 512);
        for (a, b) in a.iter().zip(&b) {
            // Both ends of a fade-in count as its start and its end: one sample is missing in between.
            prop_assert!((a * a + b * b - 1.0).abs() < 2.0 / overlap as f32);
        }
    }
}

#[test]
fn a_gap_between_cues_is_silent_to_the_bit() {
    let made = Programme {
        music: vec![
            clip(0, 30_000, tone(220.0, 0.99)),
            clip(60_000, 30_000, tone(330.0, 0.99)),
        ],
        mix: Mix {
            master_db: 6.0,
            ..Mix::default()
        },
        ..programme(100_000, |_| 0.0)
    };
    let out = offline(&made, 0);
    assert!(out[30_000..60_000].iter().all(|frame| *frame == [0.0; 2]));
    assert!(out[90_000..].iter().all(|frame| *frame == [0.0; 2]));
    assert!(out[29_000..30_000].iter().any(|frame| frame[0] != 0.0));
}

fn stem(made: &Programme, bus: Bus) -> Vec<[f32; 2]> {
    let mut renderer = made.bus(bus, 0).unwrap();
    let (mut left, mut right) = (vec![0.0; 777], vec![0.0; 777]);
    let mut all = Vec::new();
    loop {
        let count = renderer.render([&mut left, &mut right]).unwrap();
        if count == 0 {
            return all;
        }
        all.extend((0..count).map(|i| [left[i], right[i]]));
    }
}

fn sum(a: &[[f32; 2]], b: &[[f32; 2]]) -> Vec<[f32; 2]> {
    a.iter().zip(b).map(|(a, b)| [a[0] + b[0], a[1] + b[1]]).collect()
}

#[test]
fn stems_add_up_to_the_mix_before_its_limiter() {
    for mut made in [busy(200_000), speaking(200_000)] {
        // Quiet enough for the limiter to leave everything alone.
        made.mix.master_db = -14.0;
        let [music, temp] = [Bus::Music, Bus::Temp].map(|bus| stem(&made, bus));
        let worst_sum = worst(&sum(&music, &temp), &offline(&made, 0));
        assert!(worst_sum < 1e-6, "{worst_sum}");
        let heard = |stem: &[[f32; 2]]| stem.iter().any(|frame| frame[0] != 0.0);
        assert!(heard(&music) && heard(&temp));
    }
    // Louder the mix is limited and its stems are not: they are the same but for the gain.
    let mut made = busy(200_000);
    made.mix.temp = TempTrack::Keep { gain_db: 0.0 };
    let mut at = |master_db| {
        made.mix.master_db = master_db;
        let sum = sum(&stem(&made, Bus::Music), &stem(&made, Bus::Temp));
        (sum, offline(&made, 0))
    };
    let (quiet, _) = at(-14.0);
    let (loud, limited) = at(-4.0);
    let raised: Vec<_> = quiet
        .iter()
        .map(|frame| frame.map(|it| it * db_to_gain(10.0)))
        .collect();
    assert!(worst(&loud, &raised) < 1e-5);
    let peak = loud.iter().fold(0.0_f32, |peak, frame| peak.max(frame[0].abs()));
    assert!(peak > 0.95, "a mix of {peak} needs its limiter");
    assert!(worst(&loud, &limited) > 0.01);
}

/// Music at 0.5 all along, a silent temp track, speech over given spans.
fn spoken(ducking: Ducking, speech: &[(u64, u64)]) -> Programme {
    let span = |span: &(u64, u64)| SampleSpan::new(span.0, span.1);
    Programme {
        temp: vec![clip(0, 400_000, |_| 0.0)],
        speech: speech.iter().map(span).collect(),
        mix: Mix {
            temp: TempTrack::Duck(Ducking {
                by: DuckBy::Speech,
                ..ducking
            }),
            ..Mix::default()
        },
        ..programme(400_000, |_| 0.5)
    }
}

#[test]
fn music_goes_down_over_the_spans_of_speech_alone() {
    let ducking = Ducking {
        depth_db: 12.0,
        attack: 4000,
        hold: 10_000,
        release: 20_000,
        look_ahead: 5000,
        ..Ducking::speech(RATE)
    };
    let out = offline(&spoken(ducking, &[(100_000, 150_000)]), 0);
    let low = 0.5 * db_to_gain(-12.0);
    let at = |sample: usize| out[sample][0];
    assert_eq!((at(0), at(94_999), at(95_000)), (0.5, 0.5, 0.5));
    assert!(
        (at(97_000) - 0.5 * db_to_gain(-6.0)).abs() < 1e-6,
        "half of the way in dB"
    );
    assert!((99_000..160_000).all(|sample| (at(sample) - low).abs() < 1e-6));
    assert!((at(170_000) - 0.5 * db_to_gain(-6.0)).abs() < 1e-6);
    assert!(out[180_000..].iter().all(|frame| frame[0] == 0.5));
    // Loud sound that is no speech changes nothing.
    let mut noisy = spoken(ducking, &[(100_000, 150_000)]);
    noisy.temp = vec![clip(0, 90_000, |_| 0.2)];
    let noisy = offline(&noisy, 0);
    assert!((noisy[50_000][0] - 0.7).abs() < 1e-6);
}

#[test]
fn speech_that_never_lets_the_music_settle_is_the_same_from_anywhere() {
    // Neither way is ever gone to its end.
    let restless = Ducking {
        attack: 90_000,
        hold: 0,
        release: 110_000,
        look_ahead: 100,
        ..Ducking::speech(RATE)
    };
    let speech: Vec<(u64, u64)> = (0..40).map(|i| (i * 10_000 + 500, i * 10_000 + 5300)).collect();
    let made = spoken(restless, &speech);
    let whole = offline(&made, 0);
    for start in [1_u64, 50_000, 222_222, 399_000] {
        assert!(offline(&made, start) == whole[start as usize..], "from {start}");
    }
    let curve = duck_curve(&made, 100).unwrap();
    assert!(curve.iter().skip(20).all(|db| *db < 0.0 && *db > -10.0));
}

#[test]
fn ducking_changes_its_mind_without_a_click() {
    // Low tones that start at zero, so that a click would stand out; speech is known where the temp track is quiet, and the other way.
    let mut made = programme(300_000, tone(60.0, 0.3));
    made.temp = vec![clip(0, 300_000, |i| {
        if (i / 39_200) % 2 == 0 {
            tone(45.0, 0.1)(i)
        } else {
            0.0
        }
    })];
    made.speech = Arc::new([SampleSpan::new(40_000, 80_000), SampleSpan::new(120_000, 150_000)]);
    let by = |by, attack, depth_db| Mix {
        temp: TempTrack::Duck(Ducking {
            by,
            attack,
            depth_db,
            ..Ducking::speech(RATE)
        }),
        ..Mix::default()
    };
    let (level, speech) = (by(DuckBy::Level, 3000, 20.0), by(DuckBy::Speech, 3000, 20.0));
    made.mix = level;
    let mut renderer = made.renderer(0).unwrap();
    let changes = [
        (20_000, speech),
        (60_000, level),
        (62_000, speech),
        (62_100, by(DuckBy::Speech, 30_000, 30.0)),
        (118_000, by(DuckBy::Level, 50, 5.0)),
        (137_000, speech),
    ];
    let mut out = Vec::new();
    let (mut left, mut right) = ([0.0], [0.0]);
    for sample in 0..200_000 {
        for (_, mix) in changes.iter().filter(|change| change.0 == sample) {
            assert!(renderer.set_mix(mix).unwrap());
        }
        renderer.render([&mut left, &mut right]).unwrap();
        out.push([left[0], right[0]]);
    }
    // Both tones at full and the change of the loudest gain within 20 ms are the steepest that may be heard.
    let steep = std::f32::consts::TAU * (60.0 * 0.3 + 45.0 * 0.1) / RATE as f32 + 0.3 / 882.0;
    assert!(jump(&out) < steep * 1.05, "{} against {steep}", jump(&out));
    // Once it has arrived, it is as if it had never been different.
    made.mix = speech;
    let fresh = offline(&made, 0);
    assert!(worst(&out[141_000..], &fresh[141_000..200_000]) < 1e-6);
    assert!(
        worst(&out[65_000..80_000], &fresh[65_000..80_000]) > 0.01,
        "other settings sound different"
    );
}

#[test]
fn the_curve_of_ducking_is_what_the_renderer_does() {
    for made in [busy(250_000), speaking(250_000)] {
        let curve = duck_curve(&made, 50).unwrap();
        assert_eq!(curve.len(), 284);
        let mut renderer = made.renderer(0).unwrap();
        let (mut left, mut right) = ([0.0; 21], [0.0; 21]);
        let mut seen = Vec::new();
        while renderer.render([&mut left, &mut right]).unwrap() > 0 {
            seen.push(renderer.ducking_db());
        }
        // The renderer is ahead of what it gave by the limiter's delay: 243 samples.
        for (point, db) in curve.iter().enumerate().take(280).skip(1) {
            let now = seen[(point * 882 - 243) / 21];
            assert!((db + now).abs() < 0.1, "{point}: {db} {now}");
            assert!((-10.001..=0.0).contains(db));
        }
        let deepest = curve.iter().copied().fold(0.0, f32::min);
        assert!((deepest + 10.0).abs() < 1e-4);
    }
    let mut muted = speaking(44_100);
    muted.mix.temp = TempTrack::Mute;
    assert_eq!(duck_curve(&muted, 10).unwrap(), [0.0; 10]);
    muted.mix.master_db = f32::NAN;
    assert!(duck_curve(&muted, 10).is_err());
}

#[test]
fn levels_under_speech_are_reported() {
    assert_eq!(speech_report(&busy(100_000)).unwrap(), None);
    let second = u64::from(RATE);
    let mut made = programme(60 * second, tone(1000.0, 0.1));
    // -23 LUFS is a stereo tone of 1 kHz at -23 dBFS.
    let voice = tone(1000.0, f64::from(db_to_gain(-23.0)));
    made.temp = vec![clip(0, 60 * second, voice)];
    made.mix.temp = TempTrack::Duck(Ducking {
        by: DuckBy::Speech,
        depth_db: 9.0,
        ..Ducking::speech(RATE)
    });
    // Two stretches that overlap, one far away, one behind the end.
    let spans = [(2, 5), (4, 7), (50, 55), (59, 70)];
    made.speech = spans.map(|(a, b)| SampleSpan::new(a * second, b * second)).into();
    let report = speech_report(&made).unwrap().unwrap();
    assert!((report.seconds - 11.0).abs() < 1e-9);
    assert!((report.speech_lufs.unwrap() + 23.0).abs() < 0.1, "{report:?}");
    assert!((report.music_lufs.unwrap() + 29.0).abs() < 0.1, "{report:?}");
    assert!((report.ducking_db - 9.0).abs() < 0.05, "{report:?}");
    made.music.clear();
    assert_eq!(speech_report(&made).unwrap().unwrap().music_lufs, None);
}

#[test]
fn a_stream_takes_speech_too() {
    let of = |value: f32| {
        Box::new(
            move |planes: [&mut [f32]; 2]| -> Result<usize, muvi_playback::SourceError> {
                let count = planes[0].len();
                planes.into_iter().for_each(|plane| plane.fill(value));
                Ok(count)
            },
        )
    };
    let mix = Mix {
        temp: TempTrack::Duck(Ducking {
            by: DuckBy::Speech,
            ..Ducking::speech(RATE)
        }),
        ..Mix::default()
    };
    let speech: Arc<[SampleSpan]> = Arc::new([SampleSpan::new(50_000, 60_000)]);
    let mut made = Renderer::with_speech(of(0.5), Some(of(0.0)), speech, &mix, RATE, 100_000).unwrap();
    let (mut left, mut right) = (vec![0.0; 100_000], vec![0.0; 100_000]);
    assert_eq!(made.render([&mut left, &mut right]).unwrap(), 100_000);
    assert_eq!(left[20_000], 0.5);
    assert!((left[55_000] - 0.5 * db_to_gain(-10.0)).abs() < 1e-6);
}

//! What a mix accepts and how its fades run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use muvi_timeline::{Ducking, FadeCurve, Mix, TempTrack, db_to_gain};

#[test]
fn values_out_of_range_are_named() {
    assert_eq!(Mix::default().check(), Ok(()));
    let wrong = Mix {
        temp: TempTrack::Keep { gain_db: f32::NAN },
        ..Mix::default()
    };
    assert!(
        wrong
            .check()
            .unwrap_err()
            .to_string()
            .contains("temp track's gain")
    );
    let loud = Mix {
        master_db: 60.0,
        ..Mix::default()
    };
    assert!(loud.check().unwrap_err().to_string().contains("master gain"));
    let deep = Ducking {
        depth_db: 90.0,
        ..Ducking::speech(48_000)
    };
    assert!(
        Mix {
            temp: TempTrack::Duck(deep),
            ..Mix::default()
        }
        .check()
        .is_err()
    );
    assert!(
        Mix {
            ceiling_dbtp: 1.0,
            ..Mix::default()
        }
        .check()
        .is_err()
    );
}

#[test]
fn fades_start_at_silence_and_end_at_full() {
    for curve in [FadeCurve::Linear, FadeCurve::EqualPower] {
        assert_eq!(curve.gain(0, 100), 0.0);
        assert_eq!(curve.gain(100, 100), 1.0);
        assert_eq!(curve.gain(0, 0), 1.0);
        assert!((1..100).all(|i| curve.gain(i, 100) > curve.gain(i - 1, 100)));
    }
    let (a, b) = (
        FadeCurve::EqualPower.gain(30, 100),
        FadeCurve::EqualPower.gain(70, 100),
    );
    assert!((a * a + b * b - 1.0).abs() < 1e-6);
}

#[test]
fn decibels() {
    assert_eq!(db_to_gain(0.0), 1.0);
    assert!((db_to_gain(-6.0206) - 0.5).abs() < 1e-5);
    assert_eq!(db_to_gain(-144.0), 0.0);
}

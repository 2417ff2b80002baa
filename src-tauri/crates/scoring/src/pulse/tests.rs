use proptest::prelude::*;

use super::*;
use crate::metrics::OnsetDetector;

const HZ: f64 = 44_100.0;

/// A made piece: a drum on each beat, a bass drum and a new chord on each downbeat, soft notes between.
fn piece(beats: &[f64], per_bar: usize, from: usize, seconds: f64) -> Rhythm {
    let mut x = vec![0.0_f32; (seconds * HZ) as usize];
    let mut strike = |at: f64, hz: &[f64], level: f64, decay: f64, length: f64| {
        let first = (at * HZ) as usize;
        for (i, v) in x.iter_mut().skip(first).take((length * HZ) as usize).enumerate() {
            let s = i as f64 / HZ;
            let tone: f64 = hz.iter().map(|f| (std::f64::consts::TAU * f * s).sin()).sum();
            *v += (level * tone * (-decay * s).exp()) as f32;
        }
    };
    for (i, &beat) in beats.iter().enumerate() {
        strike(beat, &[190.0, 331.0, 3100.0, 5200.0], 0.1, 40.0, 0.15);
        let next = beats.get(i + 1).copied().unwrap_or(seconds);
        strike((beat + next) / 2.0, &[6100.0, 7300.0], 0.015, 60.0, 0.1);
        if i % per_bar == from {
            strike(beat, &[62.0, 95.0], 0.3, 12.0, 0.4);
            let bar_end = beats.get(i + per_bar).copied().unwrap_or(seconds);
            let root = 220.0 * [1.0, 1.335, 1.498, 0.891][(i / per_bar) % 4];
            strike(
                beat,
                &[root, 1.26 * root, 1.498 * root],
                0.06,
                0.7,
                bar_end - beat,
            );
        }
    }
    let mut ears = OnsetDetector::new(HZ as u32);
    x.chunks(4096).for_each(|c| ears.push(c, c));
    ears.finish_with_rhythm().1
}

/// Beats at these tempos, each for so many beats.
fn grid(start: f64, parts: &[(f64, usize)]) -> Vec<f64> {
    let mut at = start;
    let mut out = Vec::new();
    for (bpm, count) in parts {
        for _ in 0..*count {
            out.push(at);
            at += 60.0 / bpm;
        }
    }
    out
}

fn f(truth: &[f64], found: &[f64]) -> f64 {
    f_measure(truth, found, 0.07).unwrap()
}

#[test]
fn steady_pieces_have_their_beats_and_bars() {
    for (bpm, per_bar, from) in [(76.0, 4, 0), (96.0, 3, 0), (123.0, 4, 2), (150.0, 4, 1)] {
        let beats = grid(0.4, &[(bpm, 44)]);
        let found = track(&piece(&beats, per_bar, from, beats[43] + 1.5));
        assert!(f(&beats, &found.times_s()) > 0.97, "{bpm}: {:?}", found.times_s());
        assert!((found.bpm / bpm - 1.0).abs() < 0.02, "{bpm}: {}", found.bpm);
        assert_eq!(usize::from(found.beats_per_bar), per_bar, "{bpm}");
        let downbeats: Vec<f64> = beats.iter().copied().skip(from).step_by(per_bar).collect();
        assert!(
            f(&downbeats, &found.downbeats_s()) > 0.95,
            "{bpm}: {:?}",
            found.downbeats_s()
        );
        // An upbeat has the last places of its bar.
        assert_eq!(
            usize::from(found.beats[0].beat),
            (per_bar - from) % per_bar,
            "{bpm}"
        );
        assert!(
            found
                .beats
                .windows(2)
                .all(|w| w[1].time_s > w[0].time_s && w[1].bar >= w[0].bar)
        );
    }
}

#[test]
fn changes_of_tempo_are_followed() {
    let beats = grid(0.3, &[(92.0, 32), (124.0, 40), (80.0, 24)]);
    let found = track(&piece(&beats, 4, 0, beats[95] + 1.0));
    assert!(
        f(&beats, &found.times_s()) > 0.93,
        "{}",
        f(&beats, &found.times_s())
    );
    let downbeats: Vec<f64> = beats.iter().copied().step_by(4).collect();
    assert!(
        f(&downbeats, &found.downbeats_s()) > 0.85,
        "{:?}",
        found.downbeats_s()
    );
}

#[test]
fn where_nothing_beats_nothing_is_found() {
    assert_eq!(track(&Rhythm::default()), Pulse::default());
    let listen = |x: &[f32]| {
        let mut ears = OnsetDetector::new(HZ as u32);
        ears.push(x, x);
        ears.finish_with_rhythm().1
    };
    assert_eq!(track(&listen(&[])), Pulse::default());
    assert_eq!(track(&listen(&[0.0; 400_000])), Pulse::default());
    assert_eq!(track(&listen(&[0.3; 20_000])).beats.len(), 0);
}

#[test]
fn planned_beats_move_to_where_they_sound() {
    let planned = grid(0.5, &[(100.0, 40)]);
    // Late by 25 ms at first, early by 15 ms in the end.
    let played: Vec<f64> = planned
        .iter()
        .enumerate()
        .map(|(i, t)| t + 0.025 - 0.001 * i as f64)
        .collect();
    let exact = follow(&piece(&planned, 4, 0, 26.0), &planned);
    let early = exact.offset_ms.unwrap();
    assert!(early.abs() < 6.0 && exact.heard > 36, "{exact:?}");
    let found = follow(&piece(&played, 4, 0, 26.0), &planned);
    assert_eq!(found.times_s.len(), planned.len());
    for (found, played) in found.times_s.iter().zip(&played) {
        assert!(
            (found - played - early / 1000.0).abs() < 0.012,
            "{found} {played}"
        );
    }
    assert!(
        (found.offset_ms.unwrap() - early - 5.5).abs() < 3.0,
        "{:?}",
        found.offset_ms
    );
    assert!(found.heard > 36, "{}", found.heard);
}

#[test]
fn planned_beats_in_silence_stay() {
    let planned = grid(0.5, &[(100.0, 8)]);
    let found = follow(&Rhythm::default(), &planned);
    assert_eq!((found.times_s, found.offset_ms, found.heard), (planned, None, 0));
}

#[test]
fn f_measures_count_each_beat_once() {
    assert_eq!(
        f_measure(&[1.0, 2.0, 3.0], &[1.05, 2.2, 3.0], 0.07),
        Some(2.0 / 3.0)
    );
    assert_eq!(f_measure(&[1.0], &[0.95, 1.0, 1.05], 0.07), Some(0.5));
    assert_eq!(f_measure(&[], &[], 0.07), None);
    assert_eq!(f_measure(&[1.0], &[], 0.07), Some(0.0));
}

proptest! {
    #[test]
    fn whatever_is_heard_beats_rise_and_followers_stay_near(
        flux in proptest::collection::vec(0.0_f32..50.0, 0..2000),
        first in 0.0_f64..2.0,
        bpm in 50.0_f64..200.0,
    ) {
        let rhythm = Rhythm {
            rate_hz: HZ / 512.0,
            low: flux.clone(),
            chroma: vec![[1.0; 12]; flux.len().div_ceil(CHROMA_FRAMES)],
            flux,
        };
        let found = track(&rhythm);
        prop_assert!(found.beats.windows(2).all(|w| w[1].time_s > w[0].time_s));
        let planned = grid(first, &[(bpm, 20)]);
        let followed = follow(&rhythm, &planned);
        prop_assert_eq!(followed.times_s.len(), planned.len());
        for (time, planned) in followed.times_s.iter().zip(&planned) {
            prop_assert!((time - planned).abs() < 0.09);
        }
        prop_assert!(followed.times_s.windows(2).all(|w| w[1] > w[0]));
    }
}

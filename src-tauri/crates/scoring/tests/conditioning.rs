//! The plan on the latent clock, channel by channel, against `models/PACK_FORMAT.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use muvi_scoring::analysis::{Analysis, Curves};
use muvi_scoring::conditioning::Conditioner;
use muvi_scoring::curve::{Curve, Mood};
use muvi_scoring::hits::{EventKind, HitPoint};
use muvi_scoring::plan::{Pace, Plan, PlanRequest};

const WIDTH: usize = 24;

fn time(latent: usize) -> f64 {
    (latent as f64 * 2048.0 + 768.0) / 44_100.0
}

fn plan() -> Plan {
    let hit = HitPoint {
        time_s: 4.321,
        strength: 0.8,
        kind: EventKind::User,
        locked: true,
    };
    Plan::make(&PlanRequest {
        hits: vec![hit],
        intensity: Some(Curve {
            rate_hz: 10.0,
            values: vec![0.7; 200],
        }),
        mood: Some(Mood {
            valence: -0.4,
            arousal: 0.6,
        }),
        pace: Pace::Bpm(120.0),
        ..PlanRequest::new(20.0)
    })
    .unwrap()
}

fn analysis() -> Analysis {
    Analysis {
        frames: 200,
        frame_rate: [10, 1],
        grid: [1, 1],
        conditioning_width: 8,
        conditioning: (0..200).flat_map(|t| [t as f32; 8]).collect(),
        attention: vec![1.0; 200],
        curves: Curves::default(),
    }
}

fn rows(
    plan: &Plan,
    analysis: Option<&Analysis>,
    first: usize,
    n: usize,
) -> (Vec<Vec<f32>>, Vec<f32>, Vec<f32>) {
    let pack = common::toy();
    let c = Conditioner::new(pack.manifest(), plan, analysis);
    let (mut p, mut v) = (vec![9.0; n * WIDTH], vec![9.0; n * 8]);
    c.fill(first, &mut p, &mut v);
    let channels = (0..WIDTH)
        .map(|i| p.iter().skip(i).step_by(WIDTH).copied().collect())
        .collect();
    (channels, v, c.globals(5.0))
}

#[test]
fn every_channel_is_where_the_format_says() {
    let plan = plan();
    let analysis = analysis();
    let (p, video, globals) = rows(&plan, Some(&analysis), 0, 460);
    let names = common::toy().manifest().plan_channels.clone();
    let channel = |name: &str| &p[names.iter().position(|n| n == name).unwrap()];
    for l in 0..460 {
        let t = time(l);
        let pulse = |at: f64| (-0.5 * ((t - at) / 0.035).powi(2)).exp();
        let close = |name: &str, v: f64| {
            let found = f64::from(channel(name)[l]);
            assert!((found - v).abs() < 1e-4, "{name} at {t}: {found}, expected {v}");
        };
        // The closing chord is a hit too, the stronger the louder it is there.
        let closing = 0.4 + 0.55 * 0.7;
        close(
            "hit",
            0.8 * pulse(4.321) + closing * pulse(plan.end.final_downbeat_s),
        );
        close(
            "beat",
            plan.beats.iter().map(|b| pulse(b.time_s)).sum::<f64>().min(1.0),
        );
        close("downbeat", plan.downbeats().map(pulse).sum::<f64>().min(1.0));
        let end = plan.end.music_end_s;
        close(
            "end",
            if t >= end {
                1.0
            } else {
                (0.5 * (t - end + 4.0) / 4.0).max(0.0)
            },
        );
        if t < plan.end.final_downbeat_s {
            close("intensity", 0.7);
        } else if t >= end {
            close("intensity", 0.0);
        }
        let chord = plan.bars.iter().find(|b| b.start_s <= t && t < b.end_s);
        for pitch in 0..12 {
            let sounds = chord.is_some_and(|b| b.chord.pitch_classes.contains(&pitch));
            close(&format!("chroma_{pitch}"), f64::from(u8::from(sounds)));
        }
        close("style", 0.0);
        for name in [
            "hits_known",
            "beats_known",
            "intensity_known",
            "end_known",
            "chords_known",
        ] {
            close(name, 1.0);
        }
        close("video_known", f64::from(u8::from(t < 20.0)));
        let expected = if t < 20.0 { (t * 10.0).min(199.0) } else { 0.0 };
        assert!((f64::from(video[l * 8 + 3]) - expected).abs() < 1e-3, "{t}");
    }
    let near = |a: f32, b: f32| (a - b).abs() < 1e-6;
    assert!(
        near(globals[0], 0.25) && near(globals[1], -0.4) && near(globals[2], 0.6),
        "{globals:?}"
    );
    assert_eq!(globals[3..], [1.0, 1.0]);
}

#[test]
fn what_is_unknown_is_zero() {
    let plan = Plan::make(&PlanRequest::new(9.0)).unwrap();
    let (p, video, globals) = rows(&plan, None, 3, 100);
    let names = common::toy().manifest().plan_channels.clone();
    for name in ["intensity", "intensity_known", "video_known", "hit"] {
        let i = names.iter().position(|n| n == name).unwrap();
        assert!(p[i].iter().all(|v| *v == 0.0), "{name}");
    }
    assert!(video.iter().all(|v| *v == 0.0));
    assert_eq!(globals[1..3], [0.0, 0.0]);
    assert_eq!(globals[4], 0.0);
}

#[test]
fn windows_see_the_same_values() {
    let plan = plan();
    let (all, _, _) = rows(&plan, None, 0, 300);
    let (part, _, _) = rows(&plan, None, 120, 50);
    for (a, b) in all.iter().zip(&part) {
        assert_eq!(a[120..170], b[..]);
    }
}

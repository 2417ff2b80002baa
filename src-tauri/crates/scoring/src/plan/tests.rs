use super::*;
use crate::hits::EventKind;
use proptest::prelude::*;

fn hit(time_s: f64, strength: f32) -> HitPoint {
    HitPoint {
        time_s,
        strength,
        kind: EventKind::Cut,
        locked: false,
    }
}

fn plan(duration_s: f64, hits: Vec<HitPoint>) -> Plan {
    Plan::make(&PlanRequest {
        hits,
        ..PlanRequest::new(duration_s)
    })
    .unwrap()
}

/// What must hold of every plan.
fn check_plan(p: &Plan, request: &PlanRequest) {
    let d = request.duration_s;
    let [slow, fast] = request.tempo_range;
    assert!(p.end.music_end_s < d && p.end.music_end_s > 0.8 * d && d - p.end.music_end_s < 0.16);
    assert!(!p.beats.is_empty() && p.beats.windows(2).all(|w| w[0].time_s < w[1].time_s));
    assert!(
        p.beats
            .iter()
            .all(|b| b.time_s >= 0.0 && b.time_s < p.end.music_end_s)
    );
    let last = p.beats.last().unwrap();
    assert_eq!((last.time_s, last.beat), (p.end.final_downbeat_s, 0));
    assert_eq!(
        (p.segments[0].start_s, p.segments.last().unwrap().end_s),
        (0.0, d)
    );
    for w in p.segments.windows(2) {
        assert_eq!(w[0].end_s, w[1].start_s);
        assert!((w[0].bpm / w[1].bpm).ln().abs() < 0.09, "{:?}", p.segments);
    }
    if !matches!(request.pace, Pace::Bpm(_)) {
        assert!(
            p.segments
                .iter()
                .all(|s| s.bpm > slow - 0.01 && s.bpm < fast + 0.01),
            "{:?}",
            p.segments
        );
    }
    assert_eq!(p.bars[0].start_s, 0.0);
    assert!(
        p.bars
            .windows(2)
            .all(|w| w[0].end_s == w[1].start_s && w[0].start_s < w[0].end_s)
    );
    assert_eq!(p.bars.last().unwrap().end_s, p.end.music_end_s);
    for b in &p.beats {
        let bar = &p.bars[b.bar as usize];
        assert!(
            b.time_s >= bar.start_s - 1e-9 && b.time_s < bar.end_s,
            "{b:?} {bar:?}"
        );
    }
    // No jump in the pulse: neighbouring beats are a beat apart at a tempo within the range.
    for (i, w) in p.beats.windows(2).enumerate() {
        let beat = 60.0 / p.bpm_at(w[0].time_s + 1e-5);
        // The first beat may be held back to the start of the picture.
        let slack = if i == 0 { LANDED_S } else { 1e-4 };
        assert!((w[1].time_s - w[0].time_s - beat).abs() < slack, "{w:?} {beat}");
    }
    for h in &p.hits {
        let nearest = p
            .beats
            .iter()
            .map(|b| (b.time_s - h.hit.time_s).abs())
            .fold(f64::MAX, f64::min);
        assert!((nearest * 1000.0 - h.miss_ms.abs()).abs() < 1e-6);
        assert_eq!(h.landed == Landing::OffGrid, nearest > LANDED_S);
    }
}

#[test]
fn cuts_on_a_steady_pulse_all_land_on_downbeats() {
    // 96 bpm: bars of 2.5 s, the first at 1.2 s.
    let hits: Vec<_> = [0, 2, 3, 5, 8, 9, 12]
        .iter()
        .map(|b| hit(1.2 + 2.5 * f64::from(*b), 0.8))
        .collect();
    let p = plan(40.0, hits);
    assert_eq!(
        p.landed(),
        LandedCount {
            downbeat: 7,
            beat: 0,
            off_grid: 0
        },
        "{:?} {:?}",
        p.segments,
        p.hits
    );
}

#[test]
fn a_pulse_that_drifts_gets_more_than_one_stretch() {
    // Two scenes cut on 100 and on 104 bpm.
    let mut hits: Vec<_> = (0..10).map(|i| hit(2.4 * f64::from(i), 0.9)).collect();
    hits.extend((1..12).map(|i| hit(21.6 + 240.0 / 104.0 * f64::from(i), 0.9)));
    let p = plan(50.0, hits);
    assert!(p.landed().downbeat >= 19, "{:?} {:?}", p.landed(), p.segments);
    assert!(p.segments.len() >= 2);
}

#[test]
fn more_lands_than_by_chance_on_arbitrary_cuts() {
    let mut seed = 7u64;
    let mut next = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f64 / (1u64 << 24) as f64
    };
    let mut t = 0.0;
    let hits: Vec<_> = std::iter::repeat_with(|| {
        t += 1.0 + 4.0 * next();
        hit(t, 0.7)
    })
    .take(20)
    .collect();
    let p = plan(65.0, hits);
    let landed = p.landed();
    // By chance 140 ms of each beat: about a quarter.
    assert!(landed.downbeat + landed.beat >= 11, "{landed:?} {:?}", p.segments);
}

#[test]
fn a_locked_hit_lands() {
    let mut hits: Vec<_> = (0..12).map(|i| hit(2.5 * f64::from(i), 0.9)).collect();
    hits.push(HitPoint {
        locked: true,
        kind: EventKind::User,
        ..hit(16.11, 1.0)
    });
    let p = plan(32.0, hits);
    let locked = p.hits.iter().find(|h| h.hit.locked).unwrap();
    assert_eq!(locked.landed, Landing::Downbeat, "{:?}", p.segments);
}

#[test]
fn an_exact_tempo_is_kept() {
    let hits = (0..9).map(|i| hit(3.1 * f64::from(i), 0.9)).collect();
    let request = PlanRequest {
        hits,
        pace: Pace::Bpm(123.0),
        ..PlanRequest::new(30.0)
    };
    let p = Plan::make(&request).unwrap();
    assert_eq!(p.segments.len(), 1);
    assert!((p.bpm() - 123.0).abs() < 1e-9);
    check_plan(&p, &request);
}

#[test]
fn arousal_and_pace_move_the_tempo() {
    let bpm = |arousal, pace| {
        let mood = Some(Mood {
            valence: 0.0,
            arousal,
        });
        Plan::make(&PlanRequest {
            mood,
            pace,
            ..PlanRequest::new(60.0)
        })
        .unwrap()
        .bpm()
    };
    assert!(bpm(-0.8, Pace::Auto) < bpm(0.0, Pace::Auto) && bpm(0.0, Pace::Auto) < bpm(0.8, Pace::Auto));
    assert!(bpm(0.0, Pace::Relative(0.7)) < bpm(0.0, Pace::Relative(1.4)));
}

#[test]
fn the_pulse_of_the_style_clip_is_taken_up_or_its_half_or_double() {
    let bpm = |bpm: f64, arousal: Option<f32>| {
        let clip = Some(ClipPulse { bpm, arousal });
        let request = PlanRequest {
            clip,
            // A lively picture does not make a calm clip twice as fast.
            mood: Some(Mood {
                valence: 0.0,
                arousal: 0.7,
            }),
            ..PlanRequest::new(30.0)
        };
        Plan::make(&request).map(|p| p.bpm())
    };
    for (found, arousal, wanted) in [
        (80.0, None, 80.0),
        (132.0, None, 132.0),
        (58.0, None, 116.0),
        (144.0, Some(-0.8), 72.0),
        (72.0, Some(0.8), 144.0),
        (190.0, Some(0.5), 95.0),
    ] {
        let planned = bpm(found, arousal).unwrap();
        assert!((planned - wanted).abs() < 1.0, "{found}: {planned}");
    }
    for nonsense in [0.0, -3.0, f64::NAN] {
        let error = bpm(nonsense, None).unwrap_err().to_string();
        assert!(error.contains("style clip"), "{error}");
    }
    // Hits may move it, but not into another tempo.
    let hits: Vec<_> = (1..20)
        .map(|i| hit(f64::from(i) * 60.0 / 86.0 * 2.0, 0.9))
        .collect();
    let request = PlanRequest {
        hits,
        clip: Some(ClipPulse {
            bpm: 80.0,
            arousal: None,
        }),
        ..PlanRequest::new(30.0)
    };
    let planned = Plan::make(&request).unwrap().bpm();
    assert!((78.0..90.0).contains(&planned), "{planned}");
}

#[test]
fn the_last_chord_rings_but_not_for_long() {
    for d in [4.0, 7.6, 10.0, 33.3, 61.0, 600.0] {
        let p = plan(d, vec![]);
        let ring = p.end.music_end_s - p.end.final_downbeat_s;
        assert!((0.9..=3.1).contains(&ring), "{d}: {ring}");
    }
}

#[test]
fn the_music_goes_on_to_the_end_of_a_picture_that_is_lively_there() {
    let ring = |values: Vec<f32>, hits: Vec<HitPoint>| {
        let request = PlanRequest {
            hits,
            intensity: Some(Curve { rate_hz: 1.0, values }),
            ..PlanRequest::new(8.1)
        };
        let end = Plan::make(&request).unwrap().end;
        end.music_end_s - end.final_downbeat_s
    };
    let rises = [0.2, 0.2, 0.2, 0.2, 0.3, 0.6, 0.9, 1.0, 1.0];
    let falls = [0.8, 0.8, 0.8, 0.8, 0.7, 0.3, 0.1, 0.0, 0.0];
    let early = || vec![hit(3.1, 0.9)];
    assert!(ring(rises.to_vec(), early()) < 1.5);
    assert!(ring(rises.to_vec(), vec![hit(3.1, 0.9), hit(5.4, 1.0)]) < 1.5);
    // A logo in the dark has its chord and nothing after it.
    let logo = ring(falls.to_vec(), vec![hit(3.1, 0.9), hit(5.4, 1.0)]);
    assert!((logo - 2.55).abs() < 0.1, "{logo}");
}

#[test]
fn an_hour_with_many_cuts_is_planned_quickly() {
    let hits = (1..1200).map(|i| {
        hit(
            f64::from(i) * 2.97 + f64::from(i * i % 13) * 0.1,
            0.4 + 0.05 * (i % 10) as f32,
        )
    });
    let request = PlanRequest {
        hits: hits.collect(),
        ..PlanRequest::new(3600.0)
    };
    let p = Plan::make(&request).unwrap();
    check_plan(&p, &request);
    let landed = p.landed();
    assert!(landed.downbeat + landed.beat > 500, "{landed:?}");
}

#[test]
fn nonsense_is_refused() {
    let bad = |change: &dyn Fn(&mut PlanRequest)| {
        let mut r = PlanRequest::new(10.0);
        change(&mut r);
        Plan::make(&r).unwrap_err().to_string()
    };
    assert!(bad(&|r| r.duration_s = 0.0).contains("cannot be scored"));
    assert!(bad(&|r| r.duration_s = f64::NAN).contains("cannot be scored"));
    assert!(bad(&|r| r.pace = Pace::Bpm(1000.0)).contains("tempo"));
    assert!(bad(&|r| r.pace = Pace::Relative(9.0)).contains("pace"));
    assert!(bad(&|r| r.tempo_range = [150.0, 90.0]).contains("tempo"));
    assert!(bad(&|r| r.hits.push(hit(f64::NAN, 1.0))).contains("hit point"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_plan_holds_together(
        duration in 0.1..180.0f64,
        times in prop::collection::vec((0.0..200.0f64, 0.0..1.0f32, prop::bool::weighted(0.1)), 0..40),
        arousal in -1.0..1.0f32,
        pace in prop_oneof![Just(Pace::Auto), (0.5..2.0f32).prop_map(Pace::Relative), (50.0..200.0f64).prop_map(Pace::Bpm)],
        seed in any::<u64>(),
    ) {
        let hits = times.into_iter().map(|(t, s, locked)| HitPoint { locked, ..hit(t, s) }).collect();
        let mood = Some(Mood { valence: arousal, arousal });
        let request = PlanRequest { hits, mood, pace, seed, ..PlanRequest::new(duration) };
        let p = Plan::make(&request).unwrap();
        check_plan(&p, &request);
        prop_assert_eq!(&p, &Plan::make(&request).unwrap());
        let json = serde_json::to_string(&p).unwrap();
        prop_assert_eq!(serde_json::from_str::<Plan>(&json).unwrap().beats.len(), p.beats.len());
    }
}

#[test]
fn a_revised_part_keeps_the_pulse_and_takes_the_new_accents() {
    let hit = |time_s: f64| HitPoint {
        time_s,
        strength: 0.8,
        kind: crate::hits::EventKind::User,
        locked: false,
    };
    let flat = |value: f32| Curve {
        rate_hz: 10.0,
        values: vec![value; 300],
    };
    let plan = Plan::make(&PlanRequest {
        hits: [4.0, 12.0, 13.0, 20.0].map(hit).to_vec(),
        intensity: Some(flat(0.2)),
        ..PlanRequest::new(30.0)
    })
    .unwrap();
    let beat = plan.beats.iter().find(|b| b.time_s > 12.0).unwrap().time_s;
    let new = plan
        .revised(10.0..15.0, &[hit(beat + 0.01), hit(18.0)], Some(&flat(0.9)))
        .unwrap();
    assert_eq!(
        (&new.beats, &new.bars, &new.segments),
        (&plan.beats, &plan.bars, &plan.segments)
    );
    let times: Vec<f64> = new.hits.iter().map(|h| h.hit.time_s).collect();
    assert_eq!(times, [4.0, beat + 0.01, 20.0]);
    assert!((new.hits[1].miss_ms + 10.0).abs() < 1e-6 && new.hits[1].landed != Landing::OffGrid);
    let values = new.intensity.unwrap().values;
    assert_eq!(
        (values[99], values[100], values[149], values[150]),
        (0.2, 0.9, 0.9, 0.2)
    );
    assert!(plan.revised(0.0..1.0, &[hit(f64::NAN)], None).is_err());
}

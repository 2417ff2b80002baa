//! Gain that is drawn, fades that cross, settings with names, and projects of older programs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use muvi_timeline::{
    CueId, Delivery, DuckBy, DuckingSettings, Edit, FadeCurve, FrameSpan, GainCurve, GainPoint, HeardFades,
    LOUDNESS_TARGETS, Project, ProjectMix, Rate, Round, SampleSpan, Take, Video, apply,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const HZ: u64 = 48_000;

fn video(rate: Rate, frames: u64) -> Video {
    Video {
        path: "/films/a.mov".into(),
        key: format!("{frames}at{}", rate.num()),
        size: 1,
        rate,
        frames,
        samples: rate.convert(frames, Rate::hz(48_000).unwrap(), Round::Nearest),
        width: 1920,
        height: 1080,
        codec: "h264".into(),
        sound: None,
        variable_rate: false,
    }
}

/// 100 s at 25 frames per second: a frame has 1920 samples.
fn film() -> Project {
    Project::new(video(Rate::hz(25).unwrap(), 2500), Rate::hz(48_000).unwrap()).unwrap()
}

fn then(project: &Project, edit: &Edit) -> Project {
    apply(project, edit).unwrap_or_else(|error| panic!("{edit:?}: {error}"))
}

fn curve(points: &[(u64, f32)]) -> GainCurve {
    GainCurve {
        points: points.iter().map(|point| GainPoint::from(*point)).collect(),
    }
}

fn draw(cue: u32, points: &[(u64, f32)]) -> Edit {
    Edit::SetCueAutomation {
        cue: CueId(cue),
        points: curve(points).points,
    }
}

/// A project whose cues have these spans, each with music all over.
fn cues(spans: &[(u64, u64)]) -> Project {
    let mut project = then(&film(), &Edit::RemoveCue { cue: CueId(1) });
    for (index, (start, end)) in spans.iter().enumerate() {
        let span = FrameSpan::new(*start, *end);
        project = then(&project, &Edit::AddCue { span, name: None });
        let take: Take = serde_json::from_value(json!({
            "id": index, "name": "Take 1", "favourite": false, "made_at": 1, "style": {"kind": "auto"},
            "style_name": "Piano", "settings": {"seed": 1, "intensity": 1.0, "pace": {"kind": "auto"},
            "guidance": null, "steps": null}, "bpm": 120.0, "provider": "cpu", "pack": "a",
            "span": [start, end], "samples": (end - start) * 1920, "lufs": -18.0, "section": null,
        }))
        .unwrap();
        let cue = CueId(project.next_cue - 1);
        project = then(
            &project,
            &Edit::AddTake {
                cue,
                take: Box::new(take),
            },
        );
    }
    project
}

/// Fade-in and fade-out of a cue as they are heard, in frames.
fn heard(project: &Project, cue: u32) -> (u64, u64) {
    let HeardFades {
        fade_in, fade_out, ..
    } = project.heard_fades(CueId(cue)).unwrap();
    (fade_in / 1920, fade_out / 1920)
}

#[test]
fn a_drawn_gain_is_straight_between_its_points() {
    let drawn = curve(&[(100, -12.0), (200, 0.0), (201, -60.0)]);
    let at = [0.0, 100.0, 150.0, 200.0, 200.5, 201.0, 9e9].map(|frame| drawn.at(frame));
    assert_eq!(at, [-12.0, -12.0, -6.0, 0.0, -30.0, -60.0, -60.0]);
    assert_eq!(GainCurve::default().at(5.0), 0.0);
    assert!(drawn.check(201).is_ok());
}

#[test]
fn what_can_not_be_drawn_is_refused_with_the_reason() {
    let refused = |points: &[(u64, f32)], message: &str| {
        for edit in [
            draw(1, points),
            Edit::SetTempAutomation {
                points: curve(points).points,
            },
        ] {
            assert_eq!(apply(&film(), &edit).unwrap_err().to_string(), message);
        }
    };
    refused(
        &[(5, 0.0), (5, 1.0)],
        "the points of the gain are not in order at frame 5; draw it from left to right",
    );
    refused(
        &[(5, 12.1)],
        "the gain of a point can't be 12.100000381469727; use -60 to 12",
    );
    refused(
        &[(5, f32::NAN)],
        "the gain of a point can't be NaN; use -60 to 12",
    );
    refused(
        &[(2501, 0.0)],
        "a gain point can't be at frame 2501: the picture has 2500 frames",
    );
    let unknown = apply(&film(), &draw(7, &[])).unwrap_err();
    assert_eq!(unknown.to_string(), "this cue is not there any more (number 7)");
    assert!(GainPoint::drawn([-1.0, 0.0]).is_err());
    assert_eq!(GainPoint::drawn([7.4, -6.0]).unwrap(), (7, -6.0).into());
    let labels = [
        draw(1, &[(1, 0.0)]),
        draw(1, &[]),
        Edit::SetTempAutomation { points: vec![] },
    ];
    assert_eq!(
        labels.map(|edit| edit.label()),
        ["Draw gain", "Clear gain", "Clear gain"]
    );
}

#[test]
fn a_cue_that_is_moved_takes_its_gain_along_and_one_that_is_cut_does_not() {
    let spanned = |start, end| Edit::SetCueSpan {
        cue: CueId(1),
        span: FrameSpan::new(start, end),
    };
    let gain = |project: &Project| project.cues[0].automation.clone();
    let short = then(&film(), &spanned(100, 400));
    let drawn = then(
        &short,
        &draw(1, &[(0, -6.0), (100, 0.0), (300, -12.0), (2500, 0.0)]),
    );
    assert_eq!(gain(&then(&drawn, &spanned(150, 400))), gain(&drawn));
    // What would lie before the picture or behind it goes; the rest keeps its shape.
    let later = gain(&then(&drawn, &spanned(200, 500)));
    assert_eq!(later.points.len(), 4);
    assert_eq!(
        later.points[..3],
        curve(&[(100, -6.0), (200, 0.0), (400, -12.0)]).points
    );
    assert!((later.at(1500.0) - curve(&[(400, -12.0), (2600, 0.0)]).at(1500.0)).abs() < 1e-4);
    let earlier = gain(&then(&drawn, &spanned(50, 350)));
    assert_eq!(earlier, curve(&[(0, -3.0), (50, 0.0), (250, -12.0), (2450, 0.0)]));
}

#[test]
fn another_video_keeps_the_time_of_what_is_drawn() {
    let points = [(0, -6.0), (100, -60.0), (101, 0.0), (1000, 3.0), (2500, 6.0)];
    let drawn = then(&film(), &draw(1, &points));
    let drawn = then(
        &drawn,
        &Edit::SetTempAutomation {
            points: curve(&points).points,
        },
    );
    // Half the rate and a fifth of the length: 250 frames are 20 s.
    let slow = Edit::Relink {
        video: Box::new(video(Rate::new(25, 2).unwrap(), 250)),
    };
    let moved = then(&drawn, &slow);
    let wanted = curve(&[(0, -6.0), (50, -60.0), (51, 0.0), (250, 0.0)]);
    for moved in [&moved.cues[0].automation, &moved.temp_automation] {
        assert_eq!(moved.points[..3], wanted.points[..3], "the step stays a step");
        // The curve was cut at the end, where it has the value that it had.
        assert_eq!((moved.points.len(), moved.points[3].frame), (4, 250));
        assert!((moved.points[3].gain_db - curve(&points).at(500.0)).abs() < 0.01);
    }
}

#[test]
fn silence_that_is_drawn_is_known() {
    let silent = |points: &[(u64, f32)]| curve(points).silent(100);
    assert_eq!(silent(&[]), []);
    assert_eq!(silent(&[(5, -60.0)]), [FrameSpan::new(0, 100)]);
    let some = [
        (10, -60.0),
        (20, 0.0),
        (30, -60.0),
        (40, -60.0),
        (50, -60.0),
        (60, -1.0),
    ];
    assert_eq!(silent(&some), [FrameSpan::new(0, 10), FrameSpan::new(30, 50)]);
}

#[test]
fn cues_that_overlap_cross_fade_by_themselves() {
    let two = cues(&[(0, 1000), (900, 2000)]);
    assert_eq!((heard(&two, 2), heard(&two, 3)), ((0, 100), (100, 0)));
    // Longer fades of the user stay, shorter ones grow.
    let fades = |cue, fade_in: u64, fade_out: u64, curve| Edit::SetCueFades {
        cue: CueId(cue),
        fade_in: fade_in * 1920,
        fade_out: fade_out * 1920,
        in_curve: Some(curve),
        out_curve: None,
    };
    let own = then(&two, &fades(3, 150, 20, FadeCurve::Slow));
    assert_eq!(heard(&own, 3), (150, 20));
    let own = then(&two, &fades(3, 10, 0, FadeCurve::Slow));
    assert_eq!(heard(&own, 3), (100, 0));
    let curves = own.heard_fades(CueId(3)).unwrap();
    assert_eq!(
        (curves.in_curve, curves.out_curve),
        (FadeCurve::Slow, FadeCurve::EqualPower)
    );
    // A shape without a fade of the user's means nothing: what crosses by itself keeps its power.
    let shaped = then(&two, &fades(3, 0, 0, FadeCurve::Slow));
    assert_eq!(
        shaped.heard_fades(CueId(3)).unwrap().in_curve,
        FadeCurve::EqualPower
    );
}

#[test]
fn gaps_layers_and_crowds_give_sensible_fades() {
    let gap = cues(&[(0, 1000), (1000, 1500), (1600, 2000)]);
    assert!((2..5).all(|cue| heard(&gap, cue) == (0, 0)));
    // One inside of the other, with a common end, and twice the same: layers, which keep their own fades.
    for inside in [
        [(0, 1000), (100, 200)],
        [(0, 1000), (900, 1000)],
        [(5, 500), (5, 500)],
    ] {
        let layers = cues(&inside);
        assert_eq!(
            (heard(&layers, 2), heard(&layers, 3)),
            ((0, 0), (0, 0)),
            "{inside:?}"
        );
    }
    let three = cues(&[(0, 1000), (800, 1800), (950, 2500)]);
    assert_eq!(heard(&three, 2), (0, 200));
    // 200 frames with the first and 850 with the third are too much for 1000.
    assert_eq!(heard(&three, 3), (190, 809));
    assert_eq!(heard(&three, 4), (850, 0));
    // A neighbour without music fades nobody.
    let silent = then(
        &cues(&[(0, 1000), (900, 2000)]),
        &Edit::UseTake {
            cue: CueId(3),
            take: None,
        },
    );
    assert_eq!((heard(&silent, 2), heard(&silent, 3)), ((0, 0), (100, 0)));
    assert_eq!(silent.heard_fades(CueId(9)), None);
    // A cue that is longer than its music overlaps only where the music is.
    let longer = then(
        &cues(&[(0, 1000), (1200, 2000)]),
        &Edit::SetCueSpan {
            cue: CueId(2),
            span: FrameSpan::new(0, 1500),
        },
    );
    assert_eq!((heard(&longer, 2), heard(&longer, 3)), ((0, 0), (0, 0)));
}

#[test]
fn all_fades_rise_from_silence_to_full_and_equal_power_keeps_it() {
    use FadeCurve::{EqualPower, Linear, SCurve, Slow};
    for curve in [Linear, EqualPower, SCurve, Slow] {
        assert_eq!(
            (curve.gain(0, 100), curve.gain(100, 100), curve.gain(0, 0)),
            (0.0, 1.0, 1.0)
        );
        assert!(
            (1..=100).all(|i| curve.gain(i, 100) > curve.gain(i - 1, 100)),
            "{curve:?}"
        );
    }
    assert_eq!([SCurve.gain(50, 100), Slow.gain(50, 100)], [0.5, 0.25]);
    for i in 0..=100 {
        let (a, b) = (EqualPower.gain(i, 100), EqualPower.gain(100 - i, 100));
        assert!((a * a + b * b - 1.0).abs() < 1e-6);
    }
}

#[test]
fn presets_and_delivery_are_sound() {
    let presets = DuckingSettings::presets();
    assert_eq!(presets[0].settings, DuckingSettings::default());
    assert_eq!(
        presets.map(|it| it.id),
        ["dialogue", "voice_over", "gentle", "trailer"]
    );
    for preset in presets {
        assert_eq!(preset.settings.check(), Ok(()));
        assert!(preset.settings.on && preset.settings.by == DuckBy::Speech);
    }
    let delivered = |target_lufs, ceiling_dbtp| ProjectMix {
        delivery: Delivery {
            target_lufs,
            ceiling_dbtp,
        },
        ..ProjectMix::default()
    };
    for target in LOUDNESS_TARGETS {
        let mix = delivered(Some(target), -2.0);
        assert_eq!((mix.check(), mix.rendered(48_000).ceiling_dbtp), (Ok(()), -2.0));
    }
    assert!(delivered(Some(-5.0), -1.0).check().is_err());
    assert!(delivered(None, 0.1).check().is_err());
    assert!(delivered(None, f32::NAN).check().is_err());
}

/// Takes fields away that older programs didn't write.
fn strip(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !names.contains(&name.as_str()));
            fields.values_mut().for_each(|value| strip(value, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| strip(value, names)),
        _ => {}
    }
}

#[test]
fn projects_and_edits_of_older_programs_are_read() {
    let project = cues(&[(0, 1000), (900, 2000)]);
    let mut old = serde_json::to_value(&project).unwrap();
    let new = [
        "automation",
        "temp_automation",
        "fade_in_curve",
        "fade_out_curve",
        "delivery",
        "by",
    ];
    let text = old.to_string();
    assert!(new.iter().all(|name| text.contains(&format!("\"{name}\":"))));
    strip(&mut old, &new);
    assert_eq!(serde_json::from_value::<Project>(old).unwrap(), project);
    let fades = r#"{"edit":"set_cue_fades","cue":1,"fade_in":5,"fade_out":7}"#;
    let edit: Edit = serde_json::from_str(fades).unwrap();
    let wanted = Edit::SetCueFades {
        cue: CueId(1),
        fade_in: 5,
        fade_out: 7,
        in_curve: None,
        out_curve: None,
    };
    assert_eq!(edit, wanted);
    // What is written is short, and stays as it is.
    let edit = draw(1, &[(3, -6.0)]);
    let text = serde_json::to_string(&edit).unwrap();
    assert_eq!(
        text,
        r#"{"edit":"set_cue_automation","cue":1,"points":[[3,-6.0]]}"#
    );
    assert_eq!(serde_json::from_str::<Edit>(&text).unwrap(), edit);
    let s_curve = serde_json::to_string(&FadeCurve::SCurve).unwrap();
    assert_eq!(s_curve, r#""s_curve""#);
}

proptest! {
    #[test]
    fn heard_fades_fit_and_cover_the_overlap(spans in prop::collection::vec((0_u64..400, 1_u64..200), 1..6)) {
        let spans: Vec<(u64, u64)> = spans.into_iter().map(|(start, length)| (start, start + length)).collect();
        let project = cues(&spans);
        for cue in &project.cues {
            let heard = project.heard_fades(cue.id).unwrap();
            let length = project.samples_of(cue.span).len();
            prop_assert!(heard.fade_in + heard.fade_out <= length);
        }
        // Of two alone both fades are exactly the overlap.
        if let [(a, b), (c, d)] = spans[..] && a < c && c < b && b < d {
            prop_assert_eq!(project.heard_fades(project.cues[0].id).unwrap().fade_out, (b - c) * HZ / 25);
            prop_assert_eq!(project.heard_fades(project.cues[1].id).unwrap().fade_in, (b - c) * HZ / 25);
        }
    }

    #[test]
    fn crossing_never_overflows(own in any::<(u64, u64)>(), heard in any::<(u64, u64)>(), other in any::<(u64, u64)>()) {
        let own = HeardFades {
            fade_in: own.0, fade_out: own.1, in_curve: FadeCurve::Linear, out_curve: FadeCurve::Linear,
        };
        let heard = SampleSpan::from(heard);
        let fades = own.crossing(heard, [SampleSpan::from(other)].into_iter());
        prop_assert!(u128::from(fades.fade_in) + u128::from(fades.fade_out) <= u128::from(heard.len()));
    }

    #[test]
    fn curves_that_are_moved_still_check(
        frames in prop::collection::btree_set(0_u64..2500, 0..12),
        gains in prop::collection::vec(-60_f32..12.0, 12),
        rate in 1_u32..61, length in 1_u64..3000, by in 0_u64..2400,
    ) {
        let points: Vec<(u64, f32)> = frames.into_iter().zip(gains).collect();
        let project = then(&then(&film(), &draw(1, &points)), &Edit::SetCueSpan { cue: CueId(1), span: FrameSpan::new(0, 50) });
        let moved = then(&project, &Edit::SetCueSpan { cue: CueId(1), span: FrameSpan::new(by, by + 50) });
        let back = then(&moved, &Edit::SetCueSpan { cue: CueId(1), span: FrameSpan::new(0, 50) });
        // Whatever stayed inside of the picture is as it was, also between the points.
        let (before, after) = (&project.cues[0].automation, &back.cues[0].automation);
        for frame in 0..=2500 - by {
            prop_assert!((before.at(frame as f64) - after.at(frame as f64)).abs() < 1e-2);
        }
        then(&moved, &Edit::Relink { video: Box::new(video(Rate::hz(rate).unwrap(), length)) });
    }
}

//! What edits do and what they refuse.

use muvi_timeline::{
    CueId, CurvePoint, Edit, FrameSpan, HitId, HitOrigin, Pace, ProjectMix, Rate, TakeId, TakeSettings, apply,
};

use crate::film::*;

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let cue = CueId(1);
    let span = FrameSpan::new;
    let lock = Edit::LockHit {
        id: HitId(1),
        locked: true,
    };
    let move_to = |frame| Edit::MoveHit { id: HitId(1), frame };
    let remove = Edit::RemoveHit { id: HitId(1) };
    let draw = |points: &[(u64, f32)]| Edit::SetIntensity {
        drawn: points.iter().map(|point| CurvePoint::from(*point)).collect(),
    };
    let gain = |gain_db| Edit::SetCueGain { cue, gain_db };

    refused(
        &[add_hit(1000)],
        "a hit point can't be at frame 1000: the picture has 1000 frames",
    );
    refused(
        &[add_hit(50), add_hit(50)],
        "there is a hit point at 00:00:02:00 already; choose another frame",
    );
    refused(
        &[add_hit(50), add_hit(60), move_to(60)],
        "there is a hit point at 00:00:02:10 already; choose another frame",
    );
    let locked = "the hit point at 00:00:02:00 is locked; unlock it first";
    refused(&[add_hit(50), lock.clone(), move_to(51)], locked);
    refused(&[add_hit(50), lock, remove.clone()], locked);
    refused(&[remove], "this hit point is not there any more (number 1)");
    refused(
        &[draw(&[(5, 0.1), (5, 0.2)])],
        "the points of the intensity are not in order at frame 5; draw it from left to right",
    );
    refused(
        &[draw(&[(5, f32::NAN)])],
        "the value of a curve point can't be NaN; use 0 to 1",
    );
    refused(
        &[draw(&[(1001, 0.5)])],
        "a curve point can't be at frame 1001: the picture has 1000 frames",
    );
    refused(&[gain(f32::NAN)], "the gain of a cue can't be NaN; use -60 to 12");
    refused(
        &[gain(f32::INFINITY)],
        "the gain of a cue can't be inf; use -60 to 12",
    );
    refused(
        &[Edit::SetCueSpan {
            cue,
            span: span(7, 7),
        }],
        "a cue needs a length of at least one frame",
    );
    refused(
        &[Edit::AddCue {
            span: span(7, 1001),
            name: None,
        }],
        "a cue can't be at frame 1001: the picture has 1000 frames",
    );
    refused(
        &[Edit::SetCueFades {
            cue,
            fade_in: u64::MAX,
            fade_out: 2,
            in_curve: None,
            out_curve: None,
        }],
        "fades of 18446744073709551615 and 2 samples don't fit in a cue of 1920000 samples; make them shorter",
    );
    refused(
        &[Edit::UseTake {
            cue,
            take: Some(TakeId(9)),
        }],
        "take 9 does not belong to cue 1; choose a take of this cue",
    );
    refused(
        &[add_take(1), add_take(1)],
        "two takes have the number 1; give the new one a number of its own",
    );
    refused(
        &[Edit::RenameCue {
            cue,
            name: " \n".into(),
        }],
        "a cue can't have this name: it is empty",
    );
    refused(
        &[Edit::SetSettings {
            settings: TakeSettings {
                pace: Pace::Bpm(10.0),
                ..TakeSettings::default()
            },
        }],
        "the tempo in BPM can't be 10; use 40 to 220",
    );
    refused(
        &[Edit::SetLoop {
            span: Some(span(3, 3)),
        }],
        "the loop needs a length of at least one frame",
    );
    for point in [[f32::NAN, 0.5], [-1.0, 0.5], [3.0, 1.5], [f32::INFINITY, 0.0]] {
        assert!(CurvePoint::drawn(point).is_err(), "{point:?}");
    }
    assert_eq!(CurvePoint::drawn([2.6, 0.5]).unwrap().frame, 3);
}

#[test]
fn another_analysis_respects_what_the_user_did() {
    let project = all(&[found(&[100, 200, 301, 401])]);
    let ids: Vec<_> = project.hits.iter().map(|hit| hit.id).collect();
    assert_eq!(project.hits[0].origin, HitOrigin::Cut);
    assert_eq!(project.hits[2].origin, HitOrigin::Found);
    let project = [
        Edit::MoveHit {
            id: ids[0],
            frame: 150,
        },
        Edit::RemoveHit { id: ids[1] },
        Edit::LockHit {
            id: ids[2],
            locked: true,
        },
        add_hit(402),
    ]
    .iter()
    .fold(project, |project, edit| apply(&project, edit).unwrap());
    assert_eq!(frames(&project), [150, 301, 401, 402]);
    // Another pack sees the same events a frame or two apart, one close to a removed one, and a new one.
    let project = apply(&project, &found(&[101, 202, 203, 300, 401, 402, 700])).unwrap();
    assert_eq!(frames(&project), [150, 203, 301, 401, 402, 700]);
    assert_eq!(project.hits[2].id, ids[2]);
    assert_eq!(project.hits[3].id, ids[3], "what is found again keeps its number");
    assert_eq!(project.hits[4].origin, HitOrigin::User);
    project.check().unwrap();
}

#[test]
fn a_removed_take_has_an_heir() {
    let project = all(&[add_take(1), add_take(2), add_take(3)]);
    let use_2 = Edit::UseTake {
        cue: CueId(1),
        take: Some(TakeId(2)),
    };
    let remove = |id| Edit::RemoveTake { take: TakeId(id) };
    let mut project = apply(&project, &use_2).unwrap();
    for (removed, heir) in [(2, Some(TakeId(1))), (1, Some(TakeId(3))), (3, None)] {
        project = apply(&project, &remove(removed)).unwrap();
        assert_eq!(project.cues[0].take, heir);
    }
}

#[test]
fn solo_and_mute_decide_what_is_heard() {
    let check = |music: &str, temp: &str, expect: (bool, bool)| {
        let mut mix = ProjectMix::default();
        for (track, set) in [(&mut mix.music, music), (&mut mix.temp, temp)] {
            track.mute = set.contains('m');
            track.solo = set.contains('s');
            track.gain_db = if set.contains('0') { -60.0 } else { -3.0 };
        }
        let audible = mix.audible();
        assert_eq!((audible.music, audible.temp), expect, "{music} {temp}");
        mix.rendered(48_000).check().unwrap();
    };
    check("", "", (true, true));
    check("m", "", (false, true));
    check("s", "", (true, false));
    check("s", "s", (true, true));
    check("ms", "", (false, false));
    check("0", "m", (false, false));
}

#[test]
fn drawn_intensity_rules_between_its_ends() {
    let ten = Rate::new(10, 1).unwrap();
    let draw = Edit::SetIntensity {
        drawn: vec![(25, 0.0).into(), (75, 1.0).into()],
    };
    let project = all(&[draw]);
    let mut values = vec![0.25; 40];
    project.intensity.draw_over(&mut values, ten, project.video.rate);
    let expect =
        |tick: usize, value: f32| assert!((values[tick] - value).abs() < 1e-6, "{tick}: {}", values[tick]);
    expect(9, 0.25);
    expect(10, 0.0);
    expect(20, 0.5);
    expect(30, 1.0);
    expect(31, 0.25);
}

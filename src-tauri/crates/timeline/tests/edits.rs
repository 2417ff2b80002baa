//! What edits do, what they refuse, and what holds after any number of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use muvi_timeline::{
    Applied, CueId, CurvePoint, Cut, CutKind, Edit, EditError, FadeCurve, FoundHit, FrameSpan, GainPoint,
    History, HitId, HitOrigin, Pace, Project, ProjectMix, Rate, Section, Style, Take, TakeId, TakeSettings,
    Video, apply,
};
use proptest::prelude::*;

fn video(key: &str, rate: Rate, frames: u64) -> Video {
    let hz = Rate::hz(48_000).unwrap();
    Video {
        path: format!("/films/{key}.mov").into(),
        key: key.into(),
        size: 1,
        rate,
        frames,
        samples: rate.convert(frames, hz, muvi_timeline::Round::Nearest),
        width: 1920,
        height: 1080,
        codec: "h264".into(),
        sound: None,
        variable_rate: false,
    }
}

fn film() -> Project {
    let rate = Rate::new(25, 1).unwrap();
    Project::new(video("a", rate, 1000), Rate::hz(48_000).unwrap()).unwrap()
}

fn take(id: u32) -> Take {
    Take {
        id: TakeId(id),
        name: format!("Take {id}"),
        favourite: false,
        made_at: 1,
        style: Style::Auto,
        style_name: "Piano".into(),
        settings: TakeSettings {
            seed: Some(id),
            ..TakeSettings::default()
        },
        bpm: 120.0,
        provider: "cpu".into(),
        pack: "abc".into(),
        span: FrameSpan::new(0, 1000),
        samples: 1_920_000,
        lufs: Some(-18.0),
        peaks: None,
        section: None,
    }
}

fn found(frames: &[u64]) -> Edit {
    let hit = |frame: &u64| FoundHit {
        frame: *frame,
        strength: 0.5,
        cut: frame.is_multiple_of(2),
    };
    Edit::Analysed {
        cuts: Vec::new(),
        hits: frames.iter().map(hit).collect(),
    }
}

fn add_hit(frame: u64) -> Edit {
    Edit::AddHit { frame, name: None }
}

fn add_take(id: u32) -> Edit {
    Edit::AddTake {
        cue: CueId(1),
        take: Box::new(take(id)),
    }
}

fn all(edits: &[Edit]) -> Project {
    edits.iter().fold(film(), |project, edit| {
        apply(&project, edit).unwrap_or_else(|error| panic!("{edit:?}: {error}"))
    })
}

fn frames(project: &Project) -> Vec<u64> {
    project.hits.iter().map(|hit| hit.frame).collect()
}

/// The message of the last edit, after all before it went well.
#[track_caller]
fn refused(edits: &[Edit], message: &str) {
    let (last, before) = edits.split_last().unwrap();
    let error = apply(&all(before), last).unwrap_err();
    assert_eq!(error.to_string(), message);
}

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
fn undo_takes_back_decisions_and_no_facts() {
    let mut history = History::new(Arc::new(film()));
    assert_eq!(history.apply(&add_hit(10)).unwrap(), Applied::Step);
    assert_eq!(history.apply(&add_hit(20)).unwrap(), Applied::Step);
    history.undo().unwrap();
    assert_eq!(history.apply(&found(&[10, 500])).unwrap(), Applied::Fact);
    assert_eq!(
        (history.undo_label(), history.redo_label()),
        (Some("Add hit point"), Some("Add hit point"))
    );
    let present = history.project().clone();
    assert_eq!(frames(&present), [10, 500]);
    let number = present.hits[1].id;
    history.redo().unwrap();
    assert_eq!(frames(history.project()), [10, 20, 500]);
    assert_eq!(history.project().hits[2].id, number);
    history.undo().unwrap();
    history.undo().unwrap();
    assert!(history.undo().is_none() && history.undo_label().is_none());
    assert!(history.project().analysed);
    assert_eq!(frames(history.project()), [10, 500]);
    assert_eq!(history.project().hits[1].id, number);
    // The same video at another place is a fact, another video is a step.
    let moved = Video {
        path: "/elsewhere/a.mov".into(),
        ..film().video
    };
    let relink = |video| Edit::Relink {
        video: Box::new(video),
    };
    assert_eq!(history.apply(&relink(moved.clone())).unwrap(), Applied::Fact);
    history.redo().unwrap();
    assert_eq!(history.project().video, moved);
    let other = video("b", Rate::new(50, 1).unwrap(), 3000);
    assert_eq!(history.apply(&relink(other)).unwrap(), Applied::Step);
    assert!(!history.project().analysed && history.redo_label().is_none());
    assert_eq!(frames(history.project()), [20, 1000]);
    assert_eq!(history.project().cues[0].span, FrameSpan::new(0, 3000));
    history.apply(&found(&[9])).unwrap();
    history.undo().unwrap();
    assert_eq!(
        frames(history.project()),
        [10, 500],
        "what was found in another video stays there"
    );
}

#[test]
fn history_is_bounded_and_knows_its_takes() {
    let mut history = History::with_limit(Arc::new(film()), 3);
    history.apply(&add_take(1)).unwrap();
    assert_eq!(history.undo_label(), Some("Generate take 1"));
    history.apply(&Edit::RemoveTake { take: TakeId(1) }).unwrap();
    assert_eq!(
        history
            .apply(&Edit::SetMix {
                mix: ProjectMix::default()
            })
            .unwrap(),
        Applied::Nothing
    );
    assert_eq!(
        history.takes_in_use().into_iter().collect::<Vec<_>>(),
        [TakeId(1)]
    );
    for frame in 0..3 {
        history.apply(&add_hit(frame)).unwrap();
    }
    assert!(history.takes_in_use().is_empty());
    assert_eq!(std::iter::from_fn(|| history.undo().cloned()).count(), 3);
}

#[test]
fn no_number_is_given_out_twice() {
    let mut history = History::new(Arc::new(film()));
    for frame in 0..3 {
        history.apply(&add_hit(frame)).unwrap();
        assert_eq!(history.project().hits[0].id, HitId(frame as u32 + 1));
        let stored = History::new(Arc::new(history.numbered()));
        history.undo().unwrap();
        assert_eq!(history.numbered().next_hit, stored.numbered().next_hit);
    }
    history.apply(&found(&[7])).unwrap();
    assert_eq!(history.project().hits[0].id, HitId(4));
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

fn any_span() -> impl Strategy<Value = FrameSpan> {
    (0_u64..1100, 0_u64..1100).prop_map(|(a, b)| FrameSpan::new(a, b))
}

fn any_value() -> impl Strategy<Value = f32> {
    prop_oneof![8 => -80_f32..20.0, 4 => 0_f32..=1.0, 1 => any::<f32>()]
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("  a  ".into()),
        Just("x\ny".into()),
        "[a-z ]{1,300}"
    ]
}

#[test]
fn snapshots_share_what_did_not_change() {
    let frames: Vec<u64> = (0..1000).collect();
    let gain = |gain_db| Edit::SetCueGain {
        cue: CueId(1),
        gain_db,
    };
    let lists = |project: &Project| (project.hits.as_ptr(), project.cuts.as_ptr());
    let mut history = History::new(Arc::new(film()));
    history.apply(&gain(-1.0)).unwrap();
    // A fact goes into all snapshots, as one list.
    history.apply(&found(&frames)).unwrap();
    history.apply(&gain(-2.0)).unwrap();
    let after = lists(history.project());
    assert_eq!(history.project().hits.len(), 1000);
    while let Some(before) = history.undo() {
        assert_eq!((lists(before), before.hits.len()), (after, 1000));
    }
    history.redo().unwrap();
    // A change of one hit point leaves the others' lists alone.
    history.apply(&Edit::RemoveHit { id: HitId(1) }).unwrap();
    assert_eq!(
        (history.project().hits.len(), history.project().cuts.as_ptr()),
        (999, after.1)
    );
    assert_ne!(history.project().hits.as_ptr(), after.0);
    assert_eq!(history.undo().unwrap().hits.len(), 1000);
}

fn any_gain() -> impl Strategy<Value = Vec<GainPoint>> {
    let points = prop::collection::vec((0_u64..1010, -61_f32..13.0), 0..6);
    points.prop_map(|mut points| {
        points.sort_by_key(|point| point.0);
        points.into_iter().map(GainPoint::from).collect()
    })
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let hit = || (1_u32..12).prop_map(HitId);
    let cue = || (1_u32..5).prop_map(CueId);
    let take_id = || (1_u32..8).prop_map(TakeId);
    let frame = || 0_u64..1010;
    let some_take = (1_u32..8, any_span(), any::<bool>()).prop_map(|(id, span, section)| Take {
        span,
        section: section.then_some(Section { of: TakeId(1), span }),
        ..take(id)
    });
    let some_video = (
        prop::sample::select(vec!["a", "b"]),
        1_u32..61,
        1_u64..2000,
        any::<bool>(),
    )
        .prop_map(|(key, fps, frames, moved)| {
            let same = film().video;
            if moved {
                Video {
                    path: "/x".into(),
                    ..same
                }
            } else {
                video(key, Rate::hz(fps).unwrap(), frames)
            }
        });
    let hits = || prop::collection::vec((frame(), 0_f32..1.0, any::<bool>()), 0..12);
    prop_oneof![
        (frame(), prop::option::of(any_name())).prop_map(|(frame, name)| Edit::AddHit { frame, name }),
        (hit(), frame()).prop_map(|(id, frame)| Edit::MoveHit { id, frame }),
        hit().prop_map(|id| Edit::RemoveHit { id }),
        (hit(), prop::option::of(any_name())).prop_map(|(id, name)| Edit::RenameHit { id, name }),
        (hit(), any::<bool>()).prop_map(|(id, locked)| Edit::LockHit { id, locked }),
        (hit(), any_value()).prop_map(|(id, strength)| Edit::SetHitStrength { id, strength }),
        prop::collection::vec((frame(), any_value()), 0..4).prop_map(|mut points| {
            points.sort_by_key(|point| point.0);
            Edit::SetIntensity {
                drawn: points.into_iter().map(Into::into).collect(),
            }
        }),
        (any_span(), prop::option::of(any_name())).prop_map(|(span, name)| Edit::AddCue { span, name }),
        cue().prop_map(|cue| Edit::RemoveCue { cue }),
        (cue(), any_span()).prop_map(|(cue, span)| Edit::SetCueSpan { cue, span }),
        (cue(), 0_u64..1_200_000, 0_u64..1_200_000).prop_map(|(cue, fade_in, fade_out)| Edit::SetCueFades {
            cue,
            fade_in,
            fade_out,
            in_curve: None,
            out_curve: Some(FadeCurve::Slow),
        }),
        (cue(), any_gain()).prop_map(|(cue, points)| Edit::SetCueAutomation { cue, points }),
        any_gain().prop_map(|points| Edit::SetTempAutomation { points }),
        (cue(), any_value()).prop_map(|(cue, gain_db)| Edit::SetCueGain { cue, gain_db }),
        (cue(), any_name()).prop_map(|(cue, name)| Edit::RenameCue { cue, name }),
        (cue(), prop::option::of(take_id())).prop_map(|(cue, take)| Edit::UseTake { cue, take }),
        (take_id(), any_name()).prop_map(|(take, name)| Edit::RenameTake { take, name }),
        (take_id(), any::<bool>()).prop_map(|(take, favourite)| Edit::FavourTake { take, favourite }),
        take_id().prop_map(|take| Edit::RemoveTake { take }),
        any_value().prop_map(|intensity| Edit::SetSettings {
            settings: TakeSettings {
                intensity,
                ..TakeSettings::default()
            }
        }),
        any_value().prop_map(|master_db| Edit::SetMix {
            mix: ProjectMix {
                master_db,
                ..ProjectMix::default()
            }
        }),
        prop::option::of(any_span()).prop_map(|span| Edit::SetLoop { span }),
        hits().prop_map(|hits| {
            let mut frames: Vec<_> = hits.iter().map(|hit| hit.0).collect();
            frames.sort_unstable();
            frames.dedup();
            let cut = |frame| Cut {
                frame,
                strength: 0.5,
                kind: CutKind::Hard,
            };
            let hit = |(frame, strength, cut)| FoundHit { frame, strength, cut };
            Edit::Analysed {
                cuts: frames.into_iter().map(cut).collect(),
                hits: hits.into_iter().map(hit).collect(),
            }
        }),
        (cue(), some_take).prop_map(|(cue, take)| Edit::AddTake {
            cue,
            take: Box::new(take)
        }),
        some_video.prop_map(|video| Edit::Relink {
            video: Box::new(video)
        }),
    ]
}

/// What may follow another: an edit, or a step through the history.
#[derive(Debug, Clone)]
enum Act {
    Edit(Edit),
    Undo,
    Redo,
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![6 => any_edit().prop_map(Act::Edit), 2 => Just(Act::Undo), 1 => Just(Act::Redo)]
}

#[test]
fn undo_says_what_changed_in_the_mix() {
    let old = film();
    let check = |change: fn(&mut ProjectMix), expect: &str| {
        let mut mix = old.mix;
        change(&mut mix);
        let mut history = History::with_limit(Arc::new(old.clone()), 20);
        history.apply(&Edit::SetMix { mix }).unwrap();
        assert_eq!(history.undo_label(), Some(expect));
    };
    check(|mix| mix.music.gain_db = -6.0, "Change music gain");
    check(|mix| mix.music.mute = true, "Mute the music");
    check(|mix| mix.temp.gain_db = -3.0, "Change temp track gain");
    check(|mix| mix.temp.solo = true, "Solo the temp track");
    check(|mix| mix.ducking.depth_db += 1.0, "Change ducking");
    check(|mix| mix.master_db = -1.0, "Change master gain");
    check(|mix| mix.music_lufs = -20.0, "Change loudness of takes");
    check(|mix| mix.delivery.ceiling_dbtp = -2.0, "Change delivery");
    check(
        |mix| (mix.music.gain_db, mix.master_db) = (-6.0, 2.0),
        "Change mix",
    );
}

proptest! {
    #[test]
    fn whatever_is_done_the_project_holds_together(acts in prop::collection::vec(any_act(), 1..60)) {
        let mut history = History::with_limit(Arc::new(film()), 20);
        for act in acts {
            let before = history.project().clone();
            let user_hits = |project: &Project| -> Vec<_> {
                project.hits.iter().filter(|hit| hit.is_kept()).cloned().collect()
            };
            match act {
                Act::Edit(edit) => match history.apply(&edit) {
                    Ok(Applied::Step) => {
                        let after = history.project().clone();
                        let label = edit.label_over(&before);
                        prop_assert_eq!(history.undo_label(), Some(label.as_str()));
                        prop_assert_eq!(history.undo().cloned(), Some(before));
                        prop_assert_eq!(history.redo().cloned(), Some(after));
                    }
                    Ok(Applied::Fact) => {
                        prop_assert_eq!(user_hits(&before), user_hits(history.project()));
                    }
                    Ok(Applied::Nothing) => prop_assert_eq!(&before, history.project()),
                    Err(error) => {
                        prop_assert!(!matches!(error, EditError::Inconsistent { .. }) || matches!(edit, Edit::Analysed { .. }), "{} {:?}", error, edit);
                        prop_assert_eq!(&before, history.project());
                    }
                },
                Act::Undo => { history.undo(); }
                Act::Redo => { history.redo(); }
            }
            if let Err(error) = history.project().check() {
                prop_assert!(false, "{}", error);
            }
        }
        // Every snapshot holds together, also those that a fact was folded into.
        while history.undo().is_some() {
            prop_assert!(history.project().check().is_ok());
        }
        while history.redo().is_some() {
            prop_assert!(history.project().check().is_ok());
        }
    }

    #[test]
    fn frames_and_samples_of_a_project_agree(fps in 1_u32..120, frames in 1_u64..5000, frame in 0_u64..5000) {
        let frame = frame % frames;
        let rate = Rate::new(fps * 1000, 1001).unwrap();
        let project = Project::new(video("a", rate, frames), Rate::hz(44_100).unwrap()).unwrap();
        let sample = project.sample_of(frame);
        prop_assert_eq!(project.frame_at(sample), frame);
        if frame > 0 && sample > 0 {
            prop_assert_eq!(project.frame_at(sample - 1), frame - 1);
        }
        prop_assert_eq!(project.samples_of(project.picture()).end(), project.video.samples);
    }
}

//! What holds after any number of edits of any kind.

use std::sync::Arc;

use muvi_timeline::{
    Applied, CueId, Cut, CutKind, Edit, EditError, FadeCurve, FoundHit, FrameSpan, GainPoint, History, HitId,
    Project, ProjectMix, Rate, Section, Take, TakeId, TakeSettings, Video,
};
use proptest::prelude::*;

use crate::film::*;

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

//! Undo and redo.

use std::sync::Arc;

use muvi_timeline::{
    Applied, CueId, Edit, FrameSpan, History, HitId, Project, ProjectMix, Rate, TakeId, Video,
};

use crate::film::*;

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

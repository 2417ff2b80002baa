//! The project that is edited, and short ways to edit it.

use muvi_timeline::{
    CueId, Edit, FoundHit, FrameSpan, Project, Rate, Style, Take, TakeId, TakeSettings, Video, apply,
};

pub fn video(key: &str, rate: Rate, frames: u64) -> Video {
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

pub fn film() -> Project {
    let rate = Rate::new(25, 1).unwrap();
    Project::new(video("a", rate, 1000), Rate::hz(48_000).unwrap()).unwrap()
}

pub fn take(id: u32) -> Take {
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

pub fn found(frames: &[u64]) -> Edit {
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

pub fn add_hit(frame: u64) -> Edit {
    Edit::AddHit { frame, name: None }
}

pub fn add_take(id: u32) -> Edit {
    Edit::AddTake {
        cue: CueId(1),
        take: Box::new(take(id)),
    }
}

pub fn all(edits: &[Edit]) -> Project {
    edits.iter().fold(film(), |project, edit| {
        apply(&project, edit).unwrap_or_else(|error| panic!("{edit:?}: {error}"))
    })
}

pub fn frames(project: &Project) -> Vec<u64> {
    project.hits.iter().map(|hit| hit.frame).collect()
}

/// The message of the last edit, after all before it went well.
#[track_caller]
pub fn refused(edits: &[Edit], message: &str) {
    let (last, before) = edits.split_last().unwrap();
    let error = apply(&all(before), last).unwrap_err();
    assert_eq!(error.to_string(), message);
}

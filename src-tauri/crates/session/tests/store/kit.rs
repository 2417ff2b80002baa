//! A project to play with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use muvi_session::store::{Document, Fingerprint, Places};
use muvi_timeline::{
    CueId, CurvePoint, Edit, FoundHit, FrameSpan, HitId, Pace, ProjectMix, Rate, Style, Take, TakeId,
    TakeSettings, Video,
};
use tempfile::TempDir;

/// A data directory with a video beside it.
pub(crate) struct Kit {
    pub(crate) dir: TempDir,
    pub(crate) places: Places,
}

impl Kit {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::at(dir.path().join("data"));
        fs::write(dir.path().join("film.mov"), b"a film").unwrap();
        Self { dir, places }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn create(&self) -> Document {
        Document::create(
            &self.places,
            video(&self.path("film.mov")),
            Rate::hz(44_100).unwrap(),
        )
        .unwrap()
    }

    pub(crate) fn open(&self, path: &Path) -> Document {
        Document::open(&self.places, path).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The message of an open that must fail.
    pub(crate) fn refused(&self, path: &Path) -> (String, &'static str) {
        let error = Document::open(&self.places, path).unwrap_err();
        (
            error.to_string().replace(self.dir.path().to_str().unwrap(), "~"),
            error.code(),
        )
    }
}

pub(crate) fn video(path: &Path) -> Video {
    let Fingerprint { size, key } = Fingerprint::of(path).unwrap();
    Video {
        path: path.into(),
        key,
        size,
        rate: Rate::new(25, 1).unwrap(),
        frames: 10_000,
        samples: 17_640_000,
        width: 1280,
        height: 720,
        codec: "h264".into(),
        sound: Some("AAC".into()),
        variable_rate: false,
    }
}

pub(crate) fn add_hit(frame: u64) -> Edit {
    Edit::AddHit {
        frame,
        name: Some(format!("Türe \"{frame}\"")),
    }
}

pub(crate) fn frames(document: &Document) -> Vec<u64> {
    document.project().hits.iter().map(|hit| hit.frame).collect()
}

pub(crate) fn codes(document: &Document) -> Vec<&'static str> {
    document.problems().iter().map(|problem| problem.code()).collect()
}

/// Adds a take with its files, as a job does.
pub(crate) fn add_take(document: &mut Document) -> TakeId {
    let id = document.new_take().unwrap();
    write_take(document, id);
    document.apply(&take_edit(id)).unwrap();
    id
}

pub(crate) fn write_take(document: &Document, id: TakeId) {
    let files = document.take_files(id);
    for path in [&files.audio, &files.latents, &files.plan] {
        fs::write(path, format!("{} of {id}", path.extension().unwrap().display())).unwrap();
    }
}

pub(crate) fn take_edit(id: TakeId) -> Edit {
    let take = Take {
        id,
        name: format!("Take {id}"),
        favourite: false,
        made_at: 1_700_000_000_000,
        style: Style::Clip {
            path: "/music/clip.wav".into(),
            from: Some(std::time::Duration::from_millis(1250)),
        },
        style_name: "clip".into(),
        settings: TakeSettings {
            seed: Some(u32::MAX),
            pace: Pace::Relative(-0.1),
            ..TakeSettings::default()
        },
        bpm: 93.3,
        provider: "cpu".into(),
        pack: "abc".into(),
        span: FrameSpan::new(0, 10_000),
        samples: 17_640_000,
        lufs: Some(-17.3),
        peaks: None,
        section: None,
    };
    Edit::AddTake {
        cue: CueId(1),
        take: Box::new(take),
    }
}

/// The k-th of a row of edits of many kinds, all of which a project takes that has had all before it.
pub(crate) fn edit(k: u32) -> Edit {
    let frame = u64::from(k) * 7 + 1;
    match k % 6 {
        0 => add_hit(frame),
        1 => Edit::MoveHit {
            id: HitId(k / 6 * 3 + 1),
            frame,
        },
        2 => Edit::SetCueGain {
            cue: CueId(1),
            gain_db: -0.1 * (k % 300) as f32,
        },
        3 => Edit::Analysed {
            cuts: Vec::new(),
            hits: [3, 5]
                .map(|frame| FoundHit {
                    frame,
                    strength: 0.3,
                    cut: false,
                })
                .into(),
        },
        4 => Edit::SetIntensity {
            drawn: vec![CurvePoint::drawn([k as f32, 0.7]).unwrap()],
        },
        _ => Edit::SetMix {
            mix: ProjectMix {
                master_db: -0.01 * (k % 500) as f32,
                ..ProjectMix::default()
            },
        },
    }
}

/// This test binary again, to run one ignored test of it as a process of its own.
pub(crate) fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
    command
}

//! Projects handed over from the disk: what is written, what others read of it, what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use muvi_media::wav::WavWriter;
use muvi_media::{Tools, probe};
use muvi_scoring::curve::Curve;
use muvi_scoring::plan::{Pace, Plan, PlanRequest};
use muvi_scoring::runtime::{Provider, ProviderReport};
use muvi_scoring::solver::{Method, SolverSettings};
use muvi_session::compose::{LoudnessFacts, PackFacts, TakeDocument, Wishes};
use muvi_session::handover::{HandOverFormat, HandOverOrder, HandOverSource, hand_over};
use muvi_session::store::{Document, Fingerprint, Places};
use muvi_session::{CancelToken, Family};
use muvi_timeline::{
    CueId, Cut, CutKind, Edit, FoundHit, FrameSpan, Rate, Style, Take, TakeId, TakeSettings, Video,
};
use serde_json::Value;
use tempfile::TempDir;

const HZ: u32 = 44_100;

struct Kit {
    dir: TempDir,
    places: Places,
}

impl Kit {
    /// A film of 20 s at 29.97 with drop frame, that starts at an hour, in a project of the name "Mein \"Film\"".
    fn new() -> (Self, Document) {
        let dir = tempfile::tempdir().unwrap();
        let film = dir.path().join("Über uns & co.mov");
        let done = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-f", "lavfi", "-i"])
            .args([
                "testsrc=s=64x36:r=30000/1001:d=20,format=yuv420p",
                "-f",
                "lavfi",
                "-i",
            ])
            .args(["sine=frequency=300:duration=20:sample_rate=48000", "-ac", "2"])
            .args(["-timecode", "01:00:00;00"])
            .arg(&film)
            .status()
            .unwrap();
        assert!(done.success());
        let info = probe(&Tools::locate().unwrap(), &film).unwrap();
        let Fingerprint { size, key } = Fingerprint::of(&film).unwrap();
        let video = Video {
            path: film,
            key,
            size,
            rate: info.video.rate,
            frames: info.frames(info.video.rate),
            samples: info.samples(HZ),
            width: 64,
            height: 36,
            codec: "h264".into(),
            sound: Some("AAC".into()),
            variable_rate: false,
        };
        let places = Places::at(dir.path().join("data"));
        let mut document = Document::create(&places, video, Rate::hz(HZ).unwrap()).unwrap();
        document
            .save_as(&dir.path().join("Mein Film.muvi"))
            .unwrap_or_else(|error| panic!("{error}"));
        (Self { dir, places }, document)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn order(&self, formats: &[HandOverFormat], overwrite: bool) -> HandOverOrder {
        HandOverOrder {
            folder: self.dir.path().into(),
            formats: formats.to_vec(),
            overwrite,
        }
    }
}

/// Adds a take over `[from, to)` frames with 100 beats a minute and these onsets in seconds from its start.
fn add_take(document: &mut Document, cue: CueId, [from, to]: [u64; 2], onsets_s: &[f64]) -> TakeId {
    let id = document.new_take().unwrap();
    let project = document.project();
    let span = project.samples_of(FrameSpan::new(from, to));
    let files = document.take_files(id);
    let mut wav = WavWriter::create(&files.audio, HZ, false).unwrap();
    let sound: Vec<f32> = (0..span.len()).map(|n| (n as f32 * 0.05).sin() * 0.2).collect();
    wav.write([&sound, &sound]).unwrap();
    wav.finish().unwrap();
    let plan = Plan::make(&PlanRequest {
        pace: Pace::Bpm(100.0),
        ..PlanRequest::new(span.len() as f64 / f64::from(HZ))
    });
    let facts = TakeDocument {
        version: 1,
        pack: PackFacts {
            name: "mini".into(),
            version: "1".into(),
            hash: "abc".into(),
        },
        sample_rate: HZ,
        span: span.start()..span.end(),
        wishes: Wishes::default(),
        style_name: Some("Piano".into()),
        solver: SolverSettings {
            method: Method::Euler,
            steps: 1,
            guidance: 1.0,
            rescale: 0.0,
            sway: 0.0,
        },
        sections: Vec::new(),
        plan: plan.unwrap(),
        bpm: 100.0,
        loudness: LoudnessFacts {
            integrated_lufs: Some(-20.0),
            range_lu: 1.0,
            true_peak_dbtp: Some(-14.0),
            sample_peak_dbfs: Some(-14.0),
        },
        level: Curve {
            rate_hz: 10.0,
            values: vec![-20.0],
        },
        onsets_s: onsets_s.to_vec(),
        onset_strengths: Vec::new(),
        beats: Vec::new(),
        beat_offset_ms: None,
        landings: Vec::new(),
        provider: ProviderReport {
            requested: Provider::Cpu,
            used: Provider::Cpu,
            fell_back: Vec::new(),
        },
        runtime: "test".into(),
    };
    fs::write(&files.plan, serde_json::to_vec(&facts).unwrap()).unwrap();
    fs::write(&files.latents, b"latents").unwrap();
    let take = Take {
        id,
        name: format!("Take {id}"),
        favourite: false,
        made_at: 1_700_000_000_000,
        style: Style::Auto,
        style_name: "Piano".into(),
        settings: TakeSettings {
            seed: Some(7),
            ..TakeSettings::default()
        },
        bpm: 100.0,
        provider: "cpu".into(),
        pack: "abc".into(),
        span: FrameSpan::new(from, to),
        samples: span.len(),
        lufs: Some(-20.0),
        peaks: None,
        section: None,
    };
    let take = Box::new(take);
    document.apply(&Edit::AddTake { cue, take }).unwrap();
    document.apply(&Edit::UseTake { cue, take: Some(id) }).unwrap();
    id
}

/// Two cues with music, of which the first is shorter than its take, and one without.
fn fill(document: &mut Document) {
    let cut = |frame| Cut {
        frame,
        strength: 0.9,
        kind: CutKind::Hard,
    };
    let hit = |frame, cut| FoundHit {
        frame,
        strength: 0.8,
        cut,
    };
    let edits = [
        Edit::Analysed {
            cuts: vec![cut(150), cut(420)],
            hits: vec![hit(150, true), hit(200, false)],
        },
        Edit::AddHit {
            frame: 250,
            name: Some("Tür".into()),
        },
        Edit::SetCueSpan {
            cue: CueId(1),
            span: FrameSpan::new(0, 300),
        },
        Edit::RenameCue {
            cue: CueId(1),
            name: "Main: \"A\"".into(),
        },
    ];
    for edit in &edits {
        document.apply(edit).unwrap();
    }
    // An onset a frame after the cut at 150, on the hit at 200, and none near 250.
    let at = |frame: f64| frame * 1001.0 / 30_000.0;
    add_take(document, CueId(1), [0, 300], &[at(151.0), at(200.0)]);
    for edit in [
        Edit::SetCueSpan {
            cue: CueId(1),
            span: FrameSpan::new(60, 280),
        },
        Edit::AddCue {
            span: FrameSpan::new(320, 500),
            name: Some("End".into()),
        },
        Edit::AddCue {
            span: FrameSpan::new(520, 560),
            name: Some("Empty".into()),
        },
    ] {
        document.apply(&edit).unwrap();
    }
    add_take(document, CueId(2), [320, 500], &[]);
}

fn read(folder: &Path, name: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let python = std::env::var_os("MUVI_TEST_PYTHON")
        .map_or_else(|| root.join(".cache/test-venv/bin/python"), Into::into);
    assert!(python.is_file(), "{}: run ./dev test once", python.display());
    let beside = tempfile::tempdir().unwrap();
    for kind in ["otio", "fcpxml", "edl", "mid"] {
        fs::copy(
            folder.join(format!("{name}.{kind}")),
            beside.path().join(format!("film.{kind}")),
        )
        .unwrap();
    }
    let output = Command::new(python)
        .arg(root.join("tests/readers/handover.py"))
        .arg(beside.path())
        .arg("30000/1001")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_project_that_is_open_is_handed_over_from_the_disk() {
    let (kit, mut document) = Kit::new();
    fill(&mut document);
    let source = HandOverSource::read(document.folder()).unwrap();
    let done = hand_over(&source, &kit.order(&[], false), &CancelToken::new()).unwrap();
    assert_eq!(done.folder, kit.path("Mein Film hand-over"));
    let mut files: Vec<String> = done
        .files
        .iter()
        .map(|it| it.to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(
        files,
        [
            "Mein Film cue sheet.csv",
            "Mein Film cue sheet.html",
            "Mein Film hit report.csv",
            "Mein Film markers.csv",
            "Mein Film markers.edl",
            "Mein Film.edl",
            "Mein Film.fcpxml",
            "Mein Film.mid",
            "Mein Film.otio",
            "audio/01 Main_ _A_.wav",
            "audio/02 End.wav",
        ]
    );
    assert!(
        done.notes.iter().any(|note| note.starts_with("Empty: ")),
        "{:?}",
        done.notes
    );
    for file in &done.files {
        assert!(done.folder.join(file).is_file(), "{}", file.display());
    }
    let take = document.project().cues[0].take.unwrap();
    assert_eq!(
        fs::read(done.folder.join("audio/01 Main_ _A_.wav")).unwrap(),
        fs::read(document.take_files(take).audio).unwrap()
    );

    let seen = read(&done.folder, "Mein Film");
    let hour = 107_892;
    let cue = &seen["otio"]["tracks"][2]["clips"][0];
    assert_eq!(
        [&seen["otio"]["start"], &cue["at"], &cue["length"], &cue["source"]].map(|it| it.as_u64().unwrap()),
        [hour, hour + 60, 220, 60]
    );
    let url = cue["url"].as_str().unwrap();
    assert!(
        url.starts_with("file:///") && url.ends_with("audio/01%20Main_%20_A_.wav"),
        "{url}"
    );
    let marks: Vec<u64> = seen["otio"]["tracks"][0]["clips"][0]["markers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["at"].as_u64().unwrap() - hour)
        .collect();
    assert_eq!(marks, [150, 200, 250, 420]);
    assert_eq!(
        (&seen["fcpxml"]["drop"], &seen["fcpxml"]["start"]),
        (&Value::from(true), &Value::from(hour))
    );
    assert_eq!(seen["edl"]["events"][1]["record"][0], Value::from(hour + 60));
    // A beat every 0.6 s from the take's start on, the first of them where the cue is heard.
    let beats = seen["midi"]["beats"].as_array().unwrap();
    for time in [2.4, 4.8, 7.2] {
        let near = beats.iter().any(|it| (it.as_f64().unwrap() - time).abs() < 0.001);
        assert!(near, "no beat at {time}: {beats:?}");
    }
    let report = fs::read_to_string(done.folder.join("Mein Film hit report.csv")).unwrap();
    for line in [
        "1,Take 1,01:00:05;00,150,cut,,yes,+1.00\r\n",
        "1,Take 1,01:00:06;20,200,hit,,yes,+0.00\r\n",
        "1,Take 1,01:00:08;10,250,user,Tür,no,\r\n",
        "1,Take 1,3,2,0.667,",
        "2,Take 2,01:00:14;00,420,cut,,no,\r\n",
    ] {
        assert!(report.contains(line), "{line} is not in\n{report}");
    }
    let sheet = fs::read_to_string(done.folder.join("Mein Film cue sheet.csv")).unwrap();
    assert!(
        sheet.contains(",01:00:02;00,01:00:09;10,00:00:07;10,Piano,"),
        "{sheet}"
    );
}

#[test]
fn what_is_there_is_kept_unless_it_may_be_replaced() {
    let (kit, mut document) = Kit::new();
    fill(&mut document);
    let source = HandOverSource::of(&document);
    let only = [HandOverFormat::Midi, HandOverFormat::CueSheet];
    let none = CancelToken::new();
    let done = hand_over(&source, &kit.order(&only, false), &none).unwrap();
    // Neither names the sound.
    assert_eq!(done.files.len(), 4);
    assert!(!done.folder.join("audio").exists());
    let refused = hand_over(&source, &kit.order(&[], false), &none).unwrap_err();
    assert_eq!(
        (refused.existing_output(), refused.family()),
        (Some(done.folder.as_path()), Family::Output)
    );
    fs::write(done.folder.join("mine.txt"), b"mine").unwrap();
    hand_over(&source, &kit.order(&[], true), &none).unwrap();
    assert!(done.folder.join("mine.txt").is_file() && done.folder.join("audio/02 End.wav").is_file());
    let nowhere = HandOverOrder {
        folder: kit.path("no"),
        ..kit.order(&[], false)
    };
    assert_eq!(
        hand_over(&source, &nowhere, &none).unwrap_err().family(),
        Family::Output
    );
    let stop = CancelToken::new();
    stop.cancel();
    fs::remove_dir_all(&done.folder).unwrap();
    assert_eq!(
        hand_over(&source, &kit.order(&[], false), &stop)
            .unwrap_err()
            .family(),
        Family::Cancelled
    );
    // A take whose sound is gone is told, and nothing half is left.
    let take = document.project().cues[0].take.unwrap();
    fs::remove_file(document.take_files(take).audio).unwrap();
    let missing = hand_over(&source, &kit.order(&[], false), &none).unwrap_err();
    assert_eq!(missing.family(), Family::InputUnusable);
    let mut left: Vec<_> = fs::read_dir(kit.dir.path())
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["Mein Film.muvi", "data", "Über uns & co.mov"]);
    let gone = HandOverSource::read(&kit.path("x.muvi")).unwrap_err();
    assert_eq!(gone.family(), Family::InputUnreadable);
    drop(kit.places);
}

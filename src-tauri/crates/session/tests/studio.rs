//! The studio without a window: a video opened and looked at, edits and undo, a take, what is heard and measured of it,
//! exports, and what is refused. Real ffmpeg, real ONNX Runtime, the toy pack; no sound device.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use muvi_session::CancelToken;
use muvi_session::deliver::{Bus, Deliver};
use muvi_session::handover::{HandOverFormat, HandOverOrder};
use muvi_session::studio::{
    Asset, AssetReply, ExportOrder, ExportPreset, JobKind, JobState, JobStatus, OpenView, Options, Studio,
    StudioEvent,
};
use muvi_timeline::{Edit, FrameSpan, GainPoint, HitOrigin, ProjectMix, TakeSettings, TrackLevel};

/// Names the folder of a test to the process that it runs in.
const FOLDER: &str = "MUVI_TEST_STUDIO_FOLDER";
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs `body` in a process of its own, whose folders are its own.
fn alone(name: &str, body: fn(&Path)) {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return body(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut command = Command::new(std::env::current_exe().unwrap());
    let library = root.join(".cache/onnxruntime/libonnxruntime.so");
    if std::env::var_os("ORT_DYLIB_PATH").is_none() && library.exists() {
        command.env("MUVI_ONNXRUNTIME", library);
    }
    let status = command
        .args(["--exact", name, "--nocapture"])
        .env(FOLDER, folder.path())
        .env("HOME", folder.path())
        .env("MUVI_DATA", folder.path().join("data"))
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .env("XDG_CONFIG_HOME", folder.path().join("config"))
        .env("MUVI_PACK", root.join("models/packs/toy"))
        .status()
        .unwrap();
    assert!(status.success(), "{name} failed");
}

/// A studio and what it tells.
struct Desk {
    studio: Studio,
    jobs: Mutex<Receiver<JobStatus>>,
}

impl Desk {
    fn new() -> Self {
        let (sender, jobs) = channel();
        let sender = Mutex::new(sender);
        let listener = move |event| {
            if let StudioEvent::Job(status) = event {
                let _ = sender.lock().unwrap().send(*status);
            }
        };
        Self {
            studio: Studio::start(Options::default(), Arc::new(listener)),
            jobs: Mutex::new(jobs),
        }
    }

    /// Waits for the end of a job.
    fn end(&self, id: u32) -> JobStatus {
        loop {
            let status = self.jobs.lock().unwrap().recv_timeout(PATIENCE).unwrap();
            if status.id == id && status.state.is_over() {
                return status;
            }
        }
    }

    fn done(&self, id: u32) -> JobStatus {
        let status = self.end(id);
        assert_eq!(status.state, JobState::Done, "{status:?}");
        status
    }

    fn view(&self) -> OpenView {
        self.studio.open_view().unwrap()
    }

    /// Opens a video and waits until it is looked at and its sound can be played.
    fn open(&self, path: &Path) {
        self.studio.open_path(path).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while !self.view().analysed || !self.studio.jobs().is_empty() {
            assert!(Instant::now() < deadline, "it is never analysed");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn video(folder: &Path) -> PathBuf {
    let path = folder.join("film.mp4");
    let graph = "testsrc=s=160x90:r=25:d=3[a];smptebars=s=160x90:r=25:d=3[b];\
                 [a][b]concat=n=2:v=1:a=0,format=yuv420p[v];sine=frequency=300:duration=6[s]";
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y", "-filter_complex", graph])
        .args(["-map", "[v]", "-map", "[s]", "-shortest"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(done.success());
    path
}

fn order(path: PathBuf) -> ExportOrder {
    ExportOrder {
        path,
        what: Deliver::Sound,
        codec: None,
        tracks: vec![Bus::Mix],
        loop_only: false,
        target_lufs: None,
        ceiling_dbtp: -1.0,
        overwrite: false,
    }
}

#[test]
fn edits_are_steps_and_what_is_tried_out_is_none() {
    alone("edits_are_steps_and_what_is_tried_out_is_none", |folder| {
        let desk = Desk::new();
        assert_eq!(desk.studio.open_view().unwrap_err().code, "no_project");
        desk.open(&video(folder));
        let view = desk.view();
        assert_eq!((view.project.video.frames, view.undo), (150, None));
        assert!(view.cuts.iter().any(|cut| cut.frame == 75), "{:?}", view.cuts);

        let add = Edit::AddHit {
            frame: 33,
            name: Some("the door".into()),
        };
        desk.studio.edit(&add).unwrap();
        let hit = desk
            .view()
            .project
            .hits
            .iter()
            .find(|hit| hit.frame == 33)
            .cloned();
        assert_eq!(hit.unwrap().origin, HitOrigin::User);
        assert_eq!(desk.view().undo.as_deref(), Some("Add hit point"));
        let again = desk.studio.edit(&add).unwrap_err();
        assert!(again.message.contains("00:00:01:08"), "{again:?}");

        // A mix and a gain that are tried out are heard, not kept.
        let loud = ProjectMix {
            temp: TrackLevel {
                gain_db: -6.0,
                ..TrackLevel::default()
            },
            ..ProjectMix::default()
        };
        desk.studio.preview_mix(Some(loud)).unwrap();
        let points = vec![GainPoint {
            frame: 10,
            gain_db: -20.0,
        }];
        desk.studio.preview_automation(None, points).unwrap();
        assert_eq!(desk.view().project.mix, ProjectMix::default());
        assert!(desk.view().project.temp_automation.is_empty());
        let wrong = GainPoint {
            frame: 10,
            gain_db: f32::NAN,
        };
        assert!(desk.studio.preview_automation(None, vec![wrong]).is_err());

        desk.studio.undo().unwrap();
        assert!(desk.view().project.hits.iter().all(|hit| hit.frame != 33));
        desk.studio.redo().unwrap();
        assert!(desk.view().project.hits.iter().any(|hit| hit.frame == 33));
        desk.studio.close().unwrap();
        assert_eq!(desk.studio.undo().unwrap_err().code, "no_project");
    });
}

#[test]
fn a_take_is_made_measured_and_delivered() {
    alone("a_take_is_made_measured_and_delivered", |folder| {
        let desk = Desk::new();
        desk.open(&video(folder));
        let key = desk.view().project.video.key.clone();
        let cue = desk.view().project.cues[0].id;
        let silent = desk.studio.edit(&Edit::SetMix {
            mix: ProjectMix {
                temp: TrackLevel {
                    mute: true,
                    ..TrackLevel::default()
                },
                ..ProjectMix::default()
            },
        });
        silent.unwrap();
        let refused = desk.studio.export(order(folder.join("none.wav"))).unwrap_err();
        assert_eq!(refused.code, "silent");

        // The toy's music is noise; that of some seeds has peaks that allow less than what is expected below.
        let settings = TakeSettings {
            seed: Some(1),
            ..TakeSettings::default()
        };
        desk.studio.edit(&Edit::SetSettings { settings }).unwrap();
        let made = desk.done(desk.studio.generate(cue).unwrap());
        assert_eq!(made.kind, JobKind::Generate);
        let take = desk.view().project.cues[0].take.unwrap();
        assert_eq!(made.take, Some(take));
        let plan = desk.studio.take_plan(take).unwrap();
        assert!(plan.beats.windows(2).all(|two| two[0].time_s < two[1].time_s));
        let measures = desk
            .studio
            .measure_take(take, &CancelToken::new(), &mut |_| {})
            .unwrap();
        assert!(measures.rows.len() > 5 && !measures.landings.moments.is_empty());
        let landed = desk.studio.landing_report(take).unwrap();
        assert_eq!(landed, measures.landings);

        let measured = desk.done(desk.studio.measure_mix().unwrap()).measure.unwrap();
        let lufs = measured.loudness.integrated_lufs.unwrap();
        // Takes are brought to -16 LUFS, also where peaks must be held back; the fades take a little.
        assert!((-16.5..=-15.5).contains(&lufs), "{lufs}");
        let peak = measured.loudness.true_peak_dbtp.unwrap();
        assert!(peak <= -0.9, "{peak} dBTP");
        let AssetReply::Growing(bytes) = desk.studio.asset(&Asset::Ducking { key }) else {
            panic!("no ducking");
        };
        assert_eq!(bytes.len(), 6 * 20 * 4, "20 values a second");

        // The loop alone, then all of it louder, in one queue.
        let span = FrameSpan::new(25, 75);
        desk.studio.edit(&Edit::SetLoop { span: Some(span) }).unwrap();
        let part = ExportOrder {
            loop_only: true,
            ..order(folder.join("loop.wav"))
        };
        let whole = ExportOrder {
            target_lufs: Some(-20.0),
            ..order(folder.join("whole.wav"))
        };
        assert_eq!(desk.studio.export_forecast(&whole).unwrap().obstacle, None);
        let jobs = [
            desk.studio.export(part).unwrap(),
            desk.studio.export(whole.clone()).unwrap(),
        ];
        for job in jobs {
            desk.done(job);
        }
        let bytes = |name: &str| std::fs::metadata(folder.join(name)).unwrap().len();
        assert!((bytes("whole.wav") as f64 / bytes("loop.wav") as f64 - 3.0).abs() < 0.1);
        let there = desk.end(desk.studio.export(whole).unwrap());
        assert_eq!(there.state, JobState::Failed, "{there:?}");
        assert!(desk.studio.busy().is_empty());

        let handed = HandOverOrder {
            folder: folder.to_owned(),
            formats: vec![HandOverFormat::Otio],
            overwrite: false,
        };
        let written = desk.studio.hand_over(&handed).unwrap();
        assert!(written.folder.is_dir() && !written.files.is_empty());
        assert_eq!(desk.studio.hand_over(&handed).unwrap_err().code, "exists");
    });
}

#[test]
fn presets_of_ones_own_are_kept() {
    alone("presets_of_ones_own_are_kept", |_| {
        let preset = |name: &str| ExportPreset {
            name: name.into(),
            built_in: false,
            what: Deliver::Video,
            extension: Some("mov".into()),
            codec: None,
            tracks: vec![Bus::Mix, Bus::Music],
            loop_only: false,
            target_lufs: Some(-16.0),
            ceiling_dbtp: -2.0,
        };
        let shipped = Desk::new().studio.export_presets().len();
        let studio = Desk::new().studio;
        assert!(
            studio.save_export_preset(preset("Web"), None).is_err(),
            "that one ships"
        );
        studio.save_export_preset(preset("Client"), None).unwrap();
        assert!(
            studio.save_export_preset(preset("client"), None).is_err(),
            "taken"
        );
        studio
            .save_export_preset(preset("Client 2"), Some("Client"))
            .unwrap();
        let again = Desk::new().studio.export_presets();
        assert_eq!(again.len(), shipped + 1);
        assert_eq!(again.last().unwrap(), &preset("Client 2"));
        assert_eq!(studio.remove_export_preset("Client 2").unwrap().len(), shipped);
        assert!(studio.remove_export_preset("Client 2").is_err());
    });
}

//! A comparison page of a saved project: its music and its takes, read from the disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use muvi_media::wav::WavWriter;
use muvi_media::{Tools, probe};
use muvi_session::page::{PageProblem, PageRequest, make};
use muvi_session::store::{Document, Fingerprint, Places};
use muvi_session::{CancelToken, EngineRequest, Error, ProviderChoice};
use muvi_timeline::{CueId, Edit, FrameSpan, Rate, Style, Take, TakeSettings, Video};

const HZ: u32 = 44_100;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn engine() -> EngineRequest {
    let library = root().join(".cache/onnxruntime/libonnxruntime.so");
    let named = ["MUVI_ONNXRUNTIME", "ORT_DYLIB_PATH"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    EngineRequest {
        pack: Some(root().join("models/packs/toy")),
        runtime: (!named && library.exists()).then_some(library),
        provider: ProviderChoice::Cpu,
        cache: false,
    }
}

/// A project on the disk whose one take begins a second into the picture.
fn project(folder: &Path) -> Document {
    let path = folder.join("launch.webm");
    fs::copy(root().join("tests/fixtures/oa4_launch.webm"), &path).unwrap();
    let info = probe(&Tools::locate().unwrap(), &path).unwrap();
    let Fingerprint { size, key } = Fingerprint::of(&path).unwrap();
    let rate = info.video.rate;
    let video = Video {
        path,
        key,
        size,
        rate,
        frames: info.frames(rate),
        samples: info.samples(HZ),
        width: info.video.width,
        height: info.video.height,
        codec: info.video.codec.clone(),
        sound: None,
        variable_rate: false,
    };
    let places = Places::at(folder.join("data"));
    let mut document = Document::create(&places, video, Rate::hz(HZ).unwrap()).unwrap();
    let start = rate.as_f64().round() as u64;
    let id = document.new_take().unwrap();
    let mut writer = WavWriter::create(&document.take_files(id).audio, HZ, false).unwrap();
    let tone = |n: u64| 0.2 * (std::f32::consts::TAU * 330.0 * n as f32 / HZ as f32).sin();
    let sound: Vec<f32> = (0..u64::from(HZ) * 4).map(tone).collect();
    writer.write([&sound, &sound]).unwrap();
    writer.finish().unwrap();
    let take = Take {
        id,
        name: "Take <1>".into(),
        favourite: false,
        made_at: 0,
        style: Style::Auto,
        style_name: "Piano".into(),
        settings: TakeSettings::default(),
        bpm: 120.0,
        provider: "cpu".into(),
        pack: "abc".into(),
        span: FrameSpan::new(start, start * 5),
        samples: sound.len() as u64,
        lufs: Some(-17.0),
        peaks: None,
        section: None,
    };
    let take = Box::new(take);
    document.apply(&Edit::AddTake { cue: CueId(1), take }).unwrap();
    document
}

#[test]
fn a_page_of_a_project_has_its_music_and_its_takes() {
    let folder = tempfile::tempdir().unwrap();
    let document = project(folder.path());
    let take = document.project().cues[0].take.unwrap();
    let page = folder.path().join("page");
    let request = |takes: &[u32]| PageRequest {
        attention: false,
        engine: engine(),
        ..PageRequest::of_project(document.folder(), takes, &page)
    };
    // It is open all the while.
    let report = make(&request(&[take.0]), &CancelToken::new(), &mut |_| {}).unwrap();
    assert_eq!((report.sounds, report.failed.len()), (2, 0));
    let shown: serde_json::Value =
        serde_json::from_slice(&fs::read(page.join("page.json")).unwrap()).unwrap();
    assert!(shown["project"].is_string());
    let sounds = shown["videos"][0]["sounds"].as_array().unwrap();
    assert_eq!(
        (sounds[0]["role"].as_str(), sounds[1]["role"].as_str()),
        (Some("ours"), Some("style"))
    );
    assert_eq!(sounds[1]["name"], "Take <1>");
    // A take by itself is heard where it lies in the picture.
    let level = |at: usize| sounds[1]["level"][at].as_f64().unwrap();
    assert!(level(5) < 0.01 && level(15) > 0.9 && level(45) > 0.9 && level(60) < 0.01);
    let html = fs::read_to_string(report.index).unwrap();
    assert!(html.contains("One video, several takes") && html.contains("Take &lt;1&gt;"));
    assert!(!html.contains("several styles"));

    let problem = |request: PageRequest| match make(&request, &CancelToken::new(), &mut |_| {}) {
        Err(Error::Page { problem, .. }) => problem,
        other => panic!("{other:?}"),
    };
    assert!(matches!(problem(request(&[99])), PageProblem::TakeMissing(99)));
    let both = PageRequest {
        videos: vec!["a.mp4".into()],
        ..request(&[])
    };
    assert!(matches!(problem(both), PageProblem::VideosAndProject));
}

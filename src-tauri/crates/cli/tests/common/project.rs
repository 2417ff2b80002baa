//! A project on the disk with a take of the toy pack, as the window saves it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use muvi_media::{Tools, probe};
use muvi_session::compose::{ComposeRequest, WarmEngine, Wishes};
use muvi_session::store::{Document, Fingerprint, Places};
use muvi_session::{CancelToken, EngineRequest, ProviderChoice, WatchTaps};
use muvi_timeline::{CueId, Edit, FrameSpan, Rate, Style, Take, TakeSettings, Video};

use crate::common::{Place, root};

const HZ: u32 = 44_100;

/// Makes "Film.muvi" of a video of 6 s at 25 frames a second whose timecode starts at ten o'clock, with one take over all
/// of it. It stays open, and locked, as long as the document lives.
pub(crate) fn project(place: &Place) -> (PathBuf, Document) {
    let path = place.video("film.mp4", 6.0);
    let stamped = [
        "-i",
        &path.to_string_lossy(),
        "-c",
        "copy",
        "-timecode",
        "10:00:00:00",
    ];
    fs::rename(place.ffmpeg(&stamped, "stamped.mp4"), &path).unwrap();
    let tools = Tools::locate().unwrap();
    let info = probe(&tools, &path).unwrap();
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
        sound: info.main_audio().map(|it| it.codec.clone()),
        variable_rate: false,
    };
    let places = Places::at(place.path("data"));
    let mut document = Document::create(&places, video, Rate::hz(HZ).unwrap()).unwrap();
    let folder = place.path("Film.muvi");
    document.save_as(&folder).unwrap();

    let library = root().join(".cache/onnxruntime/libonnxruntime.so");
    let named = ["MUVI_ONNXRUNTIME", "ORT_DYLIB_PATH"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    let request = EngineRequest {
        pack: Some(root().join("models/packs/toy")),
        runtime: (!named && library.exists()).then_some(library),
        provider: ProviderChoice::Cpu,
        cache: false,
    };
    let mut engine = WarmEngine::new(request, Duration::from_secs(600));
    let cancel = CancelToken::new();
    let seen = engine
        .watch(&tools, &info, &mut WatchTaps::default(), &cancel, &mut |_| {})
        .unwrap()
        .seen;
    let id = document.new_take().unwrap();
    let wishes = Wishes {
        steps: Some(1),
        ..Wishes::default()
    };
    let order = ComposeRequest {
        tools: &tools,
        seen: &seen,
        span: &(0..info.samples(HZ)),
        wishes: &wishes,
        base: &document.take_files(id).audio.with_extension(""),
    };
    let made = engine.compose(&order, &cancel, &mut |_| {}).unwrap();
    let take = Take {
        id,
        name: "Take 1".into(),
        favourite: false,
        made_at: 0,
        style: Style::Auto,
        style_name: made.style_name.unwrap_or_default(),
        settings: TakeSettings::default(),
        bpm: made.bpm as f32,
        provider: "cpu".into(),
        pack: "toy".into(),
        span: FrameSpan::new(0, info.frames(rate)),
        samples: made.samples,
        lufs: made.loudness.integrated_lufs.map(|lufs| lufs as f32),
        peaks: made.peaks,
        section: None,
    };
    let take = Box::new(take);
    document.apply(&Edit::AddTake { cue: CueId(1), take }).unwrap();
    document.save().unwrap();
    (folder, document)
}

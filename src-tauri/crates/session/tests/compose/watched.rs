//! What the tests share: a picture that was watched once, and short ways to a take and to its samples.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use muvi_media::wav::WavReader;
use muvi_media::{Tools, probe};
use muvi_scoring::hits::{EventKind, HitPoint};
use muvi_session::compose::{ComposeRequest, ComposedTake, TakeEvent, WarmEngine, Wishes};
use muvi_session::{CancelToken, EngineRequest, Error, ProviderChoice, Seen, WatchTaps};

pub const HZ: u64 = 44_100;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

pub fn engine(pack: &str) -> WarmEngine {
    let library = root().join(".cache/onnxruntime/libonnxruntime.so");
    let named = ["MUVI_ONNXRUNTIME", "ORT_DYLIB_PATH"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    let request = EngineRequest {
        pack: Some(root().join("models/packs").join(pack)),
        runtime: (!named && library.exists()).then_some(library),
        provider: ProviderChoice::Cpu,
        cache: false,
    };
    WarmEngine::new(request, Duration::from_secs(600))
}

pub fn video(folder: &Path, seconds: u32) -> PathBuf {
    let path = folder.join("in.mp4");
    let third = seconds / 3;
    let graph = format!(
        "testsrc=s=160x90:r=25:d={third}[a];smptebars=s=160x90:r=25:d={third}[b];testsrc2=s=160x90:r=25:d={third}[c];\
         [a][b][c]concat=n=3:v=1:a=0,format=yuv420p[v];sine=frequency=300:duration={seconds}[s]"
    );
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y", "-filter_complex", &graph])
        .args(["-map", "[v]", "-map", "[s]", "-shortest"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(done.success());
    path
}

/// A picture of 45 s, watched with the toy pack once for all tests.
pub struct Watched {
    pub _folder: tempfile::TempDir,
    pub path: PathBuf,
    pub tools: Tools,
    pub seen: Seen,
    /// Frames that the tap got, and rows that were told before the end.
    pub taps: (u64, usize),
}

pub fn watched() -> &'static Watched {
    static WATCHED: OnceLock<Watched> = OnceLock::new();
    WATCHED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = video(folder.path(), 45);
        let tools = Tools::locate().unwrap();
        let info = probe(&tools, &path).unwrap();
        let (mut frames, mut rows) = (0, 0);
        let mut taps = WatchTaps {
            frames: Some(Box::new(|number, pixels| {
                assert_eq!((number, pixels.len()), (frames, 32 * 32 * 3));
                frames += 1;
            })),
            partial: Some(Box::new(|partial| {
                assert!(partial.first == rows && partial.analysis.frames >= rows);
                assert!(partial.watched <= partial.total);
                rows = partial.analysis.frames;
            })),
        };
        let mut engine = engine("toy");
        let seen = engine
            .watch(&tools, &info, &mut taps, &CancelToken::new(), &mut |_| {})
            .unwrap()
            .seen;
        drop(taps);
        assert_eq!(engine.is_warm(), [true, false]);
        Watched {
            _folder: folder,
            path,
            tools,
            seen,
            taps: (frames, rows),
        }
    })
}

pub fn hit(time_s: f64) -> HitPoint {
    HitPoint {
        time_s,
        strength: 0.9,
        kind: EventKind::User,
        locked: true,
    }
}

pub fn wishes(seed: u64) -> Wishes {
    Wishes {
        hits: vec![hit(3.0), hit(12.0), hit(15.0), hit(20.5), hit(44.0)],
        seed,
        steps: Some(2),
        ..Wishes::default()
    }
}

pub fn compose(
    engine: &mut WarmEngine,
    span: &Range<u64>,
    wishes: &Wishes,
    base: &Path,
    listener: &mut (dyn FnMut(TakeEvent<'_>) + Send),
) -> Result<ComposedTake, Error> {
    let w = watched();
    let request = ComposeRequest {
        tools: &w.tools,
        seen: &w.seen,
        span,
        wishes,
        base,
    };
    engine.compose(&request, &CancelToken::new(), listener)
}

/// The take of seed 1, while nobody listens.
pub fn silently(engine: &mut WarmEngine, span: &Range<u64>, base: &Path) -> Result<ComposedTake, Error> {
    compose(engine, span, &wishes(1), base, &mut |_| {})
}

pub fn samples(path: &Path) -> [Vec<f32>; 2] {
    let mut reader = WavReader::open(path).unwrap();
    let count = reader.frames() as usize;
    let mut planes = [vec![0.0; count], vec![0.0; count]];
    let [left, right] = &mut planes;
    assert_eq!(reader.read([left, right]).unwrap(), count);
    planes
}

pub fn names(folder: &Path) -> Vec<String> {
    let all = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = all
        .map(|it| it.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

//! Measures the real window: start, first picture, scrubbing, play with the attention on, bytes over IPC, memory.
//!
//! `cargo bench -p muvi-studio --bench window` prints a part of BENCHMARKS.md; `./dev bench` puts it there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a tool of the checkout: it stops loudly"
)]

#[path = "../tests/desk/mod.rs"]
mod desk;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use desk::{Desk, Window, fixture};
use serde_json::json;

/// Jumps that are timed for each video.
const JUMPS: usize = 40;
/// Play that is timed.
const PLAY: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() {
    let desk = Desk::new(1920, 1080);
    let begun = Instant::now();
    let window = desk.window(None).await;
    let start = begun.elapsed().as_secs_f64();

    let mut rows = Vec::new();
    for (name, height) in [("1920x1080", 1080), ("3840x2160", 2160)] {
        let video = film(desk.folder(), height, 60);
        rows.push((name, look(&window, &video).await));
    }
    let hour = desk.folder().join("hour.mp4");
    let loops = film(desk.folder(), 720, 60);
    ffmpeg(
        &[
            "-stream_loop",
            "-1",
            "-i",
            loops.to_str().unwrap(),
            "-t",
            "3600",
            "-c",
            "copy",
        ],
        &hour,
    );
    open(&window, &hour).await;
    window
        .call("transport", json!({ "command": { "kind": "play" } }))
        .await
        .unwrap();
    let mut memory: f64 = 0.0;
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        memory = memory.max(megabytes(desk.folder()));
    }
    window.close().await;

    println!("## The window\n");
    println!(
        "Release build, 1920x1080 on Xvfb without a graphics card, through WebKitWebDriver. Start to a usable window: \
         {start:.1} s (driver and web view included). Memory with an hour of video (1280x720), a minute after it was \
         opened, playing while it is analysed: {memory:.0} MB in all processes.\n"
    );
    println!(
        "| H.264, 60 s, a key frame every 2 s | {} |",
        rows.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" | ")
    );
    println!("|---|{}", "---:|".repeat(rows.len()));
    let line = |what: &str, text: &dyn Fn(&Look) -> String| {
        let cells: Vec<String> = rows.iter().map(|(_, look)| text(look)).collect();
        println!("| {what} | {} |", cells.join(" | "));
    };
    line("opened to first frame", &|it| format!("{:.2} s", it.first_s));
    let ms = |times: &[f64], percent: usize| format!("{:.0} ms", times[times.len() * percent / 100]);
    line("jump to a frame: something of the place is shown, p50", &|it| {
        ms(&it.jumps.near_ms, 50)
    });
    line("the same, p95", &|it| ms(&it.jumps.near_ms, 95));
    line("jump to a frame: the very frame is shown, p50", &|it| {
        ms(&it.jumps.exact_ms, 50)
    });
    line("the same, p95", &|it| ms(&it.jumps.exact_ms, 95));
    line("a frame further, p50", &|it| ms(&it.steps.exact_ms, 50));
    line("frames shown a second, attention on (of 24)", &|it| {
        format!("{:.1}", it.fps)
    });
    line("screen updates a second meanwhile", &|it| {
        format!("{:.0}", it.updates)
    });
    line("sent to the window while playing", &|it| {
        format!("{:.1} MB/s", it.sent_mb_s)
    });
}

struct Look {
    first_s: f64,
    jumps: Seeks,
    steps: Seeks,
    fps: f64,
    updates: f64,
    sent_mb_s: f64,
}

async fn look(window: &Window, video: &Path) -> Look {
    let first_s = open(window, video).await;
    analysed(window).await;
    let frames: Vec<u64> = (0..JUMPS as u64).map(|n| (n * 7919 + 311) % 1430).collect();
    let jumps = seeks(window, &frames).await;
    let near: Vec<u64> = (500..500 + JUMPS as u64).collect();
    let steps = seeks(window, &near).await;
    let overlay = "return document.querySelector('canvas.over').style.opacity !== '0'";
    if window.script(overlay).await == json!(false) {
        window.press("h").await;
    }
    let watch = "window.__count = [0, 0];
        const box = document.querySelector('.box');
        new MutationObserver(() => window.__count[0]++).observe(box, { attributes: true, attributeFilter: ['data-frame'] });
        const turn = () => { window.__count[1]++; requestAnimationFrame(turn); };
        turn();
        return true;";
    seeks(window, &[0]).await;
    window.script(watch).await;
    let before = sent(window).await;
    window
        .call("transport", json!({ "command": { "kind": "play" } }))
        .await
        .unwrap();
    tokio::time::sleep(PLAY).await;
    let count: [f64; 2] = serde_json::from_value(window.script("return window.__count").await).unwrap();
    window
        .call("transport", json!({ "command": { "kind": "pause" } }))
        .await
        .unwrap();
    let sent_mb_s = (sent(window).await - before) / 1e6 / PLAY.as_secs_f64();
    Look {
        first_s,
        jumps,
        steps,
        fps: count[0] / PLAY.as_secs_f64(),
        updates: count[1] / PLAY.as_secs_f64(),
        sent_mb_s,
    }
}

/// Opens a video; seconds until its first frame is drawn.
async fn open(window: &Window, video: &Path) -> f64 {
    let begun = Instant::now();
    let project = window.call("open_path", json!({ "path": video })).await.unwrap();
    let key = project["video"]["key"].as_str().unwrap();
    let name = project["video"]["name"].as_str().unwrap();
    window
        .until(
            &format!("{name} is drawn ({key})"),
            "return document.querySelector('.box[data-frame]') !== null",
        )
        .await;
    begun.elapsed().as_secs_f64()
}

async fn analysed(window: &Window) {
    let deadline = Instant::now() + Duration::from_secs(600);
    loop {
        let state = window.call("app_state", json!({})).await.unwrap();
        if state["project"]["analysed"] == true && state["jobs"].as_array().is_some_and(Vec::is_empty) {
            return;
        }
        assert!(Instant::now() < deadline, "it is never analysed");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Milliseconds until something of the place is drawn, and until the very frame is; both sorted.
struct Seeks {
    near_ms: Vec<f64>,
    exact_ms: Vec<f64>,
}

/// Goes to frames, one after the other.
async fn seeks(window: &Window, frames: &[u64]) -> Seeks {
    let script = "const [frame, done] = arguments;
        const box = document.querySelector('.box');
        const begun = performance.now();
        window.__TAURI_INTERNALS__.invoke('transport', { command: { kind: 'seek', frame } });
        let near = null;
        const look = () => {
            const late = performance.now() - begun;
            if (box.dataset.near === String(Math.floor(frame / 24))) near ??= late;
            if (box.dataset.frame === String(frame) || late > 20000) done([near ?? late, late]);
            else setTimeout(look, 1);
        };
        look();";
    let (mut near_ms, mut exact_ms) = (Vec::new(), Vec::new());
    for frame in frames {
        let time = window
            .client
            .execute_async(script, vec![json!(frame)])
            .await
            .unwrap();
        let (near, exact): (f64, f64) = serde_json::from_value(time).unwrap();
        near_ms.push(near);
        exact_ms.push(exact);
    }
    near_ms.sort_by(f64::total_cmp);
    exact_ms.sort_by(f64::total_cmp);
    Seeks { near_ms, exact_ms }
}

/// Bytes that were sent to the window so far.
async fn sent(window: &Window) -> f64 {
    let text = window.call("diagnostics", json!({})).await.unwrap();
    let line = text
        .as_str()
        .unwrap()
        .lines()
        .find_map(|line| line.strip_prefix("Sent to the window: "));
    line.unwrap().trim_end_matches(" bytes").parse().unwrap()
}

/// Memory of all processes at the desk that are the program's, shared pages counted once, in MB.
fn megabytes(folder: &Path) -> f64 {
    let here = format!("XDG_RUNTIME_DIR={}", folder.display());
    let not_ours = ["Xvfb", "pulseaudio", "WebKitWebDriver"];
    let mut kilobytes = 0.0;
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let path = entry.path();
        let environment = std::fs::read(path.join("environ")).unwrap_or_default();
        let name = std::fs::read_to_string(path.join("comm")).unwrap_or_default();
        let is_here = environment
            .split(|byte| *byte == 0)
            .any(|it| it == here.as_bytes());
        if !is_here || not_ours.iter().any(|it| name.trim().starts_with(it)) {
            continue;
        }
        let rollup = std::fs::read_to_string(path.join("smaps_rollup")).unwrap_or_default();
        let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let number = pss.and_then(|it| it.split_whitespace().next()?.parse::<f64>().ok());
        kilobytes += number.unwrap_or(0.0);
    }
    kilobytes / 1000.0
}

/// A film of this height with sound: the fixture over and over, 24 frames a second.
fn film(folder: &Path, height: u32, seconds: u32) -> PathBuf {
    let path = folder.join(format!("film-{height}.mp4"));
    let source = fixture("oa4_launch.webm");
    let scale = format!("scale={}:{height}:flags=bilinear,setsar=1", height * 16 / 9);
    let seconds = seconds.to_string();
    ffmpeg(
        &[
            "-stream_loop",
            "-1",
            "-i",
            source.to_str().unwrap(),
            "-t",
            &seconds,
            "-vf",
            &scale,
            "-r",
            "24",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-g",
            "48",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
        ],
        &path,
    );
    path
}

fn ffmpeg(arguments: &[&str], out: &Path) {
    let mut command = Command::new("ffmpeg");
    let status = command
        .args(["-v", "error", "-y"])
        .args(arguments)
        .arg(out)
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?}");
}

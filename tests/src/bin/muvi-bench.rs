//! Measures the real `muvi`: speed by phase, peak memory, cold start. Writes a Markdown page.
//!
//! `muvi-bench --muvi BINARY --pack PACK --video VIDEO --out PAGE.md [--seconds 10,60,600]`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a tool of the checkout: it stops loudly"
)]
#![allow(clippy::print_stdout, reason = "a tool on the command line")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Phases of a score in order, as `--json` names them, and as the page does.
const PHASES: [(&str, &str); 6] = [
    ("open", "open the video, check the pack"),
    ("watch", "decode, find cuts, encoder, adaptor"),
    ("plan", "musical plan"),
    ("style", "style clip"),
    ("compose", "flow solver, decoder and phase"),
    ("export", "mix, encode the sound, mux"),
];

fn main() {
    let options = options();
    let (muvi, pack, out) = (&options["muvi"], &options["pack"], &options["out"]);
    let lengths = options.get("seconds").map_or("10,60,600", String::as_str);
    let dir = tempfile::tempdir().unwrap();
    let loop_video = dir.path().join("loop.mp4");
    encode(Path::new(&options["video"]), &loop_video);

    let load = load();
    let mut runs = Vec::new();
    for seconds in lengths.split(',').map(|it| it.parse::<u32>().expect("seconds")) {
        let video = dir.path().join(format!("{seconds}.mp4"));
        repeat(&loop_video, &video, seconds);
        println!("{seconds} s of video ...");
        let run = score(muvi, pack, &video, dir.path(), &["--no-cache"]);
        println!(
            "  {:.1} s, {:.2} x real time, {:.0} MB",
            run.wall,
            run.speed(),
            run.peak_mb
        );
        runs.push((seconds, run));
    }
    let short = dir.path().join("short.mp4");
    repeat(&loop_video, &short, 2);
    let dropped = drop_caches();
    let cold = score(muvi, pack, &short, dir.path(), &["--no-cache"]);
    let warm = score(muvi, pack, &short, dir.path(), &["--no-cache"]);

    let page = page(&runs, &cold, &warm, dropped, &options["video"], &load);
    std::fs::write(out, &page).unwrap();
    println!("\n{page}\nwritten to {out}");
}

struct Run {
    report: Value,
    /// From the start of the process to its end.
    wall: f64,
    /// From the start of the process to its first word.
    first_word: f64,
    peak_mb: f64,
    ffmpeg_mb: f64,
}

impl Run {
    fn speed(&self) -> f64 {
        self.report["input"]["duration_s"].as_f64().unwrap() / self.wall
    }

    fn phase(&self, name: &str) -> Option<f64> {
        let stages = self.report["stages"].as_array()?;
        stages.iter().find(|it| it["phase"] == name)?["seconds"].as_f64()
    }
}

fn options() -> BTreeMap<String, String> {
    let mut words = std::env::args().skip(1);
    let mut options = BTreeMap::new();
    while let Some(name) = words.next() {
        let name = name.strip_prefix("--").expect("--name value").to_owned();
        options.insert(name, words.next().expect("a value"));
    }
    for name in ["muvi", "pack", "video", "out"] {
        assert!(options.contains_key(name), "--{name} is missing");
    }
    options
}

/// One loop of the video as H.264 and AAC, so that copies of it can be strung together.
fn encode(video: &Path, out: &Path) {
    let mut command = ffmpeg();
    command
        .arg("-i")
        .arg(video)
        .args(["-f", "lavfi", "-i", "sine=frequency=220:sample_rate=44100"]);
    command.args([
        "-map",
        "0:v:0",
        "-map",
        "1:a",
        "-shortest",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
    ]);
    command
        .args([
            "-vf",
            "scale=1280:720,setsar=1",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
        ])
        .arg(out);
    assert!(command.status().unwrap().success());
}

fn repeat(from: &Path, to: &Path, seconds: u32) {
    let mut command = ffmpeg();
    command.args(["-stream_loop", "-1", "-i"]).arg(from);
    command.args(["-t", &seconds.to_string(), "-c", "copy"]).arg(to);
    assert!(command.status().unwrap().success());
}

fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]);
    command
}

fn score(muvi: &str, pack: &str, video: &Path, dir: &Path, more: &[&str]) -> Run {
    let began = Instant::now();
    let mut child = Command::new(muvi)
        .arg("score")
        .arg(video)
        .arg("-o")
        .arg(dir.join("out.mp4"))
        .args(["--overwrite", "--json", "--pack", pack])
        .args(more)
        .env("XDG_CACHE_HOME", dir)
        .stdout(Stdio::piped())
        .spawn()
        .expect("muvi");
    let pid = child.id();
    let over = Arc::new(AtomicBool::new(false));
    let watcher = std::thread::spawn({
        let over = Arc::clone(&over);
        move || watch(pid, &over)
    });
    let mut first_word = None;
    let mut last = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        first_word.get_or_insert_with(|| began.elapsed().as_secs_f64());
        last = line.unwrap();
    }
    let status = child.wait().unwrap();
    let wall = began.elapsed().as_secs_f64();
    over.store(true, Ordering::Release);
    let (peak_mb, ffmpeg_mb) = watcher.join().unwrap();
    assert!(status.success(), "muvi failed: {last}");
    let report = serde_json::from_str(&last).unwrap();
    Run {
        report,
        wall,
        first_word: first_word.unwrap(),
        peak_mb,
        ffmpeg_mb,
    }
}

/// Peak resident memory of the process, and the largest sum of its children's peaks, in MB.
fn watch(pid: u32, over: &AtomicBool) -> (f64, f64) {
    let (mut peak, mut children) = (0.0_f64, 0.0_f64);
    while !over.load(Ordering::Acquire) {
        peak = peak.max(high_water(&pid.to_string()));
        children = children.max(children_of(pid).iter().map(|child| high_water(child)).sum());
        std::thread::sleep(Duration::from_millis(10));
    }
    (peak, children)
}

fn high_water(pid: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: f64 = line
        .and_then(|it| it.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0.0);
    kib * 1024.0 / 1e6
}

fn children_of(pid: u32) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let files: Vec<PathBuf> = tasks.map(|task| task.path().join("children")).collect();
    let texts = files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
    texts
        .flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// Empties the page cache, where this user may.
fn drop_caches() -> bool {
    let _ = Command::new("sync").status();
    std::fs::write("/proc/sys/vm/drop_caches", "3").is_ok()
}

fn page(runs: &[(u32, Run)], cold: &Run, warm: &Run, dropped: bool, video: &str, load: &str) -> String {
    let mut text = String::from("# Benchmarks\n\nMade by `./dev bench`; one run each.\n\n");
    let report = &runs[0].1.report;
    writeln!(
        text,
        "- Machine: {}; load before the runs (1 min average): {load}",
        machine()
    )
    .unwrap();
    writeln!(
        text,
        "- Pack: {}; ONNX Runtime {}",
        word(&report["pack"]),
        word(&report["runtime"])
    )
    .unwrap();
    let size = |name| report["input"][name].as_u64().unwrap_or(0);
    writeln!(
        text,
        "- Video: `{video}` as H.264, {}x{}, {} fps, repeated; {} solver steps, guidance {}; output mp4",
        size("width"),
        size("height"),
        word(&report["input"]["frame_rate"]),
        report["steps"],
        report["guidance"]
    )
    .unwrap();
    text.push_str("\nSpeed is seconds of video per second of work: above 1 is faster than real time.\n\n| |");
    for (seconds, _) in runs {
        write!(text, " {seconds} s of video |").unwrap();
    }
    text.push_str("\n|---|");
    text.push_str(&"---:|".repeat(runs.len()));
    text.push('\n');
    for (name, label) in PHASES {
        if runs.iter().all(|(_, run)| run.phase(name).is_none()) {
            continue;
        }
        row(&mut text, label, runs, |seconds, run| {
            run.phase(name).map_or("-".into(), |it| {
                if it < 0.05 {
                    format!("{it:.2} s")
                } else {
                    format!("{it:.1} s, {:.1}x", f64::from(seconds) / it)
                }
            })
        });
    }
    row(&mut text, "**whole**", runs, |_, run| {
        format!("**{:.1} s, {:.2}x**", run.wall, run.speed())
    });
    row(&mut text, "peak memory of muvi", runs, |_, run| {
        format!("{:.0} MB", run.peak_mb)
    });
    row(&mut text, "and of its ffmpeg", runs, |_, run| {
        format!("{:.0} MB", run.ffmpeg_mb)
    });
    let state = if dropped {
        "page cache emptied before"
    } else {
        "page cache not emptied: no permission"
    };
    writeln!(
        text,
        "\nStart: 2 s of video take {:.1} s cold ({state}) and {:.1} s warm; the first word comes after {:.2} s and {:.2} s.",
        cold.wall, warm.wall, cold.first_word, warm.first_word
    )
    .unwrap();
    text
}

fn row(text: &mut String, label: &str, runs: &[(u32, Run)], cell: impl Fn(u32, &Run) -> String) {
    write!(text, "| {label} |").unwrap();
    for (seconds, run) in runs {
        write!(text, " {} |", cell(*seconds, run)).unwrap();
    }
    text.push('\n');
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib: f64 = memory
        .split_whitespace()
        .nth(1)
        .and_then(|it| it.parse().ok())
        .unwrap_or(0.0);
    let system = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system = system
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .unwrap_or("unknown system");
    format!(
        "{}, {cores} cores, {:.0} GB, {}",
        model.trim_start_matches([' ', '\t', ':']),
        kib * 1024.0 / 1e9,
        system.trim_matches('"')
    )
}

//! The whole way to a real sound server and back: what its monitor records against what export renders.
//!
//! Each test runs in a process of its own, whose environment points ALSA at a PulseAudio of its own.
//! The long run: `cargo test -p muvi-playback --test sound_server ten_minutes -- --ignored --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod common;

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{RATE, offline, programme, tone};
use muvi_playback::{CpalOutput, Engine, EngineConfig, Programme};

/// Names the folder of the server to the process that a test runs in.
const FOLDER: &str = "MUVI_TEST_SOUND_FOLDER";
/// A picture frame at 25 frames per second.
const FRAME: Duration = Duration::from_millis(40);

/// Runs `body` in a process of its own with an environment of its own.
fn alone(name: &str, body: fn(&Server)) {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return body(&Server::new(folder.into()));
    }
    if Command::new("pulseaudio").arg("--version").output().is_err() {
        eprintln!("SKIPPED: {name} needs the packages pulseaudio, pulseaudio-utils, libasound2-plugins");
        return;
    }
    // One server at a time: sound needs its time.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("asound.conf");
    std::fs::write(
        &configuration,
        "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n",
    )
    .unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--include-ignored", "--nocapture"])
        .env(FOLDER, folder.path())
        .env("ALSA_CONFIG_PATH", configuration)
        .env(
            "PULSE_SERVER",
            format!("unix:{}", folder.path().join("socket").display()),
        )
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("HOME", folder.path())
        .status()
        .unwrap();
    assert!(status.success(), "{name} failed");
}

/// A sound server with a sink that leads nowhere.
struct Server {
    folder: PathBuf,
    process: Mutex<Option<Child>>,
}

impl Server {
    fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            process: Mutex::new(None),
        }
    }

    fn start(&self) {
        let socket = self.folder.join("socket");
        let _ = std::fs::remove_file(&socket);
        let protocol = format!(
            "module-native-protocol-unix auth-anonymous=1 socket={}",
            socket.display()
        );
        let sink =
            format!("module-null-sink sink_name=null norewinds=1 rate={RATE} format=float32le channels=2");
        let child = Command::new("pulseaudio")
            .args([
                "-n",
                "--daemonize=no",
                "--exit-idle-time=-1",
                "--disallow-exit=no",
                "--use-pid-file=no",
            ])
            .args(["-L", &protocol, "-L", &sink, "-L", "module-always-sink"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        *self.process.lock().unwrap() = Some(child);
        within(Duration::from_secs(10), "the server answers", || {
            let answer = Command::new("pactl").arg("info").output();
            answer.is_ok_and(|answer| answer.status.success())
        });
    }

    fn kill(&self) {
        if let Some(mut child) = self.process.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until something holds.
fn within(time: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < time, "not within {time:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What the sink plays, with the moments at which it came.
struct Recorder {
    process: Child,
    thread: std::thread::JoinHandle<Recording>,
}

impl Recorder {
    fn start() -> Self {
        let rate = format!("--rate={RATE}");
        let mut process = Command::new("parec")
            .args([
                "-d",
                "null.monitor",
                "--raw",
                "--format=float32le",
                "--latency-msec=5",
                &rate,
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = process.stdout.take().unwrap();
        let started = Arc::new(AtomicBool::new(false));
        let seen = started.clone();
        let thread = std::thread::spawn(move || {
            let (mut frames, mut arrivals) = (Vec::new(), Vec::new());
            let (mut bytes, mut waiting) = ([0_u8; 4096], Vec::new());
            loop {
                let count = pipe.read(&mut bytes).unwrap_or(0);
                if count == 0 {
                    return Recording { frames, arrivals };
                }
                seen.store(true, Ordering::Release);
                waiting.extend_from_slice(&bytes[..count]);
                let whole = waiting.len() / 8 * 8;
                for frame in waiting[..whole].chunks_exact(8) {
                    let value = |at: usize| f32::from_le_bytes(frame[at..at + 4].try_into().unwrap());
                    frames.push([value(0), value(4)]);
                }
                waiting.drain(..whole);
                arrivals.push((frames.len(), Instant::now()));
            }
        });
        within(Duration::from_secs(10), "the monitor gives sound", || {
            started.load(Ordering::Acquire)
        });
        Self { process, thread }
    }

    fn stop(mut self) -> Recording {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.thread.join().unwrap()
    }
}

struct Recording {
    frames: Vec<[f32; 2]>,
    arrivals: Vec<(usize, Instant)>,
}

impl Recording {
    /// When the sink played frame `index`, in seconds after `origin`: by the quickest arrivals within some seconds
    /// around it.
    fn heard(&self, index: usize, origin: Instant) -> f64 {
        let near = 5 * RATE as usize;
        let from = self.arrivals.partition_point(|(end, _)| end + near < index);
        let to = self.arrivals.partition_point(|(end, _)| *end < index + near);
        let start = self.arrivals[from..to]
            .iter()
            .map(|(end, when)| when.duration_since(origin).as_secs_f64() - *end as f64 / f64::from(RATE))
            .fold(f64::INFINITY, f64::min);
        start + index as f64 / f64::from(RATE)
    }

    /// Where in the recording which sample of the programme is heard.
    fn words(&self) -> Vec<(usize, u64)> {
        let left: Vec<f32> = self.frames.iter().map(|frame| frame[0]).collect();
        let mut found = Vec::new();
        for (index, window) in left.windows(5).enumerate() {
            if (window[0] - 0.5).abs() < 1e-4 {
                let byte = |value: f32| ((value + 0.25) * 512.0).round() as u64;
                let number = window[1..]
                    .iter()
                    .fold(0, |number, value| number << 8 | byte(*value));
                found.push((index, number * WORD));
            }
        }
        found
    }
}

/// Samples from one word to the next.
const WORD: u64 = 441;

/// A tone with its own position written into it every 10 ms: a high sample, then four bytes.
fn marked(seconds: u64) -> Programme {
    let tone = tone(440.0, 0.1);
    programme(seconds * u64::from(RATE), move |i| match i % WORD {
        0 => 0.5,
        byte @ 1..=4 => {
            let value = (i / WORD) >> (8 * (4 - byte)) & 0xff;
            value as f32 / 512.0 - 0.25
        }
        _ => tone(i),
    })
}

fn engine() -> Engine {
    let config = EngineConfig {
        sample_rate: RATE,
        device: None,
    };
    Engine::start(Arc::new(CpalOutput), config).unwrap()
}

/// Plays for so long, records, and holds samples and the reported position against the recording.
fn play_and_compare(server: &Server, seconds: u64) {
    server.start();
    let engine = engine();
    within(Duration::from_secs(5), "a device is open", || {
        engine.now().device.is_some()
    });
    assert_eq!(engine.now().problem, None);
    let made = marked(seconds);
    engine.load(Some(Arc::new(made.clone())));
    let recorder = Recorder::start();
    std::thread::sleep(Duration::from_millis(300));
    let origin = Instant::now();
    engine.play();
    let mut said = Vec::new();
    while origin.elapsed() < Duration::from_secs(seconds) + Duration::from_secs(3) {
        let now = engine.now();
        if now.playing {
            said.push((origin.elapsed().as_secs_f64(), now.sample as f64));
        } else if said.len() > 100 {
            assert_eq!((now.sample, now.problem), (made.length, None));
            break;
        }
        std::thread::sleep(Duration::from_millis(4));
    }
    std::thread::sleep(Duration::from_millis(500));
    let recording = recorder.stop();
    let underruns = engine.now().underruns;
    let words = recording.words();
    assert!(
        words.len() as u64 > seconds * 95,
        "{} words in {seconds} s",
        words.len()
    );

    // Every sample between two marks. Where the marks are not as far apart as they were written, the machine was too
    // busy for engine, server or recorder to keep up.
    let whole = offline(&made, 0);
    let (mut breaks, mut different, mut compared) = (0, 0, 0);
    for pair in words.windows(2) {
        let ((index, position), (next, after)) = (pair[0], pair[1]);
        if next - index != (after - position) as usize {
            breaks += 1;
            continue;
        }
        let wanted = &whole[position as usize..after as usize];
        for (played, wanted) in recording.frames[index..next].iter().zip(wanted) {
            different +=
                usize::from((played[0] - wanted[0]).abs() > 1e-6 || (played[1] - wanted[1]).abs() > 1e-6);
        }
        compared += wanted.len();
    }

    // The head as it was told against the sample that was heard at the same moment.
    let mut errors = Vec::new();
    for (index, sample) in words.iter().filter(|(_, sample)| *sample > u64::from(RATE) / 2) {
        let moment = recording.heard(*index, origin);
        let after = said.partition_point(|(when, _)| *when < moment);
        if after == 0 || after >= said.len() {
            continue;
        }
        let ((t0, s0), (t1, s1)) = (said[after - 1], said[after]);
        let told = s0 + (s1 - s0) * (moment - t0) / (t1 - t0).max(1e-9);
        errors.push((told - *sample as f64) / f64::from(RATE));
    }
    errors.sort_by(f64::total_cmp);
    let at = |part: f64| errors[((errors.len() - 1) as f64 * part) as usize] * 1000.0;
    eprintln!(
        "{seconds} s from sample {}: {different} of {compared} samples differ, {breaks} breaks, {underruns} underruns; reported minus \
         heard position in ms: min {:.1}, median {:.1}, max {:.1} over {} moments",
        words[0].1,
        at(0.0),
        at(0.5),
        at(1.0),
        errors.len()
    );
    assert_eq!(different, 0);
    assert!(breaks <= 1 + seconds / 10 && underruns <= 1 + seconds / 10);
    assert!(errors.len() as u64 > seconds * 80);
    // Around a break the device itself is not sure where it is.
    let edge = if breaks + underruns == 0 { 0.0 } else { 0.02 };
    assert!(at(edge).abs().max(at(1.0 - edge).abs()) < FRAME.as_secs_f64() * 1000.0);
}

#[test]
fn what_the_monitor_records_is_what_export_renders() {
    alone("what_the_monitor_records_is_what_export_renders", |server| {
        play_and_compare(server, 20)
    });
}

#[test]
#[ignore = "takes ten minutes"]
fn ten_minutes_stay_within_a_frame() {
    alone("ten_minutes_stay_within_a_frame", |server| {
        play_and_compare(server, 600)
    });
}

/// Plays again should a busy machine have starved the device.
fn play_on(engine: &Engine) -> muvi_playback::PlayState {
    let now = engine.now();
    if !now.playing && now.device.is_some() {
        engine.play();
    }
    now
}

/// How long a call keeps its caller.
fn quick<T>(what: &str, call: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let answer = call();
    assert!(
        start.elapsed() < Duration::from_millis(250),
        "{what} took {:?}",
        start.elapsed()
    );
    answer
}

#[test]
fn a_server_that_dies_pauses_and_comes_back() {
    alone("a_server_that_dies_pauses_and_comes_back", |server| {
        server.start();
        let engine = engine();
        within(Duration::from_secs(5), "a device is open", || {
            engine.now().device.is_some()
        });
        engine.load(Some(Arc::new(marked(120))));
        engine.play();
        within(Duration::from_secs(10), "it plays", || {
            play_on(&engine).sample > u64::from(RATE)
        });
        server.kill();
        within(Duration::from_secs(5), "the loss is seen", || {
            quick("now", || engine.now()).problem.is_some()
        });
        within(Duration::from_secs(1), "it pauses", || !engine.now().playing);
        let now = engine.now();
        let problem = now.problem.unwrap();
        assert!(problem.contains("paused") && now.device.is_none(), "{problem}");
        let stood = now.sample;
        assert!(stood > u64::from(RATE) && stood < 10 * u64::from(RATE), "{stood}");
        // The picture can go on without sound.
        quick("seek", || engine.seek(stood));
        quick("play", || engine.play());
        within(Duration::from_secs(3), "it moves without sound", || {
            engine.now().sample > stood + u64::from(RATE)
        });
        quick("pause", || engine.pause());
        within(Duration::from_secs(1), "it pauses again", || {
            !engine.now().playing
        });
        server.start();
        within(Duration::from_secs(5), "the device is back", || {
            engine.now().device.is_some()
        });
        assert_eq!(engine.now().problem, None);
        let recorder = Recorder::start();
        let from = engine.now().sample;
        engine.play();
        within(Duration::from_secs(5), "it plays again", || {
            engine.now().sample > from + u64::from(RATE)
        });
        engine.pause();
        std::thread::sleep(Duration::from_millis(300));
        let words = recorder.stop().words();
        assert!(
            words.len() > 90 && words[0].1 >= from && words[0].1 < from + 2000,
            "{:?}",
            words.first()
        );
    });
}

#[test]
fn without_a_device_the_picture_runs_until_one_appears() {
    alone("without_a_device_the_picture_runs_until_one_appears", |server| {
        let engine = engine();
        within(Duration::from_secs(5), "it says so", || {
            engine.now().problem.is_some()
        });
        let problem = engine.now().problem.unwrap();
        assert!(
            problem.starts_with("No sound device: playing without sound") && !problem.contains(".)"),
            "{problem}"
        );
        engine.load(Some(Arc::new(marked(120))));
        let start = Instant::now();
        engine.play();
        within(Duration::from_secs(3), "it moves", || {
            engine.now().sample > u64::from(RATE)
        });
        let late = start.elapsed().as_secs_f64() - 1.0;
        assert!(late.abs() < 0.3, "a second took {late} s more");
        server.start();
        within(Duration::from_secs(10), "the device is taken", || {
            let now = engine.now();
            now.device.is_some() && now.problem.is_none()
        });
        // A busy machine may lose the device once more just after it was opened.
        let heard = (0..4).any(|_| {
            let recorder = Recorder::start();
            let from = play_on(&engine).sample;
            within(Duration::from_secs(20), "it goes on", || {
                play_on(&engine).sample > from + u64::from(RATE)
            });
            recorder.stop().words().len() > 50
        });
        assert!(heard, "{:?}", engine.now());
        let devices = engine.devices().unwrap();
        assert!(!devices.is_empty());
        eprintln!("devices: {devices:?}");
    });
}

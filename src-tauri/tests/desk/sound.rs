//! A real sound server without a sound card, and what it played.

use std::fs::File;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use super::{Desk, Guard};

/// ALSA's default device is the sound server.
pub const ALSA_OVER_PULSE: &str =
    "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n";

/// Sample rate of the server, in Hz.
pub const RATE: u32 = 48_000;

/// Starts a PulseAudio server with a null sink.
pub fn server(socket: &Path) -> Guard {
    let child = Command::new("pulseaudio")
        .args([
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--disallow-exit=no",
            "--use-pid-file=no",
        ])
        .arg("-L")
        .arg(format!(
            "module-native-protocol-unix auth-anonymous=1 socket={}",
            socket.display()
        ))
        .arg("-L")
        .arg(format!(
            "module-null-sink sink_name=null norewinds=1 rate={RATE} format=float32le channels=2"
        ))
        .args(["-L", "module-always-sink"])
        .env("HOME", socket.parent().unwrap())
        .env("XDG_RUNTIME_DIR", socket.parent().unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("pulseaudio is needed: ./dev test installs it");
    let guard = Guard(child);
    let deadline = Instant::now() + Duration::from_secs(10);
    while UnixStream::connect(socket).is_err() {
        assert!(Instant::now() < deadline, "the sound server did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    guard
}

/// What the server plays, as it plays it.
pub struct Recording {
    path: PathBuf,
    recorder: Guard,
    clock: Clock,
}

/// Where a recording stood, and when it would have begun if every sample had taken its time.
#[derive(Clone, Copy)]
struct Mark {
    samples: u64,
    began_us: u64,
}

impl Mark {
    /// Of a recording that had so many samples at a time in microseconds since 1970.
    fn of(samples: u64, us: u64) -> Self {
        let began_us = us - samples * 1_000_000 / u64::from(RATE);
        Self { samples, began_us }
    }
}

/// Watches a recording grow. What is played is recorded a little later, never earlier, so of the beginnings that are
/// told around a place the earliest is the nearest to the truth. Only around it: the server's clock is not the
/// system's, and over minutes they part by whole frames of a picture.
struct Clock {
    marks: Arc<Mutex<Vec<Mark>>>,
    over: Arc<AtomicBool>,
    watch: Option<JoinHandle<()>>,
}

impl Clock {
    fn start(path: PathBuf) -> Self {
        let marks = Arc::new(Mutex::new(Vec::<Mark>::new()));
        let over = Arc::new(AtomicBool::new(false));
        let (seen, ended) = (Arc::clone(&marks), Arc::clone(&over));
        let watch = move || {
            while !ended.load(Ordering::Relaxed) {
                let samples = std::fs::metadata(&path).map_or(0, |data| data.len()) / 8;
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
                let mut marks = seen.lock().unwrap();
                if samples > 0 && marks.last().is_none_or(|last| last.samples != samples) {
                    marks.push(Mark::of(samples, now.as_micros() as u64));
                }
                drop(marks);
                std::thread::sleep(Duration::from_millis(2));
            }
        };
        Self {
            marks,
            over,
            watch: Some(std::thread::spawn(watch)),
        }
    }
}

/// When each sample of a recording was played.
pub struct Played(Vec<Mark>);

impl Played {
    /// Of a recording that had so many samples, microseconds since 1970.
    pub fn of(grown: impl IntoIterator<Item = (u64, u64)>) -> Self {
        Self(
            grown
                .into_iter()
                .map(|(samples, us)| Mark::of(samples, us))
                .collect(),
        )
    }

    /// When a sample was played, in milliseconds since 1970.
    pub fn at(&self, sample: usize) -> f64 {
        let sample = sample as u64;
        let near = u64::from(RATE) * 3;
        let around = |mark: &&Mark| mark.samples.abs_diff(sample) <= near;
        let began = self.0.iter().filter(around).map(|mark| mark.began_us).min();
        began.expect("nothing was recorded there") as f64 / 1e3 + sample as f64 / f64::from(RATE) * 1e3
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(watch) = self.watch.take() {
            let _ = watch.join();
        }
    }
}

impl Recording {
    pub(super) fn start(desk: &Desk) -> Self {
        let path = desk
            .folder()
            .join(format!("recording-{}.f32", Instant::now().elapsed().as_nanos()));
        let file = File::create(&path).unwrap();
        let child = desk
            .command("parec")
            .args([
                "-d",
                "null.monitor",
                "--raw",
                "--format=float32le",
                "--latency-msec=5",
            ])
            .arg(format!("--rate={RATE}"))
            .stdout(file)
            .stderr(Stdio::null())
            .spawn()
            .expect("parec is needed: ./dev test installs it");
        let recording = Self {
            clock: Clock::start(path.clone()),
            path,
            recorder: Guard(child),
        };
        let deadline = Instant::now() + Duration::from_secs(10);
        while std::fs::metadata(&recording.path).unwrap().len() == 0 {
            assert!(Instant::now() < deadline, "nothing is recorded");
            std::thread::sleep(Duration::from_millis(10));
        }
        recording
    }

    /// When what was recorded until now was played.
    pub fn played(&self) -> Played {
        Played(self.clock.marks.lock().unwrap().clone())
    }

    /// Stops; gives left and right at [`RATE`].
    pub fn stop(self) -> [Vec<f32>; 2] {
        drop(self.recorder);
        let bytes = std::fs::read(&self.path).unwrap();
        let mut planes = [Vec::new(), Vec::new()];
        for pair in bytes.chunks_exact(8) {
            for (plane, sample) in planes.iter_mut().zip(pair.chunks_exact(4)) {
                plane.push(f32::from_le_bytes(sample.try_into().unwrap()));
            }
        }
        planes
    }
}

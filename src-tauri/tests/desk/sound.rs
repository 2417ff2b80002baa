//! A real sound server without a sound card, and what it played.

use std::fs::File;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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

/// Watches a recording grow and tells when it began. What is played is recorded a little later, never earlier, so the
/// earliest beginning that any length tells is the nearest to the truth.
struct Clock {
    began_us: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    watch: Option<JoinHandle<()>>,
}

impl Clock {
    fn start(path: PathBuf) -> Self {
        let began_us = Arc::new(AtomicU64::new(u64::MAX));
        let over = Arc::new(AtomicBool::new(false));
        let (began, ended) = (Arc::clone(&began_us), Arc::clone(&over));
        let watch = move || {
            while !ended.load(Ordering::Relaxed) {
                let bytes = std::fs::metadata(&path).map_or(0, |data| data.len());
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
                let length = Duration::from_secs_f64((bytes / 8) as f64 / f64::from(RATE));
                if bytes > 0 {
                    began.fetch_min((now - length).as_micros() as u64, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        };
        Self {
            began_us,
            over,
            watch: Some(std::thread::spawn(watch)),
        }
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

    /// When the first sample was played, in milliseconds since 1970, as far as was told until now.
    pub fn began(&self) -> f64 {
        self.clock.began_us.load(Ordering::Relaxed) as f64 / 1e3
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

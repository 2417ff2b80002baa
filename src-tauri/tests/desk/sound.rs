//! A real sound server without a sound card, and what it played.

use std::fs::File;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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

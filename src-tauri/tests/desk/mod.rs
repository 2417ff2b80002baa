//! A desk to test the real window on: a display, a sound server, folders of its own, the window under WebDriver.

#![allow(dead_code, unused_imports, reason = "each test uses a part of the desk")]

mod sound;
mod window;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub use sound::{Played, RATE, Recording};
pub use window::Window;

/// Kills a child when the test is over, however it ends.
pub struct Guard(pub Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Display, sound server and folders; all gone when dropped.
pub struct Desk {
    display: String,
    /// Width and height of the screen.
    size: (u32, u32),
    socket: PathBuf,
    folder: tempfile::TempDir,
    _screen: Guard,
    _sound: Guard,
}

impl Desk {
    /// A desk with a screen of this size.
    pub fn new(width: u32, height: u32) -> Self {
        let folder = tempfile::Builder::new().prefix("muvi-desk").tempdir().unwrap();
        let (screen, display) = screen(width, height);
        let socket = folder.path().join("sound.socket");
        let sound = sound::server(&socket);
        std::fs::write(folder.path().join("asound.conf"), sound::ALSA_OVER_PULSE).unwrap();
        Self {
            display,
            size: (width, height),
            socket,
            folder,
            _screen: screen,
            _sound: sound,
        }
    }

    /// A folder for the files of a test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command that runs at this desk.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let home = self.folder.path().join("home");
        command
            .env("HOME", &home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env("DISPLAY", &self.display)
            .env("PULSE_SERVER", format!("unix:{}", self.socket.display()))
            .env("ALSA_CONFIG_PATH", self.folder.path().join("asound.conf"))
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
            .env("NO_AT_BRIDGE", "1")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("MUVI_ONNXRUNTIME", runtime())
            .env("MUVI_PACK", repository().join("models/packs/mini"))
            .stdin(Stdio::null());
        command
    }

    /// Starts MuVi Studio, with a file if one is named.
    pub async fn window(&self, file: Option<&Path>) -> Window {
        Window::open(self, file).await
    }

    /// Records what the sound server plays, from now on.
    pub fn record(&self) -> Recording {
        Recording::start(self)
    }
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// A fixture by name.
pub fn fixture(name: &str) -> PathBuf {
    repository().join("tests/fixtures").join(name)
}

fn runtime() -> PathBuf {
    std::env::var_os("ORT_DYLIB_PATH").map_or_else(
        || repository().join(".cache/onnxruntime/libonnxruntime.so"),
        PathBuf::from,
    )
}

fn screen(width: u32, height: u32) -> (Guard, String) {
    let mut child = Command::new("Xvfb")
        .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"])
        .arg(format!("{width}x{height}x24"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb is needed: ./dev test installs it");
    let mut number = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut number)
        .unwrap();
    (Guard(child), format!(":{}", number.trim()))
}

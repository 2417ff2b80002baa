//! Runs the real `muvi` and measures its files with ffprobe and ffmpeg.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What a run of a program left.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The JSON lines of standard output.
    pub fn json(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
            .collect()
    }

    /// The last JSON line: the report or the error.
    pub fn report(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self.json().pop().expect("a report")
    }
}

/// A folder of its own for one test, with its own cache.
pub struct Place {
    dir: TempDir,
    envs: Vec<(OsString, OsString)>,
}

impl Place {
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            envs: Vec::new(),
        }
    }

    pub fn with_env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.envs.push((name.into(), value.into()));
        self
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// `muvi` with the toy pack unless the arguments name another.
    pub fn muvi<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        finish(self.command(args).spawn().unwrap())
    }

    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_muvi"));
        command
            .args(args)
            .current_dir(self.dir())
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("MUVI_PACK", root().join("models/packs/toy"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if std::env::var_os("ORT_DYLIB_PATH").is_none() {
            command.env(
                "ORT_DYLIB_PATH",
                root().join(".cache/onnxruntime/libonnxruntime.so"),
            );
        }
        command.envs(self.envs.iter().map(|(name, value)| (name, value)));
        command
    }

    /// What lies in the folder, but for the cache, sorted.
    pub fn listing(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.dir())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name != "cache")
            .collect();
        names.sort();
        names
    }

    /// A made video: three shots, moving, with a tone under it.
    pub fn video(&self, name: &str, seconds: f64) -> PathBuf {
        let shot = seconds / 3.0;
        let source = |pattern: &str, hue: u32| {
            format!("{pattern}=size=320x180:rate=25:duration={shot},hue=h={hue},format=yuv420p,setsar=1")
        };
        let graph = format!(
            "{}[a];{}[b];{}[c];[a][b][c]concat=n=3:v=1:a=0[v];sine=frequency=300:duration={seconds}[s]",
            source("testsrc", 0),
            source("mandelbrot", 90).replace(&format!(":duration={shot}"), "")
                + &format!(",trim=duration={shot}"),
            source("smptebars", 200),
        );
        self.ffmpeg(
            &[
                "-filter_complex",
                &graph,
                "-map",
                "[v]",
                "-map",
                "[s]",
                "-shortest",
            ],
            name,
        )
    }

    /// Runs ffmpeg with `args` and the output `name`.
    pub fn ffmpeg(&self, args: &[&str], name: &str) -> PathBuf {
        let path = self.path(name);
        let mut command = Command::new("ffmpeg");
        command
            .args(["-v", "error", "-nostdin", "-y"])
            .args(args)
            .arg(&path)
            .current_dir(self.dir());
        let ran = run(command);
        assert_eq!(ran.code, Some(0), "ffmpeg {args:?}: {}", ran.stderr);
        path
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .unwrap()
        .to_path_buf()
}

/// A fixture of `tests/fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    let path = root().join("tests/fixtures").join(name);
    assert!(path.exists(), "{} is missing", path.display());
    path
}

/// The trained pack, where this checkout has it.
pub fn mini() -> Option<PathBuf> {
    let path = root().join("models/packs/mini");
    path.join("pack.json").exists().then_some(path)
}

pub fn run(mut command: Command) -> Ran {
    finish(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
    )
}

pub fn finish(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// What ffprobe says of a file.
pub fn probe(path: &Path) -> Value {
    let mut command = Command::new("ffprobe");
    command
        .args(["-v", "error", "-of", "json", "-show_format", "-show_streams"])
        .arg(path);
    let ran = run(command);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The streams of one kind (`video`, `audio`, `subtitle`) that ffprobe sees.
pub fn streams(probed: &Value, kind: &str) -> Vec<Value> {
    let all = probed["streams"].as_array().unwrap();
    all.iter()
        .filter(|it| it["codec_type"] == kind)
        .cloned()
        .collect()
}

pub fn seconds(value: &Value) -> f64 {
    value
        .as_str()
        .and_then(|it| it.parse().ok())
        .unwrap_or_else(|| panic!("no number: {value}"))
}

/// The hash of the first video stream's packets, without decoding: equal if the stream was copied.
pub fn packets(path: &Path) -> String {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(path);
    // Annex B, so that the container's own form of the same packets doesn't matter.
    command.args([
        "-map", "0:v:0", "-c", "copy", "-f", "hash", "-hash", "sha256", "-",
    ]);
    run(command).stdout
}

/// The sound as decoded: interleaved stereo at 44.1 kHz.
pub fn samples(path: &Path) -> Vec<f32> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(path);
    command.args(["-vn", "-f", "f32le", "-ac", "2", "-ar", "44100", "-"]);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
        .stdout
        .chunks_exact(4)
        .map(|it| f32::from_le_bytes([it[0], it[1], it[2], it[3]]))
        .collect()
}

pub fn rms(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|it| f64::from(*it).powi(2)).sum();
    (sum / samples.len().max(1) as f64).sqrt()
}

//! Videos for the tests: the two fixtures, and what ffmpeg makes of them.

#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use muvi_media::frames::{FrameReader, FrameSpec};
use muvi_media::{MediaInfo, Tools, probe};
use tempfile::TempDir;

pub(crate) fn tools() -> Tools {
    Tools::locate().unwrap()
}

pub(crate) fn launch() -> PathBuf {
    fixture("oa4_launch.webm")
}

pub(crate) fn city() -> PathBuf {
    fixture("cityCC0.mpg")
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../tests/fixtures")
        .join(name)
        .canonicalize()
        .unwrap()
}

/// A folder whose files are made by ffmpeg.
pub(crate) struct Kitchen {
    pub(crate) folder: TempDir,
    pub(crate) tools: Tools,
}

impl Kitchen {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            tools: tools(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs ffmpeg with words separated by spaces; `{launch}` and `{city}` are the fixtures.
    pub(crate) fn make(&self, name: &str, words: &str) -> PathBuf {
        let path = self.path(name);
        let mut command = Command::new(self.tools.ffmpeg());
        command
            .args(["-v", "error", "-nostdin", "-y"])
            .current_dir(self.folder.path());
        for word in words.split_whitespace() {
            let word = word.replace("{launch}", launch().to_str().unwrap());
            command.arg(word.replace("{city}", city().to_str().unwrap()));
        }
        let output = command.arg(&path).stdin(Stdio::null()).output().unwrap();
        assert!(
            output.status.success(),
            "{words}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        path
    }

    pub(crate) fn probe(&self, path: &Path) -> MediaInfo {
        probe(&self.tools, path).unwrap()
    }

    /// All frames, one `Vec` each.
    pub(crate) fn frames(&self, info: &MediaInfo, spec: FrameSpec) -> Vec<Vec<u8>> {
        let reader = FrameReader::open(&self.tools, info, spec).unwrap();
        let mut all = Vec::new();
        for chunk in reader {
            let chunk = chunk.unwrap();
            assert!(chunk.len() <= spec.chunk && chunk.first == all.len() as u64);
            all.extend(chunk.frames().map(|(_, frame)| frame.to_vec()));
        }
        all
    }

    /// Names in the folder, hidden ones too.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

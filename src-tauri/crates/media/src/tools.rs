//! The ffmpeg and ffprobe that this machine has.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use ffmpeg_sidecar::command::FfmpegCommand;
use thiserror::Error;

use crate::process;

/// The oldest ffmpeg that is known to do everything asked of it here.
const OLDEST_MAJOR: u32 = 5;
/// More than the longest list that ffmpeg prints about itself.
const LIST_BYTES: u64 = 4 << 20;

/// Why ffmpeg or ffprobe cannot be used.
#[derive(Debug, Error)]
pub enum ToolsError {
    /// Not found.
    #[error(
        "{program} was not found; install ffmpeg 5.0 or newer (Debian, Ubuntu: sudo apt install ffmpeg) or set {variable} to its path"
    )]
    Missing {
        /// `ffmpeg` or `ffprobe`.
        program: &'static str,
        /// The environment variable that can name it.
        variable: &'static str,
    },
    /// Found, but it cannot be started.
    #[error("{} cannot be started; install ffmpeg anew or set {variable} to one that works", path.display())]
    NotRunnable {
        /// The program.
        path: PathBuf,
        /// The environment variable that can name another.
        variable: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Started, but what it said of its version is none.
    #[error("{} does not answer like {program}: '{answer}'; set {variable} to an ffmpeg 5.0 or newer", path.display())]
    Unrecognised {
        /// The program.
        path: PathBuf,
        /// What it should be.
        program: &'static str,
        /// Its first line.
        answer: String,
        /// The environment variable that can name another.
        variable: &'static str,
    },
    /// Too old.
    #[error("{} is version {version}, but 5.0 or newer is needed; upgrade ffmpeg or set {variable} to a newer one", path.display())]
    TooOld {
        /// The program.
        path: PathBuf,
        /// Its version.
        version: Version,
        /// The environment variable that can name another.
        variable: &'static str,
    },
}

/// A version as ffmpeg reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The full text, for people.
    pub text: String,
    /// Major and minor number; `None` for builds of a development state, which count as new enough.
    pub number: Option<(u32, u32)>,
}

impl Version {
    /// Reads the first line of `ffmpeg -version`.
    fn parse(line: &str, program: &str) -> Option<Self> {
        let text = line
            .strip_prefix(program)?
            .trim_start()
            .strip_prefix("version ")?
            .split_whitespace()
            .next()?;
        let digits = text.trim_start_matches(['n', 'v']);
        let mut parts = digits.split(|c: char| !c.is_ascii_digit());
        let major = parts.next().and_then(|part| part.parse::<u32>().ok());
        let minor = parts
            .next()
            .and_then(|part| part.parse::<u32>().ok())
            .unwrap_or(0);
        // Development builds are named by date or commit: 2024-01-01-git-..., N-112233-g..., git-2024-...
        let number = major
            .filter(|&major| major < 1000 && !text.starts_with("git"))
            .map(|major| (major, minor));
        Some(Self {
            text: text.to_owned(),
            number,
        })
    }

    fn is_enough(&self) -> bool {
        self.number.is_none_or(|(major, _)| major >= OLDEST_MAJOR)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A checked pair of ffmpeg and ffprobe. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tools {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    ffmpeg: PathBuf,
    ffprobe: PathBuf,
    version: Version,
    encoders: OnceLock<Vec<String>>,
    filters: OnceLock<Vec<String>>,
}

impl Tools {
    /// Finds both programs by `MUVI_FFMPEG` and `MUVI_FFPROBE`, then on `PATH`, and checks their version.
    /// Never downloads anything.
    ///
    /// # Errors
    /// [`ToolsError`] if one is missing, cannot be started, or is older than 5.0.
    pub fn locate() -> Result<Self, ToolsError> {
        let path = env::var_os("PATH");
        let ffmpeg = find("ffmpeg", "MUVI_FFMPEG", path.as_deref())?;
        let ffprobe = find("ffprobe", "MUVI_FFPROBE", path.as_deref())?;
        Self::at(ffmpeg, ffprobe)
    }

    /// Takes the two programs at the given paths and checks their version.
    ///
    /// # Errors
    /// [`ToolsError`] if one cannot be started or is older than 5.0.
    pub fn at(ffmpeg: PathBuf, ffprobe: PathBuf) -> Result<Self, ToolsError> {
        let version = check(&ffmpeg, "ffmpeg", "MUVI_FFMPEG")?;
        check(&ffprobe, "ffprobe", "MUVI_FFPROBE")?;
        let (encoders, filters) = (OnceLock::new(), OnceLock::new());
        Ok(Self {
            inner: Arc::new(Inner {
                ffmpeg,
                ffprobe,
                version,
                encoders,
                filters,
            }),
        })
    }

    /// Path of ffmpeg.
    pub fn ffmpeg(&self) -> &Path {
        &self.inner.ffmpeg
    }

    /// Path of ffprobe.
    pub fn ffprobe(&self) -> &Path {
        &self.inner.ffprobe
    }

    /// Version of ffmpeg.
    pub fn version(&self) -> &Version {
        &self.inner.version
    }

    /// True if this ffmpeg was built with the encoder, such as `libx264`.
    pub fn has_encoder(&self, name: &str) -> bool {
        self.inner
            .encoders
            .get_or_init(|| self.list("-encoders"))
            .iter()
            .any(|known| known == name)
    }

    /// True if this ffmpeg was built with the filter, such as `zscale`.
    pub fn has_filter(&self, name: &str) -> bool {
        self.inner
            .filters
            .get_or_init(|| self.list("-filters"))
            .iter()
            .any(|known| known == name)
    }

    /// The second column of one of ffmpeg's lists; empty if it cannot be had.
    fn list(&self, which: &str) -> Vec<String> {
        let mut command = Command::new(self.ffmpeg());
        command.args(["-hide_banner", which]);
        let Ok((_, output, _)) = process::capture(command, LIST_BYTES) else {
            return Vec::new();
        };
        let text = String::from_utf8_lossy(&output);
        text.lines()
            .filter_map(|line| line.split_whitespace().nth(1))
            .map(str::to_owned)
            .collect()
    }

    /// An ffmpeg command that says only warnings and errors, each with its level.
    pub(crate) fn command(&self) -> FfmpegCommand {
        let mut command = FfmpegCommand::new_with_path(self.ffmpeg());
        command
            .hide_banner()
            .args(["-loglevel", "level+warning", "-nostdin", "-y"]);
        command
    }

    /// An ffprobe command that reads nothing but files.
    pub(crate) fn probe_command(&self) -> Command {
        let mut command = Command::new(self.ffprobe());
        command.args([
            "-hide_banner",
            "-loglevel",
            "level+error",
            "-protocol_whitelist",
            "file",
        ]);
        command
    }
}

/// `path` as an input that ffmpeg takes for a file, whatever characters it has.
pub(crate) fn file_url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(path);
    url
}

fn find(program: &'static str, variable: &'static str, path: Option<&OsStr>) -> Result<PathBuf, ToolsError> {
    if let Some(named) = env::var_os(variable).filter(|named| !named.is_empty()) {
        return Ok(PathBuf::from(named));
    }
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    let folders = path.map(env::split_paths).into_iter().flatten();
    let found = folders
        .map(|folder| folder.join(&name))
        .find(|candidate| candidate.is_file());
    found.ok_or(ToolsError::Missing { program, variable })
}

fn check(path: &Path, program: &'static str, variable: &'static str) -> Result<Version, ToolsError> {
    let mut command = Command::new(path);
    command.arg("-version");
    let (_, output, _) = process::capture(command, LIST_BYTES).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => ToolsError::Missing { program, variable },
        _ => ToolsError::NotRunnable {
            path: path.to_owned(),
            variable,
            source,
        },
    })?;
    let answer = String::from_utf8_lossy(&output)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    let Some(version) = Version::parse(&answer, program) else {
        return Err(ToolsError::Unrecognised {
            path: path.to_owned(),
            program,
            answer,
            variable,
        });
    };
    if version.is_enough() {
        Ok(version)
    } else {
        Err(ToolsError::TooOld {
            path: path.to_owned(),
            version,
            variable,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_they_are_written() {
        let check = |text: &str, number, enough| {
            let version = Version::parse(&format!("ffmpeg version {text} Copyright (c)"), "ffmpeg").unwrap();
            assert_eq!((version.number, version.is_enough()), (number, enough), "{text}");
        };
        check("5.1.9-0+deb12u1", Some((5, 1)), true);
        check("n7.1", Some((7, 1)), true);
        check("8.0", Some((8, 0)), true);
        check("4.4.2-0ubuntu0.22.04.1", Some((4, 4)), false);
        check("N-112233-gabcdef", None, true);
        check("git-2024-01-01-abc", None, true);
        check("2024-06-03-git-77ad449911-full_build", None, true);
        assert_eq!(Version::parse("Python 3.11", "ffmpeg"), None);
    }

    #[test]
    fn a_missing_program_names_the_package() {
        let error = find("ffmpeg", "MUVI_TEST_UNSET", Some(OsStr::new("/nowhere")))
            .unwrap_err()
            .to_string();
        assert!(error.contains("apt install ffmpeg") && error.contains("MUVI_TEST_UNSET"));
    }

    #[cfg(unix)]
    #[test]
    fn old_and_foreign_programs_are_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let script = |name: &str, line: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\necho '{line}'\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        let old = script("old", "ffmpeg version 4.2.7 Copyright");
        assert!(matches!(
            Tools::at(old.clone(), old),
            Err(ToolsError::TooOld { .. })
        ));
        let foreign = script("foreign", "hello");
        assert!(matches!(
            Tools::at(foreign.clone(), foreign),
            Err(ToolsError::Unrecognised { .. })
        ));
        let nowhere = folder.path().join("nowhere");
        assert!(matches!(
            Tools::at(nowhere.clone(), nowhere),
            Err(ToolsError::Missing { .. })
        ));
        let folder = folder.path().to_owned();
        assert!(matches!(
            Tools::at(folder.clone(), folder),
            Err(ToolsError::NotRunnable { .. })
        ));
    }
}

//! What a media file holds, asked of ffprobe and checked against its packets.

mod error;
mod info;
mod packets;
mod report;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use muvi_timeline::Round;

pub use error::ProbeError;
pub use info::{AudioStream, MediaInfo, SubtitleStream, VideoStream};

use crate::Tools;
use crate::process::{self, Log};
use crate::tools::file_url;
use report::Report;

/// The shortest picture that can be worked with, in milliseconds.
pub const SHORTEST_MILLIS: u64 = 1000;
/// More than ffprobe says about the streams of any real file.
const REPORT_BYTES: u64 = 32 << 20;

/// Reads what the video at `path` holds: streams, rates, rotation, and where its picture starts and ends.
///
/// The ends of the picture come from the packets themselves. A file that was cut off is used as far as it
/// goes, with [`MediaInfo::truncated`] set.
///
/// # Errors
/// [`ProbeError`] names the file and the reason: not there, not readable, no media, no picture, too short.
pub fn probe(tools: &Tools, path: &Path) -> Result<MediaInfo, ProbeError> {
    let size = readable(path)?;
    let report = ask(tools, path)?;
    let mut info = report.into_info(path, size)?;
    let picture = packets::measure(tools, &info)?;
    picture.apply(&mut info)?;
    let millis = u64::try_from(info.duration().as_millis()).unwrap_or(u64::MAX);
    // One frame of grace, so that a second of 23.976 fps counts as a second.
    let frame = info.video.rate.duration(1, Round::Up).as_millis() as u64;
    if millis + frame < SHORTEST_MILLIS {
        return Err(ProbeError::TooShort {
            path: path.to_owned(),
            millis,
            least: SHORTEST_MILLIS,
        });
    }
    Ok(info)
}

/// Reads the sound streams of any media file, with or without a picture.
///
/// # Errors
/// [`ProbeError`] if the file is not there, not readable, or no media.
pub fn probe_audio(tools: &Tools, path: &Path) -> Result<Vec<AudioStream>, ProbeError> {
    readable(path)?;
    ask(tools, path)?.into_audio(path)
}

/// Tells what the file system has against the file before ffprobe does so less clearly.
pub(crate) fn readable(path: &Path) -> Result<u64, ProbeError> {
    let path_buf = || path.to_owned();
    let wrap = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ProbeError::NotFound { path: path_buf() },
        io::ErrorKind::PermissionDenied => ProbeError::NoPermission { path: path_buf() },
        _ => ProbeError::Unreadable {
            path: path_buf(),
            source,
        },
    };
    let meta = std::fs::metadata(path).map_err(wrap)?;
    if meta.is_dir() {
        return Err(ProbeError::Directory { path: path_buf() });
    }
    if !meta.is_file() {
        return Err(ProbeError::NotAFile { path: path_buf() });
    }
    if meta.len() == 0 {
        return Err(ProbeError::Empty { path: path_buf() });
    }
    let mut byte = [0];
    File::open(path)
        .and_then(|mut file| file.read(&mut byte))
        .map_err(wrap)?;
    Ok(meta.len())
}

fn ask(tools: &Tools, path: &Path) -> Result<Report, ProbeError> {
    let mut command = tools.probe_command();
    command
        .args(["-print_format", "json", "-show_format", "-show_streams", "-i"])
        .arg(file_url(path));
    let (status, output, log) = process::capture(command, REPORT_BYTES).map_err(ProbeError::from_tool)?;
    if !status.success() {
        return Err(refusal(path, &log));
    }
    serde_json::from_slice(&output).map_err(|source| ProbeError::Report {
        path: path.to_owned(),
        source,
    })
}

fn refusal(path: &Path, log: &Log) -> ProbeError {
    let indexless = log.says("moov atom not found") && looks_like_mp4(path) || log.says("End of file");
    let path = path.to_owned();
    if indexless {
        ProbeError::Truncated { path }
    } else if log.says("Invalid data") || log.says("moov atom not found") {
        ProbeError::NotMedia { path }
    } else {
        ProbeError::Refused {
            path,
            reason: log.reason(),
        }
    }
}

/// True if the file begins with one of the boxes that mp4 and mov files begin with: ffmpeg goes by the name.
fn looks_like_mp4(path: &Path) -> bool {
    let mut start = [0; 8];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok()
        && matches!(
            &start[4..],
            b"ftyp" | b"moov" | b"mdat" | b"wide" | b"free" | b"skip"
        )
}

/// What the header of a file says, without a look at its packets.
pub(crate) fn header(tools: &Tools, path: &Path) -> Result<MediaInfo, ProbeError> {
    let size = readable(path)?;
    ask(tools, path)?.into_info(path, size)
}

//! Pictures and sounds that any browser plays, from a disk too: the picture without its sound, copied where it is
//! such a one already, and each sound as a file of its own.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ffmpeg_sidecar::command::FfmpegCommand;
use muvi_timeline::{Rate, Round};
use thiserror::Error;

use crate::export::out_of_space;
use crate::frames::filter::tone;
use crate::part::{OutputError, Part};
use crate::process::Running;
use crate::tools::file_url;
use crate::{MediaInfo, Tools};

/// A picture that is encoded anew has at most this many pixels on its longer side.
const LONGEST_SIDE: u32 = 1280;
/// A picture that is copied has at most this many there, and no more bits a second than the next.
const LONGEST_COPIED: u32 = 1920;
const MOST_BITS: f64 = 12e6;
/// A picture that starts later than its sound by more than this is put on its own clock, in milliseconds.
const LATE_MS: u64 = 1;
/// The longer side of a still picture.
const STILL_SIDE: u32 = 960;

/// Why a file for a page cannot be made. Nothing is left behind.
#[derive(Debug, Error)]
pub enum WebError {
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// No encoder that browsers understand.
    #[error(
        "{}: this ffmpeg has no encoder for a picture that browsers play (libx264, libopenh264, libvpx-vp9 or libvpx); install a full ffmpeg",
        path.display()
    )]
    NoEncoder {
        /// The output.
        path: PathBuf,
    },
    /// ffmpeg failed.
    #[error("{}: ffmpeg could not write it: {reason}", path.display())]
    Failed {
        /// The output.
        path: PathBuf,
        /// ffmpeg's words.
        reason: String,
    },
    /// ffmpeg cannot be run.
    #[error("{}: ffmpeg cannot be run; install it anew", path.display())]
    Tool {
        /// The output.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The flag was set.
    #[error("{}: cancelled", path.display())]
    Cancelled {
        /// The output.
        path: PathBuf,
    },
}

/// A picture for the web that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebPicture {
    /// The file.
    pub path: PathBuf,
    /// Whether the stream was copied and not encoded anew.
    pub copied: bool,
}

/// Writes the picture of `info` without sound as `base` with an extension that it chooses. H.264 and VP9 of 8 bits are
/// copied up to 1920 pixels and 12 Mbit/s; all else becomes H.264, or VP9 or VP8 where this ffmpeg has no encoder for
/// it, of at most 1280 pixels. Zero on its clock is the start of the first frame. `progress` gets 0..1.
///
/// # Errors
/// [`WebError`] if the file cannot be written, no encoder is there, or `cancel` is set.
pub fn picture(
    tools: &Tools,
    info: &MediaInfo,
    base: &Path,
    progress: &mut dyn FnMut(f64),
    cancel: &AtomicBool,
) -> Result<WebPicture, WebError> {
    let seconds = info.duration().as_secs_f64();
    if let Some(extension) = copied(info) {
        let path = with_extension(base, extension);
        let copy = |command: &mut FfmpegCommand| {
            command.map(format!("0:{}", info.video.index));
            command.codec_video("copy");
        };
        match run(tools, &info.path, &path, copy, seconds, progress, cancel) {
            Ok(()) => return Ok(WebPicture { path, copied: true }),
            // Some streams do not fit into the new container; those are encoded.
            Err(WebError::Failed { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let Some((extension, arguments)) = encoder(tools) else {
        let path = with_extension(base, "mp4");
        return Err(WebError::NoEncoder { path });
    };
    let path = with_extension(base, extension);
    let [width, height] = fitted(info, LONGEST_SIDE);
    let tone = tone(tools, info);
    let filter =
        format!("setpts=PTS-STARTPTS,scale={width}:{height}:flags=area,setsar=1{tone},format=yuv420p");
    let encode = |command: &mut FfmpegCommand| {
        command.map(format!("0:{}", info.video.index));
        command.args(["-vf", &filter]).args(arguments);
    };
    run(tools, &info.path, &path, encode, seconds, progress, cancel)?;
    Ok(WebPicture { path, copied: false })
}

/// Writes a sound file of `seconds` as AAC in `target`, an .m4a: what Chromium, Firefox and Safari play, and seek in to
/// the sample. `progress` gets 0..1.
///
/// # Errors
/// [`WebError`] if the file cannot be written or `cancel` is set.
pub fn sound(
    tools: &Tools,
    source: &Path,
    seconds: f64,
    target: &Path,
    progress: &mut dyn FnMut(f64),
    cancel: &AtomicBool,
) -> Result<(), WebError> {
    let encode = |command: &mut FfmpegCommand| {
        command.map("0:a:0").codec_audio("aac").args(["-b:a", "192k"]);
    };
    run(tools, source, target, encode, seconds, progress, cancel)
}

/// Writes the frame that is shown `at_s` seconds into the picture as a JPEG.
///
/// # Errors
/// [`WebError`] if the file cannot be written or `cancel` is set.
pub fn still(
    tools: &Tools,
    info: &MediaInfo,
    at_s: f64,
    target: &Path,
    cancel: &AtomicBool,
) -> Result<(), WebError> {
    let [width, height] = fitted(info, STILL_SIDE);
    let tone = tone(tools, info);
    let at = (at_s * 1e6).max(0.0).round() as u64;
    // Chosen by the decoded frames' own times: some containers seek to a wrong place.
    let filter = format!(
        "setpts=PTS-STARTPTS,select=gte(t\\,{:.6})*eq(selected_n\\,0),scale={width}:{height}:flags=area,setsar=1{tone},format=yuvj420p",
        at as f64 / 1e6
    );
    let encode = |command: &mut FfmpegCommand| {
        command.map(format!("0:{}", info.video.index));
        command
            .args(["-vf", &filter])
            .args(["-frames:v", "1", "-q:v", "3", "-update", "1"]);
    };
    run(tools, &info.path, target, encode, 0.0, &mut |_| {}, cancel)
}

/// The container into which the stream can be copied so that browsers play it as it is to be shown.
fn copied(info: &MediaInfo) -> Option<&'static str> {
    let video = &info.video;
    let eight_bits = matches!(video.pixel_format.as_str(), "yuv420p" | "yuvj420p");
    let (upright, turned) = (video.rotation == 0, video.rotation % 180 == 90);
    let coded = if turned {
        [video.coded_height, video.coded_width]
    } else {
        [video.coded_width, video.coded_height]
    };
    let square = coded == [video.width, video.height];
    let small = video.width.max(video.height) <= LONGEST_COPIED
        && info.size as f64 * 8.0 <= MOST_BITS * info.duration().as_secs_f64().max(1.0);
    let late = Rate::hz(1000).is_ok_and(|millis| {
        let sounds = info.audio.iter().filter_map(|stream| stream.start);
        sounds
            .into_iter()
            .any(|start| video.start.since(start, millis, Round::Nearest) > LATE_MS)
    });
    if !eight_bits || !square || !small || late || video.hdr {
        return None;
    }
    match video.codec.as_str() {
        "h264" => Some("mp4"),
        "vp9" if upright => Some("webm"),
        _ => None,
    }
}

/// The best encoder that this ffmpeg has for browsers: extension and arguments.
fn encoder(tools: &Tools) -> Option<(&'static str, &'static [&'static str])> {
    const ENCODERS: [(&str, &str, &[&str]); 4] = [
        (
            "libx264",
            "mp4",
            &[
                "-c:v",
                "libx264",
                "-preset",
                "veryfast",
                "-crf",
                "23",
                "-g",
                "50",
                "-profile:v",
                "high",
            ],
        ),
        (
            "libopenh264",
            "mp4",
            &["-c:v", "libopenh264", "-b:v", "2500k", "-g", "50"],
        ),
        (
            "libvpx-vp9",
            "webm",
            &[
                "-c:v",
                "libvpx-vp9",
                "-crf",
                "33",
                "-b:v",
                "0",
                "-g",
                "50",
                "-deadline",
                "realtime",
                "-cpu-used",
                "6",
                "-row-mt",
                "1",
            ],
        ),
        (
            "libvpx",
            "webm",
            &[
                "-c:v",
                "libvpx",
                "-crf",
                "12",
                "-b:v",
                "2500k",
                "-g",
                "50",
                "-deadline",
                "realtime",
            ],
        ),
    ];
    let found = ENCODERS.iter().find(|(name, ..)| tools.has_encoder(name))?;
    Some((found.1, found.2))
}

/// The size as shown, made smaller to fit, with even sides.
fn fitted(info: &MediaInfo, longest: u32) -> [u32; 2] {
    let (width, height) = (info.video.width, info.video.height);
    let scale = (f64::from(longest) / f64::from(width.max(height).max(1))).min(1.0);
    [width, height].map(|side| ((f64::from(side) * scale / 2.0).round() as u32 * 2).max(2))
}

fn with_extension(base: &Path, extension: &str) -> PathBuf {
    let mut name = base.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Runs ffmpeg from one file to another, which gets its name when it is whole.
fn run(
    tools: &Tools,
    source: &Path,
    target: &Path,
    output: impl FnOnce(&mut FfmpegCommand),
    seconds: f64,
    progress: &mut dyn FnMut(f64),
    cancel: &AtomicBool,
) -> Result<(), WebError> {
    let path = || target.to_owned();
    let wrap = |source| WebError::Tool { path: path(), source };
    let part = Part::create(target, &[source], false)?;
    let format = match target.extension().and_then(|it| it.to_str()) {
        Some("webm") => "webm",
        Some("jpg") => "image2",
        _ => "mp4",
    };
    let mut command = tools.command();
    command
        .args(["-protocol_whitelist", "file"])
        .input(file_url(source));
    output(&mut command);
    command.args(["-map_metadata", "-1", "-map_chapters", "-1", "-dn", "-sn"]);
    if format == "mp4" {
        command.args(["-movflags", "+faststart"]);
    }
    command
        .args(["-progress", "pipe:1", "-stats_period", "0.1"])
        .format(format);
    command.output(file_url(part.path()));
    command.as_inner_mut().stdin(Stdio::null()).stdout(Stdio::piped());
    let mut running = Running::spawn(command.into()).map_err(wrap)?;
    let told = BufReader::new(running.take_stdout().map_err(wrap)?);
    // It tells where it is ten times a second, so that a cancel is heard soon.
    for line in told.lines() {
        if cancel.load(Ordering::Relaxed) {
            return Err(WebError::Cancelled { path: path() });
        }
        let Ok(line) = line else { break };
        let micros = line
            .strip_prefix("out_time_us=")
            .and_then(|it| it.parse::<f64>().ok());
        if let Some(micros) = micros.filter(|_| seconds > 0.0) {
            progress((Duration::from_micros(micros.max(0.0) as u64).as_secs_f64() / seconds).min(1.0));
        }
    }
    let (status, log) = running.wait().map_err(wrap)?;
    if cancel.load(Ordering::Relaxed) {
        return Err(WebError::Cancelled { path: path() });
    }
    if out_of_space(status, &log) {
        return Err(OutputError::DiskFull { path: path() }.into());
    }
    let empty = std::fs::metadata(part.path()).is_ok_and(|it| it.len() == 0);
    if !status.success() || empty || log.says("Error writing trailer") {
        let reason = log.reason();
        return Err(WebError::Failed { path: path(), reason });
    }
    Ok(part.keep()?)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::probe;

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../../tests/fixtures")
            .join(name)
    }

    fn ffmpeg(arguments: &[&str], output: &Path) {
        let mut command = Command::new("ffmpeg");
        command
            .args(["-v", "error", "-nostdin", "-y"])
            .args(arguments)
            .arg(output);
        assert!(command.status().unwrap().success());
    }

    #[test]
    fn pictures_are_copied_or_encoded_for_browsers() {
        let (tools, cancel) = (Tools::locate().unwrap(), AtomicBool::new(false));
        let dir = tempfile::tempdir().unwrap();
        let city = fixture("cityCC0.mpg");
        let input = ["-i", city.to_str().unwrap(), "-t", "2", "-vf"];
        let make = |name: &str, rest: &[&str]| {
            let path = dir.path().join(name);
            ffmpeg(&[&input[..], rest].concat(), &path);
            path
        };
        let mkv = make(
            "a.mkv",
            &["scale=320:180", "-c:v", "libx264", "-pix_fmt", "yuv420p"],
        );
        let deep = make(
            "b.mkv",
            &["scale=320:180", "-c:v", "libx264", "-pix_fmt", "yuv420p10le"],
        );
        let flat = make(
            "c.mkv",
            &["scale=320:180,setsar=2", "-c:v", "libx264", "-pix_fmt", "yuv420p"],
        );
        for (number, (source, copies)) in [(&mkv, true), (&deep, false), (&flat, false), (&city, false)]
            .into_iter()
            .enumerate()
        {
            let info = probe(&tools, source).unwrap();
            let base = dir.path().join(format!("out {number}"));
            let mut last = 0.0;
            let made = picture(&tools, &info, &base, &mut |at| last = at, &cancel).unwrap();
            assert_eq!(made.copied, copies, "{}", source.display());
            let out = probe(&tools, &made.path).unwrap();
            assert_eq!(
                (out.video.codec.as_str(), out.video.pixel_format.as_str()),
                ("h264", "yuv420p")
            );
            assert!(out.audio.is_empty() && last > 0.9, "{last}");
            let off = out.duration().as_secs_f64() - info.duration().as_secs_f64();
            assert!(off.abs() < 0.05, "{off}");
            let ratio = |i: &MediaInfo| f64::from(i.video.width) / f64::from(i.video.height);
            assert!((ratio(&out) / ratio(&info) - 1.0).abs() < 0.02);
        }
    }

    #[test]
    fn sounds_and_stills() {
        let (tools, cancel) = (Tools::locate().unwrap(), AtomicBool::new(false));
        let dir = tempfile::tempdir().unwrap();
        let wav = dir.path().join("a.wav");
        ffmpeg(&["-f", "lavfi", "-i", "sine=frequency=440:duration=2.5"], &wav);
        let target = dir.path().join("b.m4a");
        sound(&tools, &wav, 2.5, &target, &mut |_| {}, &cancel).unwrap();
        let heard = probe::probe_audio(&tools, &target).unwrap();
        assert_eq!(heard[0].codec, "aac");
        assert!(heard[0].micros.unwrap().abs_diff(2_500_000) < 30_000, "{heard:?}");
        let again = sound(&tools, &wav, 2.5, &target, &mut |_| {}, &cancel);
        assert!(matches!(again, Err(WebError::Output(OutputError::Exists { .. }))));

        let info = probe(&tools, &fixture("oa4_launch.webm")).unwrap();
        let jpeg = dir.path().join("c.jpg");
        still(&tools, &info, 3.0, &jpeg, &cancel).unwrap();
        let image = image::open(&jpeg).unwrap();
        assert_eq!((image.width(), image.height()), (640, 360));
    }

    #[test]
    fn what_is_cancelled_or_fails_leaves_nothing() {
        let tools = Tools::locate().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let info = probe(&tools, &fixture("cityCC0.mpg")).unwrap();
        let base = dir.path().join("a");
        let stopped = picture(&tools, &info, &base, &mut |_| {}, &AtomicBool::new(true));
        assert!(matches!(stopped, Err(WebError::Cancelled { .. })));
        let none = Path::new("/nowhere/at all.wav");
        let failed = sound(
            &tools,
            none,
            1.0,
            &dir.path().join("b.m4a"),
            &mut |_| {},
            &AtomicBool::new(false),
        );
        assert!(matches!(failed, Err(WebError::Failed { .. })), "{failed:?}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}

//! The film and the clip that are used, and what other programs say of the files that were written.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::desk::fixture;

pub fn ffmpeg(arguments: &[&str]) {
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?}");
}

/// Eleven seconds of picture with a cut, and somebody who speaks from the third second to the tenth.
pub fn film(folder: &Path) -> PathBuf {
    let path = folder.join("a launch.mp4");
    let (picture, voice) = (fixture("oa4_launch.webm"), fixture("austen.wav"));
    ffmpeg(&[
        "-stream_loop",
        "1",
        "-i",
        picture.to_str().unwrap(),
        "-i",
        voice.to_str().unwrap(),
        "-filter_complex",
        "[1:a]adelay=2000,apad,aresample=48000[a]",
        "-map",
        "0:v",
        "-map",
        "[a]",
        "-t",
        "11",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "24",
        "-c:a",
        "aac",
        path.to_str().unwrap(),
    ]);
    path
}

/// Two seconds of music for a style.
pub fn style_clip(folder: &Path) -> PathBuf {
    let path = folder.join("plucks.wav");
    let plucks = "aevalsrc='0.5*sin(2*PI*330*t)*exp(-6*mod(t,0.5))':s=44100:d=2";
    ffmpeg(&["-f", "lavfi", "-i", plucks, path.to_str().unwrap()]);
    path
}

/// What ffprobe says of the streams of a file, one line for each.
pub fn probe(path: &Path, entries: &str) -> Vec<String> {
    let out = Command::new("ffprobe")
        .args(["-v", "error", "-of", "csv=p=0", "-show_entries", entries])
        .arg(path)
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    text.split_whitespace().map(str::to_owned).collect()
}

/// Integrated loudness by ffmpeg's own measure, in LUFS.
pub fn lufs_by_others(path: &Path) -> f64 {
    let out = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-i"])
        .arg(path)
        .args(["-filter_complex", "ebur128", "-f", "null", "-"])
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&out.stderr).into_owned();
    let at = report.rfind("I:").unwrap();
    report[at + 2..]
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

/// Loudest sample of a span of a file, in seconds.
pub fn peak(path: &Path, from: f64, to: f64) -> f32 {
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-ss", &from.to_string(), "-to", &to.to_string()])
        .args(["-ac", "1", "-f", "f32le", "-"])
        .output()
        .unwrap();
    let samples = out.stdout.chunks_exact(4);
    let values = samples.map(|b| f32::from_le_bytes(b.try_into().unwrap()).abs());
    values.fold(0.0, f32::max)
}

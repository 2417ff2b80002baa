//! The very frame that was asked for, whatever the file and whoever asks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::{Kitchen, city, launch};
use muvi_media::MediaInfo;
use muvi_media::frames::FrameSpec;
use muvi_media::view::{FrameServer, ViewError};

const X264: &str = "-c:v libx264 -preset ultrafast -qp 8 -pix_fmt yuv420p";

/// A video whose frames all differ clearly from their neighbours, most of them from all others.
fn changing(kitchen: &Kitchen, name: &str, fps: &str, frames: u32, words: &str) -> PathBuf {
    let source = format!(
        "color=black:s=160x90:r={fps},geq=lum='24+mod(61*N+X/2+floor(N/10)*7\\,190)':cb='90+mod(N*5\\,70)':cr=128"
    );
    kitchen.make(
        name,
        &format!("-f lavfi -i {source} -frames:v {frames} -pix_fmt yuv420p {words}"),
    )
}

/// The children of this process that were started with a file of this folder.
fn programs(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let words = String::from_utf8_lossy(&words).replace('\0', " ");
        if words.contains(folder.to_str().unwrap()) && words.contains("mpjpeg") {
            found.push(words);
        }
    }
    found
}

fn pixels(jpeg: &[u8]) -> Vec<u8> {
    image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg)
        .unwrap()
        .to_rgb8()
        .into_raw()
}

fn difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let sum: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

/// All frames as the reader gives them, in the size of the server's pictures.
fn all(kitchen: &Kitchen, info: &MediaInfo, width: u32) -> (FrameServer, Vec<Vec<u8>>) {
    let server = FrameServer::new(&kitchen.tools, info);
    let (width, height) = server.size(width).unwrap();
    let rate = info.video.rate;
    let spec = FrameSpec {
        width,
        height,
        rate,
        chunk: 16,
    };
    let frames = kitchen.frames(info, spec);
    assert_eq!(frames.len() as u64, server.total());
    (server, frames)
}

/// Numbers below `bound` in no order, always the same.
fn jumps(bound: u64, count: usize) -> Vec<u64> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % bound
    };
    (0..count).map(|_| next()).collect()
}

/// Checks that `jpeg` is closer to frame `n` than to any frame that differs from it.
fn check(name: &str, frames: &[Vec<u8>], n: u64, jpeg: &[u8], tolerance: f64) {
    let (shown, n) = (pixels(jpeg), n as usize);
    let own = difference(&shown, &frames[n]);
    assert!(own < tolerance, "{name}: frame {n} differs by {own}");
    for other in n.saturating_sub(12)..(n + 13).min(frames.len()) {
        if difference(&frames[other], &frames[n]) > 2.0 * tolerance {
            let theirs = difference(&shown, &frames[other]);
            assert!(
                theirs > 2.0 * own,
                "{name}: frame {n} looks like {other}: {own} {theirs}"
            );
        }
    }
}

fn exact(kitchen: &Kitchen, name: &str, info: &MediaInfo, tolerance: f64) {
    exact_at(kitchen, name, info, 160, tolerance);
}

// At the own size of the video where it has fine detail: two ways to scale differ there.
fn exact_at(kitchen: &Kitchen, name: &str, info: &MediaInfo, width: u32, tolerance: f64) {
    let (server, frames) = all(kitchen, info, width);
    let total = server.total();
    let mut wanted = jumps(total, 14);
    // The ends, steps back, steps on, and a frame twice.
    wanted.extend([
        total - 1,
        total - 2,
        0,
        total - 1,
        1,
        total / 2,
        total / 2 - 1,
        total / 2 - 2,
    ]);
    wanted.extend(total / 2..(total / 2 + 6).min(total));
    for n in wanted {
        let jpeg = server
            .get(n, width)
            .unwrap_or_else(|error| panic!("{name}: frame {n}: {error}"));
        check(name, &frames, n, &jpeg, tolerance);
    }
    // A new server for each: nothing but a seek helps.
    for n in jumps(total, 4) {
        let jpeg = FrameServer::new(&kitchen.tools, info).get(n, width).unwrap();
        check(name, &frames, n, &jpeg, tolerance);
    }
}

#[test]
fn the_fixtures() {
    let kitchen = Kitchen::new();
    exact_at(&kitchen, "launch", &kitchen.probe(&launch()), 640, 4.0);
    exact_at(&kitchen, "city", &kitchen.probe(&city()), 720, 4.0);
}

#[test]
fn every_kind_of_file() {
    let kitchen = Kitchen::new();
    let sound = "-f lavfi -i sine=r=44100:d=9";
    for (name, fps, frames, words) in [
        ("b.mp4", "24000/1001", 400, format!("{X264} -bf 3 -g 400")),
        (
            "open.mkv",
            "30000/1001",
            300,
            format!("{X264} -bf 3 -g 30 -x264-params open-gop=1:bframes=3:b-pyramid=2"),
        ),
        (
            "open.mp4",
            "25",
            300,
            format!("{X264} -bf 3 -g 40 -x264-params open-gop=1:bframes=3:b-pyramid=2"),
        ),
        (
            "hevc.mp4",
            "25",
            200,
            "-c:v libx265 -preset ultrafast -crf 8 -x265-params open-gop=1:keyint=30:bframes=4:log-level=none"
                .to_owned(),
        ),
        ("short.mp4", "60", 300, format!("{X264} -bf 2 -g 12")),
        (
            "late.mov",
            "25",
            200,
            format!("{X264} -bf 2 -g 50 -output_ts_offset 3.7"),
        ),
        (
            "ps.mpg",
            "25",
            300,
            "-c:v mpeg2video -q:v 2 -g 15 -bf 2 -f vob".to_owned(),
        ),
        (
            "ps1.mpg",
            "30000/1001",
            300,
            "-c:v mpeg1video -q:v 2 -g 18 -bf 2".to_owned(),
        ),
        ("ts.ts", "25", 300, format!("{X264} -bf 3 -g 60")),
        (
            "vp9.webm",
            "24",
            200,
            "-c:v libvpx-vp9 -b:v 2M -deadline realtime -cpu-used 8 -g 100".to_owned(),
        ),
        ("old.avi", "25", 200, "-c:v mpeg4 -q:v 2 -bf 2 -g 60".to_owned()),
        ("intra.mov", "24", 120, "-c:v mjpeg -q:v 2".to_owned()),
        (
            "sound.mp4",
            "24",
            240,
            format!("{X264} -bf 2 -g 120 -c:a aac -shortest"),
        ),
    ] {
        let path = if name == "sound.mp4" {
            let mute = changing(
                &kitchen,
                "mute.mp4",
                fps,
                frames,
                &words.replace("-c:a aac -shortest", ""),
            );
            // Sound that begins before the picture, as recordings have it.
            let words = format!(
                "{sound} -itsoffset 0.4 -i {} -map 1:v -map 0:a -c:v copy",
                mute.display()
            );
            kitchen.make(name, &words)
        } else {
            changing(&kitchen, name, fps, frames, &words)
        };
        exact(&kitchen, name, &kitchen.probe(&path), 6.0);
    }
}

#[test]
fn a_varying_rate_and_a_turned_picture() {
    let kitchen = Kitchen::new();
    let words =
        format!("-vf select='lt(mod(n\\,60)\\,25)+gte(mod(n\\,60)\\,50)' -vsync vfr {X264} -bf 2 -g 48");
    let info = kitchen.probe(&changing(&kitchen, "varies.mp4", "24", 300, &words));
    assert!(info.video.variable_rate);
    exact(&kitchen, "varies", &info, 6.0);
    changing(&kitchen, "flat.mp4", "24", 60, X264);
    let turned = kitchen.make("turned.mp4", "-i flat.mp4 -c copy -metadata:s:v rotate=90");
    let info = kitchen.probe(&turned);
    let server = FrameServer::new(&kitchen.tools, &info);
    assert_eq!(server.size(45).unwrap(), (44, 78));
    exact(&kitchen, "turned", &info, 6.0);
}

#[test]
fn playing_and_many_at_once() {
    let kitchen = Kitchen::new();
    let path = changing(&kitchen, "a.mp4", "25", 250, &format!("{X264} -bf 2 -g 50"));
    let info = kitchen.probe(&path);
    let (server, frames) = all(&kitchen, &info, 160);
    // As a window plays: in order, three on their way at any time, and none of them lost.
    let next = AtomicUsize::new(20);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst) as u64;
                    if n >= 200 {
                        return;
                    }
                    check("play", &frames, n, &server.get(n, 160).unwrap(), 6.0);
                }
            });
        }
    });
    // As a scrub: everything is either right or superseded, and the last is never lost.
    let superseded = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for n in jumps(250, 40) {
            let (server, frames, superseded) = (&server, &frames, &superseded);
            scope.spawn(move || match server.get(n, 120) {
                Ok(jpeg) => assert!(!jpeg.is_empty() && n < frames.len() as u64),
                Err(ViewError::Superseded) => {
                    superseded.fetch_add(1, Ordering::SeqCst);
                }
                Err(error) => panic!("{n}: {error}"),
            });
            std::thread::sleep(Duration::from_millis(5));
            assert!(programs(kitchen.folder.path()).len() <= 4, "too many programs");
        }
    });
    assert!(superseded.load(Ordering::SeqCst) > 0);
    check("after", &frames, 7, &server.get(7, 160).unwrap(), 6.0);
}

#[test]
fn nothing_is_left_running() {
    let kitchen = Kitchen::new();
    let info = kitchen.probe(&changing(
        &kitchen,
        "a.mp4",
        "25",
        2000,
        &format!("{X264} -g 1000"),
    ));
    let folder = kitchen.folder.path();
    let server = FrameServer::new(&kitchen.tools, &info);
    for width in [160, 100, 80, 60, 40] {
        server.get(10, width).unwrap();
        assert!(
            (1..=3).contains(&programs(folder).len()),
            "{:?}",
            programs(folder)
        );
    }
    // Idle ones go by themselves.
    let since = Instant::now();
    while !programs(folder).is_empty() {
        assert!(since.elapsed() < Duration::from_secs(8), "{:?}", programs(folder));
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| server.get(1990, 160));
        std::thread::sleep(Duration::from_millis(30));
        let _ = server.get(5, 100);
        assert!(slow.join().unwrap().is_ok());
    });
    drop(server);
    assert_eq!(programs(folder), Vec::<String>::new());
}

#[test]
fn wrong_numbers_and_sizes() {
    let kitchen = Kitchen::new();
    let info = kitchen.probe(&launch());
    let server = FrameServer::new(&kitchen.tools, &info);
    let total = server.total();
    assert!(matches!(server.get(total, 160), Err(ViewError::Beyond { .. })));
    assert!(matches!(server.get(u64::MAX, 160), Err(ViewError::Beyond { .. })));
    for width in [0, 15, 3841, u32::MAX] {
        assert!(matches!(server.get(0, width), Err(ViewError::Width { .. })));
    }
    assert_eq!(server.size(3840).unwrap(), (640, 360));
    assert_eq!(server.size(161).unwrap(), (160, 90));
    let jpeg = server.get(3, 3840).unwrap();
    assert_eq!(pixels(&jpeg).len(), 640 * 360 * 3);
}

#[test]
fn files_that_go_or_change() {
    let kitchen = Kitchen::new();
    let path = changing(&kitchen, "a.mp4", "25", 500, &format!("{X264} -g 50"));
    let info = kitchen.probe(&path);
    let server = FrameServer::new(&kitchen.tools, &info);
    let first = server.get(100, 160).unwrap();
    let bytes = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let error = server.get(400, 160).unwrap_err();
    assert!(matches!(error, ViewError::Gone { .. }), "{error}");
    assert_eq!(server.get(100, 160).unwrap(), first, "what is there stays");
    fs::write(&path, b"").unwrap();
    assert!(matches!(server.get(400, 160), Err(ViewError::Changed { .. })));
    fs::write(&path, &bytes).unwrap();
    let server = FrameServer::new(&kitchen.tools, &info);
    assert!(server.get(400, 160).is_ok());
    // The right size and nothing else.
    fs::write(&path, vec![7; bytes.len()]).unwrap();
    let server = FrameServer::new(&kitchen.tools, &info);
    let error = server.get(400, 160).unwrap_err();
    assert!(matches!(error, ViewError::Undecodable { .. }), "{error}");
    assert!(error.to_string().contains("a.mp4"), "{error}");
}

#[test]
fn damage_in_the_middle_and_an_early_end() {
    let kitchen = Kitchen::new();
    let path = changing(&kitchen, "a.mkv", "25", 300, &format!("{X264} -g 25"));
    let mut bytes = fs::read(&path).unwrap();
    let (from, to) = (bytes.len() * 2 / 5, bytes.len() * 3 / 5);
    for byte in bytes[from..to].iter_mut().step_by(3) {
        *byte ^= 0x5A;
    }
    fs::write(&path, &bytes).unwrap();
    let info = kitchen.probe(&path);
    let (server, frames) = all(&kitchen, &info, 160);
    for n in [10, 150, 20, 149, 160, 130, 280] {
        let jpeg = server.get(n, 160).unwrap();
        if !(100..200).contains(&n) {
            check("damaged", &frames, n, &jpeg, 6.0);
        }
    }
    // As if the header had promised two more seconds.
    let mut info = kitchen.probe(&changing(&kitchen, "b.mp4", "25", 100, X264));
    info.video.end.ticks += i64::from(info.video.end.rate.num()) * 2;
    let (server, frames) = all(&kitchen, &info, 160);
    assert_eq!(frames.len(), 150);
    for n in [149, 99, 100, 98, 120] {
        check("short", &frames, n, &server.get(n, 160).unwrap(), 6.0);
    }
}

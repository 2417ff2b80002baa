//! The right frames, at the right time, whatever the file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;

use common::{Kitchen, city, launch};
use muvi_media::frames::{FrameError, FrameReader, FrameSpec, FrameWarning, frame_at_tick, ticks_in_frames};
use muvi_timeline::Rate;

fn rate(num: u32, den: u32) -> Rate {
    Rate::new(num, den).unwrap()
}

/// A video whose frame `i` is grey of level `2 * i` (up to 110 frames), so that frames tell their number.
fn counting(kitchen: &Kitchen, name: &str, fps: &str, frames: u32, words: &str) -> std::path::PathBuf {
    let source = format!("color=black:s=64x64:r={fps},geq=lum='16+2*N':cb=128:cr=128");
    kitchen.make(
        name,
        &format!("-f lavfi -i {source} -frames:v {frames} -pix_fmt yuv420p {words}"),
    )
}

/// The number that a frame of a counting video shows.
fn number(frame: &[u8]) -> f64 {
    let mean = frame.iter().map(|&v| f64::from(v)).sum::<f64>() / frame.len() as f64;
    mean / 255.0 * 219.0 / 2.0
}

#[test]
fn every_frame_at_its_own_rate() {
    let kitchen = Kitchen::new();
    let x264 = "-c:v libx264 -preset ultrafast -qp 4";
    for (name, fps, words) in [
        ("a.mp4", "24000/1001", x264.to_owned()),
        ("b.mkv", "30000/1001", format!("{x264} -bf 2")),
        (
            "c.webm",
            "24",
            "-c:v libvpx-vp9 -lossless 1 -deadline realtime -cpu-used 8".to_owned(),
        ),
        ("d.avi", "25", "-c:v mpeg4 -q:v 1".to_owned()),
        ("e.mpg", "25", "-c:v mpeg2video -q:v 1 -g 1 -dc 10".to_owned()),
        ("f.mov", "30", format!("{x264} -output_ts_offset 3.7")),
    ] {
        let info = kitchen.probe(&counting(&kitchen, name, fps, 100, &words));
        let frames = kitchen.frames(&info, FrameSpec::square(16, info.video.rate, 7));
        assert_eq!(frames.len(), 100, "{name}");
        for (i, frame) in frames.iter().enumerate() {
            assert!(
                (number(frame) - i as f64).abs() < 0.8,
                "{name}: frame {i} shows {}",
                number(frame)
            );
        }
    }
}

#[test]
fn half_the_rate_takes_every_second_frame() {
    let kitchen = Kitchen::new();
    for (name, fps) in [("a.mp4", "60"), ("b.mkv", "60000/1001"), ("c.mp4", "50")] {
        let info = kitchen.probe(&counting(
            &kitchen,
            name,
            fps,
            100,
            "-c:v libx264 -preset ultrafast -qp 4",
        ));
        let half = info.video.rate.for_analysis();
        assert_eq!(half, info.video.rate.divided(2).unwrap());
        let frames = kitchen.frames(&info, FrameSpec::square(16, half, 16));
        assert_eq!(frames.len(), 50, "{name}");
        for (i, frame) in frames.iter().enumerate() {
            assert!(
                (number(frame) - 2.0 * i as f64).abs() < 0.8,
                "{name}: frame {i} shows {}",
                number(frame)
            );
        }
    }
}

#[test]
fn any_rate_shows_what_is_shown_then() {
    let kitchen = Kitchen::new();
    let info = kitchen.probe(&counting(
        &kitchen,
        "a.mp4",
        "24",
        96,
        "-c:v libx264 -preset ultrafast -qp 4",
    ));
    let frames = kitchen.frames(&info, FrameSpec::square(16, Rate::MODEL, 64));
    assert_eq!(frames.len(), 40);
    for (tick, frame) in (0..).zip(&frames) {
        let want = frame_at_tick(tick, Rate::MODEL, info.video.rate) as f64;
        assert!(
            (number(frame) - want).abs() < 0.8,
            "tick {tick} shows {}, not {want}",
            number(frame)
        );
    }
}

#[test]
fn a_varying_rate_keeps_its_time() {
    let kitchen = Kitchen::new();
    // Frames 0 to 9, then none for a second, then 34 and on: what is shown stands still in between.
    let words = "-vf select='lt(n\\,10)+gte(n\\,34)' -vsync vfr -c:v libx264 -preset ultrafast -qp 4";
    let info = kitchen.probe(&counting(&kitchen, "a.mp4", "24", 60, words));
    assert!(info.video.variable_rate);
    let frames = kitchen.frames(&info, FrameSpec::square(16, rate(24, 1), 16));
    for (i, frame) in frames.iter().enumerate() {
        let want = if (10..34).contains(&i) { 9 } else { i };
        assert!(
            (number(frame) - want as f64).abs() < 0.8,
            "frame {i} shows {}",
            number(frame)
        );
    }
}

#[test]
fn turned_pictures_stand_upright() {
    let kitchen = Kitchen::new();
    // Left half white as stored; turned by 90 degrees it is the upper or the lower half.
    let source = "-f lavfi -i color=black:s=128x64:r=24,drawbox=w=64:h=64:color=white:t=fill";
    kitchen.make(
        "flat.mp4",
        &format!("{source} -t 1.2 -c:v libx264 -preset ultrafast"),
    );
    let turned = kitchen.make("turned.mp4", "-i flat.mp4 -c copy -metadata:s:v rotate=90");
    let info = kitchen.probe(&turned);
    let spec = FrameSpec::fitting(&info, 32, info.video.rate, 8);
    assert_eq!((spec.width, spec.height), (16, 32));
    let frame = &kitchen.frames(&info, spec)[3];
    let level = |x: usize, y: usize| i32::from(frame[(y * 16 + x) * 3]);
    assert!((level(3, 4) - level(12, 4)).abs() < 20 && (level(3, 4) - level(3, 27)).abs() > 200);
}

#[test]
fn odd_sizes_high_depth_and_8k() {
    let kitchen = Kitchen::new();
    let check = |name: &str, words: &str| {
        let info = kitchen.probe(&kitchen.make(name, words));
        let frames = kitchen.frames(&info, FrameSpec::square(32, info.video.rate, 8));
        assert_eq!(frames.len() as u64, info.frames(info.video.rate), "{name}");
        let mean = frames[0].iter().map(|&v| u32::from(v)).sum::<u32>() / frames[0].len() as u32;
        assert!((20..240).contains(&mean), "{name}: {mean}");
    };
    check("odd.mkv", "-f lavfi -i testsrc2=s=321x179:r=25 -t 1 -c:v ffv1");
    let hdr = "-x265-params log-level=error:transfer=smpte2084:colorprim=bt2020:colormatrix=bt2020nc";
    let deep = "-f lavfi -i testsrc2=s=320x180:r=25 -t 1 -pix_fmt yuv420p10le -c:v libx265 -preset ultrafast";
    check("deep.mkv", &format!("{deep} -x265-params log-level=error"));
    check("hdr.mkv", &format!("{deep} {hdr}"));
    check(
        "8k.mp4",
        "-f lavfi -i testsrc2=s=7680x4320:r=5 -t 1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
    );
}

#[test]
fn damage_is_a_warning() {
    let kitchen = Kitchen::new();
    let path = kitchen.make(
        "a.mp4",
        "-i {launch} -an -c:v libx264 -preset ultrafast -g 24 -movflags +faststart",
    );
    let mut bytes = fs::read(&path).unwrap();
    let whole = kitchen.probe(&path);
    let (start, end) = (bytes.len() / 3, bytes.len() / 2);
    for byte in bytes[start..end].iter_mut().step_by(97) {
        *byte ^= 0x5A;
    }
    fs::write(&path, &bytes).unwrap();
    let info = kitchen.probe(&path);
    let spec = FrameSpec::square(32, info.video.rate, 16);
    let mut reader = FrameReader::open(&kitchen.tools, &info, spec).unwrap();
    let frames: usize = reader.by_ref().map(|chunk| chunk.unwrap().len()).sum();
    assert_eq!(frames as u64, whole.frames(whole.video.rate));
    assert!(
        reader
            .warnings()
            .iter()
            .any(|w| matches!(w, FrameWarning::Damaged { .. })),
        "{:?}",
        reader.warnings()
    );
}

#[test]
fn a_stated_end_that_does_not_come_is_filled() {
    let kitchen = Kitchen::new();
    let mut info = kitchen.probe(&launch());
    // As if the header had promised two more seconds.
    info.video.end.ticks += 2000;
    let spec = FrameSpec::square(32, info.video.rate, 16);
    let mut reader = FrameReader::open(&kitchen.tools, &info, spec).unwrap();
    let frames: usize = reader.by_ref().map(|chunk| chunk.unwrap().len()).sum();
    assert_eq!(frames as u64, reader.total());
    assert!(
        matches!(reader.warnings(), [FrameWarning::Short { expected: 242, .. }]),
        "{:?}",
        reader.warnings()
    );
}

#[test]
fn what_cannot_be_decoded_is_an_error() {
    let kitchen = Kitchen::new();
    let path = kitchen.path("gone.webm");
    fs::copy(launch(), &path).unwrap();
    let info = kitchen.probe(&path);
    let spec = FrameSpec::square(32, info.video.rate, 16);
    fs::write(&path, b"nothing").unwrap();
    let first = FrameReader::open(&kitchen.tools, &info, spec)
        .unwrap()
        .next()
        .unwrap();
    assert!(matches!(first, Err(FrameError::Undecodable { .. })), "{first:?}");
    let none = FrameSpec::square(0, info.video.rate, 16);
    assert!(matches!(
        FrameReader::open(&kitchen.tools, &info, none),
        Err(FrameError::Spec { .. })
    ));
}

#[test]
fn dropping_a_reader_ends_ffmpeg() {
    let kitchen = Kitchen::new();
    let info = kitchen.probe(&city());
    let mut reader =
        FrameReader::open(&kitchen.tools, &info, FrameSpec::square(224, info.video.rate, 4)).unwrap();
    reader.next().unwrap().unwrap();
    let start = std::time::Instant::now();
    drop(reader);
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn ticks_of_the_model_clock() {
    assert_eq!(ticks_in_frames(194, rate(24, 1), Rate::MODEL), 81);
    assert_eq!(ticks_in_frames(1, rate(60, 1), Rate::MODEL), 1);
    let last = frame_at_tick(80, Rate::MODEL, rate(24, 1));
    assert!(last < 194);
}

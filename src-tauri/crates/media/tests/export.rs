//! The scored file: the same picture, the new sound, nothing half-written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{Kitchen, city, launch};
use muvi_media::audio::AudioReader;
use muvi_media::encode::{EncodeError, EncodeSpec, VideoEncoder};
use muvi_media::export::{ExportError, ExportOptions, ExportPlan, Exported, Progress, SoundCodec};
use muvi_media::{MediaInfo, OutputError, SourceError, Tools};
use muvi_timeline::{Rate, Round};

const RATE: u32 = 48_000;

fn options(output: &Path) -> ExportOptions {
    ExportOptions::new(output, RATE)
}

/// Silence with a click of 50 samples at half a second.
fn click() -> impl FnMut([&mut [f32]; 2]) -> Result<usize, SourceError> {
    let mut at = 0;
    move |planes| {
        let count = planes[0].len();
        for plane in planes {
            for (i, value) in plane.iter_mut().enumerate() {
                *value = if (24_000..24_050).contains(&(at + i)) {
                    0.8
                } else {
                    0.0
                };
            }
        }
        at += count;
        Ok(count)
    }
}

fn export(tools: &Tools, info: &MediaInfo, options: &ExportOptions) -> Result<Exported, ExportError> {
    let plan = ExportPlan::new(tools, info, options)?;
    let mut last = None;
    let mut told = |progress: Progress| {
        assert!(last.is_none_or(|last| progress.done >= last) && progress.done <= progress.total);
        last = Some(progress.done);
    };
    let done = plan.run(&mut click(), &mut told, &AtomicBool::new(false))?;
    assert_eq!(last, Some(done.frames));
    Ok(done)
}

/// A digest of every packet of the picture: the bytes and when they are shown.
fn picture(kitchen: &Kitchen, path: &Path) -> String {
    let output = Command::new(kitchen.tools.ffmpeg())
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:v:0", "-c", "copy", "-f", "streamhash", "-"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn check(kitchen: &Kitchen, input: &Path, name: &str, codec: Option<SoundCodec>, exact: bool) -> MediaInfo {
    let info = kitchen.probe(input);
    let output = kitchen.path(name);
    let done = export(
        &kitchen.tools,
        &info,
        &ExportOptions {
            codec,
            ..options(&output)
        },
    )
    .unwrap();
    assert_eq!(
        (done.frames, done.bytes),
        (info.samples(RATE), fs::metadata(&output).unwrap().len())
    );
    let made = kitchen.probe(&output);
    let micros = Rate::hz(1_000_000).unwrap();
    let start = |info: &MediaInfo| info.video.start.at(micros, Round::Nearest);
    assert!(
        (start(&made) - start(&info)).abs() <= 1000,
        "{name}: starts at {} not {}",
        start(&made),
        start(&info)
    );
    assert!(
        made.frames(info.video.rate)
            .abs_diff(info.frames(info.video.rate))
            <= 1,
        "{name}"
    );
    assert_eq!(made.video.rotation, info.video.rotation);
    assert_eq!(
        (made.video.codec.as_str(), made.audio.len()),
        (info.video.codec.as_str(), 1),
        "{name}"
    );
    let mut reader = AudioReader::open_file(&kitchen.tools, &output, RATE, None).unwrap();
    if exact {
        let (mut left, mut right) = (vec![0.0; 500_000], vec![0.0; 500_000]);
        assert_eq!(
            reader.read([&mut left, &mut right]).unwrap() as u64,
            info.samples(RATE),
            "{name}"
        );
    }
    // Where the click is heard against the picture.
    let mut reader =
        AudioReader::open_video(&kitchen.tools, &made, made.main_audio().unwrap(), RATE).unwrap();
    let (mut left, mut right) = (vec![0.0; 500_000], vec![0.0; 500_000]);
    reader.read([&mut left, &mut right]).unwrap();
    let onset = left.iter().position(|v| *v > 0.4).unwrap();
    assert!(onset.abs_diff(24_000) <= 60, "{name}: click at {onset}");
    made
}

#[test]
fn every_container_keeps_the_picture() {
    let kitchen = Kitchen::new();
    let mp4 = kitchen.make(
        "in.mp4",
        "-i {launch} -t 2.5 -c:v libx264 -preset ultrafast -bf 2 -c:a aac",
    );
    use SoundCodec::{Aac, Alac, Flac, Opus, Pcm};
    for (name, codec, exact) in [
        ("a.mp4", None, false),
        ("b.mp4", Some(Flac), true),
        ("c.mp4", Some(Alac), true),
        ("d.mov", None, false),
        ("e.mov", Some(Pcm), true),
        ("f.mkv", None, true),
        ("g.mkv", Some(Aac), false),
        ("h.mkv", Some(Opus), false),
    ] {
        check(&kitchen, &mp4, name, codec, exact);
        assert_eq!(
            picture(&kitchen, &kitchen.path(name)),
            picture(&kitchen, &mp4),
            "{name}"
        );
    }
    check(&kitchen, &launch(), "launch.webm", None, false);
    check(&kitchen, &launch(), "launch.mkv", None, true);
    check(&kitchen, &city(), "city.mkv", None, true);
    check(&kitchen, &city(), "city.mp4", None, false);
    let hevc = kitchen.make(
        "hevc.mkv",
        "-i {launch} -t 2 -an -c:v libx265 -preset ultrafast -x265-params log-level=error",
    );
    check(&kitchen, &hevc, "hevc.mp4", None, false);
    let avi = kitchen.make(
        "in.avi",
        "-i {launch} -t 2 -an -c:v libx264 -preset ultrafast -bf 0",
    );
    check(&kitchen, &avi, "avi.mp4", None, false);
    let vp9 = kitchen.make(
        "vp9.webm",
        "-i {launch} -t 2 -an -c:v libvpx-vp9 -deadline realtime -cpu-used 8",
    );
    check(&kitchen, &vp9, "vp9.mp4", None, false);
}

#[test]
fn start_rotation_subtitles_chapters_and_metadata_stay() {
    let kitchen = Kitchen::new();
    kitchen.make(
        "flat.mp4",
        "-i {launch} -t 2.5 -an -c:v libx264 -preset ultrafast",
    );
    let late = kitchen.make("late.mp4", "-i flat.mp4 -c copy -output_ts_offset 1.5");
    check(&kitchen, &late, "late-out.mp4", None, false);
    check(&kitchen, &late, "late-out.mkv", None, true);
    let turned = kitchen.make("turned.mp4", "-i flat.mp4 -c copy -metadata:s:v rotate=90");
    check(&kitchen, &turned, "turned-out.mp4", None, false);
    check(&kitchen, &turned, "turned-out.mov", Some(SoundCodec::Pcm), true);
    let info = kitchen.probe(&turned);
    match ExportPlan::new(&kitchen.tools, &info, &options(&kitchen.path("turned.mkv"))) {
        // Newer ffmpegs write it into Matroska too.
        Ok(_) | Err(ExportError::RotationLost { .. }) => {}
        Err(other) => panic!("{other}"),
    }
    fs::write(
        kitchen.path("text.srt"),
        "1\n00:00:00,200 --> 00:00:01,000\nHello\n",
    )
    .unwrap();
    fs::write(
        kitchen.path("meta.txt"),
        ";FFMETADATA1\ntitle=Launch\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=One\n",
    )
    .unwrap();
    let words = "-i flat.mp4 -i text.srt -i meta.txt -map 0:v -map 1:s -map_metadata 2 -c:v copy -c:s srt";
    let rich = kitchen.make("rich.mkv", words);
    for (name, kind) in [
        ("rich.mp4", "mov_text"),
        ("rich-out.mkv", "subrip"),
        ("rich.mov", "mov_text"),
    ] {
        let made = check(&kitchen, &rich, name, None, false);
        assert_eq!(made.subtitles[0].codec, kind, "{name}");
        let output = Command::new(kitchen.tools.ffprobe())
            .args(["-v", "error", "-show_chapters", "-show_format", "-i"])
            .arg(kitchen.path(name))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains("=Launch") && text.contains("title=One"),
            "{name}: {text}"
        );
    }
}

#[test]
fn sound_alone_is_exact() {
    let kitchen = Kitchen::new();
    let info = kitchen.probe(&city());
    for name in ["a.wav", "a.flac"] {
        let output = kitchen.path(name);
        export(&kitchen.tools, &info, &options(&output)).unwrap();
        let mut reader = AudioReader::open_file(&kitchen.tools, &output, RATE, None).unwrap();
        let (mut left, mut right) = (vec![0.0; 500_000], vec![0.0; 500_000]);
        assert_eq!(reader.read([&mut left, &mut right]).unwrap(), 364_800);
        assert!((left[24_000] - 0.8).abs() < 1e-4 && left[23_999] == 0.0 && left[24_050] == 0.0);
    }
}

#[test]
fn impossible_exports_are_refused_before_the_work() {
    let kitchen = Kitchen::new();
    let input = kitchen.path("in.webm");
    fs::copy(launch(), &input).unwrap();
    let info = kitchen.probe(&input);
    let plan = |options: &ExportOptions| ExportPlan::new(&kitchen.tools, &info, options).map(|_| ());
    let at = |name: &str| options(&kitchen.path(name));
    assert!(matches!(
        plan(&at("a.xyz")),
        Err(ExportError::UnknownContainer { .. })
    ));
    let wrong = ExportOptions {
        codec: Some(SoundCodec::Pcm),
        ..at("a.mp4")
    };
    assert!(matches!(
        plan(&wrong),
        Err(ExportError::SoundRefused {
            suggestion: SoundCodec::Aac,
            ..
        })
    ));
    // VP8 does not go into mp4.
    let refused = plan(&at("a.mp4"));
    assert!(
        matches!(&refused, Err(ExportError::VideoRefused { video, .. }) if video == "vp8"),
        "{refused:?}"
    );
    let same = ExportOptions {
        overwrite: true,
        ..options(&input)
    };
    assert!(matches!(
        plan(&same),
        Err(ExportError::Output(OutputError::SameAsInput { .. }))
    ));
    fs::hard_link(&input, kitchen.path("link.webm")).unwrap();
    let link = ExportOptions {
        overwrite: true,
        ..at("link.webm")
    };
    assert!(matches!(
        plan(&link),
        Err(ExportError::Output(OutputError::SameAsInput { .. }))
    ));
    fs::write(kitchen.path("there.mkv"), b"theirs").unwrap();
    assert!(matches!(
        plan(&at("there.mkv")),
        Err(ExportError::Output(OutputError::Exists { .. }))
    ));
    assert!(matches!(
        plan(&at("no/a.mkv")),
        Err(ExportError::Output(OutputError::NoFolder { .. }))
    ));
    assert_eq!(kitchen.names(), ["in.webm", "link.webm", "there.mkv"]);
    let over = ExportOptions {
        overwrite: true,
        ..at("there.mkv")
    };
    export(&kitchen.tools, &info, &over).unwrap();
    assert!(fs::metadata(kitchen.path("there.mkv")).unwrap().len() > 1000);
}

#[test]
fn a_failed_or_cancelled_export_leaves_nothing() {
    let kitchen = Kitchen::new();
    let info = kitchen.probe(&city());
    let plan = || ExportPlan::new(&kitchen.tools, &info, &options(&kitchen.path("a.mkv"))).unwrap();
    let cancel = AtomicBool::new(false);
    let mut calls = 0;
    let mut cancelling = |planes: [&mut [f32]; 2]| -> Result<usize, SourceError> {
        calls += 1;
        cancel.store(calls > 5, Ordering::Relaxed);
        Ok(planes[0].len())
    };
    let cancelled = plan().run(&mut cancelling, &mut |_| {}, &cancel);
    assert!(matches!(cancelled, Err(ExportError::Cancelled { .. })));
    let mut failing = |_: [&mut [f32]; 2]| -> Result<usize, SourceError> { Err("no music".into()) };
    let failed = plan()
        .run(&mut failing, &mut |_| {}, &AtomicBool::new(false))
        .unwrap_err();
    assert!(matches!(failed, ExportError::Source { .. }));
    assert_eq!(
        std::error::Error::source(&failed).unwrap().to_string(),
        "no music"
    );
    assert!(kitchen.names().is_empty());
}

/// An ffmpeg that may write at most some kilobytes to a file, as on a full disk.
#[cfg(unix)]
fn cramped(kitchen: &Kitchen, blocks: u32) -> Tools {
    use std::os::unix::fs::PermissionsExt;
    let script = kitchen.path("cramped-ffmpeg");
    let ffmpeg = kitchen.tools.ffmpeg().display();
    fs::write(
        &script,
        format!("#!/bin/sh\nulimit -f {blocks}\nexec {ffmpeg} \"$@\"\n"),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    Tools::at(script, kitchen.tools.ffprobe().to_owned()).unwrap()
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_named() {
    let kitchen = Kitchen::new();
    let info = kitchen.probe(&city());
    let tools = cramped(&kitchen, 2000);
    let full = export(&tools, &info, &options(&kitchen.path("a.mkv"))).unwrap_err();
    assert!(
        matches!(full, ExportError::Output(OutputError::DiskFull { .. })),
        "{full}"
    );
    assert_eq!(kitchen.names(), ["cramped-ffmpeg"]);
}

#[test]
fn drawn_frames_become_a_video_with_the_sound() {
    let kitchen = Kitchen::new();
    let info = kitchen.probe(&launch());
    let output = kitchen.path("heat.mp4");
    let rate = info.video.rate;
    let spec = EncodeSpec {
        output: &output,
        width: 64,
        height: 36,
        rate,
        sound: Some(&info),
        overwrite: false,
    };
    let mut encoder = VideoEncoder::create(&kitchen.tools, &spec).unwrap();
    for i in 0..info.frames(rate) {
        encoder.push(&[i as u8; 64 * 36 * 3]).unwrap();
    }
    assert!(!output.exists());
    encoder.finish().unwrap();
    let made = kitchen.probe(&output);
    assert_eq!(
        (made.frames(rate), made.video.width, made.audio.len()),
        (194, 64, 1)
    );
    let dropped = VideoEncoder::create(
        &kitchen.tools,
        &EncodeSpec {
            overwrite: true,
            ..spec
        },
    )
    .unwrap();
    drop(dropped);
    assert_eq!(kitchen.names(), ["heat.mp4"]);
    let odd = EncodeSpec {
        width: 63,
        overwrite: true,
        ..spec
    };
    assert!(matches!(
        VideoEncoder::create(&kitchen.tools, &odd),
        Err(EncodeError::Size { .. })
    ));
}

//! Parts of a video, several tracks, stems with timecode: read back by ffprobe and by other readers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use common::{Kitchen, city, launch};
use muvi_media::audio::AudioReader;
use muvi_media::export::{ExportError, ExportOptions, ExportPlan, SoundCodec, TrackLabel};
use muvi_media::{MediaInfo, SourceError};
use muvi_timeline::FrameSpan;

const RATE: u32 = 48_000;

fn label(title: &str, language: Option<&str>) -> TrackLabel {
    TrackLabel {
        title: title.into(),
        language: language.map(Into::into),
    }
}

/// Sound that says which sample it is: the value at sample `n` of the video is `level` in every 1000th, else 0.
fn ticks(mut at: u64, level: f32) -> impl FnMut([&mut [f32]; 2]) -> Result<usize, SourceError> {
    move |[left, right]| {
        for (left, right) in left.iter_mut().zip(right.iter_mut()) {
            *left = if at.is_multiple_of(1000) { level } else { 0.0 };
            *right = -*left;
            at += 1;
        }
        Ok(left.len())
    }
}

fn plan(kitchen: &Kitchen, info: &MediaInfo, options: &ExportOptions) -> Result<ExportPlan, ExportError> {
    ExportPlan::new(&kitchen.tools, info, options)
}

fn write(kitchen: &Kitchen, info: &MediaInfo, options: &ExportOptions) -> ExportPlan {
    let plan = plan(kitchen, info, options).unwrap();
    let start = plan.samples().start();
    let (mut mix, mut music, mut temp) = (ticks(start, 0.5), ticks(start, 0.25), ticks(start, 0.125));
    let done = plan.clone().run_tracks(
        &mut [&mut mix, &mut music, &mut temp],
        &mut |_| {},
        &AtomicBool::new(false),
    );
    assert_eq!(done.unwrap().frames, plan.frames());
    plan
}

/// A digest of every frame as a player shows it.
fn shown(kitchen: &Kitchen, path: &Path) -> Vec<String> {
    let output = Command::new(kitchen.tools.ffmpeg())
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit(',').next().unwrap().trim().to_owned())
        .collect()
}

fn ffprobe(kitchen: &Kitchen, path: &Path, entries: &str) -> String {
    let output = Command::new(kitchen.tools.ffprobe())
        .args(["-v", "error", "-of", "compact", "-show_entries", entries, "-i"])
        .arg(path)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The sound of a stream as it is heard beside the picture.
fn heard(kitchen: &Kitchen, info: &MediaInfo, stream: usize) -> Vec<f32> {
    let mut reader = AudioReader::open_video(&kitchen.tools, info, &info.audio[stream], RATE).unwrap();
    let (mut left, mut right) = (vec![0.0; 500_000], vec![0.0; 500_000]);
    let read = reader.read([&mut left, &mut right]).unwrap();
    left.truncate(read);
    left
}

/// Exports frames of `input` and compares pictures and sound with what they were.
fn check(kitchen: &Kitchen, input: &Path, name: &str, span: (u64, u64), codec: Option<SoundCodec>) {
    let info = kitchen.probe(input);
    let output = kitchen.path(name);
    let options = ExportOptions {
        codec,
        range: Some(FrameSpan::from(span)),
        ..ExportOptions::new(&output, RATE)
    };
    let plan = write(kitchen, &info, &options);
    let range = plan.range();
    let exact = name.ends_with("mp4") || name.ends_with("mov");
    if exact {
        assert_eq!(range, FrameSpan::from(span), "{name}");
    } else {
        assert!(
            range.start() <= span.0 && range.end() >= span.1,
            "{name}: {range:?}"
        );
    }
    let (all, made) = (shown(kitchen, input), shown(kitchen, &output));
    let wanted = &all[range.start() as usize..range.end() as usize];
    assert_eq!(made.len(), wanted.len(), "{name} {span:?}: {range:?}");
    assert!(made == wanted, "{name} {span:?}: other frames");
    let back = kitchen.probe(&output);
    assert_eq!(back.video.start.ticks, 0, "{name}");
    let frames = back.frames(info.video.rate);
    assert!(
        frames.abs_diff(range.len()) <= 1,
        "{name} {span:?}: {frames} of {}",
        range.len()
    );
    assert_eq!(back.audio.len(), 1, "{name}");
    let sound = heard(kitchen, &back, 0);
    let first = (1000 - plan.samples().start() % 1000) % 1000;
    let peak = sound.iter().position(|value| *value > 0.1).unwrap();
    // Sample for sample where nothing is lost; containers that count milliseconds may be half of one off.
    let slack = if exact && codec != Some(SoundCodec::Aac) {
        0
    } else {
        30
    };
    assert!(
        peak.abs_diff(first as usize) <= slack,
        "{name} {span:?}: {peak} not {first}"
    );
}

#[test]
fn parts_start_and_end_where_they_should() {
    use SoundCodec::{Aac, Flac, Pcm};
    let kitchen = Kitchen::new();
    let words =
        "-i {launch} -t 5 -an -c:v libx264 -preset fast -bf 3 -g 30 -x264-params b-pyramid=normal:open-gop=1";
    let mp4 = kitchen.make("in.mp4", words);
    for span in [(0, 40), (13, 71), (30, 60), (61, 120)] {
        check(&kitchen, &mp4, &format!("a{}.mp4", span.0), span, Some(Flac));
    }
    check(&kitchen, &mp4, "a.mov", (60, 119), Some(Pcm));
    check(&kitchen, &mp4, "a.mkv", (13, 71), None);
    check(&kitchen, &mp4, "b.mkv", (0, 40), None);
    check(&kitchen, &mp4, "aac.mp4", (13, 71), Some(Aac));
    let mkv = kitchen.make("in.mkv", "-i in.mp4 -c copy");
    check(&kitchen, &mkv, "b.mp4", (40, 77), Some(Flac));
    check(&kitchen, &mkv, "c.mkv", (40, 77), None);
    let ts = kitchen.make("in.ts", "-i in.mp4 -c copy");
    check(&kitchen, &ts, "c.mp4", (40, 77), Some(Flac));
    let ntsc = kitchen.make(
        "ntsc.mp4",
        "-i {launch} -t 4 -an -r 30000/1001 -c:v libx264 -preset ultrafast -bf 2 -g 48 -output_ts_offset 1.25",
    );
    check(&kitchen, &ntsc, "d.mp4", (50, 93), Some(Flac));
    check(&kitchen, &launch(), "e.webm", (50, 93), None);
    check(&kitchen, &city(), "f.mp4", (33, 70), Some(Flac));
    // A part of a part: what is hidden there stays hidden.
    let part = kitchen.path("a13.mp4");
    check(&kitchen, &part, "g.mp4", (10, 40), Some(Flac));
}

#[test]
fn a_part_keeps_its_timecode_and_metadata() {
    let kitchen = Kitchen::new();
    let words = "-i {launch} -t 4 -an -c:v libx264 -preset ultrafast -bf 2 -g 24 -timecode 09:59:59:12 \
                 -metadata title=Launch -metadata creation_time=2024-05-06T07:08:09Z \
                 -color_primaries bt709 -color_trc bt709 -colorspace bt709";
    let input = kitchen.make("in.mp4", words);
    let info = kitchen.probe(&input);
    assert_eq!(info.timecode.as_deref(), Some("09:59:59:12"));
    let rate = info.video.rate.as_f64().round() as u64;
    assert_eq!(info.start_frame(), (9 * 3600 + 59 * 60 + 59) * rate + 12);
    for name in ["a.mp4", "a.mov"] {
        let whole = ExportOptions::new(kitchen.path(name), RATE);
        let part = ExportOptions {
            range: Some(FrameSpan::new(30, 80)),
            ..ExportOptions::new(kitchen.path(&format!("part-{name}")), RATE)
        };
        for (options, timecode) in [(whole, "09:59:59:12"), (part, "10:00:00:18")] {
            write(&kitchen, &info, &options);
            let made = kitchen.probe(&options.output);
            assert_eq!(made.timecode.as_deref(), Some(timecode), "{name}");
            let text = ffprobe(
                &kitchen,
                &options.output,
                "format_tags:stream=color_primaries,color_space,color_transfer",
            );
            for word in [
                "title=Launch",
                "creation_time=2024-05-06T07:08:09",
                "color_primaries=bt709",
                "color_space=bt709",
                "color_transfer=bt709",
            ] {
                assert!(text.contains(word), "{name}: no {word} in {text}");
            }
        }
    }
}

#[test]
fn several_tracks_have_names_and_one_is_heard() {
    use SoundCodec::{Aac, Flac, Pcm, Pcm16, PcmFloat};
    let kitchen = Kitchen::new();
    let input = kitchen.make("in.mp4", "-i {launch} -t 2.5 -an -c:v libx264 -preset ultrafast");
    let info = kitchen.probe(&input);
    for (name, codec) in [
        ("a.mp4", Aac),
        ("b.mp4", Flac),
        ("c.mov", Pcm),
        ("d.mov", Pcm16),
        ("e.mkv", PcmFloat),
        ("f.mkv", Flac),
        ("g.webm", SoundCodec::Opus),
    ] {
        let input = if name.ends_with("webm") {
            kitchen.probe(&launch())
        } else {
            info.clone()
        };
        let options = ExportOptions {
            codec: Some(codec),
            tracks: vec![
                label("Mix", Some("eng")),
                label("Music", Some("zxx")),
                label("Temp track", Some("eng")),
            ],
            ..ExportOptions::new(kitchen.path(name), RATE)
        };
        write(&kitchen, &input, &options);
        let made = kitchen.probe(&options.output);
        assert_eq!(made.audio.len(), 3, "{name}");
        let defaults: Vec<bool> = made.audio.iter().map(|stream| stream.default).collect();
        assert_eq!(defaults, [true, false, false], "{name}");
        let languages: Vec<_> = made.audio.iter().map(|stream| stream.language.clone()).collect();
        let languages = languages.iter().map(|it| it.as_deref().unwrap_or("none"));
        let languages: Vec<&str> = languages.collect();
        // QuickTime has no word for music without words.
        let of_music = if name.ends_with("mov") { "none" } else { "zxx" };
        assert_eq!(languages, ["eng", of_music, "eng"], "{name}");
        let tags = ffprobe(&kitchen, &options.output, "stream_tags=title,handler_name");
        for title in ["Mix", "Music", "Temp track"] {
            assert!(tags.contains(&format!("={title}")), "{name}: {tags}");
        }
        for (stream, level) in [0.5, 0.25, 0.125].into_iter().enumerate() {
            let sound = heard(&kitchen, &made, stream);
            let peak = sound[400..].iter().copied().fold(0.0, f32::max);
            let slack = if codec.is_lossy() { level * 0.8 } else { 1e-4 };
            assert!((peak - level).abs() <= slack, "{name}: {peak} in track {stream}");
            if !codec.is_lossy() {
                let at = |n: usize| (sound[n] - level).abs() < 1e-4;
                assert!(
                    at(24_000) && at(100_000) && sound[100_001].abs() < 1e-4,
                    "{name} {stream}"
                );
            }
        }
    }
    let many = ExportOptions {
        tracks: vec![label("Mix", None), label("Music", None)],
        ..ExportOptions::new(kitchen.path("x.wav"), RATE)
    };
    assert!(matches!(
        plan(&kitchen, &info, &many),
        Err(ExportError::OneTrack { .. })
    ));
}

#[test]
fn refusals_name_what_goes() {
    let kitchen = Kitchen::new();
    let info = kitchen.probe(&launch());
    let check = |name: &str, codec, words: &[&str]| {
        let options = ExportOptions {
            codec: Some(codec),
            ..ExportOptions::new(kitchen.path(name), RATE)
        };
        let said = plan(&kitchen, &info, &options).unwrap_err().to_string();
        for word in words {
            assert!(said.contains(word), "{said}");
        }
    };
    check("a.mp4", SoundCodec::Pcm, &["PCM", "use AAC", ".mov"]);
    check("a.webm", SoundCodec::Aac, &["AAC", "use Opus", ".mp4"]);
    check("a.mov", SoundCodec::Opus, &["Opus", "use AAC", ".mkv"]);
    check("a.flac", SoundCodec::Pcm16, &["16", "use FLAC", ".wav"]);
    for span in [(0, 0), (10, 9999), (5000, 5001)] {
        let options = ExportOptions {
            range: Some(FrameSpan::from(span)),
            ..ExportOptions::new(kitchen.path("a.webm"), RATE)
        };
        assert!(
            matches!(plan(&kitchen, &info, &options), Err(ExportError::Range { .. })),
            "{span:?}"
        );
    }
}

/// The `bext` chunk as the standard lays it out, and the samples' first byte, found by hand.
fn bext(path: &Path) -> (String, String, u64, u16) {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!((&bytes[..4], &bytes[8..12]), (&b"RIFF"[..], &b"WAVE"[..]));
    let mut at = 12;
    loop {
        let size = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
        let body = &bytes[at + 8..];
        if &bytes[at..at + 4] == b"bext" {
            let text = |from: usize, length: usize| {
                let bytes = &body[from..from + length];
                String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned()
            };
            let reference = u64::from_le_bytes(body[338..346].try_into().unwrap());
            let version = u16::from_le_bytes(body[346..348].try_into().unwrap());
            return (text(0, 256), text(256, 32), reference, version);
        }
        at += 8 + size + size % 2;
    }
}

#[test]
fn stems_carry_the_time_of_day() {
    let kitchen = Kitchen::new();
    let input: PathBuf = kitchen.make(
        "in.mp4",
        "-i {launch} -t 3 -an -r 30000/1001 -c:v libx264 -preset ultrafast -timecode 01:00:00;00",
    );
    let info = kitchen.probe(&input);
    assert_eq!(info.start_frame(), 107_892);
    // An hour of drop frame is 107892 frames of 1001/30000 s.
    let midnight = 107_892_u64 * 1001 * 48_000 / 30_000;
    for (name, codec, range, later) in [
        ("a.wav", None, None, 0),
        ("b.wav", Some(SoundCodec::Pcm16), Some((30, 60)), 48_048),
        ("c.wav", Some(SoundCodec::PcmFloat), Some((15, 45)), 24_024),
    ] {
        let options = ExportOptions {
            codec,
            range: range.map(FrameSpan::from),
            tracks: vec![label("Music", None)],
            ..ExportOptions::new(kitchen.path(name), RATE)
        };
        let plan = write(&kitchen, &info, &options);
        let text = ffprobe(
            &kitchen,
            &options.output,
            "format_tags:stream=bits_per_sample,duration_ts",
        );
        let reference = midnight + later;
        assert!(
            text.contains(&format!("time_reference={reference}")),
            "{name}: {text}"
        );
        assert!(
            text.contains("MuVi Studio") && text.contains("Music for in.mp4"),
            "{name}: {text}"
        );
        assert!(
            text.contains(&format!("duration_ts={}", plan.frames())),
            "{name}: {text}"
        );
        let bits = match codec {
            None => 24,
            Some(SoundCodec::Pcm16) => 16,
            _ => 32,
        };
        assert!(
            text.contains(&format!("bits_per_sample={bits}")),
            "{name}: {text}"
        );
        let (description, originator, found, version) = bext(&options.output);
        assert_eq!(
            (description.as_str(), originator.as_str()),
            ("Music for in.mp4", "MuVi Studio")
        );
        assert!(found == reference && version >= 1, "{name}: {found} {version}");
        // Another reader finds the samples in their place.
        let mut reader = AudioReader::open_file(&kitchen.tools, &options.output, RATE, None).unwrap();
        let (mut left, mut right) = (vec![0.0; 200_000], vec![0.0; 200_000]);
        assert_eq!(
            reader.read([&mut left, &mut right]).unwrap() as u64,
            plan.frames()
        );
        let first = ((1000 - later % 1000) % 1000) as usize;
        assert!(
            (left[first + 2000] - 0.5).abs() < 1e-4 && (right[first] + 0.5).abs() < 1e-4,
            "{name}"
        );
    }
}

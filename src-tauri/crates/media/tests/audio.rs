//! Sound of every kind comes as stereo at the wanted rate, of the right length and in its place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use common::{Kitchen, city, launch};
use muvi_media::audio::{AudioError, AudioReader, Decoder};
use muvi_media::probe::ProbeError;

fn all(reader: &mut AudioReader) -> [Vec<f32>; 2] {
    let mut planes = [Vec::new(), Vec::new()];
    let (mut left, mut right) = ([0.0; 777], [0.0; 777]);
    loop {
        let count = reader.read([&mut left, &mut right]).unwrap();
        planes[0].extend_from_slice(&left[..count]);
        planes[1].extend_from_slice(&right[..count]);
        if count < 777 {
            assert_eq!(reader.read([&mut left, &mut right]).unwrap(), 0);
            return planes;
        }
    }
}

/// First sample that is louder than a tenth.
fn onset(plane: &[f32]) -> usize {
    plane.iter().position(|value| value.abs() > 0.1).unwrap()
}

#[test]
fn files_of_every_kind_have_their_length() {
    let kitchen = Kitchen::new();
    let check = |name: &str, words: &str, decoder: Decoder, slack: usize| {
        let tone = "-f lavfi -i sine=f=440:r=44100:d=2,volume=4 -ac 2";
        let path = kitchen.make(name, &format!("{tone} {words}"));
        for hz in [44_100_u32, 48_000] {
            let mut reader = AudioReader::open_file(&kitchen.tools, &path, hz, None).unwrap();
            assert_eq!(reader.decoder(), decoder, "{name}");
            let [left, right] = all(&mut reader);
            assert!(
                left.len().abs_diff(2 * hz as usize) <= slack,
                "{name} at {hz}: {}",
                left.len()
            );
            let power = left[9000..60_000].iter().map(|v| v * v).sum::<f32>() / 51_000.0;
            assert!((power - 0.0625).abs() < 0.005, "{name} at {hz}: {power}");
            assert_eq!(left.len(), right.len());
        }
    };
    check("a.wav", "", Decoder::Symphonia, 0);
    check("b.flac", "", Decoder::Symphonia, 0);
    check("c.mp3", "-c:a libmp3lame -q:a 1", Decoder::Symphonia, 1);
    check("d.ogg", "-c:a libvorbis -q:a 6", Decoder::Symphonia, 1);
    check("e.aiff", "", Decoder::Symphonia, 0);
    check("f.opus", "-c:a libopus -b:a 128k", Decoder::Ffmpeg, 1);
    check("g.m4a", "-c:a aac -b:a 192k", Decoder::Ffmpeg, 1200);
    check("h.wv", "-c:a wavpack", Decoder::Ffmpeg, 0);
}

#[test]
fn channels_are_folded() {
    let kitchen = Kitchen::new();
    let open = |path: &Path| AudioReader::open_file(&kitchen.tools, path, 48_000, None).unwrap();
    let mono = kitchen.make("mono.wav", "-f lavfi -i aevalsrc=0.5:s=48000:d=0.5");
    let [left, right] = all(&mut open(&mono));
    assert!((left[1000] - 0.5).abs() < 1e-3 && left == right);
    // Front left 0.1, front right 0.2, centre 0.3, LFE 0.9, surrounds 0.
    let words = "-f lavfi -i aevalsrc=0.1|0.2|0.3|0.9|0|0:s=48000:d=0.5:c=5.1";
    for name in ["surround.wav", "surround.flac", "surround.wv"] {
        let [left, right] = all(&mut open(&kitchen.make(name, words)));
        assert!(
            (left[1000] - 0.312).abs() < 2e-3 && (right[1000] - 0.412).abs() < 2e-3,
            "{name}: {}",
            left[1000]
        );
    }
}

#[test]
fn a_limit_ends_the_sound() {
    let kitchen = Kitchen::new();
    let path = kitchen.make("long.flac", "-f lavfi -i sine=d=60");
    let mut reader = AudioReader::open_file(&kitchen.tools, &path, 48_000, Some(48_000)).unwrap();
    assert_eq!(reader.length(), Some(48_000));
    assert_eq!(all(&mut reader)[0].len(), 48_000);
}

#[test]
fn a_videos_sound_lies_on_its_picture() {
    let kitchen = Kitchen::new();
    // Silence, then a tone from 1 s on; the picture starts a quarter second after the sound, or before it.
    kitchen.make(
        "tone.wav",
        "-f lavfi -i aevalsrc=gte(t\\,1)*0.5*sin(2763*t):s=48000:d=4",
    );
    kitchen.make(
        "picture.mp4",
        "-f lavfi -i color=red:s=64x64:r=25:d=3 -c:v libx264 -preset ultrafast",
    );
    for (name, shift, sound_shift, codec, want) in [
        ("late.mp4", "0.24", "0", "aac", 0.76),
        ("early.mkv", "0", "0.5", "flac", 1.5),
        ("both.mkv", "1.2", "1", "libopus", 0.8),
        ("even.mov", "0", "0", "pcm_s16le", 1.0),
    ] {
        let words = format!(
            "-itsoffset {shift} -i picture.mp4 -itsoffset {sound_shift} -i tone.wav -map 0 -map 1 -c:v copy -c:a {codec}"
        );
        let info = kitchen.probe(&kitchen.make(name, &words));
        let stream = info.main_audio().unwrap();
        let mut reader = AudioReader::open_video(&kitchen.tools, &info, stream, 48_000).unwrap();
        let [left, _] = all(&mut reader);
        let off = onset(&left) as f64 / 48_000.0 - want;
        // ffmpeg 5 writes Opus into Matroska 6.5 ms early.
        assert!(
            off.abs() < if codec == "libopus" { 0.008 } else { 0.002 },
            "{name}: {off} s off"
        );
        assert!(left.len() as u64 <= info.samples(48_000), "{name}");
    }
}

#[test]
fn the_sound_of_the_fixture() {
    let kitchen = Kitchen::new();
    let info = kitchen.probe(&launch());
    let mut reader =
        AudioReader::open_video(&kitchen.tools, &info, info.main_audio().unwrap(), 44_100).unwrap();
    let [left, _] = all(&mut reader);
    assert!(
        (left.len() as u64).abs_diff(info.samples(44_100)) < 4410,
        "{}",
        left.len()
    );
    assert!(left.iter().any(|v| v.abs() > 0.01));
}

#[test]
fn what_has_no_sound_is_said() {
    let kitchen = Kitchen::new();
    let open = |path: &Path| AudioReader::open_file(&kitchen.tools, path, 48_000, None).unwrap_err();
    assert!(matches!(open(&city()), AudioError::NoSound { .. }));
    assert!(matches!(
        open(&kitchen.path("no.wav")),
        AudioError::File(ProbeError::NotFound { .. })
    ));
    assert!(matches!(
        open(kitchen.folder.path()),
        AudioError::File(ProbeError::Directory { .. })
    ));
    std::fs::write(kitchen.path("text.wav"), "hello, hello, hello, hello").unwrap();
    assert!(matches!(
        open(&kitchen.path("text.wav")),
        AudioError::File(ProbeError::NotMedia { .. })
    ));
}

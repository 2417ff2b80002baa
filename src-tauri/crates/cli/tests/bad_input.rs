//! Every bad input: its exit code, one line that names the file and the remedy, and nothing left behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what was left out is said"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Place, Ran, fixture, root, run};

/// The one line of an error: no panic, no second line of it.
fn one_line(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(
        ran.code,
        Some(code),
        "exit code; said: {}{}",
        ran.stdout,
        ran.stderr
    );
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    let lines: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("muvi: "))
        .collect();
    assert_eq!(lines.len(), 1, "one line wanted: {}", ran.stderr);
    assert_eq!(
        ran.stderr.lines().last(),
        Some(lines[0]),
        "the error comes last: {}",
        ran.stderr
    );
    for word in words {
        assert!(lines[0].contains(word), "'{word}' is not in: {}", lines[0]);
    }
}

/// Scores `input` in `place`; wants `code`, the words, and no new file.
fn refuses(place: &Place, input: &Path, code: i32, words: &[&str]) {
    let before = place.listing();
    let name = input.file_name().unwrap().to_string_lossy().into_owned();
    let words: Vec<&str> = words.iter().copied().chain([name.as_str()]).collect();
    let ran = place.muvi([
        "score".as_ref(),
        input.as_os_str(),
        "-o".as_ref(),
        "out.mp4".as_ref(),
    ]);
    one_line(&ran, code, &words);
    assert_eq!(place.listing(), before, "something was left behind");
}

#[test]
fn missing() {
    let place = Place::new();
    refuses(&place, &place.path("nowhere.mp4"), 3, &[]);
}

#[test]
fn directory() {
    let place = Place::new();
    fs::create_dir(place.path("folder.mp4")).unwrap();
    refuses(&place, &place.path("folder.mp4"), 3, &["folder"]);
}

#[test]
fn empty_file() {
    let place = Place::new();
    fs::write(place.path("empty.mp4"), b"").unwrap();
    refuses(&place, &place.path("empty.mp4"), 4, &["empty"]);
}

#[test]
fn not_a_video() {
    let place = Place::new();
    fs::write(place.path("letter.mp4"), "Dear editor,\n".repeat(500)).unwrap();
    refuses(&place, &place.path("letter.mp4"), 4, &[]);
}

#[test]
fn audio_file() {
    let place = Place::new();
    let input = place.ffmpeg(&["-f", "lavfi", "-i", "sine=duration=3"], "tone.m4a");
    refuses(&place, &input, 4, &[]);
}

#[test]
fn audio_file_with_a_cover() {
    let place = Place::new();
    place.ffmpeg(
        &["-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "1"],
        "cover.png",
    );
    place.ffmpeg(&["-f", "lavfi", "-i", "sine=duration=3"], "tone.mp3");
    let args = [
        "-i",
        "tone.mp3",
        "-i",
        "cover.png",
        "-map",
        "0",
        "-map",
        "1",
        "-c",
        "copy",
    ];
    let args = [args.as_slice(), &["-disposition:v:0", "attached_pic"]].concat();
    let input = place.ffmpeg(&args, "song.mp3");
    refuses(&place, &input, 4, &[]);
}

#[test]
fn still_picture() {
    let place = Place::new();
    let input = place.ffmpeg(
        &["-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "1"],
        "still.png",
    );
    refuses(&place, &input, 4, &[]);
}

#[test]
fn truncated_mp4() {
    let place = Place::new();
    let whole = fs::read(place.video("whole.mp4", 3.0)).unwrap();
    // The index of this mp4 is at its end.
    fs::write(place.path("half.mp4"), &whole[..whole.len() / 2]).unwrap();
    refuses(&place, &place.path("half.mp4"), 4, &[]);
}

#[test]
fn truncated_in_the_middle_of_the_picture() {
    let place = Place::new();
    place.video("whole.mp4", 6.0);
    let front = place.ffmpeg(
        &["-i", "whole.mp4", "-c", "copy", "-movflags", "faststart"],
        "front.mp4",
    );
    let bytes = fs::read(front).unwrap();
    fs::write(place.path("cut.mp4"), &bytes[..bytes.len() / 3]).unwrap();
    refuses(&place, &place.path("cut.mp4"), 4, &[]);
}

#[test]
fn no_frame() {
    let place = Place::new();
    place.video("whole.mp4", 3.0);
    // A video stream that is declared and holds no packet.
    let input = place.ffmpeg(
        &["-i", "whole.mp4", "-c", "copy", "-frames:v", "0", "-t", "2"],
        "frameless.mkv",
    );
    refuses(&place, &input, 4, &[]);
}

#[test]
fn too_short() {
    let place = Place::new();
    let input = place.video("blink.mp4", 0.12);
    refuses(&place, &input, 4, &["1000 ms"]);
}

#[test]
fn no_permission_to_read() {
    let place = Place::new();
    let input = place.video("locked.mp4", 1.5);
    chmod(&input, 0o000);
    if fs::File::open(&input).is_ok() {
        // Root reads everything: run as nobody, in a folder that nobody may enter.
        let Some(ran) = as_nobody(&place, &["score", "locked.mp4", "-o", "out.mp4"]) else {
            return;
        };
        one_line(&ran, 3, &["locked.mp4"]);
    } else {
        refuses(&place, &input, 3, &[]);
    }
}

#[test]
fn no_permission_to_write() {
    let place = Place::new();
    place.video("in.mp4", 1.5);
    fs::create_dir(place.path("locked")).unwrap();
    chmod(&place.path("locked"), 0o555);
    let args = ["score", "in.mp4", "-o", "locked/out.mp4"];
    let ran = if fs::write(place.path("locked/probe"), b"").is_ok() {
        fs::remove_file(place.path("locked/probe")).unwrap();
        let Some(ran) = as_nobody(&place, &args) else {
            return;
        };
        ran
    } else {
        place.muvi(args)
    };
    one_line(&ran, 5, &["out.mp4"]);
}

#[test]
fn output_is_the_input() {
    let place = Place::new();
    let input = place.video("same.mp4", 1.5);
    let before = fs::read(&input).unwrap();
    for output in ["same.mp4", "./same.mp4"] {
        let ran = place.muvi(["score", "same.mp4", "-o", output, "--overwrite"]);
        one_line(&ran, 5, &["same.mp4"]);
    }
    assert_eq!(fs::read(&input).unwrap(), before);
}

#[test]
fn output_exists_or_is_of_no_known_kind() {
    let place = Place::new();
    place.video("in.mp4", 1.5);
    fs::write(place.path("there.mp4"), b"precious").unwrap();
    one_line(
        &place.muvi(["score", "in.mp4", "-o", "there.mp4"]),
        5,
        &["there.mp4", "--overwrite"],
    );
    assert_eq!(fs::read(place.path("there.mp4")).unwrap(), b"precious");
    one_line(
        &place.muvi(["score", "in.mp4", "-o", "out.gif"]),
        5,
        &["out.gif", ".mp4"],
    );
    one_line(&place.muvi(["score", "in.mp4", "-o", "no/where.mp4"]), 5, &["no"]);
    one_line(
        &place.muvi(["score", "in.mp4", "-o", "out.mp4", "--codec", "pcm"]),
        5,
        &["out.mp4"],
    );
}

#[test]
fn full_disk() {
    let place = Place::new();
    place.video("in.mp4", 8.0);
    let disk = place.path("disk");
    fs::create_dir(&disk).unwrap();
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&disk);
    if run(mount).code != Some(0) {
        eprintln!("left out: no small disk can be mounted here");
        return;
    }
    let ran = place.muvi(["score", "in.mp4", "-o", "disk/out.mp4"]);
    let left = fs::read_dir(&disk).unwrap().count();
    let mut umount = Command::new("umount");
    umount.arg(&disk);
    run(umount);
    one_line(&ran, 6, &["out.mp4"]);
    assert_eq!(left, 0, "something was left on the full disk");
}

#[test]
fn ffmpeg_missing() {
    let place = Place::new().with_env("PATH", "/nowhere");
    Place::new().video("in.mp4", 1.5);
    fs::write(place.path("in.mp4"), b"x").unwrap();
    one_line(
        &place.muvi(["score", "in.mp4", "-o", "out.mp4"]),
        7,
        &["ffmpeg", "install"],
    );
}

#[test]
fn ffmpeg_too_old() {
    let place = Place::new();
    fs::create_dir(place.path("bin")).unwrap();
    for name in ["ffmpeg", "ffprobe"] {
        let path = place.path("bin").join(name);
        fs::write(
            &path,
            format!("#!/bin/sh\necho '{name} version 3.4.8 Copyright (c) 2000-2020'\n"),
        )
        .unwrap();
        chmod(&path, 0o755);
    }
    let bin = place.path("bin").into_os_string();
    let place = place.with_env("PATH", bin);
    fs::write(place.path("in.mp4"), b"x").unwrap();
    one_line(
        &place.muvi(["score", "in.mp4", "-o", "out.mp4"]),
        7,
        &["3.4.8", "newer"],
    );
}

#[test]
fn runtime_missing_or_wrong() {
    let place = Place::new();
    place.video("in.mp4", 1.5);
    let check = |library: &Path, words: &[&str]| {
        let mut command = place.command(["score", "in.mp4", "-o", "out.mp4"]);
        command.env("ORT_DYLIB_PATH", library);
        one_line(&common::finish(command.spawn().unwrap()), 8, words);
    };
    check(&place.path("nowhere.so"), &["nowhere.so"]);
    fs::write(place.path("text.so"), b"no library").unwrap();
    check(&place.path("text.so"), &["text.so"]);
    if let Some(old) = fake_runtime(&place) {
        check(&old, &["1.17"]);
    }
    assert!(!place.path("out.mp4").exists());
}

/// A library that calls itself ONNX Runtime 1.17 and offers no newer interface.
fn fake_runtime(place: &Place) -> Option<std::path::PathBuf> {
    let source = "
        typedef struct { const void *(*get_api)(unsigned); const char *(*version)(void); } Base;
        static const void *get_api(unsigned version) { (void)version; return 0; }
        static const char *version(void) { return \"1.17.0\"; }
        static const Base base = { get_api, version };
        const Base *OrtGetApiBase(void) { return &base; }
    ";
    fs::write(place.path("old.c"), source).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-o"])
        .arg(place.path("old.so"))
        .arg(place.path("old.c"));
    let built = run(cc).code == Some(0);
    built.then(|| place.path("old.so"))
}

#[test]
fn broken_or_foreign_pack() {
    let place = Place::new();
    place.video("in.mp4", 1.5);
    let check = |pack: &str, words: &[&str]| {
        let ran = place.muvi(["score", "in.mp4", "-o", "out.mp4", "--pack", pack]);
        one_line(&ran, 9, words);
        assert!(!place.path("out.mp4").exists());
        one_line(&place.muvi(["pack", "verify", pack]), 9, words);
    };
    check("nowhere", &["nowhere"]);
    fs::create_dir(place.path("hollow")).unwrap();
    check("hollow", &["hollow"]);
    fs::create_dir(place.path("foreign")).unwrap();
    fs::write(
        place.path("foreign/pack.json"),
        r#"{"name": "somebody's", "model": true}"#,
    )
    .unwrap();
    check("foreign", &["foreign"]);

    let broken = |name: &str, spoil: &dyn Fn(&Path)| {
        copy(&root().join("models/packs/toy"), &place.path(name));
        spoil(&place.path(name));
    };
    broken("flipped", &|dir| {
        let path = dir.join("velocity.onnx");
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    });
    check("flipped", &["velocity.onnx"]);
    broken("short", &|dir| fs::remove_file(dir.join("adaptor.onnx")).unwrap());
    check("short", &["adaptor.onnx"]);
    broken("future", &|dir| {
        let path = dir.join("pack.json");
        let text = fs::read_to_string(&path).unwrap();
        let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
        manifest["format"] = 99.into();
        fs::write(path, manifest.to_string()).unwrap();
    });
    check("future", &["99"]);
}

#[test]
fn unusable_style_clips() {
    let place = Place::new();
    place.video("in.mp4", 1.5);
    place.ffmpeg(
        &["-f", "lavfi", "-i", "anullsrc=r=44100:cl=stereo", "-t", "8"],
        "silent.wav",
    );
    place.ffmpeg(&["-f", "lavfi", "-i", "sine", "-t", "0.2"], "blip.wav");
    place.ffmpeg(
        &[
            "-f",
            "lavfi",
            "-i",
            "sine=sample_rate=8000",
            "-t",
            "10800",
            "-c:a",
            "adpcm_ms",
        ],
        "opera.wav",
    );
    fs::write(place.path("notes.mp3"), "la la la ".repeat(100)).unwrap();
    let before = place.listing();
    let check = |clip: &str, words: &[&str]| {
        let started = std::time::Instant::now();
        let ran = place.muvi(["score", "in.mp4", "-o", "out.mp4", "--style", clip]);
        one_line(&ran, 10, words);
        assert_eq!(place.listing(), before);
        assert!(
            started.elapsed().as_secs() < 30,
            "{clip} took {:?}",
            started.elapsed()
        );
    };
    check("silent.wav", &["silent.wav", "silent"]);
    check("blip.wav", &["blip.wav", "short"]);
    check("opera.wav", &["opera.wav", "long"]);
    check("notes.mp3", &["notes.mp3"]);
    check("nowhere.mp3", &["nowhere.mp3"]);
    check("no-such-style", &["no-such-style"]);
}

#[test]
fn an_8k_video_is_scored() {
    let place = Place::new();
    let source = "testsrc=size=7680x4320:rate=24:duration=1.2";
    place.ffmpeg(
        &[
            "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-c:v", "mpeg4",
        ],
        "large.mp4",
    );
    let ran = place.muvi(["score", "large.mp4", "-o", "out.mp4"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn wrong_arguments() {
    let place = Place::new();
    let check = |args: &[&str]| {
        let ran = place.muvi(args);
        assert_eq!(ran.code, Some(2), "{args:?}");
        assert!(!ran.stderr.contains("panicked"));
    };
    check(&["score"]);
    check(&["score", "in.mp4"]);
    check(&["score", "in.mp4", "-o", "out.mp4", "--intensity", "9"]);
    check(&["sing"]);
}

#[test]
fn errors_are_json_too() {
    let place = Place::new();
    let ran = place.muvi(["score", "nowhere.mp4", "-o", "out.mp4", "--json"]);
    assert_eq!(ran.code, Some(3));
    let last = ran.json().pop().unwrap();
    assert_eq!(
        (last["event"].as_str(), last["exit"].as_i64()),
        (Some("error"), Some(3))
    );
    assert!(last["message"].as_str().unwrap().contains("nowhere.mp4"));
}

/// The fixtures are what the other tests stand on.
#[test]
fn fixtures_are_there() {
    fixture("cityCC0.mpg");
    fixture("oa4_launch.webm");
}

/// Runs `muvi` as a user without rights on a copy of `place`; `None` where that can't be done.
fn as_nobody(place: &Place, args: &[&str]) -> Option<Ran> {
    let inner = place.command(args);
    chmod(place.dir(), 0o755);
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
        .arg(inner.get_program());
    command.args(inner.get_args()).current_dir(place.dir());
    command.envs(
        inner
            .get_envs()
            .filter_map(|(name, value)| value.map(|value| (name, value))),
    );
    let ran = run(command);
    if ran.code == Some(127) || ran.code == Some(126) {
        eprintln!("left out: muvi can't be run as another user here: {}", ran.stderr);
        return None;
    }
    Some(ran)
}

#[cfg(unix)]
fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

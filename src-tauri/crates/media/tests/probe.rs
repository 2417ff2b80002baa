//! What files hold, and what is said of those that cannot be used.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;

use common::{Kitchen, city, launch};
use muvi_media::probe;
use muvi_media::probe::ProbeError;
use muvi_timeline::Rate;

#[test]
fn the_fixtures() {
    let kitchen = Kitchen::new();
    let info = kitchen.probe(&launch());
    assert_eq!(
        (info.video.codec.as_str(), info.video.width, info.video.height),
        ("vp8", 640, 360)
    );
    assert_eq!(
        (info.video.rate, info.frames(info.video.rate)),
        (Rate::new(24, 1).unwrap(), 194)
    );
    assert!(!info.video.variable_rate && !info.truncated);
    let sound = info.main_audio().unwrap();
    assert_eq!(
        (sound.codec.as_str(), sound.sample_rate, sound.channels),
        ("vorbis", 48_000, 2)
    );
    let info = kitchen.probe(&city());
    assert_eq!(
        (info.video.codec.as_str(), info.video.rate),
        ("mpeg2video", Rate::new(25, 1).unwrap())
    );
    assert_eq!(
        (info.frames(info.video.rate), info.samples(48_000)),
        (190, 364_800)
    );
    assert_eq!(
        info.video
            .start
            .at(Rate::hz(1000).unwrap(), muvi_timeline::Round::Nearest),
        540
    );
    assert!(info.audio.is_empty());
}

#[test]
fn reordered_frames_are_not_uneven() {
    let kitchen = Kitchen::new();
    // Longer than the sample of packets, which then ends among frames that are stored out of order.
    let words = "-stream_loop 4 -i {launch} -an -vf fps=25,scale=160:90 -c:v libx264 -bf 3 -pix_fmt yuv420p";
    for name in ["reordered.mp4", "reordered.mkv"] {
        let info = kitchen.probe(&kitchen.make(name, words));
        assert!(!info.video.variable_rate, "{name}: {:?}", info.video);
    }
}

#[test]
fn rates_containers_and_codecs() {
    let kitchen = Kitchen::new();
    let check = |name: &str, fps: &str, words: &str| {
        let words = format!("-i {{launch}} -t 2.002 -an -vf fps={fps},scale=320:180 {words}");
        let info = kitchen.probe(&kitchen.make(name, &words));
        let rate: Rate = fps.parse().unwrap();
        assert_eq!(info.video.rate, rate, "{name}");
        assert!(!info.video.variable_rate, "{name}");
        let off = info.frames(rate).abs_diff((rate.as_f64() * 2.002).round() as u64);
        assert!(off <= 1, "{name}: {} frames", info.frames(rate));
    };
    check("a.mp4", "24000/1001", "-c:v libx264 -preset ultrafast");
    check("b.mov", "25", "-c:v libx264 -preset ultrafast");
    check(
        "c.mkv",
        "30000/1001",
        "-c:v libx265 -preset ultrafast -x265-params log-level=error",
    );
    check("d.webm", "50", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8");
    check("e.avi", "60", "-c:v mpeg4");
    check("f.mpg", "30000/1001", "-c:v mpeg2video");
    check("g.mkv", "60000/1001", "-c:v libx264 -preset ultrafast");
    if kitchen.tools.has_encoder("libsvtav1") {
        check("h.mp4", "25", "-c:v libsvtav1 -preset 12");
    }
}

#[test]
fn rotation_aspect_depth_and_several_streams() {
    let kitchen = Kitchen::new();
    kitchen.make(
        "flat.mp4",
        "-i {launch} -t 1.5 -c:v libx264 -preset ultrafast -c:a aac",
    );
    let turned = kitchen.make("turned.mp4", "-i flat.mp4 -c copy -metadata:s:v rotate=90");
    let info = kitchen.probe(&turned);
    assert_eq!(
        (info.video.width, info.video.height, info.video.coded_width),
        (360, 640, 640)
    );
    assert!(info.video.rotation == 90 || info.video.rotation == 270);
    let wide = kitchen.make(
        "wide.mp4",
        "-i flat.mp4 -an -vf scale=360:360,setsar=16/9 -c:v libx264 -preset ultrafast",
    );
    assert_eq!(kitchen.probe(&wide).video.width, 640);
    let hdr = "-i flat.mp4 -an -pix_fmt yuv420p10le -c:v libx265 -preset ultrafast \
               -x265-params log-level=error:transfer=smpte2084:colorprim=bt2020:colormatrix=bt2020nc";
    let info = kitchen.probe(&kitchen.make("hdr.mkv", hdr));
    assert!(info.video.hdr && info.video.pixel_format == "yuv420p10le");

    fs::write(
        kitchen.path("text.srt"),
        "1\n00:00:00,200 --> 00:00:01,000\nHello\n",
    )
    .unwrap();
    fs::write(
        kitchen.path("chapters.txt"),
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=One\n",
    )
    .unwrap();
    let many = "-i flat.mp4 -f lavfi -t 1.5 -i sine=r=44100 -i text.srt -map 0:v -map 0:a -map 1:a -map 2:s -c:v copy \
                -c:a aac -c:s srt -metadata:s:a:1 language=fra -disposition:a:0 0 -disposition:a:1 default";
    let info = kitchen.probe(&kitchen.make("many.mkv", many));
    assert_eq!((info.audio.len(), info.subtitles.len()), (2, 1));
    assert_eq!(info.main_audio().unwrap().language.as_deref(), Some("fra"));
}

#[test]
fn a_varying_rate_is_seen() {
    let kitchen = Kitchen::new();
    let words = "-i {launch} -t 6 -an -vf select='not(between(mod(n\\,12)\\,2\\,6))' -vsync vfr -c:v libx264 -preset ultrafast";
    let info = kitchen.probe(&kitchen.make("varying.mp4", words));
    assert!(info.video.variable_rate, "{:?}", info.video);
    assert!(info.duration().as_millis().abs_diff(6000) < 60);
}

fn refused(path: &Path) -> ProbeError {
    let error = probe(&common::tools(), path).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(path.file_name().unwrap().to_str().unwrap()) && !text.contains('\n'),
        "{text}"
    );
    error
}

#[test]
fn bad_files_are_named_with_a_remedy() {
    let kitchen = Kitchen::new();
    let write = |name: &str, bytes: &[u8]| {
        let path = kitchen.path(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    assert!(matches!(
        refused(&kitchen.path("nowhere.mp4")),
        ProbeError::NotFound { .. }
    ));
    assert!(matches!(
        refused(kitchen.folder.path()),
        ProbeError::Directory { .. }
    ));
    assert!(matches!(
        refused(&write("empty.mp4", b"")),
        ProbeError::Empty { .. }
    ));
    assert!(matches!(
        refused(&write("text.txt", b"hello, this is text\n")),
        ProbeError::NotMedia { .. }
    ));
    assert!(matches!(
        refused(&write("noise.mp4", &[0xA5; 5000])),
        ProbeError::NotMedia { .. }
    ));
    assert!(matches!(
        refused(Path::new("/dev/null")),
        ProbeError::NotAFile { .. }
    ));
    let still = kitchen.make("still.png", "-i {launch} -frames:v 1");
    assert!(matches!(refused(&still), ProbeError::StillPicture { .. }));
    let sound = kitchen.make("sound.wav", "-i {launch} -vn");
    assert!(matches!(refused(&sound), ProbeError::AudioOnly { .. }));
    let covered = kitchen.make(
        "covered.mp3",
        "-i sound.wav -i still.png -map 0 -map 1 -c:a libmp3lame -c:v png -disposition:v attached_pic",
    );
    assert!(matches!(refused(&covered), ProbeError::AudioOnly { .. }));
    let short = kitchen.make(
        "short.mp4",
        "-i {launch} -t 0.1 -an -c:v libx264 -preset ultrafast",
    );
    assert!(
        matches!(refused(&short), ProbeError::TooShort { millis: 83..=125, .. }),
        "{:?}",
        refused(&short)
    );
    let whole =
        fs::read(kitchen.make("whole.mp4", "-i {launch} -c:v libx264 -preset ultrafast -c:a aac")).unwrap();
    let cut = write("cut.mp4", &whole[..whole.len() / 2]);
    assert!(matches!(refused(&cut), ProbeError::Truncated { .. }));
    // A header for a picture, and no frame after it.
    let mp4 = kitchen.make("empty.mp4", "-i {launch} -c:v libx264 -frames:v 0 -an");
    let avi = kitchen.make("empty.avi", "-i {launch} -c:v mpeg4 -frames:v 0 -an");
    for empty in [mp4, avi] {
        let error = refused(&empty);
        assert!(
            matches!(error, ProbeError::NoFrames { .. } | ProbeError::NoStreams { .. }),
            "{error:?}"
        );
    }
}

#[test]
fn sound_that_goes_on_after_the_picture_is_no_cut() {
    let kitchen = Kitchen::new();
    let words =
        "-i {launch} -f lavfi -i sine=duration=11 -map 0:v -map 1:a -c:v libx264 -preset ultrafast -g 24";
    for (name, more) in [
        ("long.mp4", "-c:a aac"),
        ("long.mkv", "-c:a aac"),
        ("late.mkv", "-c:a aac -output_ts_offset 1.5"),
    ] {
        let path = kitchen.make(name, &format!("{words} {more}"));
        let info = kitchen.probe(&path);
        assert!(!info.truncated, "{name}");
        assert_eq!(info.frames(info.video.rate), 194, "{name}");
        if !name.ends_with("mkv") {
            continue;
        }
        // One that is cut off in the picture, and one in the sound behind it.
        let bytes = fs::read(&path).unwrap();
        for tenths in [6, 9] {
            fs::write(&path, &bytes[..bytes.len() * tenths / 10]).unwrap();
            assert!(kitchen.probe(&path).truncated, "{name}, {tenths} tenths");
        }
    }
}

#[test]
fn what_is_left_of_a_truncated_video_is_used() {
    let kitchen = Kitchen::new();
    let path = kitchen.make(
        "front.mp4",
        "-i {launch} -an -c:v libx264 -preset ultrafast -g 24 -movflags +faststart",
    );
    let whole = fs::read(&path).unwrap();
    for (name, bytes) in [
        ("front.mp4", whole.clone()),
        ("launch.webm", fs::read(launch()).unwrap()),
    ] {
        let path = kitchen.path(name);
        fs::write(&path, &bytes[..bytes.len() * 6 / 10]).unwrap();
        let info = kitchen.probe(&path);
        assert!(info.truncated, "{name}");
        let millis = info.duration().as_millis();
        assert!((2000..7400).contains(&millis), "{name}: {millis}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let kitchen = Kitchen::new();
    let path = kitchen.path("locked.mp4");
    fs::write(&path, b"x").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser may read everything; there is nothing to see then.
    if fs::read(&path).is_err() {
        assert!(matches!(refused(&path), ProbeError::NoPermission { .. }));
    }
}

#[test]
fn odd_names_are_only_names() {
    let kitchen = Kitchen::new();
    for name in ["-i.webm", "http:x y'%03d.webm", "ümlaut #1?.webm"] {
        let path = kitchen.path(name);
        fs::copy(launch(), &path).unwrap();
        assert_eq!(kitchen.probe(&path).video.width, 640, "{name}");
    }
}

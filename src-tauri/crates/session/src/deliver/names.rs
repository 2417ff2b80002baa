//! Names of files and tracks.

use std::path::{Path, PathBuf};

use super::{Bus, Deliver};
use crate::request::AudioCodecChoice;
use crate::target::is_sound;

const VIDEO: [&str; 5] = ["mp4", "m4v", "mov", "mkv", "webm"];
const SOUND: [&str; 2] = ["wav", "flac"];
/// Extensions of videos that are read but not written.
const FOREIGN: [&str; 8] = ["avi", "mpg", "mpeg", "ts", "m2ts", "mxf", "wmv", "flv"];

/// What people call a track.
pub fn bus_name(bus: Bus) -> &'static str {
    match bus {
        Bus::Mix => "Mix",
        Bus::Music => "Music",
        Bus::Temp => "Temp track",
    }
}

/// The file with an extension that fits: its own where it can hold what is asked for, else one that suits the picture
/// and the codec.
pub(super) fn fitting(path: &Path, what: Deliver, codec: Option<AudioCodecChoice>, picture: &str) -> PathBuf {
    let named = path
        .extension()
        .and_then(|it| it.to_str())
        .map(str::to_ascii_lowercase);
    let named = named.as_deref().unwrap_or_default();
    match what {
        Deliver::Stems => path.to_owned(),
        // A codec that does not go into the named kind of file is refused with the reason, not worked around.
        Deliver::Video if VIDEO.contains(&named) => path.to_owned(),
        Deliver::Sound if is_sound(path) => path.to_owned(),
        Deliver::Video => with(path, named, video_kind(codec, picture)),
        Deliver::Sound => with(path, named, sound_kind(codec)),
    }
}

fn video_kind(codec: Option<AudioCodecChoice>, picture: &str) -> &'static str {
    use AudioCodecChoice::{Aac, Alac, Flac, Opus, Pcm, Pcm16, PcmFloat};
    let web = matches!(picture, "vp8" | "vp9" | "av1");
    match codec {
        None if web => "webm",
        Some(Opus) => {
            if web {
                "webm"
            } else {
                "mkv"
            }
        }
        _ if web => "mkv",
        None | Some(Aac) => "mp4",
        Some(Pcm | Pcm16 | PcmFloat | Alac) => "mov",
        Some(Flac) => "mkv",
    }
}

/// The kind of a sound file.
pub(super) fn sound_kind(codec: Option<AudioCodecChoice>) -> &'static str {
    if codec == Some(AudioCodecChoice::Flac) {
        "flac"
    } else {
        "wav"
    }
}

/// Takes the place of a known extension, else is added: a name may have dots.
fn with(path: &Path, named: &str, extension: &str) -> PathBuf {
    if [&VIDEO[..], &SOUND, &FOREIGN]
        .iter()
        .any(|known| known.contains(&named))
    {
        return path.with_extension(extension);
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// The name of a stem beside the others: `Launch - Music.wav`.
pub(super) fn stem(video: &Path, bus: Bus, codec: Option<AudioCodecChoice>) -> String {
    let name = video.file_stem().unwrap_or_default().to_string_lossy();
    format!("{name} - {}.{}", bus_name(bus), sound_kind(codec))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_fit_what_is_asked_for() {
        let check = |from: &str, what, codec, picture: &str, to: &str| {
            assert_eq!(
                fitting(Path::new(from), what, codec, picture),
                Path::new(to),
                "{from}"
            );
        };
        use AudioCodecChoice::{Aac, Flac, Opus, Pcm};
        use Deliver::{Sound, Stems, Video};
        check("/a/cut.MOV", Video, Some(Pcm), "h264", "/a/cut.MOV");
        check("/a/cut.mp4", Video, Some(Pcm), "h264", "/a/cut.mp4");
        check("/a/cut", Video, None, "h264", "/a/cut.mp4");
        check("/a/cut", Video, None, "vp9", "/a/cut.webm");
        check("/a/cut", Video, Some(Aac), "vp9", "/a/cut.mkv");
        check("/a/cut v1.2", Video, Some(Flac), "h264", "/a/cut v1.2.mkv");
        check("/a/cut.avi", Video, Some(Pcm), "h264", "/a/cut.mov");
        check("/a/cut.wav", Video, Some(Opus), "h264", "/a/cut.mkv");
        check("/a/cut.mp4", Sound, None, "h264", "/a/cut.wav");
        check("/a/cut.flac", Sound, None, "h264", "/a/cut.flac");
        check("/a.b/cut.mp4", Sound, Some(Flac), "h264", "/a.b/cut.flac");
        check("/a/stems.v2", Stems, None, "h264", "/a/stems.v2");
        assert_eq!(
            stem(Path::new("/a/b.c.mp4"), Bus::Temp, None),
            "b.c - Temp track.wav"
        );
    }
}

//! Containers, what they hold, and the words that make ffmpeg write them.

use std::fmt;
use std::path::Path;

use ffmpeg_sidecar::command::FfmpegCommand;
use muvi_timeline::{Moment, Rate, Round};

use super::ExportPlan;
use crate::MediaInfo;
use crate::tools::file_url;

/// How sound is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundCodec {
    /// AAC at 256 kbit/s.
    Aac,
    /// FLAC, 24 bits.
    Flac,
    /// Apple Lossless, 24 bits.
    Alac,
    /// Uncompressed, 24 bits.
    Pcm,
    /// Opus at 192 kbit/s.
    Opus,
}

impl SoundCodec {
    /// ffmpeg's name of the encoder.
    pub(super) fn encoder(self) -> &'static str {
        match self {
            Self::Aac => "aac",
            Self::Flac => "flac",
            Self::Alac => "alac",
            Self::Pcm => "pcm_s24le",
            Self::Opus => "libopus",
        }
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Aac => &["-b:a", "256k"],
            Self::Flac => &[
                "-sample_fmt",
                "s32",
                "-bits_per_raw_sample",
                "24",
                "-strict",
                "-2",
            ],
            Self::Alac => &["-sample_fmt", "s32p", "-bits_per_raw_sample", "24"],
            Self::Pcm => &[],
            Self::Opus => &["-b:a", "192k", "-ar", "48000", "-strict", "-2"],
        }
    }
}

impl fmt::Display for SoundCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aac => "AAC",
            Self::Flac => "FLAC",
            Self::Alac => "ALAC",
            Self::Pcm => "PCM",
            Self::Opus => "Opus",
        })
    }
}

/// The kind of file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Mp4,
    Mov,
    Mkv,
    Webm,
    Wav,
    Flac,
}

/// What has to be added to timestamps to make them come out right, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shifts {
    pub(super) picture: i64,
    pub(super) sound: i64,
}

/// What becomes of a stream of subtitles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subtitles {
    Copy,
    /// Text in another wrapping.
    Convert(&'static str),
}

impl Container {
    pub(super) fn of(output: &Path) -> Option<Self> {
        let extension = output.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "mp4" | "m4v" => Self::Mp4,
            "mov" => Self::Mov,
            "mkv" => Self::Mkv,
            "webm" => Self::Webm,
            "wav" => Self::Wav,
            "flac" => Self::Flac,
            _ => return None,
        })
    }

    pub(super) fn has_picture(self) -> bool {
        !matches!(self, Self::Wav | Self::Flac)
    }

    pub(super) fn usual_codec(self) -> SoundCodec {
        match self {
            Self::Mp4 | Self::Mov => SoundCodec::Aac,
            Self::Mkv | Self::Flac => SoundCodec::Flac,
            Self::Webm => SoundCodec::Opus,
            Self::Wav => SoundCodec::Pcm,
        }
    }

    pub(super) fn takes(self, codec: SoundCodec) -> bool {
        use SoundCodec::{Aac, Alac, Flac, Opus, Pcm};
        match self {
            Self::Mp4 => matches!(codec, Aac | Flac | Alac | Opus),
            Self::Mov => matches!(codec, Aac | Alac | Pcm),
            Self::Mkv => true,
            Self::Webm => codec == Opus,
            Self::Wav => codec == Pcm,
            Self::Flac => codec == Flac,
        }
    }

    fn muxer(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Mkv => "matroska",
            Self::Webm => "webm",
            Self::Wav => "wav",
            Self::Flac => "flac",
        }
    }

    /// Which subtitles go along and how, and in words which do not.
    pub(super) fn subtitles(self, info: &MediaInfo) -> (Vec<(u32, Subtitles)>, Vec<String>) {
        let (mut kept, mut notes) = (Vec::new(), Vec::new());
        for stream in info.subtitles.iter().filter(|_| self.has_picture()) {
            let text = matches!(
                stream.codec.as_str(),
                "mov_text" | "subrip" | "ass" | "ssa" | "webvtt" | "text"
            );
            let fate = match (self, stream.codec.as_str()) {
                (Self::Mp4 | Self::Mov, "mov_text") => Some(Subtitles::Copy),
                (Self::Mp4 | Self::Mov, _) if text => Some(Subtitles::Convert("mov_text")),
                (Self::Mkv, "mov_text") => Some(Subtitles::Convert("subrip")),
                (Self::Mkv, _) => Some(Subtitles::Copy),
                (Self::Webm, "webvtt") => Some(Subtitles::Copy),
                (Self::Webm, _) if text => Some(Subtitles::Convert("webvtt")),
                _ => None,
            };
            match fate {
                Some(fate) => kept.push((stream.index, fate)),
                None => notes.push(format!(
                    "subtitles of stream {} ({}) do not go into this kind of file and are left out; .mkv keeps them",
                    stream.index, stream.codec
                )),
            }
        }
        (kept, notes)
    }
}

/// The command that muxes `plan` into `target`, reading sound from its standard input.
pub(super) fn command(plan: &ExportPlan, target: &Path, only_start: bool) -> FfmpegCommand {
    let ExportPlan {
        info,
        container,
        codec,
        ..
    } = plan;
    let mut command = plan.tools.command();
    let rate = plan.sample_rate.to_string();
    let pcm = [
        "-protocol_whitelist",
        "pipe",
        "-f",
        "f32le",
        "-ar",
        &rate,
        "-ac",
        "2",
    ];
    if container.has_picture() {
        if only_start {
            command.args(["-t", "1"]);
        }
        // Timestamps as they are in the file: the picture keeps its start time, and the sound gets the same.
        command.args(["-protocol_whitelist", "file", "-copyts", "-fflags", "+genpts"]);
        if plan.shifts.picture != 0 {
            command.args(["-itsoffset", &decimal(plan.shifts.picture)]);
        }
        command.input(file_url(&info.path));
        command
            .args(["-itsoffset", &seconds(info.video.start, plan.shifts.sound)])
            .args(pcm)
            .input("pipe:0");
        command.map(format!("0:{}", info.video.index)).map("1:a:0");
        for (index, _) in &plan.subtitles {
            command.map(format!("0:{index}"));
        }
        command
            .args(["-map_metadata", "0", "-map_chapters", "0"])
            .codec_video("copy");
        for (place, (_, fate)) in plan.subtitles.iter().enumerate() {
            let name = match fate {
                Subtitles::Copy => "copy",
                Subtitles::Convert(name) => name,
            };
            command.arg(format!("-c:s:{place}")).arg(name);
        }
        // The old container's own labels say nothing about the new one.
        for label in ["major_brand", "minor_version", "compatible_brands"] {
            command.arg("-metadata").arg(format!("{label}="));
        }
        command.args(["-disposition:a:0", "default", "-max_muxing_queue_size", "4096"]);
    } else {
        command.args(pcm).input("pipe:0").map("0:a:0");
    }
    command.codec_audio(codec.encoder()).args(codec.arguments());
    match container {
        Container::Mp4 | Container::Mov => {
            // Edit lists count in this clock: with the usual 1/1000 the sound could be half a millisecond off.
            command.args(["-movie_timescale", &rate]);
            if info.video.codec == "hevc" && !info.container.contains("mov") {
                // Apple's players know HEVC under this name only.
                command.args(["-tag:v", "hvc1"]);
            }
        }
        Container::Wav => {
            command.args(["-rf64", "auto"]);
        }
        Container::Mkv | Container::Webm => {
            // An encoder's run-in lies before zero; to shift everything for it would move the picture.
            command.args(["-avoid_negative_ts", "disabled"]);
        }
        Container::Flac => {}
    }
    command.format(container.muxer()).output(file_url(target));
    command
}

/// A moment, some microseconds later, as ffmpeg reads it: seconds with six decimals.
fn seconds(moment: Moment, later: i64) -> String {
    let micros = Rate::hz(1_000_000)
        .map_or(0, |rate| moment.at(rate, Round::Nearest))
        .saturating_add(later);
    decimal(micros)
}

fn decimal(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_exactly() {
        let check = |ticks, hz, text: &str| {
            assert_eq!(
                seconds(
                    Moment {
                        ticks,
                        rate: Rate::hz(hz).unwrap()
                    },
                    0
                ),
                text
            );
        };
        check(48_600, 90_000, "0.540000");
        check(-1, 24, "-0.041667");
        check(90_000 * 3600, 90_000, "3600.000000");
    }

    #[test]
    fn a_shift_is_added() {
        assert_eq!(seconds(Moment::zero(Rate::MODEL), 6500), "0.006500");
    }

    #[test]
    fn every_container_takes_its_usual_codec() {
        for name in ["a.mp4", "a.M4V", "a.mov", "a.mkv", "a.webm", "a.wav", "a.flac"] {
            let container = Container::of(Path::new(name)).unwrap();
            assert!(container.takes(container.usual_codec()), "{name}");
        }
        assert_eq!(Container::of(Path::new("a.avi")), None);
        assert_eq!(Container::of(Path::new("mp4")), None);
    }
}

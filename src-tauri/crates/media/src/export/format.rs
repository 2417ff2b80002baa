//! Containers and codecs, and which goes with which.

use std::fmt;
use std::path::Path;

use crate::MediaInfo;

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
    /// Uncompressed, 16 bits with dither.
    Pcm16,
    /// Uncompressed, 32-bit floats: nothing is rounded.
    PcmFloat,
    /// Opus at 192 kbit/s.
    Opus,
}

impl SoundCodec {
    /// Whether sound comes out other than it went in, so that its peaks may rise.
    pub fn is_lossy(self) -> bool {
        matches!(self, Self::Aac | Self::Opus)
    }

    /// What is written, in words, of sound at `sample_rate` Hz: `AAC, 44.1 kHz, stereo, 256 kbit/s`.
    pub fn describe(self, sample_rate: u32) -> String {
        let (rate, detail) = match self {
            Self::Aac => (sample_rate, "256 kbit/s"),
            Self::Opus => (48_000, "192 kbit/s"),
            Self::Flac | Self::Alac | Self::Pcm => (sample_rate, "24 bit"),
            Self::Pcm16 => (sample_rate, "16 bit"),
            Self::PcmFloat => (sample_rate, "32 bit float"),
        };
        let name = if self.is_pcm() {
            "PCM".to_owned()
        } else {
            self.to_string()
        };
        format!("{name}, {} kHz, stereo, {detail}", f64::from(rate) / 1000.0)
    }

    /// About how many bytes `samples` stereo samples at `sample_rate` Hz take.
    pub fn bytes(self, samples: u64, sample_rate: u32) -> u64 {
        let of_bits = |kilobits: u64| samples.saturating_mul(kilobits * 125) / u64::from(sample_rate.max(1));
        match self {
            Self::Aac => of_bits(256),
            Self::Opus => of_bits(192),
            // What music takes of its 24 bits on the average.
            Self::Flac | Self::Alac => samples.saturating_mul(6) * 2 / 3,
            Self::Pcm => samples.saturating_mul(6),
            Self::Pcm16 => samples.saturating_mul(4),
            Self::PcmFloat => samples.saturating_mul(8),
        }
    }

    fn is_pcm(self) -> bool {
        matches!(self, Self::Pcm | Self::Pcm16 | Self::PcmFloat)
    }

    /// Kinds of files that hold it, for people.
    pub(super) fn homes(self) -> &'static str {
        match self {
            Self::Aac => ".mp4, .mov or .mkv",
            Self::Flac => ".mkv, .mp4 or .flac",
            Self::Alac => ".mov, .mp4 or .mkv",
            Self::Pcm | Self::Pcm16 | Self::PcmFloat => ".mov, .mkv or .wav",
            Self::Opus => ".webm, .mkv or .mp4",
        }
    }

    /// ffmpeg's name of the encoder.
    pub(super) fn encoder(self) -> &'static str {
        match self {
            Self::Aac => "aac",
            Self::Flac => "flac",
            Self::Alac => "alac",
            Self::Pcm => "pcm_s24le",
            Self::Pcm16 => "pcm_s16le",
            Self::PcmFloat => "pcm_f32le",
            Self::Opus => "libopus",
        }
    }

    pub(super) fn arguments(self) -> &'static [&'static str] {
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
            Self::Pcm | Self::Pcm16 | Self::PcmFloat => &[],
            Self::Opus => &["-b:a", "192k", "-ar", "48000", "-strict", "-2"],
        }
    }

    /// What the sound passes on its way to the encoder.
    pub(super) fn filter(self) -> Option<&'static str> {
        (self == Self::Pcm16).then_some("aresample=osf=s16:dither_method=triangular")
    }
}

impl fmt::Display for SoundCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aac => "AAC",
            Self::Flac => "FLAC",
            Self::Alac => "ALAC",
            Self::Pcm => "PCM",
            Self::Pcm16 => "PCM of 16 bits",
            Self::PcmFloat => "PCM of floats",
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

    /// Whether a list says which part of each track is shown, so that a part need not start with a key frame.
    pub(super) fn has_edits(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov)
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
        use SoundCodec::{Aac, Alac, Flac, Opus};
        match self {
            Self::Mp4 => matches!(codec, Aac | Flac | Alac | Opus),
            Self::Mov => matches!(codec, Aac | Alac) || codec.is_pcm(),
            Self::Mkv => true,
            Self::Webm => codec == Opus,
            Self::Wav => codec.is_pcm(),
            Self::Flac => codec == Flac,
        }
    }

    pub(super) fn muxer(self) -> &'static str {
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

#[cfg(test)]
mod tests {
    use super::*;

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

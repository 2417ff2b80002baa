//! The description of a video file.

use std::path::PathBuf;
use std::time::Duration;

use muvi_timeline::{Moment, Rate, Round, Timecode};
use serde::Serialize;

/// What a video file holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MediaInfo {
    /// The file as it was named.
    pub path: PathBuf,
    /// Size in bytes.
    pub size: u64,
    /// ffmpeg's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2` or `matroska,webm`.
    pub container: String,
    /// The picture: the default video stream, or the first.
    pub video: VideoStream,
    /// Streams of sound in the order of the file.
    pub audio: Vec<AudioStream>,
    /// Streams of subtitles in the order of the file.
    pub subtitles: Vec<SubtitleStream>,
    /// The timecode of the first frame as the file states it, such as `01:00:00:00`, or `01:00:00;00` for drop
    /// frame.
    pub timecode: Option<String>,
    /// True if the file ends before its header says; it is used as far as it goes.
    pub truncated: bool,
}

impl MediaInfo {
    /// Length of the picture, from the start of its first frame to the end of its last.
    pub fn duration(&self) -> Duration {
        let nanos = Rate::hz(1_000_000_000)
            .map(|rate| self.ticks(rate, Round::Nearest))
            .unwrap_or(0);
        Duration::from_nanos(nanos)
    }

    /// Length of the picture in samples at `sample_rate` (Hz), to the nearest sample; 0 for a rate of 0.
    pub fn samples(&self, sample_rate: u32) -> u64 {
        Rate::hz(sample_rate)
            .map(|rate| self.ticks(rate, Round::Nearest))
            .unwrap_or(0)
    }

    /// Length of the picture in frames at `rate`, to the nearest frame and at least 1.
    pub fn frames(&self, rate: Rate) -> u64 {
        self.ticks(rate, Round::Nearest).max(1)
    }

    /// The timecode of the first frame; `None` if the file states none, or one that its rate doesn't have.
    pub fn start_timecode(&self) -> Option<Timecode> {
        Timecode::parse(self.timecode.as_deref()?, self.video.rate).ok()
    }

    /// The number of the first frame counted from midnight by the file's timecode; 0 if it states none.
    pub fn start_frame(&self) -> u64 {
        self.start_timecode()
            .and_then(|timecode| timecode.frame(self.video.rate).ok())
            .unwrap_or(0)
    }

    /// The stream of sound that a player would choose: the default one, or the first.
    pub fn main_audio(&self) -> Option<&AudioStream> {
        self.audio
            .iter()
            .find(|stream| stream.default)
            .or_else(|| self.audio.first())
    }

    fn ticks(&self, rate: Rate, round: Round) -> u64 {
        self.video.end.since(self.video.start, rate, round)
    }
}

/// The picture of a video file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VideoStream {
    /// Index among all streams of the file.
    pub index: u32,
    /// ffmpeg's name of the codec, such as `h264`.
    pub codec: String,
    /// Width in pixels as shown: rotated, and with square pixels.
    pub width: u32,
    /// Height in pixels as shown: rotated, and with square pixels.
    pub height: u32,
    /// Width in pixels as stored.
    pub coded_width: u32,
    /// Height in pixels as stored.
    pub coded_height: u32,
    /// How far the stored picture is turned anticlockwise to be shown, in degrees, 0 to 359.
    pub rotation: u16,
    /// ffmpeg's name of the pixel format, such as `yuv420p10le`.
    pub pixel_format: String,
    /// True if the transfer curve is PQ or HLG.
    pub hdr: bool,
    /// Frames per second: the exact rate, or the mean where it varies.
    pub rate: Rate,
    /// True if frames do not last equally long.
    pub variable_rate: bool,
    /// When the first frame is shown, on the file's own clock.
    pub start: Moment,
    /// When the last frame ends, on the file's own clock.
    pub end: Moment,
    /// Number of frames as the file states it.
    pub stated_frames: Option<u64>,
    /// True if the stream is encrypted or otherwise marked unreadable by its codec being unknown.
    pub unknown_codec: bool,
}

/// One stream of sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AudioStream {
    /// Index among all streams of the file.
    pub index: u32,
    /// ffmpeg's name of the codec, such as `aac`.
    pub codec: String,
    /// Samples per second.
    pub sample_rate: u32,
    /// Number of channels.
    pub channels: u32,
    /// ffmpeg's name of the layout, such as `stereo` or `5.1(side)`; empty if unknown.
    pub layout: String,
    /// Language tag, such as `eng`.
    pub language: Option<String>,
    /// True if players choose this stream by themselves.
    pub default: bool,
    /// When it starts, on the file's own clock.
    pub start: Option<Moment>,
    /// Its length in ticks of a second's millionth, if the file says.
    pub micros: Option<u64>,
}

/// One stream of subtitles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubtitleStream {
    /// Index among all streams of the file.
    pub index: u32,
    /// ffmpeg's name of the codec, such as `subrip`.
    pub codec: String,
    /// Language tag, such as `eng`.
    pub language: Option<String>,
}

//! ffprobe's JSON, read and judged.

use std::path::Path;

use muvi_timeline::{Moment, Rate};
use serde::Deserialize;

use super::{AudioStream, MediaInfo, ProbeError, SubtitleStream, VideoStream};

#[derive(Debug, Deserialize)]
pub(super) struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Format {
    format_name: String,
    duration: Option<String>,
    tags: Tags,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stream {
    index: u32,
    codec_type: Option<String>,
    codec_name: Option<String>,
    width: u32,
    height: u32,
    sample_aspect_ratio: Option<String>,
    pix_fmt: Option<String>,
    color_transfer: Option<String>,
    r_frame_rate: Option<String>,
    avg_frame_rate: Option<String>,
    time_base: Option<String>,
    start_pts: Option<i64>,
    duration_ts: Option<i64>,
    duration: Option<String>,
    nb_frames: Option<String>,
    sample_rate: Option<String>,
    channels: u32,
    channel_layout: Option<String>,
    disposition: Disposition,
    tags: Tags,
    side_data_list: Vec<SideData>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Disposition {
    default: u8,
    attached_pic: u8,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tags {
    language: Option<String>,
    rotate: Option<String>,
    timecode: Option<String>,
    #[serde(rename = "TIMECODE")]
    upper_timecode: Option<String>,
}

impl Tags {
    fn timecode(&self) -> Option<String> {
        self.timecode.clone().or_else(|| self.upper_timecode.clone())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SideData {
    rotation: Option<f64>,
}

impl Report {
    /// The description of a video; the ends of its picture are still those that the header states.
    pub(super) fn into_info(self, path: &Path, size: u64) -> Result<MediaInfo, ProbeError> {
        let path = path.to_owned();
        let format = &self.format.format_name;
        if format
            .split(',')
            .any(|name| matches!(name, "image2" | "ico") || name.ends_with("_pipe"))
        {
            return Err(ProbeError::StillPicture { path });
        }
        // ffmpeg shows text files as a terminal's picture.
        if format == "tty" {
            return Err(ProbeError::NotMedia { path });
        }
        let pictures = || {
            self.streams
                .iter()
                .filter(|s| s.is("video") && s.disposition.attached_pic == 0)
        };
        let Some(video) = pictures()
            .find(|s| s.disposition.default == 1)
            .or_else(|| pictures().next())
        else {
            let sound = self.streams.iter().any(|s| s.is("audio"));
            return Err(if sound {
                ProbeError::AudioOnly { path }
            } else {
                ProbeError::NoStreams { path }
            });
        };
        let of_streams = || self.streams.iter().find_map(|stream| stream.tags.timecode());
        let timecode = video.tags.timecode().or_else(of_streams);
        let timecode = timecode.or_else(|| self.format.tags.timecode());
        let Some(video) = video.as_video(&self.format) else {
            return Err(ProbeError::NoFrames { path });
        };
        Ok(MediaInfo {
            path,
            size,
            container: format.clone(),
            video,
            audio: self.audio(),
            subtitles: self
                .streams
                .iter()
                .filter(|s| s.is("subtitle"))
                .map(Stream::as_subtitle)
                .collect(),
            timecode,
            truncated: false,
        })
    }

    pub(super) fn into_audio(self, path: &Path) -> Result<Vec<AudioStream>, ProbeError> {
        if self.format.format_name == "tty" {
            return Err(ProbeError::NotMedia {
                path: path.to_owned(),
            });
        }
        Ok(self.audio())
    }

    fn audio(&self) -> Vec<AudioStream> {
        self.streams
            .iter()
            .filter(|s| s.is("audio"))
            .map(Stream::as_audio)
            .collect()
    }
}

impl Stream {
    fn is(&self, kind: &str) -> bool {
        self.codec_type.as_deref() == Some(kind)
    }

    /// `None` if the stream has no size, as one without a frame has none.
    fn as_video(&self, format: &Format) -> Option<VideoStream> {
        if self.width == 0 || self.height == 0 {
            return None;
        }
        let clock = self.clock();
        let average = self.avg_frame_rate.as_deref().and_then(fraction);
        let lowest = self.r_frame_rate.as_deref().and_then(fraction);
        // The rate that fits all timestamps may be the clock's own; the mean is right where they differ.
        let rate = match (average.map(Rate::snapped), lowest.map(Rate::snapped)) {
            (Some(average), Some(lowest)) if close(average, lowest) => lowest,
            (Some(average), _) => average,
            (None, Some(lowest)) => lowest,
            (None, None) => fraction("25/1")?,
        };
        let start = self.start_pts.unwrap_or(0);
        let seconds = self.duration.as_deref().or(format.duration.as_deref());
        let length = self
            .duration_ts
            .or_else(|| seconds.and_then(|text| ticks_of(text, clock)))
            .unwrap_or(0);
        // Matroska counts its length from 0, also where everything in it starts later.
        let counted = self.duration.is_none() && self.duration_ts.is_none();
        let from_zero = counted && format.format_name.contains("matroska");
        let end = if from_zero {
            length.max(start)
        } else {
            start.saturating_add(length)
        };
        let turned = self.rotation();
        let (wide, high) = self.square_pixels();
        let on_its_side = (45..135).contains(&(turned % 180));
        let (width, height) = if on_its_side { (high, wide) } else { (wide, high) };
        Some(VideoStream {
            index: self.index,
            codec: self.codec_name.clone().unwrap_or_default(),
            width,
            height,
            coded_width: self.width,
            coded_height: self.height,
            rotation: turned,
            pixel_format: self.pix_fmt.clone().unwrap_or_default(),
            hdr: matches!(self.color_transfer.as_deref(), Some("smpte2084" | "arib-std-b67")),
            rate,
            variable_rate: average
                .zip(lowest)
                .is_some_and(|(a, b)| !close(a.snapped(), b.snapped())),
            start: Moment {
                ticks: start,
                rate: clock,
            },
            end: Moment {
                ticks: end,
                rate: clock,
            },
            stated_frames: self.nb_frames.as_deref().and_then(|n| n.parse().ok()),
            unknown_codec: self.codec_name.as_deref().is_none_or(|name| name == "unknown"),
        })
    }

    fn as_audio(&self) -> AudioStream {
        let micros = self.duration.as_deref().and_then(|text| ticks_of(text, micros()));
        AudioStream {
            index: self.index,
            codec: self.codec_name.clone().unwrap_or_default(),
            sample_rate: self
                .sample_rate
                .as_deref()
                .and_then(|rate| rate.parse().ok())
                .unwrap_or(0),
            channels: self.channels,
            layout: self.channel_layout.clone().unwrap_or_default(),
            language: self.tags.language.clone(),
            default: self.disposition.default == 1,
            start: self.start_pts.map(|ticks| Moment {
                ticks,
                rate: self.clock(),
            }),
            micros: micros.and_then(|n| u64::try_from(n).ok()),
        }
    }

    fn as_subtitle(&self) -> SubtitleStream {
        SubtitleStream {
            index: self.index,
            codec: self.codec_name.clone().unwrap_or_default(),
            language: self.tags.language.clone(),
        }
    }

    /// Ticks per second: the inverse of ffmpeg's time base.
    fn clock(&self) -> Rate {
        let base = self.time_base.as_deref().and_then(fraction);
        base.and_then(|base| Rate::new(base.den(), base.num()).ok())
            .unwrap_or_else(micros)
    }

    fn rotation(&self) -> u16 {
        let matrix = self.side_data_list.iter().find_map(|data| data.rotation);
        // Older files state it as a clockwise tag only.
        let tagged = || {
            self.tags
                .rotate
                .as_deref()
                .and_then(|text| text.parse::<f64>().ok())
                .map(|turn| -turn)
        };
        let degrees = matrix
            .or_else(tagged)
            .filter(|turn| turn.is_finite())
            .unwrap_or(0.0);
        degrees.rem_euclid(360.0).round() as u16 % 360
    }

    /// Width and height once pixels are made square, keeping the height.
    fn square_pixels(&self) -> (u32, u32) {
        let aspect = self
            .sample_aspect_ratio
            .as_deref()
            .and_then(|text| fraction(&text.replace(':', "/")));
        let width = aspect.map_or(self.width, |aspect| {
            let wide = u64::from(self.width) * u64::from(aspect.num()) / u64::from(aspect.den());
            u32::try_from(wide).unwrap_or(self.width).max(1)
        });
        (width, self.height)
    }
}

fn micros() -> Rate {
    // The rate is made of constants above zero.
    Rate::hz(1_000_000).unwrap_or(Rate::MODEL)
}

/// Reads `30000/1001`; `None` for `0/0` and the like.
fn fraction(text: &str) -> Option<Rate> {
    let (num, den) = text.split_once('/')?;
    let (mut num, mut den) = (num.parse::<u64>().ok()?, den.parse::<u64>().ok()?);
    // Means of long files have large terms: halve both rather than lose the rate.
    while num > u64::from(u32::MAX) || den > u64::from(u32::MAX) {
        (num, den) = (num / 2, den / 2);
    }
    Rate::new(u32::try_from(num).ok()?, u32::try_from(den).ok()?).ok()
}

/// True if two rates differ by at most half a percent.
fn close(a: Rate, b: Rate) -> bool {
    let (x, y) = (a.as_f64(), b.as_f64());
    (x - y).abs() * 200.0 <= x.max(y)
}

/// Decimal seconds such as `7.600000` in ticks of a clock, without a float.
fn ticks_of(seconds: &str, clock: Rate) -> Option<i64> {
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let part: String = part.chars().chain("000000".chars()).take(6).collect();
    let total = whole
        .parse::<i64>()
        .ok()?
        .checked_mul(1_000_000)?
        .checked_add(part.parse::<i64>().ok()?)?;
    Some(
        Moment {
            ticks: total,
            rate: micros(),
        }
        .at(clock, muvi_timeline::Round::Nearest),
    )
}

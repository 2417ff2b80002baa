//! The filters that put a video's frames on an exact clock and into the wanted size.

use muvi_timeline::{Rate, Round};

use super::FrameSpec;
use crate::{MediaInfo, Tools};

/// Containers round timestamps to milliseconds; a frame this early still counts as shown, in microseconds.
const TOLERANCE_MICROS: u64 = 2000;

/// The option that keeps ffmpeg from adding or leaving out frames on its own.
pub(crate) fn passthrough(tools: &Tools) -> [&'static str; 2] {
    // 5.1 brought a new name for it, and later versions drop the old one.
    let old = tools.version().number.is_some_and(|number| number < (5, 1));
    [if old { "-vsync" } else { "-fps_mode" }, "passthrough"]
}

/// The filter chain from decoded frames (already turned upright) to RGB frames on the clock of `spec`.
pub(super) fn chain(tools: &Tools, info: &MediaInfo, spec: &FrameSpec) -> String {
    let FrameSpec {
        width, height, rate, ..
    } = spec;
    let clock = clock(info, *rate, 0, "PTS");
    let smaller = *width < info.video.width || *height < info.video.height;
    let kind = if smaller { "area" } else { "bicubic" };
    let tone = tone(tools, info);
    format!("{clock},scale={width}:{height}:flags={kind}+accurate_rnd+full_chroma_int{tone},format=rgb24")
}

/// The filters that give exactly one frame per tick of `rate`, from the frame numbered `first` on. `time` is the
/// expression for a frame's own time in microseconds on the file's clock: `PTS`, or one that tells it as well.
pub(crate) fn clock(info: &MediaInfo, rate: Rate, first: u64, time: &str) -> String {
    let shift = shift_micros(info, rate).saturating_sub(micros(rate, first));
    format!("settb=1/1000000,setpts={time}+{shift},fps={rate}:start_time=0:round=near").replace("+-", "-")
}

/// When frame `number` begins, in microseconds after the start of the picture.
pub(crate) fn micros(rate: Rate, number: u64) -> i64 {
    let micros = Rate::hz(1_000_000).map_or(0, |micros| rate.convert(number, micros, Round::Nearest));
    i64::try_from(micros).unwrap_or(i64::MAX)
}

/// The filters that bring high dynamic range down, each with a comma before it; empty for all other pictures.
pub(crate) fn tone(tools: &Tools, info: &MediaInfo) -> &'static str {
    if info.video.hdr && tools.has_filter("zscale") && tools.has_filter("tonemap") {
        TONE
    } else {
        ""
    }
}

/// High dynamic range brought down to what screens and the models know.
const TONE: &str = ",zscale=transferin=smpte2084:primariesin=bt2020:matrixin=2020_ncl:transfer=linear:npl=100,\
format=gbrpf32le,zscale=primaries=bt709,tonemap=hable:desat=0,\
zscale=transfer=bt709:matrix=bt709:range=tv,format=yuv444p";

/// What to add to a timestamp (in microseconds) so that the picture starts at zero and rounding to the nearest
/// output frame finds the frame that is shown at that frame's start.
fn shift_micros(info: &MediaInfo, rate: Rate) -> i64 {
    let Ok(micros) = Rate::hz(1_000_000) else { return 0 };
    let start = info.video.start.at(micros, Round::Nearest);
    let half = rate.convert(1, micros, Round::Nearest) / 2;
    i64::try_from(half - tolerance_micros(info, rate))
        .unwrap_or(0)
        .saturating_sub(start)
}

/// How much later than a tick of `rate` a frame may begin and still count as the one shown there.
pub(crate) fn tolerance_micros(info: &MediaInfo, rate: Rate) -> u64 {
    let Ok(micros) = Rate::hz(1_000_000) else { return 0 };
    let half = rate.convert(1, micros, Round::Nearest) / 2;
    let source = info.video.rate.convert(1, micros, Round::Nearest);
    TOLERANCE_MICROS.min(source / 4).min(half / 2)
}

//! Where a part of the picture begins and ends among its packets, so that it can be cut out without re-encoding.

use std::path::Path;

use muvi_timeline::{FrameSpan, Moment, Rate, Round};

use super::ExportError;
use crate::tools::file_url;
use crate::{MediaInfo, Tools, process};

/// How far before the part a key frame is looked for, in seconds; after the last of these in the whole file.
const LOOK_BACK: [i64; 4] = [0, 2, 12, 60];
/// How far behind the part packets are looked at, in seconds: frames are stored out of order.
const LOOK_ON: i64 = 6;
/// Packets behind this may have frames that are stored even later, in seconds.
const SURE: i64 = 3;

/// A part of the picture. Times are those of the file's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// When the key frame is shown that decoding has to start with.
    pub(super) key: Moment,
    /// When the first frame of the part is shown.
    pub(super) start: Moment,
    /// When the last one ends.
    pub(super) end: Moment,
    /// So many packets follow the key frame that are shown before it and need what was before.
    pub(super) leading: u64,
    /// Packets from the key frame on that hold all of the part; `None` for all up to the end of the file.
    pub(super) packets: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Packet {
    shown: i64,
    key: bool,
}

/// Finds the part `span` of the picture. With `exact` the container can hide what has to come along; else the part
/// grows to the key frame before it and to the next place where frames stored out of order are complete.
pub(super) fn find(
    tools: &Tools,
    info: &MediaInfo,
    output: &Path,
    span: FrameSpan,
    exact: bool,
) -> Result<Excerpt, ExportError> {
    let refuse = |reason: &str| ExportError::Range {
        path: output.to_owned(),
        reason: reason.to_owned(),
    };
    let video = &info.video;
    let clock = video.start.rate;
    let frames = info.frames(video.rate);
    let at = |frame: u64| {
        let ticks = video.rate.convert(frame, clock, Round::Nearest);
        video.start.ticks.saturating_add_unsigned(ticks)
    };
    let half = (video.rate.convert(1, clock, Round::Nearest) / 2).cast_signed();
    let (wanted, stop) = (at(span.start()), at(span.end()));
    let to_end = span.end() == frames;
    let second = Rate::hz(1).map_or(1, |hz| hz.convert(1, clock, Round::Nearest).cast_signed());
    let limit = if to_end {
        wanted + second
    } else {
        stop + LOOK_ON * second
    };
    for back in LOOK_BACK.into_iter().map(Some).chain([None]) {
        let from = back.map(|seconds| wanted + half - seconds * second);
        let from = from.filter(|from| *from > video.start.ticks);
        let last_try = from.is_none();
        let list = read(tools, info, from, Some(limit))?;
        let Some(list) = list else {
            return Err(refuse("its frames carry no times"));
        };
        let key = list
            .iter()
            .rposition(|packet| packet.key && packet.shown <= wanted + half);
        let Some(key) = key else {
            if last_try {
                return Err(refuse("no key frame comes before it"));
            }
            continue;
        };
        let list = &list[key..];
        let mut excerpt = cut(list, info, wanted, stop, half);
        if to_end {
            (excerpt.packets, excerpt.end) = (None, video.end);
        } else if excerpt.packets.is_some() && excerpt.end.ticks > stop + SURE * second {
            excerpt.packets = None;
            excerpt.end = video.end;
        }
        if exact {
            let near = |time: i64| nearest(list, time, half);
            excerpt.start.ticks = near(wanted);
            excerpt.end.ticks = if to_end { video.end.ticks } else { near(stop) };
        }
        return Ok(excerpt);
    }
    Err(refuse("no key frame comes before it"))
}

/// A range that is not one of the picture's.
pub(super) fn outside(output: &Path) -> ExportError {
    ExportError::Range {
        path: output.to_owned(),
        reason: "it does not lie in the picture".into(),
    }
}

/// The packets from the key frame on up to a place where all that is stored before is shown before.
fn cut(list: &[Packet], info: &MediaInfo, wanted: i64, stop: i64, half: i64) -> Excerpt {
    let clock = info.video.start.rate;
    let moment = |ticks| Moment { ticks, rate: clock };
    let key = list.first().map_or(wanted, |packet| packet.shown);
    let leading = list
        .iter()
        .skip(1)
        .take_while(|packet| packet.shown < key)
        .count();
    // The earliest frame of all that is stored from a packet on.
    let mut later = vec![i64::MAX; list.len() + 1];
    for (index, packet) in list.iter().enumerate().rev() {
        later[index] = later[index + 1].min(packet.shown);
    }
    let mut highest = key;
    let mut end = None;
    for (index, packet) in list.iter().enumerate().skip(1 + leading) {
        if highest < later[index] && later[index] >= stop - half {
            end = Some((index, later[index]));
            break;
        }
        highest = highest.max(packet.shown);
    }
    Excerpt {
        key: moment(key),
        start: moment(key),
        end: end.map_or(info.video.end, |(_, ticks)| moment(ticks)),
        leading: leading as u64,
        packets: end.map(|(index, _)| index as u64),
    }
}

/// The frame that is shown at about `time`, or that time where frames are not evenly spread.
fn nearest(list: &[Packet], time: i64, half: i64) -> i64 {
    list.iter()
        .map(|packet| packet.shown)
        .filter(|shown| (shown - time).abs() <= half)
        .min_by_key(|shown| (shown - time).abs())
        .unwrap_or(time)
}

/// The packets of the picture in the order of the file; `None` if one has no time.
fn read(
    tools: &Tools,
    info: &MediaInfo,
    from: Option<i64>,
    to: Option<i64>,
) -> Result<Option<Vec<Packet>>, ExportError> {
    let seconds = |ticks: i64| {
        super::command::seconds(
            Moment {
                ticks,
                rate: info.video.start.rate,
            },
            0,
        )
    };
    let interval = format!(
        "{}%{}",
        from.map(seconds).unwrap_or_default(),
        to.map(seconds).unwrap_or_default()
    );
    let mut command = tools.probe_command();
    command.args(["-fflags", "+genpts", "-select_streams"]);
    command.arg(info.video.index.to_string());
    command.args(["-read_intervals", &interval]);
    command.args([
        "-show_entries",
        "packet=pts,flags",
        "-print_format",
        "compact=p=0",
        "-i",
    ]);
    command.arg(file_url(&info.path));
    let (mut list, mut timed) = (Vec::new(), true);
    let read = process::capture_lines(command, |line| {
        if line.is_empty() {
            return;
        }
        let field = |name: &str| {
            let mut fields = line.split('|').filter_map(|field| field.split_once('='));
            fields.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let key = field("flags").is_some_and(|flags| flags.contains('K'));
        match field("pts").and_then(|text| text.parse().ok()) {
            Some(shown) => list.push(Packet { shown, key }),
            None => timed = false,
        }
    });
    read.map_err(|source| ExportError::Tool {
        path: info.path.clone(),
        source,
    })?;
    Ok(timed.then_some(list))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets(shown: &[i64]) -> Vec<Packet> {
        let first = shown[0];
        shown
            .iter()
            .map(|&shown| Packet {
                shown,
                key: shown == first,
            })
            .collect()
    }

    #[test]
    fn frames_out_of_order_end_where_they_are_complete() {
        // I P B B P B B: times in order of storage.
        let list = packets(&[10, 7, 8, 9, 13, 11, 12, 16, 14, 15]);
        assert_eq!(nearest(&list, 12, 0), 12);
        assert_eq!(nearest(&list, 40, 1), 40);
        let mut later = vec![i64::MAX; list.len() + 1];
        for (index, packet) in list.iter().enumerate().rev() {
            later[index] = later[index + 1].min(packet.shown);
        }
        assert_eq!(later[4], 11);
    }
}

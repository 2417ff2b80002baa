//! Where the picture really starts and ends, and whether its frames last equally long.

use std::path::Path;

use muvi_timeline::{Moment, Rate, Round};

use super::{MediaInfo, ProbeError};
use crate::Tools;
use crate::process;
use crate::tools::file_url;

/// Packets looked at from the start and from the middle.
const SAMPLE_PACKETS: usize = 120;
/// How far before the stated end the search for the last packet begins, in seconds.
const TAIL_SECONDS: i64 = 6;
/// A file that ends this much earlier than it says has been cut off, in milliseconds.
const CUT_OFF_MILLIS: u64 = 500;

/// What the packets of the picture say.
#[derive(Debug)]
pub(super) struct Picture {
    start: i64,
    end: Option<i64>,
    /// Where the last packet of any stream ends, in seconds, where the picture ends before the file says it does.
    all: Option<f64>,
    varies: bool,
}

#[derive(Debug, Default, Clone, Copy)]
struct Packet {
    shown: Option<i64>,
    decoded: Option<i64>,
    length: Option<i64>,
    discarded: bool,
}

impl Packet {
    /// When the frame is shown. Program streams leave this out for most frames; over all frames the times at
    /// which they are shown are those at which they are decoded, later by one constant `delay`.
    fn time(&self, delay: i64) -> Option<i64> {
        let time = self.shown.or_else(|| self.decoded?.checked_add(delay))?;
        (!self.discarded).then_some(time)
    }
}

/// Reads packets at the start, in the middle and at the end, and all of them only where the end is missing.
pub(super) fn measure(tools: &Tools, info: &MediaInfo) -> Result<Picture, ProbeError> {
    let clock = info.video.start.rate;
    let seconds = Rate::hz(1).map_or(0, |rate| info.video.end.at(rate, Round::Down));
    let tail = (seconds - TAIL_SECONDS).max(0);
    let half = info.video.start.ticks / 2 + info.video.end.ticks / 2;
    let middle = Rate::hz(1).map_or(0, |rate| {
        Moment {
            ticks: half,
            rate: clock,
        }
        .at(rate, Round::Down)
    });
    let mut head = Vec::new();
    read(tools, info, &format!("%+#{SAMPLE_PACKETS}"), |packet| {
        head.push(packet)
    })?;
    let delay = head
        .iter()
        .find_map(|p| p.shown?.checked_sub(p.decoded?))
        .unwrap_or(0);
    let mut times: Vec<i64> = head.iter().filter_map(|packet| packet.time(delay)).collect();
    times.sort_unstable();
    let Some(&start) = times.first() else {
        return Err(ProbeError::NoFrames {
            path: info.path.clone(),
        });
    };
    let frame = clock_ticks(info.video.rate, clock);
    let mut varies = uneven(settled(&times, &head), frame);
    let mut end = End {
        frame,
        delay,
        last: None,
    };
    let stated = info.video.end.ticks;
    let slack = Rate::hz(1000).map_or(0, |rate| rate.convert(CUT_OFF_MILLIS, clock, Round::Up));
    let early = |end: &End| {
        end.last
            .is_none_or(|last| last.saturating_add_unsigned(slack) < stated)
    };
    if head.len() < SAMPLE_PACKETS {
        head.into_iter().for_each(|packet| end.add(packet));
    } else {
        let mut inside = Vec::new();
        read(tools, info, &format!("{middle}%+#{SAMPLE_PACKETS}"), |packet| {
            inside.push(packet)
        })?;
        let mut times: Vec<i64> = inside.iter().filter_map(|packet| packet.time(delay)).collect();
        times.sort_unstable();
        varies |= uneven(settled(&times, &inside), frame);
        read(tools, info, &format!("{tail}%"), |packet| end.add(packet))?;
        // Seeking beyond the end of a file that was cut off finds nothing, or something earlier.
        if early(&end) {
            read(tools, info, "%", |packet| end.add(packet))?;
        }
    }
    // Some files state one length for all: there the sound may simply go on after the picture.
    let all = if early(&end) {
        last_of_all(tools, info, tail)?
    } else {
        None
    };
    Ok(Picture {
        start,
        end: end.last,
        all,
        varies,
    })
}

impl Picture {
    /// Puts what was measured in the place of what the header states.
    pub(super) fn apply(self, info: &mut MediaInfo) -> Result<(), ProbeError> {
        let video = &mut info.video;
        let clock = video.start.rate;
        let stated = video.end;
        video.start = Moment {
            ticks: self.start,
            rate: clock,
        };
        if let Some(end) = self.end {
            video.end = Moment {
                ticks: end,
                rate: clock,
            };
            let missing = Rate::hz(1000).map_or(0, |rate| stated.since(video.end, rate, Round::Down));
            let stated_s = stated.ticks as f64 / clock.as_f64();
            let whole = self
                .all
                .is_some_and(|all| (stated_s - all) * 1000.0 <= CUT_OFF_MILLIS as f64);
            info.truncated = missing > CUT_OFF_MILLIS && !whole;
        }
        video.variable_rate |= self.varies;
        if video.end.ticks <= video.start.ticks {
            return Err(ProbeError::NoFrames {
                path: info.path.clone(),
            });
        }
        Ok(())
    }
}

/// Collects the moment at which the last frame ends.
struct End {
    frame: i64,
    delay: i64,
    last: Option<i64>,
}

impl End {
    fn add(&mut self, packet: Packet) {
        let Some(time) = packet.time(self.delay) else {
            return;
        };
        let length = packet.length.filter(|&length| length > 0).unwrap_or(self.frame);
        let end = time.saturating_add(length);
        self.last = Some(self.last.map_or(end, |last| last.max(end)));
    }
}

/// The front of the sorted `times` that no packet beyond the sample can fall into: frames come in the order of
/// decoding, and none is shown before it is decoded.
fn settled<'a>(times: &'a [i64], sample: &[Packet]) -> &'a [i64] {
    match sample.iter().filter_map(|packet| packet.decoded).max() {
        Some(last) => &times[..times.partition_point(|&time| time <= last)],
        None => times,
    }
}

/// True if gaps between sorted times differ by more than rounding and a tenth of a frame.
fn uneven(times: &[i64], frame: i64) -> bool {
    let tolerance = (frame / 10).max(2);
    let gaps = || {
        times
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .filter(|&gap| gap > 0)
    };
    match (gaps().min(), gaps().max()) {
        (Some(least), Some(most)) => most - least > tolerance,
        _ => false,
    }
}

fn clock_ticks(rate: Rate, clock: Rate) -> i64 {
    i64::try_from(rate.convert(1, clock, Round::Nearest))
        .unwrap_or(1)
        .max(1)
}

fn read(
    tools: &Tools,
    info: &MediaInfo,
    interval: &str,
    mut each: impl FnMut(Packet),
) -> Result<(), ProbeError> {
    let mut command = tools.probe_command();
    command.args([
        "-select_streams",
        &info.video.index.to_string(),
        "-read_intervals",
        interval,
    ]);
    command.args([
        "-show_entries",
        "packet=pts,dts,duration,flags",
        "-print_format",
        "compact=p=0",
        "-i",
    ]);
    command.arg(file_url(Path::new(&info.path)));
    let lines = process::capture_lines(command, |line| {
        if !line.is_empty() {
            each(packet(line));
        }
    });
    lines.map(|_| ()).map_err(ProbeError::from_tool)
}

/// Where the last packet of all streams ends, in seconds, looked for from `tail` on.
fn last_of_all(tools: &Tools, info: &MediaInfo, tail: i64) -> Result<Option<f64>, ProbeError> {
    let mut command = tools.probe_command();
    command.args(["-read_intervals", &format!("{tail}%")]);
    command.args([
        "-show_entries",
        "packet=pts_time,duration_time",
        "-print_format",
        "compact=p=0",
        "-i",
    ]);
    command.arg(file_url(Path::new(&info.path)));
    let mut last: Option<f64> = None;
    let lines = process::capture_lines(command, |line| {
        let value = |wanted: &str| {
            let fields = line.split('|').filter_map(|field| field.split_once('='));
            let mut values = fields.filter(|(key, _)| *key == wanted);
            values.next().and_then(|(_, value)| value.parse::<f64>().ok())
        };
        if let Some(time) = value("pts_time") {
            let end = time + value("duration_time").unwrap_or(0.0);
            last = Some(last.map_or(end, |last| last.max(end)));
        }
    });
    lines.map(|_| last).map_err(ProbeError::from_tool)
}

fn packet(line: &str) -> Packet {
    let mut packet = Packet::default();
    for (key, value) in line.split('|').filter_map(|field| field.split_once('=')) {
        match key {
            "pts" => packet.shown = value.parse().ok(),
            "dts" => packet.decoded = value.parse().ok(),
            "duration" => packet.length = value.parse().ok(),
            "flags" => packet.discarded = value.contains('D'),
            _ => {}
        }
    }
    packet
}

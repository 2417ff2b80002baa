//! The words that make ffmpeg write a plan.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use ffmpeg_sidecar::command::FfmpegCommand;
use muvi_timeline::{Moment, Rate, Round};

use super::ExportPlan;
use super::format::{Container, Subtitles};
use crate::tools::file_url;

/// What has to be added to timestamps to make them come out right, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shifts {
    pub(super) picture: i64,
    pub(super) sound: i64,
}

/// A part is muxed this much after zero, in microseconds, and moved to zero at the last: some of what comes before
/// it would be left out otherwise.
const LEAD: i64 = 1_000_000;
/// Packets behind a part that are still read, in microseconds.
const BEHIND: i64 = 5_000_000;

/// The command that muxes `plan` into `target`, reading sound from its standard input and telling its progress on its
/// standard output; `only_start` makes a second of it and tells nothing.
pub(super) fn command(plan: &ExportPlan, target: &Path, only_start: bool) -> FfmpegCommand {
    let ExportPlan { container, codec, .. } = plan;
    let mut command = plan.tools.command();
    if !only_start {
        command.args(["-progress", "pipe:1", "-stats_period", "0.2"]);
    }
    if container.has_picture() {
        let sound = picture_in(&mut command, plan, only_start);
        command.args(["-itsoffset", &sound]);
    }
    sound_in(&mut command, plan);
    if container.has_picture() {
        command.map(format!("0:{}", plan.info.video.index));
    }
    let graph = graph(plan);
    if let Some((graph, outputs)) = &graph {
        command.args(["-filter_complex", graph]);
        for output in outputs {
            command.map(format!("[{output}]"));
        }
    } else {
        command.map(if container.has_picture() { "1:a:0" } else { "0:a:0" });
        if let Some(filter) = codec.filter() {
            command.args(["-af", filter]);
        }
    }
    if container.has_picture() {
        picture_out(&mut command, plan);
    } else {
        stamp(&mut command, plan);
    }
    labels(&mut command, plan);
    command.codec_audio(codec.encoder()).args(codec.arguments());
    match container {
        Container::Mp4 | Container::Mov => {
            // Edit lists count in this clock: with the usual 1/1000 the sound could be half a millisecond off.
            command.args(["-movie_timescale", &plan.sample_rate.to_string()]);
            if plan.info.video.codec == "hevc" && !plan.info.container.contains("mov") {
                // Apple's players know HEVC under this name only.
                command.args(["-tag:v", "hvc1"]);
            }
        }
        Container::Wav => {
            command.args(["-rf64", "auto", "-write_bext", "1"]);
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

/// Opens the video; says what is added to the times of the sound.
fn picture_in(command: &mut FfmpegCommand, plan: &ExportPlan, only_start: bool) -> String {
    let ExportPlan { info, shifts, .. } = plan;
    if only_start {
        command.args(["-t", "1"]);
    }
    // Timestamps as they are in the file: the picture keeps its start time, and the sound gets the same.
    command.args(["-protocol_whitelist", "file", "-copyts", "-fflags", "+genpts"]);
    let (picture, sound) = match &plan.excerpt {
        None => (shifts.picture, micros(info.video.start) + shifts.sound),
        Some(excerpt) => {
            let key = micros(excerpt.key);
            let half = micros(Moment {
                ticks: 1,
                rate: info.video.rate,
            }) / 2;
            command.args(["-seek_timestamp", "1", "-ss", &decimal(key - half)]);
            let sound = LEAD + micros(excerpt.start) - key + shifts.sound;
            (LEAD - key + shifts.picture, sound)
        }
    };
    if picture != 0 {
        command.args(["-itsoffset", &decimal(picture)]);
    }
    command.input(file_url(&info.path));
    decimal(sound)
}

/// Opens the pipe that the sound of all tracks comes through, side by side.
fn sound_in(command: &mut FfmpegCommand, plan: &ExportPlan) {
    let tracks = plan.track_count();
    command.args(["-protocol_whitelist", "pipe", "-f", "f32le"]);
    command.args(["-ar", &plan.sample_rate.to_string()]);
    command.args(["-ac", &(2 * tracks).to_string()]);
    if tracks > 1 {
        // Six channels are three times stereo here, not surround.
        command.args(["-guess_layout_max", "0"]);
    }
    command.input("pipe:0");
}

/// The graph that takes the tracks apart, and the names of what comes out of it; `None` for a single track.
fn graph(plan: &ExportPlan) -> Option<(String, Vec<String>)> {
    let tracks = plan.track_count();
    if tracks < 2 {
        return None;
    }
    let input = if plan.container.has_picture() { 1 } else { 0 };
    let names = |letter: &str| {
        (0..tracks)
            .map(|it| format!("[{letter}{it}]"))
            .collect::<String>()
    };
    let mut graph = format!("[{input}:a:0]asplit={tracks}{}", names("s"));
    let filter = plan
        .codec
        .filter()
        .map(|filter| format!(",{filter}"))
        .unwrap_or_default();
    for track in 0..tracks {
        let (left, right) = (2 * track, 2 * track + 1);
        graph += &format!(";[s{track}]pan=stereo|c0=c{left}|c1=c{right}{filter}[t{track}]");
    }
    Some((graph, (0..tracks).map(|it| format!("t{it}")).collect()))
}

/// How the picture and what belongs to it is written.
fn picture_out(command: &mut FfmpegCommand, plan: &ExportPlan) {
    command.args(["-map_metadata", "0"]).codec_video("copy");
    if let Some(excerpt) = &plan.excerpt {
        command.args(["-map_chapters", "-1", "-copypriorss:v", "0"]);
        let leading = (excerpt.leading > 0).then(|| format!("between(n,1,{})", excerpt.leading));
        let behind = excerpt.packets.map(|count| format!("gte(n,{count})"));
        let drop: Vec<String> = leading.into_iter().chain(behind).collect();
        if !drop.is_empty() {
            command.args(["-bsf:v", &format!("noise=drop='{}'", drop.join("+"))]);
        }
        let (key, start, end) = (micros(excerpt.key), micros(excerpt.start), micros(excerpt.end));
        // Far enough behind the sound not to touch it.
        command.args(["-t", &decimal(LEAD + end - key + BEHIND)]);
        command.args(["-output_ts_offset", &decimal(-(LEAD + start - key))]);
        if let Some(timecode) = plan.timecode() {
            let timecode = format!("timecode={timecode}");
            command.args(["-metadata", &timecode, "-metadata:s:v:0", &timecode]);
        }
    } else {
        for (index, _) in &plan.subtitles {
            command.map(format!("0:{index}"));
        }
        command.args(["-map_chapters", "0"]);
        for (place, (_, fate)) in plan.subtitles.iter().enumerate() {
            let name = match fate {
                Subtitles::Copy => "copy",
                Subtitles::Convert(name) => name,
            };
            command.arg(format!("-c:s:{place}")).arg(name);
        }
    }
    // The old container's own labels say nothing about the new one.
    for label in ["major_brand", "minor_version", "compatible_brands"] {
        command.arg("-metadata").arg(format!("{label}="));
    }
    command.args(["-max_muxing_queue_size", "4096"]);
}

/// Names and languages of the tracks; players take the first by themselves.
fn labels(command: &mut FfmpegCommand, plan: &ExportPlan) {
    if !plan.container.has_picture() {
        return;
    }
    for place in 0..plan.track_count() {
        let disposition = if place == 0 { "default" } else { "0" };
        command.args([&format!("-disposition:a:{place}"), disposition]);
    }
    for (place, label) in plan.tracks.iter().enumerate() {
        let option = format!("-metadata:s:a:{place}");
        command.args([&option, &format!("title={}", label.title)]);
        if plan.container.has_edits() {
            // Where these files keep the names of tracks.
            command.args([&option, &format!("handler_name={}", label.title)]);
        }
        if let Some(language) = &label.language {
            command.args([&option, &format!("language={language}")]);
        }
    }
}

/// What a sound file says of itself; a WAV has it in its `bext` chunk (EBU Tech 3285).
fn stamp(command: &mut FfmpegCommand, plan: &ExportPlan) {
    let title = plan.tracks.first().map_or("Mix", |label| label.title.as_str());
    let video = plan.info.path.file_name().unwrap_or_default().to_string_lossy();
    let mut add = |name: &str, value: &str| {
        command.arg("-metadata").arg(format!("{name}={value}"));
    };
    if plan.container != Container::Wav {
        add("title", title);
        add("comment", &format!("{title} for {video}, MuVi Studio"));
        return;
    }
    let [date, time] = date_and_time(SystemTime::now());
    add("description", &clipped(&format!("{title} for {video}"), 256));
    add("originator", "MuVi Studio");
    add("origination_date", &date);
    add("origination_time", &time);
    add("time_reference", &plan.time_reference().to_string());
}

/// The text as far as it fits into so many bytes.
fn clipped(text: &str, bytes: usize) -> String {
    text[..text.floor_char_boundary(bytes)].to_owned()
}

/// `2026-11-24` and `01:02:03`, in UTC.
fn date_and_time(now: SystemTime) -> [String; 2] {
    let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    // Years that begin in March have their odd day at their end.
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 {
        (month + 3, era * 400 + year)
    } else {
        (month - 9, era * 400 + year + 1)
    };
    [
        format!("{year:04}-{month:02}-{date:02}"),
        format!("{hour:02}:{minute:02}:{second:02}"),
    ]
}

fn micros(moment: Moment) -> i64 {
    Rate::hz(1_000_000).map_or(0, |rate| moment.at(rate, Round::Nearest))
}

/// A moment, some microseconds later, as ffmpeg reads it: seconds with six decimals.
pub(super) fn seconds(moment: Moment, later: i64) -> String {
    decimal(micros(moment).saturating_add(later))
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
    fn dates_are_those_of_the_calendar() {
        let check = |seconds, date: &str, time: &str| {
            let [d, t] = date_and_time(UNIX_EPOCH + std::time::Duration::from_secs(seconds));
            assert_eq!((d.as_str(), t.as_str()), (date, time));
        };
        check(0, "1970-01-01", "00:00:00");
        check(951_782_399, "2000-02-28", "23:59:59");
        check(951_782_400, "2000-02-29", "00:00:00");
        check(1_709_164_800, "2024-02-29", "00:00:00");
        check(1_735_689_599, "2024-12-31", "23:59:59");
        check(4_107_542_400, "2100-03-01", "00:00:00");
    }
}

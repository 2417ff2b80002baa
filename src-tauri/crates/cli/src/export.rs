//! `muvi export`: a project becomes files, as the window exports them.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use muvi_session::deliver::{
    Bus, Deliver, DeliverOrder, Delivered, Goal, Subject, deliver, find_preset, loop_of, own_presets,
    range_of,
};
use muvi_session::{AudioCodecChoice, CancelToken, Error};
use serde::Serialize;

use crate::output::{Output, clock};

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The project: a folder that the window saved, or its project.json; it may be open meanwhile
    #[arg(value_name = "PROJECT")]
    pub(crate) project: PathBuf,
    /// Where to write: .mp4 .m4v .mov .mkv .webm (video copied, not re-encoded) or .wav .flac (sound alone); other
    /// names get an extension that fits
    #[arg(short, long, value_name = "FILE", required_unless_present = "stems")]
    pub(crate) output: Option<PathBuf>,
    /// Write each track as a sound file into DIR: .wav with the timecode in its header, .flac with --codec flac
    #[arg(long, value_name = "DIR")]
    pub(crate) stems: Option<PathBuf>,
    /// Sound tracks in this order; players take the first. Default: mix in a file, all three as stems
    #[arg(long, value_enum, value_delimiter = ',', value_name = "A,B,C")]
    pub(crate) tracks: Vec<Track>,
    /// Only a part: two timecodes, the second being the first frame that is left out, or "loop" for the project's loop;
    /// counted from the video's first frame, or the video's own timecode
    #[arg(long, value_name = "IN-OUT|loop")]
    pub(crate) range: Option<String>,
    /// How sound is stored (default: what suits the file)
    #[arg(long, value_enum)]
    pub(crate) codec: Option<Codec>,
    /// Loudness to reach in LUFS (-40 to -6), or "off" for as it is mixed (default: what the project says)
    #[arg(long, value_name = "LUFS|off", allow_negative_numbers = true, value_parser = goal)]
    pub(crate) loudness: Option<Goal>,
    /// The true peak that is never passed, in dBTP (default: what the project says)
    #[arg(long, value_name = "DBTP", allow_negative_numbers = true, value_parser = ceiling)]
    pub(crate) ceiling: Option<f32>,
    /// Start from a set of choices: Web, Archive, Broadcast, Audio only, Stems, or one that you made in the window;
    /// other options win over it
    #[arg(long, value_name = "NAME", value_parser = preset)]
    pub(crate) preset: Option<String>,
    /// Replace files that exist
    #[arg(long, visible_alias = "overwrite")]
    pub(crate) force: bool,
    /// Print JSON lines: events while it runs, then the report or the error
    #[arg(long)]
    pub(crate) json: bool,
}

/// A track of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Track {
    /// All that is heard
    Mix,
    /// The music alone, lowered where it makes room
    Music,
    /// The video's own sound alone
    Temp,
}

/// How sound is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Codec {
    /// Lossy, plays everywhere
    Aac,
    /// Lossless
    Flac,
    /// Lossless, for Apple's players
    Alac,
    /// Uncompressed, 24 bit
    Pcm,
    /// Uncompressed, 16 bit
    Pcm16,
    /// Uncompressed, 32-bit floats
    PcmFloat,
    /// Lossy, for .webm and .mkv
    Opus,
}

/// What `muvi export --json` ends with.
#[derive(Serialize)]
struct Report {
    project: PathBuf,
    deliveries: Vec<Delivered>,
}

pub(crate) fn export(args: ExportArgs, output: &mut Output, cancel: &CancelToken) -> Result<ExitCode, Error> {
    let (subject, project) = Subject::read(&args.project, cancel, &mut |event| output.event(&event))?;
    let chosen = args
        .preset
        .as_deref()
        .and_then(|name| find_preset(name, &own_presets()));
    let loop_only = chosen.as_ref().is_some_and(|preset| preset.loop_only);
    let range = match args.range.as_deref() {
        Some("loop") => Some(loop_of(&project, &args.project)?),
        Some(text) => Some(range_of(
            text,
            &project,
            subject.info().start_frame(),
            &args.project,
        )?),
        None if loop_only => Some(loop_of(&project, &args.project)?),
        None => None,
    };
    let tracks: Vec<Bus> = args.tracks.iter().map(|track| bus(*track)).collect();
    let order = |path: PathBuf, what: Deliver| {
        let mut order = DeliverOrder {
            what,
            codec: args.codec.map(codec),
            tracks: tracks.clone(),
            range,
            goal: args.loudness.unwrap_or_default(),
            ceiling_dbtp: args.ceiling,
            overwrite: args.force,
            ..DeliverOrder::new(path)
        };
        if let Some(preset) = &chosen {
            order.codec = order.codec.or(preset.codec);
            if order.tracks.is_empty() {
                order.tracks = preset.tracks.clone();
            }
            if args.loudness.is_none() {
                order.goal = preset.target_lufs.map_or(Goal::AsMixed, Goal::Lufs);
            }
            order.ceiling_dbtp = order.ceiling_dbtp.or(Some(preset.ceiling_dbtp));
            if let Some(extension) = &preset.extension
                && order.path.extension().is_none()
                && order.what != Deliver::Stems
            {
                order.path.set_extension(extension);
            }
        }
        if order.tracks.is_empty() && order.what == Deliver::Stems {
            order.tracks = vec![Bus::Mix, Bus::Music, Bus::Temp];
        }
        order
    };
    let mut orders = Vec::new();
    if let Some(path) = args.output.clone() {
        let of_preset = chosen.as_ref().map(|preset| preset.what);
        let sound = path
            .extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("wav") || it.eq_ignore_ascii_case("flac"));
        let what = match of_preset {
            _ if sound => Deliver::Sound,
            Some(what) if path.extension().is_none() => what,
            _ => Deliver::Video,
        };
        orders.push(order(path, what));
    }
    if let Some(folder) = args.stems.clone() {
        orders.push(order(folder, Deliver::Stems));
    }
    let mut report = Report {
        project: args.project.clone(),
        deliveries: Vec::new(),
    };
    for order in &orders {
        let done = deliver(&subject, order, cancel, &mut |event| output.event(&event))?;
        report.deliveries.push(done);
    }
    output.result("exported", &report, || text(&report));
    Ok(ExitCode::SUCCESS)
}

fn bus(track: Track) -> Bus {
    match track {
        Track::Mix => Bus::Mix,
        Track::Music => Bus::Music,
        Track::Temp => Bus::Temp,
    }
}

fn codec(codec: Codec) -> AudioCodecChoice {
    match codec {
        Codec::Aac => AudioCodecChoice::Aac,
        Codec::Flac => AudioCodecChoice::Flac,
        Codec::Alac => AudioCodecChoice::Alac,
        Codec::Pcm => AudioCodecChoice::Pcm,
        Codec::Pcm16 => AudioCodecChoice::Pcm16,
        Codec::PcmFloat => AudioCodecChoice::PcmFloat,
        Codec::Opus => AudioCodecChoice::Opus,
    }
}

fn goal(text: &str) -> Result<Goal, String> {
    if text == "off" {
        return Ok(Goal::AsMixed);
    }
    number(text, -40.0, -6.0)
        .map(Goal::Lufs)
        .map_err(|why| format!("{why}, or off"))
}

fn ceiling(text: &str) -> Result<f32, String> {
    number(text, -9.0, 0.0)
}

fn number(text: &str, low: f32, high: f32) -> Result<f32, String> {
    let value: f32 = text
        .parse()
        .map_err(|_| format!("must be a number from {low} to {high}"))?;
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(format!("must be from {low} to {high}"))
    }
}

fn preset(name: &str) -> Result<String, String> {
    let own = own_presets();
    if find_preset(name, &own).is_some() {
        return Ok(name.to_owned());
    }
    let shipped = muvi_session::deliver::shipped_presets();
    let names: Vec<&str> = shipped
        .iter()
        .chain(&own)
        .map(|preset| preset.name.as_str())
        .collect();
    Err(format!("there are {}", names.join(", ")))
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for done in &report.deliveries {
        let moved = if done.gain_db == 0.0 {
            String::new()
        } else {
            format!(", master moved by {:+.1} dB", done.gain_db)
        };
        let _ = writeln!(text, "{:<12} {}{moved}", "loudness", done.words());
        for file in &done.files {
            let tracks = file.tracks.join(", ");
            let megabytes = file.bytes as f64 / 1e6;
            let _ = writeln!(text, "{:<12} {tracks}: {}", "sound", file.sound);
            let _ = writeln!(
                text,
                "{:<12} {} ({megabytes:.1} MB)",
                "written",
                file.path.display()
            );
        }
        let _ = writeln!(text, "{:<12} {}", "time", clock(done.seconds));
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        args: ExportArgs,
    }

    #[test]
    fn options_and_their_ranges() {
        let read =
            |words: &[&str]| Only::try_parse_from(["muvi", "p.muvi"].iter().chain(words)).map(|it| it.args);
        assert!(read(&[]).is_err());
        let args = read(&[
            "-o",
            "a.mp4",
            "--loudness",
            "-14",
            "--ceiling",
            "-1.5",
            "--tracks",
            "mix,music",
        ])
        .unwrap();
        assert_eq!(
            (args.loudness, args.ceiling),
            (Some(Goal::Lufs(-14.0)), Some(-1.5))
        );
        assert_eq!(args.tracks, [Track::Mix, Track::Music]);
        assert_eq!(
            read(&["--stems", "d", "--loudness", "off"]).unwrap().loudness,
            Some(Goal::AsMixed)
        );
        for bad in [
            ["--loudness", "-3"],
            ["--loudness", "loud"],
            ["--ceiling", "1"],
            ["--tracks", "drums"],
            ["--codec", "mp3"],
            ["--preset", "none of mine"],
        ] {
            assert!(read(&["-o", "a.mp4", bad[0], bad[1]]).is_err(), "{bad:?}");
        }
        assert!(read(&["-o", "a.mov", "--preset", "broadcast", "--codec", "pcm-float"]).is_ok());
    }
}

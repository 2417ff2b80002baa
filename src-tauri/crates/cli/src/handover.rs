//! `muvi handover`: arguments to an order, the result to words.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use muvi_session::handover::{HandOverFormat, HandOverOrder, HandOverSource, HandedOver, hand_over};
use muvi_session::{CancelToken, Error};

use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct HandOverArgs {
    /// The project, as MuVi Studio saved it; it may be open there
    #[arg(value_name = "PROJECT")]
    pub(crate) project: PathBuf,
    /// Where to make the folder "NAME hand-over"
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// What to write (default: all)
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', value_enum)]
    pub(crate) formats: Vec<Format>,
    /// Replace the files of an earlier hand-over
    #[arg(long, visible_alias = "overwrite")]
    pub(crate) force: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// OpenTimelineIO (.otio)
    Otio,
    /// Final Cut Pro, DaVinci Resolve (.fcpxml)
    Fcpxml,
    /// CMX 3600, and the markers as DaVinci Resolve imports them (.edl)
    Edl,
    /// Markers as a table (.csv)
    Csv,
    /// Tempo map, bars, markers and chords for Logic, Cubase and others (.mid)
    Midi,
    /// Cue sheet (.html, .csv) and where the music landed (.csv)
    Cuesheet,
}

pub(crate) fn handover(
    args: HandOverArgs,
    output: &mut Output,
    cancel: &CancelToken,
) -> Result<ExitCode, Error> {
    let format = |format: &Format| match format {
        Format::Otio => HandOverFormat::Otio,
        Format::Fcpxml => HandOverFormat::Fcpxml,
        Format::Edl => HandOverFormat::Edl,
        Format::Csv => HandOverFormat::Csv,
        Format::Midi => HandOverFormat::Midi,
        Format::Cuesheet => HandOverFormat::CueSheet,
    };
    let order = HandOverOrder {
        folder: args.output,
        formats: args.formats.iter().map(format).collect(),
        overwrite: args.force,
    };
    let source = HandOverSource::read(&args.project)?;
    let done = hand_over(&source, &order, cancel)?;
    output.result("handed_over", &done, || text(&done));
    Ok(ExitCode::SUCCESS)
}

fn text(done: &HandedOver) -> String {
    let mut out = format!("{}\n", done.folder.display());
    // Writing to a string can't fail.
    for file in &done.files {
        let _ = writeln!(out, "  {}", file.display());
    }
    for note in &done.notes {
        let _ = writeln!(out, "note: {note}");
    }
    out
}

//! `muvi page`: arguments to a request, the report to words.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use muvi_session::page::{OtherMusic, PageReport, PageRequest, PageStyles, make};
use muvi_session::{CancelToken, Error};

use crate::args::Engine;
use crate::commands::engine;
use crate::output::{Output, clock};

/// Some videos are not on the page, as in a batch.
const SOME_FAILED: u8 = 11;
/// Written where a list of styles is asked for.
const ALL: &str = "all";
const NONE: &str = "none";

#[derive(Debug, Args)]
pub(crate) struct PageArgs {
    /// The videos, in the page's order
    #[arg(value_name = "VIDEO", required_unless_present = "project")]
    pub(crate) videos: Vec<PathBuf>,
    /// Show the music of a saved project in place of new takes; it may be open in the window
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["videos", "styles", "every_video", "seed"])]
    pub(crate) project: Option<PathBuf>,
    /// Takes of the project, by number, each by itself beside the project's music
    #[arg(long, value_name = "1,2,3", value_delimiter = ',', requires = "project")]
    pub(crate) takes: Vec<u32>,
    /// The folder to make; open its index.html in any browser
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Replace DIR if it is a page made by muvi, and nothing else
    #[arg(long, visible_alias = "overwrite")]
    pub(crate) force: bool,
    /// Headline of the page
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Styles that the first video is shown with: names of the pack's styles or audio files, or all, or none
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', default_value = ALL)]
    pub(crate) styles: Vec<PathBuf>,
    /// Of them at most so many
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=30))]
    pub(crate) most_styles: u32,
    /// Show every video with the styles, not only the first
    #[arg(long)]
    pub(crate) every_video: bool,
    /// Another system's music, to compare with: an audio or video file, or a folder of such. With several videos, and
    /// in a folder, a file belongs to the video of its name: holiday.wav to holiday.mp4. Can be given many times
    #[arg(long, value_name = "NAME=FILE", value_parser = other)]
    pub(crate) other: Vec<OtherMusic>,
    /// The videos' own sound is music: compare with it as the ground truth
    #[arg(long)]
    pub(crate) ground_truth: bool,
    /// Leave out the attention over the frames
    #[arg(long)]
    pub(crate) no_attention: bool,
    /// Same seed, same music; another seed, other takes
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) engine: Engine,
}

pub(crate) fn page(args: PageArgs, output: &mut Output, cancel: &CancelToken) -> Result<ExitCode, Error> {
    let new = match args.project {
        Some(project) => PageRequest::of_project(project, &args.takes, args.output),
        None => PageRequest {
            styles: styles(args.styles),
            ..PageRequest::new(args.videos, args.output)
        },
    };
    let request = PageRequest {
        overwrite: args.force,
        title: args.title,
        most_styles: args.most_styles as usize,
        styles_for_all: args.every_video,
        others: args.other,
        ground_truth: args.ground_truth,
        attention: !args.no_attention,
        seed: args.seed,
        engine: engine(args.engine),
        ..new
    };
    let report = make(&request, cancel, &mut |event| output.event(&event))?;
    output.result("page", &report, || text(&report));
    // The page is there, but not all that it was to show.
    Ok(if report.failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(SOME_FAILED)
    })
}

fn styles(named: Vec<PathBuf>) -> PageStyles {
    match named.as_slice() {
        [one] if one.as_os_str() == ALL => PageStyles::Palette,
        [one] if one.as_os_str() == NONE => PageStyles::None,
        _ => PageStyles::Named(named),
    }
}

/// `NAME=FILE`; the name may hold no `=`, the file may.
fn other(text: &str) -> Result<OtherMusic, String> {
    match text.split_once('=') {
        Some((name, path)) if !name.trim().is_empty() && !path.is_empty() => Ok(OtherMusic {
            name: name.trim().to_owned(),
            path: path.into(),
        }),
        _ => Err("must be NAME=FILE, such as --other \"Another system=theirs.mp3\"".to_owned()),
    }
}

fn text(report: &PageReport) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<12} {value}");
    };
    line("videos", report.videos.join(", "));
    for failed in &report.failed {
        line("left out", format!("{}: {}", failed.video, failed.reason));
    }
    line("sounds", report.sounds.to_string());
    line("pack", report.pack.clone());
    line("time", clock(report.seconds));
    line("size", format!("{:.1} MB", report.bytes as f64 / 1e6));
    line("written", report.index.display().to_string());
    text
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Arguments, Command};

    fn parsed(extra: &[&str]) -> Option<PageArgs> {
        let words = ["muvi", "page", "a.mp4", "-o", "out"].iter().chain(extra);
        match Arguments::try_parse_from(words).ok()?.command {
            Command::Page(args) => Some(args),
            _ => None,
        }
    }

    #[test]
    fn others_have_a_name_and_a_file() {
        let args = parsed(&["--other", "Mu = LLaMA", "--other", "B=x=y.wav"]).unwrap();
        let pairs: Vec<_> = args
            .other
            .iter()
            .map(|it| (it.name.as_str(), it.path.as_path()))
            .collect();
        assert_eq!(pairs[0].0, "Mu");
        assert_eq!(pairs[1], ("B", std::path::Path::new("x=y.wav")));
        for wrong in ["a.wav", "=a.wav", "A="] {
            assert!(parsed(&["--other", wrong]).is_none(), "{wrong}");
        }
    }

    #[test]
    fn styles_are_a_list_or_a_word() {
        assert_eq!(styles(parsed(&[]).unwrap().styles), PageStyles::Palette);
        assert_eq!(
            styles(parsed(&["--styles", "none"]).unwrap().styles),
            PageStyles::None
        );
        let named = styles(parsed(&["--styles", "piano,my clip.wav"]).unwrap().styles);
        assert_eq!(
            named,
            PageStyles::Named(vec!["piano".into(), "my clip.wav".into()])
        );
    }
}

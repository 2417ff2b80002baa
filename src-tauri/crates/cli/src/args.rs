//! The command line's surface.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::exit;
use crate::export::ExportArgs;
use crate::handover::HandOverArgs;
use crate::page::PageArgs;

/// Scores videos: watches the picture, writes music that follows it, and exports both together.
#[derive(Debug, Parser)]
#[command(name = "muvi", version, after_help = exit::TABLE, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write music for a video, or for many, and export it with the picture
    Score(ScoreArgs),
    /// Show what is found in the picture: cuts, hit points, intensity
    #[command(visible_alias = "analyse")]
    Analyze(AnalyzeArgs),
    /// Measure how well a piece of music fits a video
    Evaluate(EvaluateArgs),
    /// Make a web page that compares: videos scored, styles, attention, other systems' music, in sync
    Page(PageArgs),
    /// Hand a scored video over to other programs: timelines, markers, MIDI, cue sheets
    Handover(HandOverArgs),
    /// Write a project of the window as a video, a sound file or stems, at a loudness
    Export(ExportArgs),
    /// Look at model packs
    Pack {
        #[command(subcommand)]
        command: PackCommand,
    },
    /// Say what muvi needs, what is there, and how to get the rest
    Doctor(DoctorArgs),
}

/// What all commands that run networks share.
#[derive(Debug, Args)]
pub(crate) struct Engine {
    /// The model pack's folder (default: the pack that ships, mini)
    #[arg(long, value_name = "PACK")]
    pub(crate) pack: Option<PathBuf>,
    /// What the networks run on; a provider that fails falls back to the CPU, and muvi says so
    #[arg(long, value_enum, default_value_t = Provider::Auto)]
    pub(crate) provider: Provider,
    /// Neither read nor keep the analysis in the user's cache
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Print JSON lines: events while it runs, then the report or the error
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {
    /// The video; with --out-dir any number of videos and of folders with videos
    #[arg(value_name = "IN", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Where to write: .mp4 .m4v .mov .mkv .webm (video copied, not re-encoded) or .wav .flac (sound alone)
    #[arg(short, long, value_name = "OUT", required_unless_present = "out_dir")]
    pub(crate) output: Option<PathBuf>,
    /// A batch: the folder for all results and for the list of what is done. The same command again does what is
    /// missing, has failed or has changed
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    pub(crate) out_dir: Option<PathBuf>,
    /// In a batch: the kind of all results, such as mp4 or wav (default: that of each video, or mkv)
    #[arg(long, value_name = "EXT", requires = "out_dir")]
    pub(crate) format: Option<String>,
    /// In a batch: don't search folders in folders
    #[arg(long, requires = "out_dir")]
    pub(crate) flat: bool,
    /// Replace OUT if it exists; in a batch: also files in DIR that no batch has written
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Genre and timbre: an audio file of at least 1 s, or the name of a style in the pack
    #[arg(long, value_name = "CLIP")]
    pub(crate) style: Option<PathBuf>,
    /// Same seed, same music; another seed, another take
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Solver steps per window (default: the pack's)
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) steps: Option<u32>,
    /// How strictly the music follows the picture (default: the pack's)
    #[arg(long, value_parser = number(0.0, 20.0))]
    pub(crate) guidance: Option<f32>,
    /// Scales the intensity: 0 calm, 1 as the picture, 2 fierce
    #[arg(long, default_value = "1", value_parser = number(0.0, 2.0))]
    pub(crate) intensity: f32,
    /// Beats per minute (default: chosen so that beats land on the cuts)
    #[arg(long, value_name = "BPM", value_parser = number(40.0, 240.0))]
    pub(crate) tempo: Option<f32>,
    /// The video's own sound: as it is, left out, or with the music lowered where somebody speaks.
    /// Default: duck in a video, mute in a sound file
    #[arg(long, value_enum)]
    pub(crate) temp_track: Option<TempTrack>,
    /// Loudness of the music alone
    #[arg(long, value_name = "LUFS", default_value = "-16", allow_negative_numbers = true,
          value_parser = number(-40.0, -8.0))]
    pub(crate) loudness: f32,
    /// Sound in the file (default: what suits the container)
    #[arg(long, value_enum)]
    pub(crate) codec: Option<Codec>,
    #[command(flatten)]
    pub(crate) engine: Engine,
}

#[derive(Debug, Args)]
pub(crate) struct AnalyzeArgs {
    /// The video
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// Write the video with the attention drawn over it, blue near 0, yellow near 1
    #[arg(long, value_name = "OUT.mp4")]
    pub(crate) heatmap: Option<PathBuf>,
    /// Replace OUT.mp4 if it exists
    #[arg(long)]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) engine: Engine,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateArgs {
    /// The video
    #[arg(long, value_name = "V")]
    pub(crate) video: PathBuf,
    /// The music to judge: any audio file, or the sound of any video file
    #[arg(long, value_name = "A")]
    pub(crate) music: PathBuf,
    /// Music that is known to fit, whose beats are compared; without it, the picture's cuts and hit points
    #[arg(long, value_name = "R")]
    pub(crate) reference: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) engine: Engine,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PackCommand {
    /// Check every file of a pack against its manifest, and each stage against its example
    Verify(PackArgs),
    /// Show what a pack is, what it was trained on, and its styles
    Info(PackArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    /// The pack's folder (default: the pack that ships, mini)
    #[arg(value_name = "PACK")]
    pub(crate) pack: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Provider {
    /// The best that this machine offers
    Auto,
    /// NVIDIA GPU
    Cuda,
    /// Windows GPU
    Directml,
    /// Apple GPU and neural engine
    Coreml,
    /// The processor
    Cpu,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TempTrack {
    /// Both at full level
    Keep,
    /// The music alone
    Mute,
    /// The music goes down where somebody speaks in the video
    Duck,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Codec {
    /// Lossy, plays everywhere
    Aac,
    /// Lossless
    Flac,
    /// Lossless, for Apple's players
    Alac,
    /// Uncompressed
    Pcm,
    /// Lossy, for .webm and .mkv
    Opus,
}

/// A number in a range, refused in words otherwise.
fn number(low: f32, high: f32) -> impl Fn(&str) -> Result<f32, String> + Clone {
    move |text| {
        let value: f32 = text.parse().map_err(|_| "not a number".to_owned())?;
        if (low..=high).contains(&value) {
            Ok(value)
        } else {
            Err(format!("must be from {low} to {high}"))
        }
    }
}

impl Arguments {
    /// Reads the command line.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        Self::try_parse()?.checked()
    }

    /// Refuses what clap can't know to be wrong.
    fn checked(self) -> Result<Self, clap::Error> {
        let Command::Score(args) = &self.command else {
            return Ok(self);
        };
        if args.out_dir.is_some() {
            return Ok(self);
        }
        // What `requires` can't say: clap asks for no option that conflicts with one that is there.
        let (kind, message) = if args.inputs.len() > 1 {
            (
                ErrorKind::TooManyValues,
                "one video goes into one OUT; for several videos name a folder with --out-dir",
            )
        } else if args.flat || args.format.is_some() {
            (
                ErrorKind::MissingRequiredArgument,
                "--flat and --format are for a batch, which needs --out-dir instead of OUT",
            )
        } else {
            return Ok(self);
        };
        Err(Self::command().error(kind, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surface_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn one_video_to_a_file_many_to_a_folder() {
        let check = |words: &str, ok: bool| {
            let words = ["muvi", "score"].into_iter().chain(words.split_whitespace());
            let read = Arguments::try_parse_from(words.clone()).and_then(Arguments::checked);
            assert_eq!(read.is_ok(), ok, "{:?}", words.collect::<Vec<_>>());
        };
        check("a.mp4 -o b.mp4", true);
        check("a.mp4 b.mp4 -o c.mp4", false);
        check("a.mp4 b clips --out-dir d", true);
        check("a.mp4 --out-dir d --format wav --flat", true);
        check("a.mp4", false);
        check("--out-dir d", false);
        check("a.mp4 -o b.mp4 --out-dir d", false);
        check("a.mp4 -o b.mp4 --flat", false);
        check("a.mp4 -o b.mp4 --format wav", false);
    }

    #[test]
    fn numbers_have_ranges() {
        let check = |extra: &[&str], ok: bool| {
            let words = ["muvi", "score", "in.mp4", "-o", "out.mp4"].iter().chain(extra);
            assert_eq!(Arguments::try_parse_from(words).is_ok(), ok, "{extra:?}");
        };
        check(&[], true);
        check(&["--intensity", "2"], true);
        check(&["--intensity", "2.1"], false);
        check(&["--loudness", "-23"], true);
        check(&["--loudness", "0"], false);
        check(&["--steps", "0"], false);
        check(&["--guidance", "nan"], false);
        check(&["--temp-track", "loud"], false);
        check(&["--provider", "cuda", "--seed", "7"], true);
    }
}

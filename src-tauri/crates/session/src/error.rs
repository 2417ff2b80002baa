//! Why a job ended without a result.

use std::io;
use std::path::{Path, PathBuf};

use muvi_media::audio::AudioError;
use muvi_media::encode::EncodeError;
use muvi_media::export::ExportError;
use muvi_media::frames::FrameError;
use muvi_media::loudness::LoudnessError;
use muvi_media::probe::ProbeError;
use muvi_media::wav::WavError;
use muvi_media::web::WebError;
use muvi_media::{OutputError, ToolsError};
use muvi_playback::RenderError;
use muvi_scoring::ScoringError;
use muvi_scoring::pack::PackError;
use muvi_scoring::runtime::RuntimeError;
use thiserror::Error;

use crate::batch::BatchError;

use crate::deliver::DeliverProblem;
use crate::page::PageProblem;
use crate::store::StoreError;

/// Why a job ended without a result. Every message names the file, where there is one, and what to do.
#[derive(Debug, Error)]
pub enum Error {
    /// The job was asked to stop.
    #[error("cancelled; nothing was written")]
    Cancelled,
    /// The program has a defect.
    #[error("a defect of MuVi Studio stopped this; its log says where. Nothing else was touched; try again")]
    Defect,
    /// ffmpeg can't be used.
    #[error(transparent)]
    Tools(#[from] ToolsError),
    /// The input can't be used.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// The input ends before its header says.
    #[error(
        "{}: the file is cut off; copy, download or export it again, or keep what is there: ffmpeg -i IN -c copy OUT.mkv",
        path.display()
    )]
    CutOff {
        /// The video.
        path: PathBuf,
    },
    /// The picture can't be decoded.
    #[error(transparent)]
    Frames(#[from] FrameError),
    /// The video's own sound can't be decoded.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The output can't be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The output can't be written where the work needs room beside it.
    #[error("{}: no work file can be written beside it; choose another folder", path.display())]
    Workplace {
        /// The output.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A work file failed.
    #[error("{}: the work file beside it failed; check the disk", path.display())]
    WorkFile {
        /// The output.
        path: PathBuf,
        /// Why.
        source: WavError,
    },
    /// The heat map has a name that says no known kind.
    #[error("{}: a heat map is an .mp4; name it so", path.display())]
    HeatmapKind {
        /// The output.
        path: PathBuf,
    },
    /// The heat map can't be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The export failed.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// Loudness can't be measured.
    #[error(transparent)]
    Loudness(#[from] LoudnessError),
    /// The mix can't be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The pack can't be used.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The ONNX Runtime library can't be used.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// The networks or the plan failed.
    #[error(transparent)]
    Scoring(#[from] ScoringError),
    /// The style clip can't be used.
    #[error("{}: can't be used as a style clip: {problem}", clip.display())]
    Style {
        /// The clip as it was named.
        clip: PathBuf,
        /// What is wrong with it and what to do.
        problem: StyleProblem,
    },
    /// A take can't be made or used.
    #[error("{}: {problem}", path.display())]
    Take {
        /// The take's files, without their extensions.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: TakeProblem,
    },
    /// A file of a page can't be made.
    #[error(transparent)]
    Web(#[from] WebError),
    /// A page can't be made so, or not there.
    #[error("{}: {problem}", path.display())]
    Page {
        /// The page, or what it was to be made of.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: PageProblem,
    },
    /// A project can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An export can't be made so.
    #[error("{}: {problem}", path.display())]
    Deliver {
        /// The output, or the project.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: DeliverProblem,
    },
    /// A batch can't be done or go on.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The music to judge can't be used.
    #[error("{}: can't be judged as music: {problem}", path.display())]
    Music {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: StyleProblem,
    },
}

/// What is wrong with a style clip.
#[derive(Debug, Error)]
pub enum StyleProblem {
    /// Neither a file nor a style of the pack.
    #[error("no such file, and the pack has no style of that name; muvi pack info lists its styles")]
    Unknown,
    /// It can't be decoded.
    #[error("{}", unheard(.0))]
    Audio(#[from] AudioError),
    /// Too short to say anything.
    #[error("it is too short ({seconds:.1} s); use at least {least_s} s")]
    Short {
        /// Its length.
        seconds: f64,
        /// The shortest length.
        least_s: u32,
    },
    /// Nothing to hear from where it is to start.
    #[error("there is too little of it from {from_s:.1} s on; leave at least {least_s} s")]
    From {
        /// Where it was to start.
        from_s: f64,
        /// The shortest length.
        least_s: u32,
    },
    /// Too long to be one style.
    #[error("it is too long ({minutes:.0} min); cut out the part that you mean, at most {most_min} min")]
    Long {
        /// Its length.
        minutes: f64,
        /// The longest length.
        most_min: u32,
    },
    /// Nothing is heard.
    #[error("it is silent; use a part in which music is heard")]
    Silent,
    /// The codec refuses it.
    #[error(transparent)]
    Codec(#[from] muvi_scoring::codec::CodecError),
}

/// Why a file is not heard, for whoever knows already which file it is.
fn unheard(error: &AudioError) -> String {
    match error {
        AudioError::File(
            ProbeError::NotMedia { .. } | ProbeError::Refused { .. } | ProbeError::Report { .. },
        )
        | AudioError::Undecodable { .. } => {
            "it can't be read as sound; use a .wav, .flac, .mp3 or .m4a file".into()
        }
        AudioError::NoSound { .. } => "it holds no sound; use a file with an audio track".into(),
        other => {
            let words = other.to_string();
            words
                .split_once(": ")
                .map_or(words.clone(), |(_, rest)| rest.to_owned())
        }
    }
}

/// What is wrong with a take or with what is asked of it.
#[derive(Debug, Error)]
pub enum TakeProblem {
    /// Nothing to fill, or more than the picture.
    #[error("the cue from sample {start} to {end} does not lie in the picture; move its ends")]
    Span {
        /// First sample.
        start: u64,
        /// The one after the last.
        end: u64,
    },
    /// A number that is none, or out of range.
    #[error("{0} is out of range; set it again")]
    Value(&'static str),
    /// A file holds at most so much.
    #[error("a take of {seconds:.0} s does not fit into a file; split the cue")]
    TooLong {
        /// Its length.
        seconds: f64,
    },
    /// A section outside of its take.
    #[error("the section does not lie in the take; select a part of it")]
    SectionOutside,
    /// A section that is too short to hear.
    #[error("a section of {seconds:.2} s is too short; select at least {least_s} s")]
    SectionShort {
        /// Its length.
        seconds: f64,
        /// The least.
        least_s: f64,
    },
    /// Made by another pack.
    #[error("it was made with the pack {made}, and {now} is in use; generate the whole cue anew")]
    OtherPack {
        /// The pack that made it.
        made: String,
        /// The pack in use.
        now: String,
    },
    /// The picture was analysed with another pack.
    #[error("the picture was watched with another pack; analyse it again")]
    OtherEyes,
    /// A file of it is missing or can't be read.
    #[error("its file {} can't be read; generate the cue anew", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of it is damaged.
    #[error("its file {} is damaged; generate the cue anew", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
    },
    /// Its sound can't be read.
    #[error(transparent)]
    Sound(#[from] WavError),
}

/// Families of errors: what a user or a script does about them is alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Anything that should not happen.
    Unexpected,
    /// What is asked for makes no sense.
    Request,
    /// The input can't be read.
    InputUnreadable,
    /// The input is no usable video.
    InputUnusable,
    /// The output can't be written.
    Output,
    /// No space is left.
    Space,
    /// ffmpeg is missing, too old, or failed.
    Tools,
    /// ONNX Runtime or a provider can't be used.
    Runtime,
    /// The pack can't be used.
    Pack,
    /// The style clip can't be used.
    Style,
    /// The job was asked to stop.
    Cancelled,
}

impl Error {
    /// The output exists and the request doesn't let it be replaced.
    pub fn existing_output(&self) -> Option<&Path> {
        match self {
            Self::Output(OutputError::Exists { path })
            | Self::Export(ExportError::Output(OutputError::Exists { path }))
            | Self::Encode(EncodeError::Output(OutputError::Exists { path }))
            | Self::Web(WebError::Output(OutputError::Exists { path })) => Some(path),
            _ => None,
        }
    }

    /// The message with what caused it, as one line.
    pub fn one_line(&self) -> String {
        one_line(self)
    }
}

/// An error and its sources in one line; a source that its parent quotes is not said twice.
pub(crate) fn one_line(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        source = cause.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_line_and_keep_their_cause() {
        let source = io::Error::other("the disk\nsays no");
        let error = Error::Workplace {
            path: "out.mp4".into(),
            source,
        };
        let line = error.one_line();
        assert!(
            line.starts_with("out.mp4: ") && line.ends_with(": the disk says no"),
            "{line}"
        );
        let refused = ProbeError::Refused {
            path: "clip.mp3".into(),
            reason: "Failed to read frame size".into(),
        };
        let line = Error::Style {
            clip: "clip.mp3".into(),
            problem: StyleProblem::Audio(refused.into()),
        }
        .one_line();
        let plain = "it can't be read as sound; use a .wav, .flac, .mp3 or .m4a file";
        assert!(
            line.starts_with(&format!("clip.mp3: can't be used as a style clip: {plain}")),
            "{line}"
        );
        let problem = StyleProblem::Short {
            seconds: 0.2,
            least_s: 1,
        };
        let line = Error::Style {
            clip: "clip.wav".into(),
            problem,
        }
        .one_line();
        assert_eq!(
            line,
            "clip.wav: can't be used as a style clip: it is too short (0.2 s); use at least 1 s"
        );
    }
}

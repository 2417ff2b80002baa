//! The scored video: picture copied, sound encoded, under its name only once it is whole.

mod format;
mod rehearsal;
mod run;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use thiserror::Error;

pub use format::SoundCodec;
use format::{Container, Shifts, Subtitles};
pub(crate) use run::out_of_space;

use crate::part::{self, OutputError};
use crate::probe::ProbeError;
use crate::{MediaInfo, SourceError, Tools};

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOptions {
    /// The file to write; its extension chooses the container: mp4, m4v, mov, mkv, webm, or wav and flac for
    /// the sound alone.
    pub output: PathBuf,
    /// Samples per second of the sound that will come.
    pub sample_rate: u32,
    /// How to encode the sound; `None` takes what suits the container.
    pub codec: Option<SoundCodec>,
    /// Whether a file of that name may be replaced.
    pub overwrite: bool,
}

/// What renders the sound: fills both planes from their start and says how many samples it wrote.
pub type SoundSource<'a> = dyn FnMut([&mut [f32]; 2]) -> Result<usize, SourceError> + 'a;

/// How far an export is, in samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Samples that ffmpeg has taken.
    pub done: u64,
    /// Samples in all.
    pub total: u64,
}

/// A finished export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file.
    pub path: PathBuf,
    /// Its sound in samples: the length of the picture.
    pub frames: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Why an export is impossible or failed. Nothing is left behind.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// No container belongs to the extension.
    #[error("{}: unknown kind of file; end it in .mp4, .mov, .mkv or .webm, or in .wav or .flac", path.display())]
    UnknownContainer {
        /// The output.
        path: PathBuf,
    },
    /// The container does not hold that kind of sound, or this ffmpeg cannot encode it.
    #[error("{}: {codec} does not go into this kind of file; use {suggestion}", path.display())]
    SoundRefused {
        /// The output.
        path: PathBuf,
        /// The wanted codec.
        codec: SoundCodec,
        /// One that goes.
        suggestion: SoundCodec,
    },
    /// This ffmpeg was built without the encoder.
    #[error("{}: this ffmpeg cannot encode {codec}; choose another sound format or install a full ffmpeg", path.display())]
    NoEncoder {
        /// The output.
        path: PathBuf,
        /// The wanted codec.
        codec: SoundCodec,
    },
    /// The container does not hold this picture as it is.
    #[error("{}: its kind of file cannot hold {video} video without re-encoding ({reason}); use .mkv", path.display())]
    VideoRefused {
        /// The output.
        path: PathBuf,
        /// Codec of the picture.
        video: String,
        /// ffmpeg's words.
        reason: String,
    },
    /// The container, as this ffmpeg writes it, forgets that the picture is turned.
    #[error("{}: its kind of file would lose the picture's rotation; use .mp4 or .mov", path.display())]
    RotationLost {
        /// The output.
        path: PathBuf,
    },
    /// The caller cancelled.
    #[error("{}: cancelled, nothing was written", path.display())]
    Cancelled {
        /// The output.
        path: PathBuf,
    },
    /// The sound could not be made.
    #[error("{}: its sound could not be rendered", path.display())]
    Source {
        /// The output.
        path: PathBuf,
        /// What its maker said.
        source: SourceError,
    },
    /// ffmpeg failed.
    #[error("{}: ffmpeg could not write it: {reason}", path.display())]
    Failed {
        /// The output.
        path: PathBuf,
        /// ffmpeg's words.
        reason: String,
    },
    /// ffmpeg wrote something that cannot be read again.
    #[error("{}: what ffmpeg wrote cannot be read; use another kind of file", path.display())]
    Unreadable {
        /// The output.
        path: PathBuf,
        /// Why.
        source: ProbeError,
    },
    /// ffmpeg cannot be run.
    #[error("{}: ffmpeg cannot be run; install it anew", path.display())]
    Tool {
        /// The output.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// An export that has been found possible.
///
/// The picture is copied bit by bit with its start time, rotation, chapters and metadata; subtitles go along
/// where the container takes them. The video's own sound is left out: it is part of the mix or not wanted.
/// The sound starts with the first frame and ends with the last, to the sample.
#[derive(Debug, Clone)]
pub struct ExportPlan {
    tools: Tools,
    info: MediaInfo,
    output: PathBuf,
    sample_rate: u32,
    overwrite: bool,
    container: Container,
    codec: SoundCodec,
    subtitles: Vec<(u32, Subtitles)>,
    notes: Vec<String>,
    shifts: Shifts,
}

impl ExportPlan {
    /// Checks all that can be known before the music is made: the name, the container, and by a rehearsal with
    /// the first second that the container takes the picture as it is.
    ///
    /// # Errors
    /// [`ExportError`] says what is impossible, and what to use instead.
    pub fn new(tools: &Tools, info: &MediaInfo, options: &ExportOptions) -> Result<Self, ExportError> {
        let ExportOptions {
            output,
            sample_rate,
            codec,
            overwrite,
        } = options;
        part::check(output, &[&info.path], *overwrite)?;
        let container =
            Container::of(output).ok_or_else(|| ExportError::UnknownContainer { path: output.clone() })?;
        let codec = codec.unwrap_or(container.usual_codec());
        if !container.takes(codec) {
            let (path, suggestion) = (output.clone(), container.usual_codec());
            return Err(ExportError::SoundRefused {
                path,
                codec,
                suggestion,
            });
        }
        if !tools.has_encoder(codec.encoder()) {
            return Err(ExportError::NoEncoder {
                path: output.clone(),
                codec,
            });
        }
        let (subtitles, notes) = container.subtitles(info);
        let mut plan = Self {
            tools: tools.clone(),
            info: info.clone(),
            output: output.clone(),
            sample_rate: *sample_rate,
            overwrite: *overwrite,
            container,
            codec,
            subtitles,
            notes,
            shifts: Shifts::default(),
        };
        if container.has_picture() {
            plan.shifts = rehearsal::rehearse(&plan)?;
        }
        Ok(plan)
    }

    /// Samples of sound that [`ExportPlan::run`] will take: the length of the picture.
    pub fn frames(&self) -> u64 {
        self.info.samples(self.sample_rate)
    }

    /// How the sound will be encoded.
    pub fn codec(&self) -> SoundCodec {
        self.codec
    }

    /// What will be left out, in words for the user.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Writes the file. `source` fills both planes and says how many samples it wrote; what it lacks at the end
    /// is silence. `progress` is called some times a second at most. Setting `cancel` ends the export within
    /// moments.
    ///
    /// # Errors
    /// [`ExportError`]; the target is then as it was before.
    pub fn run(
        self,
        source: &mut SoundSource<'_>,
        progress: &mut dyn FnMut(Progress),
        cancel: &AtomicBool,
    ) -> Result<Exported, ExportError> {
        run::run(&self, source, progress, cancel)
    }
}

//! The scored video: picture copied, sound encoded, under its name only once it is whole.

mod command;
mod edits;
mod excerpt;
mod format;
mod rehearsal;
mod run;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use thiserror::Error;

use command::Shifts;
pub use format::SoundCodec;
use format::{Container, Subtitles};
pub(crate) use run::out_of_space;

use excerpt::Excerpt;
use muvi_timeline::{FrameSpan, Rate, Round, SampleSpan, Timecode};

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
    /// The tracks of sound in the file, the one that players take first; none for a single one without a name. A
    /// file of sound has one at most.
    pub tracks: Vec<TrackLabel>,
    /// Only these frames of the picture; `None` for all.
    pub range: Option<FrameSpan>,
}

impl ExportOptions {
    /// All of the picture with one track of sound in what suits the container; an existing file stays.
    pub fn new(output: impl Into<PathBuf>, sample_rate: u32) -> Self {
        Self {
            output: output.into(),
            sample_rate,
            codec: None,
            overwrite: false,
            tracks: Vec::new(),
            range: None,
        }
    }
}

/// What a track of sound is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackLabel {
    /// Its name.
    pub title: String,
    /// Its language after ISO 639-2, such as `eng`; `zxx` for one without words.
    pub language: Option<String>,
}

/// What renders the sound: fills both planes from their start and says how many samples it wrote.
pub type SoundSource<'a> = dyn FnMut([&mut [f32]; 2]) -> Result<usize, SourceError> + 'a;

/// How far an export is, in samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Samples whose sound and picture are in the file.
    pub done: u64,
    /// Samples in all.
    pub total: u64,
}

/// A finished export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file.
    pub path: PathBuf,
    /// Its sound in samples: the length of the picture, or of its range.
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
    #[error("{}: {codec} does not go into this kind of file; use {suggestion}, or {homes} for {codec}", path.display())]
    SoundRefused {
        /// The output.
        path: PathBuf,
        /// The wanted codec.
        codec: SoundCodec,
        /// One that goes.
        suggestion: SoundCodec,
        /// Kinds of files that hold the wanted codec.
        homes: &'static str,
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
    /// Several tracks for a file that holds one.
    #[error("{}: this kind of file has one track of sound; export stems, or a .mov or .mkv", path.display())]
    OneTrack {
        /// The output.
        path: PathBuf,
    },
    /// A part of the picture that can't be cut out.
    #[error("{}: the range can't be cut out of the video: {reason}; choose another range or export all", path.display())]
    Range {
        /// The output.
        path: PathBuf,
        /// Why.
        reason: String,
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
///
/// A range of it starts at zero, with its own timecode. In mp4 and mov it is exact to the frame: what comes before it
/// from the last key frame on is in the file but not shown. Other containers can't hide anything, so that the range
/// grows to the key frame before it; [`ExportPlan::samples`] says what the sound must be.
#[derive(Debug, Clone)]
pub struct ExportPlan {
    tools: Tools,
    info: MediaInfo,
    output: PathBuf,
    sample_rate: u32,
    overwrite: bool,
    container: Container,
    codec: SoundCodec,
    tracks: Vec<TrackLabel>,
    samples: SampleSpan,
    range: Option<FrameSpan>,
    excerpt: Option<Excerpt>,
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
            tracks,
            range,
        } = options;
        let path = || output.clone();
        part::check(output, &[&info.path], *overwrite)?;
        let container =
            Container::of(output).ok_or_else(|| ExportError::UnknownContainer { path: path() })?;
        let codec = codec.unwrap_or(container.usual_codec());
        if !container.takes(codec) {
            return Err(ExportError::SoundRefused {
                path: path(),
                codec,
                suggestion: container.usual_codec(),
                homes: codec.homes(),
            });
        }
        if tracks.len() > 1 && !container.has_picture() {
            return Err(ExportError::OneTrack { path: path() });
        }
        if !tools.has_encoder(codec.encoder()) {
            return Err(ExportError::NoEncoder { path: path(), codec });
        }
        let all = FrameSpan::new(0, info.frames(info.video.rate));
        let range = range.filter(|range| *range != all);
        let (mut subtitles, mut notes) = container.subtitles(info);
        if range.is_some() {
            (subtitles, notes) = (Vec::new(), Vec::new());
            if container.has_picture() && !info.subtitles.is_empty() {
                notes.push("subtitles are left out of a part of the video".into());
            }
        }
        let mut plan = Self {
            tools: tools.clone(),
            info: info.clone(),
            output: path(),
            sample_rate: *sample_rate,
            overwrite: *overwrite,
            container,
            codec,
            tracks: tracks.clone(),
            samples: samples(info, *sample_rate, range).ok_or_else(|| excerpt::outside(output))?,
            range,
            excerpt: None,
            subtitles,
            notes,
            shifts: Shifts::default(),
        };
        if container.has_picture() {
            plan.shifts = rehearsal::rehearse(&plan)?;
            if let Some(range) = range {
                plan.cut_out(range)?;
            }
        }
        Ok(plan)
    }

    /// Finds the range among the packets of the picture, and grows it where the container can't hide what must come
    /// along.
    fn cut_out(&mut self, range: FrameSpan) -> Result<(), ExportError> {
        let exact = self.container.has_edits();
        let excerpt = excerpt::find(&self.tools, &self.info, &self.output, range, exact)?;
        self.excerpt = Some(excerpt);
        if exact {
            return Ok(());
        }
        let (video, hz) = (
            &self.info.video,
            Rate::hz(self.sample_rate).unwrap_or(Rate::MODEL),
        );
        let since = |moment: muvi_timeline::Moment, rate| moment.since(video.start, rate, Round::Nearest);
        let grown = FrameSpan::new(since(excerpt.start, video.rate), since(excerpt.end, video.rate));
        self.samples = SampleSpan::new(since(excerpt.start, hz), since(excerpt.end, hz));
        self.range = Some(grown);
        let (before, behind) = (
            range.start().saturating_sub(grown.start()),
            grown.end().saturating_sub(range.end()),
        );
        if before + behind > 0 {
            let frames = |count: u64| {
                if count == 1 {
                    "1 frame".into()
                } else {
                    format!("{count} frames")
                }
            };
            self.notes.push(format!(
                "this kind of file can start at a key frame only: {} come before the range and {} after it; .mp4 and .mov keep it to the frame",
                frames(before),
                frames(behind)
            ));
        }
        Ok(())
    }

    /// Samples of sound that [`ExportPlan::run`] will take: the length of the picture, or of its range.
    pub fn frames(&self) -> u64 {
        self.samples.len()
    }

    /// Which samples these are, counted from the first frame of the video.
    pub fn samples(&self) -> SampleSpan {
        self.samples
    }

    /// The frames that will be in the file.
    pub fn range(&self) -> FrameSpan {
        let all = FrameSpan::new(0, self.info.frames(self.info.video.rate));
        self.range.unwrap_or(all)
    }

    /// How the sound will be encoded.
    pub fn codec(&self) -> SoundCodec {
        self.codec
    }

    /// Number of tracks of sound.
    pub fn track_count(&self) -> usize {
        self.tracks.len().max(1)
    }

    /// What will be left out or is otherwise worth knowing, in words for the user.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// About how large the file will be, in bytes.
    pub fn bytes(&self) -> u64 {
        let sound = self.codec.bytes(self.frames(), self.sample_rate) * self.track_count() as u64;
        if !self.container.has_picture() {
            return sound;
        }
        let whole = self.info.samples(self.sample_rate).max(1);
        let own = self.info.audio.iter().map(|stream| {
            let (rate, channels) = (u64::from(stream.sample_rate), u64::from(stream.channels));
            let bits = if stream.codec.starts_with("pcm_") {
                rate * channels * 16
            } else if matches!(stream.codec.as_str(), "flac" | "alac" | "truehd") {
                rate * channels * 10
            } else {
                channels * 64_000
            };
            whole.saturating_mul(bits / 8) / u64::from(self.sample_rate.max(1))
        });
        let own: u64 = own.sum();
        // What is said of the old sound is a guess: at least half of a file is its picture.
        let picture = self.info.size.saturating_sub(own).max(self.info.size / 2);
        let part = u128::from(picture) * u128::from(self.frames()) / u128::from(whole);
        u64::try_from(part).unwrap_or(u64::MAX).saturating_add(sound)
    }

    /// The timecode of the first frame in the file, if the video states one.
    fn timecode(&self) -> Option<Timecode> {
        let stated = self.info.start_timecode()?;
        let frame = self.info.start_frame() + self.range().start();
        let rate = self.info.video.rate;
        Some(if stated.drop_frame {
            Timecode::of(frame, rate)
        } else {
            Timecode::without_drop(frame, rate)
        })
    }

    /// The first sample counted from midnight by the video's timecode.
    fn time_reference(&self) -> u64 {
        let rate = Rate::hz(self.sample_rate).unwrap_or(Rate::MODEL);
        let start = self
            .info
            .video
            .rate
            .convert(self.info.start_frame(), rate, Round::Nearest);
        start.saturating_add(self.samples.start())
    }

    /// Writes the file with one track of sound, see [`ExportPlan::run_tracks`]; other tracks are silent.
    ///
    /// # Errors
    /// [`ExportError`]; the target is then as it was before.
    pub fn run(
        self,
        source: &mut SoundSource<'_>,
        progress: &mut dyn FnMut(Progress),
        cancel: &AtomicBool,
    ) -> Result<Exported, ExportError> {
        run::run(&self, &mut [source], progress, cancel)
    }

    /// Writes the file. Each source is one track: it is asked for the samples of [`ExportPlan::samples`] from their
    /// start, fills both planes and says how many samples it wrote; what it lacks at the end is silence.
    /// `progress` is called some times a second at most and tells what is in the file, not what was rendered.
    /// Setting `cancel` ends the export within moments.
    ///
    /// # Errors
    /// [`ExportError`]; the target is then as it was before.
    pub fn run_tracks(
        self,
        sources: &mut [&mut SoundSource<'_>],
        progress: &mut dyn FnMut(Progress),
        cancel: &AtomicBool,
    ) -> Result<Exported, ExportError> {
        run::run(&self, sources, progress, cancel)
    }
}

/// The samples that belong to a range of frames; `None` if it does not lie in the picture.
fn samples(info: &MediaInfo, sample_rate: u32, range: Option<FrameSpan>) -> Option<SampleSpan> {
    let all = info.samples(sample_rate);
    let Some(range) = range else {
        return Some(SampleSpan::new(0, all));
    };
    let (rate, frames) = (info.video.rate, info.frames(info.video.rate));
    let hz = Rate::hz(sample_rate).ok()?;
    let at = |frame: u64| {
        if frame == frames {
            all
        } else {
            rate.convert(frame, hz, Round::Nearest).min(all)
        }
    };
    let span = SampleSpan::new(at(range.start()), at(range.end()));
    (range.end() <= frames && !span.is_empty()).then_some(span)
}

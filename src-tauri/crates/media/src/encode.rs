//! Drawn frames become a small mp4, with the sound of the video they were drawn on.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};

use muvi_timeline::{Moment, Rate, Round};
use thiserror::Error;

use crate::export::out_of_space;
use crate::part::{OutputError, Part};
use crate::process::{Log, Running};
use crate::tools::file_url;
use crate::{MediaInfo, Tools};

/// What is to be encoded.
#[derive(Debug, Clone, Copy)]
pub struct EncodeSpec<'a> {
    /// The file to write, an mp4.
    pub output: &'a Path,
    /// Width of the frames in pixels, even.
    pub width: u32,
    /// Height of the frames in pixels, even.
    pub height: u32,
    /// Frames per second.
    pub rate: Rate,
    /// The video whose main sound goes along, laid on the clock of its picture.
    pub sound: Option<&'a MediaInfo>,
    /// Whether a file of that name may be replaced.
    pub overwrite: bool,
}

/// Why frames cannot be encoded. Nothing is left behind.
#[derive(Debug, Error)]
pub enum EncodeError {
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Sizes that the codec does not take.
    #[error("{}: a video of {width}x{height} cannot be encoded; both sides must be even and above zero", path.display())]
    Size {
        /// The output.
        path: PathBuf,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Bytes that are no whole frames.
    #[error("{}: {bytes} bytes are no whole number of frames", path.display())]
    Frame {
        /// The output.
        path: PathBuf,
        /// Bytes that came.
        bytes: usize,
    },
    /// ffmpeg failed.
    #[error("{}: ffmpeg could not encode it: {reason}", path.display())]
    Failed {
        /// The output.
        path: PathBuf,
        /// ffmpeg's words.
        reason: String,
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

/// Encodes RGB frames as H.264 (MPEG-4 where this ffmpeg has no libx264). Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct VideoEncoder {
    // First: ffmpeg is gone before its file is removed.
    running: Running,
    stdin: ChildStdin,
    part: Part,
    frame: usize,
}

impl VideoEncoder {
    /// Starts ffmpeg.
    ///
    /// # Errors
    /// [`EncodeError`] if the size is impossible or the output cannot be written.
    pub fn create(tools: &Tools, spec: &EncodeSpec<'_>) -> Result<Self, EncodeError> {
        let EncodeSpec {
            output,
            width,
            height,
            rate,
            sound,
            overwrite,
        } = *spec;
        let even = |side: u32| side > 0 && side.is_multiple_of(2);
        if !even(width) || !even(height) {
            return Err(EncodeError::Size {
                path: output.to_owned(),
                width,
                height,
            });
        }
        let inputs: Vec<&Path> = sound.iter().map(|info| info.path.as_path()).collect();
        let part = Part::create(output, &inputs, overwrite)?;
        let wrap = |source| EncodeError::Tool {
            path: output.to_owned(),
            source,
        };
        let mut command = tools.command();
        command.args([
            "-protocol_whitelist",
            "pipe",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
        ]);
        command
            .size(width, height)
            .args(["-framerate", &rate.to_string()])
            .input("pipe:0");
        let stream = sound.and_then(|info| info.main_audio().map(|stream| (info, stream)));
        if let Some((info, stream)) = stream {
            command
                .args(["-protocol_whitelist", "file", "-vn", "-copyts"])
                .input(file_url(&info.path));
            command
                .map("0:v")
                .map(format!("1:{}", stream.index))
                .codec_audio("aac")
                .args(["-b:a", "160k"]);
            command.args(["-af", &on_picture(info.video.start, stream.sample_rate, info)]);
        }
        if tools.has_encoder("libx264") {
            command
                .codec_video("libx264")
                .args(["-preset", "veryfast", "-crf", "20"]);
        } else {
            command.codec_video("mpeg4").args(["-q:v", "4"]);
        }
        // What players expect of RGB turned to YUV: the matrix of HD, said so in the stream.
        command.args(["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"]);
        command.args([
            "-colorspace",
            "bt709",
            "-color_primaries",
            "bt709",
            "-color_trc",
            "bt709",
        ]);
        command
            .args(["-max_error_rate", "1", "-movflags", "+faststart"])
            .format("mp4");
        command.output(file_url(part.path()));
        command.as_inner_mut().stdin(Stdio::piped()).stdout(Stdio::null());
        let mut running = Running::spawn(command.into()).map_err(wrap)?;
        let stdin = running.take_stdin().map_err(wrap)?;
        Ok(Self {
            running,
            stdin,
            part,
            frame: width as usize * height as usize * 3,
        })
    }

    /// Takes one or more whole frames, each `[height, width, 3]`.
    ///
    /// # Errors
    /// [`EncodeError`] if these are no whole frames, the disk is full or ffmpeg fails.
    pub fn push(&mut self, frames: &[u8]) -> Result<(), EncodeError> {
        let path = self.part.target().to_owned();
        if !frames.len().is_multiple_of(self.frame) {
            return Err(EncodeError::Frame {
                path,
                bytes: frames.len(),
            });
        }
        match self.stdin.write_all(frames) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                let (status, log) = self
                    .running
                    .wait()
                    .map_err(|source| EncodeError::Tool { path, source })?;
                Err(self.failed(out_of_space(status, &log), &log))
            }
            Err(source) => Err(EncodeError::Tool { path, source }),
        }
    }

    /// Ends the video and gives the file its name.
    ///
    /// # Errors
    /// [`EncodeError`] if the disk is full or ffmpeg fails.
    pub fn finish(self) -> Result<(), EncodeError> {
        let Self {
            mut running,
            stdin,
            part,
            ..
        } = self;
        drop(stdin);
        let path = part.target().to_owned();
        let (status, log) = running.wait().map_err(|source| EncodeError::Tool {
            path: path.clone(),
            source,
        })?;
        if out_of_space(status, &log) {
            return Err(EncodeError::Output(OutputError::DiskFull { path }));
        }
        if !status.success() || log.says("Error writing trailer") {
            return Err(EncodeError::Failed {
                path,
                reason: log.reason(),
            });
        }
        Ok(part.keep()?)
    }

    fn failed(&self, full: bool, log: &Log) -> EncodeError {
        let path = self.part.target().to_owned();
        if full {
            EncodeError::Output(OutputError::DiskFull { path })
        } else {
            EncodeError::Failed {
                path,
                reason: log.reason(),
            }
        }
    }
}

/// The filter that lays sound on the clock of the picture: its start becomes zero, its end the end.
fn on_picture(start: Moment, sample_rate: u32, info: &MediaInfo) -> String {
    let (first, length) = match Rate::hz(sample_rate) {
        Ok(rate) => (start.at(rate, Round::Nearest), info.samples(sample_rate)),
        Err(_) => (0, 0),
    };
    let end = first.saturating_add_unsigned(length);
    format!(
        "aresample=async=1:min_hard_comp=0.05:first_pts={first},atrim=end_pts={end},asetpts=PTS-({first}/SR/TB)"
    )
}

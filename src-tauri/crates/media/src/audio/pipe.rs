//! Sound decoded by ffmpeg, through a pipe.

use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Stdio};

use muvi_timeline::{Moment, Rate, Round};

use super::downmix::Downmix;
use super::{AudioError, Blocks};
use crate::Tools;
use crate::frames::fill;
use crate::probe::AudioStream;
use crate::process::Running;
use crate::tools::file_url;

/// Sample frames fetched at once.
const FRAMES: usize = 2048;

/// An ffmpeg that decodes one stream of sound.
pub(super) struct Pipe {
    path: PathBuf,
    running: Running,
    stdout: ChildStdout,
    downmix: Downmix,
    bytes: Vec<u8>,
    samples: Vec<f32>,
    decoded: bool,
}

/// Starts ffmpeg on a stream. With an `origin` (on the file's clock) the first sample is the one at that moment,
/// whatever the sound itself starts with.
pub(super) fn open(
    tools: &Tools,
    path: &Path,
    stream: &AudioStream,
    origin: Option<Moment>,
) -> Result<Pipe, AudioError> {
    let wrap = |source| AudioError::Read {
        path: path.to_owned(),
        source,
    };
    let undecodable = |reason: &str| AudioError::Undecodable {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let rate = Rate::hz(stream.sample_rate).map_err(|_| undecodable("its sample rate is unknown"))?;
    if stream.channels == 0 {
        return Err(undecodable("it has no channels"));
    }
    let mut command = tools.command();
    command
        .args(["-protocol_whitelist", "file", "-copyts", "-vn", "-sn", "-dn"])
        .input(file_url(path));
    command.map(format!("0:{}", stream.index));
    if let Some(origin) = origin {
        let first = origin.at(rate, Round::Nearest);
        // Fills gaps and cuts overlaps of more than 50 ms; never stretches.
        let filter = format!("aresample=async=1:min_hard_comp=0.05:first_pts={first}");
        command.args(["-af", &filter]);
    }
    let (channels, hz) = (stream.channels.to_string(), stream.sample_rate.to_string());
    command.args([
        "-ac",
        &channels,
        "-ar",
        &hz,
        "-c:a",
        "pcm_f32le",
        "-max_error_rate",
        "1",
    ]);
    command.format("f32le").pipe_stdout();
    command.as_inner_mut().stdin(Stdio::null()).stdout(Stdio::piped());
    let mut running = Running::spawn(command.into()).map_err(wrap)?;
    let stdout = running.take_stdout().map_err(wrap)?;
    let downmix = Downmix::of_layout(&stream.layout, stream.channels as usize);
    let bytes = vec![0; FRAMES * downmix.channels() * size_of::<f32>()];
    Ok(Pipe {
        path: path.to_owned(),
        running,
        stdout,
        downmix,
        bytes,
        samples: Vec::new(),
        decoded: false,
    })
}

impl Blocks for Pipe {
    fn next(&mut self, planes: &mut [Vec<f32>; 2]) -> Result<bool, AudioError> {
        let wrap = |source| AudioError::Read {
            path: self.path.clone(),
            source,
        };
        let read = fill(&mut self.stdout, &mut self.bytes).map_err(wrap)?;
        self.samples.clear();
        let (words, _) = self.bytes[..read].as_chunks::<4>();
        self.samples
            .extend(words.iter().map(|word| f32::from_le_bytes(*word)));
        self.downmix.interleaved(&self.samples, planes);
        self.decoded |= read > 0;
        if read == self.bytes.len() {
            return Ok(true);
        }
        let (status, log) = self.running.wait().map_err(wrap)?;
        if !self.decoded && !status.success() {
            return Err(AudioError::Undecodable {
                path: self.path.clone(),
                reason: log.reason(),
            });
        }
        Ok(false)
    }
}

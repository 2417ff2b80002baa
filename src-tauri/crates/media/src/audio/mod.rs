//! Sound of files as stereo planes at a wanted rate, block by block.
//!
//! symphonia decodes sound files. ffmpeg decodes the sound of videos (it knows their timestamps) and whatever
//! symphonia cannot, or cannot to the exact length: Opus, AAC, mp4.

mod downmix;
mod files;
mod pipe;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::probe::{self, AudioStream, ProbeError};
use crate::resample::{ResampleError, Resampler};
use crate::{MediaInfo, Tools};

/// Which program decodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoder {
    /// The library inside this program.
    Symphonia,
    /// The ffmpeg of this machine.
    Ffmpeg,
}

/// Why sound cannot be had.
#[derive(Debug, Error)]
pub enum AudioError {
    /// The file cannot be read or is no media.
    #[error(transparent)]
    File(#[from] ProbeError),
    /// No stream of sound.
    #[error("{}: holds no sound; use a file with an audio track", path.display())]
    NoSound {
        /// The file.
        path: PathBuf,
    },
    /// Nothing could be decoded.
    #[error("{}: its sound cannot be decoded ({reason}); convert it to wav or flac first", path.display())]
    Undecodable {
        /// The file.
        path: PathBuf,
        /// The decoder's words.
        reason: String,
    },
    /// Reading failed on the way.
    #[error("{}: its sound cannot be read on; check the disk", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The rate cannot be changed as wanted.
    #[error("{}: its sound cannot be resampled", path.display())]
    Resample {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ResampleError,
    },
}

/// A decoder that gives stereo blocks at the rate of the file.
trait Blocks: Send {
    /// Appends some samples to both planes; false at the end. Blocks have at most a few thousand samples.
    fn next(&mut self, planes: &mut [Vec<f32>; 2]) -> Result<bool, AudioError>;
}

/// Streams the sound of a file as stereo at one rate.
///
/// Length: `n` samples of the file give `n * to / from` samples, rounded to the nearest. Mono goes to both
/// sides at full level; surround is folded down with its centre and surrounds at -3 dB and without its LFE.
/// Memory is a few blocks, whatever the length.
pub struct AudioReader {
    blocks: Box<dyn Blocks>,
    resampler: Resampler,
    path: PathBuf,
    raw: [Vec<f32>; 2],
    ready: [Vec<f32>; 2],
    at: usize,
    left: u64,
    ended: bool,
    decoder: Decoder,
    length: Option<u64>,
}

impl AudioReader {
    /// Opens the sound of any media file at `hz` samples per second; its first sample is the sound's own.
    /// At most `limit` samples are given, if there is a limit; what follows is not decoded.
    ///
    /// # Errors
    /// [`AudioError`] if the file is not there, no media, without sound, or its sound cannot be decoded.
    pub fn open_file(tools: &Tools, path: &Path, hz: u32, limit: Option<u64>) -> Result<Self, AudioError> {
        probe::readable(path)?;
        if let Some(file) = files::open(path) {
            let (rate, frames) = (file.rate(), file.frames());
            return Self::new(
                Box::new(file),
                Decoder::Symphonia,
                path,
                [rate, hz],
                frames,
                limit,
            );
        }
        let streams = probe::probe_audio(tools, path)?;
        let stream = streams.iter().find(|s| s.default).or_else(|| streams.first());
        let stream = stream.ok_or_else(|| AudioError::NoSound {
            path: path.to_owned(),
        })?;
        Self::piped(tools, path, stream, None, hz, limit)
    }

    /// Opens a stream of a video's own sound at `hz` samples per second, laid on the clock of its picture:
    /// sample 0 belongs to the start of the first frame, and gaps in the sound are silence.
    ///
    /// # Errors
    /// [`AudioError`] if the sound cannot be decoded.
    pub fn open_video(
        tools: &Tools,
        info: &MediaInfo,
        stream: &AudioStream,
        hz: u32,
    ) -> Result<Self, AudioError> {
        Self::piped(
            tools,
            &info.path,
            stream,
            Some(info.video.start),
            hz,
            Some(info.samples(hz)),
        )
    }

    /// Which program decodes.
    pub fn decoder(&self) -> Decoder {
        self.decoder
    }

    /// Length in samples at the wanted rate as the file states it, with the limit applied; `None` if unknown.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Fills both planes from their start and says how many samples were written: as many as the shorter plane
    /// has, fewer at the end, then 0.
    ///
    /// # Errors
    /// [`AudioError`] if decoding fails on the way.
    pub fn read(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, AudioError> {
        let [left, right] = planes;
        let wanted = left.len().min(right.len());
        let mut done = 0;
        while done < wanted && self.left > 0 {
            if self.at == self.ready[0].len() && !self.refill()? {
                break;
            }
            let room = usize::try_from(self.left)
                .unwrap_or(usize::MAX)
                .min(wanted - done);
            let count = room.min(self.ready[0].len() - self.at);
            let taken = self.at..self.at + count;
            left[done..done + count].copy_from_slice(&self.ready[0][taken.clone()]);
            right[done..done + count].copy_from_slice(&self.ready[1][taken]);
            self.at += count;
            self.left -= count as u64;
            done += count;
        }
        Ok(done)
    }

    /// Decodes on until something is ready; false at the end.
    fn refill(&mut self) -> Result<bool, AudioError> {
        self.at = 0;
        self.ready.iter_mut().for_each(Vec::clear);
        while self.ready[0].is_empty() {
            if self.ended {
                return Ok(false);
            }
            self.raw.iter_mut().for_each(Vec::clear);
            self.ended = !self.blocks.next(&mut self.raw)?;
            let pushed = self.resampler.push([&self.raw[0], &self.raw[1]], &mut self.ready);
            let flushed = if self.ended {
                self.resampler.finish(&mut self.ready)
            } else {
                Ok(())
            };
            let wrap = |source| AudioError::Resample {
                path: self.path.clone(),
                source,
            };
            pushed.and(flushed).map_err(wrap)?;
        }
        Ok(true)
    }

    fn piped(
        tools: &Tools,
        path: &Path,
        stream: &AudioStream,
        origin: Option<muvi_timeline::Moment>,
        hz: u32,
        limit: Option<u64>,
    ) -> Result<Self, AudioError> {
        let pipe = pipe::open(tools, path, stream, origin)?;
        let micros = |n: u64| (u128::from(n) * u128::from(stream.sample_rate) / 1_000_000) as u64;
        let rates = [stream.sample_rate, hz];
        Self::new(
            Box::new(pipe),
            Decoder::Ffmpeg,
            path,
            rates,
            stream.micros.map(micros),
            limit,
        )
    }

    fn new(
        blocks: Box<dyn Blocks>,
        decoder: Decoder,
        path: &Path,
        [from, to]: [u32; 2],
        frames: Option<u64>,
        limit: Option<u64>,
    ) -> Result<Self, AudioError> {
        let wrap = |source| AudioError::Resample {
            path: path.to_owned(),
            source,
        };
        let scaled = |n: u64| (u128::from(n) * u128::from(to) / u128::from(from.max(1))) as u64;
        let left = limit.unwrap_or(u64::MAX);
        Ok(Self {
            blocks,
            resampler: Resampler::new(from, to).map_err(wrap)?,
            path: path.to_owned(),
            raw: Default::default(),
            ready: Default::default(),
            at: 0,
            left,
            ended: false,
            decoder,
            length: frames.map(|n| scaled(n).min(left)),
        })
    }
}

impl std::fmt::Debug for AudioReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AudioReader")
            .field("path", &self.path)
            .field("decoder", &self.decoder)
            .finish_non_exhaustive()
    }
}

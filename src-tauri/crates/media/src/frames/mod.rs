//! Frames of a video as bounded chunks of RGB, decoded, timed, turned and scaled inside ffmpeg.

mod error;
pub(crate) mod filter;

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use muvi_timeline::{Rate, Round};

pub use error::{FrameError, FrameWarning};

use crate::process::{Log, Running};
use crate::tools::file_url;
use crate::{MediaInfo, Tools};

/// Chunks that wait between ffmpeg and the caller. More would only use more memory.
const WAITING_CHUNKS: usize = 2;
/// Longest side of a frame that can be asked for.
const LARGEST_SIDE: u32 = 8192;
/// Repeated frames at the end that are worth no word: rounding of the last frame's length.
const QUIET_REPEATS: u64 = 2;

/// Which frames are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameSpec {
    /// Width in pixels, 1 to 8192. The picture is stretched to the size, as models want it.
    pub width: u32,
    /// Height in pixels, 1 to 8192.
    pub height: u32,
    /// Frames per second of the result.
    pub rate: Rate,
    /// Frames per chunk, at least 1; the last chunk may have fewer.
    pub chunk: usize,
}

impl FrameSpec {
    /// Square frames, as encoders take them.
    pub fn square(side: u32, rate: Rate, chunk: usize) -> Self {
        Self {
            width: side,
            height: side,
            rate,
            chunk,
        }
    }

    /// Frames in the picture's own shape with a longest side of at most `longest` and even sides.
    pub fn fitting(info: &MediaInfo, longest: u32, rate: Rate, chunk: usize) -> Self {
        let (wide, high) = (u64::from(info.video.width), u64::from(info.video.height));
        let most = wide.max(high).max(1);
        let longest = u64::from(longest).min(most);
        let side = |length: u64| {
            let scaled = (length * longest / most).max(2) & !1;
            u32::try_from(scaled).unwrap_or(LARGEST_SIDE)
        };
        Self {
            width: side(wide),
            height: side(high),
            rate,
            chunk,
        }
    }

    fn frame_bytes(&self) -> usize {
        self.width as usize * self.height as usize * 3
    }
}

/// Consecutive frames, RGB, 8 bits, row by row: `[len, height, width, 3]`.
#[derive(Debug, Clone)]
pub struct FrameChunk {
    /// Number of the first frame; frame `i` is what is shown `i / rate` after the picture's start.
    pub first: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// All samples, `len * height * width * 3` of them.
    pub data: Vec<u8>,
}

impl FrameChunk {
    /// Number of frames.
    pub fn len(&self) -> usize {
        self.data.len() / self.frame_bytes()
    }

    /// True if there is no frame; chunks of a reader are never empty.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Frames with their numbers, each `[height, width, 3]`.
    pub fn frames(&self) -> impl Iterator<Item = (u64, &[u8])> {
        (self.first..).zip(self.data.chunks_exact(self.frame_bytes()))
    }

    fn frame_bytes(&self) -> usize {
        (self.width as usize * self.height as usize * 3).max(1)
    }
}

/// Streams the frames of a video; always exactly [`MediaInfo::frames`] of them at the wanted rate.
///
/// Frame `i` is what is shown `i / rate` after the start of the picture, with 2 ms of tolerance for
/// containers that round their timestamps. At most three chunks are in memory: one with the caller and two
/// waiting; then ffmpeg waits. Dropping the reader ends ffmpeg.
#[derive(Debug)]
pub struct FrameReader {
    running: Running,
    chunks: Option<Receiver<io::Result<Vec<u8>>>>,
    worker: Option<JoinHandle<()>>,
    spec: FrameSpec,
    path: PathBuf,
    expected: u64,
    delivered: u64,
    decoded: u64,
    last: Vec<u8>,
    warnings: Vec<FrameWarning>,
    over: bool,
}

impl FrameReader {
    /// Starts to decode the picture of `info`.
    ///
    /// # Errors
    /// [`FrameError`] if the specification makes no sense or ffmpeg cannot be started.
    pub fn open(tools: &Tools, info: &MediaInfo, spec: FrameSpec) -> Result<Self, FrameError> {
        let fine = |side: u32| (1..=LARGEST_SIDE).contains(&side);
        if !fine(spec.width) || !fine(spec.height) || spec.chunk == 0 {
            let FrameSpec {
                width, height, chunk, ..
            } = spec;
            return Err(FrameError::Spec { width, height, chunk });
        }
        let wrap = |source| FrameError::Tool {
            path: info.path.clone(),
            source,
        };
        let mut command = tools.command();
        command.args(["-protocol_whitelist", "file", "-copyts", "-an", "-sn", "-dn"]);
        command.input(file_url(&info.path));
        command
            .map(format!("0:{}", info.video.index))
            .args(filter::passthrough(tools));
        command.args(["-vf", &filter::chain(tools, info, &spec)]);
        command.args(["-max_error_rate", "1"]).rawvideo();
        command.as_inner_mut().stdin(Stdio::null()).stdout(Stdio::piped());
        let mut running = Running::spawn(command.into()).map_err(wrap)?;
        let stdout = running.take_stdout().map_err(wrap)?;
        let (sender, chunks) = sync_channel(WAITING_CHUNKS);
        let (frame, chunk) = (spec.frame_bytes(), spec.chunk);
        let worker = std::thread::spawn(move || pump(stdout, &sender, frame, chunk));
        Ok(Self {
            running,
            chunks: Some(chunks),
            worker: Some(worker),
            spec,
            path: info.path.clone(),
            expected: info.frames(spec.rate),
            delivered: 0,
            decoded: 0,
            last: Vec::new(),
            warnings: Vec::new(),
            over: false,
        })
    }

    /// Number of frames that will be delivered in all.
    pub fn total(&self) -> u64 {
        self.expected
    }

    /// What was wrong with the video; complete once the last chunk has come.
    pub fn warnings(&self) -> &[FrameWarning] {
        &self.warnings
    }

    fn receive(&mut self) -> Option<Result<FrameChunk, FrameError>> {
        loop {
            let received = self.chunks.as_ref()?.recv();
            let mut data = match received {
                Ok(Ok(data)) => data,
                Ok(Err(source)) => {
                    self.over = true;
                    return Some(Err(FrameError::Tool {
                        path: self.path.clone(),
                        source,
                    }));
                }
                Err(_) => return self.end(),
            };
            let frame = self.spec.frame_bytes();
            self.decoded += (data.len() / frame) as u64;
            let wanted = usize::try_from(self.expected - self.delivered).unwrap_or(usize::MAX);
            data.truncate(wanted.saturating_mul(frame));
            if !data.is_empty() {
                self.last.clear();
                self.last.extend_from_slice(&data[data.len() - frame..]);
                return Some(Ok(self.chunk(data)));
            }
            // Frames beyond the end of the picture are let go until ffmpeg has finished.
        }
    }

    /// ffmpeg has given all it has: judge how it ended, and fill up to the promised number.
    fn end(&mut self) -> Option<Result<FrameChunk, FrameError>> {
        self.chunks = None;
        let (status, log) = match self.running.wait() {
            Ok(end) => end,
            Err(source) => {
                return Some(Err(FrameError::Tool {
                    path: self.path.clone(),
                    source,
                }));
            }
        };
        self.over = self.delivered == self.expected;
        if self.decoded == 0 {
            self.over = true;
            return Some(Err(FrameError::Undecodable {
                path: self.path.clone(),
                reason: log.reason(),
            }));
        }
        let missing = self.expected - self.delivered;
        if missing > QUIET_REPEATS && !status.success() {
            self.over = true;
            let (path, frames, reason) = (self.path.clone(), self.decoded, log.reason());
            return Some(Err(FrameError::Stopped { path, frames, reason }));
        }
        self.note(&log, missing);
        self.repeat()
    }

    fn note(&mut self, log: &Log, missing: u64) {
        if log.errors() > 0 {
            self.warnings.push(FrameWarning::Damaged {
                errors: log.errors(),
                reason: log.reason(),
            });
        }
        if missing > QUIET_REPEATS {
            self.warnings.push(FrameWarning::Short {
                decoded: self.decoded,
                expected: self.expected,
            });
        }
    }

    /// A chunk of repeated last frames, or `None` once the promised number is reached.
    fn repeat(&mut self) -> Option<Result<FrameChunk, FrameError>> {
        let missing = usize::try_from(self.expected - self.delivered).unwrap_or(usize::MAX);
        let count = missing.min(self.spec.chunk);
        if count == 0 {
            self.over = true;
            return None;
        }
        let data = self.last.repeat(count);
        Some(Ok(self.chunk(data)))
    }

    fn chunk(&mut self, data: Vec<u8>) -> FrameChunk {
        let first = self.delivered;
        self.delivered += (data.len() / self.spec.frame_bytes()) as u64;
        FrameChunk {
            first,
            width: self.spec.width,
            height: self.spec.height,
            data,
        }
    }
}

impl Iterator for FrameReader {
    type Item = Result<FrameChunk, FrameError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        if self.chunks.is_some() {
            self.receive()
        } else {
            self.repeat()
        }
    }
}

impl Drop for FrameReader {
    fn drop(&mut self) {
        self.running.kill();
        // Without a receiver the worker cannot wait for a place in the channel.
        self.chunks = None;
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

/// Moves whole frames from ffmpeg into the channel until either end closes.
fn pump(mut stdout: ChildStdout, sender: &SyncSender<io::Result<Vec<u8>>>, frame: usize, chunk: usize) {
    loop {
        let mut data = vec![0; frame * chunk];
        let read = match fill(&mut stdout, &mut data) {
            Ok(read) => read,
            Err(error) => {
                let _ = sender.send(Err(error));
                return;
            }
        };
        let full = read == data.len();
        data.truncate(read / frame * frame);
        if !data.is_empty() && sender.send(Ok(data)).is_err() {
            return;
        }
        if !full {
            return;
        }
    }
}

/// Reads until the buffer is full or the stream ends.
pub(crate) fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match stream.read(&mut buffer[done..]) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Number of the frame at `frames` that is shown at a tick of the model clock.
///
/// Exact: the last frame that has started when the tick comes.
pub fn frame_at_tick(tick: u64, model: Rate, frames: Rate) -> u64 {
    model.convert(tick, frames, Round::Down)
}

/// Number of ticks of the model clock that fall within `count` frames at rate `frames`, at least 1.
pub fn ticks_in_frames(count: u64, frames: Rate, model: Rate) -> u64 {
    frames.convert(count, model, Round::Up).max(1)
}

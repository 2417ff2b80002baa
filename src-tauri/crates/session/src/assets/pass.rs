//! One pass over a video's own sound: from the video or from what was decoded before, into a file on the way.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use muvi_media::OutputError;
use muvi_media::audio::AudioReader;
use muvi_media::growing::GrowingWav;
use muvi_media::wav::{WavError, WavWriter};

use super::{AssetChange, AssetError};

/// Samples at a time.
const BLOCK: usize = 1 << 14;
/// How often it is told that there is more.
const TELL_EVERY: Duration = Duration::from_millis(300);
/// The sound can be heard from here on, in samples, while the rest is still decoded.
const HEARD_AFTER: u64 = 44_100;

/// What a pass over the temp track makes beside its waveform.
#[derive(Clone, Debug, Default)]
pub struct TempPass {
    /// A WAV file for the sound, to be played; it may be there already.
    pub record: Option<PathBuf>,
    /// The ONNX Runtime library that finds the speech; `None` searches the usual places.
    pub runtime: Option<PathBuf>,
}

/// Where the sound comes from.
pub(super) enum Sound {
    Video(Box<AudioReader>),
    Decoded(GrowingWav),
}

impl Sound {
    fn read(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, AssetError> {
        Ok(match self {
            Self::Video(reader) => reader.read(planes)?,
            Self::Decoded(reader) => reader.read(planes)?,
        })
    }
}

/// A pass that has not begun.
pub(super) struct Pass {
    pub(super) source: Sound,
    pub(super) recorder: Option<Recorder>,
    /// Samples that the picture has.
    pub(super) total: u64,
}

impl Pass {
    /// Hands each block to `hear`, which says how many samples it has, and writes it; `each` is told of both.
    pub(super) fn run(
        mut self,
        cancelled: &dyn Fn() -> bool,
        each: &mut dyn FnMut(AssetChange),
        mut hear: impl FnMut([&[f32]; 2]) -> u64,
    ) -> Result<(), AssetError> {
        let [mut left, mut right] = [vec![0.0; BLOCK], vec![0.0; BLOCK]];
        let mut told = Instant::now();
        while !cancelled() {
            let read = self.source.read([&mut left, &mut right])?;
            if read == 0 {
                if let Some(recorder) = self.recorder.take() {
                    recorder.finish(each);
                }
                break;
            }
            let planes = [&left[..read], &right[..read]];
            self.recorder = self.recorder.and_then(|it| it.write(planes, each));
            let samples = hear(planes);
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                each(AssetChange::Temp(
                    (samples as f64 / self.total.max(1) as f64).min(1.0),
                ));
            }
        }
        Ok(())
    }
}

/// Writes the sound to be played. A failure is told; the pass goes on without it.
pub(super) struct Recorder {
    writer: WavWriter,
    path: PathBuf,
    done: u64,
    heard: bool,
}

impl Recorder {
    pub(super) fn create(path: &Path, hz: u32, each: &mut dyn FnMut(AssetChange)) -> Option<Self> {
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        let folder = folder.map_err(|source| WavError::from(OutputError::from_io(path, source)));
        let writer = told(
            folder.and_then(|()| WavWriter::create(path, hz, true)),
            path,
            each,
        )?;
        Some(Self {
            writer,
            path: path.to_owned(),
            done: 0,
            heard: false,
        })
    }

    fn write(mut self, planes: [&[f32]; 2], each: &mut dyn FnMut(AssetChange)) -> Option<Self> {
        told(self.writer.write(planes), &self.path, each)?;
        self.done += planes[0].len() as u64;
        if !self.heard && self.done >= HEARD_AFTER {
            self.heard = true;
            each(AssetChange::Playable(self.writer.work_path().to_owned()));
        }
        Some(self)
    }

    fn finish(self, each: &mut dyn FnMut(AssetChange)) {
        if told(self.writer.finish(), &self.path, each).is_some() {
            each(AssetChange::Playable(self.path));
        }
    }
}

fn told<T>(result: Result<T, WavError>, path: &Path, each: &mut dyn FnMut(AssetChange)) -> Option<T> {
    let failed = |source| {
        each(AssetChange::Problem(AssetError::Record {
            path: path.to_owned(),
            source,
        }));
    };
    result.map_err(failed).ok()
}

/// Whether a decoded temp track is there; marks it as used.
pub(super) fn is_whole(path: &Path, samples: u64) -> bool {
    let there = GrowingWav::open(path).and_then(|wav| wav.frames());
    // A track may end before its picture.
    let fits = there.is_ok_and(|frames| frames > 0 && frames <= samples);
    if fits && let Ok(file) = fs::File::options().append(true).open(path) {
        let _ = file.set_modified(SystemTime::now());
    }
    fits
}

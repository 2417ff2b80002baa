//! Stereo takes on disk: WAV files of 32-bit floats, written and read block by block.

use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec};
use thiserror::Error;

use crate::part::{OutputError, Part};

/// Frames that fit beside the header into the 4 GiB that a WAV file can count: 3 h 6 min at 48 kHz.
pub const MOST_FRAMES: u64 = (u32::MAX as u64 - 4096) / 8;

/// Why a WAV file cannot be written or read.
#[derive(Debug, Error)]
pub enum WavError {
    /// The file cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Too long for the format.
    #[error("{}: a WAV file holds at most {} stereo frames; render a shorter span", path.display(), MOST_FRAMES)]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// The planes of a block differ in length.
    #[error("{}: a block with {left} samples on the left and {right} on the right", path.display())]
    Uneven {
        /// The file.
        path: PathBuf,
        /// Samples on the left.
        left: usize,
        /// Samples on the right.
        right: usize,
    },
    /// Not a file that this writer made.
    #[error("{}: is no stereo WAV of 32-bit floats; render the take again", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Cannot be opened or read.
    #[error("{}: cannot be read; check the disk or render the take again", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: hound::Error,
    },
}

/// Writes a take; it gets its name when it is finished, and is gone if it is not.
pub struct WavWriter {
    // Before `part`: the file is closed before its temporary name is given up.
    inner: hound::WavWriter<BufWriter<File>>,
    part: Part,
    frames: u64,
}

impl WavWriter {
    /// Starts a take of stereo sound at `sample_rate` samples per second.
    ///
    /// # Errors
    /// [`WavError::Output`] if the file cannot be made, or exists and may not be overwritten.
    pub fn create(path: &Path, sample_rate: u32, overwrite: bool) -> Result<Self, WavError> {
        let part = Part::create(path, &[], overwrite)?;
        let spec = WavSpec {
            channels: 2,
            sample_rate,
            bits_per_sample: 32,
            sample_format: SampleFormat::Float,
        };
        let file = File::create(part.path()).map_err(|source| OutputError::from_io(path, source))?;
        let inner =
            hound::WavWriter::new(BufWriter::new(file), spec).map_err(|source| unwritten(path, source))?;
        Ok(Self {
            inner,
            part,
            frames: 0,
        })
    }

    /// Appends a block; both planes have the same length.
    ///
    /// # Errors
    /// [`WavError`] if the disk is full, the file would pass 4 GiB, or the planes differ in length.
    pub fn write(&mut self, planes: [&[f32]; 2]) -> Result<(), WavError> {
        let [left, right] = planes;
        let path = self.part.target();
        if left.len() != right.len() {
            let (left, right) = (left.len(), right.len());
            return Err(WavError::Uneven {
                path: path.to_owned(),
                left,
                right,
            });
        }
        if self.frames + left.len() as u64 > MOST_FRAMES {
            return Err(WavError::TooLong {
                path: path.to_owned(),
            });
        }
        for (&left, &right) in left.iter().zip(right) {
            for sample in [left, right] {
                self.inner
                    .write_sample(sample)
                    .map_err(|source| unwritten(path, source))?;
            }
        }
        self.frames += left.len() as u64;
        Ok(())
    }

    /// Where the take is until it has its name: what was written is heard there after some milliseconds.
    pub fn work_path(&self) -> &Path {
        self.part.path()
    }

    /// Brings the take to the disk and gives it its name; says how many frames it has.
    ///
    /// # Errors
    /// [`WavError::Output`] if the disk is full or the name is taken.
    pub fn finish(self) -> Result<u64, WavError> {
        let Self { inner, part, frames } = self;
        inner
            .finalize()
            .map_err(|source| unwritten(part.target(), source))?;
        part.keep()?;
        Ok(frames)
    }
}

fn unwritten(path: &Path, source: hound::Error) -> WavError {
    let source = match source {
        hound::Error::IoError(source) => source,
        other => io::Error::other(other),
    };
    WavError::Output(OutputError::from_io(path, source))
}

/// Reads a take.
pub struct WavReader {
    inner: hound::WavReader<BufReader<File>>,
    path: PathBuf,
}

impl WavReader {
    /// Opens a take.
    ///
    /// # Errors
    /// [`WavError`] if it cannot be read or is no stereo file of 32-bit floats.
    pub fn open(path: &Path) -> Result<Self, WavError> {
        let wrap = |source| WavError::Read {
            path: path.to_owned(),
            source,
        };
        let inner = hound::WavReader::open(path).map_err(wrap)?;
        let spec = inner.spec();
        if spec.channels != 2 || spec.sample_format != SampleFormat::Float || spec.bits_per_sample != 32 {
            return Err(WavError::Foreign {
                path: path.to_owned(),
            });
        }
        Ok(Self {
            inner,
            path: path.to_owned(),
        })
    }

    /// Samples per second.
    pub fn sample_rate(&self) -> u32 {
        self.inner.spec().sample_rate
    }

    /// Length in frames.
    pub fn frames(&self) -> u64 {
        u64::from(self.inner.duration())
    }

    /// Fills both planes from their start and says how many frames were written: fewer than the shorter plane
    /// has only at the end, then 0.
    ///
    /// # Errors
    /// [`WavError::Read`] if the file is cut off or the disk fails.
    pub fn read(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, WavError> {
        let [left, right] = planes;
        let mut samples = self.inner.samples::<f32>();
        let mut done = 0;
        for (left, right) in left.iter_mut().zip(right) {
            let (Some(l), Some(r)) = (samples.next(), samples.next()) else {
                break;
            };
            let wrap = |source| WavError::Read {
                path: self.path.clone(),
                source,
            };
            (*left, *right) = (l.map_err(wrap)?, r.map_err(wrap)?);
            done += 1;
        }
        Ok(done)
    }

    /// Goes on at frame `frame`; beyond the end nothing is read.
    ///
    /// # Errors
    /// [`WavError::Read`] if the disk fails.
    pub fn seek(&mut self, frame: u64) -> Result<(), WavError> {
        let frame = u32::try_from(frame.min(self.frames())).unwrap_or(u32::MAX);
        let wrap = |source| WavError::Read {
            path: self.path.clone(),
            source: hound::Error::IoError(source),
        };
        self.inner.seek(frame).map_err(wrap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_take_comes_back_bit_by_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("take.wav");
        let left: Vec<f32> = (0..10_000).map(|i| i as f32 / 7777.0).collect();
        let right: Vec<f32> = left.iter().map(|v| -v).collect();
        let mut writer = WavWriter::create(&path, 44_100, false).unwrap();
        writer.write([&left[..6000], &right[..6000]]).unwrap();
        writer.write([&left[6000..], &right[6000..]]).unwrap();
        assert!(!path.exists());
        assert_eq!(writer.finish().unwrap(), 10_000);
        let mut reader = WavReader::open(&path).unwrap();
        assert_eq!((reader.sample_rate(), reader.frames()), (44_100, 10_000));
        let (mut l, mut r) = (vec![0.0; 12_000], vec![0.0; 12_000]);
        assert_eq!(reader.read([&mut l, &mut r]).unwrap(), 10_000);
        assert!(l[..10_000] == left[..] && r[..10_000] == right[..]);
        reader.seek(9_990).unwrap();
        assert_eq!(reader.read([&mut l, &mut r]).unwrap(), 10);
        assert_eq!(l[0], left[9_990]);
    }

    #[test]
    fn an_unfinished_take_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("take.wav");
        let mut writer = WavWriter::create(&path, 44_100, false).unwrap();
        writer.write([&[0.0; 100], &[0.0; 100]]).unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("take.wav");
        let mut writer = WavWriter::create(&path, 48_000, false).unwrap();
        writer.frames = MOST_FRAMES;
        assert!(matches!(
            writer.write([&[0.0], &[0.0]]),
            Err(WavError::TooLong { .. })
        ));
        assert!(matches!(
            writer.write([&[0.0], &[]]),
            Err(WavError::Uneven { .. })
        ));
        std::fs::write(&path, b"RIFFxxxx").unwrap();
        assert!(matches!(WavReader::open(&path), Err(WavError::Read { .. })));
    }
}

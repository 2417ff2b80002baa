//! Reads a take while it is still being written: whatever is on disk can be heard.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The header of our writer is shorter than this.
const LONGEST_HEADER: usize = 256;
/// Stereo, 32-bit floats.
const FRAME_BYTES: u64 = 8;
const BLOCK: usize = 1024;

/// Why a take cannot be read.
#[derive(Debug, Error)]
pub enum GrowingError {
    /// The disk says no.
    #[error("{}: cannot be read; check the disk or make the take again", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Not a file of [`crate::wav::WavWriter`].
    #[error("{}: is no stereo WAV of 32-bit floats; make the take again", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

/// A stereo WAV of 32-bit floats that may still grow.
#[derive(Debug)]
pub struct GrowingWav {
    file: File,
    path: PathBuf,
    /// Where the samples begin, in bytes.
    data: u64,
    /// The next frame.
    at: u64,
    buffer: Vec<u8>,
}

impl GrowingWav {
    /// Opens a finished take, or one in the making under its work name.
    ///
    /// # Errors
    /// [`GrowingError`] if it cannot be opened or is of another kind.
    pub fn open(path: &Path) -> Result<Self, GrowingError> {
        let wrap = |source| GrowingError::Io {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(wrap)?;
        let mut head = [0; LONGEST_HEADER];
        let read = crate::frames::fill(&mut file, &mut head).map_err(wrap)?;
        let data = samples_at(&head[..read]).ok_or_else(|| GrowingError::Foreign {
            path: path.to_owned(),
        })?;
        file.seek(SeekFrom::Start(data)).map_err(wrap)?;
        Ok(Self {
            file,
            path: path.to_owned(),
            data,
            at: 0,
            buffer: vec![0; BLOCK * FRAME_BYTES as usize],
        })
    }

    /// Frames on disk now.
    ///
    /// # Errors
    /// [`GrowingError::Io`] if the disk fails.
    pub fn frames(&self) -> Result<u64, GrowingError> {
        let length = self.file.metadata().map_err(|source| self.failed(source))?.len();
        Ok(length.saturating_sub(self.data) / FRAME_BYTES)
    }

    /// Goes on at frame `frame`; it need not be there yet.
    ///
    /// # Errors
    /// [`GrowingError::Io`] if the disk fails.
    pub fn seek(&mut self, frame: u64) -> Result<(), GrowingError> {
        let at = self.data.saturating_add(frame.saturating_mul(FRAME_BYTES));
        self.file
            .seek(SeekFrom::Start(at))
            .map_err(|source| self.failed(source))?;
        self.at = frame;
        Ok(())
    }

    /// Fills both planes from their start with what is there; says how many frames that were.
    ///
    /// # Errors
    /// [`GrowingError::Io`] if the disk fails.
    pub fn read(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, GrowingError> {
        let [left, right] = planes;
        let wanted = left.len().min(right.len());
        let mut done = 0;
        while done < wanted {
            let count = (wanted - done).min(BLOCK);
            let bytes = &mut self.buffer[..count * FRAME_BYTES as usize];
            let read = crate::frames::fill(&mut self.file, bytes);
            let read = read.map_err(|source| GrowingError::Io {
                path: self.path.clone(),
                source,
            })?;
            let whole = read / FRAME_BYTES as usize;
            for (index, frame) in self
                .buffer
                .chunks_exact(FRAME_BYTES as usize)
                .take(whole)
                .enumerate()
            {
                let sample =
                    |at: usize| f32::from_le_bytes([frame[at], frame[at + 1], frame[at + 2], frame[at + 3]]);
                (left[done + index], right[done + index]) = (sample(0), sample(4));
            }
            done += whole;
            self.at += whole as u64;
            if whole < count {
                // Half a frame may have been read of a file in the making.
                self.seek(self.at)?;
                break;
            }
        }
        Ok(done)
    }

    fn failed(&self, source: io::Error) -> GrowingError {
        GrowingError::Io {
            path: self.path.clone(),
            source,
        }
    }
}

/// Where the samples begin in a WAV file with this start; `None` if it's no stereo file of 32-bit floats.
fn samples_at(head: &[u8]) -> Option<u64> {
    if head.get(..4)? != b"RIFF" || head.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut at = 12;
    let mut fits = false;
    loop {
        let length = u32::from_le_bytes(head.get(at + 4..at + 8)?.try_into().ok()?) as usize;
        let body = at + 8;
        match head.get(at..at + 4)? {
            b"data" => return fits.then_some(body as u64),
            b"fmt " => {
                let word = |at: usize| Some(u16::from_le_bytes(head.get(at..at + 2)?.try_into().ok()?));
                let float = match word(body)? {
                    3 => true,
                    // Extensible: the kind is the start of an identifier further on.
                    0xfffe => word(body + 24)? == 3,
                    _ => false,
                };
                fits = float && word(body + 2)? == 2 && word(body + 14)? == 32;
            }
            _ => {}
        }
        at = body.checked_add(length)?.checked_add(length & 1)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wav::WavWriter;

    #[test]
    fn a_take_in_the_making_is_heard_as_far_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("take.wav");
        let ramp: Vec<f32> = (0..40_000).map(|i| i as f32).collect();
        let mut writer = WavWriter::create(&path, 44_100, false).unwrap();
        writer.write([&ramp[..20_000], &ramp[..20_000]]).unwrap();
        let part = std::fs::read_dir(folder.path())
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path();
        let mut reader = GrowingWav::open(&part).unwrap();
        let there = reader.frames().unwrap();
        assert!((18_000..=20_000).contains(&there), "{there}");
        let (mut left, mut right) = (vec![0.0; 40_000], vec![0.0; 40_000]);
        assert_eq!(reader.read([&mut left, &mut right]).unwrap() as u64, there);
        assert_eq!(left[1234], 1234.0);
        writer.write([&ramp[20_000..], &ramp[20_000..]]).unwrap();
        writer.finish().unwrap();
        // The name has changed; the open file goes on.
        let read = reader.read([&mut left, &mut right]).unwrap();
        assert_eq!(read as u64 + there, 40_000);
        assert_eq!((left[0], right[read - 1]), (there as f32, 39_999.0));
        reader.seek(39_990).unwrap();
        assert_eq!(reader.read([&mut left, &mut right]).unwrap(), 10);
        reader.seek(1 << 40).unwrap();
        assert_eq!(reader.read([&mut left, &mut right]).unwrap(), 0);
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.wav");
        for bytes in [
            &b""[..],
            b"RIFF",
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0",
            &[0; 300],
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert!(matches!(
                GrowingWav::open(&path),
                Err(GrowingError::Foreign { .. })
            ));
        }
        assert!(matches!(
            GrowingWav::open(&folder.path().join("none")),
            Err(GrowingError::Io { .. })
        ));
    }
}

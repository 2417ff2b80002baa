//! The files of a take: written under temporary names, named together once all are whole.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use muvi_media::OutputError;
use muvi_media::wav::MOST_FRAMES;

use crate::error::{Error, TakeProblem};

/// Where the files of a take are: beside each other, one name with three extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakePaths {
    base: PathBuf,
}

impl TakePaths {
    /// The files with this name, given without an extension.
    pub fn new(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into() }
    }

    /// The name without an extension.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// The sound: stereo, 32-bit floats.
    pub fn wav(&self) -> PathBuf {
        self.with(".wav")
    }

    /// The sound while it grows.
    pub fn growing(&self) -> PathBuf {
        self.with(".wav.part")
    }

    /// The latents of music and style.
    pub fn latents(&self) -> PathBuf {
        self.with(".latents")
    }

    /// How it was made, JSON.
    pub fn document(&self) -> PathBuf {
        self.with(".json")
    }

    fn with(&self, extension: &str) -> PathBuf {
        let mut name = OsString::from(&self.base);
        name.push(extension);
        name.into()
    }

    /// Temporary and final names, the sound last: where it is, all is.
    fn all(&self) -> [(PathBuf, PathBuf); 3] {
        [
            (self.with(".latents.part"), self.latents()),
            (self.with(".json.part"), self.document()),
            (self.growing(), self.wav()),
        ]
    }

    pub(super) fn error(&self, problem: TakeProblem) -> Error {
        Error::Take {
            path: self.base.clone(),
            problem,
        }
    }
}

/// Why a file of a take can't be written.
fn failed(path: &Path, source: io::Error) -> Error {
    OutputError::from_io(path, source).into()
}

/// A take that grows; all of it is gone if it is dropped before it is kept.
pub(super) struct Draft {
    paths: TakePaths,
    wav: Option<BufWriter<File>>,
    written: u64,
    bytes: Vec<u8>,
    /// Files that are this draft's own.
    made: Vec<PathBuf>,
}

impl Draft {
    /// Begins a take of `samples` samples.
    pub(super) fn create(paths: &TakePaths, sample_rate: u32, samples: u64) -> Result<Self, Error> {
        let folder = paths.base.parent().filter(|it| !it.as_os_str().is_empty());
        if paths.base.file_name().is_none() {
            return Err(OutputError::NoName {
                path: paths.base.clone(),
            }
            .into());
        }
        if !folder.unwrap_or(Path::new(".")).is_dir() {
            return Err(OutputError::NoFolder {
                path: paths.base.clone(),
            }
            .into());
        }
        if samples > MOST_FRAMES {
            let seconds = samples as f64 / f64::from(sample_rate);
            return Err(paths.error(TakeProblem::TooLong { seconds }));
        }
        for (_, path) in paths.all() {
            if fs::symlink_metadata(&path).is_ok() {
                return Err(OutputError::Exists { path }.into());
            }
        }
        let growing = paths.growing();
        // A file under the temporary name is what a crash left.
        let file = File::create(&growing).map_err(|source| failed(&growing, source))?;
        let mut draft = Self {
            paths: paths.clone(),
            wav: Some(BufWriter::with_capacity(1 << 18, file)),
            written: 0,
            bytes: Vec::new(),
            made: vec![growing],
        };
        draft.bytes = header(sample_rate, samples);
        draft.flush()?;
        Ok(draft)
    }

    /// Appends samples; they can be read from the file afterwards. Says how many there are.
    pub(super) fn write(&mut self, [left, right]: [&[f32]; 2]) -> Result<u64, Error> {
        self.bytes.clear();
        let samples = left.iter().zip(right).flat_map(|(l, r)| [*l, *r]);
        self.bytes.extend(samples.flat_map(f32::to_le_bytes));
        self.flush()?;
        self.written += left.len().min(right.len()) as u64;
        Ok(self.written)
    }

    fn flush(&mut self) -> Result<(), Error> {
        let path = self.paths.growing();
        let Some(wav) = &mut self.wav else {
            return Ok(());
        };
        wav.write_all(&self.bytes)
            .and_then(|()| wav.flush())
            .map_err(|source| failed(&path, source))
    }

    /// Writes the other files and gives all of them their names.
    pub(super) fn keep(mut self, latents: &[u8], document: &[u8]) -> Result<(), Error> {
        let [(latents_part, _), (document_part, _), _] = self.paths.all();
        for (path, bytes) in [(&latents_part, latents), (&document_part, document)] {
            self.made.push(path.clone());
            let write = || {
                let mut file = File::create(path)?;
                file.write_all(bytes)?;
                file.sync_all()
            };
            write().map_err(|source| failed(path, source))?;
        }
        if let Some(wav) = self.wav.take() {
            let growing = self.paths.growing();
            let done = wav.into_inner().map_err(io::IntoInnerError::into_error);
            done.and_then(|file| file.sync_all())
                .map_err(|source| failed(&growing, source))?;
        }
        for (part, path) in self.paths.all() {
            fs::rename(&part, &path).map_err(|source| failed(&path, source))?;
            self.made.push(path);
        }
        if let Some(Ok(folder)) = self.paths.base.parent().map(File::open) {
            // The names are on the disk only after their folder is; a system that can't do this does it later.
            let _ = folder.sync_all();
        }
        self.made.clear();
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Closed first: some systems delete no open file.
        self.wav = None;
        for path in &self.made {
            let _ = fs::remove_file(path);
        }
    }
}

/// The header of a WAV file of stereo 32-bit floats that will have this length.
fn header(sample_rate: u32, samples: u64) -> Vec<u8> {
    const FRAME: u32 = 8;
    let samples = u32::try_from(samples).unwrap_or(u32::MAX / FRAME);
    let data = samples * FRAME;
    let mut out = Vec::with_capacity(56);
    out.extend(b"RIFF");
    out.extend((48 + data).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16_u32.to_le_bytes());
    // Format 3: floats; two channels.
    out.extend([3, 0, 2, 0]);
    out.extend(sample_rate.to_le_bytes());
    out.extend((sample_rate * FRAME).to_le_bytes());
    out.extend([FRAME as u8, 0, 32, 0]);
    out.extend(b"fact");
    out.extend(4_u32.to_le_bytes());
    out.extend(samples.to_le_bytes());
    out.extend(b"data");
    out.extend(data.to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use muvi_media::wav::WavReader;

    use super::*;

    #[test]
    fn a_growing_take_can_be_read_and_gets_its_names_at_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let paths = TakePaths::new(dir.path().join("take 1.a"));
        let mut draft = Draft::create(&paths, 44_100, 300).unwrap();
        let left: Vec<f32> = (0..200).map(|n| n as f32 / 7.0).collect();
        let right: Vec<f32> = left.iter().map(|it| -it).collect();
        assert_eq!(draft.write([&left, &right]).unwrap(), 200);
        let mut reader = WavReader::open(&paths.growing()).unwrap();
        assert_eq!((reader.sample_rate(), reader.frames()), (44_100, 300));
        let (mut l, mut r) = (vec![0.0; 200], vec![0.0; 200]);
        assert_eq!(reader.read([&mut l, &mut r]).unwrap(), 200);
        assert!(l == left && r == right);
        assert!(!paths.wav().exists());
        draft.write([&left[..100], &right[..100]]).unwrap();
        draft.keep(b"latents", b"{}").unwrap();
        let mut names: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|it| it.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["take 1.a.json", "take 1.a.latents", "take 1.a.wav"]);
        assert_eq!(WavReader::open(&paths.wav()).unwrap().frames(), 300);
        let again = Draft::create(&paths, 44_100, 300).err().unwrap();
        assert!(again.existing_output().is_some(), "{again}");
    }

    #[test]
    fn a_draft_that_is_not_kept_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let paths = TakePaths::new(dir.path().join("take"));
        let mut draft = Draft::create(&paths, 44_100, 300).unwrap();
        draft.write([&[0.0; 10], &[0.0; 10]]).unwrap();
        drop(draft);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        // A name that can't be given: what was named before it goes too.
        let draft = Draft::create(&paths, 44_100, 300).unwrap();
        fs::create_dir_all(paths.wav().join("x")).unwrap();
        assert!(draft.keep(b"", b"").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn places_that_cannot_be_written_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let none = TakePaths::new(dir.path().join("no/take"));
        assert!(matches!(
            Draft::create(&none, 44_100, 1),
            Err(Error::Output(OutputError::NoFolder { .. }))
        ));
        let paths = TakePaths::new(dir.path().join("take"));
        let long = Draft::create(&paths, 44_100, MOST_FRAMES + 1).err().unwrap();
        assert!(matches!(
            long,
            Error::Take {
                problem: TakeProblem::TooLong { .. },
                ..
            }
        ));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}

//! What is heard of music that is judged.

use std::path::Path;

use muvi_media::Tools;
use muvi_media::audio::{AudioError, AudioReader};
use muvi_media::loudness::{Loudness, LoudnessMeter};
use muvi_media::probe::probe;
use muvi_scoring::curve::Curve;
use muvi_scoring::metrics::{LoudnessEnvelope, OnsetDetector, Onsets};
use muvi_scoring::pulse::Rhythm;
use muvi_scoring::similarity::{FeatureRow, MusicFeatures};

use crate::error::{Error, StyleProblem};
use crate::progress::Progress;

/// Values of the level per second.
const LEVEL_HZ: f64 = 10.0;
const BLOCK: usize = 1 << 14;

/// What was heard.
pub(crate) struct Heard {
    pub(crate) onsets: Onsets,
    pub(crate) rhythm: Rhythm,
    /// In dBFS, -60 and above.
    pub(crate) level: Curve,
    pub(crate) loudness: Loudness,
    /// What the contrastive music encoder hears, ten rows a second.
    pub(crate) features: Vec<FeatureRow>,
    /// Samples that were heard.
    pub(crate) samples: u64,
}

/// Listens block by block, in flat memory but for a few numbers per hundredth of a second.
pub(crate) struct Ears {
    onsets: OnsetDetector,
    level: LoudnessEnvelope,
    meter: LoudnessMeter,
    features: MusicFeatures,
    samples: u64,
}

impl Ears {
    /// Ears for music that starts `from_s` seconds into the picture.
    pub(crate) fn new(sample_rate: u32, from_s: f64) -> Result<Self, Error> {
        Ok(Self {
            onsets: OnsetDetector::new(sample_rate),
            level: LoudnessEnvelope::new(sample_rate, LEVEL_HZ),
            meter: LoudnessMeter::new(sample_rate)?,
            features: MusicFeatures::new(sample_rate, from_s),
            samples: 0,
        })
    }

    pub(crate) fn hear(&mut self, planes: [&[f32]; 2]) -> Result<(), Error> {
        self.onsets.push(planes[0], planes[1]);
        self.level.push(planes[0], planes[1]);
        self.features.push(planes[0], planes[1]);
        self.meter.add(planes)?;
        self.samples += planes[0].len() as u64;
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<Heard, Error> {
        let (onsets, rhythm) = self.onsets.finish_with_rhythm();
        Ok(Heard {
            onsets,
            rhythm,
            level: self.level.finish(),
            loudness: self.meter.report()?,
            features: self.features.finish(),
            samples: self.samples,
        })
    }
}

/// Music in a file: what was heard of it, and how long it is as far as the file says.
pub(super) struct Listened {
    pub(super) heard: Heard,
    pub(super) length_s: Option<f64>,
}

/// Listens to at most `limit` samples of the sound of any audio or video file.
pub(super) fn listen(
    path: &Path,
    tools: &Tools,
    hz: u32,
    limit: u64,
    progress: &mut Progress<'_>,
) -> Result<Listened, Error> {
    let wrap = |error| Error::Music {
        path: path.to_path_buf(),
        problem: StyleProblem::Audio(error),
    };
    let mut reader = open(path, tools, hz).map_err(wrap)?;
    let length = reader.length();
    let mut ears = Ears::new(hz, 0.0)?;
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    while ears.samples < limit {
        progress.check()?;
        let wanted = BLOCK.min(usize::try_from(limit - ears.samples).unwrap_or(BLOCK));
        let read = reader
            .read([&mut left[..wanted], &mut right[..wanted]])
            .map_err(wrap)?;
        if read == 0 {
            break;
        }
        ears.hear([&left[..read], &right[..read]])?;
        progress.at(ears.samples as f64 / length.unwrap_or(limit).min(limit).max(1) as f64);
    }
    if ears.samples == 0 {
        return Err(wrap(AudioError::NoSound {
            path: path.to_path_buf(),
        }));
    }
    Ok(Listened {
        heard: ears.finish()?,
        length_s: length.map(|samples| samples as f64 / f64::from(hz)),
    })
}

/// The sound of a video lies on the clock of its picture, that of a sound file on its own.
fn open(path: &Path, tools: &Tools, hz: u32) -> Result<AudioReader, AudioError> {
    if let Ok(info) = probe(tools, path)
        && let Some(stream) = info.audio.iter().find(|it| it.default).or(info.audio.first())
    {
        return AudioReader::open_video(tools, &info, stream, hz);
    }
    AudioReader::open_file(tools, path, hz, None)
}

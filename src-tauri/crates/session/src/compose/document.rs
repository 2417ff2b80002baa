//! How a take was made: JSON beside its sound.

use std::fs;
use std::ops::Range;

use muvi_media::loudness::Loudness;
use muvi_scoring::curve::Curve;
use muvi_scoring::metrics::Onsets;
use muvi_scoring::pack::Pack;
use muvi_scoring::plan::{Beat, Plan};
use muvi_scoring::pulse::{Rhythm, follow};
use muvi_scoring::runtime::ProviderReport;
use muvi_scoring::solver::SolverSettings;
use serde::{Deserialize, Serialize};

use super::{HitLanding, TakePaths, Wishes};
use crate::error::{Error, TakeProblem};

/// Version of the document; one of another version is not read.
pub(super) const VERSION: u32 = 1;

/// The pack that made a take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackFacts {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its hash, hex.
    pub hash: String,
}

impl PackFacts {
    pub(super) fn of(pack: &Pack) -> Self {
        let manifest = pack.manifest();
        Self {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            hash: pack.hash().to_owned(),
        }
    }

    pub(super) fn words(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

/// Loudness after EBU R 128.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoudnessFacts {
    /// Integrated loudness in LUFS; `None` for silence.
    pub integrated_lufs: Option<f64>,
    /// Loudness range in LU.
    pub range_lu: f64,
    /// True peak in dBTP; `None` for silence.
    pub true_peak_dbtp: Option<f64>,
    /// The highest sample in dBFS; `None` for silence.
    pub sample_peak_dbfs: Option<f64>,
}

impl From<Loudness> for LoudnessFacts {
    fn from(it: Loudness) -> Self {
        Self {
            integrated_lufs: it.integrated_lufs,
            range_lu: it.range_lu,
            true_peak_dbtp: it.true_peak_dbtp,
            sample_peak_dbfs: it.sample_peak_dbfs,
        }
    }
}

/// A section that was made anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SectionFacts {
    /// Samples of the take.
    pub span: Range<u64>,
    /// The same with the fade before it.
    pub changed: Range<u64>,
    /// What it was to be.
    pub wishes: Wishes,
    /// Its style, for people.
    pub style_name: Option<String>,
    /// How the flow was solved.
    pub solver: SolverSettings,
}

/// How a take was made, and what was measured of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TakeDocument {
    /// Version of this document.
    pub version: u32,
    /// The pack.
    pub pack: PackFacts,
    /// Samples per second.
    pub sample_rate: u32,
    /// Where it lies in the picture, in samples.
    pub span: Range<u64>,
    /// What it was to be, but for its sections.
    pub wishes: Wishes,
    /// Its style, for people.
    pub style_name: Option<String>,
    /// How the flow was solved, but for its sections.
    pub solver: SolverSettings,
    /// Sections that were made anew, oldest first.
    pub sections: Vec<SectionFacts>,
    /// Tempo map, beats, bars, chords, key, intensity, hits; 0 is the start of the take.
    pub plan: Plan,
    /// Tempo of the longest stretch, beats a minute.
    pub bpm: f64,
    /// Loudness of the whole take.
    pub loudness: LoudnessFacts,
    /// Level in dBFS, -60 and above, over the take.
    pub level: Curve,
    /// Onsets of the music in seconds from the start of the take.
    pub onsets_s: Vec<f64>,
    /// How strong each of them is, about 0..1; empty in takes of older versions.
    #[serde(default)]
    pub onset_strengths: Vec<f32>,
    /// The plan's beats where they sound; empty in takes of older versions.
    #[serde(default)]
    pub beats: Vec<Beat>,
    /// Mean of sounding minus planned beats in milliseconds, above 0 if the music is late; `None` if no beat is heard
    /// or in takes of older versions.
    #[serde(default)]
    pub beat_offset_ms: Option<f64>,
    /// How it landed on the hit points.
    pub landings: Vec<HitLanding>,
    /// What the networks ran on.
    pub provider: ProviderReport,
    /// Version of ONNX Runtime.
    pub runtime: String,
}

/// The plan's beats where they sound, and how late they are on average, in milliseconds.
pub(super) fn beats_heard(plan: &Plan, rhythm: &Rhythm) -> (Vec<Beat>, Option<f64>) {
    let planned: Vec<f64> = plan.beats.iter().map(|beat| beat.time_s).collect();
    let followed = follow(rhythm, &planned);
    let beats = plan.beats.iter().zip(followed.times_s);
    let beats = beats.map(|(beat, time_s)| Beat { time_s, ..*beat });
    (beats.collect(), followed.offset_ms)
}

impl TakeDocument {
    /// The tempo map: beats where they sound, or as planned in takes of older versions. Seconds count from the start
    /// of the take.
    pub fn beats(&self) -> &[Beat] {
        if self.beats.is_empty() {
            &self.plan.beats
        } else {
            &self.beats
        }
    }

    /// Onsets with their strengths; `None` in takes of older versions, which kept none.
    pub(crate) fn onsets(&self) -> Option<Onsets> {
        let whole = self.onset_strengths.len() == self.onsets_s.len();
        whole.then(|| Onsets {
            times_s: self.onsets_s.clone(),
            strengths: self.onset_strengths.clone(),
        })
    }

    pub(super) fn to_bytes(&self, paths: &TakePaths) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self).map_err(|source| {
            let (file, source) = (paths.document(), source.into());
            paths.error(TakeProblem::Unreadable { file, source })
        })
    }

    /// Reads the document of a take.
    ///
    /// # Errors
    /// [`Error::Take`] if the file is missing, damaged or of another version.
    pub fn read(paths: &TakePaths) -> Result<Self, Error> {
        let file = paths.document();
        let bytes = fs::read(&file).map_err(|source| {
            let file = file.clone();
            paths.error(TakeProblem::Unreadable { file, source })
        })?;
        serde_json::from_slice(&bytes)
            .ok()
            .filter(|it: &Self| it.version == VERSION)
            .ok_or_else(|| paths.error(TakeProblem::Damaged { file }))
    }
}

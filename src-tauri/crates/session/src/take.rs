//! One take: music composed for a plan and rendered into a work file, whatever its length, in flat memory.

use std::path::{Path, PathBuf};

use muvi_media::loudness::{Loudness, LoudnessMeter};
use muvi_media::wav::{WavError, WavReader, WavWriter};
use muvi_playback::Source;
use muvi_scoring::ScoringError;
use muvi_scoring::analysis::Analysis;
use muvi_scoring::codec::{DecodeSettings, Decoder};
use muvi_scoring::generate::{Composition, GenerateRequest};
use muvi_scoring::latents::Latents;
use muvi_scoring::models::MusicModels;
use muvi_scoring::plan::Plan;
use muvi_scoring::solver::SolverSettings;

use crate::compose::stream::{Sounding, stream};
use crate::error::Error;
use crate::event::Phase;
use crate::level;
use crate::progress::Progress;

/// What a take is made from.
pub(crate) struct Brief<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) analysis: &'a Analysis,
    pub(crate) style: Option<&'a Latents>,
    pub(crate) samples: u64,
    pub(crate) seed: u64,
    pub(crate) solver: SolverSettings,
}

/// Rendered music.
pub(crate) struct Take {
    path: PathBuf,
    pub(crate) loudness: Loudness,
}

impl Take {
    /// Composes into a work file in `folder`, window by window; `output` is what the user knows of it.
    pub(crate) fn make(
        brief: &Brief<'_>,
        models: &mut MusicModels,
        folder: &Path,
        output: &Path,
        progress: &mut Progress<'_>,
    ) -> Result<Self, Error> {
        progress.start(Phase::Compose)?;
        let manifest = models.manifest();
        let hz = manifest.sample_rate;
        let wrap = |source| Error::WorkFile {
            path: output.to_path_buf(),
            source,
        };
        let request = GenerateRequest {
            plan: brief.plan,
            analysis: Some(brief.analysis),
            from_s: 0.0,
            samples: brief.samples,
            style: brief.style,
            seed: brief.seed,
            solver: brief.solver,
        };
        let mut piece = Composition::new(manifest, request).map_err(ScoringError::from)?;
        let (width, total) = (manifest.latent.width, piece.total());
        let settings = DecodeSettings::default();
        let decoder = Decoder::new(manifest, width, total, brief.samples, &settings);
        let mut sounding = Sounding::Whole(Box::new(decoder.map_err(ScoringError::from)?));
        let path = folder.join("take.wav");
        let mut meter = LoudnessMeter::new(hz)?;
        let mut writer = WavWriter::create(&path, hz, true).map_err(wrap)?;
        let mut sink = |planes: [&[f32]; 2]| {
            writer.write(planes).map_err(wrap)?;
            Ok(meter.add(planes)?)
        };
        stream(
            models,
            &mut piece,
            &mut sounding,
            brief.samples,
            progress,
            &mut sink,
        )?;
        writer.finish().map_err(wrap)?;
        let loudness = meter.report()?;
        Ok(Self { path, loudness })
    }

    /// The music as a source of a mix.
    pub(crate) fn source(&self) -> Result<Box<dyn Source + Send>, WavError> {
        Ok(level::source(WavReader::open(&self.path)?))
    }
}

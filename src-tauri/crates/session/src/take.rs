//! One take: music composed for a plan and rendered into a work file, whatever its length, in flat memory.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use muvi_media::loudness::{Loudness, LoudnessMeter};
use muvi_media::wav::{WavError, WavReader, WavWriter};
use muvi_playback::{Source, SourceError};
use muvi_scoring::analysis::Analysis;
use muvi_scoring::codec::DecodeSettings;
use muvi_scoring::generate::{GenerateRequest, Generator};
use muvi_scoring::latents::Latents;
use muvi_scoring::models::MusicModels;
use muvi_scoring::plan::Plan;
use muvi_scoring::solver::SolverSettings;
use muvi_scoring::{Cancel, ScoringError};

use crate::error::Error;
use crate::event::Phase;
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
    /// Composes and renders into a work file in `folder`; `output` is what the user knows of it.
    pub(crate) fn make(
        brief: &Brief<'_>,
        models: &mut MusicModels,
        folder: &Path,
        output: &Path,
        progress: &mut Progress<'_>,
    ) -> Result<Self, Error> {
        let cancel = Cancel::from(progress.cancel().flag());
        progress.start(Phase::Compose)?;
        let latents = compose(brief, models, &cancel, progress)?;
        progress.start(Phase::Render)?;
        let path = folder.join("take.wav");
        let loudness = render(&latents, brief.samples, models, &path, output, &cancel, progress)?;
        Ok(Self { path, loudness })
    }

    /// The music as a source of a mix.
    pub(crate) fn source(&self) -> Result<Box<dyn Source + Send>, WavError> {
        let mut reader = WavReader::open(&self.path)?;
        Ok(Box::new(move |planes: [&mut [f32]; 2]| {
            reader.read(planes).map_err(SourceError::from)
        }))
    }
}

fn compose(
    brief: &Brief<'_>,
    models: &mut MusicModels,
    cancel: &Cancel,
    progress: &mut Progress<'_>,
) -> Result<Latents, Error> {
    let request = GenerateRequest {
        plan: brief.plan,
        analysis: Some(brief.analysis),
        samples: brief.samples,
        style: brief.style,
        seed: brief.seed,
        solver: brief.solver,
    };
    let mut heard = |event: muvi_scoring::generate::GenerateEvent<'_>| {
        if let Some(fraction) = event.fraction() {
            progress.at(fraction);
        }
    };
    Ok(Generator::new(models)
        .generate(&request, cancel, &mut heard)
        .map_err(ScoringError::from)?)
}

fn render(
    latents: &Latents,
    samples: u64,
    models: &mut MusicModels,
    path: &Path,
    output: &Path,
    cancel: &Cancel,
    progress: &mut Progress<'_>,
) -> Result<Loudness, Error> {
    let hz = models.manifest().sample_rate;
    let wrap = |source| Error::WorkFile {
        path: output.to_path_buf(),
        source,
    };
    let mut meter = LoudnessMeter::new(hz)?;
    let mut writer = WavWriter::create(path, hz, true).map_err(wrap)?;
    let mut failure = None;
    let mut sink = |chunk: muvi_scoring::codec::AudioChunk<'_>| {
        let planes = [chunk.left, chunk.right];
        let done = writer
            .write(planes)
            .map_err(wrap)
            .and_then(|()| Ok(meter.add(planes)?));
        progress.at((chunk.first + chunk.left.len() as u64) as f64 / samples.max(1) as f64);
        match done {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let decoded = muvi_scoring::codec::decode(
        models,
        latents,
        samples,
        &DecodeSettings::default(),
        cancel,
        &mut sink,
    );
    // The sink's own failure is the cause of whatever the decoder says about it.
    if let Some(error) = failure {
        return Err(error);
    }
    decoded.map_err(ScoringError::from)?;
    writer.finish().map_err(wrap)?;
    Ok(meter.report()?)
}

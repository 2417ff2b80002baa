//! The networks of a pack, loaded in two groups: those that look at the picture, and those that make the music. The
//! first can be dropped before the second is loaded, so that both need not fit into memory at once.

use crate::pack::{Manifest, Pack, StageKind};
use crate::runtime::{ProviderReport, Runtime, SessionSettings, Stage, StageError};

/// Encoder and adaptor.
#[derive(Debug)]
pub struct PictureModels {
    pub(crate) encoder: Stage,
    pub(crate) adaptor: Stage,
    manifest: Manifest,
    report: ProviderReport,
}

impl PictureModels {
    /// Builds the sessions and holds them against the manifest.
    ///
    /// # Errors
    /// [`StageError`] naming the file and, where a tensor doesn't fit, the tensor.
    pub fn load(pack: &Pack, runtime: &Runtime, settings: &SessionSettings) -> Result<Self, StageError> {
        let mut report = ProviderReport::new(settings.provider);
        let mut stage = |kind| Stage::load(pack, kind, runtime, settings, &mut report);
        let (encoder, adaptor) = (stage(StageKind::Encoder)?, stage(StageKind::Adaptor)?);
        Ok(Self {
            encoder,
            adaptor,
            manifest: pack.manifest().clone(),
            report,
        })
    }

    /// What the networks run on.
    pub fn report(&self) -> &ProviderReport {
        &self.report
    }

    /// The manifest of their pack.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}

/// Velocity network and codec.
#[derive(Debug)]
pub struct MusicModels {
    pub(crate) velocity: Stage,
    pub(crate) codec_encoder: Stage,
    pub(crate) codec_decoder: Stage,
    manifest: Manifest,
    report: ProviderReport,
}

impl MusicModels {
    /// Builds the sessions and holds them against the manifest.
    ///
    /// # Errors
    /// [`StageError`] naming the file and, where a tensor doesn't fit, the tensor.
    pub fn load(pack: &Pack, runtime: &Runtime, settings: &SessionSettings) -> Result<Self, StageError> {
        let mut report = ProviderReport::new(settings.provider);
        let mut stage = |kind| Stage::load(pack, kind, runtime, settings, &mut report);
        let velocity = stage(StageKind::Velocity)?;
        let (codec_encoder, codec_decoder) =
            (stage(StageKind::CodecEncoder)?, stage(StageKind::CodecDecoder)?);
        Ok(Self {
            velocity,
            codec_encoder,
            codec_decoder,
            manifest: pack.manifest().clone(),
            report,
        })
    }

    /// What the networks run on.
    pub fn report(&self) -> &ProviderReport {
        &self.report
    }

    /// The manifest of their pack.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}

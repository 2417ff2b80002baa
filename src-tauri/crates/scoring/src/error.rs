//! One error for callers that only pass it on.

use crate::analysis::AnalysisError;
use crate::codec::CodecError;
use crate::generate::GenerateError;
use crate::pack::PackError;
use crate::plan::PlanError;
use crate::runtime::{RuntimeError, StageError};
use crate::similarity::SimilarityError;
use crate::speech::SpeechError;

/// Any error of this crate; messages and sources are those of the error inside.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum ScoringError {
    /// A pack was refused.
    Pack(#[from] PackError),
    /// ONNX Runtime can't be used.
    Runtime(#[from] RuntimeError),
    /// A network can't be opened or run.
    Stage(#[from] StageError),
    /// The picture can't be analysed.
    Analysis(#[from] AnalysisError),
    /// There's no plan.
    Plan(#[from] PlanError),
    /// There's no music.
    Generate(#[from] GenerateError),
    /// Latents and audio can't be turned into each other.
    Codec(#[from] CodecError),
    /// Picture and music can't be compared.
    Similarity(#[from] SimilarityError),
    /// Speech can't be found.
    Speech(#[from] SpeechError),
}

impl ScoringError {
    /// Whether the caller stopped the work, so that nothing went wrong.
    pub fn is_cancelled(&self) -> bool {
        matches!(
            self,
            Self::Analysis(AnalysisError::Cancelled(_))
                | Self::Generate(GenerateError::Cancelled(_))
                | Self::Codec(CodecError::Cancelled(_))
                | Self::Similarity(SimilarityError::Cancelled(_))
        )
    }
}

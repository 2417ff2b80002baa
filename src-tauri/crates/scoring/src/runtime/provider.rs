//! Execution providers: which hardware runs a network, and what came of trying.

use std::num::NonZeroUsize;
use std::path::Path;
use std::str::FromStr;

use ort::ep::{self, ExecutionProvider as _, ExecutionProviderDispatch};
use serde::{Deserialize, Serialize};

#[cfg(windows)]
const CUDA_LIBRARY: &str = "onnxruntime_providers_cuda.dll";
#[cfg(not(windows))]
const CUDA_LIBRARY: &str = "libonnxruntime_providers_cuda.so";

/// Where networks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// The best that this machine offers.
    #[default]
    Auto,
    /// NVIDIA GPUs.
    Cuda,
    /// Any GPU on Windows.
    DirectMl,
    /// Apple's GPU and neural engine.
    CoreMl,
    /// The processor; always there.
    Cpu,
}

/// A name that is no provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no provider; choose auto, cuda, directml, coreml or cpu")]
pub struct UnknownProvider(String);

impl Provider {
    /// Every provider that a session can run on, best first.
    pub(super) const ALL: [Self; 4] = [Self::Cuda, Self::DirectMl, Self::CoreMl, Self::Cpu];

    /// The name in commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cuda => "cuda",
            Self::DirectMl => "directml",
            Self::CoreMl => "coreml",
            Self::Cpu => "cpu",
        }
    }

    /// Whether the loaded library was built with it and has beside it what it would load for it.
    pub(super) fn is_offered(self, library: &Path) -> bool {
        let available = match self {
            Self::Auto | Self::Cpu => Ok(true),
            // This one is a library of its own: many builds know of it and come without it.
            Self::Cuda if !library.with_file_name(CUDA_LIBRARY).is_file() => Ok(false),
            Self::Cuda => ep::CUDA::is_available(),
            Self::DirectMl => ep::DirectML::is_available(),
            Self::CoreMl => ep::CoreML::is_available(),
        };
        available.unwrap_or(false)
    }

    /// What to try, in order; the processor comes last and can't be missing.
    pub(super) fn attempts(self, library: &Path) -> Vec<Self> {
        match self {
            // What the library can't do is no offer, so leaving it out is no fall-back.
            Self::Auto => Self::ALL.into_iter().filter(|p| p.is_offered(library)).collect(),
            Self::Cpu => vec![Self::Cpu],
            named => vec![named, Self::Cpu],
        }
    }

    /// What to register with a session, `None` for the processor, which needs nothing.
    pub(super) fn dispatch(self) -> Option<ExecutionProviderDispatch> {
        let dispatch = match self {
            Self::Auto | Self::Cpu => return None,
            Self::Cuda => ep::CUDA::default().build(),
            Self::DirectMl => ep::DirectML::default().build(),
            Self::CoreMl => ep::CoreML::default().build(),
        };
        Some(dispatch.error_on_failure())
    }
}

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(name: &str) -> Result<Self, UnknownProvider> {
        let all = [Self::Auto].into_iter().chain(Self::ALL);
        let found = all.into_iter().find(|p| p.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownProvider(name.to_owned()))
    }
}

impl std::fmt::Display for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// How sessions are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionSettings {
    /// Where to run.
    pub provider: Provider,
    /// Threads of the processor for one operator; `None` is one per core.
    pub threads: Option<NonZeroUsize>,
}

/// A provider that was tried and did not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderFailure {
    /// The provider.
    pub provider: Provider,
    /// The network that was to run on it.
    pub stage: String,
    /// Why it can't.
    pub reason: String,
}

/// What came of choosing a provider; for the user to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderReport {
    /// What was asked for.
    pub requested: Provider,
    /// What the networks run on (the slowest of them, where they differ).
    pub used: Provider,
    /// What was tried before, and why it didn't work.
    pub fell_back: Vec<ProviderFailure>,
}

impl ProviderReport {
    pub(crate) fn new(requested: Provider) -> Self {
        Self {
            requested,
            used: requested,
            fell_back: Vec::new(),
        }
    }
}

impl std::fmt::Display for ProviderReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.used)?;
        for failure in &self.fell_back {
            write!(
                f,
                "; {} not used for {}: {}",
                failure.provider, failure.stage, failure.reason
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for p in [
            Provider::Auto,
            Provider::Cuda,
            Provider::DirectMl,
            Provider::CoreMl,
            Provider::Cpu,
        ] {
            assert_eq!(p.name().parse(), Ok(p));
            assert_eq!(serde_json::to_string(&p).unwrap(), format!("\"{p}\""));
        }
        assert_eq!("CUDA".parse(), Ok(Provider::Cuda));
        assert!(
            "gpu"
                .parse::<Provider>()
                .unwrap_err()
                .to_string()
                .contains("coreml")
        );
    }

    #[test]
    fn a_named_provider_ends_at_the_processor() {
        let library = Path::new("/nowhere/libonnxruntime.so");
        assert_eq!(Provider::Cuda.attempts(library), [Provider::Cuda, Provider::Cpu]);
        assert_eq!(Provider::Cpu.attempts(library), [Provider::Cpu]);
    }

    #[test]
    fn a_library_without_its_cuda_part_does_not_offer_cuda() {
        assert!(!Provider::Cuda.is_offered(Path::new("/nowhere/libonnxruntime.so")));
    }
}

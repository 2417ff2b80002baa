//! One network: its session, held against the manifest, and typed access to its tensors.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::session::{Session, SessionInputValue, SessionOutputs};
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};

use super::{Provider, ProviderFailure, ProviderReport, Runtime, SessionSettings};
use crate::pack::{Dim, Dtype, Pack, StageKind, StageSpec, TensorSpec};

/// Why a network can't be opened or run.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// ONNX Runtime can't open the file.
    #[error("{path}: ONNX Runtime cannot open it ({source}); fetch the pack again, or update ONNX Runtime")]
    Open {
        /// The network's file.
        path: PathBuf,
        /// Why.
        source: ort::Error,
    },
    /// The file is not the network that the manifest describes.
    #[error("{path}: {reason}; the pack was not made for this version")]
    Signature {
        /// The network's file.
        path: PathBuf,
        /// Which tensor, and what's wrong with it.
        reason: String,
    },
    /// The pack has no such network.
    #[error("the pack {pack} has no {stage}; use a pack that has it")]
    Missing {
        /// Name of the pack.
        pack: String,
        /// The network.
        stage: StageKind,
    },
    /// The network failed while it ran.
    #[error("{path}: failed while running ({source}); try --provider cpu")]
    Run {
        /// The network's file.
        path: PathBuf,
        /// Why.
        source: ort::Error,
    },
    /// The network gave something else than it should.
    #[error(
        "{path}: output {tensor} has {found} values, expected {expected}; the pack was not made for this version"
    )]
    Output {
        /// The network's file.
        path: PathBuf,
        /// The output.
        tensor: String,
        /// Number of values.
        found: usize,
        /// Number of values that the format asks for.
        expected: usize,
    },
}

/// A network that is ready to run.
#[derive(Debug)]
pub struct Stage {
    path: PathBuf,
    session: Session,
}

impl Stage {
    /// Builds the session of a stage, on the first provider of `report`'s choice that works, and holds it against
    /// the manifest. What was tried in vain is added to `report`.
    pub(crate) fn load(
        pack: &Pack,
        kind: StageKind,
        runtime: &Runtime,
        settings: &SessionSettings,
        report: &mut ProviderReport,
    ) -> Result<Self, StageError> {
        let missing = || StageError::Missing {
            pack: pack.manifest().name.clone(),
            stage: kind,
        };
        let spec = pack.manifest().stages.get(kind).ok_or_else(missing)?;
        let path = pack.dir().join(&spec.file);
        let attempts = settings.provider.attempts(runtime.path());
        for (i, provider) in attempts.iter().copied().enumerate() {
            match open(&path, runtime, provider, settings) {
                Ok(session) => {
                    check(pack, spec, &path, &session)?;
                    report.used = if i > 0 || report.used == Provider::Auto {
                        provider
                    } else {
                        report.used
                    };
                    return Ok(Self { path, session });
                }
                Err(source) if i + 1 == attempts.len() => return Err(StageError::Open { path, source }),
                Err(source) => {
                    let reason = first_line(source.message());
                    report.fell_back.push(ProviderFailure {
                        provider,
                        stage: kind.name().into(),
                        reason,
                    });
                }
            }
        }
        // `attempts` always ends with the processor.
        Err(StageError::Open {
            path,
            source: ort::Error::new("no execution provider"),
        })
    }

    /// Runs the network on inputs in the manifest's order.
    pub(crate) fn run<'s, const N: usize>(
        &'s mut self,
        inputs: [SessionInputValue<'_>; N],
    ) -> Result<Outputs<'s>, StageError> {
        match self.session.run(inputs) {
            Ok(outputs) => Ok(Outputs {
                path: &self.path,
                outputs,
            }),
            Err(source) => Err(StageError::Run {
                path: self.path.clone(),
                source,
            }),
        }
    }

    /// Borrows `data` as a tensor of this shape, without a copy.
    pub(crate) fn input<'v, T, const R: usize>(
        &self,
        shape: [usize; R],
        data: &'v [T],
    ) -> Result<SessionInputValue<'v>, StageError>
    where
        T: ort::value::PrimitiveTensorElementType + std::fmt::Debug + Clone + 'static,
    {
        match TensorRef::from_array_view((shape, data)) {
            Ok(tensor) => Ok(tensor.into()),
            Err(source) => Err(StageError::Run {
                path: self.path.clone(),
                source,
            }),
        }
    }
}

/// What a run gave.
pub(crate) struct Outputs<'s> {
    path: &'s Path,
    outputs: SessionOutputs<'s>,
}

impl Outputs<'_> {
    /// The values of a float output, which must be `expected` in number.
    pub(crate) fn floats(&self, tensor: &str, expected: usize) -> Result<&[f32], StageError> {
        let path = || self.path.to_path_buf();
        let missing = || StageError::Output {
            path: path(),
            tensor: tensor.into(),
            found: 0,
            expected,
        };
        let value = self.outputs.get(tensor).ok_or_else(missing)?;
        let extracted = value.try_extract_tensor::<f32>();
        let (_, data) = extracted.map_err(|source| StageError::Run { path: path(), source })?;
        if data.len() == expected {
            Ok(data)
        } else {
            Err(StageError::Output {
                path: path(),
                tensor: tensor.into(),
                found: data.len(),
                expected,
            })
        }
    }
}

pub(super) fn open(
    path: &Path,
    runtime: &Runtime,
    provider: Provider,
    settings: &SessionSettings,
) -> Result<Session, ort::Error> {
    let mut builder = configured(runtime, settings)?;
    if provider == Provider::DirectMl {
        // DirectML refuses sessions that plan their memory ahead.
        builder = builder.with_memory_pattern(false).map_err(plain)?;
    }
    if let Some(dispatch) = provider.dispatch() {
        builder = builder.with_execution_providers([dispatch]).map_err(plain)?;
    }
    builder.commit_from_file(path)
}

pub(super) fn open_bytes(model: &[u8], runtime: &Runtime) -> Result<Session, ort::Error> {
    let settings = SessionSettings {
        provider: Provider::Cpu,
        threads: Some(NonZeroUsize::MIN),
    };
    configured(runtime, &settings)?.commit_from_memory(model)
}

fn configured(runtime: &Runtime, settings: &SessionSettings) -> Result<SessionBuilder, ort::Error> {
    // Spinning threads would take the cores from decoding and playback between two runs.
    let mut builder = Session::builder(runtime.environment())?
        .with_optimization_level(GraphOptimizationLevel::All)
        .map_err(plain)?
        .with_intra_op_spinning(false)
        .map_err(plain)?
        .with_deterministic_compute(true)
        .map_err(plain)?;
    if let Some(threads) = settings.threads {
        builder = builder.with_intra_threads(threads.get()).map_err(plain)?;
    }
    Ok(builder)
}

/// A builder's error without the builder in it.
fn plain(error: ort::Error<SessionBuilder>) -> ort::Error {
    error.into()
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim().to_owned()
}

fn check(pack: &Pack, spec: &StageSpec, path: &Path, session: &Session) -> Result<(), StageError> {
    let opset = session.opset_for_domain("");
    let wanted = pack.manifest().opset;
    let result = match opset {
        Some(found) if found != wanted => {
            Err(format!("has operator set {found}, the manifest says {wanted}"))
        }
        _ => check_side("input", &spec.inputs, session.inputs(), true)
            .and_then(|()| check_side("output", &spec.outputs, session.outputs(), false)),
    };
    result.map_err(|reason| StageError::Signature {
        path: path.to_path_buf(),
        reason,
    })
}

fn check_side(side: &str, wanted: &[TensorSpec], found: &[Outlet], exact: bool) -> Result<(), String> {
    let names: Vec<_> = found.iter().map(Outlet::name).collect();
    let right: Vec<_> = wanted.iter().map(|t| t.name.as_str()).collect();
    if names != right {
        return Err(format!("has the {side}s {names:?}, the manifest says {right:?}"));
    }
    wanted
        .iter()
        .zip(found)
        .try_for_each(|(spec, outlet)| check_tensor(side, spec, outlet, exact))
}

fn check_tensor(side: &str, spec: &TensorSpec, outlet: &Outlet, exact: bool) -> Result<(), String> {
    let name = &spec.name;
    let ValueType::Tensor { ty, shape, .. } = outlet.dtype() else {
        return Err(format!("{side} {name} is no tensor"));
    };
    let right = match spec.dtype {
        Dtype::Float32 => TensorElementType::Float32,
        Dtype::Uint8 => TensorElementType::Uint8,
    };
    if *ty != right {
        return Err(format!("{side} {name} is {ty}, the manifest says {}", spec.dtype));
    }
    // Exporters often lose the fixed dimensions of outputs; their number of values is checked after each run.
    let fits = |(dim, found): (&Dim, &i64)| match dim {
        Dim::Fixed(n) => i64::try_from(*n) == Ok(*found) || (!exact && *found < 0),
        Dim::Free(_) => *found < 0,
    };
    if shape.len() == spec.shape.len() && spec.shape.iter().zip(shape.iter()).all(fits) {
        return Ok(());
    }
    let wanted: Vec<_> = spec.shape.iter().map(ToString::to_string).collect();
    Err(format!(
        "{side} {name} has the shape {:?}, the manifest says [{}]",
        &shape[..],
        wanted.join(", ")
    ))
}

//! ONNX Runtime: found, checked and loaded once per process. The only place that builds sessions.

mod locate;
mod provider;
mod stage;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::environment::Environment;

pub use provider::{Provider, ProviderFailure, ProviderReport, SessionSettings, UnknownProvider};
pub use stage::{Stage, StageError};

/// A loaded ONNX Runtime; clones share it.
#[derive(Clone, Debug)]
pub struct Runtime {
    environment: Environment,
    path: PathBuf,
    minor: u32,
}

/// Why ONNX Runtime can't be used.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// It is nowhere.
    #[error(
        "ONNX Runtime not found (looked at {}); run ./dev setup, or set MUVI_ONNXRUNTIME to the library file",
        searched.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    NotFound {
        /// Places that were tried.
        searched: Vec<PathBuf>,
    },
    /// The file that was named isn't there.
    #[error(
        "{path}: no such file; {source_of_path} must name the ONNX Runtime library itself (libonnxruntime.so, onnxruntime.dll)"
    )]
    Missing {
        /// The file.
        path: PathBuf,
        /// Who named it.
        source_of_path: &'static str,
    },
    /// The file is no ONNX Runtime, or one that this machine can't load.
    #[error(
        "{path}: cannot be loaded as ONNX Runtime ({source}); run ./dev setup to fetch one for this machine"
    )]
    Load {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<ort::LoadDynamicError>,
    },
    /// It is too old.
    #[error(
        "{path}: is ONNX Runtime 1.{found}, version 1.{needed} or newer is needed; run ./dev setup, or set MUVI_ONNXRUNTIME to another"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its minor version.
        found: u32,
        /// The lowest minor version that works.
        needed: u32,
    },
    /// It loaded but doesn't start.
    #[error("{path}: ONNX Runtime does not start ({source}); run ./dev setup to fetch it again")]
    Start {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ort::Error,
    },
    /// Another one is in use already; a process can hold one.
    #[error(
        "{wanted}: another ONNX Runtime ({loaded}) is loaded already; restart with the one that you want"
    )]
    Another {
        /// What was asked for.
        wanted: PathBuf,
        /// What is loaded.
        loaded: PathBuf,
    },
}

/// The one runtime of this process: a second environment would be refused by `ort`, so the first is kept.
static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);

impl Runtime {
    /// Finds the library: the named file, `MUVI_ONNXRUNTIME`, `ORT_DYLIB_PATH`, `lib/` beside the executable, then
    /// `.cache/onnxruntime/` in the folders above it.
    ///
    /// # Errors
    /// [`RuntimeError::NotFound`], [`RuntimeError::Missing`].
    pub fn locate(explicit: Option<&Path>) -> Result<PathBuf, RuntimeError> {
        locate::locate(explicit)
    }

    /// Loads the library (see [`Runtime::locate`]), or gives the one that is loaded already. Telemetry is off, and
    /// nothing is printed: what goes wrong comes back as an error.
    ///
    /// # Errors
    /// Any [`RuntimeError`].
    pub fn load(explicit: Option<&Path>) -> Result<Self, RuntimeError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = loaded.as_ref() {
            return match explicit {
                Some(wanted) if !same_file(wanted, &runtime.path) => Err(RuntimeError::Another {
                    wanted: wanted.into(),
                    loaded: runtime.path.clone(),
                }),
                _ => Ok(runtime.clone()),
            };
        }
        let path = locate::locate(explicit)?;
        let needed = ort::MINOR_VERSION;
        let found = ort::util::probe(&path);
        if let Some(found) = found.filter(|f| *f < needed) {
            return Err(RuntimeError::Version { path, found, needed });
        }
        let builder = ort::init_from(&path).map_err(|source| RuntimeError::Load {
            path: path.clone(),
            source: Box::new(source),
        })?;
        let quiet = Arc::new(|_: ort::logging::LogLevel, _: &str, _: &str, _: &str, _: &str| {});
        let environment = builder
            .with_name("muvi")
            .with_telemetry(false)
            .with_logger(quiet)
            .build()
            .map_err(|source| RuntimeError::Start {
                path: path.clone(),
                source,
            })?;
        let runtime = Self {
            environment,
            path,
            minor: found.unwrap_or(needed),
        };
        *loaded = Some(runtime.clone());
        Ok(runtime)
    }

    /// The library file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version, such as `1.32`.
    pub fn version(&self) -> String {
        format!("1.{}", self.minor)
    }

    /// The providers that this library offers; whether the machine can run them shows when a session is
    /// built.
    pub fn providers(&self) -> Vec<Provider> {
        Provider::ALL
            .into_iter()
            .filter(|p| p.is_offered(&self.path))
            .collect()
    }

    /// A bare session of an ONNX file on the processor, for comparing a network with its reference.
    ///
    /// # Errors
    /// [`StageError::Open`].
    pub fn session(&self, path: &Path) -> Result<ort::session::Session, StageError> {
        stage::open(path, self, Provider::Cpu, &SessionSettings::default()).map_err(|source| {
            StageError::Open {
                path: path.to_path_buf(),
                source,
            }
        })
    }

    /// A session of a network that is part of the program: on the processor, in one thread.
    pub(crate) fn session_of(&self, model: &[u8]) -> Result<ort::session::Session, ort::Error> {
        stage::open_bytes(model, self)
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

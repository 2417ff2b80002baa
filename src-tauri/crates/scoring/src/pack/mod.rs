//! Model packs: a folder with a manifest and the networks of one trained model, verified before anything of it runs.

mod check;
mod locate;
mod manifest;
mod sessions;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

pub use manifest::{
    Dim, Dtype, FORMAT, LatentSpec, Manifest, ParitySpec, SolverDefaults, StageKind, StageSpec, Stages,
    StftSpec, Style, TensorSpec,
};

use crate::runtime::StageError;

/// A pack whose manifest makes sense and whose files are the ones that it names.
#[derive(Debug, Clone)]
pub struct Pack {
    dir: PathBuf,
    manifest: Manifest,
    hash: String,
}

/// Why a pack was refused.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// There's no pack in any of the usual places.
    #[error(
        "no model pack found (looked at {}); name one with --pack or MUVI_PACK, or fetch models/packs/mini",
        searched.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    NotFound {
        /// Places that were tried.
        searched: Vec<PathBuf>,
    },
    /// A file of the pack can't be read.
    #[error("{path}: cannot be read ({source}); the pack is incomplete, fetch it again")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The manifest is not the JSON that it should be.
    #[error("{path}: not a pack manifest ({source})")]
    Parse {
        /// The manifest.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The pack was made for another version.
    #[error(
        "{path}: pack format {found} is not known here, this version reads format {FORMAT}; update MuVi or the pack"
    )]
    Format {
        /// The manifest.
        path: PathBuf,
        /// Its format.
        found: u64,
    },
    /// The manifest contradicts itself or the format.
    #[error("{path}: {reason}; the pack was not made for this version")]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What doesn't fit.
        reason: String,
    },
    /// A file is not the one that the manifest names.
    #[error("{path}: damaged (sha256 is {found}, the manifest says {expected}); fetch the pack again")]
    Hash {
        /// The file.
        path: PathBuf,
        /// Sum by the manifest.
        expected: String,
        /// Sum of the file.
        found: String,
    },
    /// No such style in this pack.
    #[error("the pack {pack} has no style {id:?}; it has: {known}")]
    Style {
        /// Name of the pack.
        pack: String,
        /// What was asked for.
        id: String,
        /// What there is.
        known: String,
    },
    /// A network can't be opened or doesn't have the tensors that the manifest names.
    #[error(transparent)]
    Stage(#[from] StageError),
}

/// What a pack says of itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PackInfo {
    /// Where it lies.
    pub dir: PathBuf,
    /// Short name and version.
    pub name: String,
    /// Version.
    pub version: String,
    /// Name for people.
    pub title: String,
    /// What it is good for.
    pub description: String,
    /// SPDX expression.
    pub licence: String,
    /// What it was trained on.
    pub training_data: String,
    /// Day of training.
    pub trained: String,
    /// Hex SHA-256 of the manifest.
    pub hash: String,
    /// Bytes of all networks.
    pub network_bytes: u64,
    /// Style clips: id and name.
    pub styles: Vec<(String, String)>,
}

impl std::fmt::Display for PackInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} ({} {})", self.title, self.name, self.version)?;
        writeln!(f, "{}", self.description)?;
        writeln!(f, "folder         {}", self.dir.display())?;
        writeln!(f, "licence        {}", self.licence)?;
        writeln!(f, "trained        {}", self.trained)?;
        writeln!(f, "training data  {}", self.training_data)?;
        writeln!(f, "networks       {:.1} MB", self.network_bytes as f64 / 1e6)?;
        let styles: Vec<_> = self
            .styles
            .iter()
            .map(|(id, name)| format!("{id} ({name})"))
            .collect();
        writeln!(f, "styles         {}", styles.join(", "))?;
        write!(f, "hash           {}", self.hash)
    }
}

/// A style clip of a pack and where its file lies.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleEntry {
    /// Its entry in the manifest.
    pub entry: Style,
    /// The audio file.
    pub path: PathBuf,
}

impl Pack {
    /// Finds the pack to use: the one that is named, `MUVI_PACK`, `packs/mini` beside the executable, then
    /// `models/packs/mini` in the folders above the executable and above the current folder.
    ///
    /// # Errors
    /// [`PackError::NotFound`] with every place that was tried.
    pub fn locate(explicit: Option<&Path>) -> Result<PathBuf, PackError> {
        locate::locate(explicit)
    }

    /// Reads the manifest, checks that it makes sense, and that every file that it names is there and undamaged.
    ///
    /// # Errors
    /// Any [`PackError`] but those of the networks themselves; see [`Pack::verify`].
    pub fn open(dir: &Path) -> Result<Self, PackError> {
        let path = dir.join("pack.json");
        let bytes = std::fs::read(&path).map_err(|source| PackError::Read {
            path: path.clone(),
            source,
        })?;
        let parse = |source| PackError::Parse {
            path: path.clone(),
            source,
        };
        // The format first: another one may have other fields, and "unknown format" helps more than "missing field".
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(parse)?;
        let found = value
            .get("format")
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(0);
        if found != u64::from(FORMAT) {
            return Err(PackError::Format { path, found });
        }
        let manifest: Manifest = serde_json::from_value(value).map_err(parse)?;
        check::check(&manifest).map_err(|reason| PackError::Manifest { path, reason })?;
        let pack = Self {
            dir: dir.to_path_buf(),
            hash: hex(&Sha256::digest(&bytes)),
            manifest,
        };
        pack.check_files()?;
        Ok(pack)
    }

    /// Opens each network on the CPU and holds names, shapes, types and operator set against the manifest.
    ///
    /// # Errors
    /// [`PackError::Stage`] naming file and tensor.
    pub fn verify(&self, runtime: &crate::runtime::Runtime) -> Result<(), PackError> {
        sessions::verify(self, runtime).map_err(PackError::from)
    }

    fn check_files(&self) -> Result<(), PackError> {
        for (_, stage) in self.manifest.stages.all() {
            self.check_file(&stage.file, &stage.sha256)?;
            if let Some(parity) = &stage.parity {
                self.check_file(&parity.file, &parity.sha256)?;
            }
        }
        self.manifest
            .styles
            .iter()
            .try_for_each(|style| self.check_file(&style.file, &style.sha256))
    }

    fn check_file(&self, file: &str, expected: &str) -> Result<(), PackError> {
        let path = self.dir.join(file);
        let found = file_hash(&path).map_err(|source| PackError::Read {
            path: path.clone(),
            source,
        })?;
        if found.eq_ignore_ascii_case(expected) {
            Ok(())
        } else {
            Err(PackError::Hash {
                path,
                expected: expected.to_owned(),
                found,
            })
        }
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Hex SHA-256 of the manifest, which holds those of all files: two packs with the same hash are the same.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The file of a network, if the pack has it.
    pub fn stage_path(&self, kind: StageKind) -> Option<PathBuf> {
        let stage = self.manifest.stages.get(kind)?;
        Some(self.dir.join(&stage.file))
    }

    /// What the pack says of itself.
    pub fn info(&self) -> PackInfo {
        let m = self.manifest.clone();
        let stages = self.manifest.stages.all();
        let size =
            |stage: &StageSpec| std::fs::metadata(self.dir.join(&stage.file)).map_or(0, |meta| meta.len());
        PackInfo {
            dir: self.dir.clone(),
            network_bytes: stages.map(|(_, stage)| size(stage)).sum(),
            styles: m.styles.into_iter().map(|s| (s.id, s.name)).collect(),
            name: m.name,
            version: m.version,
            title: m.title,
            description: m.description,
            licence: m.licence,
            training_data: m.training_data,
            trained: m.trained,
            hash: self.hash.clone(),
        }
    }

    /// The style clip with this id.
    ///
    /// # Errors
    /// [`PackError::Style`] with the ids that there are.
    pub fn style(&self, id: &str) -> Result<StyleEntry, PackError> {
        let found = self.manifest.styles.iter().find(|s| s.id == id);
        let entry = found.cloned().ok_or_else(|| PackError::Style {
            pack: self.manifest.name.clone(),
            id: id.to_owned(),
            known: self
                .manifest
                .styles
                .iter()
                .map(|s| s.id.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        Ok(StyleEntry {
            path: self.dir.join(&entry.file),
            entry,
        })
    }
}

/// Whether a name stays inside the pack's folder.
fn is_inside(file: &str) -> bool {
    let path = Path::new(file);
    !file.is_empty() && path.components().all(|c| matches!(c, Component::Normal(_)))
}

fn file_hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(&buffer[..n]);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

//! Packs by themselves: what they are, whether they fit.

use std::path::{Path, PathBuf};

use muvi_scoring::pack::{Pack, PackInfo};
use muvi_scoring::runtime::Runtime;
use serde::Serialize;

use crate::error::Error;

/// A pack whose files, tensors and operator set are as its manifest says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackVerified {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its folder.
    pub dir: PathBuf,
    /// Its hash.
    pub hash: String,
}

/// What a pack says of itself; `None` for the default pack.
///
/// # Errors
/// When the pack is not there, damaged, or of another kind.
pub fn pack_info(pack: Option<&Path>) -> Result<PackInfo, Error> {
    Ok(Pack::open(&Pack::locate(pack)?)?.info())
}

/// Checks every file of a pack against the manifest and opens every network.
///
/// # Errors
/// With the first thing that doesn't fit.
pub fn pack_verify(pack: Option<&Path>) -> Result<PackVerified, Error> {
    let pack = Pack::open(&Pack::locate(pack)?)?;
    pack.verify(&Runtime::load(None)?)?;
    let manifest = pack.manifest();
    Ok(PackVerified {
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        dir: pack.dir().to_path_buf(),
        hash: pack.hash().to_owned(),
    })
}

//! Where a pack may lie.

use std::path::{Path, PathBuf};

use super::PackError;

const DEFAULT: &str = "mini";

pub(super) fn locate(explicit: Option<&Path>) -> Result<PathBuf, PackError> {
    // A pack that is named is the pack, there or not: falling back to another would hide a typing error.
    if let Some(path) = explicit {
        return Ok(path.to_path_buf());
    }
    if let Some(path) = std::env::var_os("MUVI_PACK").filter(|v| !v.is_empty()) {
        return Ok(path.into());
    }
    let executable = std::env::current_exe().ok();
    let folder = executable
        .as_deref()
        .and_then(Path::parent)
        .map(Path::to_path_buf);
    let candidates = places(folder.as_deref(), std::env::current_dir().ok().as_deref());
    match candidates.iter().find(|c| c.join("pack.json").is_file()) {
        Some(found) => Ok(found.clone()),
        None => Err(PackError::NotFound {
            searched: shortened(candidates),
        }),
    }
}

fn places(executable: Option<&Path>, current: Option<&Path>) -> Vec<PathBuf> {
    let beside = executable.map(|dir| dir.join("packs").join(DEFAULT));
    let above = [executable, current]
        .into_iter()
        .flatten()
        .flat_map(Path::ancestors);
    let mut all: Vec<_> = beside
        .into_iter()
        .chain(above.map(|d| d.join("models/packs").join(DEFAULT)))
        .collect();
    let mut seen = std::collections::HashSet::new();
    all.retain(|p| seen.insert(p.clone()));
    all
}

/// The message names the first few places; a deep folder would make it a page.
fn shortened(mut places: Vec<PathBuf>) -> Vec<PathBuf> {
    places.truncate(4);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_the_executable_comes_first() {
        let all = places(Some(Path::new("/opt/muvi")), Some(Path::new("/somewhere")));
        assert_eq!(all[0], Path::new("/opt/muvi/packs/mini"));
        assert_eq!(all[1], Path::new("/opt/muvi/models/packs/mini"));
        assert!(all.contains(&PathBuf::from("/somewhere/models/packs/mini")));
        assert_eq!(
            all.iter()
                .filter(|p| **p == Path::new("/models/packs/mini"))
                .count(),
            1
        );
    }

    #[test]
    fn a_named_pack_is_taken_as_it_is() {
        assert_eq!(
            locate(Some(Path::new("/nowhere"))).unwrap(),
            Path::new("/nowhere")
        );
    }
}

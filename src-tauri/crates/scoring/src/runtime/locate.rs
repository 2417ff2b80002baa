//! Where the ONNX Runtime library may lie.

use std::path::{Path, PathBuf};

use super::RuntimeError;

pub(super) fn locate(explicit: Option<&Path>) -> Result<PathBuf, RuntimeError> {
    let named = |path: PathBuf, source_of_path| {
        if path.is_file() {
            Ok(path)
        } else {
            Err(RuntimeError::Missing { path, source_of_path })
        }
    };
    if let Some(path) = explicit {
        return named(path.to_path_buf(), "the option");
    }
    for variable in ["MUVI_ONNXRUNTIME", "ORT_DYLIB_PATH"] {
        if let Some(path) = std::env::var_os(variable).filter(|v| !v.is_empty()) {
            return named(path.into(), variable);
        }
    }
    let executable = std::env::current_exe().ok();
    let folders = folders(executable.as_deref().and_then(Path::parent));
    match folders.iter().find_map(|folder| library_in(folder)) {
        Some(library) => Ok(library),
        None => Err(RuntimeError::NotFound {
            searched: folders.into_iter().take(5).collect(),
        }),
    }
}

fn folders(executable: Option<&Path>) -> Vec<PathBuf> {
    let Some(dir) = executable else { return Vec::new() };
    let mut all = vec![dir.join("lib"), dir.to_path_buf()];
    all.extend(dir.ancestors().map(|d| d.join(".cache/onnxruntime")));
    all
}

/// The library in a folder: the plain name, else the highest version.
fn library_in(folder: &Path) -> Option<PathBuf> {
    let names = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|e| e.ok()?.file_name().into_string().ok());
    let best = names.filter_map(|name| Some((rank(&name)?, name))).max()?;
    Some(folder.join(best.1))
}

/// Higher is better; `None` for what is no ONNX Runtime library.
fn rank(name: &str) -> Option<Vec<u32>> {
    if ["libonnxruntime.so", "libonnxruntime.dylib", "onnxruntime.dll"].contains(&name) {
        return Some(vec![u32::MAX]);
    }
    let linux = name.strip_prefix("libonnxruntime.so.");
    let mac = name
        .strip_prefix("libonnxruntime.")
        .and_then(|rest| rest.strip_suffix(".dylib"));
    linux.or(mac)?.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ranked_by_version() {
        assert!(rank("libonnxruntime.so") > rank("libonnxruntime.so.1.32.0"));
        assert!(rank("libonnxruntime.so.1.32.0") > rank("libonnxruntime.so.1.9.0"));
        assert!(rank("libonnxruntime.1.32.0.dylib").is_some());
        for other in [
            "libonnxruntime_providers_shared.so",
            "libonnx.so",
            "onnxruntime.lib",
        ] {
            assert_eq!(rank(other), None, "{other}");
        }
    }

    #[test]
    fn a_named_file_must_be_there() {
        let error = locate(Some(Path::new("/nowhere/libonnxruntime.so"))).unwrap_err();
        assert!(
            error.to_string().contains("/nowhere/libonnxruntime.so"),
            "{error}"
        );
    }

    #[test]
    fn folders_start_beside_the_executable() {
        let all = folders(Some(Path::new("/w/target/debug")));
        assert_eq!(all[0], Path::new("/w/target/debug/lib"));
        assert!(all.contains(&PathBuf::from("/w/.cache/onnxruntime")));
    }
}

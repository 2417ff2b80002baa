//! What the app needs, what is there, and how to get the rest.

use std::path::Path;

use muvi_media::Tools;
use muvi_scoring::pack::Pack;
use muvi_scoring::runtime::Runtime;
use serde::Serialize;

use crate::error::one_line;

/// One thing that is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DoctorItem {
    /// Its name.
    pub name: &'static str,
    /// Whether it is there and usable.
    pub found: bool,
    /// What was found, or why it can't be used.
    pub detail: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// All that is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DoctorReport {
    /// One item per dependency.
    pub items: Vec<DoctorItem>,
}

impl DoctorReport {
    /// Whether everything is there.
    pub fn is_well(&self) -> bool {
        self.items.iter().all(|item| item.found)
    }
}

/// Looks for everything that a score needs. Changes nothing.
pub fn doctor() -> DoctorReport {
    doctor_of(None, None)
}

/// The same for a program that names the pack's folder and the runtime's library that it came with.
pub(crate) fn doctor_of(pack: Option<&Path>, runtime: Option<&Path>) -> DoctorReport {
    let ffmpeg = Tools::locate().map(|tools| format!("{} at {}", tools.version(), tools.ffmpeg().display()));
    let runtime = Runtime::load(runtime).map(|runtime| {
        let providers: Vec<String> = runtime.providers().iter().map(ToString::to_string).collect();
        format!(
            "{} at {} (built for: {})",
            runtime.version(),
            runtime.path().display(),
            providers.join(", ")
        )
    });
    let pack = Pack::locate(pack).and_then(|dir| Pack::open(&dir)).map(|pack| {
        format!(
            "{} {} at {}",
            pack.manifest().name,
            pack.manifest().version,
            pack.dir().display()
        )
    });
    DoctorReport {
        items: vec![
            item(
                "ffmpeg",
                ffmpeg,
                "install ffmpeg 5 or newer (Debian, Ubuntu: apt-get install ffmpeg)",
            ),
            item(
                "ONNX Runtime",
                runtime,
                "in a checkout: ./dev setup; else set ORT_DYLIB_PATH to libonnxruntime",
            ),
            item(
                "model pack",
                pack,
                "name a pack's folder by --pack or MUVI_PACK; muvi pack verify tells more",
            ),
            cache(),
        ],
    }
}

fn item<E: std::error::Error>(name: &'static str, found: Result<String, E>, remedy: &str) -> DoctorItem {
    match found {
        Ok(detail) => DoctorItem {
            name,
            found: true,
            detail,
            remedy: None,
        },
        Err(error) => DoctorItem {
            name,
            found: false,
            detail: one_line(&error),
            remedy: Some(remedy.to_owned()),
        },
    }
}

/// The cache is a convenience: without it nothing is missing.
fn cache() -> DoctorItem {
    let detail = crate::cache::Cache::of_user()
        .map_or_else(|| "none: no home directory".to_owned(), |cache| show(cache.dir()));
    DoctorItem {
        name: "cache",
        found: true,
        detail,
        remedy: None,
    }
}

fn show(path: &Path) -> String {
    path.display().to_string()
}

//! The pack and the runtime of one job.

use muvi_scoring::pack::Pack;
use muvi_scoring::runtime::{ProviderReport, Runtime, SessionSettings};

use crate::error::Error;
use crate::progress::Progress;
use crate::request::EngineRequest;

/// A verified pack and a loaded runtime.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) pack: Pack,
    pub(crate) runtime: Runtime,
    pub(crate) settings: SessionSettings,
}

impl Engine {
    pub(crate) fn open(request: &EngineRequest) -> Result<Self, Error> {
        let dir = Pack::locate(request.pack.as_deref())?;
        let pack = Pack::open(&dir)?;
        let runtime = Runtime::load(request.runtime.as_deref())?;
        let settings = SessionSettings {
            provider: request.provider.into(),
            ..SessionSettings::default()
        };
        Ok(Self {
            pack,
            runtime,
            settings,
        })
    }

    pub(crate) fn pack_name(&self) -> String {
        let manifest = self.pack.manifest();
        format!("{} {}", manifest.name, manifest.version)
    }

    pub(crate) fn sample_rate(&self) -> u32 {
        self.pack.manifest().sample_rate
    }
}

/// Says aloud which providers could not be used, each once.
pub(crate) fn announce(report: &ProviderReport, progress: &mut Progress<'_>) {
    for failure in &report.fell_back {
        progress.fall_back(
            failure.provider.name(),
            &brief(&failure.reason),
            report.used.name(),
        );
    }
}

/// The library's reason without its own source files, codes and repetitions.
fn brief(reason: &str) -> String {
    let first = reason.lines().next().unwrap_or_default();
    if let Some((_, rest)) = first.split_once("Failed to load library ") {
        let library = rest.split_whitespace().next().unwrap_or_default();
        let name = library.rsplit(['/', '\\']).next().unwrap_or_default();
        return format!("{name} can't be loaded");
    }
    let said = first.rsplit(" : ").next().unwrap_or_default().trim();
    if said.is_empty() {
        "it does not say why".to_owned()
    } else {
        said.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn reasons_are_brief() {
        let check = |reason, expect: &str| assert_eq!(brief(reason), expect);
        let long = "/src/bridge.cc:1988 Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library \
                    /opt/libonnxruntime_providers_shared.so with error: cannot open";
        check(long, "libonnxruntime_providers_shared.so can't be loaded");
        check("[E] : 1 : FAIL : no such device\nat line 3", "no such device");
        check("plain words", "plain words");
        check("", "it does not say why");
    }
}

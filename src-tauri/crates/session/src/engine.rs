//! The pack and the runtime of one job.

use muvi_scoring::pack::Pack;
use muvi_scoring::runtime::{ProviderReport, Runtime, SessionSettings};

use crate::error::Error;
use crate::event::Event;
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

/// Says aloud which providers could not be used.
pub(crate) fn announce(report: &ProviderReport, progress: &mut Progress<'_>) {
    for failure in &report.fell_back {
        progress.send(Event::ProviderFallback {
            provider: failure.provider.to_string(),
            reason: format!("{} ({})", failure.reason, failure.stage),
        });
    }
}

//! Opens every network of a pack to see whether it is what the manifest says.

use super::Pack;
use crate::runtime::{Provider, ProviderReport, Runtime, SessionSettings, Stage, StageError};

pub(super) fn verify(pack: &Pack, runtime: &Runtime) -> Result<(), StageError> {
    let settings = SessionSettings {
        provider: Provider::Cpu,
        threads: None,
    };
    pack.manifest().stages.all().try_for_each(|(kind, _)| {
        let mut report = ProviderReport::new(Provider::Cpu);
        Stage::load(pack, kind, runtime, &settings, &mut report).map(drop)
    })
}

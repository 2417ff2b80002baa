//! How fast this machine makes music with a pack: measured with every take, kept in the user's cache.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use muvi_scoring::solver::SolverSettings;
use serde::{Deserialize, Serialize};

use super::make::Work;
use crate::cache::Cache;

const FILE: &str = "speed.json";
/// How much the newest measurement counts.
const NEWEST: f64 = 0.5;
/// Beyond this many packs and providers the file starts anew.
const MOST_ENTRIES: usize = 64;

/// What a take or a section would be.
#[derive(Clone, Debug, PartialEq)]
pub struct TakeForecast {
    /// How long it would take, once this machine's speed with the pack is known.
    pub seconds: Option<f64>,
    /// The style that would be used; `None` where the pack has no palette and none is named.
    pub style_name: Option<String>,
}

/// Speeds by pack and provider.
#[derive(Debug, Default)]
pub(super) struct Speeds {
    file: Option<PathBuf>,
    known: BTreeMap<String, Speed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Speed {
    /// Seconds of one evaluation of one branch of one window.
    evaluation_s: f64,
    /// Seconds of decoding one sample.
    sample_s: f64,
}

impl Speeds {
    /// Those of earlier jobs; only in memory without `cache`.
    pub(super) fn open(cache: bool) -> Self {
        let file = cache
            .then(Cache::of_user)
            .flatten()
            .map(|cache| cache.dir().join(FILE));
        let known = file.as_ref().and_then(|file| fs::read(file).ok());
        Self {
            known: known
                .and_then(|bytes| serde_json::from_slice(&bytes).ok())
                .unwrap_or_default(),
            file,
        }
    }

    /// Remembers how long the work took. A cache never fails a job.
    pub(super) fn learn(&mut self, key: &str, work: &Work) {
        let count = work.windows * work.solver.evaluations(work.clip);
        if count == 0 || work.decoded == 0 {
            return;
        }
        let new = Speed {
            evaluation_s: work.timing.solving.as_secs_f64() / count as f64,
            sample_s: work.timing.decoding.as_secs_f64() / work.decoded as f64,
        };
        let mixed = self.known.get(key).map_or(new, |old| Speed {
            evaluation_s: old.evaluation_s + NEWEST * (new.evaluation_s - old.evaluation_s),
            sample_s: old.sample_s + NEWEST * (new.sample_s - old.sample_s),
        });
        if self.known.len() >= MOST_ENTRIES && !self.known.contains_key(key) {
            self.known.clear();
        }
        self.known.insert(key.to_owned(), mixed);
        let _ = self.save();
    }

    fn save(&self) -> std::io::Result<()> {
        let Some((file, folder)) = self.file.as_ref().and_then(|it| Some((it, it.parent()?))) else {
            return Ok(());
        };
        fs::create_dir_all(folder)?;
        let mut part = tempfile::NamedTempFile::new_in(folder)?;
        part.write_all(&serde_json::to_vec(&self.known)?)?;
        part.persist(file).map_err(|failed| failed.error)?;
        Ok(())
    }

    /// How long `windows` windows and `decoded` samples take; `clip`: with a style clip.
    pub(super) fn forecast(
        &self,
        key: &str,
        windows: usize,
        solver: &SolverSettings,
        clip: bool,
        decoded: u64,
    ) -> Option<f64> {
        let speed = self.known.get(key)?;
        let count = windows * solver.evaluations(clip);
        Some(speed.evaluation_s * count as f64 + speed.sample_s * decoded as f64)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use muvi_scoring::solver::Method;

    use super::*;
    use crate::compose::stream::Timing;

    #[test]
    fn forecasts_follow_what_was_measured() {
        let solver = SolverSettings {
            method: Method::Euler,
            steps: 10,
            guidance: 2.0,
            rescale: 0.7,
            sway: 0.0,
        };
        let work = |seconds| Work {
            windows: 2,
            solver,
            clip: false,
            decoded: 1000,
            timing: Timing {
                solving: Duration::from_secs(seconds),
                decoding: Duration::from_secs(1),
            },
        };
        let dir = tempfile::tempdir().unwrap();
        let mut speeds = Speeds {
            file: Some(dir.path().join("deep").join(FILE)),
            ..Speeds::default()
        };
        assert_eq!(speeds.forecast("a", 2, &solver, false, 1000), None);
        speeds.learn("a", &work(8));
        assert_eq!(speeds.forecast("a", 2, &solver, false, 1000), Some(9.0));
        let half = SolverSettings {
            guidance: 1.0,
            ..solver
        };
        assert_eq!(speeds.forecast("a", 4, &half, false, 2000), Some(10.0));
        // With a clip, half of the steps take three branches in place of two: 8 s become 10.
        assert_eq!(speeds.forecast("a", 2, &solver, true, 1000), Some(11.0));
        speeds.learn("a", &work(4));
        assert!((speeds.forecast("a", 2, &solver, false, 1000).unwrap() - 7.0).abs() < 1e-9);
        let bytes = fs::read(dir.path().join("deep").join(FILE)).unwrap();
        let read: BTreeMap<String, Speed> = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read, speeds.known);
    }
}

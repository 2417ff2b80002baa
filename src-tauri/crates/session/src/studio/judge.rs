//! What is measured of a take: how it landed, and every figure of `docs/MEASURES.md`.

use std::sync::Arc;

use muvi_media::wav::WavReader;
use muvi_scoring::curve::Curve;
use muvi_scoring::metrics::Onsets;
use muvi_scoring::pulse::Pulse;
use muvi_timeline::{FrameSpan, Project, TakeId};
use serde::Serialize;

use super::{Fault, Studio};
use crate::cancel::CancelToken;
use crate::compose::{TakeDocument, TakePaths};
use crate::engine::Engine;
use crate::error::{Error, TakeProblem};
use crate::evaluate::{Ears, Figures, Heard, LandingReport, Measure, Sight, Sim, Sound, similarity};
use crate::seen::Seen;

const BLOCK: usize = 1 << 15;

/// All measures of a take.
#[derive(Clone, Debug, Serialize)]
pub struct TakeMeasures {
    /// The take.
    pub take: TakeId,
    /// The measures, in the order in which they are shown.
    pub rows: Vec<Measure>,
    /// How it landed on each cut and hit point.
    pub landings: LandingReport,
}

/// A take and what it lies in.
struct Facts {
    project: Arc<Project>,
    span: FrameSpan,
    document: Arc<TakeDocument>,
    seen: Option<Arc<Seen>>,
    paths: TakePaths,
}

impl Studio {
    /// Which cuts and hit points a take landed on, and by how much it missed the others. Quick: its sound is not read.
    ///
    /// # Errors
    /// If there is no such take, or its files can't be read.
    pub fn landing_report(&self, take: TakeId) -> Result<LandingReport, Fault> {
        let it = self.take_facts(take)?;
        Ok(LandingReport::of_take(&it.project, it.span, &it.document))
    }

    /// Measures a take against the picture under it. Takes a moment, or some seconds where its sound must be heard
    /// again: call it off the window's thread. `told` hears how far it is, 0..1.
    ///
    /// # Errors
    /// If there is no such take, its files can't be read, the pack can't be used, or `cancel` was asked.
    pub fn measure_take(
        &self,
        take: TakeId,
        cancel: &CancelToken,
        told: &mut dyn FnMut(f64),
    ) -> Result<TakeMeasures, Fault> {
        let facts = self.take_facts(take)?;
        let request = self.0.desk.engine_request();
        // Without a pack everything but SIM can be measured.
        let engine = Engine::open(&request);
        let rows = facts.measure(engine, cancel, told);
        Ok(TakeMeasures {
            take,
            rows: rows.map_err(|error| Fault::from(&cancel.reason(error)))?,
            landings: LandingReport::of_take(&facts.project, facts.span, &facts.document),
        })
    }

    fn take_facts(&self, take: TakeId) -> Result<Facts, Fault> {
        let file = self.take_file(take)?;
        let document = file.document().ok_or_else(|| {
            Fault::new(
                "take_missing",
                "The files of this take can't be read. Make the take again.",
            )
        })?;
        self.with(|open| {
            let project = open.project();
            let span = project.take(take).map(|(_, take)| take.span);
            Ok(Facts {
                span: span.ok_or_else(|| Fault::new("no_take", "This take is not there any more."))?,
                project,
                document,
                seen: open.seen.clone(),
                paths: file.paths.clone(),
            })
        })
    }
}

impl Facts {
    fn measure(
        &self,
        engine: Result<Engine, Error>,
        cancel: &CancelToken,
        told: &mut dyn FnMut(f64),
    ) -> Result<Vec<Measure>, Error> {
        let from_s = self.document.span.start as f64 / f64::from(self.document.sample_rate);
        let onsets = self.document.onsets();
        let compares = |engine: &Engine| engine.pack.manifest().stages.music_encoder.is_some();
        let must_hear = onsets.is_none() || engine.as_ref().is_ok_and(compares);
        let heard = must_hear.then(|| self.listen(from_s, cancel, told)).transpose()?;
        let onsets: Onsets = onsets
            .or_else(|| heard.as_ref().map(|it| it.onsets.clone()))
            .unwrap_or_default();
        let strong = onsets.strong();
        let beats = self.document.beats();
        let pulse = Pulse {
            beats: beats.to_vec(),
            beats_per_bar: beats.iter().map(|it| it.beat + 1).max().unwrap_or(0),
            bpm: self.document.bpm,
        };
        let sound = Sound {
            onsets_s: &onsets.times_s,
            strong_s: &strong,
            level: &self.document.level,
            loudness: self.document.loudness,
            pulse: Some(&pulse),
        };
        let sim = match (&engine, &self.seen, &heard) {
            (Ok(engine), Some(seen), Some(heard)) => {
                similarity(engine, &seen.analysis, from_s, &heard.features, cancel)?
            }
            (_, None, _) => Sim::Unknown("the picture is not analysed yet".into()),
            (Ok(_), _, None) => Sim::Unknown("this pack has no music encoder".into()),
            (Err(error), ..) => Sim::Unknown(error.to_string()),
        };
        let figures = Figures::of(&self.sight(from_s), &sound, None);
        let mut rows = figures.rows(&sound, &sim);
        rows.extend(self.document.beat_offset_ms.map(Measure::beat_offset));
        told(1.0);
        Ok(rows)
    }

    /// What the picture asks for, on the take's clock.
    fn sight(&self, from_s: f64) -> Sight {
        let length = self.document.span.end.saturating_sub(self.document.span.start);
        let length_s = length as f64 / f64::from(self.document.sample_rate);
        let time = |frame: u64| frame as f64 / self.project.video.rate.as_f64() - from_s;
        let intensity = match &self.seen {
            Some(seen) => {
                let picture = seen.analysis.intensity();
                let count = (length_s * picture.rate_hz) as usize;
                Curve {
                    rate_hz: picture.rate_hz,
                    values: (0..count)
                        .map(|i| picture.at(from_s + i as f64 / picture.rate_hz))
                        .collect(),
                }
            }
            None => Curve {
                rate_hz: 10.0,
                values: Vec::new(),
            },
        };
        Sight {
            cuts_s: self.project.cuts.iter().map(|cut| time(cut.frame)).collect(),
            hits_s: self.project.hits.iter().map(|hit| time(hit.frame)).collect(),
            intensity,
            length_s,
        }
        .cropped()
    }

    fn listen(&self, from_s: f64, cancel: &CancelToken, told: &mut dyn FnMut(f64)) -> Result<Heard, Error> {
        let wrap = |problem: TakeProblem| Error::Take {
            path: self.paths.base().to_path_buf(),
            problem,
        };
        let mut wav = WavReader::open(&self.paths.wav()).map_err(|error| wrap(error.into()))?;
        let total = wav.frames().max(1) as f64;
        let mut ears = Ears::new(wav.sample_rate(), from_s)?;
        let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
        let mut done = 0;
        loop {
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let read = wav
                .read([&mut left, &mut right])
                .map_err(|error| wrap(error.into()))?;
            if read == 0 {
                return ears.finish();
            }
            ears.hear([&left[..read], &right[..read]])?;
            done += read;
            told(0.95 * done as f64 / total);
        }
    }
}

//! The networks of an editor: loaded when they are first needed, kept while they are used, one job at a time.

use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

use muvi_media::{MediaInfo, Tools};
use muvi_scoring::ScoringError;
use muvi_scoring::generate::window_count;
use muvi_scoring::models::{MusicModels, PictureModels};
use muvi_scoring::pack::Pack;
use muvi_scoring::runtime::ProviderReport;

use super::cue::{mood, solver};
use super::make::{Teller, Work, check_target, compose};
use super::section::regenerate;
use super::speed::{Speeds, TakeForecast};
use super::{ComposeRequest, ComposedTake, SectionRequest, TakeEvent, Wishes, style};
use crate::cancel::CancelToken;
use crate::engine::{Engine, announce};
use crate::error::Error;
use crate::event::{Event, Phase};
use crate::progress::Progress;
use crate::request::EngineRequest;
use crate::seen::Seen;
use crate::watch::{WatchTaps, Watched, watch_with};

const PHASES: [Phase; 5] = [
    Phase::Load,
    Phase::Plan,
    Phase::Style,
    Phase::Compose,
    Phase::Level,
];

/// Pack, runtime and networks, kept warm between jobs. Its owner's thread is the one on which the networks run; a job
/// borrows it whole, so there is one at a time.
pub struct WarmEngine {
    request: EngineRequest,
    keep: Duration,
    engine: Option<Engine>,
    picture: Option<PictureModels>,
    music: Option<MusicModels>,
    speeds: Speeds,
    used: Instant,
}

impl WarmEngine {
    /// Nothing is loaded yet. Networks that were not used for `keep` are let go by [`WarmEngine::cool`].
    pub fn new(request: EngineRequest, keep: Duration) -> Self {
        Self {
            speeds: Speeds::open(request.cache),
            request,
            keep,
            engine: None,
            picture: None,
            music: None,
            used: Instant::now(),
        }
    }

    /// Changes pack, provider, runtime or cache; what doesn't fit any more is let go. The next job loads anew.
    pub fn set_request(&mut self, request: EngineRequest) {
        let old = std::mem::replace(&mut self.request, request);
        let request = &self.request;
        let cache = request.cache;
        if (&old.pack, &old.runtime, old.provider) != (&request.pack, &request.runtime, request.provider) {
            self.drop_models();
            self.engine = None;
        }
        if old.cache != cache {
            self.speeds = Speeds::open(cache);
        }
    }

    /// The pack in use, opened and checked if it is not yet.
    ///
    /// # Errors
    /// When pack or runtime can't be used.
    pub fn pack(&mut self) -> Result<&Pack, Error> {
        Ok(&opened(&mut self.engine, &self.request)?.pack)
    }

    /// Lets the networks go, to have their memory back.
    pub fn drop_models(&mut self) {
        self.picture = None;
        self.music = None;
    }

    /// Lets networks go that were not used for long enough; says when to ask again, if any are still loaded.
    pub fn cool(&mut self) -> Option<Duration> {
        if self.picture.is_none() && self.music.is_none() {
            return None;
        }
        let left = self
            .keep
            .checked_sub(self.used.elapsed())
            .filter(|it| !it.is_zero());
        if left.is_none() {
            self.drop_models();
        }
        left
    }

    /// Whether networks are loaded: those of the picture, those of the music.
    pub fn is_warm(&self) -> [bool; 2] {
        [self.picture.is_some(), self.music.is_some()]
    }

    /// Watches the picture of `info`, or takes what an earlier job saw.
    ///
    /// # Errors
    /// With the first thing that can't be used or done, or [`Error::Cancelled`].
    pub fn watch(
        &mut self,
        tools: &Tools,
        info: &MediaInfo,
        taps: &mut WatchTaps<'_>,
        cancel: &CancelToken,
        listener: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Watched, Error> {
        let mut progress = Progress::new(vec![Phase::Watch], cancel, listener);
        let engine = opened(&mut self.engine, &self.request).map_err(|error| cancel.reason(error))?;
        let started = progress.start(Phase::Watch);
        let (picture, cache) = (&mut self.picture, self.request.cache);
        let watched = started
            .and_then(|()| watch_with(tools, info, engine, picture, cache, &mut progress, taps))
            .map_err(|error| cancel.reason(error));
        progress.finish();
        self.used = Instant::now();
        watched
    }

    /// Composes a take of a cue. It can be heard from the listener's first [`TakeEvent::Samples`] on.
    ///
    /// # Errors
    /// With the first thing that can't be used or done, or [`Error::Cancelled`] within one step of the solver; no file
    /// of the take is left then.
    pub fn compose(
        &mut self,
        request: &ComposeRequest<'_>,
        cancel: &CancelToken,
        listener: &mut (dyn FnMut(TakeEvent<'_>) + Send),
    ) -> Result<ComposedTake, Error> {
        let samples = request.span.end.saturating_sub(request.span.start);
        self.take(
            request.base,
            samples,
            cancel,
            listener,
            |engine, models, progress, teller| compose(request, engine, models, progress, teller),
        )
    }

    /// Makes a section of a take anew, as a take of its own. Outside of [`ComposedTake::changed`] its samples are those
    /// of the old take, to the bit.
    ///
    /// # Errors
    /// As [`WarmEngine::compose`]; [`Error::Take`] if the old take or the section can't be used.
    pub fn regenerate_section(
        &mut self,
        request: &SectionRequest<'_>,
        cancel: &CancelToken,
        listener: &mut (dyn FnMut(TakeEvent<'_>) + Send),
    ) -> Result<ComposedTake, Error> {
        self.take(
            request.base,
            0,
            cancel,
            listener,
            |engine, models, progress, teller| regenerate(request, engine, models, progress, teller),
        )
    }

    /// Makes a take named `base`, for which `samples` more are to be written, with the music's networks.
    fn take(
        &mut self,
        base: &Path,
        samples: u64,
        cancel: &CancelToken,
        listener: &mut (dyn FnMut(TakeEvent<'_>) + Send),
        make: impl FnOnce(
            &Engine,
            &mut MusicModels,
            Progress<'_>,
            &Teller<'_>,
        ) -> Result<(ComposedTake, Work), Error>,
    ) -> Result<ComposedTake, Error> {
        let teller = Teller::new(listener);
        let mut told = |event| teller.tell(TakeEvent::Job(event));
        let mut progress = Progress::new(PHASES.to_vec(), cancel, &mut told);
        let work = || {
            progress.start(Phase::Load)?;
            let engine = opened(&mut self.engine, &self.request)?;
            check_target(base, engine.sample_rate(), samples)?;
            let models = loaded(&mut self.music, engine, &mut progress, &teller)?;
            let (take, work) = make(engine, models, progress, &teller)?;
            self.speeds.learn(&speed_key(engine), &work);
            Ok(take)
        };
        let made: Result<_, Error> = work();
        self.used = Instant::now();
        made.map_err(|error| cancel.reason(error))
    }

    /// What a take of `span`, or with `section` a section of it, would be; all in samples of the picture's clock.
    ///
    /// # Errors
    /// When pack or runtime can't be used.
    pub fn forecast(
        &mut self,
        seen: &Seen,
        span: &Range<u64>,
        section: Option<&Range<u64>>,
        wishes: &Wishes,
    ) -> Result<TakeForecast, Error> {
        let engine = opened(&mut self.engine, &self.request)?;
        let manifest = engine.pack.manifest();
        let rate = f64::from(manifest.sample_rate);
        let samples = span.end.saturating_sub(span.start);
        let inside = section.map(|it| {
            let part = |at: u64| at.clamp(span.start, span.end.max(span.start)) - span.start;
            part(it.start)..part(it.end)
        });
        let decoded = inside
            .as_ref()
            .map_or(samples, |it| it.end.saturating_sub(it.start));
        let inside_s = inside.map(|it| it.start as f64 / rate..it.end as f64 / rate);
        let windows = window_count(manifest, samples, inside_s);
        let mood = mood(seen, span.start as f64 / rate, samples as f64 / rate);
        let solver = solver(wishes, manifest);
        let style_name = style::name(&wishes.style, mood, manifest);
        let clip = style_name.is_some();
        Ok(TakeForecast {
            seconds: self
                .speeds
                .forecast(&speed_key(engine), windows, &solver, clip, decoded),
            style_name,
        })
    }
}

/// The engine, opened where it is not yet.
fn opened<'e>(engine: &'e mut Option<Engine>, request: &EngineRequest) -> Result<&'e Engine, Error> {
    match engine {
        Some(engine) => Ok(engine),
        none => Ok(none.insert(Engine::open(request)?)),
    }
}

/// The music's networks, loaded where they are not yet; the listener is told what they run on.
fn loaded<'m>(
    models: &'m mut Option<MusicModels>,
    engine: &Engine,
    progress: &mut Progress<'_>,
    teller: &Teller<'_>,
) -> Result<&'m mut MusicModels, Error> {
    let models = match models {
        Some(models) => models,
        none => none.insert(
            MusicModels::load(&engine.pack, &engine.runtime, &engine.settings).map_err(ScoringError::from)?,
        ),
    };
    let report: &ProviderReport = models.report();
    announce(report, progress);
    teller.tell(TakeEvent::Provider(report));
    Ok(models)
}

/// Speed depends on the pack and on what its networks are to run on.
fn speed_key(engine: &Engine) -> String {
    format!("{} {}", engine.pack.hash(), engine.settings.provider)
}

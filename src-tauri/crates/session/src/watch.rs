//! Watches a picture: every frame for cuts, the frames of the pack's clock for the networks. Or asks the cache.

use std::path::Path;
use std::time::{Duration, Instant};

use muvi_media::cuts::CutDetector;
use muvi_media::frames::{FrameReader, FrameSpec, frame_at_tick, ticks_in_frames};
use muvi_media::{MediaInfo, Tools};
use muvi_scoring::Cancel;
use muvi_scoring::ScoringError;
use muvi_scoring::analysis::{Analysis, Analyzer};
use muvi_scoring::models::PictureModels;
use muvi_scoring::runtime::ProviderReport;
use muvi_timeline::Rate;

use crate::cache::{Cache, content_hash, key};
use crate::engine::{Engine, announce};
use crate::error::Error;
use crate::progress::Progress;
use crate::seen::{Seen, SeenCut, VERSION};

/// About a second of frames at a time.
const CHUNK: usize = 24;
/// How often partial results are told.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// What was seen, and on what the networks ran if they ran.
#[derive(Clone, Debug)]
pub struct Watched {
    /// What was seen.
    pub seen: Seen,
    /// What the networks ran on; `None` if the analysis came from the cache.
    pub provider: Option<ProviderReport>,
}

/// What is seen so far.
#[derive(Clone, Copy, Debug)]
pub struct Partial<'a> {
    /// First row of `analysis` that was not there the last time.
    pub first: usize,
    /// The rows that are done: conditioning, attention, curves ([`Curves::motion`](muvi_scoring::analysis::Curves) is
    /// ahead of the others).
    pub analysis: &'a Analysis,
    /// Cuts so far.
    pub cuts: &'a [SeenCut],
    /// Frames of the picture that were watched, at the rate for analysis.
    pub watched: u64,
    /// Frames of the picture.
    pub total: u64,
}

/// Gets each frame with its number, RGB, square.
pub type FrameTap<'a> = dyn FnMut(u64, &[u8]) + Send + 'a;
/// Gets what is seen so far.
pub type PartialTap<'a> = dyn FnMut(Partial<'_>) + Send + 'a;

/// Who listens in while the picture is watched.
#[derive(Default)]
pub struct WatchTaps<'a> {
    /// Gets each decoded frame at the picture's rate for analysis: its number and RGB, square, of the pack's frame
    /// size. With a tap the picture is decoded even where the analysis comes from the cache.
    pub frames: Option<Box<FrameTap<'a>>>,
    /// Gets what is seen so far about every second, and whenever the adaptor has finished a chunk.
    pub partial: Option<Box<PartialTap<'a>>>,
}

impl WatchTaps<'_> {
    fn frame(&mut self, number: u64, frame: &[u8]) {
        if let Some(tap) = &mut self.frames {
            tap(number, frame);
        }
    }
}

impl Watched {
    pub(crate) fn is_cached(&self) -> bool {
        self.provider.is_none()
    }
}

/// Watches the picture of `info`, or takes what an earlier job saw in the same bytes with the same pack.
pub(crate) fn watch(
    tools: &Tools,
    info: &MediaInfo,
    engine: &Engine,
    cache: bool,
    progress: &mut Progress<'_>,
) -> Result<Watched, Error> {
    watch_with(
        tools,
        info,
        engine,
        &mut None,
        cache,
        progress,
        &mut WatchTaps::default(),
    )
}

/// The same with networks that are kept in `models`, loaded where there are none, and with taps.
pub(crate) fn watch_with(
    tools: &Tools,
    info: &MediaInfo,
    engine: &Engine,
    models: &mut Option<PictureModels>,
    cache: bool,
    progress: &mut Progress<'_>,
    taps: &mut WatchTaps<'_>,
) -> Result<Watched, Error> {
    let entry = if cache {
        entry(&info.path, engine, progress)?
    } else {
        None
    };
    if let Some((cache, key)) = &entry
        && let Some(seen) = cache.get(key).and_then(|bytes| Seen::from_bytes(&bytes))
    {
        if taps.frames.is_some() {
            show(tools, info, engine, progress, taps)?;
        }
        return Ok(Watched { seen, provider: None });
    }
    let models = match models {
        Some(models) => models,
        none => none.insert(
            PictureModels::load(&engine.pack, &engine.runtime, &engine.settings)
                .map_err(ScoringError::from)?,
        ),
    };
    let provider = models.report().clone();
    announce(&provider, progress);
    let seen = look(tools, info, engine, models, progress, taps)?;
    if let Some((cache, key)) = entry
        && let Some(bytes) = seen.to_bytes()
        && let Err(error) = cache.put(&key, &bytes)
    {
        progress.warn(format!(
            "the analysis could not be kept in {}: {error}",
            cache.dir().display()
        ));
    }
    Ok(Watched {
        seen,
        provider: Some(provider),
    })
}

/// The cache and this job's key in it; `None` where there is no cache to be had.
fn entry(path: &Path, engine: &Engine, progress: &Progress<'_>) -> Result<Option<(Cache, String)>, Error> {
    let Some(cache) = Cache::of_user() else {
        return Ok(None);
    };
    let cancel = progress.cancel();
    let content = content_hash(path, &|| cancel.is_cancelled());
    progress.check()?;
    // The provider is part of the key: a GPU's numbers differ in their last digits.
    let provider = engine.settings.provider.to_string();
    let key = |content: String| {
        key(&[
            VERSION,
            &content,
            engine.pack.hash(),
            &provider,
            &engine.runtime.version(),
        ])
    };
    Ok(content.ok().map(|content| (cache, key(content))))
}

/// Opens the picture as the networks see it.
fn open(tools: &Tools, info: &MediaInfo, engine: &Engine) -> Result<(FrameReader, u32, Rate), Error> {
    let side = u32::try_from(engine.pack.manifest().frame_size).unwrap_or(u32::MAX);
    let rate = info.video.rate.for_analysis();
    let reader = FrameReader::open(tools, info, FrameSpec::square(side, rate, CHUNK))?;
    Ok((reader, side, rate))
}

/// Decodes the picture for the tap alone.
fn show(
    tools: &Tools,
    info: &MediaInfo,
    engine: &Engine,
    progress: &mut Progress<'_>,
    taps: &mut WatchTaps<'_>,
) -> Result<(), Error> {
    let (reader, _, _) = open(tools, info, engine)?;
    let total = reader.total();
    for chunk in reader {
        progress.check()?;
        let chunk = chunk?;
        for (number, frame) in chunk.frames() {
            taps.frame(number, frame);
        }
        progress.at((chunk.first + chunk.len() as u64) as f64 / total as f64);
    }
    Ok(())
}

fn look(
    tools: &Tools,
    info: &MediaInfo,
    engine: &Engine,
    models: &mut PictureModels,
    progress: &mut Progress<'_>,
    taps: &mut WatchTaps<'_>,
) -> Result<Seen, Error> {
    let cancel = Cancel::from(progress.cancel().flag());
    let [num, den] = engine.pack.manifest().frame_rate;
    let clock = Rate::new(num, den).unwrap_or(Rate::MODEL);
    let (mut reader, side, rate) = open(tools, info, engine)?;
    let total = reader.total();
    let ticks = ticks_in_frames(total, rate, clock);
    let mut detector = CutDetector::new(side, side, rate);
    let (mut found, mut cuts) = (Vec::new(), Vec::new());
    let mut analyzer = Analyzer::new(models);
    let mut told = Told::default();
    let mut tick = 0;
    let seen_cut = |cut: &muvi_media::cuts::Cut| SeenCut {
        frame: cut.frame,
        time_s: cut.frame as f64 / rate.as_f64(),
        strength: cut.strength,
        kind: cut.kind,
    };
    for chunk in reader.by_ref() {
        progress.check()?;
        let chunk = chunk?;
        for (number, frame) in chunk.frames() {
            taps.frame(number, frame);
            detector.push(frame, &mut found);
            // A slow video shows one frame at several ticks, a fast one skips frames.
            while tick < ticks && frame_at_tick(tick, clock, rate) == number {
                analyzer.push(frame, &cancel).map_err(ScoringError::from)?;
                tick += 1;
            }
        }
        cuts.extend(found.drain(..).map(|cut| seen_cut(&cut)));
        let watched = chunk.first + chunk.len() as u64;
        told.tell(taps, analyzer.so_far(), &cuts, [watched, total]);
        progress.at(watched as f64 / total as f64);
    }
    detector.finish(&mut found);
    cuts.extend(found.drain(..).map(|cut| seen_cut(&cut)));
    let warnings: Vec<String> = reader.warnings().iter().map(ToString::to_string).collect();
    drop(reader);
    let analysis = analyzer.finish(&cancel).map_err(ScoringError::from)?;
    Ok(Seen {
        analysis,
        cuts,
        warnings,
    })
}

/// What the tap for partial results knows already.
#[derive(Default)]
struct Told {
    rows: usize,
    last: Option<Instant>,
}

impl Told {
    fn tell(&mut self, taps: &mut WatchTaps<'_>, analysis: &Analysis, cuts: &[SeenCut], seen: [u64; 2]) {
        let Some(tap) = &mut taps.partial else {
            return;
        };
        let recent = self.last.is_some_and(|last| last.elapsed() < TELL_EVERY);
        if recent && analysis.frames == self.rows {
            return;
        }
        tap(Partial {
            first: self.rows,
            analysis,
            cuts,
            watched: seen[0],
            total: seen[1],
        });
        self.rows = analysis.frames;
        self.last = Some(Instant::now());
    }
}

//! Watches a picture: every frame for cuts, the frames of the pack's clock for the networks. Or asks the cache.

use std::path::Path;

use muvi_media::cuts::CutDetector;
use muvi_media::frames::{FrameReader, FrameSpec, frame_at_tick, ticks_in_frames};
use muvi_media::{MediaInfo, Tools};
use muvi_scoring::Cancel;
use muvi_scoring::ScoringError;
use muvi_scoring::analysis::Analyzer;
use muvi_scoring::hits::Cut;
use muvi_scoring::models::PictureModels;
use muvi_scoring::runtime::ProviderReport;
use muvi_timeline::Rate;

use crate::cache::{Cache, content_hash, key};
use crate::engine::{Engine, announce};
use crate::error::Error;
use crate::progress::Progress;
use crate::seen::{Seen, VERSION};

/// About a second of frames at a time.
const CHUNK: usize = 24;

/// What was seen, and on what the networks ran if they ran.
pub(crate) struct Watched {
    pub(crate) seen: Seen,
    pub(crate) provider: Option<ProviderReport>,
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
    let entry = if cache {
        entry(&info.path, engine, progress)?
    } else {
        None
    };
    if let Some((cache, key)) = &entry
        && let Some(seen) = cache.get(key).and_then(|bytes| Seen::from_bytes(&bytes))
    {
        return Ok(Watched { seen, provider: None });
    }
    let (seen, provider) = look(tools, info, engine, progress)?;
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

fn look(
    tools: &Tools,
    info: &MediaInfo,
    engine: &Engine,
    progress: &mut Progress<'_>,
) -> Result<(Seen, ProviderReport), Error> {
    let cancel = Cancel::from(progress.cancel().flag());
    let mut models =
        PictureModels::load(&engine.pack, &engine.runtime, &engine.settings).map_err(ScoringError::from)?;
    let provider = models.report().clone();
    announce(&provider, progress);

    let manifest = engine.pack.manifest();
    let side = u32::try_from(manifest.frame_size).unwrap_or(u32::MAX);
    let [num, den] = manifest.frame_rate;
    let clock = Rate::new(num, den).unwrap_or(Rate::MODEL);
    let rate = info.video.rate.for_analysis();
    let mut reader = FrameReader::open(tools, info, FrameSpec::square(side, rate, CHUNK))?;
    let total = reader.total();
    let ticks = ticks_in_frames(total, rate, clock);
    let mut detector = CutDetector::new(side, side, rate);
    let mut found = Vec::new();
    let mut analyzer = Analyzer::new(&mut models);
    let mut tick = 0;
    for chunk in reader.by_ref() {
        progress.check()?;
        let chunk = chunk?;
        for (number, frame) in chunk.frames() {
            detector.push(frame, &mut found);
            // A slow video shows one frame at several ticks, a fast one skips frames.
            while tick < ticks && frame_at_tick(tick, clock, rate) == number {
                analyzer.push(frame, &cancel).map_err(ScoringError::from)?;
                tick += 1;
            }
        }
        progress.at((chunk.first + chunk.len() as u64) as f64 / total as f64);
    }
    detector.finish(&mut found);
    let warnings: Vec<String> = reader.warnings().iter().map(ToString::to_string).collect();
    drop(reader);
    let analysis = analyzer.finish(&cancel).map_err(ScoringError::from)?;
    let at = |frame: u64| frame as f64 / rate.as_f64();
    let cuts = found
        .iter()
        .map(|cut| Cut {
            time_s: at(cut.frame),
            strength: cut.strength,
        })
        .collect();
    Ok((
        Seen {
            analysis,
            cuts,
            warnings,
        },
        provider,
    ))
}

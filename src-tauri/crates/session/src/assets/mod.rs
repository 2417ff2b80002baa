//! What the window draws of a video: frames, the film strip, waveforms, attention, curves.

mod error;
mod levels;
mod pass;
mod peaks;
mod seen;
mod temp;
#[cfg(test)]
mod tests;
mod thumbs;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::UNIX_EPOCH;

use muvi_media::view::{FrameServer, ViewError};
use muvi_media::{MediaInfo, Tools};
use muvi_scoring::analysis::Analysis;
use muvi_timeline::{Rate, SampleSpan};

pub use error::AssetError;
pub use levels::{Levels, Loudness};
pub use pass::TempPass;
pub use peaks::{LEVELS, Peaks, TILE_BINS};
pub use thumbs::{ThumbSink, Thumbs};

use crate::cache::{Cache, key};
use crate::cancel::CancelToken;
use crate::courtesy::give_way;
use crate::store::Fingerprint;
use seen::Drawn;
use temp::Temp;

/// What has changed in the background.
#[derive(Debug)]
pub enum AssetChange {
    /// There is more of the temp track: how much of it, 0 to 1.
    Temp(f64),
    /// The temp track can be played from this file; told again once the file has its name.
    Playable(PathBuf),
    /// There is one more picture of the film strip.
    Thumb,
    /// Something cannot be made; everything else goes on.
    Problem(AssetError),
}

/// Everything that the window draws of one open video. May be asked from many threads.
#[derive(Debug)]
pub struct Assets {
    key: String,
    tools: Tools,
    info: MediaInfo,
    server: FrameServer,
    thumbs: Thumbs,
    temp: Arc<Temp>,
    drawn: Mutex<Drawn>,
    /// Ends the passes in the background with the video.
    closed: CancelToken,
}

impl Assets {
    /// Opens the video `info` under `key` (part of its URLs); `sample_rate` (Hz) is that of the project. With `cache`
    /// the user's cache is asked for what was made before, and keeps what is made. Reads 3 MB of the file at most.
    pub fn open(tools: &Tools, info: &MediaInfo, key: &str, cache: bool, sample_rate: u32) -> Self {
        let cache = if cache { Cache::of_user() } else { None };
        Self::with_cache(tools, info, key, cache, sample_rate)
    }

    fn with_cache(
        tools: &Tools,
        info: &MediaInfo,
        key: &str,
        cache: Option<Cache>,
        sample_rate: u32,
    ) -> Self {
        // Without a mark of the content nothing can be cached; whatever is wrong with the file is told elsewhere.
        let content = cache.as_ref().and_then(|_| fingerprint(&info.path).ok());
        let entry = cache.as_ref().zip(content.as_deref());
        Self {
            key: key.to_owned(),
            tools: tools.clone(),
            info: info.clone(),
            server: FrameServer::new(tools, info),
            thumbs: Thumbs::open(info, entry),
            temp: Arc::new(Temp::open(info, sample_rate, entry)),
            drawn: Mutex::default(),
            closed: CancelToken::new(),
        }
    }

    /// The key of the video in URLs.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// A frame as JPEG that fits a width in pixels; see [`FrameServer::get`]. Waits for it.
    ///
    /// # Errors
    /// [`ViewError`], also where a newer request took its place.
    pub fn frame(&self, frame: u64, width: u32) -> Result<Arc<[u8]>, ViewError> {
        self.server.get(frame, width)
    }

    /// The small picture of a whole second as JPEG; `None` if it is not there yet or beyond the end.
    pub fn thumb(&self, second: u64) -> Option<Arc<[u8]>> {
        self.thumbs.get(second)
    }

    /// The small pictures, for whoever can make them on the way.
    pub fn thumbs(&self) -> &Thumbs {
        &self.thumbs
    }

    /// Makes small pictures out of the frames of an analysis: at [`Rate::for_analysis`] of the video's rate, each a
    /// square of `side` pixels. `None` if all are there.
    pub fn thumb_sink(&self, side: u32) -> Option<ThumbSink> {
        let rate: Rate = self.info.video.rate.for_analysis();
        (!self.thumbs.is_complete()).then(|| self.thumbs.sink(rate, side))
    }

    /// A tile of the temp track's peaks (see [`Peaks::tile`]), and true if it can still change; `None` for a level that
    /// does not exist.
    pub fn temp_peaks(&self, level: u32, tile: u32) -> Option<(Vec<u8>, bool)> {
        self.temp.tile(level, tile)
    }

    /// For each tenth of a second 1 where the temp track is above `threshold_db` (dBFS), else 0; and true if there will
    /// be more.
    pub fn speech(&self, threshold_db: f32) -> (Vec<u8>, bool) {
        self.temp.above(threshold_db)
    }

    /// Where somebody speaks in the temp track, in samples of the project, in order; `None` until all of it was heard.
    pub fn spoken(&self) -> Option<Arc<[SampleSpan]>> {
        self.temp.speech()
    }

    /// Takes an analysis, whole or as far as it has come; call it again as it grows.
    pub fn see(&self, analysis: &Analysis) {
        self.drawn().see(analysis);
    }

    /// Attention of ticks from `first` on, at most `count` (fewer while the analysis goes on): a byte per patch, row by
    /// row, where 255 is the strongest of the video and 0 the weakest but for outliers.
    pub fn attention(&self, first: usize, count: usize) -> Vec<u8> {
        self.drawn().attention(first, count)
    }

    /// The picture's intensity at the rate of the analysis: f32, little endian, 0..1.
    pub fn picture_curve(&self) -> Vec<u8> {
        self.drawn().intensity().to_vec()
    }

    /// Hears the temp track in the background, as far as `pass` has something that is not there yet; with `strip` it then makes the small pictures that
    /// are missing too (leave that to [`Assets::thumb_sink`] where the frames are decoded anyway). Ends early once
    /// `cancel` is set or this object is dropped.
    ///
    /// # Errors
    /// [`AssetError::Thread`]; what fails later comes as a change.
    pub fn start_background(
        &self,
        pass: TempPass,
        strip: bool,
        cancel: CancelToken,
        mut on_change: impl FnMut(AssetChange) + Send + 'static,
    ) -> Result<Background, AssetError> {
        let (tools, info) = (self.tools.clone(), self.info.clone());
        let (temp, thumbs) = (Arc::clone(&self.temp), self.thumbs.clone());
        let closed = self.closed.clone();
        let work = move || {
            give_way();
            let ended = || cancel.is_cancelled() || closed.is_cancelled();
            let told = temp.listen(&tools, &info, &pass, &ended, &mut on_change);
            if let Err(problem) = told {
                on_change(AssetChange::Problem(problem));
            }
            if strip && !ended() {
                let told = thumbs.fill(&tools, &info, &ended, || on_change(AssetChange::Thumb));
                if let Err(problem) = told {
                    on_change(AssetChange::Problem(problem));
                }
            }
        };
        let thread = std::thread::Builder::new().name("muvi-assets".into());
        thread.spawn(work).map(Background).map_err(AssetError::Thread)
    }

    fn drawn(&self) -> MutexGuard<'_, Drawn> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Assets {
    fn drop(&mut self) {
        self.closed.cancel();
    }
}

/// The passes in the background. They go on if this is dropped.
#[derive(Debug)]
pub struct Background(JoinHandle<()>);

impl Background {
    /// Waits for their end.
    pub fn wait(self) {
        // One that panicked has ended too.
        let _ = self.0.join();
    }
}

/// Tells one file from another without reading all of it: by its fingerprint and when it was written. Good enough for
/// what is only drawn; an analysis is kept by the hash of all bytes.
fn fingerprint(path: &Path) -> io::Result<String> {
    let written = fs::metadata(path)?.modified()?.duration_since(UNIX_EPOCH);
    let written = written.map(|since| since.as_nanos()).unwrap_or_default();
    Ok(key(&[&Fingerprint::of(path)?.key, &written.to_string()]))
}

/// Where somebody speaks in the own sound of `info`, in samples at `sample_rate` (Hz): from the user's cache with
/// `cache`, else by listening to it. `None` if `cancelled` came first.
pub(crate) fn speech_of(
    tools: &Tools,
    info: &MediaInfo,
    sample_rate: u32,
    pass: &TempPass,
    cache: bool,
    cancelled: &dyn Fn() -> bool,
    progress: &mut dyn FnMut(f64),
) -> Result<Option<Arc<[SampleSpan]>>, AssetError> {
    let cache = if cache { Cache::of_user() } else { None };
    let content = cache.as_ref().and_then(|_| fingerprint(&info.path).ok());
    let temp = Temp::open(info, sample_rate, cache.as_ref().zip(content.as_deref()));
    let mut problem = None;
    temp.listen(tools, info, pass, cancelled, &mut |change| match change {
        AssetChange::Temp(done) => progress(done),
        AssetChange::Problem(error) => problem = Some(error),
        AssetChange::Playable(_) | AssetChange::Thumb => {}
    })?;
    match problem {
        Some(error) => Err(error),
        None => Ok(temp.speech()),
    }
}

//! The waveform of a video's own sound, and where it is heard.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use muvi_media::audio::AudioReader;
use muvi_media::{MediaInfo, Tools};

use super::AssetError;
use super::levels::Levels;
use super::peaks::Peaks;
use crate::cache::{Cache, key};

/// Samples at a time.
const BLOCK: usize = 1 << 14;
/// How often it is told that there is more.
const TELL_EVERY: Duration = Duration::from_millis(300);
/// Changes whenever a cached entry of an older version would mean something else.
const VERSION: &str = "temp 1";

/// The temp track as far as it was heard.
#[derive(Debug)]
pub(super) struct Temp {
    sample_rate: u32,
    entry: Option<(Cache, String)>,
    heard: Mutex<Heard>,
}

#[derive(Debug)]
struct Heard {
    peaks: Peaks,
    levels: Levels,
    /// No more will come.
    over: bool,
}

impl Temp {
    /// The temp track of `info` at `sample_rate` (Hz): whole if it is in the cache under the video's `content` or the
    /// video has no sound.
    pub(super) fn open(info: &MediaInfo, sample_rate: u32, cache: Option<(&Cache, &str)>) -> Self {
        let stream = info.main_audio();
        let entry = cache.zip(stream).map(|((cache, content), stream)| {
            let parts = [
                VERSION,
                content,
                &stream.index.to_string(),
                &sample_rate.to_string(),
            ];
            (cache.clone(), key(&parts))
        });
        let cached = entry.as_ref().and_then(|(cache, key)| read(&cache.get(key)?));
        let over = cached.is_some() || stream.is_none();
        let (peaks, levels) = cached.unwrap_or_else(|| (Peaks::new(), Levels::new(sample_rate)));
        Self {
            sample_rate,
            entry,
            heard: Mutex::new(Heard { peaks, levels, over }),
        }
    }

    /// A tile of peaks, and true if it can still change.
    pub(super) fn tile(&self, level: u32, tile: u32) -> Option<(Vec<u8>, bool)> {
        let heard = self.lock();
        Some((heard.peaks.tile(level, tile)?, !heard.over))
    }

    /// Where it is above a threshold, and true if there will be more.
    pub(super) fn above(&self, threshold_db: f32) -> (Vec<u8>, bool) {
        let heard = self.lock();
        (heard.levels.above(threshold_db), !heard.over)
    }

    /// Listens to it from its start to its end unless that was done; `each` is told how much of it is done, 0 to 1.
    ///
    /// # Errors
    /// [`AssetError::Sound`] if it cannot be decoded; what was heard until then stays.
    pub(super) fn listen(
        &self,
        tools: &Tools,
        info: &MediaInfo,
        cancelled: &dyn Fn() -> bool,
        mut each: impl FnMut(f64),
    ) -> Result<(), AssetError> {
        let Some(stream) = info.main_audio().filter(|_| !self.lock().over) else {
            return Ok(());
        };
        let heard = self.hear(tools, info, stream, cancelled, &mut each);
        let mut state = self.lock();
        if cancelled() && heard.is_ok() {
            return Ok(());
        }
        state.over = true;
        state.peaks.finish();
        let bytes = heard.is_ok().then(|| write(&state.peaks, &state.levels));
        drop(state);
        if let (Some((cache, key)), Some(bytes)) = (&self.entry, bytes) {
            // What cannot be kept is made again the next time.
            let _ = cache.put(key, &bytes);
        }
        each(1.0);
        heard
    }

    fn hear(
        &self,
        tools: &Tools,
        info: &MediaInfo,
        stream: &muvi_media::probe::AudioStream,
        cancelled: &dyn Fn() -> bool,
        each: &mut impl FnMut(f64),
    ) -> Result<(), AssetError> {
        let mut reader = AudioReader::open_video(tools, info, stream, self.sample_rate)?;
        let total = info.samples(self.sample_rate).max(1) as f64;
        let [mut left, mut right] = [vec![0.0; BLOCK], vec![0.0; BLOCK]];
        let mut told = Instant::now();
        // A second pass, after one that was cancelled, starts from nothing.
        let mut state = self.lock();
        (state.peaks, state.levels) = (Peaks::new(), Levels::new(self.sample_rate));
        drop(state);
        while !cancelled() {
            let read = reader.read([&mut left, &mut right])?;
            if read == 0 {
                break;
            }
            let mut state = self.lock();
            state.peaks.push(&left[..read], &right[..read]);
            state.levels.push(&left[..read], &right[..read]);
            let done = state.peaks.samples() as f64 / total;
            drop(state);
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                each(done.min(1.0));
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(peaks: &Peaks, levels: &Levels) -> Vec<u8> {
    let peaks = peaks.to_bytes();
    let mut bytes = (peaks.len() as u64).to_le_bytes().to_vec();
    bytes.extend(peaks);
    bytes.extend(levels.to_bytes());
    bytes
}

fn read(bytes: &[u8]) -> Option<(Peaks, Levels)> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (peaks, levels) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    Some((Peaks::from_bytes(peaks)?, Levels::from_bytes(levels)?))
}

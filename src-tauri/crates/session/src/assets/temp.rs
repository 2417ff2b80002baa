//! A video's own sound: its waveform, where it is heard, where somebody speaks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use muvi_media::audio::AudioReader;
use muvi_media::growing::GrowingWav;
use muvi_media::{MediaInfo, Tools};
use muvi_scoring::runtime::Runtime;
use muvi_timeline::SampleSpan;

use super::levels::Levels;
use super::pass::{Pass, Recorder, Sound, TempPass, is_whole};
use super::peaks::Peaks;
use super::{AssetChange, AssetError};
use crate::cache::{Cache, key};
use crate::speech::{ListenError, SpeechEars};

/// Changes whenever a cached entry of an older version would mean something else.
const VERSION: &str = "temp 2";

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
    /// Known once all of it was heard; stays unknown where the detector can't be used.
    speech: Option<Arc<[SampleSpan]>>,
    /// No more will come.
    over: bool,
}

impl Heard {
    fn nothing(sample_rate: u32) -> Self {
        Self {
            peaks: Peaks::new(),
            levels: Levels::new(sample_rate),
            speech: None,
            over: false,
        }
    }
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
        let mut heard = cached.unwrap_or_else(|| Heard::nothing(sample_rate));
        if stream.is_none() {
            heard.speech = Some(Arc::default());
            heard.over = true;
        }
        Self {
            sample_rate,
            entry,
            heard: Mutex::new(heard),
        }
    }

    /// Where somebody speaks, in samples; `None` until that is known.
    pub(super) fn speech(&self) -> Option<Arc<[SampleSpan]>> {
        self.lock().speech.clone()
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

    /// Makes in one pass what is missing of peaks, levels, speech and the file that is played; `each` is told of it.
    /// Does nothing if all is there.
    ///
    /// # Errors
    /// [`AssetError::Sound`] if it cannot be decoded; what was heard until then stays.
    pub(super) fn listen(
        &self,
        tools: &Tools,
        info: &MediaInfo,
        pass: &TempPass,
        cancelled: &dyn Fn() -> bool,
        each: &mut dyn FnMut(AssetChange),
    ) -> Result<(), AssetError> {
        let Some(stream) = info.main_audio() else {
            return Ok(());
        };
        let made = pass.record.as_deref().filter(|path| {
            let there = is_whole(path, info.samples(self.sample_rate));
            if there {
                each(AssetChange::Playable((*path).to_owned()));
            }
            there
        });
        let over = self.lock().over;
        let missing = pass.record.as_deref().filter(|_| made.is_none());
        if over && missing.is_none() {
            return Ok(());
        }
        let source = match made {
            // What was decoded before need not be decoded again.
            Some(path) => Sound::Decoded(GrowingWav::open(path)?),
            None => Sound::Video(Box::new(AudioReader::open_video(
                tools,
                info,
                stream,
                self.sample_rate,
            )?)),
        };
        let recorder = missing.and_then(|path| Recorder::create(path, self.sample_rate, each));
        if over {
            let total = info.samples(self.sample_rate);
            return Pass {
                source,
                recorder,
                total,
            }
            .run(cancelled, each, |_| 0);
        }
        self.hear(
            Pass {
                source,
                recorder,
                total: info.samples(self.sample_rate),
            },
            pass,
            cancelled,
            each,
        )
    }

    fn hear(
        &self,
        sound: Pass,
        pass: &TempPass,
        cancelled: &dyn Fn() -> bool,
        each: &mut dyn FnMut(AssetChange),
    ) -> Result<(), AssetError> {
        let mut ears = Runtime::load(pass.runtime.as_deref())
            .map_err(ListenError::from)
            .and_then(|runtime| SpeechEars::new(&runtime, self.sample_rate));
        // A second pass, after one that was cancelled, starts from nothing.
        *self.lock() = Heard::nothing(self.sample_rate);
        let heard = sound.run(cancelled, each, |planes| {
            let [left, right] = planes;
            if let Ok(listening) = &mut ears
                && let Err(error) = listening.hear(planes)
            {
                ears = Err(error);
            }
            let mut state = self.lock();
            state.peaks.push(left, right);
            state.levels.push(left, right);
            state.peaks.samples()
        });
        if cancelled() && heard.is_ok() {
            return Ok(());
        }
        let speech = match ears.and_then(SpeechEars::finish) {
            Ok(spans) => Some(Arc::from(spans)),
            Err(error) => {
                each(AssetChange::Problem(AssetError::Speech(error)));
                None
            }
        };
        let mut state = self.lock();
        state.over = true;
        state.speech = speech;
        state.peaks.finish();
        let bytes = if heard.is_ok() { write(&state) } else { None };
        drop(state);
        if let (Some((cache, key)), Some(bytes)) = (&self.entry, bytes) {
            // What cannot be kept is made again the next time.
            let _ = cache.put(key, &bytes);
        }
        each(AssetChange::Temp(1.0));
        heard
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is kept: nothing while the speech is not known, so that it is looked for again.
fn write(heard: &Heard) -> Option<Vec<u8>> {
    let speech = heard.speech.as_ref()?;
    let mut bytes = Vec::new();
    for part in [heard.peaks.to_bytes(), heard.levels.to_bytes()] {
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend(part);
    }
    let ends = speech.iter().flat_map(|span| [span.start(), span.end()]);
    bytes.extend(ends.flat_map(u64::to_le_bytes));
    Some(bytes)
}

fn read(bytes: &[u8]) -> Option<Heard> {
    let (peaks, rest) = part(bytes)?;
    let (levels, rest) = part(rest)?;
    let (spans, odd) = rest.as_chunks::<16>();
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_le_bytes);
    let span = |it: &[u8; 16]| Some(SampleSpan::new(number(&it[..8])?, number(&it[8..])?));
    let speech: Option<Arc<[SampleSpan]>> = spans.iter().map(span).collect();
    odd.is_empty().then_some(Heard {
        peaks: Peaks::from_bytes(peaks)?,
        levels: Levels::from_bytes(levels)?,
        speech: Some(speech?),
        over: true,
    })
}

fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

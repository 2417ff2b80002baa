//! A small picture of each whole second, from whatever pass over the frames comes by.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ExtendedColorType, RgbImage};
use muvi_media::frames::{FrameReader, FrameSpec, frame_at_tick, ticks_in_frames};
use muvi_media::{MediaInfo, Tools};
use muvi_timeline::Rate;

use super::AssetError;
use crate::cache::{Cache, key};

/// Longest side of a picture, in pixels.
const SIDE: u32 = 160;
/// Quality of a picture, 1 to 100; each takes about 4 KB.
const QUALITY: u8 = 75;
/// Most pictures of one video; longer ones have one for every second, third ... second.
const MOST: u64 = 7200;
/// Frames of a pass of its own for each picture: a reader rounds to whole frames, and the last second may be short.
const FINER: u32 = 10;
/// Changes whenever a cached entry of an older version would mean something else.
const VERSION: &str = "thumbs 1";

/// The pictures of one video, some or all of them. Clones share them.
#[derive(Clone, Debug)]
pub struct Thumbs {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    width: u32,
    height: u32,
    /// Whole seconds between two pictures.
    step: u64,
    entry: Option<(Cache, String)>,
    pictures: Mutex<Pictures>,
}

#[derive(Debug)]
struct Pictures {
    all: Vec<Option<Arc<[u8]>>>,
    missing: usize,
}

impl Thumbs {
    /// The pictures of the video `info`: all of them if they are in the cache under its `content`, else none yet.
    pub(super) fn open(info: &MediaInfo, cache: Option<(&Cache, &str)>) -> Self {
        let rate = info.video.rate;
        let seconds = Rate::hz(1).map_or(1, |second| ticks_in_frames(info.frames(rate), rate, second));
        let step = seconds.div_ceil(MOST).max(1);
        let count = usize::try_from(seconds.div_ceil(step)).unwrap_or(usize::MAX);
        let FrameSpec { width, height, .. } = FrameSpec::fitting(info, SIDE, rate, 1);
        let entry = cache.map(|(cache, content)| {
            let size = format!("{width}x{height}");
            (cache.clone(), key(&[VERSION, content, &size]))
        });
        let cached = entry
            .as_ref()
            .and_then(|(cache, key)| read(&cache.get(key)?, count));
        let all = cached.unwrap_or_else(|| vec![None; count]);
        let missing = all.iter().filter(|it| it.is_none()).count();
        Self {
            shared: Arc::new(Shared {
                width,
                height,
                step,
                entry,
                pictures: Mutex::new(Pictures { all, missing }),
            }),
        }
    }

    /// The picture at a whole second as JPEG, at most 160 pixels wide and high; `None` if it is not there yet or
    /// beyond the end. In videos of more than two hours some seconds share one.
    pub fn get(&self, second: u64) -> Option<Arc<[u8]>> {
        let place = usize::try_from(second / self.shared.step).ok()?;
        self.lock().all.get(place)?.clone()
    }

    /// True once every second has its picture.
    pub fn is_complete(&self) -> bool {
        self.lock().missing == 0
    }

    /// Takes the pictures out of a pass over the frames at `rate`, each a square of `side` x `side` RGB pixels.
    pub fn sink(&self, rate: Rate, side: u32) -> ThumbSink {
        ThumbSink {
            thumbs: self.clone(),
            rate,
            side,
            next: 0,
        }
    }

    /// Makes those that are missing, in a pass of its own; nothing if there are all. `each` is told after each one.
    ///
    /// # Errors
    /// [`AssetError::Picture`] if the video does not decode; what was made until then stays.
    pub(super) fn fill(
        &self,
        tools: &Tools,
        info: &MediaInfo,
        cancelled: &dyn Fn() -> bool,
        mut each: impl FnMut(),
    ) -> Result<(), AssetError> {
        let Ok(Ok(rate)) = u32::try_from(self.shared.step).map(|step| Rate::new(FINER, step)) else {
            return Ok(());
        };
        if self.is_complete() {
            return Ok(());
        }
        let spec = FrameSpec {
            width: self.shared.width,
            height: self.shared.height,
            rate,
            chunk: 1,
        };
        let image = |frame: Vec<u8>| RgbImage::from_raw(spec.width, spec.height, frame);
        let (mut last, mut next) = (None, 0);
        for chunk in FrameReader::open(tools, info, spec)? {
            if cancelled() {
                return Ok(());
            }
            let chunk = chunk?;
            let place = chunk.first / u64::from(FINER);
            last = image(chunk.data);
            if chunk.first.is_multiple_of(u64::from(FINER))
                && let Some(image) = &last
            {
                self.keep(place * self.shared.step, image);
                next = place + 1;
                each();
            }
        }
        // A last second of less than half a frame here shows the frame before it.
        if let Some(image) = last
            && !self.is_complete()
        {
            self.keep(next * self.shared.step, &image);
            each();
        }
        Ok(())
    }

    /// Keeps the picture of a second, and all of them in the cache once they are there.
    fn keep(&self, second: u64, image: &RgbImage) {
        let mut jpeg = Vec::new();
        let (width, height) = image.dimensions();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
        if encoder
            .encode(image.as_raw(), width, height, ExtendedColorType::Rgb8)
            .is_err()
        {
            // Only a size that no JPEG has fails; such a second stays without a picture.
            return;
        }
        let mut pictures = self.lock();
        let Some(place) = usize::try_from(second / self.shared.step)
            .ok()
            .and_then(|at| pictures.all.get_mut(at))
        else {
            return;
        };
        if place.replace(jpeg.into()).is_some() {
            return;
        }
        pictures.missing -= 1;
        if pictures.missing > 0 {
            return;
        }
        let bytes = write(&pictures.all);
        drop(pictures);
        if let Some((cache, key)) = &self.shared.entry {
            // What cannot be kept is made again the next time.
            let _ = cache.put(key, &bytes);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pictures> {
        self.shared
            .pictures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the pictures from the frames of a pass that is there for something else.
#[derive(Debug)]
pub struct ThumbSink {
    thumbs: Thumbs,
    rate: Rate,
    side: u32,
    /// The next second, in steps.
    next: u64,
}

impl ThumbSink {
    /// Takes frame number `frame` of the pass, `side * side * 3` bytes; frames come in order. All but one of a second
    /// cost nothing.
    pub fn push(&mut self, frame: u64, rgb: &[u8]) {
        let step = self.thumbs.shared.step;
        let Ok(second) = Rate::hz(1) else { return };
        while frame_at_tick(self.next * step, second, self.rate) < frame {
            self.next += 1;
        }
        if frame_at_tick(self.next * step, second, self.rate) != frame {
            return;
        }
        let at = self.next * step;
        self.next += 1;
        if self.thumbs.get(at).is_some() {
            return;
        }
        if let Some(image) = RgbImage::from_raw(self.side, self.side, rgb.to_vec()) {
            let Shared { width, height, .. } = *self.thumbs.shared;
            self.thumbs
                .keep(at, &imageops::resize(&image, width, height, FilterType::Triangle));
        }
    }
}

/// Each picture after its length.
fn write(pictures: &[Option<Arc<[u8]>>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for picture in pictures.iter().flatten() {
        bytes.extend(u32::try_from(picture.len()).unwrap_or(0).to_le_bytes());
        bytes.extend_from_slice(picture);
    }
    bytes
}

fn read(mut bytes: &[u8], count: usize) -> Option<Vec<Option<Arc<[u8]>>>> {
    let mut all = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let (picture, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        all.push(Some(picture.into()));
        bytes = rest;
    }
    (bytes.is_empty() && all.len() == count).then_some(all)
}

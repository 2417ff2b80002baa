//! Any frame of a video as a JPEG, at once: for a window that plays and scrubs.
//!
//! ffmpeg decodes, scales and encodes in child processes; nothing but finished pictures passes through here. A
//! decoder that is near the wanted frame goes on; any other request starts one at a seek, and of requests that
//! jump about only the latest (and one on its way) are kept.

mod decoder;
mod error;
mod lru;
mod state;
mod stream;

use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::SystemTime;

use muvi_timeline::{Rate, Round};

pub use error::ViewError;

use crate::process::Log;
use crate::{MediaInfo, Tools};
use decoder::Job;
use state::{Decoder, Outlook, State, locked};

/// Widths that can be asked for, in pixels.
const WIDTHS: std::ops::RangeInclusive<u32> = 16..=3840;
/// Bytes of pictures that are kept.
const CACHE_BYTES: usize = 64 << 20;
/// A decoder this close before a frame is sooner there than a new one, in milliseconds of the picture.
const REACH_MILLIS: u64 = 1500;
/// How far a decoder runs ahead while frames are asked for in order, in milliseconds of the picture.
const LEAD_MILLIS: u64 = 800;
/// Bounds of both, in frames.
const FEWEST_AHEAD: u64 = 8;
const MOST_AHEAD: u64 = 48;
/// Frames made before the wanted one where somebody steps backwards.
const BACKWARDS: u64 = 12;
/// Decoders that one request starts at most: a file that changes under it must not hold it for ever.
const STARTS: u32 = 4;

/// Gives the frames of one video as JPEG. Frame `n` is what [`crate::frames::FrameReader`] calls frame `n` at the
/// video's own rate.
///
/// May be asked from many threads at the same time. At most three ffmpeg processes run, each at most 0.8 s ahead
/// of what was asked for; one that nobody asks for 4 s ends, and dropping the server ends all of them.
#[derive(Debug)]
pub struct FrameServer {
    shared: Arc<Shared>,
}

/// What the decoders' threads know.
#[derive(Debug)]
struct Shared {
    tools: Tools,
    info: MediaInfo,
    /// Number of frames.
    total: u64,
    modified: Option<SystemTime>,
    state: Mutex<State>,
    /// Told at every change of the state.
    changed: Condvar,
}

impl FrameServer {
    /// A server for the picture of `info`; starts nothing yet. The file is taken to be the one that was probed.
    pub fn new(tools: &Tools, info: &MediaInfo) -> Self {
        Self::with_cache(tools, info, CACHE_BYTES)
    }

    /// A server that keeps at most `bytes` of pictures, and at least the last 72.
    pub fn with_cache(tools: &Tools, info: &MediaInfo, bytes: usize) -> Self {
        let frames = |millis| {
            let rate = Rate::hz(1000).map_or(0, |clock| clock.convert(millis, info.video.rate, Round::Up));
            rate.clamp(FEWEST_AHEAD, MOST_AHEAD)
        };
        let modified = std::fs::metadata(&info.path).and_then(|data| data.modified());
        let shared = Shared {
            tools: tools.clone(),
            info: info.clone(),
            total: info.frames(info.video.rate),
            modified: modified.ok(),
            state: Mutex::new(State::new(bytes, frames(LEAD_MILLIS), frames(REACH_MILLIS))),
            changed: Condvar::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Number of frames; valid ones are below.
    pub fn total(&self) -> u64 {
        self.shared.total
    }

    /// Width and height in pixels of the pictures that a wanted width gives: even, in the picture's own shape, and
    /// never larger than the video itself.
    ///
    /// # Errors
    /// [`ViewError::Width`] for widths outside 16 to 3840.
    pub fn size(&self, width: u32) -> Result<(u32, u32), ViewError> {
        if !WIDTHS.contains(&width) {
            return Err(ViewError::Width { width });
        }
        let video = &self.shared.info.video;
        let (wide, high) = (u64::from(video.width.max(1)), u64::from(video.height));
        let even = |length: u64| u32::try_from((length + 1) & !1).unwrap_or(u32::MAX).max(2);
        let width = width.min(video.width) & !1;
        Ok((
            width.max(2),
            even((u64::from(width) * high + wide / 2) / wide).min(8192),
        ))
    }

    /// The picture of `frame` as JPEG, scaled to fit `width` (see [`FrameServer::size`]). Waits for it.
    ///
    /// Frames that are missing at the end of the picture, and damaged ones, show the last one before them.
    ///
    /// # Errors
    /// [`ViewError`]: a wrong number, a request that was superseded by a newer one far from it, a file that is
    /// gone or was changed, or one that does not decode there. None of them hinders later requests.
    pub fn get(&self, frame: u64, width: u32) -> Result<Arc<[u8]>, ViewError> {
        let (width, height) = self.size(width)?;
        let total = self.shared.total;
        if frame >= total {
            return Err(ViewError::Beyond { frame, total });
        }
        let mut state = locked(&self.shared.state);
        let request = state.number();
        let mut starts = 0;
        loop {
            if state.closed {
                return Err(ViewError::Closed);
            }
            let number = state.end.map_or(frame, |end| frame.min(end.saturating_sub(1)));
            if let Some(picture) = state.cache.get((number, width)) {
                if state.follow(number, width) {
                    self.shared.changed.notify_all();
                }
                return Ok(picture);
            }
            match state.outlook(number, width) {
                Outlook::Coming(true) => self.shared.changed.notify_all(),
                Outlook::Coming(false) => {}
                Outlook::Failed(error) => return Err(error),
                Outlook::Nothing if state.is_superseded(request, width) => {
                    return Err(ViewError::Superseded);
                }
                Outlook::Nothing if starts == STARTS => {
                    return Err(self.shared.undecodable(frame, &Log::default()));
                }
                Outlook::Nothing => {
                    starts += 1;
                    self.start(&mut state, request, number, (width, height))?;
                }
            }
            state = self
                .shared
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Starts a decoder for `frame` in place of those that are of no more use.
    fn start(
        &self,
        state: &mut State,
        request: u64,
        frame: u64,
        (width, height): (u32, u32),
    ) -> Result<(), ViewError> {
        self.shared.unchanged()?;
        let backwards = state.supersede(request, frame, width);
        let first = if backwards {
            frame.saturating_sub(BACKWARDS)
        } else {
            frame
        };
        let before = state.make_room(width);
        let id = state.number();
        let decoder = Decoder::new(id, width, first, frame);
        let job = Job {
            id,
            width,
            height,
            first,
            child: Arc::clone(&decoder.child),
            before,
        };
        state.decoders.push(decoder);
        // Those who waited for the ones that go have to look anew.
        self.shared.changed.notify_all();
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new().name("muvi-view".into());
        let thread = thread
            .spawn(move || decoder::run(&shared, &job))
            .inspect_err(|_| state.remove(id));
        let thread = thread.map_err(|source| self.shared.tool_error(source))?;
        state.threads.retain(|old| !old.is_finished());
        state.threads.push(thread);
        Ok(())
    }
}

impl Drop for FrameServer {
    fn drop(&mut self) {
        let mut state = locked(&self.shared.state);
        state.closed = true;
        let decoders = std::mem::take(&mut state.decoders);
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        self.shared.changed.notify_all();
        decoders.iter().for_each(|decoder| decoder.child.end());
        for thread in threads {
            // One that panicked has dropped its program already.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// An error if the file is no longer the one that was opened.
    fn unchanged(&self) -> Result<(), ViewError> {
        let path = || self.info.path.clone();
        let data = std::fs::metadata(&self.info.path).map_err(|source| ViewError::Gone {
            path: path(),
            source: Arc::new(source),
        })?;
        if data.len() != self.info.size || data.modified().ok() != self.modified {
            return Err(ViewError::Changed { path: path() });
        }
        Ok(())
    }

    fn tool_error(&self, source: io::Error) -> ViewError {
        ViewError::Tool {
            path: self.info.path.clone(),
            source: Arc::new(source),
        }
    }

    fn undecodable(&self, frame: u64, log: &Log) -> ViewError {
        ViewError::Undecodable {
            path: self.info.path.clone(),
            frame,
            reason: log.reason(),
        }
    }
}

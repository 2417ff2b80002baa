//! Sends what is heard to the window: about 60 times a second while something moves, seldom while nothing does.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use muvi_session::studio::{Heard, Studio};
use tauri::ipc::Channel;

use crate::{convert, dto};

const EVERY: Duration = Duration::from_millis(16);
/// Something that rests is told again after this many rounds, so that a meter that just opened isn't blank.
const AT_REST: u32 = 32;

/// Who wants to know.
#[derive(Default)]
pub struct Ticks(Mutex<Option<Channel<dto::Tick>>>);

impl Ticks {
    /// Sends to this channel from now on; a window that was loaded again leaves its old one behind.
    pub fn subscribe(&self, channel: Channel<dto::Tick>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(channel);
    }

    fn send(&self, tick: dto::Tick) {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if place.as_ref().is_some_and(|channel| channel.send(tick).is_err()) {
            *place = None;
        }
    }
}

/// Sends as long as the program runs.
pub fn run(studio: &Studio, ticks: &Ticks) {
    let mut last: Option<Heard> = None;
    let mut still = 0;
    loop {
        std::thread::sleep(EVERY);
        let heard = studio.heard();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        still = if last.as_ref() == Some(&heard) {
            still + 1
        } else {
            0
        };
        if still % AT_REST == 0 {
            ticks.send(convert::tick(heard.clone(), now.as_secs_f64() * 1e3));
        }
        let before = last.as_ref().and_then(|last| last.problem.as_ref());
        if let Some(problem) = heard.problem.as_ref().filter(|now| before != Some(*now)) {
            log::warn!("{problem}");
        }
        last = Some(heard);
    }
}

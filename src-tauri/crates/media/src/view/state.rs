//! What is known, what is being decoded, and who waits for what; the rules of which decoder lives.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::ViewError;
use super::lru::Lru;
use crate::process::Running;

/// Decoders at one time.
pub(super) const DECODERS: usize = 3;
/// Decoders of one width that may be on their way to their first frame at one time: the older one goes on, so that
/// a scrub shows something, the newer one is for the latest place.
const SEEKING: usize = 2;
/// How long a failure is the answer before it is tried again.
const FAILURE_LASTS: Duration = Duration::from_secs(1);
/// The next lead is this many times the last, from nothing: play needs one, a jump does not.
const LEAD_GROWS: u64 = 2;

/// The program of a decoder, where others can end it.
#[derive(Debug, Default)]
pub(super) struct Child {
    running: Mutex<Option<Running>>,
    ended: AtomicBool,
}

impl Child {
    /// Puts a program in; one that comes after the end is ended at once.
    pub(super) fn put(&self, program: Running) {
        let old = locked(&self.running).replace(program);
        drop(old);
        if self.is_ended() {
            self.end();
        }
    }

    /// Takes the program out to look at its end.
    pub(super) fn take(&self) -> Option<Running> {
        locked(&self.running).take()
    }

    /// Ends the program and whatever is put in later; waits until it is gone.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        drop(self.take());
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One decoder: frames of one width, from one on.
#[derive(Debug)]
pub(super) struct Decoder {
    pub(super) id: u64,
    pub(super) width: u32,
    /// The frame it was started for, which it has not passed while `next` is not beyond it.
    pub(super) target: u64,
    /// The frame that it gives next.
    pub(super) next: u64,
    /// The last frame that it may give.
    pub(super) goal: u64,
    /// The furthest frame that it was asked for.
    asked: u64,
    /// How far it may run ahead of what it was asked for.
    lead: u64,
    /// When it was last asked for anything.
    pub(super) used: Instant,
    /// Set if it came to nothing.
    failure: Option<(Instant, ViewError)>,
    pub(super) child: Arc<Child>,
}

impl Decoder {
    pub(super) fn new(id: u64, width: u32, first: u64, target: u64) -> Self {
        Self {
            id,
            width,
            target,
            next: first,
            goal: target,
            asked: target,
            lead: 0,
            used: Instant::now(),
            failure: None,
            child: Arc::default(),
        }
    }

    fn is_seeking(&self) -> bool {
        self.failure.is_none() && self.next <= self.target
    }

    /// Notes that `frame` is wanted; true if it may now go further than before.
    fn ask(&mut self, frame: u64, most: u64) -> bool {
        self.used = Instant::now();
        if frame > self.asked {
            self.asked = frame;
            self.lead = (self.lead * LEAD_GROWS + 2).min(most);
        }
        let goal = self.goal.max(frame.saturating_add(self.lead));
        std::mem::replace(&mut self.goal, goal) != goal
    }
}

/// Everything that the threads share.
#[derive(Debug)]
pub(super) struct State {
    pub(super) cache: Lru,
    pub(super) decoders: Vec<Decoder>,
    /// The number of frames that decode, once a decoder came to the end before all were there.
    pub(super) end: Option<u64>,
    pub(super) closed: bool,
    pub(super) threads: Vec<JoinHandle<()>>,
    /// By width: the number of the last request that started a decoder, and the last frame asked for.
    latest: HashMap<u32, (u64, u64)>,
    counter: u64,
    /// How far a decoder may run ahead, and how far it is sooner there than a new one, in frames.
    lead: u64,
    reach: u64,
}

/// What can be done for a request.
pub(super) enum Outlook {
    /// A decoder is on its way to it; true if it may go further than before.
    Coming(bool),
    /// It was just tried.
    Failed(ViewError),
    /// A decoder has to be started.
    Nothing,
}

impl State {
    pub(super) fn new(cache: usize, lead: u64, reach: u64) -> Self {
        Self {
            cache: Lru::new(cache),
            decoders: Vec::new(),
            end: None,
            closed: false,
            threads: Vec::new(),
            latest: HashMap::new(),
            counter: 0,
            lead,
            reach,
        }
    }

    /// A number that no other request or decoder has, and that is higher than all before.
    pub(super) fn number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// Keeps the decoder that gave `frame` ahead of the requests; true if it may go further than before.
    pub(super) fn follow(&mut self, frame: u64, width: u32) -> bool {
        let (lead, reach) = (self.lead, self.reach);
        let near = |it: &&mut Decoder| {
            it.width == width
                && frame < it.next.saturating_add(reach)
                && frame.saturating_add(reach) > it.next
        };
        let goes_on = self.decoders.iter_mut().find(near);
        goes_on.is_some_and(|decoder| decoder.ask(frame, lead))
    }

    /// Looks for a decoder that comes to `frame` sooner than a new one.
    pub(super) fn outlook(&mut self, frame: u64, width: u32) -> Outlook {
        let (lead, reach) = (self.lead, self.reach);
        self.decoders.retain(|it| {
            it.failure
                .as_ref()
                .is_none_or(|(since, _)| since.elapsed() < FAILURE_LASTS)
        });
        let covers = |it: &&mut Decoder| {
            let from = it.next.max(if it.is_seeking() { it.target } else { it.next });
            it.width == width && frame >= it.next && frame <= from.saturating_add(reach)
        };
        match self.decoders.iter_mut().find(covers) {
            Some(Decoder {
                failure: Some((_, error)),
                ..
            }) => Outlook::Failed(error.clone()),
            Some(decoder) => Outlook::Coming(decoder.ask(frame, lead)),
            None => Outlook::Nothing,
        }
    }

    /// True if a later request of this width than `request` has started a decoder.
    pub(super) fn is_superseded(&self, request: u64, width: u32) -> bool {
        self.latest
            .get(&width)
            .is_some_and(|(latest, _)| *latest > request)
    }

    /// Notes that `request` starts a decoder for `frame`; true if the frames before it will be wanted too, as when
    /// somebody steps backwards.
    pub(super) fn supersede(&mut self, request: u64, frame: u64, width: u32) -> bool {
        let before = self.latest.insert(width, (request, frame));
        before.is_some_and(|(_, last)| frame < last && last - frame <= self.reach)
    }

    /// Takes out the decoders that have to go before one of `width` can start.
    pub(super) fn make_room(&mut self, width: u32) -> Vec<Arc<Child>> {
        let mut gone = Vec::new();
        self.decoders.retain(|it| {
            let stays = it.width != width || it.is_seeking();
            if !stays {
                gone.push(Arc::clone(&it.child));
            }
            stays
        });
        // They stand in the order in which they were started.
        let seeking = |it: &Decoder| it.width == width;
        while self.decoders.iter().filter(|it| seeking(it)).count() >= SEEKING {
            let Some(youngest) = self.decoders.iter().rposition(seeking) else {
                break;
            };
            gone.push(self.decoders.remove(youngest).child);
        }
        while self.decoders.len() >= DECODERS {
            let idlest = (0..self.decoders.len()).min_by_key(|&at| self.decoders[at].used);
            let Some(idlest) = idlest else { break };
            gone.push(self.decoders.remove(idlest).child);
        }
        gone
    }

    pub(super) fn decoder(&mut self, id: u64) -> Option<&mut Decoder> {
        self.decoders.iter_mut().find(|it| it.id == id)
    }

    pub(super) fn remove(&mut self, id: u64) {
        self.decoders.retain(|it| it.id != id);
    }

    pub(super) fn fail(&mut self, id: u64, error: ViewError) {
        if let Some(decoder) = self.decoder(id) {
            decoder.failure = Some((Instant::now(), error));
        }
    }
}

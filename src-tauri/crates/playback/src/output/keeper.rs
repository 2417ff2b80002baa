//! Keeps an output going: opens it, sees when it is lost, tries again, plays without sound in the meantime.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::feeder::{Command, Link};
use crate::output::{Failure, Output, OutputError, Running, SilentOutput};
use crate::shared::Shared;
use crate::wire::connect;

/// Between two looks at the device.
const LOOK: Duration = Duration::from_millis(100);
/// Between two attempts to open one.
const AGAIN: Duration = Duration::from_secs(1);
/// A device that does not ask for sound for so long is opened anew.
const DEAD: Duration = Duration::from_millis(1500);
/// Opening it anew takes no longer than this, else it is lost.
const WAKING: Duration = Duration::from_secs(1);
/// A device whose stream ends again so soon is lost.
const RELAPSE: Duration = Duration::from_secs(10);

/// A device that takes longer to close is not waited for.
const CLOSING: Duration = Duration::from_millis(500);

/// What is said where a device is lost while it plays.
const LOST: &str = "The sound device stopped working, so playback was paused. Press play to go on; the device is tried \
                    again every second.";

/// What the keeper is told.
pub(crate) enum Order {
    Choose(Option<String>),
    Quit,
}

/// A device that runs, and the near end of the connection to it.
type Opened = (Box<dyn Running>, Link);

fn open_on(
    output: &dyn Output,
    id: Option<&str>,
    sample_rate: u32,
    clock: &Arc<Clock>,
) -> Result<Opened, OutputError> {
    let mut link = None;
    let running = output.open(id, sample_rate, &mut |rate| {
        let (wire, producer, puller) = connect(clock.clone(), rate);
        link = Some(Link {
            wire,
            producer,
            sample_rate: rate,
        });
        puller
    })?;
    Ok((running, link.ok_or(OutputError::NoDevice)?))
}

pub(crate) struct Keeper {
    output: Arc<dyn Output>,
    feeder: Sender<Command>,
    shared: Arc<Shared>,
    chosen: Option<String>,
    sample_rate: u32,
    running: Option<Box<dyn Running>>,
    /// Whether what runs is a real device, and whether it is the one that was chosen.
    heard: bool,
    in_place: bool,
    tried: Instant,
    /// The device's heartbeat and when it was last seen to change.
    beat: (u64, Instant),
    /// When a device was last opened anew.
    woken: Option<Instant>,
}

impl Keeper {
    pub(crate) fn new(
        output: Arc<dyn Output>,
        feeder: Sender<Command>,
        shared: Arc<Shared>,
        chosen: Option<String>,
        sample_rate: u32,
    ) -> Self {
        Self {
            output,
            feeder,
            shared,
            chosen,
            sample_rate,
            running: None,
            heard: false,
            in_place: false,
            tried: Instant::now(),
            beat: (0, Instant::now()),
            woken: None,
        }
    }

    pub(crate) fn work(mut self, orders: &Receiver<Order>) {
        self.start();
        loop {
            match orders.recv_timeout(LOOK) {
                Ok(Order::Choose(id)) => {
                    self.chosen = id;
                    self.end();
                    self.start();
                }
                Ok(Order::Quit) | Err(RecvTimeoutError::Disconnected) => return self.end(),
                Err(RecvTimeoutError::Timeout) => self.look(),
            }
        }
    }

    fn look(&mut self) {
        if self.heard {
            let failure = self.running.as_ref().and_then(|running| {
                self.shared.underruns.fetch_add(running.take_gaps(), Relaxed);
                running.failure()
            });
            if let Some(failure) = failure.or_else(|| self.asleep()) {
                if failure.gone || !self.wake() {
                    self.lose(&failure.reason);
                }
            } else if self.in_place && self.tried.elapsed() >= AGAIN * 3 {
                self.go_back();
            }
        } else if self.tried.elapsed() >= AGAIN {
            self.start();
        }
    }

    /// Opens the chosen device, else the system's own, else plays without sound.
    fn start(&mut self) {
        self.tried = Instant::now();
        let chosen = self.chosen.clone();
        let mut result = self.open(chosen.as_deref());
        self.in_place = false;
        if result.is_err() && chosen.is_some() {
            let other = self.open(None);
            if other.is_ok() {
                self.in_place = true;
                result = other;
            }
        }
        match result {
            Ok((running, link)) => {
                let name = running.name().to_owned();
                self.shared.set_device_problem(self.in_place.then(|| {
                    "The chosen sound device is not there: playing on the system's own.".to_owned()
                }));
                self.take(running, link, true);
                self.shared.set_device(Some(name));
            }
            Err(error) if self.running.is_none() => self.be_silent(Some(&error)),
            Err(_) => {}
        }
    }

    fn open(&self, id: Option<&str>) -> Result<Opened, OutputError> {
        open_on(self.output.as_ref(), id, self.sample_rate, &self.shared.clock)
    }

    /// Opens the same device anew, and plays on: sound servers end a stream, or let it sleep for ever, when a busy
    /// machine starved it. On a thread of its own, as a server that hangs keeps whoever asks it. Whether that worked.
    fn wake(&mut self) -> bool {
        let again = self.woken.is_some_and(|at| at.elapsed() < RELAPSE);
        let Some(name) = self.running.as_ref().map(|running| running.name().to_owned()) else {
            return false;
        };
        if again {
            return false;
        }
        let id = if self.in_place { None } else { self.chosen.clone() };
        self.end();
        let (output, clock, rate) = (self.output.clone(), self.shared.clock.clone(), self.sample_rate);
        let (opened, wait) = std::sync::mpsc::channel();
        let builder = std::thread::Builder::new().name("muvi-wake".into());
        let _ = builder.spawn(move || {
            // Too late for the keeper: the device closes again right here.
            let _ = opened.send(open_on(output.as_ref(), id.as_deref(), rate, &clock));
        });
        match wait.recv_timeout(WAKING) {
            Ok(Ok((running, link))) if running.name() == name => {
                self.shared.underruns.fetch_add(1, Relaxed);
                self.woken = Some(Instant::now());
                self.take(running, link, true);
                true
            }
            _ => false,
        }
    }

    fn take(&mut self, running: Box<dyn Running>, link: Link, heard: bool) {
        self.end();
        self.beat = (0, Instant::now());
        (self.running, self.heard) = (Some(running), heard);
        // The feeder ends only with the engine.
        let _ = self.feeder.send(Command::Link(Box::new(link)));
    }

    fn be_silent(&mut self, error: Option<&OutputError>) {
        if let Some(error) = error {
            // Drivers end their sentences, or not.
            let cause = error.source().map_or_else(String::new, |cause| {
                format!(": {}", cause.to_string().trim_end_matches('.'))
            });
            let text = format!("No sound device: playing without sound ({error}{cause}).");
            self.shared.set_device_problem(Some(text));
        }
        self.shared.set_device(None);
        match open_on(&SilentOutput, None, self.sample_rate, &self.shared.clock) {
            Ok((running, link)) => self.take(running, link, false),
            Err(error) => self.shared.set_device_problem(Some(error.to_string())),
        }
    }

    /// Goes on without the device until it can be opened again; tells so where that was heard.
    fn lose(&mut self, reason: &str) {
        log::warn!("the sound device is lost: {reason}");
        self.shared.set_device(None);
        if self.shared.playing.load(Acquire) || self.shared.auditioning.load(Acquire) {
            let _ = self.feeder.send(Command::Lost);
            self.shared.set_device_problem(Some(LOST.to_owned()));
        }
        self.end();
        self.be_silent(None);
        self.tried = Instant::now();
    }

    /// Returns from a stand-in to the chosen device, once it is there and nothing plays.
    fn go_back(&mut self) {
        self.tried = Instant::now();
        let there = self.output.devices().unwrap_or_default();
        let back = there
            .iter()
            .any(|device| Some(&device.id) == self.chosen.as_ref());
        if back && !self.shared.playing.load(Acquire) {
            self.end();
            self.start();
        }
    }

    /// Why the device counts as ended although it reports nothing.
    fn asleep(&mut self) -> Option<Failure> {
        let calls = self.shared.wire().map_or(0, |wire| wire.calls.load(Relaxed));
        if calls != self.beat.0 {
            self.beat = (calls, Instant::now());
        }
        (self.beat.1.elapsed() > DEAD).then(|| Failure {
            reason: "it takes no sound any more".to_owned(),
            gone: false,
        })
    }

    /// Ends what runs, on a thread of its own: a device that hangs must hang nobody.
    fn end(&mut self) {
        self.heard = false;
        if let Some(running) = self.running.take() {
            let builder = std::thread::Builder::new().name("muvi-close".into());
            let (closed, wait) = std::sync::mpsc::channel::<()>();
            // Without a thread it is closed right here.
            let _ = builder.spawn(move || {
                drop(running);
                drop(closed);
            });
            // A device that others can't open beside us has to be free before the next is opened.
            let _ = wait.recv_timeout(CLOSING);
        }
    }
}

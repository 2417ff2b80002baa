//! Renders ahead of the device: the transport's state machine.

mod opening;
mod ring;

use std::sync::Arc;
use std::sync::atomic::Ordering::Release;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use muvi_timeline::Mix;
use rtrb::Producer;

use crate::deck::Deck;
use crate::feed::{Feed, Source};
use crate::grains::Grains;
use crate::programme::Programme;
use crate::reel::Reel;
use crate::shared::Shared;
use crate::tape::Tape;
use crate::wire::{Block, Wire};

/// A device that does not say within this time where it stopped is not waited for.
const STOP_NANOS: u64 = 300_000_000;
/// Samples rendered at a time.
const CHUNK: usize = 256;
/// Loops that are shorter than this are not kept: their joints would overlap.
const SHORTEST_LOOP: u64 = 1024;

/// What the feeder is told.
pub(crate) enum Command {
    Load(Option<Arc<Programme>>),
    Swap(Arc<Programme>),
    Opened {
        project: u64,
        made: Result<Box<(Reel, Reel)>, String>,
        programme: Arc<Programme>,
    },
    Play,
    Pause,
    Toggle,
    Seek(u64),
    Shuttle(f64),
    Scrub(u64),
    ScrubEnd,
    Loop(Option<(u64, u64)>),
    Mix(Box<Mix>),
    Audition(Box<dyn Source + Send>, u32),
    StopAudition,
    Link(Box<Link>),
    Lost,
    Quit,
}

/// The near end of a connection to a device.
pub(crate) struct Link {
    pub(crate) wire: Arc<Wire>,
    pub(crate) producer: Producer<Block>,
    pub(crate) sample_rate: u32,
}

enum Mode {
    Rest,
    /// The head moves.
    Run,
    /// The head is dragged. `resume`: it moved before; `over`: it was let go and the last grain dies away.
    Scrub {
        resume: bool,
        over: bool,
    },
    /// Some other sound plays by itself.
    Audition(Box<Feed>),
}

pub(crate) struct Feeder {
    commands: Receiver<Command>,
    /// For threads that open programmes; `None` opens them at once, by hand.
    sender: Option<Sender<Command>>,
    shared: Arc<Shared>,
    link: Option<Link>,
    tape: Tape,
    mode: Mode,
    grains: Grains,
    programme: Option<Arc<Programme>>,
    mix: Mix,
    deck: Option<Deck>,
    speed: f64,
    range: Option<(u64, u64)>,
    /// Counts loads, so that what was opened for an older one is dropped.
    project: u64,
    opening: bool,
    /// Another opening is wanted after the present one.
    again: bool,
    /// The generation whose stop the device has not confirmed yet, and until when that is waited for.
    stopping: Option<(u64, u64)>,
    frames: Vec<[f32; 2]>,
    over: bool,
}

impl Feeder {
    pub(crate) fn new(
        commands: Receiver<Command>,
        sender: Option<Sender<Command>>,
        shared: Arc<Shared>,
        sample_rate: u32,
    ) -> Self {
        Self {
            commands,
            sender,
            shared,
            link: None,
            tape: Tape::new(sample_rate),
            mode: Mode::Rest,
            grains: Grains::default(),
            programme: None,
            mix: Mix::default(),
            deck: None,
            speed: 1.0,
            range: None,
            project: 0,
            opening: false,
            again: false,
            stopping: None,
            frames: Vec::with_capacity(CHUNK),
            over: false,
        }
    }

    /// Works until it is told to quit.
    pub(crate) fn work(mut self) {
        while self.turn() {
            let pause = match (&self.mode, self.stopping) {
                (_, Some(_)) => Duration::from_millis(1),
                (Mode::Rest, None) => Duration::from_millis(500),
                _ => Duration::from_millis(5),
            };
            if self.stopping.is_some() {
                std::thread::sleep(pause);
                continue;
            }
            match self.commands.recv_timeout(pause) {
                Ok(command) => {
                    if !self.obey(command) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Does what was told and fills the ring; false if it was told to quit.
    pub(crate) fn turn(&mut self) -> bool {
        self.resolve_stop();
        // Where the head stopped decides what the next command does.
        while self.stopping.is_none() {
            let Ok(command) = self.commands.try_recv() else {
                break;
            };
            if !self.obey(command) {
                return false;
            }
        }
        self.fill();
        self.finish();
        true
    }

    fn obey(&mut self, command: Command) -> bool {
        match command {
            Command::Quit => return false,
            Command::Load(programme) => self.load(programme),
            Command::Swap(programme) => {
                self.mix = programme.mix;
                self.programme = Some(programme);
                self.open();
            }
            Command::Opened {
                project,
                made,
                programme,
            } => {
                if project == self.project {
                    self.install(made, &programme);
                }
            }
            Command::Play => self.play(1.0),
            Command::Pause => self.pause(),
            Command::Toggle if self.moves() => self.pause(),
            Command::Toggle => self.play(1.0),
            Command::Seek(sample) => self.seek(sample),
            Command::Shuttle(0.0) => self.pause(),
            Command::Shuttle(speed) => self.play(speed.clamp(-8.0, 8.0)),
            Command::Scrub(sample) => self.scrub(sample),
            Command::ScrubEnd => self.scrub_end(),
            Command::Loop(range) => self.set_loop(range),
            Command::Mix(mix) => self.set_mix(*mix),
            Command::Audition(source, rate) => self.audition(source, rate),
            Command::StopAudition => {
                if matches!(self.mode, Mode::Audition(_)) {
                    self.silence();
                    self.rest();
                }
            }
            Command::Link(link) => self.connect(*link),
            Command::Lost => {
                let place = self.shared.position();
                self.rest();
                self.shared.set_rest(place);
            }
        }
        true
    }

    fn moves(&self) -> bool {
        matches!(self.mode, Mode::Run)
    }

    fn length(&self) -> u64 {
        self.programme.as_ref().map_or(0, |programme| programme.length)
    }

    fn sample_rate(&self) -> u32 {
        self.programme
            .as_ref()
            .map_or(self.tape.sample_rate(), |programme| programme.sample_rate)
    }

    fn play(&mut self, speed: f64) {
        if self.programme.is_none() {
            return;
        }
        self.speed = speed;
        self.shared.set_speed(speed);
        if self.moves() {
            if self.over {
                // The way was rendered to its end and is not heard out yet.
                self.begin(self.shared.position());
            } else if let Some(deck) = &mut self.deck {
                deck.set_speed(speed);
            }
            return;
        }
        let (mut place, length) = (self.shared.rest(), self.length() as f64);
        if speed > 0.0 && place >= length {
            place = self.range.map_or(0.0, |(start, _)| start as f64);
        } else if speed < 0.0 && place <= 0.0 {
            return;
        }
        self.shared.set_rest(place);
        self.shared.auditioning.store(false, Release);
        self.mode = Mode::Run;
        self.shared.playing.store(true, Release);
        self.begin(place);
    }

    fn pause(&mut self) {
        if !self.moves() {
            if matches!(self.mode, Mode::Audition(_)) {
                self.silence();
                self.rest();
            }
            return;
        }
        let place = self.shared.position();
        self.silence();
        self.shared.set_rest(place);
        self.rest();
        let now = self.shared.clock.now();
        self.stopping = self
            .link
            .as_ref()
            .map(|_| (self.tape.generation(), now + STOP_NANOS));
    }

    /// Takes over from the device where the sound really stopped.
    fn resolve_stop(&mut self) {
        let (Some((generation, deadline)), Some(link)) = (self.stopping, &self.link) else {
            self.stopping = None;
            return;
        };
        match link.wire.left(generation) {
            Some(place) => {
                if let Some(place) = place {
                    self.shared
                        .set_rest(place.round().clamp(0.0, self.length() as f64));
                }
                self.stopping = None;
            }
            None if self.shared.clock.now() > deadline => self.stopping = None,
            None => {}
        }
    }

    fn rest(&mut self) {
        self.mode = Mode::Rest;
        self.shared.playing.store(false, Release);
        self.shared.auditioning.store(false, Release);
        self.speed = 1.0;
        self.shared.set_speed(1.0);
    }

    fn seek(&mut self, sample: u64) {
        let place = sample.min(self.length()) as f64;
        self.shared.set_rest(place);
        match &mut self.mode {
            Mode::Run => self.begin(place),
            Mode::Scrub { .. } => {
                self.silence();
                self.rest();
            }
            Mode::Rest | Mode::Audition(_) => {}
        }
    }

    fn scrub(&mut self, sample: u64) {
        let sample = sample.min(self.length().saturating_sub(1));
        let was = &self.mode;
        let resume = matches!(
            was,
            Mode::Run
                | Mode::Scrub {
                    resume: true,
                    over: false
                }
        );
        let fresh = !matches!(was, Mode::Scrub { .. });
        self.shared.set_rest(sample as f64);
        self.shared.playing.store(false, Release);
        self.shared.auditioning.store(false, Release);
        self.mode = Mode::Scrub { resume, over: false };
        if fresh {
            self.grains = Grains::default();
            self.begin(sample as f64);
        }
    }

    fn scrub_end(&mut self) {
        match self.mode {
            Mode::Scrub { resume: true, .. } => {
                self.mode = Mode::Rest;
                self.play(self.speed);
            }
            Mode::Scrub { .. } => {
                self.mode = Mode::Scrub {
                    resume: false,
                    over: true,
                }
            }
            _ => {}
        }
    }

    fn set_loop(&mut self, range: Option<(u64, u64)>) {
        let length = self.length();
        self.range = range
            .map(|(start, end)| (start.min(end), start.max(end).min(length)))
            .filter(|(start, end)| end.saturating_sub(*start) >= SHORTEST_LOOP);
        if let Some(deck) = &mut self.deck {
            deck.range = self.range;
        }
    }

    fn audition(&mut self, source: Box<dyn Source + Send>, rate: u32) {
        let place = self.shared.position();
        self.rest();
        self.shared.set_rest(place);
        self.mode = Mode::Audition(Box::new(Feed::stream(source)));
        self.shared.auditioning.store(true, Release);
        self.start_tape(rate, false, 0.0);
    }
}

//! Renders ahead of the device: the transport's state machine.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
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

/// So much sound waits for the device while playing; while the head is dragged; and before a start is heard.
const AHEAD_MILLIS: u64 = 100;
const AHEAD_DRAGGED_MILLIS: u64 = 25;
const BEFORE_START_MILLIS: u64 = 30;
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

    // --- Programmes

    fn load(&mut self, programme: Option<Arc<Programme>>) {
        self.silence();
        self.rest();
        self.shared.set_rest(0.0);
        self.project += 1;
        (self.deck, self.opening, self.again) = (None, false, false);
        self.range = None;
        self.shared.set_sound_problem(None);
        self.programme = programme;
        self.shared.length.store(self.length(), Relaxed);
        if let Some(programme) = &self.programme {
            self.mix = programme.mix;
            self.open();
        }
    }

    /// Opens the programme beside what plays; of several wishes in a row the latest counts.
    fn open(&mut self) {
        let Some(programme) = self.programme.clone() else {
            return;
        };
        if self.opening {
            self.again = true;
            return;
        }
        self.opening = true;
        self.shared.set_sound_problem(None);
        let (mix, slot, project) = (self.mix, self.shared.sound_problem.clone(), self.project);
        let make = move || {
            let open = || programme.live(&mix, &slot).map(Reel::new);
            let made = open().and_then(|reel| Ok(Box::new((reel, open()?))));
            let made = made.map_err(|error| match std::error::Error::source(&error) {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            });
            Command::Opened {
                project,
                made,
                programme,
            }
        };
        match self.sender.clone() {
            Some(sender) => {
                let thread = std::thread::Builder::new().name("muvi-open".into());
                let spawned = thread.spawn(move || {
                    // The engine may be gone by now.
                    let _ = sender.send(make());
                });
                if let Err(error) = spawned {
                    self.opening = false;
                    self.shared
                        .set_sound_problem(Some(format!("The sound cannot be opened: {error}")));
                }
            }
            None => {
                let opened = make();
                self.obey(opened);
            }
        }
    }

    fn install(&mut self, made: Result<Box<(Reel, Reel)>, String>, programme: &Arc<Programme>) {
        self.opening = false;
        match made {
            Ok(reels) => self.put_on(*reels, programme),
            Err(problem) => {
                self.shared.set_sound_problem(Some(problem));
                if self.deck.is_none() && self.moves() {
                    self.rest();
                }
            }
        }
        if std::mem::take(&mut self.again) {
            self.open();
        }
    }

    fn put_on(&mut self, reels: (Reel, Reel), programme: &Arc<Programme>) {
        let (mut reel, mut spare) = reels;
        // The mix may have changed while the sources were opened.
        let mut taken = reel.set_mix(&self.mix, false);
        taken &= spare.set_mix(&self.mix, false);
        self.again |= !taken;
        self.shared.length.store(programme.length, Relaxed);
        let same_rate = self.tape.sample_rate() == programme.sample_rate;
        let moves = self.moves();
        match &mut self.deck {
            Some(deck) if moves && same_rate => deck.swap(reel, spare),
            _ => {
                let mut deck = Deck::new(reel, spare);
                deck.range = self.range;
                self.deck = Some(deck);
                if moves {
                    self.begin(self.shared.position());
                }
            }
        }
    }

    fn set_mix(&mut self, mix: Mix) {
        self.mix = mix;
        let running = self.moves();
        let taken = self.deck.as_mut().is_none_or(|deck| deck.set_mix(&mix, running));
        if !taken {
            self.open();
        }
    }

    // --- Transport

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

    // --- The ring

    fn connect(&mut self, link: Link) {
        let place = self.shared.position();
        self.shared.set_wire(link.wire.clone());
        self.link = Some(link);
        self.tape.reconnect();
        self.stopping = None;
        match self.mode {
            Mode::Run => {
                self.shared.set_rest(place);
                self.begin(place);
            }
            Mode::Scrub { .. } => self.begin(place),
            Mode::Audition(_) => self.start_tape(self.tape.sample_rate(), true, 0.0),
            Mode::Rest => {}
        }
    }

    /// Nothing that was rendered is heard any more.
    fn silence(&mut self) {
        let generation = self.tape.cut();
        if let Some(link) = &self.link {
            link.wire.generation.store(generation, Release);
        }
    }

    /// Starts the sound of the present mode with the head at `place`.
    fn begin(&mut self, place: f64) {
        let Some(deck) = &mut self.deck else {
            self.silence();
            return;
        };
        deck.range = self.range;
        deck.set_speed(self.speed);
        if matches!(self.mode, Mode::Run) {
            deck.put(place);
        }
        // Where the programme itself begins, its first sample must not be softened.
        let soft = !(place == 0.0 && self.speed == 1.0);
        self.start_tape(self.sample_rate(), soft, place);
    }

    /// A new generation of sound, rendered for a moment before the device goes over to it.
    fn start_tape(&mut self, rate: u32, soft: bool, place: f64) {
        let Some(link) = &self.link else {
            return;
        };
        self.over = false;
        let generation = self.tape.start(rate, link.sample_rate, soft, place);
        let frames = u64::from(link.sample_rate) * BEFORE_START_MILLIS / 1000;
        while self.tape.made() < frames && self.produce() {}
        if let Some(link) = &mut self.link {
            self.tape.flush(&mut link.producer);
            link.wire.generation.store(generation, Release);
        }
    }

    fn fill(&mut self) {
        let Some(link) = &mut self.link else {
            return;
        };
        let millis = match self.mode {
            Mode::Rest => return,
            Mode::Scrub { .. } => AHEAD_DRAGGED_MILLIS,
            _ => AHEAD_MILLIS,
        };
        self.tape.flush(&mut link.producer);
        // A device that takes much at once needs more than that waiting.
        let ahead = u64::from(link.sample_rate) * millis / 1000 + 2 * u64::from(link.wire.most.load(Relaxed));
        loop {
            let Some(link) = &self.link else {
                return;
            };
            let consumed = link.wire.consumed.load(Acquire);
            if self.tape.waiting(consumed) >= ahead || !self.produce() {
                break;
            }
            if let Some(link) = &mut self.link {
                self.tape.flush(&mut link.producer);
            }
        }
        if let (Mode::Run, Some(deck)) = (&self.mode, &mut self.deck) {
            deck.prepare();
        }
    }

    /// Renders the next stretch of the present mode; false if there is none.
    fn produce(&mut self) -> bool {
        if self.over {
            return false;
        }
        self.frames.clear();
        let (mut ducking_db, mut over) = (0.0, false);
        match (&mut self.mode, &mut self.deck) {
            (Mode::Run, Some(deck)) => {
                over = deck.run(CHUNK, &mut self.frames, self.tape.stretches()) < CHUNK;
                ducking_db = deck.ducking_db();
                if let Some(problem) = deck.take_problem() {
                    self.shared.set_sound_problem(Some(problem));
                }
            }
            (Mode::Scrub { .. }, Some(deck)) => {
                let target = self.shared.rest() as u64;
                let rate = self.tape.sample_rate();
                let made = self
                    .grains
                    .run(deck.reel(), target, rate, CHUNK, &mut self.frames);
                // Silence between grains is no end: the next one goes on.
                if made == 0 {
                    return false;
                }
                if made < CHUNK {
                    self.frames.resize(CHUNK, [0.0; 2]);
                }
                self.tape.add(&self.frames, 0.0, made < CHUNK);
                return true;
            }
            (Mode::Audition(feed), _) => {
                while self.frames.len() < CHUNK && !over {
                    match feed.next() {
                        Ok(frame) => self.frames.push(frame),
                        Err(error) => {
                            let text = format!("The sound cannot be played: {error}");
                            self.shared.set_sound_problem(Some(text));
                            over = true;
                        }
                    }
                    over |= feed.is_over();
                }
            }
            _ => return false,
        }
        self.over = over;
        self.tape.add(&self.frames, ducking_db, over);
        if over {
            self.tape.finish();
        }
        true
    }

    /// Ends what has been played to its end.
    fn finish(&mut self) {
        let Some(link) = &self.link else {
            return;
        };
        let heard_out = self.tape.waiting(link.wire.consumed.load(Acquire)) == 0;
        match self.mode {
            Mode::Run if self.over && heard_out => {
                let place = self.deck.as_ref().map_or(0.0, |deck| deck.position);
                self.shared.set_rest(place);
                self.rest();
            }
            Mode::Audition(_) if self.over && heard_out => self.rest(),
            Mode::Scrub { over: true, .. } if heard_out => self.rest(),
            _ => {}
        }
    }
}

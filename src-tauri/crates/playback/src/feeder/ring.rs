//! From the head to the device: what is rendered when, and how far ahead.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::{CHUNK, Feeder, Link, Mode};

/// So much sound waits for the device while playing; while the head is dragged; and before a start is heard.
const AHEAD_MILLIS: u64 = 100;
const AHEAD_DRAGGED_MILLIS: u64 = 25;
const BEFORE_START_MILLIS: u64 = 30;

impl Feeder {
    pub(super) fn connect(&mut self, link: Link) {
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
    pub(super) fn silence(&mut self) {
        let generation = self.tape.cut();
        if let Some(link) = &self.link {
            link.wire.generation.store(generation, Release);
        }
    }

    /// Starts the sound of the present mode with the head at `place`.
    pub(super) fn begin(&mut self, place: f64) {
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
    pub(super) fn start_tape(&mut self, rate: u32, soft: bool, place: f64) {
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

    pub(super) fn fill(&mut self) {
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
    pub(super) fn produce(&mut self) -> bool {
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
    pub(super) fn finish(&mut self) {
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

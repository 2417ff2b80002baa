//! Programmes are opened beside what plays, and taken over.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use muvi_timeline::Mix;

use super::{Command, Feeder};
use crate::deck::Deck;
use crate::programme::Programme;
use crate::reel::Reel;

impl Feeder {
    pub(super) fn load(&mut self, programme: Option<Arc<Programme>>) {
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
    pub(super) fn open(&mut self) {
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

    pub(super) fn install(&mut self, made: Result<Box<(Reel, Reel)>, String>, programme: &Arc<Programme>) {
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

    pub(super) fn put_on(&mut self, reels: (Reel, Reel), programme: &Arc<Programme>) {
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

    pub(super) fn set_mix(&mut self, mix: Mix) {
        self.mix = mix;
        let running = self.moves();
        let taken = self.deck.as_mut().is_none_or(|deck| deck.set_mix(&mix, running));
        if !taken {
            self.open();
        }
    }
}

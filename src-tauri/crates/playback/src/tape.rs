//! From rendered samples to blocks for the device: meters, rate, places.

use std::collections::VecDeque;

use rtrb::Producer;

use crate::convert::Converter;
use crate::deck::Stretch;
use crate::meter::Meter;
use crate::wire::{BLOCK_FRAMES, Block};

/// What was rendered and is not in the ring yet.
pub(crate) struct Tape {
    meter: Meter,
    converter: Converter,
    stretches: VecDeque<Stretch>,
    backlog: VecDeque<Block>,
    generation: u64,
    soft: bool,
    ducking_db: f32,
    sample_rate: u32,
    /// Frames of all blocks that went into the ring of the present connection.
    pushed: u64,
    made: u64,
    /// The place after the last frame made.
    place: f64,
}

impl Tape {
    pub(crate) fn new(sample_rate: u32) -> Self {
        Self {
            meter: Meter::new(sample_rate),
            converter: Converter::new(sample_rate, sample_rate),
            stretches: VecDeque::new(),
            backlog: VecDeque::new(),
            generation: 0,
            soft: false,
            ducking_db: 0.0,
            sample_rate,
            pushed: 0,
            made: 0,
            place: 0.0,
        }
    }

    /// Samples per second of what goes in.
    pub(crate) fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Frames made since the start.
    pub(crate) fn made(&self) -> u64 {
        self.made
    }

    pub(crate) fn stretches(&mut self) -> &mut VecDeque<Stretch> {
        &mut self.stretches
    }

    /// A new connection: nothing is in its ring.
    pub(crate) fn reconnect(&mut self) {
        self.pushed = 0;
        self.backlog.clear();
    }

    /// Another generation without any sound; gives its number.
    pub(crate) fn cut(&mut self) -> u64 {
        self.backlog.clear();
        self.generation += 1;
        self.generation
    }

    /// Another generation, from `rate` to the device's rate; gives its number. `place` is where it stands as long
    /// as no stretch says otherwise.
    pub(crate) fn start(&mut self, rate: u32, device: u32, soft: bool, place: f64) -> u64 {
        if self.sample_rate != rate {
            self.sample_rate = rate;
            self.meter = Meter::new(rate);
        }
        if self.converter.rates() != (rate, device) {
            self.converter = Converter::new(rate, device);
        }
        self.converter.restart();
        self.meter.restart();
        self.stretches.clear();
        self.stretches.push_back(Stretch {
            first: 0,
            position: place,
            step: 0.0,
        });
        (self.soft, self.made, self.place) = (soft, 0, place);
        self.cut()
    }

    /// Takes rendered samples. `last`: nothing follows for now.
    pub(crate) fn add(&mut self, frames: &[[f32; 2]], ducking_db: f32, last: bool) {
        self.meter.add(frames);
        self.ducking_db = ducking_db;
        self.converter.push(frames);
        self.cut_blocks(last);
    }

    /// Lets out what the rate converter still holds.
    pub(crate) fn finish(&mut self) {
        self.converter.finish();
        self.cut_blocks(true);
        // The end may have come without a sample left to carry it.
        if self.backlog.back().is_none_or(|block| !block.last) {
            self.backlog.push_back(Block {
                generation: self.generation,
                position: self.place,
                ..Block::EMPTY
            });
        }
    }

    /// Frames that the device has not taken yet.
    pub(crate) fn waiting(&self, consumed: u64) -> u64 {
        let backlog: u64 = self.backlog.iter().map(|block| u64::from(block.length)).sum();
        (self.pushed + backlog).saturating_sub(consumed)
    }

    /// Moves blocks into the ring as far as there is room.
    pub(crate) fn flush(&mut self, ring: &mut Producer<Block>) {
        while let Some(block) = self.backlog.front() {
            let length = u64::from(block.length);
            if ring.push(*block).is_err() {
                return;
            }
            self.pushed += length;
            self.backlog.pop_front();
        }
    }

    fn cut_blocks(&mut self, last: bool) {
        let ratio = self.converter.ratio();
        while self.converter.ready() > 0 {
            let given = self.converter.given();
            // In samples of the input, with a little slack for what rounding takes away.
            let here = given as f64 * ratio + 1e-6;
            while self
                .stretches
                .get(1)
                .is_some_and(|next| next.first as f64 <= here)
            {
                self.stretches.pop_front();
            }
            let until = self.stretches.get(1).map_or(f64::INFINITY, |next| {
                ((next.first as f64 - 1e-6) / ratio).ceil() - given as f64
            });
            let stretch = self.stretches.front().copied().unwrap_or(Stretch {
                first: 0,
                position: 0.0,
                step: 0.0,
            });
            let most = (until.max(1.0) as usize).min(BLOCK_FRAMES);
            let mut block = Block {
                generation: self.generation,
                soft: self.soft,
                last: false,
                position: stretch.position + (given as f64 * ratio - stretch.first as f64) * stretch.step,
                step: stretch.step * ratio,
                peak: self.meter.peak,
                loudness: self.meter.loudness,
                ducking_db: self.ducking_db,
                ..Block::EMPTY
            };
            for place in block.frames.iter_mut().take(most) {
                let Some(frame) = self.converter.pop() else {
                    break;
                };
                *place = frame;
                block.length += 1;
            }
            self.made += u64::from(block.length);
            self.place = block.position + f64::from(block.length) * block.step;
            self.backlog.push_back(block);
        }
        if last && let Some(block) = self.backlog.back_mut() {
            block.last = true;
        }
    }
}

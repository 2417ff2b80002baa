//! An engine whose device and clock are moved by hand: transport as plain arithmetic, for tests.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::clock::Clock;
use crate::engine::Engine;
use crate::feeder::{Command, Feeder, Link};
use crate::shared::Shared;
use crate::wire::{Puller, connect};

/// The device of an engine without threads: nothing happens but in its calls.
#[derive(Debug)]
pub struct HandPump {
    feeder: Work,
    puller: Puller,
    shared: Handle,
    sample_rate: u32,
    latency: Duration,
    /// Nanoseconds that were lost to rounding, in parts of the rate.
    rest: u64,
}

struct Work(Feeder);

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Feeder")
    }
}

struct Handle(Arc<Shared>);

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

impl HandPump {
    /// An engine and the pump that moves it, for a device with this rate and latency.
    pub fn new(sample_rate: u32, latency: Duration) -> (Engine, Self) {
        let shared = Arc::new(Shared::new(Clock::hand()));
        let (commands, received) = channel();
        let mut feeder = Feeder::new(received, None, shared.clone(), sample_rate);
        let (wire, producer, puller) = connect(shared.clock.clone(), sample_rate);
        let link = Link {
            wire,
            producer,
            sample_rate,
        };
        // Before any command: the engine has its device from the start.
        let _ = commands.send(Command::Link(Box::new(link)));
        feeder.turn();
        let engine = Engine::of(commands, shared.clone());
        let pump = Self {
            feeder: Work(feeder),
            puller,
            shared: Handle(shared),
            sample_rate,
            latency,
            rest: 0,
        };
        (engine, pump)
    }

    /// Lets the feeder do what it was told and render ahead.
    pub fn turn(&mut self) {
        self.feeder.0.turn();
    }

    /// The device's callback: fills `out` and moves the clock by as much. Allocates nothing.
    pub fn fill(&mut self, out: &mut [[f32; 2]]) {
        let count = out.len();
        self.puller.pull(count, Some(self.latency), |i, frame| {
            if let Some(place) = out.get_mut(i) {
                *place = frame;
            }
        });
        let ticks = count as u64 * 1_000_000_000 + self.rest;
        self.rest = ticks % u64::from(self.sample_rate);
        self.shared.0.clock.advance(ticks / u64::from(self.sample_rate));
    }

    /// Turns and fills in blocks of `block` until `count` frames are there.
    pub fn pump(&mut self, count: usize, block: usize) -> Vec<[f32; 2]> {
        let mut all = vec![[0.0; 2]; count];
        for out in all.chunks_mut(block.max(1)) {
            self.turn();
            self.fill(out);
        }
        self.turn();
        all
    }
}

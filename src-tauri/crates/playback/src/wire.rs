//! The way of sound from the feeder to the device: blocks in a ring, atomics for everything else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use std::time::Duration;

use rtrb::{Consumer, Producer, RingBuffer};

use crate::clock::Clock;
use crate::marks::{Mark, Marks};

/// Most frames of a block.
pub(crate) const BLOCK_FRAMES: usize = 64;
/// Frames of the ramps at starts, stops and jumps: about 6 ms at 44.1 kHz.
const RAMP: usize = 256;
/// Heard moments that are further from the expected ones than this are believed at once, in nanoseconds.
const JUMP_NANOS: i64 = 15_000_000;
/// Otherwise this part of the difference is taken over with each call, as device clocks report unevenly.
const TRUST: f64 = 0.1;

/// Sound on its way to the device, with the place it belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    /// Blocks of an older generation than the wire's are not played any more.
    pub(crate) generation: u64,
    pub(crate) length: u8,
    /// Whether a start with this block has to fade in.
    pub(crate) soft: bool,
    /// Whether nothing follows.
    pub(crate) last: bool,
    /// Place on the timeline of the first frame, and how far it goes with each frame.
    pub(crate) position: f64,
    pub(crate) step: f64,
    pub(crate) peak: [f32; 2],
    pub(crate) loudness: [f32; 2],
    pub(crate) ducking_db: f32,
    pub(crate) frames: [[f32; 2]; BLOCK_FRAMES],
}

impl Block {
    pub(crate) const EMPTY: Self = Self {
        generation: 0,
        length: 0,
        soft: false,
        last: true,
        position: 0.0,
        step: 0.0,
        peak: [0.0; 2],
        loudness: [f32::NEG_INFINITY; 2],
        ducking_db: 0.0,
        frames: [[0.0; 2]; BLOCK_FRAMES],
    };
}

/// What both ends of one connection to a device see.
pub(crate) struct Wire {
    pub(crate) clock: Arc<Clock>,
    /// What is to be heard now.
    pub(crate) generation: AtomicU64,
    /// The generation that the device end has gone over to, and the place where it left the one before
    /// (the bits of an f64; NaN if it was silent).
    seen: AtomicU64,
    left_at: AtomicU64,
    /// Frames taken out of the ring.
    pub(crate) consumed: AtomicU64,
    /// Calls of the device: its heartbeat.
    pub(crate) calls: AtomicU64,
    /// Most frames that the device asked for at once.
    pub(crate) most: AtomicU32,
    pub(crate) underruns: AtomicU64,
    peaks: [AtomicU32; 2],
    loudness: [AtomicU32; 2],
    ducking_db: AtomicU32,
    marks: Marks,
}

impl Wire {
    fn new(clock: Arc<Clock>) -> Self {
        let silent = || AtomicU32::new(f32::NEG_INFINITY.to_bits());
        Self {
            clock,
            generation: AtomicU64::new(0),
            seen: AtomicU64::new(0),
            left_at: AtomicU64::new(f64::NAN.to_bits()),
            consumed: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            most: AtomicU32::new(0),
            underruns: AtomicU64::new(0),
            peaks: Default::default(),
            loudness: [silent(), silent()],
            ducking_db: AtomicU32::new(0),
            marks: Marks::new(),
        }
    }

    /// Where the sound of the present generation is that is heard now; `None` while none of it is heard yet.
    pub(crate) fn heard(&self) -> Option<f64> {
        let (generation, position) = self.marks.at(self.clock.now())?;
        (generation == self.generation.load(Acquire)).then_some(position)
    }

    /// Once the device end has gone over to `generation`: where it left the one before, if that was heard.
    pub(crate) fn left(&self, generation: u64) -> Option<Option<f64>> {
        let there = self.seen.load(Acquire) == generation;
        there.then(|| Some(f64::from_bits(self.left_at.load(Relaxed))).filter(|place| place.is_finite()))
    }

    /// The highest peaks since the last call.
    pub(crate) fn take_peaks(&self) -> [f32; 2] {
        [0, 1].map(|side: usize| f32::from_bits(self.peaks[side].swap(0, Relaxed)))
    }

    /// Momentary and short-term loudness in LUFS.
    pub(crate) fn loudness(&self) -> [f32; 2] {
        [0, 1].map(|which: usize| f32::from_bits(self.loudness[which].load(Relaxed)))
    }

    pub(crate) fn ducking_db(&self) -> f32 {
        f32::from_bits(self.ducking_db.load(Relaxed))
    }
}

/// A connection: the wire, its near end for the feeder, its far end for the device.
pub(crate) fn connect(clock: Arc<Clock>, sample_rate: u32) -> (Arc<Wire>, Producer<Block>, Puller) {
    let wire = Arc::new(Wire::new(clock));
    // A second of whole blocks: room for a new generation behind a full old one.
    let blocks = (sample_rate as usize / BLOCK_FRAMES).max(64);
    let (producer, consumer) = RingBuffer::new(blocks);
    let puller = Puller {
        wire: wire.clone(),
        consumer,
        sample_rate,
        generation: 0,
        block: Block::EMPTY,
        at: 0,
        running: false,
        broken: false,
        rise: RAMP,
        tail: [[0.0; 2]; RAMP],
        tail_at: RAMP,
        content: [0.0; 2],
        next_heard: None,
        expected: (f64::NAN, 0.0),
    };
    (wire, producer, puller)
}

/// The far end of a wire: what a device's callback asks for sound.
///
/// It only copies: no allocation, lock, log, panic or IO.
pub struct Puller {
    wire: Arc<Wire>,
    consumer: Consumer<Block>,
    sample_rate: u32,
    generation: u64,
    block: Block,
    at: usize,
    running: bool,
    /// Whether the sound stopped for want of blocks, so that it has to fade in again.
    broken: bool,
    /// Frames since a start that fades in.
    rise: usize,
    /// What still rings out of the sound before a stop or jump.
    tail: [[f32; 2]; RAMP],
    tail_at: usize,
    /// The last frame before ramps.
    content: [f32; 2],
    next_heard: Option<u64>,
    /// Place of the next frame and its step, as the last mark tells.
    expected: (f64, f64),
}

impl Puller {
    /// Frames per second that it gives.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Gives `count` frames, one by one with their numbers, to `write`.
    ///
    /// `latency` is the time until the first of them is heard; `None` if the device doesn't know.
    pub fn pull(&mut self, count: usize, latency: Option<Duration>, mut write: impl FnMut(usize, [f32; 2])) {
        let heard = self.heard_from(count, latency);
        self.wire.calls.fetch_add(1, Relaxed);
        self.wire.most.fetch_max(count as u32, Relaxed);
        let wanted = self.wire.generation.load(Acquire);
        if wanted != self.generation {
            self.leave(wanted);
        }
        // Each call starts with a mark, as heard moments are measured anew.
        self.expected.0 = f64::NAN;
        for number in 0..count {
            let moment = heard + self.nanos(number);
            write(number, self.next(moment));
        }
        self.wire.marks.extend(heard + self.nanos(count));
    }

    fn nanos(&self, frames: usize) -> u64 {
        frames as u64 * 1_000_000_000 / u64::from(self.sample_rate.max(1))
    }

    /// The moment at which the first frame of this call is heard.
    fn heard_from(&mut self, count: usize, latency: Option<Duration>) -> u64 {
        // A device that knows nothing plays a buffer later at least.
        let latency = latency.map_or(self.nanos(count), |latency| {
            u64::try_from(latency.as_nanos()).unwrap_or(0)
        });
        let measured = self.wire.clock.now().saturating_add(latency);
        let heard = match self.next_heard {
            Some(expected) => {
                let error = measured.wrapping_sub(expected) as i64;
                if error.abs() > JUMP_NANOS {
                    measured
                } else {
                    expected.saturating_add_signed((error as f64 * TRUST) as i64)
                }
            }
            None => measured,
        };
        self.next_heard = Some(heard + self.nanos(count));
        heard
    }

    /// Goes over to another generation: what is left of the old one rings out under the new.
    fn leave(&mut self, wanted: u64) {
        let mut place = f64::NAN;
        if self.running && self.at < usize::from(self.block.length) {
            place = self.block.position + self.at as f64 * self.block.step;
        } else if self.running && !self.block.last {
            place = self.block.position + f64::from(self.block.length) * self.block.step;
        }
        let mut tail = [[0.0_f32; 2]; RAMP];
        for (i, out) in tail.iter_mut().enumerate() {
            let frame = if self.running { self.content(wanted) } else { None };
            let frame = self.ramped(frame.unwrap_or_default());
            let part = 1.0 - (i + 1) as f32 / RAMP as f32;
            *out = frame.map(|value| value * part);
        }
        self.drop_older(wanted);
        self.tail = tail;
        self.tail_at = 0;
        self.rise = RAMP;
        (self.running, self.broken) = (false, false);
        self.content = [0.0; 2];
        self.generation = wanted;
        self.wire.left_at.store(place.to_bits(), Relaxed);
        self.wire.seen.store(wanted, Release);
    }

    fn drop_older(&mut self, wanted: u64) {
        let mut dropped = 0;
        while self.consumer.peek().is_ok_and(|block| block.generation < wanted) {
            if let Ok(block) = self.consumer.pop() {
                dropped += u64::from(block.length);
            }
        }
        self.wire.consumed.fetch_add(dropped, Release);
        (self.block, self.at) = (Block::EMPTY, 0);
    }

    /// The next frame as it was rendered, of the present generation.
    fn content(&mut self, wanted: u64) -> Option<[f32; 2]> {
        while self.at == usize::from(self.block.length) {
            let mine = self
                .consumer
                .peek()
                .is_ok_and(|block| block.generation == self.generation || block.generation < wanted);
            if !mine {
                return None;
            }
            self.block = self.consumer.pop().ok()?;
            self.at = 0;
            self.wire
                .consumed
                .fetch_add(u64::from(self.block.length), Release);
            self.report();
        }
        let frame = self.block.frames.get(self.at).copied();
        self.at += 1;
        frame
    }

    fn report(&self) {
        let Block {
            peak,
            loudness,
            ducking_db,
            ..
        } = self.block;
        for side in 0..2 {
            // Bits of floats that are not negative are in the order of the floats.
            self.wire.peaks[side].fetch_max(peak[side].max(0.0).to_bits(), Relaxed);
            self.wire.loudness[side].store(loudness[side].to_bits(), Relaxed);
        }
        self.wire.ducking_db.store(ducking_db.to_bits(), Relaxed);
    }

    fn next(&mut self, moment: u64) -> [f32; 2] {
        match self.content(self.generation) {
            Some(frame) => {
                if !self.running {
                    self.running = true;
                    self.rise = if self.block.soft || self.broken { 0 } else { RAMP };
                    self.broken = false;
                }
                let step = self.block.step;
                let place = self.block.position + (self.at - 1) as f64 * step;
                let even = step == self.expected.1 && (place - self.expected.0).abs() < 0.01;
                if !even {
                    self.mark(moment, place, step);
                }
                self.expected = (place + step, step);
                self.content = frame;
                self.ramped(frame)
            }
            None => {
                // All of the block is taken, or there would be a frame.
                let over = self.block.last;
                if self.running {
                    self.running = false;
                    self.broken = !over;
                    if !over {
                        self.wire.underruns.fetch_add(1, Relaxed);
                    }
                    self.ring_out();
                }
                if self.expected.0.is_nan() || self.expected.1 != 0.0 {
                    let place = self.block.position + f64::from(self.block.length) * self.block.step;
                    self.mark(moment, place, 0.0);
                    self.expected = (place, 0.0);
                }
                self.ramped([0.0; 2])
            }
        }
    }

    fn mark(&self, moment: u64, position: f64, step: f64) {
        self.wire.marks.push(Mark {
            moment,
            position,
            per_nano: step * f64::from(self.sample_rate) / 1e9,
            generation: self.generation,
        });
    }

    /// A frame under the ramp of a start, over what still rings out.
    fn ramped(&mut self, frame: [f32; 2]) -> [f32; 2] {
        let mut out = frame;
        if self.rise < RAMP {
            let part = self.rise as f32 / RAMP as f32;
            out = out.map(|value| value * part);
            self.rise += 1;
        }
        if let Some(tail) = self.tail.get(self.tail_at) {
            out = [out[0] + tail[0], out[1] + tail[1]];
            self.tail_at += 1;
        }
        out
    }

    /// The sound stops without a warning: the last frame sinks to silence, and a new start fades in.
    fn ring_out(&mut self) {
        let from = self.content;
        for (i, out) in self.tail.iter_mut().enumerate() {
            let part = 1.0 - (i + 1) as f32 / RAMP as f32;
            *out = from.map(|value| value * part);
        }
        self.tail_at = 0;
        self.content = [0.0; 2];
    }
}

impl std::fmt::Debug for Puller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Puller")
            .field("sample_rate", &self.sample_rate)
            .field("running", &self.running)
            .finish_non_exhaustive()
    }
}

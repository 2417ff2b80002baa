//! The device's callback allocates nothing and frees nothing, and neither does a renderer while it renders.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::alloc::System;
use std::sync::Arc;
use std::time::Duration;

use common::{RATE, busy, speaking};
use muvi_playback::HandPump;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The only test of this file: allocations are counted for the whole process.
#[test]
fn the_callback_allocates_nothing() {
    let (engine, mut pump) = HandPump::new(RATE, Duration::from_millis(20));
    let mut out = vec![[0.0_f32; 2]; 512];
    let mut counted = |pump: &mut HandPump, rounds: usize, fed: bool| {
        for _ in 0..rounds {
            if fed {
                pump.turn();
            }
            let region = Region::new(COUNTED);
            pump.fill(&mut out);
            let change = region.change();
            assert_eq!(
                (change.allocations, change.deallocations, change.reallocations),
                (0, 0, 0)
            );
        }
    };
    engine.load(Some(Arc::new(busy(200_000))));
    counted(&mut pump, 10, true);
    engine.play();
    counted(&mut pump, 50, true);
    // Underruns, stops, jumps, another way, grains, other sound.
    counted(&mut pump, 50, false);
    engine.pause();
    counted(&mut pump, 10, true);
    engine.play();
    engine.seek(70_000);
    counted(&mut pump, 10, true);
    engine.shuttle(-3.0);
    counted(&mut pump, 10, true);
    engine.scrub(10_000);
    counted(&mut pump, 10, true);
    engine.swap(Arc::new(busy(200_000)));
    counted(&mut pump, 10, true);
    assert_eq!(engine.now().underruns, 1);
    for made in [busy(200_000), speaking(200_000)] {
        let mut renderer = made.renderer(0).unwrap();
        let (mut left, mut right) = ([0.0; 700], [0.0; 700]);
        let region = Region::new(COUNTED);
        while renderer.render([&mut left, &mut right]).unwrap() > 0 {}
        let change = region.change();
        assert_eq!((change.allocations, change.deallocations), (0, 0));
    }
    // The counter itself works.
    let region = Region::new(COUNTED);
    let made = std::hint::black_box(Box::new(7));
    assert_eq!((region.change().allocations, *made), (1, 7));
}

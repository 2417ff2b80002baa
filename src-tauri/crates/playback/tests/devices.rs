//! Devices that fall asleep, by a stand-in whose sleep can be set; the real sound server is in `sound_server.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use common::{RATE, programme, tone};
use muvi_playback::{Device, Engine, EngineConfig, Failure, Output, OutputError, PlayState, Puller, Running};

/// A device that pulls in real time and stops doing so after the next of `lives`, for ever when none is left.
struct Sleepy {
    lives: Mutex<VecDeque<Duration>>,
    opened: AtomicUsize,
}

struct Stream(Arc<AtomicBool>, Option<JoinHandle<()>>);

impl Output for Sleepy {
    fn devices(&self) -> Result<Vec<Device>, OutputError> {
        Ok(Vec::new())
    }

    fn open(
        &self,
        _id: Option<&str>,
        sample_rate: u32,
        connect: &mut dyn FnMut(u32) -> Puller,
    ) -> Result<Box<dyn Running>, OutputError> {
        self.opened.fetch_add(1, SeqCst);
        let life = self.lives.lock().unwrap().pop_front().unwrap_or(Duration::MAX);
        let (mut puller, stop) = (connect(sample_rate), Arc::new(AtomicBool::new(false)));
        let told = stop.clone();
        let thread = std::thread::spawn(move || {
            let (start, mut done) = (Instant::now(), 0);
            while !told.load(SeqCst) {
                std::thread::sleep(Duration::from_millis(10));
                if start.elapsed() < life {
                    let due = (start.elapsed().as_secs_f64() * f64::from(sample_rate)) as usize;
                    puller.pull(due - done, Some(Duration::ZERO), |_, _| {});
                    done = due;
                }
            }
        });
        Ok(Box::new(Stream(stop, Some(thread))))
    }
}

impl Running for Stream {
    fn name(&self) -> &str {
        "sleepy"
    }

    fn failure(&self) -> Option<Failure> {
        None
    }

    fn take_gaps(&self) -> u64 {
        0
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
        self.1.take().unwrap().join().unwrap();
    }
}

/// An engine that plays on such a device, and the device.
fn playing(lives: &[Duration]) -> (Engine, Arc<Sleepy>) {
    let device = Arc::new(Sleepy {
        lives: Mutex::new(lives.iter().copied().collect()),
        opened: AtomicUsize::new(0),
    });
    let engine = Engine::start(device.clone(), EngineConfig::default()).unwrap();
    engine.load(Some(Arc::new(programme(60 * u64::from(RATE), tone(220.0, 0.5)))));
    engine.play();
    (engine, device)
}

/// Looks at the engine until `holds`, at most 8 s.
fn until(engine: &Engine, holds: impl Fn(&PlayState) -> bool) -> PlayState {
    let start = Instant::now();
    loop {
        let now = engine.now();
        if holds(&now) {
            return now;
        }
        assert!(start.elapsed() < Duration::from_secs(8), "{now:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_device_that_sleeps_is_opened_anew_and_playback_goes_on() {
    let (engine, device) = playing(&[Duration::from_secs(1)]);
    let stood = until(&engine, |now| now.sample > u64::from(RATE) / 2).sample;
    let woken = until(&engine, |now| {
        assert!(now.playing && now.problem.is_none(), "{now:?}");
        now.sample > 2 * u64::from(RATE)
    });
    assert_eq!(device.opened.load(SeqCst), 2);
    assert!(woken.sample > stood && woken.underruns > 0, "{woken:?}");
}

#[test]
fn a_device_that_sleeps_again_and_again_is_lost() {
    let short = Duration::from_millis(500);
    let (engine, _device) = playing(&[short, short]);
    let lost = until(&engine, |now| now.problem.is_some());
    assert!(lost.problem.unwrap().contains("paused"));
    until(&engine, |now| !now.playing);
    // It is tried again every second, and stays this time.
    until(&engine, |now| now.device.is_some() && now.problem.is_none());
}

#[test]
fn a_device_that_is_lost_while_nothing_plays_comes_back_without_a_word() {
    let short = Duration::from_millis(300);
    let (engine, device) = playing(&[short, short]);
    engine.pause();
    // Lost twice within ten seconds, opened for the third time: nobody had to know.
    until(&engine, |now| {
        assert_eq!(now.problem, None);
        device.opened.load(SeqCst) == 3 && now.device.is_some()
    });
}

//! How soon a frame is there after a jump, and how many come in a second of play; JSON.
//!
//! `cargo run --release -p muvi-media --example view_bench -- VIDEO [WIDTH [JUMPS]]`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use muvi_media::view::FrameServer;
use muvi_media::{Tools, probe};

/// Frames of play that are timed at most.
const PLAYED: u64 = 480;
/// Requests on their way at one time while playing, as a window has them.
const AT_ONCE: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let path = PathBuf::from(args.next().ok_or("name a video")?);
    let mut number = |other: u32| match args.next() {
        Some(text) => text.to_string_lossy().parse(),
        None => Ok(other),
    };
    let (width, jumps) = (number(960)?, number(40)?);
    let tools = Tools::locate()?;
    let info = probe(&tools, &path)?;
    let server = FrameServer::new(&tools, &info);
    let total = server.total();

    // Jumps all over the picture, always the same ones.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut times = Vec::new();
    let mut bytes = 0;
    for _ in 0..jumps {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let start = Instant::now();
        bytes += server.get(state % total, width)?.len();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let at = |share: f64| {
        times
            .get((times.len() as f64 * share) as usize)
            .map_or(0.0, millis)
    };

    let first = total / 3;
    let (next, end) = (AtomicU64::new(first), (first + PLAYED).min(total));
    server.get(first, width)?;
    let start = Instant::now();
    std::thread::scope(|scope| {
        let play = || -> Result<(), muvi_media::view::ViewError> {
            loop {
                let frame = next.fetch_add(1, Ordering::Relaxed);
                if frame >= end {
                    return Ok(());
                }
                server.get(frame, width)?;
            }
        };
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(play)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or(Ok(())))
    })?;
    let fps = (end - first) as f64 / start.elapsed().as_secs_f64();

    let (size, codec) = (server.size(width)?, &info.video.codec);
    println!(
        "{{\"video\": \"{}x{} {codec}\", \"rate\": {:.3}, \"picture\": [{}, {}], \"picture_bytes\": {}, \
         \"jumps\": {jumps}, \"jump_p50_ms\": {:.0}, \"jump_p95_ms\": {:.0}, \"jump_max_ms\": {:.0}, \
         \"play_fps\": {fps:.1}}}",
        info.video.width,
        info.video.height,
        info.video.rate.as_f64(),
        size.0,
        size.1,
        bytes / jumps.max(1) as usize,
        at(0.5),
        at(0.95),
        times.last().map_or(0.0, millis),
    );
    Ok(())
}

fn millis(time: &Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

//! How fast a video is decoded and searched for cuts, and how much memory that takes.
//!
//! `cargo run --release -p muvi-media --example decode_speed -- VIDEO`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use muvi_media::cuts::CutDetector;
use muvi_media::frames::{FrameReader, FrameSpec};
use muvi_media::{Tools, probe};

fn main() -> Result<(), Box<dyn Error>> {
    let path = PathBuf::from(std::env::args_os().nth(1).ok_or("name a video")?);
    let tools = Tools::locate()?;
    let start = Instant::now();
    let info = probe(&tools, &path)?;
    println!("probe: {} ms", start.elapsed().as_millis());
    let rate = info.video.rate.for_analysis();
    let spec = FrameSpec::square(224, rate, 16);
    let mut detector = CutDetector::new(spec.width, spec.height, rate);
    let mut cuts = Vec::new();
    let start = Instant::now();
    let mut reader = FrameReader::open(&tools, &info, spec)?;
    for chunk in reader.by_ref() {
        for (_, frame) in chunk?.frames() {
            detector.push(frame, &mut cuts);
        }
    }
    detector.finish(&mut cuts);
    let (took, length) = (start.elapsed().as_secs_f64(), info.duration().as_secs_f64());
    println!(
        "{length:.1} s of {}x{} at {} fps",
        info.video.width, info.video.height, info.video.rate
    );
    println!(
        "decoded and searched in {took:.1} s: {:.1} times real time, {} cuts",
        length / took,
        cuts.len()
    );
    for warning in reader.warnings() {
        println!("warning: {warning}");
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!(
            "peak memory of this process: {}",
            peak.trim_start_matches("VmHWM:").trim()
        );
    }
    Ok(())
}

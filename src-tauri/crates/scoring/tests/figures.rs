//! Speed and memory of the stages on the trained pack; run with
//! `cargo test --release -p muvi-scoring --test figures -- --ignored --nocapture`. `MUVI_FIGURES_S` sets the seconds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod common;

use std::ops::ControlFlow;
use std::time::Instant;

use muvi_scoring::Cancel;
use muvi_scoring::analysis::Analyzer;
use muvi_scoring::codec::{DecodeSettings, decode};
use muvi_scoring::curve::Curve;
use muvi_scoring::generate::{GenerateRequest, Generator};
use muvi_scoring::hits::{HitSettings, find_hits};
use muvi_scoring::metrics::{LiftSettings, LoudnessEnvelope, OnsetDetector, hit_lift, intensity_lift};
use muvi_scoring::models::{MusicModels, PictureModels};
use muvi_scoring::pack::Pack;
use muvi_scoring::plan::{Plan, PlanRequest};
use muvi_scoring::solver::SolverSettings;

#[test]
#[ignore = "a measurement"]
fn stages() {
    let seconds: f64 = std::env::var("MUVI_FIGURES_S").map_or(20.0, |v| v.parse().unwrap());
    let clock = Instant::now();
    let pack = Pack::open(&Pack::locate(None).unwrap_or_else(|_| common::pack_dir("mini"))).unwrap();
    let runtime = common::runtime();
    let mut models = PictureModels::load(&pack, &runtime, &common::SETTINGS).unwrap();
    println!(
        "pack {}, picture networks loaded in {:.2} s",
        pack.manifest().name,
        clock.elapsed().as_secs_f64()
    );
    let size = pack.manifest().frame_size;
    let frames = common::frames(size, 100);
    let clock = Instant::now();
    let mut analyzer = Analyzer::new(&mut models);
    let count = (seconds * 10.0) as usize;
    while analyzer.frames() < count {
        let n = (count - analyzer.frames()).min(100);
        analyzer
            .push(&frames[..n * size * size * 3], &Cancel::new())
            .unwrap();
    }
    let analysis = analyzer.finish(&Cancel::new()).unwrap();
    report("analysis", clock, seconds);
    drop(models);
    let clock = Instant::now();
    let mut models = MusicModels::load(&pack, &runtime, &common::SETTINGS).unwrap();
    println!("music networks loaded in {:.2} s", clock.elapsed().as_secs_f64());
    let hits = find_hits(&analysis, &[], &HitSettings::default());
    // An intensity with a shape, so that following it can be seen.
    let wave = (0..count).map(|i| 0.5 + 0.4 * (i as f32 / 25.0).sin()).collect();
    let intensity = Curve {
        rate_hz: 10.0,
        values: wave,
    };
    let mood = Some(analysis.mood());
    let request = PlanRequest {
        hits,
        mood,
        intensity: Some(intensity.clone()),
        ..PlanRequest::new(seconds)
    };
    let plan = Plan::make(&request).unwrap();
    let samples = (seconds * 44_100.0) as u64;
    let solver = SolverSettings::from_manifest(pack.manifest());
    let request = GenerateRequest {
        plan: &plan,
        analysis: Some(&analysis),
        from_s: 0.0,
        samples,
        style: None,
        seed: 1,
        solver,
    };
    let clock = Instant::now();
    let latents = Generator::new(&mut models)
        .generate(&request, &Cancel::new(), &mut |_| {})
        .unwrap();
    report("generate", clock, seconds);
    let (mut onsets, mut level) = (OnsetDetector::new(44_100), LoudnessEnvelope::new(44_100, 10.0));
    let clock = Instant::now();
    let mut peak = 0.0_f32;
    decode(
        &mut models,
        &latents,
        samples,
        &DecodeSettings::default(),
        &Cancel::new(),
        &mut |chunk| {
            onsets.push(chunk.left, chunk.right);
            level.push(chunk.left, chunk.right);
            peak = chunk.left.iter().fold(peak, |m, v| m.max(v.abs()));
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    report("decode and measures", clock, seconds);
    let (onsets, level) = (onsets.finish(), level.finish());
    println!(
        "peak {peak:.2}, last levels {:?} dB",
        &level.values[level.values.len().saturating_sub(6)..]
    );
    let times: Vec<f64> = plan.hits.iter().map(|h| h.hit.time_s).collect();
    let settings = LiftSettings::default();
    println!(
        "hits {:?}",
        hit_lift(&times, &onsets.times_s, seconds, 0.07, &settings)
    );
    let beats: Vec<f64> = plan.beats.iter().map(|b| b.time_s).collect();
    println!(
        "beats {:?}",
        hit_lift(&beats, &onsets.times_s, seconds, 0.07, &settings)
    );
    println!("intensity {:?}", intensity_lift(&intensity, &level, &settings));
}

fn report(stage: &str, since: Instant, seconds: f64) {
    let taken = since.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find(|l| l.starts_with("VmHWM"))
        .unwrap_or("")
        .replace("VmHWM:", "")
        .trim()
        .to_owned();
    println!(
        "{stage}: {taken:.2} s for {seconds} s, {:.1} times real time, peak memory {peak}",
        seconds / taken
    );
}

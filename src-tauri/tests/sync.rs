//! Picture and sound together in the real window: frames that are shown against sound that the sound server played, and
//! the export against what was heard.
//!
//! The long run: `cargo test -p muvi-studio --test sync ten_minutes -- --ignored --nocapture`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    unreachable_pub,
    reason = "tests"
)]

mod desk;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use desk::{Desk, Played, RATE, Window, fixture};
use serde_json::{Value, json};

/// Frames a second of the picture with clicks.
const FPS: f64 = 25.0;
/// One window at a time: picture and sound need their time.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
const LONG: Duration = Duration::from_secs(240);

fn ffmpeg(arguments: &[&str], out: &Path) {
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(arguments)
        .arg(out)
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?}");
}

/// Clicks have one of so many pitches, one after the other, by which they are told apart: sound that stood still for
/// a while on a busy machine, with the picture, is not taken for a click that was lost.
const PITCHES: u64 = 10;

/// A moving picture with a click on each full second.
fn clicks(folder: &Path, seconds: u32) -> PathBuf {
    let path = folder.join("clicks.mp4");
    let picture = format!("testsrc2=s=640x360:r={FPS}:d={seconds}");
    let sound = format!(
        "aevalsrc='0.7*sin(2*PI*(600+200*mod(floor(t),{PITCHES}))*t)*lt(mod(t,1),0.02)':s=48000:d={seconds}"
    );
    let arguments = ["-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &sound];
    let codecs = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "50",
        "-c:a",
        "flac",
        "-strict",
        "-2",
    ];
    ffmpeg(&[&arguments[..], &codecs[..]].concat(), &path);
    path
}

/// Milliseconds since 1970 at which each frame was shown.
const WATCH: &str = "window.__shown = [];
    window.__watch?.disconnect();
    const box = document.querySelector('.box');
    window.__watch = new MutationObserver(() => window.__shown.push([performance.timeOrigin + performance.now(), Number(box.dataset.frame)]));
    window.__watch.observe(box, { attributes: true, attributeFilter: ['data-frame'] });
    return true;";

/// By how many frames the picture of each click came after its sound.
async fn lags(seconds: u32) -> Vec<f64> {
    let _turn = TURN.lock().await;
    let desk = Desk::new(1280, 720);
    let video = clicks(desk.folder(), seconds);
    let window = desk.window(None).await;
    window.call("open_path", json!({ "path": video })).await.unwrap();
    window
        .until(
            "the picture is drawn",
            "return document.querySelector('.box[data-frame]') !== null",
        )
        .await;
    idle(&window, LONG.max(Duration::from_secs(2 * u64::from(seconds)))).await;
    // A busy machine may take the device away just after it was opened: the engine pauses then and says so.
    let (mut heard, mut shown, mut played) = (Vec::new(), Vec::new(), None);
    for _ in 0..3 {
        play_at(&window, json!({ "kind": "seek", "frame": 0 })).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        window.script(WATCH).await;
        let recording = desk.record();
        play_at(&window, json!({ "kind": "play" })).await;
        tokio::time::sleep(Duration::from_secs(u64::from(seconds))).await;
        play_at(&window, json!({ "kind": "pause" })).await;
        played = Some(recording.played());
        let [left, _] = recording.stop();
        heard = onsets(&left);
        let log = window.script("return window.__shown").await;
        shown = serde_json::from_value::<Vec<(f64, f64)>>(log).unwrap();
        eprintln!("{} clicks heard, {} frames shown", heard.len(), shown.len());
        if heard.len() + 3 >= seconds as usize {
            break;
        }
        eprintln!("{}", window.call("diagnostics", json!({})).await.unwrap());
    }
    window.close().await;

    assert!(
        heard.len() + 3 >= seconds as usize,
        "only {} clicks of {seconds} were heard",
        heard.len()
    );
    let played = played.unwrap();
    let mut click = 0;
    let mut lags = Vec::new();
    for (at, pitch) in heard {
        // The first of this pitch after the one before it.
        click += (pitch + PITCHES - click % PITCHES) % PITCHES;
        let its = shown.iter().find(|(_, frame)| *frame >= click as f64 * FPS);
        // The first click is that of the first frame, which was shown before it played.
        if let Some(its) = its.filter(|_| click > 0) {
            lags.push((its.0 - played.at(at)) / 1e3 * FPS);
        }
    }
    lags
}

async fn play_at(window: &Window, command: Value) {
    let arguments = json!({ "command": command });
    window.call("transport", arguments).await.unwrap();
}

/// Waits until no job runs any more and the temp track is there.
async fn idle(window: &Window, patience: Duration) {
    let deadline = Instant::now() + patience;
    loop {
        let state = window.call("app_state", json!({})).await.unwrap();
        if state["project"]["analysed"] == true && state["jobs"].as_array().is_some_and(Vec::is_empty) {
            break;
        }
        assert!(Instant::now() < deadline, "it is never analysed: {state:#}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
}

/// Samples at which a click begins, and its pitch: 0 to 9.
fn onsets(plane: &[f32]) -> Vec<(usize, u64)> {
    let mut found: Vec<(usize, u64)> = Vec::new();
    for (at, value) in plane.iter().enumerate() {
        let apart = found.last().is_none_or(|last| at - last.0 > RATE as usize / 2);
        if value.abs() > 0.1 && apart {
            found.push((at, pitch(&plane[at..])));
        }
    }
    found
}

/// Pitch of a click, by how often it passes zero in its first hundredth of a second.
fn pitch(sound: &[f32]) -> u64 {
    let part = &sound[..sound.len().min(RATE as usize / 100)];
    let passes = part.windows(2).filter(|pair| pair[0] * pair[1] < 0.0).count();
    let hz = passes as f64 * 50.0;
    ((hz - 600.0) / 200.0).round().clamp(0.0, (PITCHES - 1) as f64) as u64
}

/// What lags come to, in words; the error is that and what is wrong with it. `strict` is for a quiet machine: on a busy
/// one single pictures come late.
fn judged(lags: &[f64], strict: bool) -> Result<String, String> {
    let within = lags.iter().filter(|lag| lag.abs() <= 1.0).count() as f64 / lags.len() as f64;
    let worst = lags
        .iter()
        .copied()
        .fold(0.0, |worst: f64, lag| worst.max(lag.abs()));
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
    let quarter = (lags.len() / 4).max(1);
    let drift = mean(&lags[lags.len() - quarter..]) - mean(&lags[..quarter]);
    let (all, share) = (mean(lags), within * 100.0);
    let words = format!(
        "picture after sound: mean {all:.2} frames, {share:.1} % within one, worst {worst:.2}, drift {drift:.2}"
    );
    let least = if strict { 0.98 } else { 0.6 };
    if all.abs() <= 1.0 && drift.abs() <= 0.5 && within >= least {
        Ok(words)
    } else {
        Err(words)
    }
}

fn check(lags: &[f64], strict: bool) {
    match judged(lags, strict) {
        Ok(words) => eprintln!("{words}"),
        Err(words) => panic!("{words}: {lags:.2?}"),
    }
}

/// Lags of clicks a second apart, of a picture that is late by `late_ms` of what is played, when the server's seconds
/// are longer than the system's by a part `slow`.
fn made_up(seconds: u64, slow: f64, late_ms: impl Fn(f64) -> f64) -> Vec<f64> {
    let began = 1_700_000_000_000_000.0;
    let when = |samples: u64| began + samples as f64 / f64::from(RATE) * (1.0 + slow) * 1e6;
    // Told of every 10 ms, up to 8 ms after it was played.
    let told = (1..=seconds * 100).map(|n| (n * 480, (when(n * 480) + (n % 5) as f64 * 2e3) as u64));
    let played = Played::of(told);
    let lag = |second: u64| {
        let sample = second * u64::from(RATE);
        let shown_ms = when(sample) / 1e3 + late_ms(second as f64);
        (shown_ms - played.at(sample as usize)) / 1e3 * FPS
    };
    (1..seconds).map(lag).collect()
}

#[test]
fn only_what_parts_sound_from_picture_is_found() {
    let fails = |lags: Vec<f64>| judged(&lags, true).is_err();
    // A server whose clock goes wrong by two frames of the picture in ten minutes plays them together all the same.
    assert!(!fails(made_up(600, 1.4e-4, |_| 0.0)));
    assert!(!fails(made_up(600, 0.0, |_| 20.0)));
    // A picture that falls behind by a frame in that time, one that is always late, and one that sometimes is.
    assert!(fails(made_up(600, 1.4e-4, |second| second / 15.0)));
    assert!(fails(made_up(600, 0.0, |_| 60.0)));
    assert!(fails(made_up(600, 0.0, |second| if second % 20.0 == 0.0 {
        90.0
    } else {
        0.0
    })));
}

#[tokio::test]
async fn picture_and_sound_stay_together() {
    check(&lags(20).await, false);
}

#[tokio::test]
#[ignore = "takes ten minutes"]
async fn ten_minutes() {
    check(&lags(600).await, true);
}

/// Left channel of a file at the rate of the sound server.
fn decoded(path: &Path) -> Vec<f32> {
    let rate = RATE.to_string();
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-af", "pan=mono|c0=c0", "-ar", &rate, "-f", "f32le", "-"])
        .output()
        .unwrap();
    let samples = out.stdout.chunks_exact(4);
    samples
        .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
        .collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// Where `part` lies in `whole`: the lag with the highest correlation, and that correlation.
fn find(whole: &[f32], part: &[f32], lags: std::ops::Range<usize>, step: usize) -> (usize, f64) {
    let thin = |plane: &[f32]| -> Vec<f32> { plane.iter().step_by(step).copied().collect() };
    let few = thin(part);
    let own = dot(&few, &few);
    lags.step_by(step)
        .filter(|lag| lag + part.len() <= whole.len())
        .map(|lag| {
            let there = thin(&whole[lag..lag + part.len()]);
            (
                lag,
                dot(&there, &few) / (own * dot(&there, &there)).sqrt().max(1e-12),
            )
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((0, 0.0))
}

/// How alike `part` is to `whole` at a lag that may lie between two samples, as the sound server's does: half a
/// sample would cost high cymbals their correlation. The correlation of band-limited sounds is itself band-limited,
/// so what it is between the whole lags comes from those around them by a windowed sinc.
fn alike_between(whole: &[f32], part: &[f32], lag: usize) -> f64 {
    const AROUND: isize = 16;
    let own = dot(part, part);
    let there = &whole[lag..lag + part.len()];
    let norm = (own * dot(there, there)).sqrt().max(1e-12);
    let around: Vec<(f64, f64)> = (-AROUND..=AROUND)
        .filter_map(|step| {
            let start = lag.checked_add_signed(step)?;
            let there = whole.get(start..start + part.len())?;
            Some((step as f64, dot(there, part) / norm))
        })
        .collect();
    let kernel = |x: f64| {
        let angle = std::f64::consts::PI * x;
        let sinc = if x.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
        sinc * (angle / 2.0 / (AROUND + 1) as f64).cos().powi(2)
    };
    (-10..=10)
        .map(|tenth| {
            let between = f64::from(tenth) / 20.0;
            around
                .iter()
                .map(|(step, value)| value * kernel(between - step))
                .sum()
        })
        .fold(f64::MIN, f64::max)
}

#[tokio::test]
async fn the_export_sounds_like_the_preview() {
    let _turn = TURN.lock().await;
    let desk = Desk::new(1280, 720);
    let film = desk.folder().join("film.mp4");
    let source = fixture("oa4_launch.webm");
    let source = source.to_str().unwrap();
    ffmpeg(
        &[
            "-i",
            source,
            "-t",
            "6",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-c:a",
            "aac",
        ],
        &film,
    );
    let window = desk.window(None).await;
    window.call("open_path", json!({ "path": film })).await.unwrap();
    idle(&window, LONG).await;
    let state = window.call("app_state", json!({})).await.unwrap();
    let cue = state["project"]["cues"][0]["id"].clone();
    window.call("generate", json!({ "cue": cue })).await.unwrap();
    let deadline = Instant::now() + LONG;
    while window.project().await["cues"][0]["take"] == Value::Null {
        assert!(Instant::now() < deadline, "no take was made");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    idle(&window, LONG).await;
    // Everything that the mix can do is in it.
    for edit in [
        json!({ "edit": "set_cue_fades", "cue": cue, "fadeIn": 22050, "fadeOut": 44100, "inCurve": "s_curve", "outCurve": "slow" }),
        json!({ "edit": "set_cue_automation", "cue": cue, "points": [[30, 0], [60, -12], [90, 3]] }),
    ] {
        window.call("edit", json!({ "edit": edit })).await.unwrap();
    }
    // Heard once more where a busy machine took the device away.
    let mut heard = Vec::new();
    for _ in 0..3 {
        play_at(&window, json!({ "kind": "pause" })).await;
        play_at(&window, json!({ "kind": "seek", "frame": 0 })).await;
        let recording = desk.record();
        play_at(&window, json!({ "kind": "play" })).await;
        tokio::time::sleep(Duration::from_secs(7)).await;
        [heard, _] = recording.stop();
        let sounding = heard.iter().filter(|value| value.abs() > 1e-5).count();
        if sounding > 5 * RATE as usize {
            break;
        }
    }

    let out = desk.folder().join("mix.wav");
    let request = json!({
        "path": out, "what": "sound", "codec": null, "tracks": ["mix"], "loopOnly": false,
        "targetLufs": null, "ceilingDbtp": -1.0, "overwrite": false
    });
    window
        .call("export", json!({ "request": request }))
        .await
        .unwrap();
    let deadline = Instant::now() + LONG;
    while !out.exists() {
        assert!(Instant::now() < deadline, "no file was exported");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let written = decoded(&out);
    window.close().await;

    // The same sound at one and the same lag, second by second, as loud as it was heard.
    let second = RATE as usize;
    let probe = &written[2 * second..3 * second];
    let (coarse, _) = find(&heard, probe, 2 * second..heard.len() - second, 6);
    let lag = coarse - 2 * second;
    for at in (second / 2..5 * second).step_by(second / 2) {
        let part = &written[at..at + second / 2];
        let near = at + lag;
        let (found, _) = find(&heard, part, near.saturating_sub(24)..near + 24, 1);
        let alike = alike_between(&heard, part, found);
        let there = &heard[found..found + part.len()];
        let level = 10.0 * (dot(there, there) / dot(part, part)).log10();
        eprintln!(
            "{:.1} s: lag {} samples, correlation {alike:.5}, level {level:+.2} dB",
            at as f64 / 48e3,
            found - at
        );
        assert!(alike > 0.995, "at {at}: {alike}");
        assert!(level.abs() < 0.2, "at {at}: {level} dB");
        assert!(
            (found - at).abs_diff(lag) <= 12,
            "at {at}: {} and {lag}",
            found - at
        );
    }
}

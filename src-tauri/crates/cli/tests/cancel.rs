//! Ctrl-C in the middle of a score: it stops within a step, leaves no file and no ffmpeg.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::io::{BufRead, BufReader};
use std::process::Command;
use std::time::{Duration, Instant};

use common::{Place, finish};

/// Cancels by `signal` once `phase` has begun.
fn check(phase: &str, signal: &str) {
    let place = Place::new();
    // Long enough that no phase is over before the signal comes.
    place.video("short.mp4", 6.0);
    let loops = ["-stream_loop", "29", "-i", "short.mp4", "-c", "copy"];
    place.ffmpeg(&loops, "long.mp4");
    let before = place.listing();
    let mut child = place
        .command(["score", "long.mp4", "-o", "out.mp4", "--json"])
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let wanted = format!("\"phase\":\"{phase}\"");
    let begun = lines
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line.contains(&wanted));
    assert!(begun, "{phase} did not begin: {}", finish(child).stderr);
    std::thread::sleep(Duration::from_millis(150));
    let pid = child.id();
    let children = children_of(pid);
    let sent = Instant::now();
    Command::new("kill")
        .args([signal, &pid.to_string()])
        .status()
        .unwrap();
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    let ran = finish(child);
    assert_eq!(ran.code, Some(130), "{phase}: {}", ran.stderr);
    assert!(
        sent.elapsed() < Duration::from_secs(5),
        "{phase} took {:?} to stop",
        sent.elapsed()
    );
    assert!(
        rest.last().is_some_and(|line| line.contains("\"exit\":130")),
        "{rest:?}"
    );
    assert_eq!(place.listing(), before, "{phase}: something was left behind");
    for child in children {
        assert!(
            !std::path::Path::new(&format!("/proc/{child}")).exists(),
            "process {child} outlived muvi"
        );
    }
}

fn children_of(pid: u32) -> Vec<String> {
    let path = format!("/proc/{pid}/task/{pid}/children");
    std::fs::read_to_string(path)
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

#[test]
fn while_watching() {
    check("watch", "-INT");
}

#[test]
fn while_composing() {
    check("compose", "-TERM");
}

#[test]
fn while_exporting() {
    check("export", "-INT");
}

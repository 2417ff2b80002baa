//! The arrows between the rooms, as ARCHITECTURE.md draws them.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::DependencyKind;
use muvi_tests::crates::{arrows, metadata};

#[test]
fn rooms_depend_only_as_drawn() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("muvi-timeline", [].as_slice()),
        ("muvi-scoring", &[]),
        ("muvi-media", &["muvi-timeline"]),
        ("muvi-playback", &["muvi-timeline"]),
        ("muvi-handover", &["muvi-timeline"]),
        (
            "muvi-session",
            &[
                "muvi-timeline",
                "muvi-media",
                "muvi-scoring",
                "muvi-playback",
                "muvi-handover",
            ],
        ),
        ("muvi-cli", &["muvi-session"]),
        ("muvi-studio", &["muvi-timeline", "muvi-session"]),
        (
            "muvi-tests",
            &[
                "muvi-timeline",
                "muvi-media",
                "muvi-scoring",
                "muvi-playback",
                "muvi-handover",
                "muvi-session",
            ],
        ),
    ]);
    let mut wrong = Vec::new();
    for (room, depends) in arrows(&metadata()) {
        let Some(may) = allowed.get(room.as_str()) else {
            wrong.push(format!("{room} is not drawn"));
            continue;
        };
        wrong.extend(
            depends
                .iter()
                .filter(|name| !may.contains(&name.as_str()))
                .map(|name| format!("{room} -> {name} is not drawn")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_do_not_reach_for_what_they_must_not_know() {
    // Crates that would betray a room which does what another room owns.
    let forbidden: [(&str, &[&str]); 8] = [
        (
            "muvi-timeline",
            &[
                "serde_json",
                "ort",
                "symphonia",
                "ffmpeg-sidecar",
                "cpal",
                "tauri",
                "hound",
            ],
        ),
        ("muvi-media", &["ort", "tauri", "cpal"]),
        (
            "muvi-scoring",
            &["ffmpeg-sidecar", "symphonia", "hound", "tauri", "cpal"],
        ),
        ("muvi-playback", &["ort", "serde_json", "ffmpeg-sidecar", "tauri"]),
        (
            "muvi-handover",
            &["ort", "symphonia", "ffmpeg-sidecar", "hound", "tauri"],
        ),
        ("muvi-session", &["tauri", "cpal", "ort", "symphonia"]),
        ("muvi-cli", &["ort", "ffmpeg-sidecar", "symphonia", "tauri"]),
        (
            "muvi-studio",
            &["ort", "ffmpeg-sidecar", "symphonia", "cpal", "rubato"],
        ),
    ];
    let metadata = metadata();
    for (room, names) in forbidden {
        let package = metadata
            .packages
            .iter()
            .find(|package| package.name.as_str() == room)
            .unwrap();
        let found: BTreeSet<&str> = package
            .dependencies
            .iter()
            // What only a crate's own tests use is not in the program.
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .map(|dependency| dependency.name.as_str())
            .collect();
        for name in names {
            assert!(!found.contains(name), "{room} must not depend on {name}");
        }
    }
}

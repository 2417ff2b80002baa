//! Our files in the hands of other people's readers (tests/readers/handover.py).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod kit;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use muvi_handover::{MarkKind, Sheet, edl, fcpxml, midi, otio};
use serde_json::{Value, json};

/// Python with the packages of tests/requirements.txt.
fn python(root: &Path) -> PathBuf {
    let python = std::env::var_os("MUVI_TEST_PYTHON")
        .map_or_else(|| root.join(".cache/test-venv/bin/python"), Into::into);
    assert!(
        python.is_file(),
        "{} is missing: run ./dev test once, or make it by `python3 -m venv .cache/test-venv && \
         .cache/test-venv/bin/pip install -r tests/requirements.txt`, or name a Python that has these packages in \
         MUVI_TEST_PYTHON",
        python.display()
    );
    python
}

fn read(sheet: &Sheet) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    put("film.otio", otio(sheet).as_bytes());
    put("film.fcpxml", fcpxml(sheet).as_bytes());
    put("film.edl", edl(sheet).text.as_bytes());
    put("film.mid", &midi(sheet));
    let output = Command::new(python(root))
        .arg(root.join("tests/readers/handover.py"))
        .arg(folder.path())
        .arg(format!("{}/{}", sheet.rate.num(), sheet.rate.den()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{} {} {}: {said}",
        sheet.rate,
        sheet.drop_frame,
        sheet.start
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn others_read_the_same_frames() {
    for (rate, drop, start) in kit::kinds() {
        let sheet = kit::film(rate, drop, start);
        let seen = read(&sheet);
        check_otio(&sheet, &seen["otio"]);
        check_fcpxml(&sheet, &seen["fcpxml"]);
        check_edl(&sheet, &seen["edl"]);
        check_midi(&sheet, &seen["midi"]);
    }
}

fn check_otio(sheet: &Sheet, seen: &Value) {
    assert_eq!(seen["name"], json!(sheet.project));
    assert_eq!(seen["start"], json!(sheet.start));
    assert!((seen["rate"].as_f64().unwrap() - sheet.rate.as_f64()).abs() < 1e-9);
    let tracks = seen["tracks"].as_array().unwrap();
    let names: Vec<&str> = tracks
        .iter()
        .map(|track| track["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Picture", "Temp track", "Music 1", "Music 2"]);
    let film = &tracks[0]["clips"][0];
    assert_eq!(
        (&film["at"], &film["length"], &film["source"], &film["media"]),
        (
            &json!(sheet.start),
            &json!(sheet.frames),
            &json!(sheet.start),
            &json!([sheet.start, sheet.frames])
        )
    );
    assert_eq!(
        film["url"],
        json!("file:///films/mein%20film%20100%25/%C3%9Cber%20uns.mov")
    );
    let markers: Vec<Value> = sheet
        .marks
        .iter()
        .map(|mark| {
            let colour = match mark.kind {
                MarkKind::Cut => "BLUE",
                MarkKind::Hit => "YELLOW",
                MarkKind::User => "RED",
            };
            json!({ "name": mark.label(), "colour": colour, "at": sheet.start + mark.frame, "kind": mark.kind.name() })
        })
        .collect();
    assert_eq!(film["markers"], Value::from(markers));
    // The second cue crosses the first and lies on a track of its own.
    for (track, clip, cue) in [(2, 0, 0), (3, 0, 1), (2, 1, 2)] {
        let (seen, cue) = (&tracks[track]["clips"][clip], &sheet.cues[cue]);
        assert_eq!(
            (&seen["name"], &seen["at"], &seen["length"], &seen["source"]),
            (
                &json!(cue.name),
                &json!(sheet.start + cue.span.start()),
                &json!(cue.span.len()),
                &json!(cue.offset)
            )
        );
        assert!(seen["media"][1].as_u64().unwrap() >= cue.offset + cue.span.len());
    }
}

fn check_fcpxml(sheet: &Sheet, seen: &Value) {
    assert_eq!(
        (&seen["start"], &seen["length"], &seen["drop"]),
        (
            &json!(sheet.start),
            &json!(sheet.frames),
            &json!(sheet.drop_frame)
        )
    );
    assert_eq!(seen["film"], json!([sheet.start, sheet.start, sheet.frames]));
    assert_eq!(
        seen["film_url"],
        json!("file:///films/mein%20film%20100%25/%C3%9Cber%20uns.mov")
    );
    let markers: Vec<Value> = sheet
        .marks
        .iter()
        .map(|mark| json!({ "name": mark.label(), "at": sheet.start + mark.frame }))
        .collect();
    assert_eq!(seen["markers"], Value::from(markers));
    let clips = seen["clips"].as_array().unwrap();
    assert_eq!(clips.len(), 3);
    for cue in &sheet.cues {
        let clip = clips.iter().find(|clip| clip["name"] == json!(cue.name)).unwrap();
        let lane = if cue.number == 2 { -2 } else { -1 };
        assert_eq!(
            (&clip["at"], &clip["length"], &clip["source"], &clip["lane"]),
            (
                &json!(sheet.start + cue.span.start()),
                &json!(cue.span.len()),
                &json!(cue.offset),
                &json!(lane)
            )
        );
        assert_eq!(
            (&clip["role"], &clip["gain"], &clip["fades"]),
            (&json!("music"), &json!("-3.25dB"), &json!([5, 12]))
        );
        let adapter = seen["adapter_names"].as_array().unwrap();
        assert!(adapter.contains(&json!(cue.name)), "{adapter:?}");
    }
}

fn check_edl(sheet: &Sheet, seen: &Value) {
    let (start, frames) = (sheet.start, sheet.frames);
    let mut events = vec![json!({
        "number": 1, "reel": "FILM", "channel": "V", "source": [start, start + frames], "record": [start, start + frames],
    })];
    for (number, cue) in (2..).zip(&sheet.cues) {
        let at = start + cue.span.start();
        events.push(json!({
            "number": number,
            "reel": format!("CUE{:03}", cue.number),
            "channel": if cue.number == 2 { "NONE" } else { "AA" },
            "source": [cue.offset, cue.offset + cue.span.len()],
            "record": [at, at + cue.span.len()],
        }));
    }
    assert_eq!(seen["events"], Value::from(events));
    let locators = seen["locators"].as_array().unwrap();
    assert_eq!(locators.len(), sheet.marks.len());
    for (seen, mark) in locators.iter().zip(&sheet.marks) {
        assert_eq!(seen["at"], json!(start + mark.frame));
        assert!(seen["name"].as_str().unwrap().starts_with(&mark.label()));
    }
    // The adapter lays a list's first record time at 0.
    let clips = seen["clips"].as_array().unwrap();
    for cue in sheet.cues.iter().filter(|cue| cue.number != 2) {
        let clip = clips
            .iter()
            .find(|clip| clip["name"] == json!(cue.name) && clip["track"] == "A1")
            .unwrap();
        assert_eq!(
            (&clip["length"], &clip["source"]),
            (&json!(cue.span.len()), &json!(cue.offset))
        );
    }
    let film = clips.iter().find(|clip| clip["track"] == "V").unwrap();
    assert_eq!(film["length"], json!(frames));
    if !sheet.drop_frame {
        // The adapter overlooks locators of drop frame; those were counted above.
        assert_eq!(film["markers"], json!(sheet.marks.len()));
    }
}

fn check_midi(sheet: &Sheet, seen: &Value) {
    let times = |name: &str| -> Vec<f64> {
        seen[name]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_f64().unwrap())
            .collect()
    };
    let (beats, bars) = (times("beats"), times("bars"));
    let near = |all: &[f64], time: f64| all.iter().map(|it| (it - time).abs()).fold(f64::MAX, f64::min);
    for cue in &sheet.cues {
        // The next cue's beats rule once it has come in.
        let next = sheet.cues.iter().find(|other| other.number == cue.number + 1);
        let until = next.map_or(f64::MAX, |next| next.beats[0].time_s - 0.25 * 60.0 / next.bpm);
        for beat in cue.beats.iter().filter(|beat| beat.time_s < until) {
            let off = near(&beats, beat.time_s);
            assert!(
                off < 0.001,
                "a beat at {} is off by {off} at {}",
                beat.time_s,
                sheet.rate
            );
            if beat.downbeat {
                let off = near(&bars, beat.time_s);
                assert!(off < 0.001, "a bar at {} is off by {off}", beat.time_s);
            }
        }
    }
    let frame_s = |frame: u64| frame as f64 / sheet.rate.as_f64();
    let mut expected: Vec<(String, f64)> = sheet
        .marks
        .iter()
        .map(|mark| (mark.label(), frame_s(mark.frame)))
        .collect();
    for cue in &sheet.cues {
        expected.push((format!("{} in", cue.name), frame_s(cue.span.start())));
        expected.push((format!("{} out", cue.name), frame_s(cue.span.end())));
    }
    let markers = seen["markers"].as_array().unwrap();
    assert_eq!(markers.len(), expected.len());
    for (name, time) in expected {
        let found = markers
            .iter()
            .any(|it| it["name"] == json!(name) && (it["at"].as_f64().unwrap() - time).abs() < 0.001);
        assert!(found, "no marker {name} at {time}: {markers:?}");
    }
    let chords = seen["texts"].as_array().unwrap();
    for chord in sheet.cues.iter().flat_map(|cue| &cue.chords) {
        let found = chords.iter().any(|it| {
            it["name"] == json!(chord.name) && (it["at"].as_f64().unwrap() - chord.time_s).abs() < 0.001
        });
        assert!(found, "no chord {} at {}: {chords:?}", chord.name, chord.time_s);
    }
    assert!(
        times("tempos").iter().all(|bpm| (20.0..400.0).contains(bpm)),
        "{}",
        seen["tempos"]
    );
    assert!(seen["end"].as_f64().unwrap() >= frame_s(sheet.frames) - 0.001);
    let label = sheet.timecode(0);
    let double = sheet.rate.as_f64() > 31.0;
    let rate = match sheet.rate.as_f64().round() as u32 {
        24 => json!(24),
        25 | 50 => json!(25),
        _ if sheet.drop_frame => json!(29.97),
        _ => json!(30),
    };
    let frame = if double { label.frames / 2 } else { label.frames };
    let part = if double { label.frames % 2 * 50 } else { 0 };
    assert_eq!(
        seen["offset"],
        json!([rate, label.hours, label.minutes, label.seconds, frame, part]),
        "{label} at {}",
        sheet.rate
    );
}

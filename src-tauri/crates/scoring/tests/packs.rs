//! Packs that don't fit are refused, with the file and the reason.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;

use muvi_scoring::models::MusicModels;
use muvi_scoring::pack::{Pack, PackError};
use muvi_scoring::runtime::{Provider, Runtime, RuntimeError, SessionSettings};
use serde_json::{Value, json};

/// A copy of the toy pack with a changed manifest.
fn changed(change: impl FnOnce(&mut Value)) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&common::pack_dir("toy"), dir.path());
    let path = dir.path().join("pack.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut manifest);
    fs::write(path, manifest.to_string()).unwrap();
    dir
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn the_toy_pack_is_whole() {
    let pack = common::toy();
    pack.verify(&common::runtime()).unwrap();
    let info = pack.info();
    assert_eq!((info.name.as_str(), info.hash.len()), ("toy", 64));
    assert!(info.network_bytes > 10_000 && info.to_string().contains("toy"));
    assert!(pack.style("tones").unwrap().path.is_file());
    assert!(pack.style("jazz").unwrap_err().to_string().contains("tones"));
    assert_eq!(pack.hash(), common::toy().hash());
}

#[test]
fn manifests_that_make_no_sense_are_refused() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 12] = [
        (|m| m["format"] = json!(2), "format 2"),
        (|m| m["format"] = json!("one"), "format 0"),
        (|m| m["frame_size"] = json!(0), "frame_size"),
        (|m| m["frame_rate"] = json!([10, 0]), "frame_rate"),
        (|m| m["latent"]["rate"] = json!([44100, 2000]), "latent.rate"),
        (|m| m["plan_channels"][0] = json!("smell"), "smell"),
        (|m| m["plan_channels"][1] = json!("hit"), "twice"),
        (
            |m| m["stages"]["encoder"]["file"] = json!("../../etc/passwd"),
            "outside",
        ),
        (
            |m| m["stages"]["velocity"]["inputs"][3]["shape"][2] = json!(9),
            "video",
        ),
        (
            |m| m["stages"]["adaptor"]["outputs"][1]["name"] = json!("gaze"),
            "attention",
        ),
        (|m| m["stages"]["codec_decoder"]["sha256"] = json!("12"), "sha256"),
        (|m| drop(m.as_object_mut().unwrap().remove("grid")), "grid"),
    ];
    for (change, word) in cases {
        let dir = changed(change);
        let error = Pack::open(dir.path()).unwrap_err().to_string();
        assert!(
            error.contains(word) && error.contains("pack.json"),
            "{word}: {error}"
        );
    }
}

#[test]
fn missing_and_damaged_files_are_named() {
    let dir = changed(|_| ());
    let open = || Pack::open(dir.path()).unwrap_err();
    fs::write(dir.path().join("adaptor.onnx"), b"not the same").unwrap();
    assert!(matches!(open(), PackError::Hash { path, .. } if path.ends_with("adaptor.onnx")));
    fs::remove_file(dir.path().join("adaptor.onnx")).unwrap();
    assert!(matches!(open(), PackError::Read { path, .. } if path.ends_with("adaptor.onnx")));
    fs::write(dir.path().join("pack.json"), b"{ not json").unwrap();
    assert!(matches!(open(), PackError::Parse { .. }));
    fs::remove_file(dir.path().join("pack.json")).unwrap();
    assert!(open().to_string().contains("pack.json"));
}

#[test]
fn a_network_that_is_another_is_refused() {
    // The encoder's file in the adaptor's place, with its right sum.
    let dir = changed(|m| {
        m["stages"]["adaptor"]["file"] = m["stages"]["encoder"]["file"].clone();
        m["stages"]["adaptor"]["sha256"] = m["stages"]["encoder"]["sha256"].clone();
    });
    let pack = Pack::open(dir.path()).unwrap();
    let error = pack.verify(&common::runtime()).unwrap_err().to_string();
    assert!(
        error.contains("encoder.onnx") && error.contains("features"),
        "{error}"
    );
    let dir = changed(|m| m["opset"] = json!(12));
    let error = Pack::open(dir.path())
        .unwrap()
        .verify(&common::runtime())
        .unwrap_err()
        .to_string();
    assert!(error.contains("operator set"), "{error}");
}

#[test]
fn a_file_that_is_no_network_is_refused() {
    let dir = changed(|m| {
        m["stages"]["velocity"]["file"] = m["styles"][0]["file"].clone();
        m["stages"]["velocity"]["sha256"] = m["styles"][0]["sha256"].clone();
    });
    let error = Pack::open(dir.path())
        .unwrap()
        .verify(&common::runtime())
        .unwrap_err()
        .to_string();
    assert!(error.contains("tones.ogg"), "{error}");
}

#[test]
fn a_provider_that_cannot_run_falls_back_and_says_so() {
    let runtime = common::runtime();
    let load = |provider| {
        MusicModels::load(
            &common::toy(),
            &runtime,
            &SessionSettings {
                provider,
                threads: None,
            },
        )
    };
    let report = load(Provider::CoreMl).unwrap().report().clone();
    if !cfg!(target_os = "macos") {
        assert_eq!((report.requested, report.used), (Provider::CoreMl, Provider::Cpu));
        assert_eq!(report.fell_back.len(), 3);
        assert!(!report.fell_back[0].reason.is_empty(), "{report}");
    }
    let auto = load(Provider::Auto).unwrap().report().clone();
    assert!(auto.used != Provider::Auto);
    assert!(runtime.providers().contains(&Provider::Cpu));
}

#[test]
fn a_library_that_is_none_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("libonnxruntime.so");
    let error = Runtime::load(Some(&file)).unwrap_err();
    assert!(matches!(
        error,
        RuntimeError::Missing { .. } | RuntimeError::Another { .. }
    ));
    assert!(error.to_string().contains("libonnxruntime.so"));
}

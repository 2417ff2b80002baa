//! A file that is no ONNX Runtime; alone in its process, since a process loads one runtime only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use muvi_scoring::runtime::{Runtime, RuntimeError};

#[test]
fn a_broken_library_is_named_and_a_good_one_still_loads() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("libonnxruntime.so");
    std::fs::write(&file, b"not a library").unwrap();
    let error = Runtime::load(Some(&file)).unwrap_err();
    assert!(matches!(error, RuntimeError::Load { .. }), "{error}");
    assert!(error.to_string().contains("libonnxruntime.so") && error.to_string().contains("./dev setup"));
    // What failed left nothing behind.
    assert!(common::runtime().version().starts_with("1."));
}

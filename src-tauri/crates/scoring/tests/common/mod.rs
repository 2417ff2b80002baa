//! What the tests on a pack share.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;

use muvi_scoring::models::{MusicModels, PictureModels};
use muvi_scoring::pack::Pack;
use muvi_scoring::runtime::{Provider, Runtime, SessionSettings};

pub const SETTINGS: SessionSettings = SessionSettings {
    provider: Provider::Cpu,
    threads: None,
};

/// The folder of a pack in this checkout.
pub fn pack_dir(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../models/packs")
        .join(name)
}

pub fn toy() -> Pack {
    Pack::open(&pack_dir("toy")).expect("the toy pack is part of the checkout")
}

/// The runtime that `./dev setup` puts into the checkout.
pub fn runtime() -> Runtime {
    let cached = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../.cache/onnxruntime");
    let library = std::fs::read_dir(cached)
        .ok()
        .and_then(|mut all| Some(all.next()?.ok()?.path()));
    let named = ["MUVI_ONNXRUNTIME", "ORT_DYLIB_PATH"]
        .iter()
        .any(|v| std::env::var_os(v).is_some());
    let explicit = library.filter(|_| !named && Runtime::locate(None).is_err());
    Runtime::load(explicit.as_deref()).expect("run ./dev setup to fetch ONNX Runtime")
}

pub fn picture() -> PictureModels {
    PictureModels::load(&toy(), &runtime(), &SETTINGS).unwrap()
}

pub fn music() -> MusicModels {
    MusicModels::load(&toy(), &runtime(), &SETTINGS).unwrap()
}

/// Frames with a square that moves and a cut in the middle, `[n, size, size, 3]`.
pub fn frames(size: usize, n: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(n * size * size * 3);
    for f in 0..n {
        for y in 0..size {
            for x in 0..size {
                let inside = x.abs_diff(f * 2 % size) < 4 && y.abs_diff(size / 2) < 4;
                let base = if f < n / 2 { [30, 60, 90] } else { [200, 180, 40] };
                out.extend(if inside { [255, 255, 255] } else { base });
            }
        }
    }
    out
}

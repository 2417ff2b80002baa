//! Flows across crates on real files: see the files in `tests/tests`.

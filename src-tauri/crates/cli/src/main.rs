//! muvi: everything without a window.

fn main() {}

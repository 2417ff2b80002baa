//! What edits do, what they refuse, and what holds after any number of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "tests"
)]

mod anything;
mod film;
mod history;
mod rules;

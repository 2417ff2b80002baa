//! Takes as an editor makes them, with the toy pack on a made video: heard while they are made, sections made anew,
//! cancelled anywhere, bad input.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "tests"
)]

mod sections;
mod takes;
mod watched;
mod wishes;

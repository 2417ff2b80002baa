//! The project folder: nothing confirmed is lost, whatever happens to process, files and disk.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod crash;
mod damage;
mod disk;
mod kit;
mod reading;
mod saving;

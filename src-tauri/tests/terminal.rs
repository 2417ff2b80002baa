//! What the program says before there is a window.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::process::{Command, Output};

fn without_display(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_muvi-studio"))
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap()
}

#[test]
fn help_and_version_need_no_display() {
    for (argument, expect) in [
        ("--help", "Usage: muvi-studio [FILE]"),
        ("-V", env!("CARGO_PKG_VERSION")),
    ] {
        let said = without_display(&[argument]);
        assert!(said.status.success(), "{said:?}");
        let text = String::from_utf8(said.stdout).unwrap();
        assert!(text.contains(expect), "{text}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn no_display_is_told_in_words() {
    let unreachable = Command::new(env!("CARGO_BIN_EXE_muvi-studio"))
        .arg("a film.mp4")
        .env("DISPLAY", ":4071")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    for said in [without_display(&["a film.mp4"]), unreachable] {
        assert_eq!(said.status.code(), Some(1), "{said:?}");
        let text = String::from_utf8(said.stderr).unwrap();
        assert!(
            text.contains("no display") && !text.contains("panicked"),
            "{text}"
        );
    }
}

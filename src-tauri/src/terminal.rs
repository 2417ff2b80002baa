//! What is said to somebody who starts the program from a terminal, before there is a window.

use std::io::Write as _;
use std::process::ExitCode;

const USAGE: &str = "MuVi Studio scores a video: it writes music that follows the picture.

Usage: muvi-studio [FILE]

  FILE           a video, or a project (a folder that ends in .muvi)
  -h, --help     print this text
  -V, --version  print the version

To score videos without a window, use muvi.";
#[cfg(target_os = "linux")]
const NO_DISPLAY: &str =
    "muvi-studio: no display to open a window on can be reached; start it from a desktop, or use muvi here";

/// What the program ends with at once, where no window is wanted; `arguments` without the program's own name.
pub fn answer(arguments: impl Iterator<Item = String>) -> Option<ExitCode> {
    for argument in arguments {
        let text = match argument.as_str() {
            "-h" | "--help" => USAGE.to_owned(),
            "-V" | "--version" => format!("muvi-studio {}", env!("CARGO_PKG_VERSION")),
            _ => continue,
        };
        // A reader that went away needs no answer.
        let _ = writeln!(std::io::stdout(), "{text}");
        return Some(ExitCode::SUCCESS);
    }
    None
}

/// What the program ends with where no window can be had: Tauri panics where GTK finds no display. Starts GTK, so the
/// environment is to be set before.
pub fn without_display() -> Option<ExitCode> {
    #[cfg(target_os = "linux")]
    if gtk::init().is_err() {
        let _ = writeln!(std::io::stderr(), "{NO_DISPLAY}");
        return Some(ExitCode::FAILURE);
    }
    None
}

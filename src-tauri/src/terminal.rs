//! What is said to somebody who starts the program from a terminal, before there is a window.

use std::io::Write as _;
use std::process::ExitCode;

const USAGE: &str = "MuVi Studio scores a video: it writes music that follows the picture.

Usage: muvi-studio [FILE]

  FILE           a video, or a project (a folder that ends in .muvi)
  -h, --help     print this text
  -V, --version  print the version

To score videos without a window, use muvi.";
const NO_DISPLAY: &str =
    "muvi-studio: there is no display to open a window on; start it from a desktop, or use muvi here";

/// What the program ends with at once, where no window is wanted or none can be had; `arguments` without the program's
/// own name.
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
    if has_display() {
        return None;
    }
    let _ = writeln!(std::io::stderr(), "{NO_DISPLAY}");
    Some(ExitCode::FAILURE)
}

/// Whether a window can be asked for; GTK ends the program where it can't.
fn has_display() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

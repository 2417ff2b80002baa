//! Exit codes, and the table of them that `muvi --help` and the README show.

use muvi_session::Family;

/// Wrong arguments; clap's own code.
pub(crate) const USAGE: u8 = 2;

/// Some videos of a batch failed.
pub(crate) const SOME_FAILED: u8 = 11;

/// Stopped by Ctrl-C.
pub(crate) const CANCELLED: u8 = 130;

/// The table of `muvi --help`.
pub(crate) const TABLE: &str = "\
Exit codes:
    0  done
    1  an unexpected failure
    2  wrong arguments
    3  the input can't be read: missing, a directory, no permission
    4  the input is no usable video or project: no picture, empty, cut off, too short
    5  the output can't be written: exists, no permission, unknown kind, same as the input
    6  no space left where the output goes
    7  ffmpeg is missing, too old, or failed
    8  the ONNX Runtime library or a provider can't be used
    9  the model pack is missing, broken, or of another kind
   10  the style clip can't be used: no sound, silent, too short, too long
   11  some videos of a batch failed; the table at its end says why
  130  cancelled by Ctrl-C or SIGTERM";

/// The code of a family of errors.
pub(crate) fn code(family: Family) -> u8 {
    match family {
        Family::Unexpected => 1,
        Family::Request => USAGE,
        Family::InputUnreadable => 3,
        Family::InputUnusable => 4,
        Family::Output => 5,
        Family::Space => 6,
        Family::Tools => 7,
        Family::Runtime => 8,
        Family::Pack => 9,
        Family::Style => 10,
        Family::Cancelled => CANCELLED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_shows_the_same_table() {
        let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../README.md");
        let readme = std::fs::read_to_string(readme).unwrap();
        for line in TABLE.lines().skip(1) {
            let (code, meaning) = line.trim_start().split_once("  ").unwrap();
            let row = format!("| {code} | {} |", meaning.trim());
            assert!(readme.contains(&row), "README.md lacks the row {row}");
        }
    }
}

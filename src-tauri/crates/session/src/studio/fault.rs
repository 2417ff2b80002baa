//! What went wrong, for people and for code.

use crate::error::{Error, Family};

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A stable word: the error's family in snake case, or a word of its own where somebody acts on it, such as
    /// `exists` for an output that may not be replaced.
    pub code: String,
    /// Says what is wrong, where, and what to do.
    pub message: String,
    /// The chain of causes.
    pub details: Option<String>,
}

impl Fault {
    /// A fault in these words.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            details: None,
        }
    }
}

impl Fault {
    /// What kept a room below the session from its work.
    pub(super) fn because(error: impl Into<Error>) -> Self {
        Self::from(&error.into())
    }

    /// The video's file is gone.
    pub(super) fn video_missing() -> Self {
        Self::new(
            "video_missing",
            "The video of this project is not where it was. Find it first.",
        )
    }

    /// An error that nobody acts on in a special way.
    pub(super) fn of(error: &(dyn std::error::Error + 'static)) -> Self {
        Self {
            code: "failed".into(),
            message: error.to_string(),
            details: causes(error),
        }
    }
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        let code = match error.family() {
            Family::Cancelled => "cancelled",
            Family::Tools => "tools",
            Family::InputUnreadable => "input_unreadable",
            Family::InputUnusable => "input_unusable",
            Family::Output if error.existing_output().is_some() => "exists",
            Family::Output => "output",
            Family::Space => "space",
            Family::Pack => "pack",
            Family::Runtime => "runtime",
            Family::Style => "style",
            _ => "failed",
        };
        Self {
            code: code.into(),
            message: error.to_string(),
            details: causes(error),
        }
    }
}

/// The chain of causes, one per line; `None` without any that says something new.
pub(super) fn causes(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut lines = Vec::new();
    let mut last = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if said != last {
            lines.push(said.clone());
        }
        last = said;
        next = cause.source();
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use muvi_media::OutputError;
    use muvi_media::export::ExportError;

    use super::*;

    #[test]
    fn what_may_not_be_replaced_has_a_word_of_its_own() {
        let check = |error: Error, code: &str| assert_eq!(Fault::from(&error).code, code, "{error}");
        let exists = || OutputError::Exists { path: "a.mp4".into() };
        check(exists().into(), "exists");
        check(ExportError::Output(exists()).into(), "exists");
        check(OutputError::NoFolder { path: "a.mp4".into() }.into(), "output");
        check(OutputError::DiskFull { path: "a.mp4".into() }.into(), "space");
        check(Error::Cancelled, "cancelled");
    }
}

//! Parts of a project by name.

use std::path::Path;

use muvi_timeline::{FrameSpan, Project, Timecode};

use super::DeliverProblem;
use crate::error::Error;

/// The loop of the project that was read from `path`.
///
/// # Errors
/// [`DeliverProblem::NoLoop`].
pub fn loop_of(project: &Project, path: &Path) -> Result<FrameSpan, Error> {
    project
        .loop_range
        .ok_or_else(|| refuse(path, DeliverProblem::NoLoop))
}

/// The range `IN-OUT` of the project that was read from `path`: two timecodes counted from the first frame of the
/// video, of which the second names the first frame behind the range.
///
/// # Errors
/// [`DeliverProblem::Range`], [`DeliverProblem::Timecode`]; whether it lies in the picture is seen later.
pub fn range_of(text: &str, project: &Project, path: &Path) -> Result<FrameSpan, Error> {
    let none = || refuse(path, DeliverProblem::Range(text.to_owned()));
    let (start, end) = text.split_once(['-', '\u{2013}']).ok_or_else(none)?;
    let rate = project.video.rate;
    let frame = |text: &str| {
        let timecode = Timecode::parse(text.trim(), rate).and_then(|timecode| timecode.frame(rate));
        timecode.map_err(|problem| refuse(path, problem.into()))
    };
    let (start, end) = (frame(start)?, frame(end)?);
    if start >= end {
        return Err(none());
    }
    Ok(FrameSpan::new(start, end))
}

fn refuse(path: &Path, problem: DeliverProblem) -> Error {
    Error::Deliver {
        path: path.to_owned(),
        problem,
    }
}

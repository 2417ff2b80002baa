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

/// The range `IN-OUT` of the project that was read from `path`: two timecodes, of which the second names the first frame
/// behind the range. They are counted from the first frame of the video; where that leads out of it, they are the
/// video's own, whose first frame has the number `own`
/// ([`MediaInfo::start_frame`](muvi_media::MediaInfo::start_frame)).
///
/// # Errors
/// [`DeliverProblem::Range`], [`DeliverProblem::Timecode`]; whether it lies in the picture is seen later.
pub fn range_of(text: &str, project: &Project, own: u64, path: &Path) -> Result<FrameSpan, Error> {
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
    Ok(placed(FrameSpan::new(start, end), own, project.video.frames))
}

/// A span in frames from the first one of a video, which may have been read off its own timecode.
fn placed(span: FrameSpan, own: u64, frames: u64) -> FrameSpan {
    let moved = |at: u64| at.checked_sub(own);
    match (moved(span.start()), moved(span.end())) {
        (Some(start), Some(end)) if span.end() > frames && end <= frames => FrameSpan::new(start, end),
        _ => span,
    }
}

fn refuse(path: &Path, problem: DeliverProblem) -> Error {
    Error::Deliver {
        path: path.to_owned(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_videos_own_timecode_is_understood_where_the_count_leads_out_of_it() {
        let span = FrameSpan::new;
        let hour = 90_000;
        assert_eq!(placed(span(25, 100), hour, 500), span(25, 100));
        assert_eq!(placed(span(hour + 25, hour + 100), hour, 500), span(25, 100));
        assert_eq!(placed(span(hour, hour + 500), hour, 500), span(0, 500));
        // Neither way it lies in the video: what was typed is refused, not a shifted one.
        for outside in [span(hour - 1, hour + 100), span(hour, hour + 501), span(400, 501)] {
            assert_eq!(placed(outside, hour, 500), outside);
        }
        // A video that starts within its own length is counted from its first frame.
        assert_eq!(placed(span(250, 300), 200, 500), span(250, 300));
    }
}

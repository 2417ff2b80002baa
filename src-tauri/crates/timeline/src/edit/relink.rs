//! Puts another video under what the user decided.

use super::apply::{fit_fades, sort_cues};
use crate::{FrameSpan, Project, Rate, Round, Span, Video};

/// Takes over `video`, which was checked. Positions keep their time.
pub(super) fn relink(project: &mut Project, video: Video) {
    if video.same_content(&project.video) {
        project.video = video;
        return;
    }
    let (from, to) = (project.video.rate, video.rate);
    let (old_end, end) = (project.video.frames, video.frames);
    if video.key != project.video.key {
        project.analysed = false;
    }
    project.video = video;
    let moved = |frame: u64| from.convert(frame, to, Round::Nearest);

    project
        .cuts
        .iter_mut()
        .for_each(|cut| cut.frame = moved(cut.frame));
    project.cuts.retain(|cut| cut.frame < end);
    project.cuts.dedup_by_key(|cut| cut.frame);
    for hit in &mut project.hits {
        hit.frame = moved(hit.frame);
        hit.found_at = hit.found_at.map(moved);
    }
    project.hits.retain(|hit| hit.frame < end);
    project.hits.dedup_by_key(|hit| hit.frame);
    project
        .removed_hits
        .iter_mut()
        .for_each(|frame| *frame = moved(*frame));
    project.removed_hits.retain(|frame| *frame < end);
    project.removed_hits.dedup();
    project.intensity = project.intensity.moved(from, to, end);
    project.temp_automation = project.temp_automation.moved(from, to, end);
    project.loop_range = project.loop_range.and_then(|span| clipped(span, from, to, end));

    for cue in &mut project.cues {
        let stop = if cue.span.end() == old_end {
            end
        } else {
            moved(cue.span.end()).min(end)
        };
        let start = moved(cue.span.start());
        cue.span = if start < stop {
            Span::new(start, stop)
        } else {
            Span::new(0, 0)
        };
        cue.automation = cue.automation.moved(from, to, end);
        for take in &mut cue.takes {
            take.span = at_least_one(take.span.convert(from, to));
            if let Some(section) = &mut take.section {
                section.span = at_least_one(section.span.convert(from, to));
            }
        }
    }
    project.cues.retain(|cue| !cue.span.is_empty());
    let lengths: Vec<u64> = project
        .cues
        .iter()
        .map(|cue| project.samples_of(cue.span).len())
        .collect();
    for (cue, length) in project.cues.iter_mut().zip(lengths) {
        fit_fades(cue, length);
    }
    sort_cues(project);
}

fn clipped(span: FrameSpan, from: Rate, to: Rate, end: u64) -> Option<FrameSpan> {
    span.convert(from, to).intersect(&FrameSpan::new(0, end))
}

fn at_least_one(span: FrameSpan) -> FrameSpan {
    FrameSpan::from_len(span.start(), span.len().max(1))
}

//! Cues that overlap lie on different tracks.

use crate::SheetCue;

/// The cues on as few tracks as they need, each track by start.
pub(crate) fn lanes(cues: &[SheetCue]) -> Vec<Vec<&SheetCue>> {
    let mut sorted: Vec<&SheetCue> = cues.iter().collect();
    sorted.sort_by_key(|cue| (cue.span.start(), cue.number));
    let mut lanes: Vec<Vec<&SheetCue>> = Vec::new();
    for cue in sorted {
        let free = lanes
            .iter_mut()
            .find(|lane| lane.last().is_none_or(|last| last.span.end() <= cue.span.start()));
        match free {
            Some(lane) => lane.push(cue),
            None => lanes.push(vec![cue]),
        }
    }
    lanes
}

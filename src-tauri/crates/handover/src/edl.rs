//! CMX 3600 edit decision lists.
//!
//! The format as the ANSI/SMPTE 258M description of it and readers such as
//! <https://github.com/OpenTimelineIO/otio-cmx3600-adapter> have it; `* LOC:` lines are Avid's locators. A list holds at
//! most 999 events and four channels of sound.

use std::fmt::Write as _;

use crate::lanes::lanes;
use crate::sheet::file_name;
use crate::text::line;
use crate::{Mark, MarkKind, Sheet, SheetCue};

/// Events that a list can number.
pub const MOST_EVENTS: usize = 999;
/// Stereo pairs of channels: 1 and 2, 3 and 4.
const PAIRS: usize = 2;
/// A line holds at most so many characters of a name.
const LONGEST: usize = 60;

/// An edit decision list, and what did not fit into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edl {
    /// The content of the file.
    pub text: String,
    /// What was left out, a sentence each.
    pub left_out: Vec<String>,
}

/// The film as a video event with locators, the cues as events of sound: the first at any time on channels 1 and 2, one
/// that overlaps it on 3 and 4. Each sound file starts at 00:00:00:00.
pub fn edl(sheet: &Sheet) -> Edl {
    let mut out = head(sheet, &sheet.project);
    let mut left_out = Vec::new();
    event(&mut out, sheet, 1, "FILM", "V", [sheet.start, 0], sheet.frames);
    let _ = writeln!(out, "* FROM CLIP NAME: {}", short(&sheet.film_name()));
    for mark in &sheet.marks {
        let _ = writeln!(
            out,
            "* LOC: {} {:<7} {}",
            sheet.timecode(mark.frame),
            colour(mark.kind).to_ascii_uppercase(),
            short(&label(mark))
        );
    }
    let lanes = lanes(&sheet.cues);
    let mut cues: Vec<(usize, &SheetCue)> = lanes
        .iter()
        .take(PAIRS)
        .enumerate()
        .flat_map(|(pair, cues)| cues.iter().map(move |cue| (pair, *cue)))
        .collect();
    cues.sort_by_key(|(pair, cue)| (cue.span.start(), *pair));
    let crowded: usize = lanes.iter().skip(PAIRS).map(Vec::len).sum();
    if crowded > 0 {
        left_out.push(format!(
            "EDL: {} that overlap two others: a list has two pairs of channels",
            counted(crowded, "cue")
        ));
    }
    let over = cues.len().saturating_sub(MOST_EVENTS - 1);
    if over > 0 {
        left_out.push(format!(
            "EDL: the last {}: a list has at most {MOST_EVENTS} events",
            counted(over, "cue")
        ));
    }
    for (number, (pair, cue)) in (2..=MOST_EVENTS).zip(cues) {
        let channel = if pair == 0 { "AA" } else { "NONE" };
        let reel = format!("CUE{:03}", cue.number);
        event(
            &mut out,
            sheet,
            number,
            &reel,
            channel,
            [cue.offset, cue.span.start()],
            cue.span.len(),
        );
        if pair == 1 {
            out.push_str("AUD  3    4\n");
        }
        let _ = writeln!(out, "* FROM CLIP NAME: {}", short(&cue.name));
        let _ = writeln!(out, "* SOURCE FILE: {}", line(&file_name(&cue.audio)));
        let _ = writeln!(
            out,
            "* MIX: {:+.1} DB, FADE IN {}, FADE OUT {}",
            cue.gain_db,
            sheet.length(cue.fade_in),
            sheet.length(cue.fade_out)
        );
    }
    Edl { text: out, left_out }
}

/// The marks as events of a frame each, with colour, name and length as DaVinci Resolve reads and writes them
/// ("Timeline Markers from EDL").
pub fn marker_edl(sheet: &Sheet) -> Edl {
    let mut out = head(sheet, &format!("{} markers", sheet.project));
    for (number, mark) in (1..=MOST_EVENTS).zip(&sheet.marks) {
        event(
            &mut out,
            sheet,
            number,
            "001",
            "V",
            [sheet.start + mark.frame, mark.frame],
            1,
        );
        let colour = colour(mark.kind);
        // A bar ends a field.
        let name = short(&label(mark)).replace('|', "/");
        let _ = writeln!(out, " |C:ResolveColor{colour} |M:{name} |D:1\n");
    }
    let over = sheet.marks.len().saturating_sub(MOST_EVENTS);
    let left_out = (over > 0).then(|| {
        format!(
            "Marker EDL: the last {}: a list has at most {MOST_EVENTS} events",
            counted(over, "marker")
        )
    });
    Edl {
        text: out,
        left_out: left_out.into_iter().collect(),
    }
}

fn head(sheet: &Sheet, title: &str) -> String {
    let mode = if sheet.drops() {
        "DROP FRAME"
    } else {
        "NON-DROP FRAME"
    };
    format!("TITLE: {}\nFCM: {mode}\n\n", short(title))
}

/// One cut: `[source, record]` are its first frames, that of the record counted from the picture's first.
fn event(
    out: &mut String,
    sheet: &Sheet,
    number: usize,
    reel: &str,
    channel: &str,
    at: [u64; 2],
    length: u64,
) {
    let [source, record] = at;
    let wrapped = |frames| {
        let mut label = sheet.length(frames);
        label.hours %= 24;
        label
    };
    let _ = writeln!(
        out,
        "{number:03}  {reel:<8} {channel:<5} C        {} {} {} {}",
        wrapped(source),
        wrapped(source + length),
        sheet.timecode(record),
        sheet.timecode(record + length)
    );
}

fn label(mark: &Mark) -> String {
    match mark.remark() {
        remark if remark.is_empty() => mark.label(),
        remark => format!("{} ({remark})", mark.label()),
    }
}

/// A colour that Avid and Resolve both know.
fn colour(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Cut => "Blue",
        MarkKind::Hit => "Yellow",
        MarkKind::User => "Red",
    }
}

fn short(text: &str) -> String {
    line(text).chars().take(LONGEST).collect()
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

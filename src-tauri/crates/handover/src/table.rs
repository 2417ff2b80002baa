//! Tables as CSV (RFC 4180), UTF-8.

use crate::Sheet;
use crate::text::{csv, line, signed};

/// The marks: timecode, frame, seconds, kind, name, whether the music landed, by how many frames it missed.
pub fn markers_csv(sheet: &Sheet) -> String {
    let mut out = csv([
        "timecode",
        "frame",
        "seconds",
        "kind",
        "name",
        "landed",
        "miss_frames",
    ]);
    for mark in &sheet.marks {
        let (landed, miss) = match mark.landing {
            None => (String::new(), String::new()),
            Some(it) => (
                yes(it.landed),
                it.miss_frames.map_or_else(String::new, |miss| signed(miss, 2)),
            ),
        };
        out += &csv([
            sheet.timecode(mark.frame).to_string(),
            mark.frame.to_string(),
            format!("{:.6}", sheet.seconds(mark.frame)),
            mark.kind.name().into(),
            line(mark.name.as_deref().unwrap_or_default()),
            landed,
            miss,
        ]);
    }
    out
}

/// The cues, one line each.
pub fn cue_sheet_csv(sheet: &Sheet) -> String {
    let mut out = csv([
        "cue", "name", "in", "out", "duration", "style", "key", "bpm", "take", "seed", "gain_db", "composer",
        "licence", "file",
    ]);
    for cue in &sheet.cues {
        out += &csv([
            cue.number.to_string(),
            line(&cue.name),
            sheet.timecode(cue.span.start()).to_string(),
            sheet.timecode(cue.span.end()).to_string(),
            sheet.length(cue.span.len()).to_string(),
            line(&cue.style),
            line(&cue.key),
            format!("{:.1}", cue.bpm),
            line(&cue.take),
            cue.seed.map_or_else(String::new, |seed| seed.to_string()),
            format!("{:.1}", cue.gain_db),
            composer(sheet, &cue.pack),
            line(cue.licence.as_deref().unwrap_or_default()),
            line(&crate::sheet::file_name(&cue.audio)),
        ]);
    }
    out
}

/// How the music landed on each cut and hit point of each cue, then, a line per cue, on how many of them; `chance` is
/// the part that the same music lands on when it is shifted in time.
pub fn report_csv(sheet: &Sheet) -> String {
    let mut out = csv([
        "cue",
        "take",
        "timecode",
        "frame",
        "kind",
        "name",
        "landed",
        "miss_frames",
    ]);
    for cue in &sheet.cues {
        for mark in &sheet.marks {
            let Some(landing) = mark.landing.filter(|it| it.cue == cue.number) else {
                continue;
            };
            out += &csv([
                cue.number.to_string(),
                line(&cue.take),
                sheet.timecode(mark.frame).to_string(),
                mark.frame.to_string(),
                mark.kind.name().into(),
                line(mark.name.as_deref().unwrap_or_default()),
                yes(landing.landed),
                landing
                    .miss_frames
                    .map_or_else(String::new, |miss| signed(miss, 2)),
            ]);
        }
    }
    out += "\r\n";
    out += &csv(["cue", "take", "marks", "landed", "share", "chance", "lift"]);
    for cue in &sheet.cues {
        let (marks, landed) = counts(sheet, cue.number);
        let share = (marks > 0).then(|| landed as f64 / marks as f64);
        let part = |value: Option<f64>| value.map_or_else(String::new, |it| format!("{it:.3}"));
        out += &csv([
            cue.number.to_string(),
            line(&cue.take),
            marks.to_string(),
            landed.to_string(),
            part(share),
            part(cue.lift.map(|it| it.chance)),
            part(cue.lift.map(|it| it.score - it.chance)),
        ]);
    }
    out
}

/// Marks within a cue, and how many of them its music landed on.
pub(crate) fn counts(sheet: &Sheet, cue: u32) -> (usize, usize) {
    let inside = || {
        sheet
            .marks
            .iter()
            .filter_map(|mark| mark.landing)
            .filter(|it| it.cue == cue)
    };
    (inside().count(), inside().filter(|it| it.landed).count())
}

/// Who made it.
pub(crate) fn composer(sheet: &Sheet, pack: &str) -> String {
    let made = line(&sheet.made_with);
    if pack.is_empty() {
        format!("made with {made}")
    } else {
        format!("made with {made}, model pack {}", line(pack))
    }
}

fn yes(it: bool) -> String {
    if it { "yes" } else { "no" }.into()
}

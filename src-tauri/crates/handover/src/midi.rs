//! Standard MIDI files (RP-001 1.0, <https://midi.org/standard-midi-files-specification>), format 1.
//!
//! A beat of the music is a quarter note, and the tempo map puts each on its time: a tempo event wherever what was said
//! so far would be off by more than a fifth of a millisecond, reckoned from the start, so that nothing adds up.

mod bars;

use muvi_timeline::{Rate, Timecode};

use crate::Sheet;
use crate::text::line;
use bars::Grid;

/// Ticks of a quarter note.
pub const TICKS_PER_QUARTER: u16 = 960;

const MARKER: u8 = 0x06;
const TEXT: u8 = 0x01;
const NAME: u8 = 0x03;

/// The sheet as a MIDI file of format 1 without notes: a first track with tempo map, time signatures, SMPTE offset and
/// markers (cuts, hit points, starts and ends of cues), and a second one with the chords as text. Text is UTF-8.
pub fn midi(sheet: &Sheet) -> Vec<u8> {
    let length_s = sheet.seconds(sheet.frames);
    let grid = Grid::of(&sheet.cues, length_s);
    let end = grid.tick(length_s).max(grid.end());
    let mut first = Track::default();
    first.text(0, NAME, &sheet.project);
    if let Some(offset) = smpte_offset(sheet) {
        first.meta(0, 0x54, &offset);
    }
    for (tick, micros) in &grid.tempos {
        first.meta(*tick, 0x51, &micros.to_be_bytes()[1..]);
    }
    for bar in &grid.bars {
        // 24 clocks to a quarter, 8 thirty-seconds to a quarter.
        first.meta(bar.tick, 0x58, &[bar.beats, bar.unit, 24, 8]);
    }
    for mark in &sheet.marks {
        first.text(grid.tick(sheet.seconds(mark.frame)), MARKER, &mark.label());
    }
    for cue in &sheet.cues {
        let at = |frame| grid.tick(sheet.seconds(frame));
        first.text(at(cue.span.start()), MARKER, &format!("{} in", cue.name));
        first.text(at(cue.span.end()), MARKER, &format!("{} out", cue.name));
    }
    let mut second = Track::default();
    second.text(0, NAME, "Chords");
    for cue in &sheet.cues {
        for chord in &cue.chords {
            second.text(grid.tick(chord.time_s), TEXT, &chord.name);
        }
    }
    let mut out = b"MThd\0\0\0\x06\0\x01\0\x02".to_vec();
    out.extend(TICKS_PER_QUARTER.to_be_bytes());
    out.extend(first.bytes(end));
    out.extend(second.bytes(end));
    out
}

/// Events of a track in any order.
#[derive(Default)]
struct Track {
    events: Vec<(u64, Vec<u8>)>,
}

impl Track {
    fn meta(&mut self, tick: u64, kind: u8, data: &[u8]) {
        let mut event = vec![0xff, kind];
        number(&mut event, data.len() as u64);
        event.extend(data);
        self.events.push((tick, event));
    }

    fn text(&mut self, tick: u64, kind: u8, text: &str) {
        self.meta(tick, kind, line(text).as_bytes());
    }

    /// The chunk, whose end is at `end` or at its last event.
    fn bytes(mut self, end: u64) -> Vec<u8> {
        self.events.sort_by_key(|event| event.0);
        let mut data = Vec::new();
        let mut at = 0;
        for (tick, event) in &self.events {
            number(&mut data, tick - at);
            data.extend(event);
            at = *tick;
        }
        number(&mut data, end.saturating_sub(at));
        data.extend([0xff, 0x2f, 0]);
        let mut out = b"MTrk".to_vec();
        out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend(data);
        out
    }
}

/// A number in groups of seven bits, at most four of them.
fn number(out: &mut Vec<u8>, value: u64) {
    let value = value.min(0x0fff_ffff);
    for shift in [21, 14, 7] {
        if value >> shift != 0 {
            out.push((value >> shift & 0x7f) as u8 | 0x80);
        }
    }
    out.push((value & 0x7f) as u8);
}

/// Hour with the kind of frames, minute, second, frame, hundredths: the timecode of the picture's first frame. Files
/// know 24, 25, 29.97 with drop frame, and 30 frames a second, and the doubles of these by the half frame; 23.976 and
/// 29.97 without drop frame count as 24 and 30, which is what their labels do.
fn smpte_offset(sheet: &Sheet) -> Option<[u8; 5]> {
    let nominal = u64::from(sheet.rate.num()).div_ceil(sheet.rate.den().into());
    let half = nominal > 30;
    let (kind, counted) = match (if half { nominal / 2 } else { nominal }, sheet.drops()) {
        (24, _) => (0, 24),
        (25, _) => (1, 25),
        (30, true) => (2, 30),
        (30, false) => (3, 30),
        _ => return None,
    };
    if half && !nominal.is_multiple_of(2) {
        return None;
    }
    // Twice the rate drops twice the labels, so that every second frame keeps its label.
    let (number, hundredths) = if half {
        (sheet.start / 2, sheet.start % 2 * 50)
    } else {
        (sheet.start, 0)
    };
    let rate = if sheet.drops() {
        Rate::new(30_000, 1001)
    } else {
        Rate::hz(counted)
    }
    .ok()?;
    let label = if sheet.drops() {
        Timecode::of(number, rate)
    } else {
        Timecode::without_drop(number, rate)
    };
    Some([
        (label.hours % 24) as u8 | kind << 5,
        label.minutes,
        label.seconds,
        u8::try_from(label.frames).unwrap_or(0),
        hundredths as u8,
    ])
}

//! Beats at any times as ticks, tempos and bars.

use super::TICKS_PER_QUARTER;
use crate::SheetCue;

const QUARTER: u64 = TICKS_PER_QUARTER as u64;
/// A tempo is said anew before the map is off by more than this.
const OFF_S: f64 = 0.0002;
/// Beats nearer than this are one.
const SAME_S: f64 = 0.001;
/// Where nothing is known, 120 beats a minute.
const PLAIN_S: f64 = 0.5;
/// Beats of a bar where no music sounds.
const BAR: u64 = 4;

/// A time signature from a tick on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) tick: u64,
    /// Its numerator.
    pub(super) beats: u8,
    /// Its denominator as a power of two.
    pub(super) unit: u8,
}

/// A point that is known on both clocks.
#[derive(Debug, Clone, Copy)]
struct Pulse {
    time_s: f64,
    tick: u64,
    /// Whether a bar starts here.
    down: bool,
}

/// The map between seconds and ticks.
#[derive(Debug)]
pub(super) struct Grid {
    pulses: Vec<Pulse>,
    /// Tick and microseconds of a quarter note from there on.
    pub(super) tempos: Vec<(u64, u32)>,
    pub(super) bars: Vec<Bar>,
}

impl Grid {
    /// The map of music over a picture of `length_s`: where cues overlap, the later one rules from its first beat on.
    pub(super) fn of(cues: &[SheetCue], length_s: f64) -> Self {
        let pulses = pulses(&beats(cues), length_s);
        Self {
            tempos: tempos(&pulses),
            bars: bars(&pulses),
            pulses,
        }
    }

    /// The tick nearest to a time.
    pub(super) fn tick(&self, time_s: f64) -> u64 {
        let next = self.pulses.partition_point(|pulse| pulse.time_s <= time_s);
        let first = next.saturating_sub(1).min(self.pulses.len().saturating_sub(2));
        let (Some(a), Some(b)) = (self.pulses.get(first), self.pulses.get(first + 1)) else {
            return 0;
        };
        let part = (time_s - a.time_s) / (b.time_s - a.time_s);
        (a.tick as f64 + part * (b.tick - a.tick) as f64).round().max(0.0) as u64
    }

    /// The last tick that is on the grid.
    pub(super) fn end(&self) -> u64 {
        self.pulses.last().map_or(0, |pulse| pulse.tick)
    }
}

/// All beats by time, with whether a bar starts and whether another cue's music does.
fn beats(cues: &[SheetCue]) -> Vec<(f64, bool, bool)> {
    let mut sorted: Vec<&SheetCue> = cues.iter().filter(|cue| !cue.beats.is_empty()).collect();
    sorted.sort_by_key(|cue| (cue.span.start(), cue.number));
    let mut all: Vec<(f64, bool, bool)> = Vec::new();
    for cue in sorted {
        let Some(first) = cue.beats.iter().find(|beat| beat.time_s >= 0.0) else {
            continue;
        };
        // A beat just before the other music's first one would be a stumble of the tempo.
        let room = beat_s(cue, first.time_s) / 4.0;
        all.retain(|beat| beat.0 < first.time_s - room.max(SAME_S));
        let mut last = f64::NEG_INFINITY;
        for beat in &cue.beats {
            if beat.time_s >= first.time_s && beat.time_s > last + SAME_S {
                all.push((beat.time_s, beat.downbeat, last == f64::NEG_INFINITY));
                last = beat.time_s;
            }
        }
    }
    all
}

/// Seconds from a beat to the next.
fn beat_s(cue: &SheetCue, time_s: f64) -> f64 {
    let next = cue.beats.iter().find(|beat| beat.time_s > time_s + SAME_S);
    next.map_or(PLAIN_S, |next| next.time_s - time_s)
}

/// Pulses from 0 to at least the end of the picture; what lies between the music of cues is filled with beats of about
/// its tempo.
fn pulses(beats: &[(f64, bool, bool)], length_s: f64) -> Vec<Pulse> {
    let mut out = vec![Pulse {
        time_s: 0.0,
        tick: 0,
        down: true,
    }];
    for (index, &(time_s, down, new)) in beats.iter().enumerate() {
        if time_s <= SAME_S {
            // Already there.
            continue;
        }
        if index == 0 || new {
            let beat = match beats.get(index + 1) {
                Some(next) if !next.2 => next.0 - time_s,
                _ => PLAIN_S,
            };
            fill(&mut out, time_s, beat, down);
        } else if let Some(last) = out.last().copied() {
            out.push(Pulse {
                time_s,
                tick: last.tick + QUARTER,
                down,
            });
        }
    }
    let beat = match out.as_slice() {
        [.., a, b] if b.tick - a.tick == QUARTER => b.time_s - a.time_s,
        _ => PLAIN_S,
    };
    let last = out.last().map_or(0.0, |pulse| pulse.time_s);
    if length_s > last + SAME_S {
        // Past the end rather than up to it: nothing has to meet there.
        let beats = ((length_s - last) / beat).ceil().max(1.0);
        fill(&mut out, last + beats * beat, beat, true);
    }
    out
}

/// Fills up to `until_s` with beats of about `beat_s`; where less than half a beat fits, with a part of one.
fn fill(out: &mut Vec<Pulse>, until_s: f64, beat_s: f64, down: bool) {
    let Some(from) = out.last().copied() else {
        return;
    };
    let gap = until_s - from.time_s;
    let count = (gap / beat_s).round() as u64;
    if count == 0 {
        // Thirty-seconds: the shortest note that a time signature of ours counts.
        let parts = (gap / beat_s * 8.0).round().max(1.0) as u64;
        out.push(Pulse {
            time_s: until_s,
            tick: from.tick + parts * QUARTER / 8,
            // Or all beats up to the next bar would lie beside the grid.
            down: true,
        });
        return;
    }
    let since = out.iter().rev().position(|pulse| pulse.down).unwrap_or(0) as u64;
    for k in 1..=count {
        let is_last = k == count;
        out.push(Pulse {
            time_s: if is_last {
                until_s
            } else {
                from.time_s + gap * k as f64 / count as f64
            },
            tick: from.tick + k * QUARTER,
            down: if is_last {
                down
            } else {
                (since + k).is_multiple_of(BAR)
            },
        });
    }
}

fn tempos(pulses: &[Pulse]) -> Vec<(u64, u32)> {
    let mut out: Vec<(u64, u32)> = Vec::new();
    // Where the map says that the pulse is.
    let mut at = 0.0;
    for pair in pulses.windows(2) {
        let quarters = (pair[1].tick - pair[0].tick) as f64 / QUARTER as f64;
        let as_it_is = out
            .last()
            .map(|(_, micros)| at + f64::from(*micros) / 1e6 * quarters);
        match as_it_is {
            Some(end) if (end - pair[1].time_s).abs() <= OFF_S => at = end,
            _ => {
                let micros = ((pair[1].time_s - at) / quarters * 1e6)
                    .round()
                    .clamp(1.0, 16_777_215.0);
                out.push((pair[0].tick, micros as u32));
                at += micros / 1e6 * quarters;
            }
        }
    }
    out
}

fn bars(pulses: &[Pulse]) -> Vec<Bar> {
    let downs: Vec<u64> = pulses
        .iter()
        .filter(|pulse| pulse.down)
        .map(|pulse| pulse.tick)
        .collect();
    let mut out: Vec<Bar> = Vec::new();
    for pair in downs.windows(2) {
        let length = pair[1] - pair[0];
        let unit = (2_u8..=5)
            .find(|unit| (length << unit).is_multiple_of(4 * QUARTER))
            .unwrap_or(5);
        let beats = u8::try_from((length << unit) / (4 * QUARTER))
            .unwrap_or(u8::MAX)
            .max(1);
        let bar = Bar {
            tick: pair[0],
            beats,
            unit,
        };
        if out
            .last()
            .is_none_or(|last| (last.beats, last.unit) != (beats, unit))
        {
            out.push(bar);
        }
    }
    if out.is_empty() {
        out.push(Bar {
            tick: 0,
            beats: BAR as u8,
            unit: 2,
        });
    }
    out
}

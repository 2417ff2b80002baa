//! Beats and bars from a tempo map, the ending, and which hits landed.

use std::ops::Range;

use super::tempo::Stretch;
use super::{BEATS_PER_BAR, Beat, Ending, LANDED_S, Landing, PlannedHit};
use crate::curve::Curve;
use crate::hits::HitPoint;

/// Silence between the end of the music and the end of the picture, so that nothing is cut off.
const TAIL_S: f64 = 0.15;
/// The closing chord rings at least so long; longer than the second, it has mostly died away.
const SHORTEST_RING_S: f64 = 0.9;
const LONGEST_RING_S: f64 = 1.6;
/// Price of a second beyond that, and of a second of full intensity for which the music is no longer there: what comes
/// this long after the closing chord, while it still sounds, is free.
const LONG_COST: f64 = 0.6;
const LOST_COST: f64 = 0.9;
const STRUCK_S: f64 = 0.8;
/// Price of a closing chord on the half bar and on another beat, for which the bar is cut short.
const HALF_BAR_COST: f64 = 0.5;
const BEAT_COST: f64 = 0.8;
/// What a full hit under the closing chord is worth: the title, the logo, the last cut.
const HIT_VALUE: f64 = 0.5;
/// No closing chord is looked for farther before the end.
const FARTHEST_S: f64 = 8.0;
/// Intensity of a picture of which none is known.
const USUAL_INTENSITY: f64 = 0.4;
/// A first downbeat this near to the start has no bar before it; no beat is shorter.
const SHORTEST_PICKUP_S: f64 = 0.25;

pub(super) struct Layout {
    pub(super) beats: Vec<Beat>,
    pub(super) bars: Vec<Range<f64>>,
    pub(super) end: Ending,
}

impl Layout {
    /// The bar that sounds at a time.
    pub(super) fn bar_at(&self, time_s: f64) -> usize {
        self.bars
            .partition_point(|b| b.end <= time_s + 1e-6)
            .min(self.bars.len() - 1)
    }
}

/// Lays beats and bars over the picture and chooses where the music ends.
pub(super) fn lay_out(
    stretches: &[Stretch],
    duration: f64,
    hits: &[HitPoint],
    intensity: Option<&Curve>,
) -> Layout {
    let music_end_s = duration - TAIL_S.min(0.1 * duration);
    let mut ticks = ticks(stretches, music_end_s);
    if ticks.is_empty() {
        // Shorter than a beat: one downbeat at the start is all there is.
        ticks.push((0.0, 0));
    }
    let last = closing(&ticks, duration, music_end_s, hits, intensity);
    ticks.truncate(last + 1);
    ticks[last].1 = 0;
    let final_downbeat_s = ticks[last].0;
    let starts: Vec<f64> = ticks.iter().filter(|t| t.1 == 0).map(|t| t.0).collect();
    let mut bars: Vec<Range<f64>> = Vec::new();
    if starts[0] > SHORTEST_PICKUP_S {
        bars.push(0.0..starts[0]);
    }
    let pickup = bars.len() as u32;
    let ends = starts[1..].iter().copied().chain([music_end_s]);
    bars.extend(starts.iter().zip(ends).map(|(start, end)| *start..end));
    bars[0].start = 0.0;
    let mut bar = 0;
    let beats = ticks.iter().map(|&(time_s, beat)| {
        // Beats before the first downbeat are those of the pickup bar 0.
        bar += u32::from(beat == 0);
        Beat {
            time_s,
            bar: (bar + pickup).saturating_sub(1),
            beat,
        }
    });
    Layout {
        beats: beats.collect(),
        bars,
        end: Ending {
            final_downbeat_s,
            music_end_s,
        },
    }
}

/// Time and place in the bar of each beat up to `end`.
fn ticks(stretches: &[Stretch], end: f64) -> Vec<(f64, u8)> {
    let mut out = Vec::new();
    for s in stretches {
        let beat = s.bar_s / BEATS_PER_BAR as f64;
        // A beat on the boundary belongs to the later stretch; one just before the picture starts with it.
        let early = if s.start_s > 0.0 { 1e-6 } else { LANDED_S };
        let first = ((s.start_s - early - s.downbeat_s) / beat).ceil() as i64;
        for i in first.. {
            let time = s.downbeat_s + i as f64 * beat;
            if time >= s.end_s - 1e-6 || time > end {
                break;
            }
            out.push((time.max(0.0), i.rem_euclid(BEATS_PER_BAR as i64) as u8));
        }
    }
    out
}

/// The beat on which the closing chord falls: late where the picture is lively to its end, early enough to ring out
/// where it is calm, on a hit and on the start of a bar if that costs little.
fn closing(
    ticks: &[(f64, u8)],
    duration: f64,
    music_end: f64,
    hits: &[HitPoint],
    intensity: Option<&Curve>,
) -> usize {
    let shortest = SHORTEST_RING_S.min(0.35 * duration);
    let place = |beat: u8| match usize::from(beat) {
        0 => 0.0,
        beat if beat == BEATS_PER_BAR / 2 => HALF_BAR_COST,
        _ => BEAT_COST,
    };
    let hit = |time: f64| {
        let under = hits.iter().filter(|h| (h.time_s - time).abs() <= LANDED_S);
        under.map(|h| f64::from(h.strength)).fold(0.0, f64::max)
    };
    let cost = |&(time, beat): &(f64, u8)| {
        place(beat) - HIT_VALUE * hit(time).min(1.0)
            + LONG_COST * (music_end - time - LONGEST_RING_S).max(0.0)
            + LOST_COST * between(intensity, time + STRUCK_S, music_end)
    };
    let fits = |t: &(f64, u8)| (shortest..=FARTHEST_S).contains(&(music_end - t.0));
    let fitting = ticks.iter().enumerate().filter(|(_, t)| fits(t));
    let best = fitting
        .map(|(i, t)| (i, cost(t)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(0, |(i, _)| i)
}

/// Seconds of full intensity between two times.
fn between(intensity: Option<&Curve>, from: f64, to: f64) -> f64 {
    const STEP_S: f64 = 0.1;
    let at = |time: f64| intensity.map_or(USUAL_INTENSITY, |curve| f64::from(curve.at(time)));
    let steps = ((to - from) / STEP_S).ceil().max(0.0) as usize;
    let width = (to - from) / steps.max(1) as f64;
    (0..steps)
        .map(|i| at(from + (i as f64 + 0.5) * width) * width)
        .sum()
}

/// Where a hit came to lie among the beats.
pub(super) fn land(hit: &HitPoint, beats: &[Beat]) -> PlannedHit {
    let after = beats.partition_point(|b| b.time_s < hit.time_s);
    let around = &beats[after.saturating_sub(1)..(after + 1).min(beats.len())];
    let miss = |b: &Beat| b.time_s - hit.time_s;
    let nearest = around
        .iter()
        .min_by(|a, b| miss(a).abs().total_cmp(&miss(b).abs()));
    let miss_s = nearest.map_or(f64::MAX, miss);
    let landed = match nearest {
        Some(b) if miss_s.abs() <= LANDED_S && b.beat == 0 => Landing::Downbeat,
        Some(_) if miss_s.abs() <= LANDED_S => Landing::Beat,
        _ => Landing::OffGrid,
    };
    PlannedHit {
        hit: *hit,
        landed,
        miss_ms: miss_s * 1000.0,
    }
}

//! Beats and bars from a tempo map, the ending, and which hits landed.

use std::ops::Range;

use super::tempo::Stretch;
use super::{BEATS_PER_BAR, Beat, Ending, LANDED_S, Landing, PlannedHit};
use crate::hits::HitPoint;

/// Silence between the end of the music and the end of the picture, so that nothing is cut off.
const TAIL_S: f64 = 0.15;
/// The closing chord rings at least and, where the beats allow, at most so long.
const SHORTEST_RING_S: f64 = 0.9;
const LONGEST_RING_S: f64 = 3.2;
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
pub(super) fn lay_out(stretches: &[Stretch], duration: f64, hits: &[HitPoint]) -> Layout {
    let music_end_s = duration - TAIL_S.min(0.1 * duration);
    let mut ticks = ticks(stretches, music_end_s);
    if ticks.is_empty() {
        // Shorter than a beat: one downbeat at the start is all there is.
        ticks.push((0.0, 0));
    }
    let last = closing(&ticks, duration, music_end_s, hits);
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

/// The beat on which the closing chord falls.
fn closing(ticks: &[(f64, u8)], duration: f64, music_end: f64, hits: &[HitPoint]) -> usize {
    let ring = SHORTEST_RING_S.min(0.35 * duration);
    let fits = |time: f64| music_end - time >= ring;
    // A hit near the end that lies on a beat is the natural place: the title, the logo, the last cut.
    let struck = |time: f64| {
        hits.iter()
            .any(|h| (h.time_s - time).abs() <= LANDED_S && h.strength >= 0.4)
    };
    let near = |time: f64| fits(time) && music_end - time <= LONGEST_RING_S + 1.0;
    let every = |beats: usize, t: &(f64, u8)| usize::from(t.1).is_multiple_of(beats);
    // Downbeats before half bars before any beat: a bar may be cut short for it.
    for beats in [BEATS_PER_BAR, BEATS_PER_BAR / 2, 1] {
        if let Some(i) = ticks
            .iter()
            .rposition(|t| every(beats, t) && near(t.0) && struck(t.0))
        {
            return i;
        }
    }
    let last = ticks.iter().rposition(|t| every(BEATS_PER_BAR, t) && fits(t.0));
    let half = ticks
        .iter()
        .rposition(|t| every(BEATS_PER_BAR / 2, t) && fits(t.0));
    match (last, half) {
        // A long wait after a bar's start: close on the half bar instead.
        (Some(last), Some(half)) if music_end - ticks[last].0 > LONGEST_RING_S => half,
        (Some(last), _) => last,
        (None, Some(half)) => half,
        (None, None) => 0,
    }
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

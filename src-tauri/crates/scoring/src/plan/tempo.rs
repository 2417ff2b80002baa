//! The tempo map: which steady pulse lands most of what matters, and where it may give way a little.
//!
//! For each base tempo a dynamic program runs over the strong hits. Between two hits that both become downbeats lies a
//! whole number of bars, so that the tempo there follows from their distance; it may differ from the base by a few
//! per cent, which costs. What lands by chance is subtracted, since a fast pulse hits everything.

use std::ops::RangeInclusive;

use super::{BEATS_PER_BAR, LANDED_S, Pace, PlanRequest};
use crate::hits::HitPoint;

/// A stretch of constant tempo through a downbeat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    pub(super) start_s: f64,
    pub(super) end_s: f64,
    /// Any downbeat of the stretch, also outside of it.
    pub(super) downbeat_s: f64,
    pub(super) bar_s: f64,
}

impl Stretch {
    pub(super) fn bpm(&self) -> f64 {
        60.0 * BEATS_PER_BAR as f64 / self.bar_s
    }
}

/// Largest departure from the base tempo, natural log: 4 %, so that neighbours differ by 8 % at most. Listeners
/// notice changes of 2 to 5 % in music (Dahl and Granqvist, "Looking at perception of continuous tempo drift", 2003).
const MAX_DEPARTURE: f64 = 0.04;
/// Fewest bars between two changes of tempo.
const MIN_BARS: f64 = 4.0;
/// How many strong hits ahead a stretch may reach.
const REACH: usize = 24;
/// At most so many hits can become ends of stretches; the strongest.
const MAX_ANCHORS: usize = 2000;
/// Value of a hit on a beat that is no downbeat.
const BEAT_VALUE: f64 = 0.5;
/// A locked hit counts as so many.
const LOCKED: f64 = 8.0;
/// Price of a new stretch, and of the full departure.
const CHANGE_COST: f64 = 0.1;
const DEPARTURE_COST: f64 = 1.0;
/// Price of a piece that doesn't start with a downbeat.
const PICKUP_COST: f64 = 0.25;
/// Tempo of a neutral mood, and octaves by which full arousal changes it.
const NEUTRAL_BPM: f64 = 104.0;
const AROUSAL_OCTAVES: f64 = 0.45;

/// Octaves from the preferred tempo that cost half a point, where a mood and where a style clip prefers it.
const MOOD_OCTAVES: f64 = 0.22;
const CLIP_OCTAVES: f64 = 0.1;

struct Event {
    time_s: f64,
    weight: f64,
}

/// The best tempo map for the request; covers 0 to the end of the picture.
pub(super) fn solve(request: &PlanRequest, hits: &[HitPoint]) -> Vec<Stretch> {
    let weight = |h: &HitPoint| f64::from(h.strength.clamp(0.05, 1.0)) * if h.locked { LOCKED } else { 1.0 };
    let events: Vec<Event> = hits
        .iter()
        .map(|h| Event {
            time_s: h.time_s,
            weight: weight(h),
        })
        .collect();
    let search = Search {
        anchors: anchors(&events),
        events: &events,
        request,
    };
    let (centre, octaves) = taste(request);
    let [slow, fast] = request.tempo_range;
    let rated = |bpm: f64| {
        let (score, stretches) = search.at(bpm);
        (score + search.taste(bpm, centre, octaves), bpm, stretches)
    };
    let better = |a: (f64, f64, Vec<Stretch>), b: (f64, f64, Vec<Stretch>)| if b.0 > a.0 { b } else { a };
    let best = if let Pace::Bpm(bpm) = request.pace {
        rated(bpm)
    } else {
        // A coarse look over the range, a fine one around the winner.
        let steps = (fast - slow).ceil().max(1.0) as usize;
        let coarse = (1..=steps).map(|i| rated(slow + (fast - slow) * i as f64 / steps as f64));
        let winner = coarse.fold(rated(slow), better);
        let around = winner.1;
        (-9..=9)
            .map(|i| rated((around + f64::from(i) * 0.1).clamp(slow, fast)))
            .fold(winner, better)
    };
    search.settled(merged(best.2))
}

/// The preferred tempo, and octaves from it that cost half a point.
fn taste(request: &PlanRequest) -> (f64, f64) {
    let lively = |arousal: f32| NEUTRAL_BPM * (AROUSAL_OCTAVES * f64::from(arousal.clamp(-1.0, 1.0))).exp2();
    let arousal = request.mood.map_or(0.0, |m| m.arousal);
    let mood = lively(arousal);
    let [slow, fast] = request.tempo_range;
    let clip = request
        .clip
        .and_then(|clip| nearest_octave(clip.bpm, clip.arousal.map_or(clip.bpm, lively), slow..=fast));
    let centre = clip.unwrap_or(mood);
    match request.pace {
        Pace::Auto => (
            centre.clamp(slow, fast),
            if clip.is_some() {
                CLIP_OCTAVES
            } else {
                MOOD_OCTAVES
            },
        ),
        Pace::Relative(r) => ((centre * f64::from(r)).clamp(slow, fast), 0.1),
        Pace::Bpm(bpm) => (bpm, 1.0),
    }
}

/// The tempo of a pulse that is nearest to a wanted one: the pulse itself, its half or its double, within a range.
fn nearest_octave(bpm: f64, wanted: f64, range: RangeInclusive<f64>) -> Option<f64> {
    let away = |tempo: &f64| (tempo / wanted).log2().abs();
    let all = [0.5, 1.0, 2.0].map(|times| bpm * times).into_iter();
    all.filter(|tempo| range.contains(tempo))
        .min_by(|a, b| away(a).total_cmp(&away(b)))
}

/// Indices of the events that may start a stretch: the strong ones.
fn anchors(events: &[Event]) -> Vec<usize> {
    let strongest = events.iter().map(|e| e.weight.min(1.0)).fold(0.0, f64::max);
    let mut chosen: Vec<usize> = (0..events.len())
        .filter(|&i| events[i].weight >= 0.6 * strongest)
        .collect();
    if chosen.len() > MAX_ANCHORS {
        chosen.sort_by(|a, b| events[*b].weight.total_cmp(&events[*a].weight).then(a.cmp(b)));
        chosen.truncate(MAX_ANCHORS);
        chosen.sort_unstable();
    }
    chosen
}

struct Search<'a> {
    anchors: Vec<usize>,
    events: &'a [Event],
    request: &'a PlanRequest,
}

#[derive(Clone, Copy)]
struct Step {
    score: f64,
    /// The anchor before, `None` for the start.
    from: Option<usize>,
    bar_s: f64,
}

impl Search<'_> {
    fn taste(&self, bpm: f64, centre: f64, octaves: f64) -> f64 {
        let total: f64 = self.events.iter().map(|e| e.weight.min(1.0)).sum();
        -0.5 * ((bpm / centre).log2() / octaves).powi(2) * (1.0 + 0.05 * total)
    }

    /// The best map at a base tempo, and what it is worth.
    fn at(&self, bpm: f64) -> (f64, Vec<Stretch>) {
        let bar = 60.0 * BEATS_PER_BAR as f64 / bpm;
        let duration = self.request.duration_s;
        let count = self.anchors.len();
        let time = |j: usize| self.events[self.anchors[j]].time_s;
        let mut best: Vec<Option<Step>> = vec![None; count];
        for j in 0..count {
            let mut step = (j < REACH).then(|| Step {
                score: self.worth(0..self.anchors[j] + 1, time(j), bar) - pickup_cost(time(j), bar),
                from: None,
                bar_s: bar,
            });
            for (i, before) in best[..j].iter().enumerate().skip(j.saturating_sub(REACH)) {
                let (Some(before), Some(edge)) = (before, self.edge(i, j, bar)) else {
                    continue;
                };
                let score = before.score + edge.score;
                if step.is_none_or(|s| score > s.score) {
                    step = Some(Step { score, ..edge });
                }
            }
            best[j] = step;
        }
        let mut winner = (self.worth(0..self.events.len(), 0.0, bar), None);
        for (j, step) in best.iter().enumerate().skip(count.saturating_sub(REACH)) {
            let Some(step) = step else { continue };
            let score = step.score + self.worth(self.anchors[j] + 1..self.events.len(), time(j), bar);
            if score > winner.0 {
                winner = (score, Some(j));
            }
        }
        let mut stretches = Vec::new();
        let (mut end_s, mut bar_s, mut at) = (duration, bar, winner.1);
        while let Some(j) = at {
            stretches.push(Stretch {
                start_s: time(j),
                end_s,
                downbeat_s: time(j),
                bar_s,
            });
            end_s = time(j);
            (bar_s, at) = best[j].map_or((bar, None), |s| (s.bar_s, s.from));
        }
        let downbeat_s = if winner.1.is_some() { end_s } else { 0.0 };
        stretches.push(Stretch {
            start_s: 0.0,
            end_s,
            downbeat_s,
            bar_s,
        });
        stretches.reverse();
        (winner.0, stretches)
    }

    /// One stretch goes through one hit exactly; a little to the side it may be nearer to all of them.
    fn settled(&self, mut stretches: Vec<Stretch>) -> Vec<Stretch> {
        if let [only] = stretches.as_mut_slice() {
            let worth = |shift: f64| self.worth(0..self.events.len(), only.downbeat_s + shift, only.bar_s);
            let shifts = (-12..=12).map(|i| f64::from(i) * 0.005);
            let (_, shift) = shifts.fold((worth(0.0), 0.0), |best, shift| {
                // Worth more than rounding, so that what is right stays.
                if worth(shift) > best.0 + 1e-6 {
                    (worth(shift), shift)
                } else {
                    best
                }
            });
            only.downbeat_s += shift;
        }
        stretches
    }

    /// A stretch between two anchors that are both downbeats.
    fn edge(&self, i: usize, j: usize, base: f64) -> Option<Step> {
        let start = self.events[self.anchors[i]].time_s;
        let length = self.events[self.anchors[j]].time_s - start;
        let bars = (length / base).round();
        if bars < MIN_BARS || matches!(self.request.pace, Pace::Bpm(_)) {
            return None;
        }
        let bar = length / bars;
        let departure = (bar / base).ln().abs() / MAX_DEPARTURE;
        let bpm = 60.0 * BEATS_PER_BAR as f64 / bar;
        let [slow, fast] = self.request.tempo_range;
        if departure > 1.0 || !(slow..=fast).contains(&bpm) {
            return None;
        }
        let cost = CHANGE_COST + DEPARTURE_COST * departure;
        let score = self.worth(self.anchors[i] + 1..self.anchors[j] + 1, start, bar) - cost;
        Some(Step {
            score,
            from: Some(i),
            bar_s: bar,
        })
    }

    /// What the events of a range are worth on a grid through `downbeat`, beyond chance.
    fn worth(&self, range: std::ops::Range<usize>, downbeat: f64, bar: f64) -> f64 {
        let beat = bar / BEATS_PER_BAR as f64;
        let window = 2.0 * LANDED_S;
        let chance = (window / bar) * (1.0 - BEAT_VALUE) + (window / beat).min(1.0) * BEAT_VALUE;
        let value = |time: f64| {
            let off = |period: f64| {
                let phase = (time - downbeat) / period;
                (phase - phase.round()).abs() * period
            };
            let near = |miss: f64| 1.0 - 0.5 * (miss / LANDED_S).powi(2);
            let (bar_miss, beat_miss) = (off(bar), off(beat));
            if bar_miss <= LANDED_S {
                near(bar_miss)
            } else if beat_miss <= LANDED_S {
                BEAT_VALUE * near(beat_miss)
            } else {
                0.0
            }
        };
        self.events[range]
            .iter()
            .map(|e| e.weight * (value(e.time_s) - chance))
            .sum()
    }
}

/// A piece whose first downbeat comes late starts with a part of a bar.
fn pickup_cost(downbeat: f64, bar: f64) -> f64 {
    let into = downbeat.rem_euclid(bar);
    if into.min(bar - into) < LANDED_S {
        0.0
    } else {
        PICKUP_COST
    }
}

/// Neighbours of the same tempo on the same grid are one stretch.
fn merged(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut out: Vec<Stretch> = Vec::new();
    for s in stretches.into_iter().filter(|s| s.end_s > s.start_s) {
        match out.last_mut() {
            Some(last) if (last.bar_s / s.bar_s - 1.0).abs() < 1e-6 => last.end_s = s.end_s,
            _ => out.push(s),
        }
    }
    out
}

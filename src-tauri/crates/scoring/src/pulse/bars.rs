//! Which beats are downbeats: those that are louder, have more bass, and on which the harmony changes.

use super::{CHROMA_FRAMES, Rhythm};

/// Weights of the three, each in its own standard deviations.
const ACCENT: f64 = 0.3;
const BASS: f64 = 0.3;
const HARMONY: f64 = 1.0;
/// One beat may say so much.
const MOST: f64 = 2.5;
/// What it costs to begin a bar before the one before it is full.
const CUT_SHORT: f64 = 8.0;
/// Bars in beats and what they cost: four are the rule.
const METRES: [(usize, f64); 3] = [(4, 0.0), (3, 0.05), (2, 0.1)];
/// Fewer beats don't tell.
const FEWEST: usize = 8;
/// Values of the onset strength to each side in which a beat's accent lies.
const NEAR: usize = 2;

/// Bars over beats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BarPhase {
    /// Length of a bar in beats.
    pub(super) beats_per_bar: u8,
    /// For each beat, whether a bar begins with it.
    pub(super) downbeats: Vec<bool>,
}

/// Lays bars over beats, which are given by their places in the onset strength.
pub(super) fn bars(places: &[usize], rhythm: &Rhythm) -> BarPhase {
    if places.len() < FEWEST {
        return BarPhase {
            beats_per_bar: 4,
            downbeats: (0..places.len()).map(|i| i.is_multiple_of(4)).collect(),
        };
    }
    let evidence = evidence(places, rhythm);
    let fits = METRES.iter().map(|&(metre, cost)| {
        let (score, downbeats) = fit(&evidence, metre);
        // A longer bar leaves more beats that must not be accented, so its score spreads less.
        let n = metre as f64;
        let score = score / evidence.len() as f64 / (n / (n - 1.0)).sqrt() - cost;
        (score, metre, downbeats)
    });
    let best = fits.max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or_else(
        || BarPhase {
            beats_per_bar: 4,
            downbeats: Vec::new(),
        },
        |(_, metre, downbeats)| BarPhase {
            beats_per_bar: metre as u8,
            downbeats,
        },
    )
}

/// How much each beat is like a downbeat.
fn evidence(places: &[usize], rhythm: &Rhythm) -> Vec<f64> {
    let peak = |values: &[f32], place: usize| {
        let near =
            &values[place.saturating_sub(NEAR).min(values.len())..(place + NEAR + 1).min(values.len())];
        f64::from(near.iter().copied().fold(0.0, f32::max))
    };
    let accent = normalised(places.iter().map(|p| peak(&rhythm.flux, *p)).collect());
    let bass = normalised(places.iter().map(|p| peak(&rhythm.low, *p)).collect());
    let harmony = normalised(changes(places, rhythm));
    let all = accent.iter().zip(&bass).zip(&harmony);
    all.map(|((a, b), h)| (ACCENT * a + BASS * b + HARMONY * h).clamp(-MOST, MOST))
        .collect()
}

/// One minus the cosine between the pitch classes of each beat and of the one before it.
fn changes(places: &[usize], rhythm: &Rhythm) -> Vec<f64> {
    let ends = places[1..].iter().copied().chain([usize::MAX]);
    let sounding: Vec<[f64; 12]> = places
        .iter()
        .zip(ends)
        .map(|(from, to)| {
            // No beat is longer than two seconds; the last one has no next one.
            let to = to.min(from + (2.0 * rhythm.rate_hz) as usize);
            let first = (from / CHROMA_FRAMES).min(rhythm.chroma.len().saturating_sub(1));
            let last = (to / CHROMA_FRAMES).clamp(first + 1, rhythm.chroma.len().max(first + 1));
            let mut sum = [0.0; 12];
            for row in rhythm.chroma.get(first..last).unwrap_or_default() {
                sum.iter_mut().zip(row).for_each(|(s, v)| *s += f64::from(*v));
            }
            // The root tames loud notes.
            let norm = sum.iter().sum::<f64>().max(1e-9).sqrt();
            sum.map(|v| v.sqrt() / norm)
        })
        .collect();
    let change = |w: &[[f64; 12]]| 1.0 - w[0].iter().zip(&w[1]).map(|(a, b)| a * b).sum::<f64>();
    std::iter::once(0.0)
        .chain(sounding.windows(2).map(change))
        .collect()
}

fn normalised(values: Vec<f64>) -> Vec<f64> {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    // What hardly moves says nothing.
    let scale = if deviation > 1e-4 { 1.0 / deviation } else { 0.0 };
    values.iter().map(|v| (v - mean) * scale).collect()
}

/// The best bars of one length, and how well they fit: each beat goes on in its bar, or begins a new one at a cost.
fn fit(evidence: &[f64], metre: usize) -> (f64, Vec<bool>) {
    let emit = |e: f64, place: usize| if place == 0 { e } else { -e / (metre - 1) as f64 };
    let mut best: Vec<f64> = (0..metre).map(|place| emit(evidence[0], place)).collect();
    let mut back: Vec<Vec<usize>> = Vec::with_capacity(evidence.len());
    for e in &evidence[1..] {
        let (from, top) = argmax(&best);
        let mut step: Vec<(usize, f64)> = (0..metre)
            .map(|place| {
                let before = (place + metre - 1) % metre;
                (before, best[before])
            })
            .collect();
        if top - CUT_SHORT > step[0].1 {
            step[0] = (from, top - CUT_SHORT);
        }
        best = step
            .iter()
            .enumerate()
            .map(|(place, it)| it.1 + emit(*e, place))
            .collect();
        back.push(step.into_iter().map(|it| it.0).collect());
    }
    let (mut place, score) = argmax(&best);
    let mut downbeats = vec![place == 0];
    for from in back.iter().rev() {
        place = from[place];
        downbeats.push(place == 0);
    }
    downbeats.reverse();
    (score, downbeats)
}

fn argmax(values: &[f64]) -> (usize, f64) {
    let best = values
        .iter()
        .copied()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1));
    best.unwrap_or((0, 0.0))
}

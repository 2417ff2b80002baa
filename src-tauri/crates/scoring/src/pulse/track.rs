//! Beats of music that nobody has a plan of.

use super::bars::{BarPhase, bars};
use super::{Rhythm, smoothed, tempo};
use crate::plan::Beat;

/// How strictly beats keep the tempo, against how strong their onsets are (Ellis 2007).
const STRICT: f64 = 100.0;
/// Beats at both ends that are weaker than this part of all beats' effective strength are none.
const FAINT: f64 = 0.5;
/// Fewer beats are no pulse.
const FEWEST: usize = 4;

/// The pulse of a piece.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pulse {
    /// Beats, rising; bars count from 0, and a bar 0 that lacks its first beats is an upbeat.
    pub beats: Vec<Beat>,
    /// The bars' length in beats.
    pub beats_per_bar: u8,
    /// Median tempo, beats a minute; 0 without beats.
    pub bpm: f64,
}

impl Pulse {
    /// Times of all beats.
    pub fn times_s(&self) -> Vec<f64> {
        self.beats.iter().map(|beat| beat.time_s).collect()
    }

    /// Times of the first beats of bars.
    pub fn downbeats_s(&self) -> Vec<f64> {
        let first = self.beats.iter().filter(|beat| beat.beat == 0);
        first.map(|beat| beat.time_s).collect()
    }
}

/// Finds beats and bars; none in silence, in steady sound, or in less than four beats.
pub fn track(rhythm: &Rhythm) -> Pulse {
    let envelope = rhythm.envelope();
    let places = trimmed(beats(&envelope, rhythm.rate_hz), rhythm);
    if places.len() < FEWEST {
        return Pulse::default();
    }
    let BarPhase {
        beats_per_bar,
        downbeats,
    } = bars(&places, rhythm);
    // Beats before the first downbeat are the end of a bar of which the rest is missing.
    let upbeat = downbeats.iter().position(|first| *first).unwrap_or(0);
    let (mut bar, mut place_in_bar) = (0, usize::from(beats_per_bar).saturating_sub(upbeat));
    let mut beats = Vec::with_capacity(places.len());
    for (i, (place, downbeat)) in places.iter().zip(&downbeats).enumerate() {
        if *downbeat {
            bar += u32::from(i > 0);
            place_in_bar = 0;
        }
        beats.push(Beat {
            time_s: *place as f64 / rhythm.rate_hz,
            bar,
            beat: u8::try_from(place_in_bar).unwrap_or(u8::MAX),
        });
        place_in_bar += 1;
    }
    Pulse {
        bpm: median_tempo(&beats),
        beats,
        beats_per_bar,
    }
}

/// Ellis' dynamic program: places of the beats in the envelope.
fn beats(envelope: &[f32], rate_hz: f64) -> Vec<usize> {
    let (tempos, step) = tempo::path(envelope, rate_hz);
    if tempos.is_empty() {
        return Vec::new();
    }
    let period = |place: usize| {
        let (i, last) = (place / step, tempos.len() - 1);
        let part = (place % step) as f64 / step as f64;
        let bpm = tempos[i.min(last)] * (1.0 - part) + tempos[(i + 1).min(last)] * part;
        60.0 / bpm * rate_hz
    };
    let mut best: Vec<f64> = Vec::with_capacity(envelope.len());
    let mut before: Vec<Option<usize>> = Vec::with_capacity(envelope.len());
    for (place, strength) in envelope.iter().enumerate() {
        let beat = period(place);
        let nearest = place.saturating_sub((beat / 2.0).round() as usize);
        let farthest = place.saturating_sub((2.0 * beat).round() as usize);
        let reach = |from: usize| {
            let wrong = ((place - from) as f64 / beat).ln();
            (best[from] - STRICT * wrong * wrong, from)
        };
        let from = (farthest..nearest.saturating_add(1).min(place)).map(reach);
        // Starting here is better than following what cost more than it gave.
        let from = from.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|it| it.0 > 0.0);
        best.push(f64::from(*strength) + from.map_or(0.0, |it| it.0));
        before.push(from.map(|it| it.1));
    }
    let tail = envelope
        .len()
        .saturating_sub((1.5 * period(envelope.len() - 1)) as usize);
    let last = (tail..envelope.len()).max_by(|a, b| best[*a].total_cmp(&best[*b]));
    let mut out: Vec<usize> = std::iter::successors(last, |place| before[*place]).collect();
    out.reverse();
    out
}

/// Without the beats before the music starts and after it ends.
fn trimmed(places: Vec<usize>, rhythm: &Rhythm) -> Vec<usize> {
    let flux = smoothed(&rhythm.flux, 2.0);
    let strength = |place: &usize| flux.get(*place).map_or(0.0, |v| f64::from(*v));
    let power = places.iter().map(|it| strength(it).powi(2)).sum::<f64>() / places.len().max(1) as f64;
    let strong = |place: &usize| strength(place) > FAINT * power.sqrt();
    let from = places.iter().position(strong);
    let to = places.iter().rposition(strong);
    match (from, to) {
        (Some(from), Some(to)) => places[from..=to].to_vec(),
        _ => Vec::new(),
    }
}

fn median_tempo(beats: &[Beat]) -> f64 {
    let mut gaps: Vec<f64> = beats.windows(2).map(|w| w[1].time_s - w[0].time_s).collect();
    gaps.sort_by(f64::total_cmp);
    gaps.get(gaps.len() / 2).map_or(0.0, |gap| 60.0 / gap)
}

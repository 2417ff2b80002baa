//! How much better than chance music meets a picture: the score minus that of the same music shifted in time.
//!
//! Dense beats meet any picture now and then, so a score alone says little. Chance is the mean over circular shifts;
//! the interval is a percentile bootstrap (Efron, 1979) over hits, and over blocks of time for curves, whose
//! neighbouring values are not independent (Künsch, 1989).

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde::Serialize;

use super::correlation;
use crate::curve::Curve;

/// How chance and the interval are estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LiftSettings {
    /// Circular shifts.
    pub shifts: usize,
    /// Bootstrap samples.
    pub resamples: usize,
    /// Least shift in seconds: less is the same music.
    pub least_shift_s: f64,
    /// Length of a block of a curve in seconds.
    pub block_s: f64,
    /// Chooses shifts and samples.
    pub seed: u64,
}

impl Default for LiftSettings {
    fn default() -> Self {
        Self {
            shifts: 400,
            resamples: 2000,
            least_shift_s: 0.5,
            block_s: 2.0,
            seed: 1,
        }
    }
}

/// Hits against onsets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HitLift {
    /// Number of hits.
    pub hits: usize,
    /// Part of the hits with an onset within the tolerance.
    pub score: f64,
    /// The same for shifted music.
    pub chance: f64,
    /// Score minus chance.
    pub lift: f64,
    /// Lower end of the 95 % interval of the lift.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Curve against curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurveLift {
    /// Correlation.
    pub correlation: f64,
    /// The same for shifted music.
    pub chance: f64,
    /// Correlation minus chance.
    pub lift: f64,
    /// Lower end of the 95 % interval of the lift.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Part of `hits` (seconds) that have one of `onsets` (seconds, sorted) within `tolerance_s`, and its lift over shifted
/// onsets; `None` without hits or within a clip too short to shift.
pub fn hit_lift(
    hits: &[f64],
    onsets: &[f64],
    duration_s: f64,
    tolerance_s: f64,
    settings: &LiftSettings,
) -> Option<HitLift> {
    let room = duration_s - 2.0 * settings.least_shift_s;
    if hits.is_empty() || room <= 0.0 {
        return None;
    }
    let met = |time: f64| {
        let i = onsets.partition_point(|o| *o < time - tolerance_s);
        onsets.get(i).is_some_and(|o| *o <= time + tolerance_s)
    };
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    let shifts = settings.shifts.max(1);
    // Shifting the hits one way round the clip is shifting the music the other way. `[shifts, hits]`
    let mut by_chance = Vec::with_capacity(shifts * hits.len());
    for _ in 0..shifts {
        let shift = settings.least_shift_s + room * unit(&mut random);
        by_chance.extend(hits.iter().map(|hit| met((hit + shift) % duration_s)));
    }
    let scores: Vec<bool> = hits.iter().map(|h| met(*h)).collect();
    let part = |x: &[bool]| x.iter().filter(|v| **v).count() as f64 / x.len() as f64;
    let (score, chance) = (part(&scores), part(&by_chance));
    // Each drawn hit is held against itself in one drawn shift, so that the interval knows the spread of chance too.
    let lifts = (0..settings.resamples.max(1)).map(|_| {
        let mut sum = 0;
        for _ in 0..hits.len() {
            let (hit, shift) = (below(&mut random, hits.len()), below(&mut random, shifts));
            sum += i32::from(scores[hit]) - i32::from(by_chance[shift * hits.len() + hit]);
        }
        f64::from(sum) / hits.len() as f64
    });
    let (low, high) = interval(lifts.collect());
    Some(HitLift {
        hits: hits.len(),
        score,
        chance,
        lift: score - chance,
        low,
        high,
    })
}

/// Correlation of the picture's curve with the music's, and its lift over shifted music; `None` where a curve is flat
/// or too short. The music's curve is averaged over a second, so that single notes don't count, and read at the
/// picture's rate.
pub fn intensity_lift(picture: &Curve, music: &Curve, settings: &LiftSettings) -> Option<CurveLift> {
    let length = picture.duration_s().min(music.duration_s());
    let count = (length * picture.rate_hz) as usize;
    let least = (settings.least_shift_s * picture.rate_hz).ceil() as usize;
    if count < 8 || count <= 2 * least {
        return None;
    }
    let a = &picture.values[..count.min(picture.values.len())];
    let music = music.smoothed(0.5);
    let b: Vec<f32> = (0..a.len())
        .map(|i| music.at(i as f64 / picture.rate_hz))
        .collect();
    let right = correlation(a, &b)?;
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    let mut shifted = b.clone();
    let mut sum = 0.0;
    for _ in 0..settings.shifts {
        shifted.copy_from_slice(&b);
        shifted.rotate_left(least + below(&mut random, b.len() - 2 * least));
        sum += correlation(a, &shifted).unwrap_or(0.0);
    }
    let chance = sum / settings.shifts.max(1) as f64;
    let block = ((settings.block_s * picture.rate_hz) as usize).clamp(1, a.len());
    let (mut x, mut y) = (Vec::new(), Vec::new());
    let lifts = (0..settings.resamples.max(1)).filter_map(|_| {
        x.clear();
        y.clear();
        while x.len() < a.len() {
            let from = below(&mut random, a.len() - block + 1);
            x.extend_from_slice(&a[from..from + block]);
            y.extend_from_slice(&b[from..from + block]);
        }
        Some(correlation(&x, &y)? - chance)
    });
    let (low, high) = interval(lifts.collect());
    Some(CurveLift {
        correlation: right,
        chance,
        lift: right - chance,
        low,
        high,
    })
}

/// The middle 95 %.
fn interval(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |q: f64| {
        values
            .get((q * values.len().saturating_sub(1) as f64).round() as usize)
            .copied()
    };
    (at(0.025).unwrap_or(f64::NAN), at(0.975).unwrap_or(f64::NAN))
}

/// Uniform in 0..1.
pub(super) fn unit(random: &mut impl Rng) -> f64 {
    f64::from(random.next_u32()) / 4_294_967_296.0
}

/// Uniform in `0..n`.
fn below(random: &mut impl Rng, n: usize) -> usize {
    ((u64::from(random.next_u32()) * n as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn music_that_hits_has_lift_and_other_music_has_none() {
        let hits: Vec<f64> = [2.1, 5.0, 7.7, 11.3, 14.2, 18.8, 22.9, 26.1].to_vec();
        let on = hit_lift(&hits, &hits, 30.0, 0.07, &LiftSettings::default()).unwrap();
        assert!(on.score == 1.0 && on.low > 0.8 && on.chance < 0.1, "{on:?}");
        let off: Vec<f64> = hits.iter().map(|h| h + 0.4).collect();
        let off = hit_lift(&hits, &off, 30.0, 0.07, &LiftSettings::default()).unwrap();
        assert!(off.score == 0.0 && off.lift < 0.0, "{off:?}");
    }

    #[test]
    fn a_dense_pulse_scores_high_but_lifts_little() {
        let hits: Vec<f64> = (0..20).map(|i| 1.0 + f64::from(i) * 1.37).collect();
        let onsets: Vec<f64> = (0..300).map(|i| f64::from(i) * 0.1).collect();
        let l = hit_lift(&hits, &onsets, 30.0, 0.07, &LiftSettings::default()).unwrap();
        assert!(l.score > 0.95 && l.lift.abs() < 0.05 && l.low <= 0.0, "{l:?}");
    }

    #[test]
    fn curves_that_go_together_have_lift() {
        let wave = |f: f64, rate: f64| Curve {
            rate_hz: rate,
            values: (0..(40.0 * rate) as usize)
                .map(|i| (i as f64 / rate * f).sin() as f32)
                .collect(),
        };
        let same = intensity_lift(&wave(0.7, 10.0), &wave(0.7, 20.0), &LiftSettings::default()).unwrap();
        assert!(same.correlation > 0.98 && same.low > 0.5, "{same:?}");
        let other = intensity_lift(&wave(0.7, 10.0), &wave(1.9, 20.0), &LiftSettings::default()).unwrap();
        assert!(other.lift.abs() < 0.2, "{other:?}");
        assert_eq!(
            intensity_lift(&wave(0.0, 10.0), &wave(1.0, 10.0), &LiftSettings::default()),
            None
        );
    }

    #[test]
    fn nothing_to_measure_is_none() {
        assert_eq!(hit_lift(&[], &[1.0], 10.0, 0.07, &LiftSettings::default()), None);
        assert_eq!(
            hit_lift(&[0.1], &[0.1], 0.5, 0.07, &LiftSettings::default()),
            None
        );
    }
}

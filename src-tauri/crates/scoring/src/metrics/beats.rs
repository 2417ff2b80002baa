//! Beats of ours against beats of a reference, in bins of time.
//!
//! Zhu et al., "Quantized GAN for complex music generation from dance videos" (ECCV 2022), with the deviations of
//! Yu et al., "Long-term rhythmic video soundtracker" (LORIS, ICML 2023); MuVi (arXiv 2410.12957) reports the same.
//! A bin counts once, however many beats it holds. Coverage: BCS = sum S / sum G (ideal 1; above 1 is too busy). Hits:
//! BHS = sum (G and S) / sum G. CSD and HSD: their standard deviations over clips. At 1 s bins both saturate for dense
//! music, so report them at 0.2 s too.

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde::Serialize;

use super::LiftSettings;
use super::lift::unit;

/// Length of the windows over which the scores' deviations are taken, in seconds; about that of the clips in the
/// literature.
pub const WINDOW_S: f64 = 15.0;

/// Scores of one clip; 1 is 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BeatScores {
    /// Beat coverage score.
    pub bcs: f64,
    /// Beat hit score.
    pub bhs: f64,
}

/// Scores of many clips.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BeatSummary {
    /// Mean coverage.
    pub bcs: f64,
    /// Mean hit score.
    pub bhs: f64,
    /// Standard deviation of the coverage over clips.
    pub csd: f64,
    /// Standard deviation of the hit score over clips.
    pub hsd: f64,
}

/// Scores of one piece in bins of one size, with what chance gives and how they vary within it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BeatMeasure {
    /// Size of a bin in seconds.
    pub bin_s: f64,
    /// Beat coverage of the whole.
    pub bcs: f64,
    /// Beat hits of the whole.
    pub bhs: f64,
    /// Beat hits of the same music shifted in time, on average.
    pub bhs_chance: f64,
    /// Windows of [`WINDOW_S`] in which the reference has a beat.
    pub windows: usize,
    /// Standard deviation of the coverage over the windows; `None` with less than two.
    pub csd: Option<f64>,
    /// Standard deviation of the hit score over the windows; `None` with less than two.
    pub hsd: Option<f64>,
}

/// Compares a piece with its reference (beat times in seconds within `0..duration_s`); `None` if the reference has no
/// beat or the piece is too short to shift.
pub fn measure_beats(
    reference: &[f64],
    ours: &[f64],
    duration_s: f64,
    bin_s: f64,
    settings: &LiftSettings,
) -> Option<BeatMeasure> {
    let room = duration_s - 2.0 * settings.least_shift_s;
    let whole = beats_in_bins(reference, ours, duration_s, bin_s).filter(|_| room > 0.0)?;
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    let inside = ours.iter().filter(|t| (0.0..duration_s).contains(*t));
    let inside: Vec<f64> = inside.copied().collect();
    let shifts = settings.shifts.max(1);
    let by_chance = (0..shifts).filter_map(|_| {
        let by = settings.least_shift_s + room * unit(&mut random);
        let shifted: Vec<f64> = inside.iter().map(|t| (t + by) % duration_s).collect();
        beats_in_bins(reference, &shifted, duration_s, bin_s)
    });
    let bhs_chance = by_chance.map(|it| it.bhs).sum::<f64>() / shifts as f64;
    // A rest of less than half a window belongs to the window before it.
    let count = (duration_s / WINDOW_S).round().max(1.0) as usize;
    let windows = (0..count).filter_map(|i| {
        let from = i as f64 * WINDOW_S;
        let to = if i + 1 == count {
            duration_s
        } else {
            from + WINDOW_S
        };
        let part = |times: &[f64]| -> Vec<f64> {
            let inside = times.iter().filter(|t| (from..to).contains(*t));
            inside.map(|t| t - from).collect()
        };
        beats_in_bins(&part(reference), &part(&inside), to - from, bin_s)
    });
    let windows: Vec<BeatScores> = windows.collect();
    let spread = summarise(&windows).filter(|_| windows.len() > 1);
    Some(BeatMeasure {
        bin_s,
        bcs: whole.bcs,
        bhs: whole.bhs,
        bhs_chance,
        windows: windows.len(),
        csd: spread.map(|it| it.csd),
        hsd: spread.map(|it| it.hsd),
    })
}

/// Compares beat times in seconds within `0..duration_s`, in bins of `bin_s`; `None` if the reference has no beat.
pub fn beats_in_bins(reference: &[f64], ours: &[f64], duration_s: f64, bin_s: f64) -> Option<BeatScores> {
    let bins = (duration_s / bin_s).ceil().max(1.0) as usize;
    let fill = |times: &[f64]| {
        let mut out = vec![false; bins];
        for t in times.iter().filter(|t| (0.0..duration_s).contains(*t)) {
            out[((t / bin_s) as usize).min(bins - 1)] = true;
        }
        out
    };
    let (g, s) = (fill(reference), fill(ours));
    let count = |x: &[bool]| x.iter().filter(|v| **v).count() as f64;
    let total = count(&g);
    let both = g.iter().zip(&s).filter(|(g, s)| **g && **s).count() as f64;
    (total > 0.0).then(|| BeatScores {
        bcs: count(&s) / total,
        bhs: both / total,
    })
}

/// Means and deviations over clips; `None` of no clip.
pub fn summarise(scores: &[BeatScores]) -> Option<BeatSummary> {
    let n = scores.len() as f64;
    let mean = |f: fn(&BeatScores) -> f64| scores.iter().map(f).sum::<f64>() / n;
    let deviation = |f: fn(&BeatScores) -> f64, mean: f64| {
        (scores.iter().map(|s| (f(s) - mean).powi(2)).sum::<f64>() / n).sqrt()
    };
    let (bcs, bhs) = (mean(|s| s.bcs), mean(|s| s.bhs));
    (!scores.is_empty()).then(|| BeatSummary {
        bcs,
        bhs,
        csd: deviation(|s| s.bcs, bcs),
        hsd: deviation(|s| s.bhs, bhs),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_count_once() {
        let reference = [0.1, 0.6, 1.5, 2.5, 3.5];
        let ours = [0.2, 0.3, 1.9, 4.2];
        let s = beats_in_bins(&reference, &ours, 5.0, 1.0).unwrap();
        assert_eq!(s, BeatScores { bcs: 0.75, bhs: 0.5 });
        assert_eq!(
            beats_in_bins(&reference, &reference, 5.0, 0.2).unwrap(),
            BeatScores { bcs: 1.0, bhs: 1.0 }
        );
        assert_eq!(beats_in_bins(&[], &ours, 5.0, 1.0), None);
        assert_eq!(beats_in_bins(&[9.0], &ours, 5.0, 1.0), None);
    }

    #[test]
    fn a_piece_has_chance_and_deviations() {
        let settings = LiftSettings::default();
        let reference: Vec<f64> = (0..60).map(|i| f64::from(i) * 0.97).collect();
        let own = measure_beats(&reference, &reference, 60.0, 0.2, &settings).unwrap();
        assert_eq!((own.bcs, own.bhs, own.windows), (1.0, 1.0, 4));
        assert_eq!((own.csd, own.hsd), (Some(0.0), Some(0.0)));
        assert!((0.1..0.35).contains(&own.bhs_chance), "{}", own.bhs_chance);
        // Nothing in the first half: coverage and hits vary over the windows.
        let half = measure_beats(&reference, &reference[31..], 60.0, 1.0, &settings).unwrap();
        assert!(
            (half.bcs - 0.5).abs() < 0.05 && half.csd.unwrap() > 0.4,
            "{half:?}"
        );
        let short = measure_beats(&reference, &reference, 20.0, 1.0, &settings).unwrap();
        assert_eq!((short.windows, short.csd), (1, None));
        assert_eq!(measure_beats(&[], &reference, 60.0, 1.0, &settings), None);
        assert_eq!(measure_beats(&reference, &reference, 0.5, 1.0, &settings), None);
    }

    #[test]
    fn summaries_have_means_and_deviations() {
        let s = summarise(&[
            BeatScores { bcs: 1.0, bhs: 0.5 },
            BeatScores { bcs: 0.5, bhs: 0.5 },
        ])
        .unwrap();
        assert_eq!(
            s,
            BeatSummary {
                bcs: 0.75,
                bhs: 0.5,
                csd: 0.25,
                hsd: 0.0
            }
        );
        assert_eq!(summarise(&[]), None);
    }
}

//! Beats of ours against beats of a reference, in bins of time.
//!
//! Zhu et al., "Quantized GAN for complex music generation from dance videos" (ECCV 2022), with the deviations of
//! Yu et al., "Long-term rhythmic video soundtracker" (LORIS, ICML 2023); MuVi (arXiv 2410.12957) reports the same.
//! A bin counts once, however many beats it holds. Coverage: BCS = sum S / sum G (ideal 1; above 1 is too busy). Hits:
//! BHS = sum (G and S) / sum G. CSD and HSD: their standard deviations over clips. At 1 s bins both saturate for dense
//! music, so report them at 0.2 s too.

use serde::Serialize;

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

//! What the analysis has found so far, in the form in which the window draws it.

use muvi_scoring::analysis::Analysis;

use crate::heat;

/// Values that the scale is taken from at most: enough for its quantiles, and quick however long the video is.
const SAMPLE: usize = 1 << 18;

/// Attention and intensity, as bytes.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    attention: Vec<f32>,
    patches: usize,
    low: f32,
    high: f32,
    intensity: Vec<u8>,
}

impl Drawn {
    /// Takes an analysis, whole or as far as it is; rows that were there before are taken to be the same.
    pub(super) fn see(&mut self, analysis: &Analysis) {
        let patches = analysis.grid[0] * analysis.grid[1];
        if patches != self.patches || analysis.attention.len() < self.attention.len() {
            *self = Self {
                patches,
                ..Self::default()
            };
        }
        let new = analysis.attention.get(self.attention.len()..).unwrap_or_default();
        self.attention.extend_from_slice(new);
        let step = self.attention.len().div_ceil(SAMPLE).max(1);
        // Steps that share no factor with the patches of a row, so that all places are looked at.
        let step = (step..).find(|step| gcd(*step, patches.max(1)) == 1).unwrap_or(1);
        let sample: Vec<f32> = self.attention.iter().step_by(step).copied().collect();
        (self.low, self.high) = heat::scale(&sample);
        let values = analysis.intensity().values;
        self.intensity = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    }

    /// Rows from `first` on, at most `count`: one byte per patch, 255 for the strongest of the video.
    pub(super) fn attention(&self, first: usize, count: usize) -> Vec<u8> {
        let place = |row: usize| row.saturating_mul(self.patches).min(self.attention.len());
        let span = (self.high - self.low).max(f32::EPSILON);
        let byte = |value: &f32| ((value - self.low) / span * 255.0).clamp(0.0, 255.0).round() as u8;
        let rows = &self.attention[place(first)..place(first.saturating_add(count))];
        rows.iter().map(byte).collect()
    }

    pub(super) fn intensity(&self) -> &[u8] {
        &self.intensity
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use muvi_scoring::analysis::Curves;

    fn analysis(frames: usize) -> Analysis {
        let curve = vec![0.5; frames];
        Analysis {
            frames,
            frame_rate: [10, 1],
            grid: [2, 2],
            conditioning_width: 0,
            conditioning: Vec::new(),
            attention: (0..frames * 4).map(|n| n as f32).collect(),
            curves: Curves {
                hit: curve.clone(),
                intensity: curve.clone(),
                valence: curve.clone(),
                arousal: curve.clone(),
                motion: curve,
            },
        }
    }

    #[test]
    fn rows_come_as_they_are_seen() {
        let mut drawn = Drawn::default();
        assert!(drawn.attention(0, 5).is_empty());
        drawn.see(&analysis(10));
        assert_eq!(drawn.attention(8, 5).len(), 8);
        assert!(drawn.attention(10, 5).is_empty() && drawn.attention(usize::MAX, usize::MAX).is_empty());
        drawn.see(&analysis(500));
        let all = drawn.attention(0, 500);
        assert_eq!((all.len(), all[0], all[1999]), (2000, 0, 255));
        assert!(all.is_sorted());
        assert_eq!(drawn.intensity().len(), 500 * 4);
        // Another analysis starts anew.
        drawn.see(&analysis(3));
        assert_eq!(drawn.attention(0, 500).len(), 12);
    }

    #[test]
    fn long_videos_are_scaled_from_a_sample() {
        let mut drawn = Drawn::default();
        drawn.see(&analysis(200_000));
        let (low, high) = heat::scale(&drawn.attention);
        assert!((drawn.low - low).abs() < 100.0 && (drawn.high - high).abs() < 100.0);
    }
}

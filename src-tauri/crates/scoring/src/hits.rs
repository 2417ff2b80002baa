//! Hit points: the moments of the picture on which music must land.

use serde::{Deserialize, Serialize};

use crate::analysis::Analysis;

/// A shot change, found by a cut detector.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cut {
    /// When the new shot's first frame is shown, in seconds.
    pub time_s: f64,
    /// How sure and how strong, 0..1.
    pub strength: f32,
}

/// Where a hit point comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// A shot change.
    Cut,
    /// Found by the adaptor: an impact, a flash, a turn of motion.
    Hit,
    /// Set by the user.
    User,
}

/// A moment on which music must land.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HitPoint {
    /// When, in seconds.
    pub time_s: f64,
    /// How much it matters, 0..1.
    pub strength: f32,
    /// Where it comes from.
    pub kind: EventKind,
    /// The user wants this one landed before all others.
    pub locked: bool,
}

/// How hit points are found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HitSettings {
    /// Lowest value of the hit curve that can be a hit, 0..1.
    pub threshold: f32,
    /// Least time between two hits of the curve, in seconds; the stronger one stays.
    pub min_distance_s: f64,
    /// A hit of the curve this near to a cut, in seconds, is the cut.
    pub merge_s: f64,
}

impl Default for HitSettings {
    fn default() -> Self {
        Self {
            threshold: 0.4,
            min_distance_s: 0.35,
            merge_s: 0.2,
        }
    }
}

/// Peaks of the analysis' hit curve, merged with the cuts that a detector found; sorted by time.
///
/// A cut's time is exact to the video's frame and stays; a peak next to it only makes it stronger.
pub fn find_hits(analysis: &Analysis, cuts: &[Cut], settings: &HitSettings) -> Vec<HitPoint> {
    let mut hits: Vec<HitPoint> = cuts
        .iter()
        .filter(|c| c.time_s.is_finite() && c.time_s >= 0.0)
        .map(|c| HitPoint {
            time_s: c.time_s,
            strength: c.strength.clamp(0.0, 1.0),
            kind: EventKind::Cut,
            locked: false,
        })
        .collect();
    hits.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
    let count = hits.len();
    for peak in peaks(&analysis.curves.hit, analysis.rate_hz(), settings) {
        let near = |h: &&mut HitPoint| (h.time_s - peak.time_s).abs() <= settings.merge_s;
        let distance = |h: &&mut HitPoint| ((h.time_s - peak.time_s).abs() * 1e6) as u64;
        match hits[..count].iter_mut().filter(near).min_by_key(distance) {
            // Two signs of one event: its strength is that of either being right.
            Some(cut) => cut.strength = 1.0 - (1.0 - cut.strength) * (1.0 - 0.5 * peak.strength),
            None => hits.push(peak),
        }
    }
    hits.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
    hits
}

/// Local maxima above the threshold, strongest first claim on their surroundings, refined between frames.
fn peaks(curve: &[f32], rate_hz: f64, settings: &HitSettings) -> Vec<HitPoint> {
    let value = |i: usize| curve.get(i).copied().unwrap_or(0.0);
    let before = |i: usize| if i == 0 { 0.0 } else { value(i - 1) };
    let is_peak = |i: &usize| {
        let v = value(*i);
        v >= settings.threshold && v > before(*i) && v >= value(i + 1)
    };
    let mut found: Vec<usize> = (0..curve.len()).filter(is_peak).collect();
    found.sort_by(|a, b| value(*b).total_cmp(&value(*a)).then(a.cmp(b)));
    let distance = (settings.min_distance_s * rate_hz).ceil() as usize;
    let mut kept: Vec<usize> = Vec::new();
    for i in found {
        if kept.iter().all(|k| k.abs_diff(i) >= distance) {
            kept.push(i);
        }
    }
    let refined = |i: usize| {
        // The top of the parabola through the peak and its neighbours.
        let (a, b, c) = (f64::from(before(i)), f64::from(value(i)), f64::from(value(i + 1)));
        let bend = a - 2.0 * b + c;
        let shift = if i == 0 || bend >= 0.0 {
            0.0
        } else {
            (0.5 * (a - c) / bend).clamp(-0.5, 0.5)
        };
        (i as f64 + shift) / rate_hz
    };
    let hit = |i: usize| HitPoint {
        time_s: refined(i),
        strength: value(i),
        kind: EventKind::Hit,
        locked: false,
    };
    kept.into_iter().map(hit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Curves;

    fn analysis(hit: Vec<f32>) -> Analysis {
        Analysis {
            frames: hit.len(),
            frame_rate: [10, 1],
            grid: [1, 1],
            conditioning_width: 0,
            conditioning: vec![],
            attention: vec![],
            curves: Curves {
                hit,
                ..Curves::default()
            },
        }
    }

    #[test]
    fn peaks_are_found_between_frames_and_kept_apart() {
        let mut curve = vec![0.1; 40];
        curve[10] = 0.9;
        curve[11] = 0.9;
        curve[12] = 0.5;
        curve[13] = 0.6;
        curve[30] = 0.3;
        let hits = find_hits(&analysis(curve), &[], &HitSettings::default());
        assert_eq!(hits.len(), 1, "{hits:?}");
        assert!((hits[0].time_s - 1.05).abs() < 1e-6, "{}", hits[0].time_s);
    }

    #[test]
    fn a_cut_takes_the_peak_beside_it() {
        let mut curve = vec![0.0; 40];
        curve[20] = 0.8;
        curve[35] = 0.7;
        let cut = Cut {
            time_s: 1.92,
            strength: 0.5,
        };
        let hits = find_hits(&analysis(curve), &[cut], &HitSettings::default());
        assert_eq!(hits.len(), 2);
        assert_eq!((hits[0].time_s, hits[0].kind), (1.92, EventKind::Cut));
        assert!(hits[0].strength > 0.6);
        assert_eq!((hits[1].time_s, hits[1].kind), (3.5, EventKind::Hit));
    }

    #[test]
    fn a_quiet_curve_has_no_hits() {
        assert!(find_hits(&analysis(vec![0.2; 100]), &[], &HitSettings::default()).is_empty());
        assert!(find_hits(&analysis(vec![]), &[], &HitSettings::default()).is_empty());
    }
}

//! The figures of a table: how well a sound fits its picture, and how loud it is.

use muvi_media::loudness::Loudness;
use muvi_scoring::curve::Curve;
use muvi_scoring::metrics::{LiftSettings, beats_in_bins, hit_lift, intensity_lift};

use super::document::Measure;
use crate::compose::{Heard, LANDED_MS};

/// Bin of the beat scores: in bins of 1 s dense music hits everything.
const BIN_S: f64 = 0.2;

/// The picture that sounds are judged against.
pub(super) struct Picture<'a> {
    pub(super) seconds: f64,
    /// Hit points in seconds, in order.
    pub(super) hits_s: &'a [f64],
    pub(super) intensity: &'a Curve,
    /// Onsets of the ground truth, where there is one.
    pub(super) truth: Option<&'a [f64]>,
}

/// All figures of a sound, in the order of the table's columns.
pub(super) fn measures(picture: &Picture<'_>, heard: &Heard, is_truth: bool) -> Vec<Measure> {
    let settings = LiftSettings::default();
    let onsets = &heard.onsets.times_s;
    let hits = hit_lift(
        picture.hits_s,
        onsets,
        picture.seconds,
        LANDED_MS / 1000.0,
        &settings,
    );
    let intensity = intensity_lift(picture.intensity, &heard.level, &settings);
    let landed = landed(picture.hits_s, onsets).iter().filter(|it| **it).count();
    let all = picture.hits_s.len();
    let mut out = vec![
        Measure {
            id: "hits_landed",
            name: "Hits landed",
            value: (all > 0).then(|| landed as f64 / all as f64),
            text: if all > 0 {
                format!("{landed} of {all}")
            } else {
                none()
            },
            about: "Cuts and hit points of the picture with an onset of the music within 70 ms.",
        },
        Measure {
            id: "hit_lift",
            name: "Hit lift",
            value: hits.as_ref().map(|it| it.lift),
            text: hits.as_ref().map_or_else(none, |it| points(it.lift)),
            about: "The share of hits landed, less that of the same music shifted in time: dense music lands on much \
                    by chance. In percentage points.",
        },
        Measure {
            id: "intensity_correlation",
            name: "Intensity",
            value: intensity.as_ref().map(|it| it.correlation),
            text: intensity
                .as_ref()
                .map_or_else(none, |it| signed(it.correlation, 2)),
            about: "Correlation of the picture’s intensity with the loudness of the music, \u{2212}1 to 1.",
        },
    ];
    if let Some(truth) = picture.truth {
        let beats = (!is_truth)
            .then(|| beats_in_bins(truth, onsets, picture.seconds, BIN_S))
            .flatten();
        out.push(Measure {
            id: "bcs",
            name: "BCS",
            value: beats.map(|it| it.bcs),
            text: beats.map_or_else(none, |it| percent(it.bcs)),
            about: "Beat coverage against the ground truth, in bins of 0.2 s: 100 % is as many beats.",
        });
        out.push(Measure {
            id: "bhs",
            name: "BHS",
            value: beats.map(|it| it.bhs),
            text: beats.map_or_else(none, |it| percent(it.bhs)),
            about: "Beat hits: the share of the ground truth’s beats that this music has too, in bins of 0.2 s.",
        });
    }
    out.extend(levels(&heard.loudness));
    out
}

fn levels(loudness: &Loudness) -> [Measure; 2] {
    [
        Measure {
            id: "lufs",
            name: "Loudness",
            value: loudness.integrated_lufs,
            text: loudness
                .integrated_lufs
                .map_or_else(|| "silent".to_owned(), |it| format!("{} LUFS", signed(it, 1))),
            about: "Integrated loudness by EBU R 128, as the sound was brought.",
        },
        Measure {
            id: "true_peak_dbtp",
            name: "True peak",
            value: loudness.true_peak_dbtp,
            text: loudness
                .true_peak_dbtp
                .map_or_else(none, |it| format!("{} dBTP", signed(it, 1))),
            about: "The highest peak between and at the samples.",
        },
    ]
}

/// For each hit whether an onset is near enough; both in order.
pub(super) fn landed(hits_s: &[f64], onsets_s: &[f64]) -> Vec<bool> {
    let near = |hit: &f64| {
        let next = onsets_s.partition_point(|onset| onset < hit);
        let around = &onsets_s[next.saturating_sub(1)..(next + 1).min(onsets_s.len())];
        around
            .iter()
            .any(|onset| (onset - hit).abs() * 1000.0 <= LANDED_MS)
    };
    hits_s.iter().map(near).collect()
}

fn none() -> String {
    "\u{2013}".to_owned()
}

/// With a real minus sign.
fn signed(value: f64, digits: usize) -> String {
    format!("{value:.digits$}").replace('-', "\u{2212}")
}

fn points(value: f64) -> String {
    let rounded = (value * 100.0).round();
    let plus = if rounded > 0.0 { "+" } else { "" };
    // Adding zero turns minus zero into zero.
    format!("{plus}{}", signed(rounded + 0.0, 0))
}

fn percent(value: f64) -> String {
    format!("{:.0} %", value * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_for_people() {
        assert_eq!(
            [points(0.283), points(-0.041), points(-0.001)],
            ["+28", "\u{2212}4", "0"]
        );
        assert_eq!(
            (signed(-16.04, 1), percent(0.934)),
            ("\u{2212}16.0".to_owned(), "93 %".to_owned())
        );
    }

    #[test]
    fn onsets_near_a_hit_land_on_it() {
        let landed = landed(&[1.0, 2.0, 3.0, 9.0], &[0.93, 2.08, 3.05, 3.2]);
        assert_eq!(landed, [true, false, true, false]);
        assert_eq!(super::landed(&[1.0], &[]), [false]);
    }
}

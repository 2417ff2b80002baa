//! All measures of music against a picture.

use muvi_scoring::curve::Curve;
use muvi_scoring::metrics::{
    BeatMeasure, CurveLift, HitLift, LiftSettings, hit_lift, intensity_lift, measure_beats,
};
use muvi_scoring::pulse::Pulse;
use serde::Serialize;

use super::measure::{Measure, Unit};
use crate::compose::{LANDED_MS, LoudnessFacts};

/// Sizes of the bins in which beats are compared, in seconds.
const BINS_S: [f64; 2] = [1.0, 0.2];

/// What the picture asks for, on the clock of the music.
pub(crate) struct Sight {
    /// Shot changes in seconds.
    pub(crate) cuts_s: Vec<f64>,
    /// Hit points in seconds, those on cuts among them.
    pub(crate) hits_s: Vec<f64>,
    /// Intensity of the picture, 0..1.
    pub(crate) intensity: Curve,
    /// So much is judged, in seconds.
    pub(crate) length_s: f64,
}

impl Sight {
    /// Only what lies within the length, sorted.
    pub(crate) fn cropped(mut self) -> Self {
        let length = self.length_s;
        for times in [&mut self.cuts_s, &mut self.hits_s] {
            times.retain(|t| (0.0..length).contains(t));
            times.sort_by(f64::total_cmp);
        }
        let rows = (length * self.intensity.rate_hz).ceil().max(0.0) as usize;
        self.intensity.values.truncate(rows);
        self
    }

    /// Cuts and hit points, each moment once.
    fn moments(&self) -> Vec<f64> {
        let mut all = [&self.cuts_s[..], &self.hits_s].concat();
        all.sort_by(f64::total_cmp);
        all.dedup_by(|a, b| (*a - *b).abs() < 1e-3);
        all
    }
}

/// What is known of the music.
pub(crate) struct Sound<'a> {
    pub(crate) onsets_s: &'a [f64],
    /// Onsets that count as beats.
    pub(crate) strong_s: &'a [f64],
    pub(crate) level: &'a Curve,
    pub(crate) loudness: LoudnessFacts,
    pub(crate) pulse: Option<&'a Pulse>,
}

/// SIM of music and picture.
pub(crate) enum Sim {
    /// The pack has no music encoder, or why else it can't be told.
    Unknown(String),
    /// Its value, and that of the same music shifted in time.
    Known(f64, Option<f64>),
}

/// What beats are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BeatsOf {
    /// Those of a piece that is known to fit.
    Reference,
    /// Cuts and hit points of the picture.
    Picture,
}

/// The measures as they come from their formulas.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Cuts with an onset within 70 ms.
    pub cuts: Option<HitLift>,
    /// Hit points with an onset within 70 ms, those on cuts among them.
    pub hits: Option<HitLift>,
    /// Hit points with a strong onset within 70 ms.
    pub hits_strong: Option<HitLift>,
    /// Correlation of the picture's intensity with the music's level.
    pub intensity: Option<CurveLift>,
    /// What the beats were compared with.
    pub beats_of: BeatsOf,
    /// Beats in bins of 1 s and 0.2 s; empty if there is nothing to compare with.
    pub beat_scores: Vec<BeatMeasure>,
}

impl Figures {
    /// Measures music against a picture; `reference` are the strong onsets of music that is known to fit.
    pub(crate) fn of(sight: &Sight, sound: &Sound<'_>, reference: Option<&[f64]>) -> Self {
        let settings = LiftSettings::default();
        let lift = |hits: &[f64], onsets: &[f64]| {
            hit_lift(hits, onsets, sight.length_s, LANDED_MS / 1000.0, &settings)
        };
        let moments = sight.moments();
        let beats = |bin| {
            let truth = reference.unwrap_or(&moments);
            measure_beats(truth, sound.strong_s, sight.length_s, bin, &settings)
        };
        Self {
            cuts: lift(&sight.cuts_s, sound.onsets_s),
            hits: lift(&sight.hits_s, sound.onsets_s),
            hits_strong: lift(&sight.hits_s, sound.strong_s),
            intensity: intensity_lift(&sight.intensity, sound.level, &settings),
            beats_of: if reference.is_some() {
                BeatsOf::Reference
            } else {
                BeatsOf::Picture
            },
            beat_scores: BINS_S.into_iter().filter_map(beats).collect(),
        }
    }

    /// The rows of a table.
    pub(crate) fn rows(&self, sound: &Sound<'_>, sim: &Sim) -> Vec<Measure> {
        let mut rows = Vec::new();
        landing_rows(&mut rows, self.cuts.as_ref(), &CUTS);
        landing_rows(&mut rows, self.hits.as_ref(), &HITS);
        landing_rows(&mut rows, self.hits_strong.as_ref(), &STRONG);
        for (i, bin) in BINS_S.iter().enumerate() {
            beat_rows(
                &mut rows,
                i,
                self.beat_scores.iter().find(|it| it.bin_s == *bin),
                self.beats_of,
            );
        }
        rows.push(intensity_row(self.intensity.as_ref()));
        rows.push(sim_row(sim));
        rows.extend(sound.pulse.map(tempo_row));
        rows.extend(loudness_rows(&sound.loudness));
        rows
    }
}

/// Ids, names and helps of two rows, and what they count.
struct Landings {
    ids: [&'static str; 2],
    names: [&'static str; 2],
    helps: [&'static str; 2],
    what: &'static str,
}

const CUTS: Landings = Landings {
    ids: ["cuts_landed", "cut_lift"],
    names: ["Cuts landed on", "Cut lift"],
    helps: [
        "Part of the cuts with an onset of the music within 70 ms.",
        "How much more of the cuts the music lands on than the same music shifted in time does.",
    ],
    what: "cuts",
};
const HITS: Landings = Landings {
    ids: ["hits_landed", "hit_lift"],
    names: ["Hit points landed on", "Hit lift"],
    helps: [
        "Part of the hit points, those on cuts among them, with an onset of the music within 70 ms.",
        "How much more of the hit points the music lands on than the same music shifted in time does.",
    ],
    what: "hit points",
};
const STRONG: Landings = Landings {
    ids: ["hits_landed_strong", "hit_lift_strong"],
    names: ["Hit points on strong onsets", "Hit lift, strong onsets"],
    helps: [
        "Part of the hit points with a strong onset within 70 ms: soft notes don't count.",
        "The hit lift if only strong onsets count; this is what the packs' model cards report.",
    ],
    what: "hit points",
};

fn landing_rows(rows: &mut Vec<Measure>, found: Option<&HitLift>, of: &Landings) {
    let part = Measure::new(of.ids[0], of.names[0], Unit::Part, of.helps[0]).ideal("100 %");
    let lift = Measure::new(of.ids[1], of.names[1], Unit::Points, of.helps[1]).ideal("100 % minus chance");
    match found {
        Some(it) => {
            let what = if it.hits == 1 {
                of.what.trim_end_matches('s')
            } else {
                of.what
            };
            let note = format!("of {} {what}", it.hits);
            rows.push(part.value(it.score).chance(Some(it.chance)).note(note));
            rows.push(lift.value(it.lift).interval(it.low, it.high).chance(Some(0.0)));
        }
        None => {
            let note = format!("no {}, or too short to tell", of.what);
            rows.push(part.note(note.clone()));
            rows.push(lift.note(note));
        }
    }
}

fn beat_rows(rows: &mut Vec<Measure>, size: usize, found: Option<&BeatMeasure>, of: BeatsOf) {
    const IDS: [[&str; 4]; 2] = [
        ["bcs_1s", "bhs_1s", "csd_1s", "hsd_1s"],
        ["bcs_02s", "bhs_02s", "csd_02s", "hsd_02s"],
    ];
    const NAMES: [[&str; 4]; 2] = [
        ["BCS, 1 s bins", "BHS, 1 s bins", "CSD, 1 s bins", "HSD, 1 s bins"],
        [
            "BCS, 0.2 s bins",
            "BHS, 0.2 s bins",
            "CSD, 0.2 s bins",
            "HSD, 0.2 s bins",
        ],
    ];
    const COVERAGE: &str = "Bins with a beat of this music, over bins with a beat of the reference.";
    const HITS: &str = "Part of the reference's bins with a beat in which this music has one too.";
    let (against, ideal, coverage, hits) = match of {
        BeatsOf::Reference => ("against the reference", Some("100 %"), COVERAGE, HITS),
        BeatsOf::Picture => (
            "against cuts and hit points",
            None,
            "Bins with a beat of this music, over bins with a cut or a hit point; above 100 % as music has more beats.",
            "Part of the bins with a cut or a hit point in which the music has a beat.",
        ),
    };
    let helps = [
        coverage,
        hits,
        "Standard deviation of BCS over windows of 15 s: low if the music is even.",
        "Standard deviation of BHS over windows of 15 s: low if the music is even.",
    ];
    let row = |i: usize| Measure::new(IDS[size][i], NAMES[size][i], Unit::Part, helps[i]);
    let Some(it) = found else {
        let why = match of {
            BeatsOf::Reference => "the reference has no beat, or it is too short to tell",
            BeatsOf::Picture => "neither cuts nor hit points, or too short to tell",
        };
        rows.extend((0..4).map(|i| row(i).note(why)));
        return;
    };
    rows.push(Measure {
        ideal,
        ..row(0).value(it.bcs).note(against)
    });
    rows.push(
        row(1)
            .value(it.bhs)
            .chance(Some(it.bhs_chance))
            .ideal("100 %")
            .note(against),
    );
    for (i, deviation) in [(2, it.csd), (3, it.hsd)] {
        let row = row(i).ideal("0 %");
        rows.push(match deviation {
            Some(value) => row.value(value).note(format!("over {} windows", it.windows)),
            None => row.note("needs two windows of 15 s"),
        });
    }
}

fn intensity_row(found: Option<&CurveLift>) -> Measure {
    let row = Measure::new(
        "intensity_correlation",
        "Intensity correlation",
        Unit::Correlation,
        "Correlation of the picture's intensity with the level of the music over time.",
    );
    let row = row.ideal("+1");
    match found {
        Some(it) => {
            let ends = [it.low + it.chance, it.high + it.chance].map(|end| end.clamp(-1.0, 1.0));
            row.value(it.correlation)
                .interval(ends[0], ends[1])
                .chance(Some(it.chance))
        }
        None => row.note("flat in the picture or in the music, or too short to tell"),
    }
}

fn sim_row(sim: &Sim) -> Measure {
    let row = Measure::new(
        "sim",
        "SIM",
        Unit::Correlation,
        "How alike picture and music are to the encoders of the contrastive training; compare it within one pack only.",
    );
    let row = row.ideal("+1");
    match sim {
        Sim::Known(value, chance) => row.value(*value).chance(*chance),
        Sim::Unknown(why) => row.note(why),
    }
}

fn tempo_row(pulse: &Pulse) -> Measure {
    let row = Measure::new(
        "tempo",
        "Tempo",
        Unit::Bpm,
        "Median tempo of the beats that are found in the sound.",
    );
    if pulse.beats.is_empty() {
        return row.note("no steady beat found");
    }
    let note = format!("{} beats, {} a bar", pulse.beats.len(), pulse.beats_per_bar);
    row.value(pulse.bpm).note(note)
}

fn loudness_rows(loudness: &LoudnessFacts) -> [Measure; 3] {
    let integrated = Measure::new(
        "loudness",
        "Loudness",
        Unit::Lufs,
        "Integrated loudness after EBU R 128.",
    );
    let range = Measure::new(
        "loudness_range",
        "Loudness range",
        Unit::Lu,
        "How far quiet and loud parts lie apart (EBU Tech 3342).",
    );
    let peak = Measure::new(
        "true_peak",
        "True peak",
        Unit::Dbtp,
        "The highest peak between and at the samples (ITU-R BS.1770).",
    );
    let or_silent = |row: Measure, value: Option<f64>| match value {
        Some(value) => row.value(value),
        None => row.note("silent"),
    };
    [
        or_silent(integrated, loudness.integrated_lufs),
        range.value(loudness.range_lu),
        or_silent(peak, loudness.true_peak_dbtp).ideal("at most -1 dBTP"),
    ]
}

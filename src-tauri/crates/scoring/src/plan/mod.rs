//! The musical plan between picture and generator: tempo, beats, bars, chords, intensity, the end. Pure and seeded:
//! the same request gives the same plan.

mod bars;
mod harmony;
mod tempo;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use harmony::{Chord, Key, Mode};

pub use crate::curve::{Curve, Mood};
use crate::hits::HitPoint;

/// A hit lands if it is this near to a beat: about the window within which sound and picture seem one (ITU-R BT.1359
/// puts the limits at 45 ms early and 125 ms late).
pub const LANDED_S: f64 = 0.07;
/// Beats of a bar.
pub const BEATS_PER_BAR: usize = 4;
/// Longest video that is planned.
const LONGEST_S: f64 = 6.0 * 3600.0;

/// How fast the music is.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pace {
    /// From the style clip's pulse or else the mood, and from what the hits ask for.
    #[default]
    Auto,
    /// So many times as fast as [`Pace::Auto`] would like it, 0.5 to 2.
    Relative(f32),
    /// Exactly so many beats a minute, throughout.
    Bpm(f64),
}

/// The pulse of a style clip. Whether it counts as it is, as half or as double is where ears and programs differ: it is
/// left to how lively the clip is, where that is known, and to the pulse that was found else.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClipPulse {
    /// Beats a minute.
    pub bpm: f64,
    /// How lively the clip is, -1..1; `None` where that is not known. The picture's mood can't stand for it: of 42 pieces
    /// whose pulse was found in some octave it was the right one in 39, the octave of a neutral mood in 30.
    pub arousal: Option<f32>,
}

/// What a plan is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRequest {
    /// Length of the picture in seconds.
    pub duration_s: f64,
    /// Moments on which music should land, in any order.
    pub hits: Vec<HitPoint>,
    /// How much should happen; `None` leaves it to the generator.
    pub intensity: Option<Curve>,
    /// Mood; `None` leaves it to the generator.
    pub mood: Option<Mood>,
    /// How fast.
    pub pace: Pace,
    /// Pulse of the style clip, where it has one.
    pub clip: Option<ClipPulse>,
    /// Slowest and fastest tempo, beats a minute.
    pub tempo_range: [f64; 2],
    /// Chooses key and chords.
    pub seed: u64,
}

impl PlanRequest {
    /// A request for a picture of this length, everything else by default.
    pub fn new(duration_s: f64) -> Self {
        Self {
            duration_s,
            hits: Vec::new(),
            intensity: None,
            mood: None,
            pace: Pace::Auto,
            clip: None,
            tempo_range: [66.0, 160.0],
            seed: 0,
        }
    }
}

/// Why there's no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A picture of no length, or of more than can be scored.
    #[error("a picture of {0} s cannot be scored; choose one of up to six hours")]
    Duration(f64),
    /// A tempo that no music has.
    #[error("a tempo of {0} is out of range; choose 40 to 220 beats a minute")]
    Tempo(f64),
    /// A pace that no music has.
    #[error("a pace of {0} is out of range; choose 0.5 to 2")]
    Pace(f32),
    /// A hit point or a curve with values that are no numbers.
    #[error("{0} has values that are no numbers; set it again")]
    NotFinite(&'static str),
}

/// A stretch of constant tempo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TempoSegment {
    /// Start in seconds.
    pub start_s: f64,
    /// End in seconds.
    pub end_s: f64,
    /// Beats a minute.
    pub bpm: f64,
}

/// A beat.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    /// When, in seconds.
    pub time_s: f64,
    /// Index of its bar in [`Plan::bars`].
    pub bar: u32,
    /// Its place in the bar, 0 is the downbeat.
    pub beat: u8,
}

/// A bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Start in seconds.
    pub start_s: f64,
    /// End in seconds: the start of the next one, or the end of the music.
    pub end_s: f64,
    /// The chord that sounds in it.
    pub chord: Chord,
}

/// How the music ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// The last downbeat, on which the closing chord falls; it rings until the end.
    pub final_downbeat_s: f64,
    /// From here on there is silence; shortly before the end of the picture.
    pub music_end_s: f64,
}

/// Where a hit came to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Landing {
    /// On the start of a bar.
    Downbeat,
    /// On another beat.
    Beat,
    /// Between beats; the generator gets it as an accent of its own.
    OffGrid,
}

/// A hit and how the plan meets it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlannedHit {
    /// The hit.
    pub hit: HitPoint,
    /// Where it came to lie.
    pub landed: Landing,
    /// Nearest beat minus hit, in milliseconds: above 0 the beat is late.
    pub miss_ms: f64,
}

/// How many hits landed where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LandedCount {
    /// On downbeats.
    pub downbeat: usize,
    /// On other beats.
    pub beat: usize,
    /// Between beats.
    pub off_grid: usize,
}

/// The plan of a piece.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Length of the picture in seconds.
    pub duration_s: f64,
    /// The tempo map; covers 0 to the end without gaps.
    pub segments: Vec<TempoSegment>,
    /// Beats, rising, the last one is the closing downbeat.
    pub beats: Vec<Beat>,
    /// Bars; cover 0 to the end of the music without gaps.
    pub bars: Vec<Bar>,
    /// The key.
    pub key: Key,
    /// Mood, if it is known.
    pub mood: Option<Mood>,
    /// Intensity 0..1, if it is known.
    pub intensity: Option<Curve>,
    /// How the music ends.
    pub end: Ending,
    /// The hits within the music, by time.
    pub hits: Vec<PlannedHit>,
}

impl Plan {
    /// Makes the plan.
    ///
    /// # Errors
    /// [`PlanError`] for lengths, tempos and curves that make no sense.
    pub fn make(request: &PlanRequest) -> Result<Self, PlanError> {
        check(request)?;
        let mut hits: Vec<_> = request
            .hits
            .iter()
            .copied()
            .filter(|h| h.time_s < request.duration_s)
            .collect();
        hits.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
        let stretches = tempo::solve(request, &hits);
        let layout = bars::lay_out(&stretches, request.duration_s, &hits, request.intensity.as_ref());
        let key = harmony::key(request.mood, request.seed);
        let starts: Vec<usize> = stretches.iter().map(|s| layout.bar_at(s.start_s)).collect();
        let chords = harmony::chords(&key, layout.bars.len(), &starts, request.seed);
        let bars = layout.bars.iter().zip(chords);
        let bars = bars
            .map(|(span, chord)| Bar {
                start_s: span.start,
                end_s: span.end,
                chord,
            })
            .collect();
        let segments = stretches.iter().map(|s| TempoSegment {
            start_s: s.start_s,
            end_s: s.end_s,
            bpm: s.bpm(),
        });
        Ok(Self {
            duration_s: request.duration_s,
            segments: segments.collect(),
            hits: hits.iter().map(|hit| bars::land(hit, &layout.beats)).collect(),
            beats: layout.beats,
            bars,
            key,
            mood: request.mood,
            intensity: request.intensity.clone(),
            end: layout.end,
        })
    }

    /// The plan with other hits and another intensity in a part of it, in seconds. Tempo, bars, chords, key and end
    /// stay: the pulse must go on through the part as it does around it, so a hit beside the beat becomes an accent
    /// of its own. Hits and values of `intensity` outside of the part are not looked at.
    ///
    /// # Errors
    /// [`PlanError::NotFinite`].
    pub fn revised(
        &self,
        part_s: Range<f64>,
        hits: &[HitPoint],
        intensity: Option<&Curve>,
    ) -> Result<Self, PlanError> {
        check_values(hits, intensity, None)?;
        let mut plan = self.clone();
        plan.hits.retain(|h| !part_s.contains(&h.hit.time_s));
        let inside = hits.iter().filter(|h| part_s.contains(&h.time_s));
        plan.hits.extend(inside.map(|h| bars::land(h, &self.beats)));
        plan.hits.sort_by(|a, b| a.hit.time_s.total_cmp(&b.hit.time_s));
        match (&mut plan.intensity, intensity) {
            (Some(old), Some(new)) => {
                for (i, value) in old.values.iter_mut().enumerate() {
                    let time = i as f64 / old.rate_hz;
                    if part_s.contains(&time) {
                        *value = new.at(time);
                    }
                }
            }
            (old @ None, Some(new)) => *old = Some(new.clone()),
            _ => {}
        }
        Ok(plan)
    }

    /// Tempo of the longest stretch, beats a minute.
    pub fn bpm(&self) -> f64 {
        let length = |s: &&TempoSegment| s.end_s - s.start_s;
        let longest = self
            .segments
            .iter()
            .max_by(|a, b| length(a).total_cmp(&length(b)));
        longest.map_or(0.0, |s| s.bpm)
    }

    /// Tempo at a time in seconds.
    pub fn bpm_at(&self, time_s: f64) -> f64 {
        let i = self.segments.partition_point(|s| s.end_s <= time_s);
        self.segments
            .get(i)
            .or(self.segments.last())
            .map_or(0.0, |s| s.bpm)
    }

    /// Starts of bars that are beats, rising.
    pub fn downbeats(&self) -> impl Iterator<Item = f64> + '_ {
        self.beats.iter().filter(|b| b.beat == 0).map(|b| b.time_s)
    }

    /// The chord at a time in seconds; none after the end of the music.
    pub fn chord_at(&self, time_s: f64) -> Option<&Chord> {
        let i = self.bars.partition_point(|b| b.end_s <= time_s);
        self.bars.get(i).map(|b| &b.chord)
    }

    /// How many hits landed where.
    pub fn landed(&self) -> LandedCount {
        let count = |l| self.hits.iter().filter(|h| h.landed == l).count();
        LandedCount {
            downbeat: count(Landing::Downbeat),
            beat: count(Landing::Beat),
            off_grid: count(Landing::OffGrid),
        }
    }
}

fn check(request: &PlanRequest) -> Result<(), PlanError> {
    let d = request.duration_s;
    if !(d > 0.0 && d <= LONGEST_S) {
        return Err(PlanError::Duration(d));
    }
    let tempo = |bpm: f64| {
        if (40.0..=220.0).contains(&bpm) {
            Ok(())
        } else {
            Err(PlanError::Tempo(bpm))
        }
    };
    let [slow, fast] = request.tempo_range;
    tempo(slow)?;
    tempo(fast)?;
    if slow > fast {
        return Err(PlanError::Tempo(slow));
    }
    if !request
        .clip
        .is_none_or(|clip| clip.bpm.is_finite() && clip.bpm > 0.0)
    {
        return Err(PlanError::NotFinite("the pulse of the style clip"));
    }
    match request.pace {
        Pace::Bpm(bpm) => tempo(bpm)?,
        Pace::Relative(r) if !(0.5..=2.0).contains(&r) => return Err(PlanError::Pace(r)),
        _ => {}
    }
    check_values(&request.hits, request.intensity.as_ref(), request.mood)
}

fn check_values(hits: &[HitPoint], intensity: Option<&Curve>, mood: Option<Mood>) -> Result<(), PlanError> {
    if !hits
        .iter()
        .all(|h| h.time_s.is_finite() && h.time_s >= 0.0 && h.strength.is_finite())
    {
        return Err(PlanError::NotFinite("a hit point"));
    }
    let sound =
        |c: &Curve| c.rate_hz.is_finite() && c.rate_hz > 0.0 && c.values.iter().all(|v| v.is_finite());
    if !intensity.is_none_or(sound) {
        return Err(PlanError::NotFinite("the intensity"));
    }
    if !mood.is_none_or(|m| m.valence.is_finite() && m.arousal.is_finite()) {
        return Err(PlanError::NotFinite("the mood"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! Plan and picture on the latent clock: the inputs of the velocity network, as `models/PACK_FORMAT.md` lays them out.

use crate::analysis::Analysis;
use crate::latents::LatentClock;
use crate::pack::Manifest;
use crate::plan::Plan;

/// Over this long before the end of the music, the `end` channel rises to a half.
const END_RAMP_S: f64 = 4.0;
/// Strength of the closing chord in silence, and what full intensity adds, as in the pieces that were learned from.
const CLOSING_LEAST: f64 = 0.4;
const CLOSING_MORE: f64 = 0.55;
/// A hit this near to the closing chord strikes it.
const CLOSING_ALONE_S: f64 = 0.3;
/// A pulse is 0 farther away than so many standard deviations.
const PULSE_REACH: f64 = 6.0;
/// Tempo that counts as 0, and beats a minute that count as 1.
const TEMPO_CENTRE: f64 = 110.0;
const TEMPO_SCALE: f64 = 40.0;

/// A plan channel of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channel {
    Hit,
    Downbeat,
    Beat,
    Intensity,
    End,
    Chroma(u8),
    Style,
    HitsKnown,
    BeatsKnown,
    IntensityKnown,
    EndKnown,
    ChordsKnown,
    VideoKnown,
}

impl Channel {
    /// The channel of a name; [`crate::pack::Pack::open`] has refused all others.
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "hit" => Self::Hit,
            "downbeat" => Self::Downbeat,
            "beat" => Self::Beat,
            "intensity" => Self::Intensity,
            "end" => Self::End,
            "style" => Self::Style,
            "hits_known" => Self::HitsKnown,
            "beats_known" => Self::BeatsKnown,
            "intensity_known" => Self::IntensityKnown,
            "end_known" => Self::EndKnown,
            "chords_known" => Self::ChordsKnown,
            "video_known" => Self::VideoKnown,
            _ => Self::Chroma(name.strip_prefix("chroma_")?.parse().ok()?),
        })
    }
}

/// Times and strengths of hits, by time, with the closing chord among them, which the generator learned as a hit; one
/// that is near it already is enough.
fn with_closing(plan: &Plan, hits: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let time = plan.end.final_downbeat_s;
    let mut all: Vec<_> = hits.collect();
    if !all.iter().any(|h| (h.0 - time).abs() < CLOSING_ALONE_S) {
        let intensity = plan.intensity.as_ref().map_or(0.5, |curve| curve.at(time));
        let strength = (CLOSING_LEAST + CLOSING_MORE * f64::from(intensity)).clamp(0.0, 1.0);
        let place = all.partition_point(|h| h.0 < time);
        all.insert(place, (time, strength));
    }
    all
}

/// Evaluates a plan and an analysis at latents.
pub struct Conditioner<'a> {
    plan: &'a Plan,
    analysis: Option<&'a Analysis>,
    channels: Vec<Option<Channel>>,
    globals: &'a [String],
    clock: LatentClock,
    sigma: f64,
    video_width: usize,
    hits: Vec<(f64, f64)>,
    beats: Vec<(f64, f64)>,
    downbeats: Vec<(f64, f64)>,
    /// When the music starts in the picture, in seconds, and when the picture is over for it.
    shown_s: [f64; 2],
}

impl<'a> Conditioner<'a> {
    /// For one pack, plan and picture; without an analysis the video counts as unknown.
    pub fn new(manifest: &'a Manifest, plan: &'a Plan, analysis: Option<&'a Analysis>) -> Self {
        let heard = |h: &&crate::plan::PlannedHit| h.hit.time_s < plan.end.music_end_s;
        let strength = |h: &crate::plan::PlannedHit| f64::from(h.hit.strength.clamp(0.0, 1.0));
        Self {
            plan,
            analysis,
            channels: manifest
                .plan_channels
                .iter()
                .map(|name| Channel::of(name))
                .collect(),
            globals: &manifest.globals,
            clock: LatentClock::new(manifest),
            sigma: manifest.pulse_sigma_s,
            video_width: manifest.conditioning_width,
            hits: with_closing(
                plan,
                plan.hits
                    .iter()
                    .filter(heard)
                    .map(|h| (h.hit.time_s, strength(h))),
            ),
            beats: plan.beats.iter().map(|b| (b.time_s, 1.0)).collect(),
            downbeats: plan.downbeats().map(|t| (t, 1.0)).collect(),
            shown_s: [0.0, f64::MAX],
        }
    }

    /// The same for music that starts `from_s` seconds into the picture; it sees no more of the picture than its plan
    /// is long, as a piece that it learned from did.
    pub fn from(mut self, from_s: f64) -> Self {
        self.shown_s = [from_s, self.plan.duration_s];
        self
    }

    /// Fills the plan channels (`[n, C]`) and the video conditioning (`[n, D]`) of the latents from `first` on.
    pub fn fill(&self, first: usize, plan: &mut [f32], video: &mut [f32]) {
        let rows = plan
            .chunks_exact_mut(self.channels.len())
            .zip(video.chunks_exact_mut(self.video_width));
        for (latent, (plan_row, video_row)) in (first..).zip(rows) {
            let time = self.clock.time(latent);
            let seen = self.video(time, video_row);
            for (out, channel) in plan_row.iter_mut().zip(&self.channels) {
                *out = channel.map_or(0.0, |c| self.value(c, time, seen));
            }
        }
    }

    /// The globals (`[G]`) for a window around a time in seconds.
    pub fn globals(&self, time_s: f64) -> Vec<f32> {
        let mood = self.plan.mood;
        let value = |name: &String| match name.as_str() {
            "tempo" => ((self.plan.bpm_at(time_s) - TEMPO_CENTRE) / TEMPO_SCALE) as f32,
            "tempo_known" => 1.0,
            "valence" => mood.map_or(0.0, |m| m.valence.clamp(-1.0, 1.0)),
            "arousal" => mood.map_or(0.0, |m| m.arousal.clamp(-1.0, 1.0)),
            "mood_known" => f32::from(u8::from(mood.is_some())),
            _ => 0.0,
        };
        self.globals.iter().map(value).collect()
    }

    /// Marks the rows of a style segment (`[n, C]`, zeroed) as given.
    pub fn mark_style(&self, plan: &mut [f32]) {
        if let Some(at) = self.channels.iter().position(|c| *c == Some(Channel::Style)) {
            plan.chunks_exact_mut(self.channels.len())
                .for_each(|row| row[at] = 1.0);
        }
    }

    fn value(&self, channel: Channel, time: f64, seen: bool) -> f32 {
        let known = |k: bool| f32::from(u8::from(k));
        match channel {
            Channel::Hit => self.pulses(&self.hits, time),
            Channel::Beat => self.pulses(&self.beats, time),
            Channel::Downbeat => self.pulses(&self.downbeats, time),
            Channel::Intensity => self.intensity(time),
            Channel::End => self.end(time),
            Channel::Chroma(pitch) => known(
                self.plan
                    .chord_at(time)
                    .is_some_and(|c| c.pitch_classes.contains(&pitch)),
            ),
            Channel::Style => 0.0,
            Channel::HitsKnown | Channel::BeatsKnown | Channel::EndKnown | Channel::ChordsKnown => 1.0,
            Channel::IntensityKnown => known(self.plan.intensity.is_some()),
            Channel::VideoKnown => known(seen),
        }
    }

    /// Sum of the pulses around a time, at most 1.
    fn pulses(&self, at: &[(f64, f64)], time: f64) -> f32 {
        let reach = PULSE_REACH * self.sigma;
        let first = at.partition_point(|p| p.0 < time - reach);
        let near = at[first..].iter().take_while(|p| p.0 <= time + reach);
        let sum: f64 = near
            .map(|(t, height)| height * (-0.5 * ((time - t) / self.sigma).powi(2)).exp())
            .sum();
        sum.min(1.0) as f32
    }

    /// The plan's intensity; from the closing chord on it falls to 0, as a ringing chord does.
    fn intensity(&self, time: f64) -> f32 {
        let Some(curve) = &self.plan.intensity else {
            return 0.0;
        };
        let end = self.plan.end;
        let ring = (end.music_end_s - end.final_downbeat_s).max(1e-3);
        let left = ((end.music_end_s - time) / ring).clamp(0.0, 1.0);
        curve.at(time).clamp(0.0, 1.0) * left as f32
    }

    fn end(&self, time: f64) -> f32 {
        let end = self.plan.end.music_end_s;
        if time >= end {
            1.0
        } else {
            (0.5 * (1.0 - (end - time) / END_RAMP_S)).max(0.0) as f32
        }
    }

    /// Fills the video conditioning of a moment, linear between picture frames; 0 and `false` where there's no picture.
    fn video(&self, time: f64, out: &mut [f32]) -> bool {
        out.fill(0.0);
        let Some(analysis) = self
            .analysis
            .filter(|a| a.frames > 0 && a.conditioning_width == out.len())
        else {
            return false;
        };
        let [from_s, length_s] = self.shown_s;
        let place = (time + from_s) * analysis.rate_hz();
        // The last frame is shown for a whole period.
        let end = ((from_s + length_s) * analysis.rate_hz() - 1e-6).ceil();
        if place >= (analysis.frames as f64).min(end) {
            return false;
        }
        let i = place as usize;
        let part = (place - i as f64) as f32;
        let row = |i: usize| {
            let i = i.min(analysis.frames - 1);
            &analysis.conditioning[i * out.len()..(i + 1) * out.len()]
        };
        let (a, b) = (row(i), row(i + 1));
        for ((o, a), b) in out.iter_mut().zip(a).zip(b) {
            *o = a + (b - a) * part;
        }
        true
    }
}

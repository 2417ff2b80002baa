//! The project: a video, its music, and all that the user decided.

mod check;
mod cue;
mod ducking;
mod fades;
mod gain;
mod hit;
mod id;
mod intensity;
mod mix;
mod peaks;
mod video;

use serde::{Deserialize, Serialize};

use crate::{EditError, FrameSpan, Rate, Round, SampleSpan, Shared};

pub use cue::{Cue, Pace, Section, Style, Take, TakeSettings};
pub use ducking::{DuckingPreset, DuckingSettings};
pub use fades::HeardFades;
pub(crate) use fades::share;
pub use gain::{GainCurve, GainPoint};
pub use hit::{Cut, CutKind, FoundHit, HitOrigin, HitPoint};
pub use id::{CueId, HitId, TakeId};
pub use intensity::{CurvePoint, IntensityCurve};
pub use mix::{Audible, Delivery, LOUDNESS_TARGETS, MAX_GAIN_DB, ProjectMix, SILENCE_DB, TrackLevel};
pub use peaks::{HELD_DB, Peaks};
pub use video::Video;

/// A video that is scored. A value that never changes: [`apply`](crate::apply) makes the next one.
///
/// Frames are frames of the video's rate from the picture's first; samples are at `sample_rate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// The picture.
    pub video: Video,
    /// Samples per second of all sound in the project.
    pub sample_rate: Rate,
    /// Whether this picture was analysed: cuts and found hit points are those of this video.
    pub analysed: bool,
    /// Shot changes; frames rise strictly.
    pub cuts: Shared<Cut>,
    /// Hit points; frames rise strictly.
    pub hits: Shared<HitPoint>,
    /// Frames of found hit points that the user took away, rising; another analysis doesn't bring them back.
    pub removed_hits: Vec<u64>,
    /// What the user drew over the picture's intensity.
    pub intensity: IntensityCurve,
    /// The gain drawn over the temp track.
    #[serde(default)]
    pub temp_automation: GainCurve,
    /// Spans with music, in order of start, then of number.
    pub cues: Vec<Cue>,
    /// The style for the next take.
    pub style: Style,
    /// Settings for the next take.
    pub settings: TakeSettings,
    /// How all is mixed.
    pub mix: ProjectMix,
    /// The loop, at least one frame.
    pub loop_range: Option<FrameSpan>,
    /// The number of the next hit point; all numbers in use are smaller.
    pub next_hit: u32,
    /// The number of the next cue; all numbers in use are smaller.
    pub next_cue: u32,
}

impl Project {
    /// A new project: one cue over the whole picture, nothing analysed. `sample_rate` is in whole samples per second.
    ///
    /// # Errors
    /// [`EditError`] for a video without a picture, or with one that can't be held.
    pub fn new(video: Video, sample_rate: Rate) -> Result<Self, EditError> {
        let cue = Cue::new(CueId(1), "Cue 1".into(), FrameSpan::new(0, video.frames));
        let project = Self {
            video,
            sample_rate,
            analysed: false,
            cuts: Shared::default(),
            hits: Shared::default(),
            removed_hits: Vec::new(),
            intensity: IntensityCurve::default(),
            temp_automation: GainCurve::default(),
            cues: vec![cue],
            style: Style::default(),
            settings: TakeSettings::default(),
            mix: ProjectMix::default(),
            loop_range: None,
            next_hit: 1,
            next_cue: 2,
        };
        project.check()?;
        Ok(project)
    }

    /// Samples per second, in Hz.
    pub fn sample_hz(&self) -> u32 {
        self.sample_rate.num()
    }

    /// A hit point by its number.
    pub fn hit(&self, id: HitId) -> Option<&HitPoint> {
        self.hits.iter().find(|hit| hit.id == id)
    }

    /// A cue by its number.
    pub fn cue(&self, id: CueId) -> Option<&Cue> {
        self.cues.iter().find(|cue| cue.id == id)
    }

    /// A take by its number, with its cue.
    pub fn take(&self, id: TakeId) -> Option<(&Cue, &Take)> {
        self.cues
            .iter()
            .find_map(|cue| cue.take(id).map(|take| (cue, take)))
    }

    /// All takes of all cues.
    pub fn takes(&self) -> impl Iterator<Item = &Take> {
        self.cues.iter().flat_map(|cue| &cue.takes)
    }

    /// The whole picture.
    pub fn picture(&self) -> FrameSpan {
        FrameSpan::new(0, self.video.frames)
    }

    /// The first sample of a frame; the end of the picture for frames behind it.
    pub fn sample_of(&self, frame: u64) -> u64 {
        if frame >= self.video.frames {
            return self.video.samples;
        }
        let sample = self.video.rate.convert(frame, self.sample_rate, Round::Nearest);
        sample.min(self.video.samples)
    }

    /// The frame that is shown at a sample; the last one for samples behind it.
    pub fn frame_at(&self, sample: u64) -> u64 {
        let last = self.video.frames.saturating_sub(1);
        let mut frame = self
            .sample_rate
            .convert(sample, self.video.rate, Round::Down)
            .min(last);
        // A frame's first sample is rounded, so it can lie just before or after the exact moment.
        if frame < last && self.sample_of(frame + 1) <= sample {
            frame += 1;
        } else if frame > 0 && self.sample_of(frame) > sample {
            frame -= 1;
        }
        frame
    }

    /// The samples that belong to frames; spans that meet in frames meet in samples.
    pub fn samples_of(&self, span: FrameSpan) -> SampleSpan {
        SampleSpan::new(self.sample_of(span.start()), self.sample_of(span.end()))
    }
}

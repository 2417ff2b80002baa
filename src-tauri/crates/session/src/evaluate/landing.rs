//! Which cuts and hit points the music landed on, and by how much it missed the others.

use muvi_timeline::{FrameSpan, Project};
use serde::{Deserialize, Serialize};

use crate::compose::{LANDED_MS, NEAR_MS, TakeDocument};

/// What music should land on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MomentKind {
    /// A shot change, whether it's a hit point too or not.
    Cut,
    /// A hit point that is no cut.
    Hit,
}

impl MomentKind {
    /// `cut` or `hit`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Hit => "hit",
        }
    }
}

/// How the music landed at one moment of the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MomentLanding {
    /// The moment, in frames of the picture.
    pub frame: u64,
    /// The same in seconds from the picture's start.
    pub time_s: f64,
    /// What it is.
    pub kind: MomentKind,
    /// The user's name for it.
    pub name: Option<String>,
    /// Whether an onset lies within [`LANDED_MS`].
    pub landed: bool,
    /// The nearest onset in seconds from the picture's start; `None` if there's none within [`NEAR_MS`].
    pub onset_s: Option<f64>,
    /// That onset minus the moment in milliseconds: above 0 the music is late.
    pub miss_ms: Option<f64>,
    /// The same in frames, not rounded.
    pub miss_frames: Option<f64>,
    /// The nearest downbeat in seconds from the picture's start; `None` if none is known.
    pub downbeat_s: Option<f64>,
    /// That downbeat minus the moment in milliseconds, above 0 if it is late.
    pub downbeat_miss_ms: Option<f64>,
    /// The same in frames, not rounded.
    pub downbeat_miss_frames: Option<f64>,
}

/// How a take landed on every cut and hit point within its span.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LandingReport {
    /// Frames per second of the picture, numerator and denominator.
    pub frame_rate: [u32; 2],
    /// The moments, by time; a hit point on a cut is one moment.
    pub moments: Vec<MomentLanding>,
}

impl LandingReport {
    /// Holds music against the cuts and hit points of `project` within `span`. `onsets_s` and `downbeats_s` rise and
    /// count from the picture's start.
    pub fn of(project: &Project, span: FrameSpan, onsets_s: &[f64], downbeats_s: &[f64]) -> Self {
        let rate = project.video.rate;
        let land = |(frame, kind, name): (u64, MomentKind, Option<String>)| {
            let time_s = frame as f64 / rate.as_f64();
            let in_frames = |ms: f64| ms / 1000.0 * rate.as_f64();
            let ms_to = |at: f64| (at - time_s) * 1000.0;
            let onset_s = nearest(onsets_s, time_s).filter(|at| ms_to(*at).abs() <= NEAR_MS);
            let miss_ms = onset_s.map(ms_to);
            let downbeat_s = nearest(downbeats_s, time_s);
            let downbeat_miss_ms = downbeat_s.map(ms_to);
            MomentLanding {
                frame,
                time_s,
                kind,
                name,
                landed: miss_ms.is_some_and(|ms| ms.abs() <= LANDED_MS),
                onset_s,
                miss_ms,
                miss_frames: miss_ms.map(in_frames),
                downbeat_s,
                downbeat_miss_ms,
                downbeat_miss_frames: downbeat_miss_ms.map(in_frames),
            }
        };
        Self {
            frame_rate: [rate.num(), rate.den()],
            moments: moments(project, span).into_iter().map(land).collect(),
        }
    }

    /// Holds a take that lies over `span` of the picture against its cuts and hit points.
    pub fn of_take(project: &Project, span: FrameSpan, document: &TakeDocument) -> Self {
        let start_s = document.span.start as f64 / f64::from(document.sample_rate);
        let onsets: Vec<f64> = document.onsets_s.iter().map(|at| start_s + at).collect();
        let downbeats = document.beats().iter().filter(|beat| beat.beat == 0);
        let downbeats: Vec<f64> = downbeats.map(|beat| start_s + beat.time_s).collect();
        Self::of(project, span, &onsets, &downbeats)
    }

    /// How many moments the music landed on.
    pub fn landed(&self) -> usize {
        self.moments.iter().filter(|it| it.landed).count()
    }
}

/// Cuts and hit points within `span` by time, each frame once.
fn moments(project: &Project, span: FrameSpan) -> Vec<(u64, MomentKind, Option<String>)> {
    let hit_at = |frame| project.hits.iter().find(|hit| hit.frame == frame);
    let cut_at = |frame| project.cuts.iter().any(|cut| cut.frame == frame);
    let cuts = project.cuts.iter().map(|cut| {
        let name = hit_at(cut.frame).and_then(|hit| hit.name.clone());
        (cut.frame, MomentKind::Cut, name)
    });
    let hits = project.hits.iter().filter(|hit| !cut_at(hit.frame));
    let hits = hits.map(|hit| (hit.frame, MomentKind::Hit, hit.name.clone()));
    let mut all: Vec<_> = cuts.chain(hits).filter(|it| span.contains(it.0)).collect();
    all.sort_by_key(|it| it.0);
    all
}

/// The nearest of rising times.
fn nearest(times: &[f64], at: f64) -> Option<f64> {
    let next = times.partition_point(|time| *time < at);
    let around = times[next.saturating_sub(1)..(next + 1).min(times.len())].iter();
    around
        .copied()
        .min_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs()))
}

#[cfg(test)]
mod tests {
    use muvi_timeline::{Edit, FoundHit, Rate, Video, apply};

    use super::*;

    /// A picture of 100 frames at 25 fps with cuts and hit points.
    fn project() -> Project {
        let video = Video {
            path: "film.mp4".into(),
            key: "key".into(),
            size: 1,
            rate: Rate::hz(25).unwrap(),
            frames: 100,
            samples: 176_400,
            width: 64,
            height: 48,
            codec: "h264".into(),
            sound: None,
            variable_rate: false,
        };
        let project = Project::new(video, Rate::hz(44_100).unwrap()).unwrap();
        let cut = |frame| muvi_timeline::Cut {
            frame,
            strength: 1.0,
            kind: muvi_timeline::CutKind::Hard,
        };
        let hit = |frame, cut| FoundHit {
            frame,
            strength: 0.5,
            cut,
        };
        let found = Edit::Analysed {
            cuts: vec![cut(25), cut(75)],
            hits: vec![hit(25, true), hit(50, false)],
        };
        apply(&project, &found).unwrap()
    }

    #[test]
    fn each_moment_once_with_its_miss_in_ms_and_frames() {
        let onsets = [0.3, 1.04, 2.2, 2.9];
        let report = LandingReport::of(&project(), FrameSpan::new(10, 75), &onsets, &[0.0, 1.9]);
        let [cut, hit] = &report.moments[..] else {
            panic!("{report:?}");
        };
        assert_eq!((cut.frame, cut.kind, cut.landed), (25, MomentKind::Cut, true));
        assert!((cut.miss_ms.unwrap() - 40.0).abs() < 1e-6 && (cut.miss_frames.unwrap() - 1.0).abs() < 1e-6);
        assert_eq!(cut.downbeat_s, Some(1.9));
        assert_eq!((hit.frame, hit.kind, hit.landed), (50, MomentKind::Hit, false));
        assert!((hit.miss_frames.unwrap() - 5.0).abs() < 1e-6, "{hit:?}");
        assert!((hit.downbeat_miss_ms.unwrap() + 100.0).abs() < 1e-6);
        assert_eq!((report.landed(), report.frame_rate), (1, [25, 1]));
        let silent = LandingReport::of(&project(), FrameSpan::new(0, 100), &[], &[]);
        assert_eq!((silent.moments.len(), silent.landed()), (3, 0));
        assert_eq!(
            (silent.moments[0].miss_ms, silent.moments[0].downbeat_s),
            (None, None)
        );
        let far = LandingReport::of(&project(), FrameSpan::new(0, 100), &[9.0], &[]);
        assert_eq!(far.moments[2].onset_s, None);
    }
}

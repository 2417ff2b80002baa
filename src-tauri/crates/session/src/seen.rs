//! What was seen in a picture, and its form in the cache: a JSON header, then the curves as 32-bit floats.

use muvi_media::cuts::CutKind;
use muvi_scoring::analysis::{Analysis, Curves};
use muvi_scoring::hits::{Cut, HitPoint, HitSettings, find_hits};
use muvi_scoring::plan::{ClipPulse, PlanRequest};
use serde::{Deserialize, Serialize};

/// Changes whenever a cached entry of an older version would mean something else.
pub(crate) const VERSION: &str = "3";

/// The result of watching a picture.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What the networks saw.
    pub analysis: Analysis,
    /// Shot changes, in order of time.
    pub cuts: Vec<SeenCut>,
    /// What the user should know about the picture.
    pub warnings: Vec<String>,
}

/// A shot change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeenCut {
    /// First frame of the new shot, at the picture's rate for analysis ([`muvi_timeline::Rate::for_analysis`]).
    pub frame: u64,
    /// When that frame is shown, in seconds.
    pub time_s: f64,
    /// How different the shots are, 0..1.
    pub strength: f32,
    /// How the shot changes.
    pub kind: CutKind,
}

#[derive(Serialize, Deserialize)]
struct Header {
    frames: usize,
    frame_rate: [u32; 2],
    grid: [usize; 2],
    conditioning_width: usize,
    /// Frame, time, strength and kind.
    cuts: Vec<(u64, f64, f32, u8)>,
    warnings: Vec<String>,
}

/// The place of a kind here is its number in the cache.
const KINDS: [CutKind; 3] = [CutKind::Hard, CutKind::Dissolve, CutKind::Fade];

fn code(kind: CutKind) -> u8 {
    match kind {
        CutKind::Hard => 0,
        CutKind::Dissolve => 1,
        CutKind::Fade => 2,
    }
}

impl Seen {
    /// The hit points that are found in the picture.
    pub(crate) fn hits(&self) -> Vec<HitPoint> {
        let cut = |cut: &SeenCut| Cut {
            time_s: cut.time_s,
            strength: cut.strength,
        };
        let cuts: Vec<Cut> = self.cuts.iter().map(cut).collect();
        find_hits(&self.analysis, &cuts, &HitSettings::default())
    }

    /// What a plan for the whole picture, so many seconds long, is made from: hit points, intensity, mood.
    pub(crate) fn plan_request(&self, duration_s: f64, clip: Option<ClipPulse>) -> PlanRequest {
        let analysis = &self.analysis;
        PlanRequest {
            hits: self.hits(),
            intensity: Some(analysis.intensity()),
            mood: Some(analysis.mood()),
            clip,
            ..PlanRequest::new(duration_s)
        }
    }

    pub(crate) fn to_bytes(&self) -> Option<Vec<u8>> {
        let analysis = &self.analysis;
        let header = Header {
            frames: analysis.frames,
            frame_rate: analysis.frame_rate,
            grid: analysis.grid,
            conditioning_width: analysis.conditioning_width,
            cuts: self
                .cuts
                .iter()
                .map(|cut| (cut.frame, cut.time_s, cut.strength, code(cut.kind)))
                .collect(),
            warnings: self.warnings.clone(),
        };
        let header = serde_json::to_vec(&header).ok()?;
        let mut bytes = u32::try_from(header.len()).ok()?.to_le_bytes().to_vec();
        bytes.extend(header);
        for values in self.arrays() {
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        }
        Some(bytes)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (header, mut rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let header: Header = serde_json::from_slice(header).ok()?;
        let mut take = |count: usize| -> Option<Vec<f32>> {
            let (front, back) = rest.split_at_checked(count.checked_mul(4)?)?;
            rest = back;
            Some(
                front
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .map(|it| f32::from_le_bytes(*it))
                    .collect(),
            )
        };
        let frames = header.frames;
        let conditioning = take(frames.checked_mul(header.conditioning_width)?)?;
        let attention = take(frames.checked_mul(header.grid[0].checked_mul(header.grid[1])?)?)?;
        let curves = Curves {
            hit: take(frames)?,
            intensity: take(frames)?,
            valence: take(frames)?,
            arousal: take(frames)?,
            motion: take(frames)?,
        };
        let analysis = Analysis {
            frames,
            frame_rate: header.frame_rate,
            grid: header.grid,
            conditioning_width: header.conditioning_width,
            conditioning,
            attention,
            curves,
        };
        let cuts = header
            .cuts
            .into_iter()
            .map(|(frame, time_s, strength, kind)| {
                Some(SeenCut {
                    frame,
                    time_s,
                    strength,
                    kind: KINDS.get(usize::from(kind)).copied()?,
                })
            })
            .collect::<Option<Vec<_>>>()?;
        rest.is_empty().then_some(Self {
            analysis,
            cuts,
            warnings: header.warnings,
        })
    }

    fn arrays(&self) -> [&[f32]; 7] {
        let Analysis {
            conditioning,
            attention,
            curves,
            ..
        } = &self.analysis;
        [
            conditioning,
            attention,
            &curves.hit,
            &curves.intensity,
            &curves.valence,
            &curves.arousal,
            &curves.motion,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was() {
        let values = |count: usize, from: f32| (0..count).map(|n| from + n as f32 / 7.0).collect::<Vec<_>>();
        let seen = Seen {
            analysis: Analysis {
                frames: 5,
                frame_rate: [10, 1],
                grid: [2, 3],
                conditioning_width: 4,
                conditioning: values(20, 0.0),
                attention: values(30, 0.5),
                curves: Curves {
                    hit: values(5, 1.0),
                    intensity: values(5, 2.0),
                    valence: values(5, -3.0),
                    arousal: values(5, 4.0),
                    motion: values(5, 6.0),
                },
            },
            cuts: KINDS
                .map(|kind| SeenCut {
                    frame: 8,
                    time_s: 1.0 / 3.0,
                    strength: 0.7,
                    kind,
                })
                .to_vec(),
            warnings: vec!["one".into()],
        };
        let bytes = seen.to_bytes().unwrap();
        let back = Seen::from_bytes(&bytes).unwrap();
        assert_eq!(back.arrays(), seen.arrays());
        assert_eq!(back.cuts, seen.cuts);
        assert_eq!(back.warnings, seen.warnings);
        assert!(Seen::from_bytes(&bytes[..bytes.len() - 1]).is_none());
        assert!(Seen::from_bytes(&[&bytes[..], &[0]].concat()).is_none());
        assert!(Seen::from_bytes(b"").is_none());
    }
}

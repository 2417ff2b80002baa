//! Style clips: found, judged and read before the long work begins.

use std::path::Path;

use muvi_media::Tools;
use muvi_media::audio::AudioReader;
use muvi_scoring::codec::StyleClip;
use muvi_scoring::latents::Latents;
use muvi_scoring::metrics::OnsetDetector;
use muvi_scoring::models::MusicModels;
use muvi_scoring::pack::{Manifest, Style};
use muvi_scoring::plan::{ClipPulse, Mood};
use muvi_scoring::pulse::track;

use crate::cancel::CancelToken;
use crate::engine::Engine;
use crate::error::{Error, StyleProblem};
use crate::progress::Progress;

const LEAST_S: u32 = 1;
/// A longer file is a collection, not a style.
const MOST_MIN: u32 = 30;
/// As much of a clip as is listened to.
const READ_S: u64 = 300;
/// Peaks below this are silence: -60 dBFS.
const SILENCE: f32 = 1e-3;
const BLOCK: usize = 1 << 15;
/// What is read before and after the moment from which a clip is to be heard: more than the encoder looks at.
const AROUND_S: [f64; 2] = [8.0, 16.0];

/// As much of a clip as its pulse is found in, and the beats that are needed to call it one.
const PULSE_S: f64 = 60.0;
const FEWEST_BEATS: usize = 8;

/// A clip in memory, at the pack's rate.
pub(crate) struct Clip {
    pub(crate) name: String,
    left: Vec<f32>,
    right: Vec<f32>,
    /// Where in the samples the style is; `None` takes the fullest part.
    offset_s: Option<f64>,
    /// How lively it is, where the pack says so.
    arousal: Option<f32>,
}

/// Reads the clip that `named` is: a file, or else a style of the pack.
pub(crate) fn read(
    named: &Path,
    tools: &Tools,
    engine: &Engine,
    progress: &Progress<'_>,
) -> Result<Clip, Error> {
    if named.exists() {
        return read_file(named, named, None, tools, engine, progress);
    }
    read_style(named, tools, engine, progress)
}

/// Reads the clip of a style of the pack.
pub(crate) fn read_style(
    id: &Path,
    tools: &Tools,
    engine: &Engine,
    progress: &Progress<'_>,
) -> Result<Clip, Error> {
    let style = id.to_str().and_then(|id| engine.pack.style(id).ok());
    let style = style.ok_or_else(|| Error::Style {
        clip: id.to_path_buf(),
        problem: StyleProblem::Unknown,
    })?;
    let clip = read_file(id, &style.path, None, tools, engine, progress)?;
    Ok(Clip {
        arousal: Some(style.entry.arousal),
        ..clip
    })
}

/// Refuses a clip that can't be used, before it is used many times.
pub(crate) fn check(named: &Path, tools: &Tools, engine: &Engine, cancel: &CancelToken) -> Result<(), Error> {
    let mut nobody = |_| {};
    let progress = Progress::new(Vec::new(), cancel, &mut nobody);
    read(named, tools, engine, &progress).map(drop)
}

/// Reads the style of the pack's palette whose mood is nearest to the picture's; none where the palette is empty.
pub(crate) fn by_mood(
    mood: Mood,
    tools: &Tools,
    engine: &Engine,
    progress: &Progress<'_>,
) -> Result<Option<Clip>, Error> {
    let Some(nearest) = nearest(engine.pack.manifest(), mood) else {
        return Ok(None);
    };
    read_style(nearest.id.as_ref(), tools, engine, progress).map(Some)
}

/// The style of a palette that is nearest to a mood.
pub(crate) fn nearest(manifest: &Manifest, mood: Mood) -> Option<&Style> {
    let distance = |s: &Style| (s.valence - mood.valence).hypot(s.arousal - mood.arousal);
    let styles = manifest.styles.iter();
    styles.min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// Reads a clip, `named` so before the user; all of it, or what lies around `from_s`.
pub(crate) fn read_file(
    named: &Path,
    path: &Path,
    from_s: Option<f64>,
    tools: &Tools,
    engine: &Engine,
    progress: &Progress<'_>,
) -> Result<Clip, Error> {
    let wrap = |problem| Error::Style {
        clip: named.to_path_buf(),
        problem,
    };
    let hz = engine.sample_rate();
    let mut reader = AudioReader::open_file(tools, path, hz, None).map_err(|error| wrap(error.into()))?;
    let minutes = reader
        .length()
        .map_or(0.0, |frames| frames as f64 / f64::from(hz) / 60.0);
    if minutes > f64::from(MOST_MIN) {
        return Err(wrap(StyleProblem::Long {
            minutes,
            most_min: MOST_MIN,
        }));
    }
    let wrong = from_s.is_some_and(|s| !s.is_finite() || s < 0.0);
    let from = from_s.filter(|_| !wrong).unwrap_or(0.0);
    let first = ((from - AROUND_S[0]).max(0.0) * f64::from(hz)) as usize;
    let mut clip = Clip {
        name: named.display().to_string(),
        left: Vec::new(),
        right: Vec::new(),
        offset_s: from_s.map(|_| from - first as f64 / f64::from(hz)),
        arousal: None,
    };
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    let most = match clip.offset_s {
        Some(offset) => ((offset + AROUND_S[1]) * f64::from(hz)) as usize,
        None => usize::try_from(READ_S * u64::from(hz)).unwrap_or(usize::MAX),
    };
    let mut skip = first;
    while clip.left.len() < most {
        progress.check()?;
        let read = reader
            .read([&mut left, &mut right])
            .map_err(|error| wrap(error.into()))?;
        if read == 0 {
            break;
        }
        let unheard = skip.min(read);
        skip -= unheard;
        clip.left.extend_from_slice(&left[unheard..read]);
        clip.right.extend_from_slice(&right[unheard..read]);
    }
    let seconds = clip.left.len() as f64 / f64::from(hz);
    let after_s = seconds - clip.offset_s.unwrap_or(0.0);
    if wrong || from_s.is_some() && after_s < f64::from(LEAST_S) {
        return Err(wrap(StyleProblem::From {
            from_s: from_s.unwrap_or(0.0),
            least_s: LEAST_S,
        }));
    }
    if seconds < f64::from(LEAST_S) {
        return Err(wrap(StyleProblem::Short {
            seconds,
            least_s: LEAST_S,
        }));
    }
    if clip
        .left
        .iter()
        .chain(&clip.right)
        .all(|sample| sample.abs() < SILENCE)
    {
        return Err(wrap(StyleProblem::Silent));
    }
    Ok(clip)
}

impl Clip {
    /// The clip's pulse; none where none is heard.
    pub(crate) fn pulse(&self, sample_rate: u32) -> Option<ClipPulse> {
        let most = (PULSE_S * f64::from(sample_rate)) as usize;
        let heard = ..self.left.len().min(most);
        let mut onsets = OnsetDetector::new(sample_rate);
        onsets.push(&self.left[heard], &self.right[heard]);
        let pulse = track(&onsets.finish_with_rhythm().1);
        (pulse.beats.len() >= FEWEST_BEATS).then_some(ClipPulse {
            bpm: pulse.bpm,
            arousal: self.arousal,
        })
    }

    /// The clip as the generator takes it.
    pub(crate) fn encode(&self, models: &mut MusicModels) -> Result<Latents, Error> {
        let clip = StyleClip {
            left: &self.left,
            right: &self.right,
            offset_s: self.offset_s,
        };
        muvi_scoring::codec::encode_style(models, &clip).map_err(|error| Error::Style {
            clip: self.name.clone().into(),
            problem: error.into(),
        })
    }
}

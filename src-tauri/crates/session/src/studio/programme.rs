//! From the project to what is played and exported: one programme for both.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use muvi_media::growing::GrowingWav;
use muvi_playback::{Clip, OpenSource, Programme, SeekableSource, Source, SourceError};
use muvi_timeline::{Cue, CueId, FadeCurve, Mix, Project, ProjectMix, SampleSpan, TakeId};

/// The edges of a cue without fades are this short a fade, in milliseconds, so that nothing clicks.
const EDGE_MS: u64 = 5;
/// Music without a fade-out of its own ends like this, in milliseconds, where it would be cut off.
const END_MS: u64 = 400;

/// Sound that can be put into a programme.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sound {
    /// A WAV file, perhaps still growing.
    pub(super) path: PathBuf,
    /// Its loudness, where it's known.
    pub(super) lufs: Option<f32>,
    /// The samples of the picture that it covers.
    pub(super) span: SampleSpan,
}

/// Gain and fades that are tried out while the user drags.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CueTrial {
    pub(super) cue: CueId,
    pub(super) gain_db: f32,
    pub(super) fade_in: u64,
    pub(super) fade_out: u64,
}

/// What is played beside the project itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Extras {
    /// Takes that can be heard.
    pub(super) takes: BTreeMap<TakeId, Sound>,
    /// The temp track.
    pub(super) temp: Option<PathBuf>,
    /// Heard in place of the take in use of its cue.
    pub(super) audition: Option<(CueId, TakeId)>,
    /// A mix that is tried out.
    pub(super) mix: Option<ProjectMix>,
    /// A cue's gain and fades that are tried out.
    pub(super) trial: Option<CueTrial>,
}

/// A clip before its sound is opened: two that are equal sound the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    path: PathBuf,
    start: u64,
    length: u64,
    offset: u64,
    gain_db: f32,
    fade_in: u64,
    fade_out: u64,
    curve: FadeCurve,
}

/// All that is heard, as values that can be compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Score {
    sample_rate: u32,
    length: u64,
    pub(super) mix: Mix,
    music: Vec<Piece>,
    temp: Vec<Piece>,
}

impl Score {
    /// The score of a project: each cue's take within its span, the temp track under it.
    pub(super) fn of(project: &Project, extras: &Extras) -> Self {
        let mix = extras.mix.unwrap_or(project.mix);
        let rate = project.sample_rate.num();
        let music = project
            .cues
            .iter()
            .filter_map(|cue| piece(project, cue, &mix, extras));
        let temp = extras.temp.iter().map(|path| Piece {
            path: path.clone(),
            start: 0,
            length: project.video.samples,
            offset: 0,
            gain_db: 0.0,
            fade_in: 0,
            fade_out: 0,
            curve: FadeCurve::Linear,
        });
        Self {
            sample_rate: rate,
            length: project.video.samples,
            mix: mix.rendered(rate),
            music: music.collect(),
            temp: temp.collect(),
        }
    }

    /// Whether both differ in their mix at most.
    pub(super) fn same_but_mix(&self, other: &Self) -> bool {
        let Self {
            sample_rate,
            length,
            mix: _,
            music,
            temp,
        } = self;
        (sample_rate, length, music, temp) == (&other.sample_rate, &other.length, &other.music, &other.temp)
    }

    /// What the engine and the export take.
    pub(super) fn programme(&self) -> Programme {
        let clips = |pieces: &[Piece]| pieces.iter().map(Piece::clip).collect();
        Programme {
            sample_rate: self.sample_rate,
            length: self.length,
            mix: self.mix,
            music: clips(&self.music),
            temp: clips(&self.temp),
        }
    }
}

impl Piece {
    fn clip(&self) -> Clip {
        Clip {
            source: opener(&self.path),
            start: self.start,
            length: self.length,
            offset: self.offset,
            gain_db: self.gain_db,
            fade_in: self.fade_in,
            fade_out: self.fade_out,
            curve: self.curve,
        }
    }
}

fn piece(project: &Project, cue: &Cue, mix: &ProjectMix, extras: &Extras) -> Option<Piece> {
    let take = match extras.audition {
        Some((of, take)) if of == cue.id => Some(take),
        _ => cue.take,
    };
    let sound = extras.takes.get(&take?)?;
    // A take made for another span is heard where both spans meet.
    let heard = project.samples_of(cue.span).intersect(&sound.span)?;
    let (gain_db, fade_in, fade_out) = match extras.trial {
        Some(trial) if trial.cue == cue.id => (trial.gain_db, trial.fade_in, trial.fade_out),
        _ => (cue.gain_db, cue.fade_in, cue.fade_out),
    };
    let ms = |ms: u64| u64::from(project.sample_rate.num()) * ms / 1000;
    let cut_off = heard.end() < sound.span.end() || heard.end() == project.video.samples;
    let end = if cut_off { ms(END_MS) } else { ms(EDGE_MS) };
    let fade_in = fade_in.max(ms(EDGE_MS)).min(heard.len());
    Some(Piece {
        path: sound.path.clone(),
        start: heard.start(),
        length: heard.len(),
        offset: heard.start() - sound.span.start(),
        gain_db: gain_db + mix.take_gain_db(sound.lufs),
        fade_in,
        fade_out: fade_out.max(end.min(heard.len() / 8)).min(heard.len() - fade_in),
        curve: FadeCurve::EqualPower,
    })
}

/// Opens a file of ours wherever it is needed.
pub(super) fn opener(path: &Path) -> Arc<dyn OpenSource> {
    let path = path.to_owned();
    Arc::new(move || -> Result<Box<dyn SeekableSource + Send>, SourceError> {
        Ok(Box::new(File(GrowingWav::open(&path)?)))
    })
}

struct File(GrowingWav);

impl Source for File {
    fn read(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, SourceError> {
        Ok(self.0.read(planes)?)
    }
}

impl SeekableSource for File {
    fn seek(&mut self, sample: u64) -> Result<(), SourceError> {
        Ok(self.0.seek(sample)?)
    }
}

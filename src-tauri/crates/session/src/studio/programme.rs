//! From the project to what is played and exported: one programme for both.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use muvi_media::growing::GrowingWav;
use muvi_playback::{Clip, GainAt, OpenSource, Programme, SeekableSource, Source, SourceError};
use muvi_timeline::{
    Cue, CueId, FadeCurve, GainCurve, HeardFades, Mix, Peaks, Project, ProjectMix, SampleSpan, TakeId,
};

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
    /// Its peaks, where they're known.
    pub(super) peaks: Option<Peaks>,
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
    pub(super) in_curve: FadeCurve,
    pub(super) out_curve: FadeCurve,
}

/// Drawn gain that is tried out while the user drags.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GainTrial {
    /// Over which cue; `None` for the temp track.
    pub(super) cue: Option<CueId>,
    pub(super) curve: GainCurve,
}

/// What is played beside the project itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Extras {
    /// Takes that can be heard.
    pub(super) takes: BTreeMap<TakeId, Sound>,
    /// The temp track.
    pub(super) temp: Option<PathBuf>,
    /// Where the temp track has speech, in samples of the project; empty until it is known.
    pub(super) speech: Arc<[SampleSpan]>,
    /// Heard in place of the take in use of its cue.
    pub(super) audition: Option<(CueId, TakeId)>,
    /// A mix that is tried out.
    pub(super) mix: Option<ProjectMix>,
    /// A cue's gain and fades that are tried out.
    pub(super) trial: Option<CueTrial>,
    /// Drawn gain that is tried out.
    pub(super) gain: Option<GainTrial>,
}

impl Extras {
    /// The gain that is drawn over a cue, or over the temp track, or what is tried out in its place.
    fn drawn<'a>(&'a self, cue: Option<CueId>, own: &'a GainCurve) -> &'a GainCurve {
        let trial = self.gain.as_ref().filter(|trial| trial.cue == cue);
        trial.map_or(own, |trial| &trial.curve)
    }
}

/// A clip before its sound is opened: two that are equal sound the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    path: PathBuf,
    start: u64,
    length: u64,
    offset: u64,
    gain_db: f32,
    fades: HeardFades,
    automation: Arc<[GainAt]>,
}

/// All that is heard, as values that can be compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Score {
    sample_rate: u32,
    length: u64,
    pub(super) mix: Mix,
    music: Vec<Piece>,
    temp: Vec<Piece>,
    speech: Arc<[SampleSpan]>,
}

impl Score {
    /// The score of a project: each cue's take within its span, cross-faded where cues overlap, and the temp track
    /// under it.
    pub(super) fn of(project: &Project, extras: &Extras) -> Self {
        let mix = extras.mix.unwrap_or(project.mix);
        let rate = project.sample_rate.num();
        let heard: Vec<Heard<'_>> = project
            .cues
            .iter()
            .filter_map(|cue| Heard::of(project, cue, extras))
            .collect();
        let music = heard.iter().map(|it| it.piece(project, &heard, &mix, extras));
        let temp = extras.temp.iter().map(|path| Piece {
            path: path.clone(),
            start: 0,
            length: project.video.samples,
            offset: 0,
            gain_db: 0.0,
            fades: HeardFades {
                fade_in: 0,
                fade_out: 0,
                in_curve: FadeCurve::Linear,
                out_curve: FadeCurve::Linear,
            },
            automation: drawn(project, extras.drawn(None, &project.temp_automation)),
        });
        Self {
            sample_rate: rate,
            length: project.video.samples,
            mix: mix.rendered(rate),
            music: music.collect(),
            temp: temp.collect(),
            speech: audible(project, extras),
        }
    }

    /// As much of it as decides how far the music is lowered.
    pub(super) fn ducking_alone(self) -> Self {
        Self {
            mix: Mix {
                temp: self.mix.temp,
                ..Mix::default()
            },
            music: Vec::new(),
            ..self
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
            speech,
        } = self;
        (sample_rate, length, music, temp, speech)
            == (
                &other.sample_rate,
                &other.length,
                &other.music,
                &other.temp,
                &other.speech,
            )
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
            speech: self.speech.clone(),
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
            fade_in: self.fades.fade_in,
            fade_out: self.fades.fade_out,
            fade_in_curve: self.fades.in_curve,
            fade_out_curve: self.fades.out_curve,
            automation: self.automation.clone(),
        }
    }
}

/// A cue with the sound that is heard of it.
struct Heard<'a> {
    cue: &'a Cue,
    sound: &'a Sound,
    /// Where both meet: a take may be made for another span.
    span: SampleSpan,
}

impl<'a> Heard<'a> {
    fn of(project: &Project, cue: &'a Cue, extras: &'a Extras) -> Option<Self> {
        let take = match extras.audition {
            Some((of, take)) if of == cue.id => Some(take),
            _ => cue.take,
        };
        let sound = extras.takes.get(&take?)?;
        let span = project.samples_of(cue.span).intersect(&sound.span)?;
        Some(Self { cue, sound, span })
    }

    fn piece(&self, project: &Project, all: &[Self], mix: &ProjectMix, extras: &Extras) -> Piece {
        let Self { cue, sound, span } = self;
        let mut own = cue.own_fades();
        let mut gain_db = cue.gain_db;
        if let Some(trial) = extras.trial.filter(|trial| trial.cue == cue.id) {
            own = HeardFades {
                fade_in: trial.fade_in,
                fade_out: trial.fade_out,
                in_curve: trial.in_curve,
                out_curve: trial.out_curve,
            };
            gain_db = trial.gain_db;
        }
        let others = all.iter().filter(|other| other.cue.id != cue.id);
        let fades = own.crossing(*span, others.clone().map(|other| other.span));
        let ms = |ms: u64| u64::from(project.sample_rate.num()) * ms / 1000;
        let mut after = others.map(|other| other.span);
        let goes_on = after.any(|other| other.start() < span.end() && span.end() < other.end());
        let cut_off = span.end() < sound.span.end() || span.end() == project.video.samples;
        let end = if cut_off && !goes_on { END_MS } else { EDGE_MS };
        let fade_in = fades.fade_in.max(ms(EDGE_MS)).min(span.len());
        let fade_out = fades.fade_out.max(ms(end).min(span.len() / 8));
        Piece {
            path: sound.path.clone(),
            start: span.start(),
            length: span.len(),
            offset: span.start() - sound.span.start(),
            gain_db: gain_db + mix.take_gain_db(sound.lufs, sound.peaks),
            fades: HeardFades {
                fade_in,
                fade_out: fade_out.min(span.len() - fade_in),
                ..fades
            },
            automation: drawn(project, extras.drawn(Some(cue.id), &cue.automation)),
        }
    }
}

/// A drawn gain at samples.
fn drawn(project: &Project, curve: &GainCurve) -> Arc<[GainAt]> {
    let point = |point: &muvi_timeline::GainPoint| GainAt {
        sample: project.sample_of(point.frame),
        gain_db: point.gain_db,
    };
    curve.points.iter().map(point).collect()
}

/// Speech without the parts in which the user drew the temp track down to silence: there is nothing to make room for.
fn audible(project: &Project, extras: &Extras) -> Arc<[SampleSpan]> {
    let speech = &extras.speech;
    let drawn = extras.drawn(None, &project.temp_automation);
    let silent = drawn.silent(project.video.frames);
    if silent.is_empty() {
        return speech.clone();
    }
    let mut left = Vec::with_capacity(speech.len());
    for span in speech.iter() {
        let mut from = span.start();
        for silent in silent.iter().map(|span| project.samples_of(*span)) {
            if let Some(lost) = SampleSpan::new(from, span.end().max(from)).intersect(&silent) {
                if from < lost.start() {
                    left.push(SampleSpan::new(from, lost.start()));
                }
                from = lost.end();
            }
        }
        if from < span.end() {
            left.push(SampleSpan::new(from, span.end()));
        }
    }
    left.into()
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

#[cfg(test)]
mod tests {
    use muvi_timeline::{Edit, FrameSpan, GainPoint, Rate, Video, apply};

    use super::*;

    /// 10 s at 25 frames per second and 48 kHz, with a cue over each of the spans and sound for each.
    fn film(spans: &[(u64, u64)]) -> (Project, Extras) {
        let video = Video {
            path: "/films/a.mov".into(),
            key: "a".into(),
            size: 1,
            rate: Rate::hz(25).unwrap(),
            frames: 250,
            samples: 480_000,
            width: 1920,
            height: 1080,
            codec: "h264".into(),
            sound: None,
            variable_rate: false,
        };
        let mut project = Project::new(video, Rate::hz(48_000).unwrap()).unwrap();
        project.cues.clear();
        let mut extras = Extras {
            temp: Some("temp.wav".into()),
            ..Extras::default()
        };
        for (id, (start, end)) in (1..).zip(spans) {
            let span = FrameSpan::new(*start, *end);
            let mut cue = Cue::new(CueId(id), format!("Cue {id}"), span);
            cue.take = Some(TakeId(id));
            let sound = Sound {
                path: format!("{id}.wav").into(),
                lufs: Some(-18.0),
                peaks: None,
                span: project.samples_of(span),
            };
            extras.takes.insert(TakeId(id), sound);
            project.cues.push(cue);
        }
        (project, extras)
    }

    #[test]
    fn cues_cross_and_a_cue_that_is_cut_off_still_ends() {
        // The first two overlap by a second; the last one ends with the picture, one before a gap by itself.
        let (project, extras) = film(&[(0, 100), (75, 150), (175, 250)]);
        let score = Score::of(&project, &extras);
        let fades: Vec<_> = score
            .music
            .iter()
            .map(|it| (it.fades.fade_in, it.fades.fade_out))
            .collect();
        assert_eq!(fades, [(240, 48_000), (48_000, 240), (240, 18_000)]);
        assert!(score.music.iter().all(|it| it.gain_db == 2.0));
    }

    #[test]
    fn what_is_drawn_or_tried_out_is_played() {
        let (project, mut extras) = film(&[(50, 150)]);
        let points = vec![GainPoint::from((60, -6.0)), GainPoint::from((250, 0.0))];
        let edit = Edit::SetTempAutomation {
            points: points.clone(),
        };
        let project = apply(
            &Project {
                cues: Vec::new(),
                ..project.clone()
            },
            &edit,
        )
        .map(|drawn| Project {
            cues: project.cues,
            ..drawn
        })
        .unwrap();
        let at = |sample, gain_db| GainAt { sample, gain_db };
        let score = Score::of(&project, &extras);
        assert_eq!(*score.temp[0].automation, [at(115_200, -6.0), at(480_000, 0.0)]);
        assert!(score.music[0].automation.is_empty());
        extras.gain = Some(GainTrial {
            cue: Some(CueId(1)),
            curve: GainCurve { points },
        });
        extras.trial = Some(CueTrial {
            cue: CueId(1),
            gain_db: -3.0,
            fade_in: 1000,
            fade_out: 2000,
            in_curve: FadeCurve::Slow,
            out_curve: FadeCurve::SCurve,
        });
        let tried = Score::of(&project, &extras);
        assert!(!tried.same_but_mix(&score));
        let Piece {
            gain_db,
            fades,
            ref automation,
            ..
        } = tried.music[0];
        assert_eq!((gain_db, automation.len()), (-1.0, 2));
        assert_eq!((fades.fade_in, fades.fade_out), (1000, 2000));
        assert_eq!(
            (fades.in_curve, fades.out_curve),
            (FadeCurve::Slow, FadeCurve::SCurve)
        );
    }

    #[test]
    fn nothing_makes_room_for_speech_that_is_drawn_to_silence() {
        let (mut project, mut extras) = film(&[]);
        extras.speech = Arc::new([SampleSpan::new(0, 50_000), SampleSpan::new(100_000, 200_000)]);
        let heard = |project: &Project| Score::of(project, &extras).speech.to_vec();
        assert_eq!(heard(&project), *extras.speech);
        let points = [(10, 0.0), (11, -60.0), (80, -60.0), (81, 0.0)];
        project.temp_automation.points = points.map(GainPoint::from).to_vec();
        assert_eq!(
            heard(&project),
            [SampleSpan::new(0, 21_120), SampleSpan::new(153_600, 200_000)]
        );
    }
}

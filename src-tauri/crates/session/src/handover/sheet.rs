//! From a project and the documents of its takes to what is handed over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use muvi_handover::{Film, FilmSound, Landing, Lift, Mark, MarkKind, Sheet, SheetBeat, SheetChord, SheetCue};
use muvi_media::MediaInfo;
use muvi_media::wav::WavReader;
use muvi_scoring::metrics::{LiftSettings, hit_lift};
use muvi_timeline::{Cue, FadeCurve, FrameSpan, HitOrigin, Project, Round, SILENCE_DB, Take, Timecode};

use super::HandOverSource;
use super::names::file_name;
use crate::compose::{LANDED_MS, TakeDocument};
use crate::error::{Error, TakeProblem};
use crate::evaluate::LandingReport;
use crate::pack::pack_info;
use crate::store::{VideoState, video_state};

/// Music that is cut off fades out over at least this long, in milliseconds, as it does in the mix.
const END_MS: u64 = 400;

/// A sheet with the sound files that it names.
pub(super) struct Built {
    pub(super) sheet: Sheet,
    /// Takes, and what their copies are called seen from the folder.
    pub(super) sounds: Vec<(PathBuf, PathBuf)>,
    pub(super) notes: Vec<String>,
}

/// Builds the sheet; `target` is the folder in which the sound files will be.
pub(super) fn build(source: &HandOverSource, info: &MediaInfo, target: &Path) -> Result<Built, Error> {
    let project = &*source.project;
    let rate = project.video.rate;
    let mut notes = notes(project);
    let licences: BTreeMap<String, String> = pack_info(None)
        .map(|pack| (pack.hash, pack.licence))
        .into_iter()
        .collect();
    let (mut cues, mut sounds) = (Vec::new(), Vec::new());
    for (number, cue) in (1..).zip(&project.cues) {
        let Some((take, span)) = heard(project, cue) else {
            notes.push(format!("{}: has no music and was left out.", cue.name));
            continue;
        };
        let paths = source.take(take.id);
        let document = TakeDocument::read(&paths)?;
        let wav = WavReader::open(&paths.wav()).map_err(|problem| Error::Take {
            path: paths.base().into(),
            problem: TakeProblem::Sound(problem),
        })?;
        let file = Path::new("audio").join(format!("{number:02} {}.wav", file_name(&cue.name)));
        let audio = target.join(&file);
        let mut entry = entry(project, cue, take, span, &document);
        (entry.number, entry.audio) = (number, audio);
        (entry.sample_rate, entry.samples) = (wav.sample_rate(), wav.frames());
        entry.licence = licences.get(&document.pack.hash).cloned();
        sounds.push((paths.wav(), file));
        cues.push((entry, document));
    }
    let marks = marks(project, &mut cues);
    // Labels are those of the file, or, where it has none, those that the window shows.
    let first = info.start_timecode();
    let film = Film {
        path: project.video.path.clone(),
        width: project.video.width,
        height: project.video.height,
        sound: info.main_audio().map(|sound| FilmSound {
            sample_rate: sound.sample_rate,
            channels: sound.channels,
            heard: project.mix.audible().temp,
        }),
    };
    let sheet = Sheet {
        project: source.name.clone(),
        made_with: concat!("MuVi Studio ", env!("CARGO_PKG_VERSION")).into(),
        film,
        rate,
        drop_frame: first.unwrap_or_else(|| Timecode::of(0, rate)).drop_frame,
        start: first.and_then(|label| label.frame(rate).ok()).unwrap_or(0),
        frames: project.video.frames,
        cues: cues.into_iter().map(|(cue, _)| cue).collect(),
        marks,
    };
    Ok(Built { sheet, sounds, notes })
}

/// What the forms don't carry.
fn notes(project: &Project) -> Vec<String> {
    let mut notes = Vec::new();
    let mix = &project.mix;
    if video_state(&project.video) == VideoState::Changed {
        notes.push("The video was changed since the project was made: places may not fit.".into());
    }
    let mut left: Vec<&str> = Vec::new();
    if mix.ducking.on {
        left.push("ducking");
    }
    if mix.master_db != 0.0 {
        left.push("the master's gain");
    }
    let temp = &project.temp_automation;
    if project.video.has_sound() && (mix.temp.gain_db != 0.0 || !temp.is_empty()) {
        left.push("the temp track's gain");
    }
    if !left.is_empty() {
        notes.push(format!(
            "Left out, as no form carries it: {}. Stems from an export have it.",
            left.join(", ")
        ));
    }
    if !mix.audible().music && project.cues.iter().any(|cue| cue.take.is_some()) {
        notes.push("The music is muted in the mix; it is handed over all the same.".into());
    }
    if project.video.variable_rate {
        notes.push(
            "The video's frames don't come at even times: other tools may place them otherwise.".into(),
        );
    }
    notes
}

/// The take in use, and the frames in which it is heard.
fn heard<'a>(project: &Project, cue: &'a Cue) -> Option<(&'a Take, FrameSpan)> {
    let take = cue.take_in_use()?;
    let length = project
        .sample_rate
        .convert(take.samples, project.video.rate, Round::Nearest);
    let span = cue
        .span
        .intersect(&FrameSpan::from_len(take.span.start(), length))?;
    Some((take, span))
}

fn entry(project: &Project, cue: &Cue, take: &Take, span: FrameSpan, document: &TakeDocument) -> SheetCue {
    let rate = project.video.rate;
    let frames = |samples: u64| project.sample_rate.convert(samples, rate, Round::Nearest);
    let curves = project.heard_fades(cue.id);
    let (mut fade_in, mut fade_out) = curves.map_or((0, 0), |it| (frames(it.fade_in), frames(it.fade_out)));
    fade_in = fade_in.min(span.len());
    let music_end = take.span.start() + frames(take.samples);
    let cut_off = span.end() < music_end || span.end() == project.video.frames;
    if cut_off {
        let end = frames(u64::from(project.sample_hz()) * END_MS / 1000);
        fade_out = fade_out.max(end.min(span.len() / 8));
    }
    fade_out = fade_out.min(span.len() - fade_in);
    let gain_db = cue.gain_db + project.mix.music.gain_db + project.mix.take_gain_db(take.lufs, None);
    let begin = document.span.start as f64 / f64::from(document.sample_rate);
    let inside = |time_s: f64| {
        let [from, to] = [span.start(), span.end()].map(|frame| frame as f64 / rate.as_f64());
        (from..to).contains(&time_s)
    };
    let plan = &document.plan;
    let beats = document.beats().iter().map(|beat| SheetBeat {
        time_s: begin + beat.time_s,
        downbeat: beat.beat == 0,
    });
    let chords = plan.bars.iter().map(|bar| SheetChord {
        time_s: begin + bar.start_s,
        name: bar.chord.name.clone(),
    });
    SheetCue {
        number: 0,
        name: cue.name.clone(),
        span,
        audio: PathBuf::new(),
        sample_rate: 0,
        samples: 0,
        offset: span.start() - take.span.start(),
        gain_db: gain_db.max(SILENCE_DB),
        automation: cue.automation.points.clone(),
        fade_in,
        fade_out,
        fade_curves: curves.map_or([FadeCurve::EqualPower; 2], |it| [it.in_curve, it.out_curve]),
        take: take.name.clone(),
        style: take.style_name.clone(),
        key: plan.key.to_string(),
        bpm: document.bpm,
        seed: take.settings.seed,
        pack: format!("{} {}", document.pack.name, document.pack.version),
        licence: None,
        beats: beats.filter(|beat| inside(beat.time_s)).collect(),
        chords: chords.filter(|chord| inside(chord.time_s)).collect(),
        lift: None,
    }
}

/// All cuts and hit points with how the music landed on them; gives the cues their lift.
fn marks(project: &Project, cues: &mut [(SheetCue, TakeDocument)]) -> Vec<Mark> {
    let mut all: BTreeMap<u64, Mark> = BTreeMap::new();
    for hit in &project.hits {
        let kind = match hit.origin {
            HitOrigin::Cut => MarkKind::Cut,
            HitOrigin::Found => MarkKind::Hit,
            HitOrigin::User => MarkKind::User,
        };
        let mark = Mark {
            frame: hit.frame,
            kind,
            name: hit.name.clone(),
            landing: None,
        };
        all.insert(hit.frame, mark);
    }
    for cut in &project.cuts {
        let mark = Mark {
            frame: cut.frame,
            kind: MarkKind::Cut,
            name: None,
            landing: None,
        };
        // What the user set there stays what it is.
        let mark = all.entry(cut.frame).or_insert(mark);
        if mark.kind == MarkKind::Hit {
            mark.kind = MarkKind::Cut;
        }
    }
    let rate = project.video.rate.as_f64();
    for (cue, document) in cues {
        let begin = document.span.start as f64 / f64::from(document.sample_rate);
        let onsets: Vec<f64> = document.onsets_s.iter().map(|onset| begin + onset).collect();
        let report = LandingReport::of(project, cue.span, &onsets, &[]);
        for moment in &report.moments {
            let landing = Landing {
                cue: cue.number,
                landed: moment.landed,
                miss_frames: moment.miss_frames,
            };
            // Where cues overlap, the one that is nearer counts.
            if let Some(mark) = all.get_mut(&moment.frame)
                && mark.landing.is_none_or(|other| off(&landing) < off(&other))
            {
                mark.landing = Some(landing);
            }
        }
        let [from, to] = [cue.span.start(), cue.span.end()].map(|frame| frame as f64 / rate);
        let within = |time: f64| (from..to).contains(&time).then_some(time - from);
        let hits: Vec<f64> = report.moments.iter().filter_map(|it| within(it.time_s)).collect();
        let heard: Vec<f64> = onsets.iter().filter_map(|onset| within(*onset)).collect();
        let lift = hit_lift(
            &hits,
            &heard,
            to - from,
            LANDED_MS / 1000.0,
            &LiftSettings::default(),
        );
        cue.lift = lift.map(|it| Lift {
            score: it.score,
            chance: it.chance,
        });
    }
    all.into_values().collect()
}

/// How far the music is off, in frames.
fn off(landing: &Landing) -> f64 {
    landing.miss_frames.map_or(f64::INFINITY, f64::abs)
}

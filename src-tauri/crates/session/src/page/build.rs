//! One video of a page: watched, scored, compared, and made into media that browsers play.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use muvi_media::web::{self, WebPicture};
use muvi_media::{MediaInfo, Tools, probe};
use muvi_scoring::curve::Curve;
use muvi_scoring::hits::{EventKind, HitPoint};

use super::document::{HitMark, PageSound, PageVideo, PicturePart, Role};
use super::folder::Draft;
use super::hear::{self, Length};
use super::measures::{Picture, landed, measures};
use super::project::ProjectMusic;
use super::request::PageRequest;
use super::steps::Steps;
use crate::analyze::draw;
use crate::compose::{ComposeRequest, Heard, StyleChoice, TakeDocument, TakeEvent, WarmEngine, Wishes};
use crate::error::Error;
use crate::event::Phase;
use crate::progress::Progress;
use crate::score::open;
use crate::seen::Seen;
use crate::watch::WatchTaps;

/// Values a second of all curves on the page.
const CURVE_HZ: f64 = 10.0;
/// As low as levels go.
const SILENCE_DB: f32 = -60.0;
/// Where in the picture the still is taken: seldom black, seldom a title.
const STILL_AT: f64 = 0.25;

/// What all videos of a page share.
pub(super) struct Workshop<'a> {
    pub(super) request: &'a PageRequest,
    pub(super) tools: &'a Tools,
    pub(super) warm: &'a mut WarmEngine,
    pub(super) draft: &'a Draft,
    /// For work files, beside the page.
    pub(super) work: &'a Path,
    pub(super) hz: u32,
    /// Music that is there already.
    pub(super) project: Option<&'a ProjectMusic>,
}

/// What a video is to be shown with.
pub(super) struct Showing<'a> {
    /// Begins the names of all its files.
    pub(super) id: String,
    pub(super) video: &'a Path,
    /// Beside the one that suits the picture, with their names.
    pub(super) styles: &'a [(StyleChoice, String)],
    pub(super) others: &'a [(String, PathBuf)],
}

impl Showing<'_> {
    /// How many steps it takes, see [`Workshop::show`].
    pub(super) fn steps(&self, request: &PageRequest) -> usize {
        let compares = request.ground_truth || !self.others.is_empty();
        3 + self.styles.len().min(request.most_styles)
            + usize::from(compares)
            + usize::from(request.attention)
    }
}

/// A sound that was made and heard.
pub(super) struct Made {
    pub(super) role: Role,
    /// Name of its style, for ours.
    pub(super) style: Option<String>,
    pub(super) name: String,
    pub(super) detail: String,
    pub(super) wav: PathBuf,
    pub(super) heard: Heard,
}

impl Workshop<'_> {
    /// Does all work for one video.
    pub(super) fn show(&mut self, showing: &Showing<'_>, steps: &mut Steps<'_>) -> Result<PageVideo, Error> {
        steps.begin(Phase::Watch)?;
        let info = open(self.tools, showing.video)?;
        let cancel = steps.cancel().clone();
        let taps = &mut WatchTaps::default();
        let watched = self
            .warm
            .watch(self.tools, &info, taps, &cancel, &mut |event| steps.hear(event))?;
        let seen = watched.seen;
        for warning in &seen.warnings {
            steps.warn(format!("{}: {warning}", name_of(showing.video)));
        }
        let hits = seen.hits();
        let length = Length {
            hz: self.hz,
            samples: info.samples(self.hz),
        };

        let mut sounds = match self.project {
            Some(project) => {
                steps.begin(Phase::Listen)?;
                project.sounds(self.work, length, steps)?
            }
            None => self.takes(showing, &seen, &hits, length, steps)?,
        };
        self.listen(showing, &info, length, &mut sounds, steps)?;

        let heat = if self.request.attention {
            steps.begin(Phase::Heatmap)?;
            Some(self.heat(showing, &info, &seen, steps)?)
        } else {
            None
        };
        steps.begin(Phase::Media)?;
        let parts = (1 + usize::from(heat.is_some()) + sounds.len()) as f64;
        let picture = self.picture(&info, &showing.id, &mut |at| steps.at(at / parts), &cancel.flag())?;
        let heat = match heat {
            Some(drawn) => {
                let info = open(self.tools, &drawn)?;
                let name = format!("{}-attention", showing.id);
                let part = self.picture(
                    &info,
                    &name,
                    &mut |at| steps.at((1.0 + at) / parts),
                    &cancel.flag(),
                )?;
                Some(part)
            }
            None => None,
        };
        self.finish(showing, &info, &seen, &hits, sounds, picture, heat, steps)
    }

    /// Takes of ours: with the style that suits the picture, then with others.
    fn takes(
        &mut self,
        showing: &Showing<'_>,
        seen: &Seen,
        hits: &[HitPoint],
        length: Length,
        steps: &mut Steps<'_>,
    ) -> Result<Vec<Made>, Error> {
        let mut sounds = vec![self.compose(showing, seen, hits, None, length, steps)?];
        let mut left = self.request.most_styles;
        for (style, name) in showing.styles {
            // That of the mood again would be the same take.
            if left > 0 && sounds[0].style.as_ref() != Some(name) {
                sounds.push(self.compose(showing, seen, hits, Some(style), length, steps)?);
                left -= 1;
            }
        }
        Ok(sounds)
    }

    /// A take of ours, with the style that suits the picture or another.
    fn compose(
        &mut self,
        showing: &Showing<'_>,
        seen: &Seen,
        hits: &[HitPoint],
        style: Option<&StyleChoice>,
        length: Length,
        steps: &mut Steps<'_>,
    ) -> Result<Made, Error> {
        steps.begin(Phase::Compose)?;
        let base = self.work.join(format!("{}-take-{}", showing.id, steps.number()));
        let wishes = Wishes {
            hits: hits.to_vec(),
            style: style.cloned().unwrap_or_default(),
            seed: self.request.seed,
            ..Wishes::default()
        };
        let request = ComposeRequest {
            tools: self.tools,
            seen,
            span: &(0..length.samples),
            wishes: &wishes,
            base: &base,
        };
        let cancel = steps.cancel().clone();
        let take = self.warm.compose(&request, &cancel, &mut |event| {
            if let TakeEvent::Job(event) = event {
                steps.hear(event);
            }
        })?;
        let document = TakeDocument::read(&take.files)?;
        let wav = self
            .work
            .join(format!("{}-ours-{}.wav", showing.id, steps.number()));
        let levels = [take.loudness.integrated_lufs, take.loudness.true_peak_dbtp];
        let heard = hear::ours(&take.files.wav(), 0, levels, length, &wav, steps)?;
        if heard.loudness.integrated_lufs.is_none() {
            steps.warn(format!(
                "{}: the music is silent; try another seed",
                name_of(showing.video)
            ));
        }
        // The levelled copy is all that is needed from here on.
        for file in [take.files.wav(), take.files.latents(), take.files.document()] {
            let _ = std::fs::remove_file(file);
        }
        let style_name = take.style_name.clone().unwrap_or_else(|| "No style".to_owned());
        let music = format!("{:.0} bpm, {}", take.bpm, document.plan.key);
        let (role, name, detail) = match style {
            None => (
                Role::Ours,
                "MuVi Studio".to_owned(),
                format!("{style_name}, {music}"),
            ),
            Some(_) => (Role::Style, style_name, music),
        };
        Ok(Made {
            role,
            style: take.style_name,
            name,
            detail,
            wav,
            heard,
        })
    }

    /// The sounds that ours is compared with. One that can't be used is said and left out.
    fn listen(
        &self,
        showing: &Showing<'_>,
        info: &MediaInfo,
        length: Length,
        sounds: &mut Vec<Made>,
        steps: &mut Steps<'_>,
    ) -> Result<(), Error> {
        if !self.request.ground_truth && showing.others.is_empty() {
            return Ok(());
        }
        steps.begin(Phase::Listen)?;
        let video = name_of(showing.video);
        let wav = |number: usize| self.work.join(format!("{}-other-{number}.wav", showing.id));
        if self.request.ground_truth {
            match hear::own(self.tools, info, length, &wav(0), steps)? {
                Some(heard) => sounds.push(Made {
                    role: Role::GroundTruth,
                    style: None,
                    name: "Ground truth".to_owned(),
                    detail: "the video’s own sound".to_owned(),
                    wav: wav(0),
                    heard,
                }),
                None => steps.warn(format!("{video}: has no sound to be the ground truth")),
            }
        }
        for (number, (name, path)) in showing.others.iter().enumerate() {
            let wav = wav(number + 1);
            match hear::other(self.tools, path, length, &wav, steps) {
                Ok(heard) => sounds.push(Made {
                    role: Role::Other,
                    style: None,
                    name: name.clone(),
                    detail: name_of(path),
                    wav,
                    heard,
                }),
                Err(error @ Error::Music { .. }) => {
                    steps.check()?;
                    steps.warn(format!("{name} is left out for {video}: {}", error.one_line()));
                }
                Err(error) => return Err(error),
            }
            steps.at((number + 1) as f64 / showing.others.len() as f64);
        }
        Ok(())
    }

    /// Draws the attention into a work file.
    fn heat(
        &self,
        showing: &Showing<'_>,
        info: &MediaInfo,
        seen: &Seen,
        steps: &mut Steps<'_>,
    ) -> Result<PathBuf, Error> {
        let path = self.work.join(format!("{}-attention.mp4", showing.id));
        let cancel = steps.cancel().clone();
        let mut hear = |event| steps.hear(event);
        let mut progress = Progress::new(vec![Phase::Heatmap], &cancel, &mut hear);
        progress.start(Phase::Heatmap)?;
        draw(&path, false, self.tools, info, &seen.analysis, &mut progress)?;
        Ok(path)
    }

    /// A picture for browsers with a still of it.
    fn picture(
        &self,
        info: &MediaInfo,
        name: &str,
        progress: &mut dyn FnMut(f64),
        cancel: &AtomicBool,
    ) -> Result<PicturePart, Error> {
        let (base, _) = self.draft.media(&format!("{name}-picture"));
        let WebPicture { path, copied } = web::picture(self.tools, info, &base, progress, cancel)?;
        let (still_path, still) = self.draft.media(&format!("{name}-still.jpg"));
        // From the file as browsers get it, whose size is known.
        let made = probe(self.tools, &path)?;
        web::still(
            self.tools,
            &made,
            made.duration().as_secs_f64() * STILL_AT,
            &still_path,
            cancel,
        )?;
        let (_, file) = self.draft.media(&name_of(&path));
        Ok(PicturePart { file, still, copied })
    }

    /// Encodes the sounds and puts all together.
    #[expect(
        clippy::too_many_arguments,
        reason = "all that is known of a video meets here"
    )]
    fn finish(
        &self,
        showing: &Showing<'_>,
        info: &MediaInfo,
        seen: &Seen,
        hits: &[HitPoint],
        sounds: Vec<Made>,
        picture: PicturePart,
        heat: Option<PicturePart>,
        steps: &mut Steps<'_>,
    ) -> Result<PageVideo, Error> {
        let seconds = info.duration().as_secs_f64();
        let cancel = steps.cancel().flag();
        let hits_s: Vec<f64> = hits.iter().map(|hit| hit.time_s).collect();
        let intensity = seen.analysis.intensity();
        let truth = sounds.iter().find(|it| it.role == Role::GroundTruth);
        let judged = Picture {
            seconds,
            hits_s: &hits_s,
            intensity: &intensity,
            truth: truth.map(|it| it.heard.onsets.times_s.as_slice()),
        };
        let pictures = 1 + usize::from(heat.is_some());
        let parts = (pictures + sounds.len()) as f64;
        let mut shown = Vec::with_capacity(sounds.len());
        for (number, made) in sounds.iter().enumerate() {
            let id = format!("{}-sound-{}", showing.id, number + 1);
            let (path, file) = self.draft.media(&format!("{id}.m4a"));
            let before = (pictures + number) as f64;
            let mut progress = |at: f64| steps.at((before + at) / parts);
            web::sound(self.tools, &made.wav, seconds, &path, &mut progress, &cancel)?;
            shown.push(PageSound {
                id,
                role: made.role,
                name: made.name.clone(),
                detail: made.detail.clone(),
                file,
                lufs: made.heard.loudness.integrated_lufs,
                level: levels(&made.heard.level, seconds),
                landed: landed(&hits_s, &made.heard.onsets.times_s),
                measures: measures(&judged, &made.heard, made.role == Role::GroundTruth),
            });
        }
        // Work files of an hour are large, and the next video needs the room.
        for made in &sounds {
            let _ = std::fs::remove_file(&made.wav);
        }
        Ok(PageVideo {
            id: showing.id.clone(),
            name: name_of(showing.video),
            seconds,
            width: info.video.width,
            height: info.video.height,
            frame_rate: info.video.rate.to_string(),
            picture,
            heat,
            cuts_s: seen.cuts.iter().map(|cut| thousandth(cut.time_s)).collect(),
            hits: hits.iter().map(mark).collect(),
            rate_hz: CURVE_HZ,
            intensity: sampled(&intensity, seconds, |value| value),
            sounds: shown,
        })
    }
}

fn mark(hit: &HitPoint) -> HitMark {
    let kind = if hit.kind == EventKind::Cut { "cut" } else { "hit" };
    HitMark {
        time_s: thousandth(hit.time_s),
        kind,
    }
}

/// Levels in dBFS as amplitudes, the loudest moment 1 and silence 0.
fn levels(decibels: &Curve, seconds: f64) -> Vec<f32> {
    let most = decibels.values.iter().copied().fold(SILENCE_DB, f32::max);
    let amplitude = |value: f32| {
        if value <= SILENCE_DB {
            0.0
        } else {
            10_f32.powf((value - most) / 20.0)
        }
    };
    sampled(decibels, seconds, amplitude)
}

/// A curve at the page's rate, in thousandths: more can't be seen.
fn sampled(curve: &Curve, seconds: f64, to: impl Fn(f32) -> f32) -> Vec<f32> {
    let count = (seconds * CURVE_HZ).ceil().max(1.0) as usize;
    let value = |index: usize| to(curve.at(index as f64 / CURVE_HZ)).clamp(0.0, 1.0);
    (0..count)
        .map(|index| (value(index) * 1000.0).round() / 1000.0)
        .collect()
}

fn thousandth(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// A file's name, without its folder.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

//! What is delivered: the studio's open project, or one that is only read from its folder.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use muvi_media::{MediaInfo, Tools};
use muvi_playback::Programme;
use muvi_timeline::{Delivery, DuckBy, Project};

use super::{Bus, DeliverProblem};
use crate::assets::{TempPass, speech_of};
use crate::cancel::CancelToken;
use crate::error::Error;
use crate::event::{Event, Phase};
use crate::progress::Progress;
use crate::store::{Reading, VideoState, video_state};
use crate::studio::{programme_of, temp_file};

/// A project with all that is heard of it.
#[derive(Clone, Debug)]
pub struct Subject {
    pub(super) tools: Tools,
    pub(super) info: MediaInfo,
    pub(super) programme: Programme,
    pub(super) delivery: Delivery,
    music: bool,
    temp: bool,
}

impl Subject {
    /// A project whose programme is known.
    pub fn new(tools: Tools, info: MediaInfo, programme: Programme, project: &Project) -> Self {
        let heard = project.mix.audible();
        Self {
            music: heard.music && !programme.music.is_empty(),
            temp: heard.temp && !programme.temp.is_empty(),
            delivery: project.mix.delivery,
            tools,
            info,
            programme,
        }
    }

    /// Reads the project at `path`, its folder or its `project.json`, as it is on the disk; it may be open elsewhere
    /// meanwhile. Its own sound is decoded into the user's cache, and its speech found, unless that was done.
    ///
    /// # Errors
    /// If the project, its video or the takes in use can't be read, or the job is cancelled.
    pub fn read(
        path: &Path,
        cancel: &CancelToken,
        listener: &mut (dyn FnMut(Event) + Send),
    ) -> Result<(Self, Arc<Project>), Error> {
        let mut progress = Progress::new(vec![Phase::Open], cancel, listener);
        progress.start(Phase::Open)?;
        let tools = Tools::locate()?;
        let reading = Reading::open(path)?;
        let project = Arc::clone(reading.project());
        let refuse = |problem| Error::Deliver {
            path: reading.folder().to_owned(),
            problem,
        };
        if video_state(&project.video) == VideoState::Missing {
            return Err(refuse(DeliverProblem::VideoMissing));
        }
        let info = crate::score::open(&tools, &project.video.path)?;
        let heard = project.mix.audible();
        let used = project.cues.iter().filter_map(|cue| cue.take);
        let gone = used
            .filter(|take| !reading.take_files(*take).audio.is_file())
            .count();
        if heard.music && gone > 0 {
            return Err(refuse(DeliverProblem::TakesMissing(gone)));
        }
        let (mut temp, mut speech) = (None, None);
        if heard.temp && info.main_audio().is_some() {
            let hz = project.sample_rate.num();
            let file = temp_file(&project.video.key, hz);
            let failed = |source| Error::Workplace {
                path: file.clone(),
                source,
            };
            file.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
            let pass = TempPass {
                record: Some(file.clone()),
                runtime: None,
            };
            let cancelled = || cancel.is_cancelled();
            let listened = speech_of(&tools, &info, hz, &pass, true, &cancelled, &mut |part| {
                progress.at(part)
            });
            let needed = project.mix.ducking.on && project.mix.ducking.by == DuckBy::Speech && heard.music;
            speech = match listened {
                Err(problem) if needed || !file.is_file() => {
                    return Err(refuse(DeliverProblem::Speech(problem)));
                }
                listened => listened.ok().flatten(),
            };
            progress.check()?;
            temp = Some(file);
        }
        let base = |take| reading.take_files(take).audio.with_extension("");
        let programme = programme_of(&project, &base, temp, speech.unwrap_or_default());
        progress.finish();
        Ok((Self::new(tools, info, programme, &project), project))
    }

    /// Whether there is anything to hear.
    pub fn is_heard(&self) -> bool {
        self.heard(Bus::Mix)
    }

    /// The video.
    pub fn info(&self) -> &MediaInfo {
        &self.info
    }

    /// Whether there is something to hear on a bus.
    pub(super) fn heard(&self, bus: Bus) -> bool {
        match bus {
            Bus::Mix => self.music || self.temp,
            Bus::Music => self.music,
            Bus::Temp => self.temp,
        }
    }

    /// The language of what is said in the video's own sound, if the video states it and it is heard.
    pub(super) fn language(&self) -> Option<String> {
        let stream = self.info.main_audio().filter(|_| self.temp)?;
        stream.language.clone().filter(|language| language != "und")
    }
}

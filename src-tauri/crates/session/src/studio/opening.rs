//! Projects come and go: opened, saved, found again, closed.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use muvi_media::probe::ProbeError;
use muvi_media::{MediaInfo, Tools};
use muvi_timeline::{Edit, Rate, Video};

use super::open::Open;
use super::view::{NoticeLevel, Problem};
use super::{Fault, Studio, StudioEvent, fault_of};
use crate::assets::{AssetChange, Assets};
use crate::cancel::CancelToken;
use crate::score;
use crate::store::{Document, Fingerprint, StoreError};

/// Sound of a project, in Hz: that of the packs.
const PROJECT_HZ: u32 = 44_100;
/// How often the window hears that there is more to draw.
const TELL_EVERY: Duration = Duration::from_millis(500);
/// A project that is closed waits so long for its jobs to end.
const PATIENCE: Duration = Duration::from_secs(10);

impl Studio {
    /// Opens a video as a new project, or a project: its folder or its `project.json`. The one that is open now is
    /// closed once the other could be opened.
    ///
    /// # Errors
    /// Why it can't be opened; what is open stays so.
    pub fn open_path(&self, path: &Path) -> Result<(), Fault> {
        let _one = self.one_at_a_time();
        let tools = Tools::locate().map_err(Fault::because)?;
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let places = self.0.desk.places()?;
        if is_project(&path) {
            if self.is_open(&path) {
                return Ok(());
            }
            let document = Document::open(places, &path).map_err(store_fault)?;
            let info = score::open(&tools, &document.project().video.path).ok();
            return self.put(document, info, &tools);
        }
        let info = score::open(&tools, &path).map_err(Fault::because)?;
        let video = video(&info)?;
        let rate = Rate::hz(PROJECT_HZ).map_err(fault_of)?;
        let document = Document::create(places, video, rate).map_err(store_fault)?;
        self.put(document, Some(info), &tools)
    }

    /// Opens a file that was named when the program was started; a failure is told as a notice.
    pub fn open_and_tell(&self, path: &Path) {
        if let Err(fault) = self.open_path(path) {
            self.notice(NoticeLevel::Error, fault);
        }
    }

    fn is_open(&self, path: &Path) -> bool {
        let folder = if path.is_dir() { Some(path) } else { path.parent() };
        self.with(|open| Ok(Some(open.document.folder()) == folder))
            .unwrap_or(false)
    }

    /// Makes a document the open project.
    fn put(&self, document: Document, info: Option<MediaInfo>, tools: &Tools) -> Result<(), Fault> {
        self.leave()?;
        if let Ok(places) = self.0.desk.places()
            && let Err(error) = places.remember(&document)
        {
            self.notice(NoticeLevel::Warning, fault_of(error));
        }
        let project = document.project();
        let turn = self.0.turn.fetch_add(1, Ordering::AcqRel) + 1;
        let mut open = Open::new(document, info.clone());
        let hz = project.sample_rate.num();
        if let Some(info) = &info {
            let assets = Assets::open(tools, info, &project.video.key, true, hz);
            open.extras.speech = assets.spoken().unwrap_or_default();
            open.assets = Some(Arc::new(assets));
        }
        let assets = open.assets.clone();
        *self.lock() = Some(open);
        if let Some(assets) = assets {
            // The film strip is made where the frames are decoded anyway: by the analysis.
            let pass = self.temp_pass(&project.video.key, hz);
            let started =
                assets.start_background(pass, false, CancelToken::new(), self.listens_to_assets(turn));
            if let Err(error) = started {
                self.notice(NoticeLevel::Warning, fault_of(error));
            }
        }
        self.change(|_| Ok(()))?;
        self.tell(StudioEvent::Around);
        if info.is_some() {
            self.analyse()?;
        }
        Ok(())
    }

    /// Tells the window, not too often, that there is more to draw.
    fn listens_to_assets(&self, turn: u32) -> impl FnMut(AssetChange) + Send + 'static {
        let studio = Arc::downgrade(&self.0);
        let mut told = Instant::now();
        move |change| {
            let Some(inner) = studio.upgrade() else { return };
            let studio = Studio(inner);
            match change {
                AssetChange::Problem(error) if studio.turn() == turn => {
                    studio.notice(NoticeLevel::Warning, fault_of(error));
                }
                AssetChange::Playable(path) => studio.hear_temp(turn, &path),
                AssetChange::Temp(done) if done < 1.0 && told.elapsed() < TELL_EVERY => {}
                _ => {
                    told = Instant::now();
                    let _ = studio.change_of(turn, |open| {
                        if let Some(spoken) = open.assets.as_ref().and_then(|it| it.spoken()) {
                            open.extras.speech = spoken;
                        }
                        open.changes += 1;
                        Ok(())
                    });
                }
            }
        }
    }

    /// Closes the project; all of it is kept. Its jobs end, but for what is written for the user: that goes on. Does
    /// nothing if none is open.
    ///
    /// # Errors
    /// None at present; what can't be cleaned up is left.
    pub fn close(&self) -> Result<(), Fault> {
        let _one = self.one_at_a_time();
        self.leave()
    }

    fn leave(&self) -> Result<(), Fault> {
        if self.lock().is_none() {
            return Ok(());
        }
        self.0.turn.fetch_add(1, Ordering::AcqRel);
        self.0.jobs.end_all(|kind| !kind.outlives_project(), PATIENCE);
        self.0.player.unload();
        let open = self.lock().take();
        if let Some(open) = open {
            open.close();
        }
        self.tell(StudioEvent::Project(None));
        Ok(())
    }

    /// Saves the project where it is.
    ///
    /// # Errors
    /// If it can't be written; the journal still has all changes.
    pub fn save(&self) -> Result<(), Fault> {
        self.change(|open| open.document.save().map_err(store_fault))
    }

    /// Saves the project in another folder and goes on there.
    ///
    /// # Errors
    /// If it can't be written; it stays where it was.
    pub fn save_as(&self, folder: &Path) -> Result<(), Fault> {
        self.change(|open| {
            open.document.save_as(folder).map_err(store_fault)?;
            open.moved();
            Ok(())
        })?;
        self.remember()
    }

    fn remember(&self) -> Result<(), Fault> {
        let places = self.0.desk.places()?;
        self.with(|open| places.remember(&open.document).map(drop).map_err(fault_of))?;
        self.tell(StudioEvent::Around);
        Ok(())
    }

    /// Says where the video is now. One with the same content simply goes on; another one is looked at anew.
    ///
    /// # Errors
    /// If it's no usable video.
    pub fn relink(&self, path: &Path) -> Result<(), Fault> {
        let tools = Tools::locate().map_err(Fault::because)?;
        let info = score::open(&tools, path).map_err(Fault::because)?;
        let video = video(&info)?;
        let _one = self.one_at_a_time();
        let folder = self.with(|open| {
            open.document
                .apply(&Edit::Relink {
                    video: Box::new(video),
                })
                .map_err(store_fault)?;
            Ok(open.document.folder().to_path_buf())
        })?;
        // All that hangs on the video is made anew.
        let places = self.0.desk.places()?;
        self.leave()?;
        let document = Document::open(places, &folder).map_err(store_fault)?;
        self.put(document, Some(info), &tools)
    }

    /// Ends everything: the program closes.
    pub fn shut_down(&self) {
        // Nothing can be told any more, and the journal has all.
        self.0.jobs.end_all(|_| true, PATIENCE);
        let _ = self.close();
    }

    /// Held while one project makes room for another, so that two that are opened at once don't mix.
    fn one_at_a_time(&self) -> MutexGuard<'_, ()> {
        self.0.opening.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn close(self) {
        drop(self.assets);
        self.document.close();
    }

    /// The project's folder is another one now.
    fn moved(&mut self) {
        self.takes.clear();
        self.extras.takes.clear();
        self.changes += 1;
    }

    /// What the user should know.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let told = |it: &crate::store::Problem| Problem {
            code: it.code().into(),
            message: it.to_string(),
        };
        self.document.problems().iter().map(told).collect()
    }
}

/// An error of the store in the window's words.
pub(super) fn store_fault(error: StoreError) -> Fault {
    Fault {
        code: error.code().into(),
        ..Fault::of(&error)
    }
}

fn is_project(path: &Path) -> bool {
    let named = path.file_name().is_some_and(|name| name == "project.json");
    named
        || (path.is_dir()
            && (path.join("project.json").exists() || path.extension().is_some_and(|it| it == "muvi")))
}

/// The domain's view of a video file.
fn video(info: &MediaInfo) -> Result<Video, Fault> {
    let unreadable = |source| {
        let path = PathBuf::from(&info.path);
        Fault::because(ProbeError::Unreadable { path, source })
    };
    let Fingerprint { size, key } = Fingerprint::of(&info.path).map_err(unreadable)?;
    let picture = &info.video;
    Ok(Video {
        path: info.path.clone(),
        key,
        size,
        rate: picture.rate,
        frames: info.frames(picture.rate),
        samples: info.samples(PROJECT_HZ),
        width: picture.width,
        height: picture.height,
        codec: picture.codec.clone(),
        sound: info.main_audio().map(|sound| {
            format!(
                "{}, {} kHz, {}",
                sound.codec,
                f64::from(sound.sample_rate) / 1000.0,
                sound.layout
            )
        }),
        variable_rate: picture.variable_rate,
    })
}

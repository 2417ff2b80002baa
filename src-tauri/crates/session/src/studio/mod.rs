//! The studio: the open project, its jobs, its sound. The one place where state changes.
//!
//! A [`Studio`] may be called from any thread. What changes the project takes its lock for a moment; what takes long
//! is a job on a thread of its own. Whoever started the studio is told of each change.

mod analyse;
mod around;
mod asked;
mod assets;
mod clip;
mod compose;
mod export;
mod fault;
mod from_disk;
mod growth;
mod handover;
mod jobs;
mod judge;
mod measure;
mod open;
mod opening;
mod page;
mod programme;
mod settings;
mod sound;
mod temp;
mod view;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use muvi_timeline::{Edit, ProjectMix, TakeId};

pub(crate) use from_disk::programme_of;
pub(crate) use settings::Kept;
pub(crate) use temp::temp_file;

pub use crate::deliver::{Bus, Deliver, ExportPreset};
pub use export::Busy;
pub use fault::Fault;
pub use jobs::{JobKind, JobState, JobStatus, ProviderUse};
pub use judge::TakeMeasures;
pub use measure::{DUCKING_HZ, MixMeasure};
pub use page::PageOrder;
pub use settings::{Settings, Theme};
pub use view::{
    Around, Asset, AssetReply, Chord, Device, ExportOrder, Forecast, Heard, Landing, NoticeLevel, OpenView,
    Outcome, PackFacts, PaletteStyle, PlanFacts, Problem, Recent, TakeBeat, Transport,
};

use around::Desk;
use clip::Clips;
use jobs::Jobs;
use open::Open;
use opening::store_fault;
use sound::Player;

/// How a studio is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the program keeps what it came with: `packs/mini`, the ONNX Runtime library.
    pub shipped: Option<PathBuf>,
}

/// News of the studio.
#[derive(Clone, Debug)]
pub enum StudioEvent {
    /// The open project changed; `None` if none is open now.
    Project(Option<Box<OpenView>>),
    /// A job changed.
    Job(Box<JobStatus>),
    /// What is around the project changed: pack, providers, recent projects.
    Around,
    /// Something that the user should know.
    Notice {
        /// How urgent it is.
        level: NoticeLevel,
        /// What.
        fault: Fault,
    },
}

/// How often is looked whether networks can be let go.
const COOL_EVERY: Duration = Duration::from_secs(20);

type Listener = Arc<dyn Fn(StudioEvent) + Send + Sync>;

/// The studio; clones are the same one.
#[derive(Clone)]
pub struct Studio(Arc<Inner>);

struct Inner {
    listener: Listener,
    desk: Desk,
    jobs: Jobs,
    player: Player,
    clips: Clips,
    ducking: measure::Drawn,
    open: Mutex<Option<Open>>,
    /// Held while a project is opened or closed.
    opening: Mutex<()>,
    /// Counts projects, so that work for one that was closed is told apart.
    turn: AtomicU32,
}

impl Studio {
    /// Starts the studio. `listener` is called from several threads and must not call back into it.
    pub fn start(options: Options, listener: Listener) -> Self {
        let told = Arc::clone(&listener);
        let jobs = Jobs::new(Arc::new(move |status| told(StudioEvent::Job(Box::new(status)))));
        let desk = Desk::new(options);
        let player = Player::start(desk.settings().device);
        let studio = Self(Arc::new(Inner {
            listener,
            desk,
            jobs,
            player,
            clips: Clips::default(),
            ducking: measure::Drawn::default(),
            open: Mutex::new(None),
            opening: Mutex::default(),
            turn: AtomicU32::new(0),
        }));
        studio.look_around();
        studio
    }

    /// Looks at the pack while the window opens; then now and then lets networks go that nobody uses.
    fn look_around(&self) {
        let inner = Arc::downgrade(&self.0);
        let work = move || {
            if let Some(inner) = inner.upgrade() {
                let studio = Self(inner);
                studio.around();
                studio.tell(StudioEvent::Around);
            }
            while let Some(inner) = inner.upgrade() {
                Self(inner).cool();
                std::thread::sleep(COOL_EVERY);
            }
        };
        // Without a thread the first question for the pack takes its time, and the networks stay.
        let _ = std::thread::Builder::new().name("around".into()).spawn(work);
    }

    /// The open project.
    ///
    /// # Errors
    /// `no_project` if none is open.
    pub fn open_view(&self) -> Result<OpenView, Fault> {
        self.with(|open| Ok(open.view()))
    }

    /// Jobs that wait or run.
    pub fn jobs(&self) -> Vec<JobStatus> {
        self.0.jobs.list()
    }

    /// Ends a job.
    pub fn cancel(&self, job: u32) {
        self.0.jobs.cancel(job);
    }

    /// Changes the project.
    ///
    /// # Errors
    /// Why the edit is refused, or can't be kept; nothing changes then.
    pub fn edit(&self, edit: &Edit) -> Result<(), Fault> {
        self.change(|open| {
            open.document.apply(edit).map_err(store_fault)?;
            open.edited(edit);
            Ok(())
        })
    }

    /// Takes the last change back; does nothing if there is none.
    ///
    /// # Errors
    /// If it can't be kept.
    pub fn undo(&self) -> Result<(), Fault> {
        self.change(|open| {
            open.extras = open.extras.settled();
            open.document.undo().map(drop).map_err(store_fault)
        })
    }

    /// Does again what undo took back.
    ///
    /// # Errors
    /// If it can't be kept.
    pub fn redo(&self) -> Result<(), Fault> {
        self.change(|open| {
            open.extras = open.extras.settled();
            open.document.redo().map(drop).map_err(store_fault)
        })
    }

    /// Lets a mix be heard that is not in the project.
    ///
    /// # Errors
    /// If no project is open or the mix can't be.
    pub fn preview_mix(&self, mix: Option<ProjectMix>) -> Result<(), Fault> {
        if let Some(mix) = &mix {
            mix.check().map_err(fault_of)?;
        }
        self.hear(|open| open.extras.mix = mix)
    }

    /// Lets a take be heard in place of the one in use; `None` goes back to that.
    ///
    /// # Errors
    /// If there is no such take.
    pub fn audition(&self, take: Option<TakeId>) -> Result<(), Fault> {
        self.change(|open| {
            let audition = match take {
                None => None,
                Some(take) => {
                    let making = open.making.filter(|(_, made)| *made == take);
                    let cue = open.cue_of(take).or(making.map(|(cue, _)| cue));
                    let cue = cue.ok_or_else(|| Fault::new("no_take", "This take is not there any more."))?;
                    Some((cue, take))
                }
            };
            open.extras.audition = audition;
            open.changes += 1;
            Ok(())
        })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works with the open project.
    fn with<T>(&self, work: impl FnOnce(&mut Open) -> Result<T, Fault>) -> Result<T, Fault> {
        match self.lock().as_mut() {
            Some(open) => work(open),
            None => Err(Fault::new(
                "no_project",
                "No project is open. Open a video first.",
            )),
        }
    }

    /// Changes the open project, then what is heard, then tells.
    fn change<T>(&self, work: impl FnOnce(&mut Open) -> Result<T, Fault>) -> Result<T, Fault> {
        let result = self.with(|open| {
            let result = work(open)?;
            self.0.player.follow(open);
            Ok((result, open.view()))
        });
        let (result, view) = result?;
        self.tell(StudioEvent::Project(Some(Box::new(view))));
        Ok(result)
    }

    /// Changes what is heard and nothing else.
    fn hear(&self, work: impl FnOnce(&mut Open)) -> Result<(), Fault> {
        self.with(|open| {
            work(open);
            self.0.player.follow(open);
            Ok(())
        })
    }

    fn tell(&self, event: StudioEvent) {
        (self.0.listener)(event);
    }

    fn notice(&self, level: NoticeLevel, fault: Fault) {
        self.tell(StudioEvent::Notice { level, fault });
    }

    /// The number of the project that is open now.
    fn turn(&self) -> u32 {
        self.0.turn.load(Ordering::Acquire)
    }

    /// Works with the project of that number, unless it was closed meanwhile.
    fn change_of<T>(&self, turn: u32, work: impl FnOnce(&mut Open) -> Result<T, Fault>) -> Result<T, Fault> {
        self.change(|open| {
            if self.turn() == turn {
                work(open)
            } else {
                Err(Fault::new("closed", "The project was closed meanwhile."))
            }
        })
    }
}

fn fault_of<E: std::error::Error + 'static>(error: E) -> Fault {
    Fault::of(&error)
}

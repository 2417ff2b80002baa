//! Long work on threads of its own: a queue for what needs the networks, one for what doesn't, and how far all is.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use muvi_timeline::{CueId, FrameSpan, TakeId};

use super::fault::Fault;
use super::measure::MixMeasure;
use crate::cancel::CancelToken;
use crate::courtesy::give_way;
use crate::error::Error;
use crate::event::Event;

/// A listener needs no more often than this to hear how far a job is.
const REPORT_EVERY: Duration = Duration::from_millis(80);
/// Jobs that ended are remembered for whoever asks late.
const REMEMBERED: usize = 20;

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Looks at the picture.
    Analyse,
    /// Makes a take of a whole cue.
    Generate,
    /// Makes a section anew.
    Regenerate,
    /// Writes a file.
    Export,
    /// Measures the mix.
    Measure,
    /// Writes a comparison page.
    Page,
}

impl JobKind {
    /// Whether it goes on when its project is closed: it has all that it needs, and the user waits for its files.
    pub(super) fn outlives_project(self) -> bool {
        matches!(self, Self::Export | Self::Page)
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Another job is before it.
    Waiting,
    /// At work.
    Running,
    /// All done.
    Done,
    /// Ended by an error.
    Failed,
    /// Ended by the user.
    Cancelled,
}

impl JobState {
    /// Whether it is over.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// The execution provider of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderUse {
    /// The one in use.
    pub used: String,
    /// Those that failed before it, with why.
    pub fell_back: Vec<(String, String)>,
}

/// One job as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct JobStatus {
    /// Its number.
    pub id: u32,
    /// What it does.
    pub kind: JobKind,
    /// The running phase in words.
    pub phase: String,
    /// Number of the phase, from 1.
    pub step: usize,
    /// Number of phases.
    pub steps: usize,
    /// How much of the phase is done, 0..1.
    pub fraction: f64,
    /// Seconds until the phase ends, once that can be told.
    pub eta_s: Option<f64>,
    /// Where it stands.
    pub state: JobState,
    /// Why it failed.
    pub fault: Option<Fault>,
    /// What the user should know though it goes on.
    pub warnings: Vec<String>,
    /// The execution provider in use, once known.
    pub provider: Option<ProviderUse>,
    /// The cue that gets a take.
    pub cue: Option<CueId>,
    /// The take in the making, or made.
    pub take: Option<TakeId>,
    /// The frames that the take covers.
    pub span: Option<FrameSpan>,
    /// Samples of the take that can be heard.
    pub ready_samples: u64,
    /// The file that was written.
    pub output: Option<PathBuf>,
    /// What was measured, in words.
    pub result: Option<String>,
    /// What was measured of the mix.
    pub measure: Option<MixMeasure>,
}

impl JobStatus {
    fn new(id: u32, kind: JobKind) -> Self {
        Self {
            id,
            kind,
            phase: "Waiting".into(),
            step: 1,
            steps: 1,
            fraction: 0.0,
            eta_s: None,
            state: JobState::Waiting,
            fault: None,
            warnings: Vec::new(),
            provider: None,
            cue: None,
            take: None,
            span: None,
            ready_samples: 0,
            output: None,
            result: None,
            measure: None,
        }
    }

    /// Takes in what the work says.
    fn hear(&mut self, event: Event) {
        match event {
            Event::PhaseStarted { phase, step, steps } => {
                self.phase = phase.label().into();
                (self.step, self.steps) = (step, steps);
                (self.fraction, self.eta_s) = (0.0, None);
            }
            Event::Progress { fraction, eta_s, .. } => (self.fraction, self.eta_s) = (fraction, eta_s),
            Event::PhaseFinished { .. } => (self.fraction, self.eta_s) = (1.0, None),
            Event::Warning { message } => self.warnings.push(message),
            Event::ProviderFallback {
                provider,
                reason,
                used,
            } => {
                let in_use = self.provider.get_or_insert_default();
                in_use.used = used;
                in_use.fell_back.push((provider, reason));
            }
        }
    }
}

type Work = Box<dyn FnOnce(&JobHandle) -> Result<(), Error> + Send>;
type Listener = Arc<dyn Fn(JobStatus) + Send + Sync>;

struct Entry {
    status: JobStatus,
    cancel: CancelToken,
    told: Instant,
}

struct Task {
    handle: JobHandle,
    work: Work,
}

/// All jobs.
pub(super) struct Jobs {
    table: Arc<Table>,
    networks: Sender<Task>,
    files: Sender<Task>,
}

struct Table {
    entries: Mutex<BTreeMap<u32, Entry>>,
    listener: Listener,
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes a status; tells the listener if it must know now or hasn't heard for a while.
    fn change(&self, id: u32, now: bool, change: impl FnOnce(&mut JobStatus)) {
        let told = {
            let mut entries = self.lock();
            let Some(entry) = entries.get_mut(&id) else { return };
            change(&mut entry.status);
            if !now && entry.told.elapsed() < REPORT_EVERY {
                return;
            }
            entry.told = Instant::now();
            entry.status.clone()
        };
        (self.listener)(told);
    }
}

impl Jobs {
    pub(super) fn new(listener: Listener) -> Self {
        let table = Arc::new(Table {
            entries: Mutex::default(),
            listener,
        });
        Self {
            table,
            networks: worker("networks"),
            files: worker("files"),
        }
    }

    /// Queues work; `prepare` fills in what is known of it.
    pub(super) fn submit(
        &self,
        kind: JobKind,
        prepare: impl FnOnce(&mut JobStatus),
        work: impl FnOnce(&JobHandle) -> Result<(), Error> + Send + 'static,
    ) -> u32 {
        let (id, cancel) = {
            let mut entries = self.table.lock();
            let id = entries.keys().next_back().map_or(1, |last| last + 1);
            let mut status = JobStatus::new(id, kind);
            prepare(&mut status);
            let cancel = CancelToken::new();
            let entry = Entry {
                status,
                cancel: cancel.clone(),
                told: Instant::now(),
            };
            entries.insert(id, entry);
            forget(&mut entries);
            (id, cancel)
        };
        let handle = JobHandle {
            id,
            cancel,
            table: Arc::clone(&self.table),
        };
        self.table.change(id, true, |_| {});
        let queue = match kind {
            JobKind::Analyse | JobKind::Generate | JobKind::Regenerate => &self.networks,
            JobKind::Export | JobKind::Measure | JobKind::Page => &self.files,
        };
        let task = Task {
            handle,
            work: Box::new(work),
        };
        if let Err(refused) = queue.send(task) {
            let handle = refused.0.handle;
            handle.end(Err(Error::Cancelled));
        }
        id
    }

    /// Asks a job to end; one that waits ends at once.
    pub(super) fn cancel(&self, id: u32) {
        let mut waiting = false;
        if let Some(entry) = self.table.lock().get(&id) {
            entry.cancel.cancel();
            waiting = entry.status.state == JobState::Waiting;
        }
        if waiting {
            self.table
                .change(id, true, |status| status.state = JobState::Cancelled);
        }
    }

    /// Asks all jobs of these kinds to end and waits until they have, but no longer than `patience`.
    pub(super) fn end_all(&self, which: impl Fn(JobKind) -> bool, patience: Duration) {
        let open = || self.list().into_iter().filter(|status| which(status.kind));
        open().for_each(|status| self.cancel(status.id));
        let deadline = Instant::now() + patience;
        while open().next().is_some() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Jobs that wait or run.
    pub(super) fn list(&self) -> Vec<JobStatus> {
        let entries = self.table.lock();
        let open = entries.values().filter(|entry| !entry.status.state.is_over());
        open.map(|entry| entry.status.clone()).collect()
    }
}

/// What a job says of itself while it works.
#[derive(Clone)]
pub(super) struct JobHandle {
    id: u32,
    cancel: CancelToken,
    table: Arc<Table>,
}

impl JobHandle {
    pub(super) fn cancel(&self) -> &CancelToken {
        &self.cancel
    }

    /// What the work says goes into the status.
    pub(super) fn hear(&self, event: Event) {
        let now = !matches!(event, Event::Progress { .. });
        self.table.change(self.id, now, |status| status.hear(event));
    }

    /// Changes the status; `now` says that the listener must hear of it at once.
    pub(super) fn change(&self, now: bool, change: impl FnOnce(&mut JobStatus)) {
        self.table.change(self.id, now, change);
    }

    fn end(&self, result: Result<(), Error>) {
        self.table.change(self.id, true, |status| match result {
            Ok(()) => (status.state, status.fraction) = (JobState::Done, 1.0),
            Err(error) if matches!(error, Error::Cancelled) || self.cancel.is_cancelled() => {
                status.state = JobState::Cancelled;
            }
            Err(error) => {
                status.state = JobState::Failed;
                status.fault = Some(Fault::from(&error));
            }
        });
    }
}

/// A thread that does one task after the other.
fn worker(name: &str) -> Sender<Task> {
    let (sender, tasks) = channel::<Task>();
    let run = move || work_off(&tasks);
    // Without a thread the receiver is gone, and each task ends as it is queued.
    let _ = std::thread::Builder::new().name(name.into()).spawn(run);
    sender
}

fn work_off(tasks: &Receiver<Task>) {
    give_way();
    for Task { handle, work } in tasks {
        if handle.cancel.is_cancelled() {
            handle.end(Err(Error::Cancelled));
            continue;
        }
        handle.change(true, |status| status.state = JobState::Running);
        // A defect of ours ends the job, not the thread: those that wait, and later ones, still get their turn.
        let worked = catch_unwind(AssertUnwindSafe(|| work(&handle)));
        handle.end(worked.unwrap_or_else(|_| Err(Error::Defect)));
    }
}

fn forget(entries: &mut BTreeMap<u32, Entry>) {
    let over: Vec<u32> = entries
        .iter()
        .filter(|(_, entry)| entry.status.state.is_over())
        .map(|(id, _)| *id)
        .collect();
    for id in over.iter().take(over.len().saturating_sub(REMEMBERED)) {
        entries.remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn jobs() -> (Jobs, mpsc::Receiver<JobStatus>) {
        let (sender, heard) = channel();
        let sender = Mutex::new(sender);
        let listener = move |status| {
            let _ = sender.lock().unwrap().send(status);
        };
        (Jobs::new(Arc::new(listener)), heard)
    }

    fn end_of(id: u32, heard: &mpsc::Receiver<JobStatus>) -> JobStatus {
        loop {
            let status = heard.recv_timeout(Duration::from_secs(5)).unwrap();
            if status.id == id && status.state.is_over() {
                return status;
            }
        }
    }

    #[test]
    fn one_after_the_other_each_with_its_end() {
        let (jobs, heard) = jobs();
        let (open, gate) = channel::<()>();
        let first = jobs.submit(
            JobKind::Generate,
            |_| {},
            move |_| {
                let _ = gate.recv();
                Ok(())
            },
        );
        let second = jobs.submit(JobKind::Generate, |_| {}, |_| Err(Error::Cancelled));
        assert_eq!(jobs.list()[1].state, JobState::Waiting);
        open.send(()).unwrap();
        assert_eq!(end_of(first, &heard).state, JobState::Done);
        assert_eq!(end_of(second, &heard).state, JobState::Cancelled);
        assert!(jobs.list().is_empty());
    }

    #[test]
    fn a_waiting_job_can_be_cancelled_and_never_starts() {
        let (jobs, heard) = jobs();
        let (open, gate) = channel::<()>();
        let first = jobs.submit(
            JobKind::Analyse,
            |_| {},
            move |_| {
                let _ = gate.recv();
                Ok(())
            },
        );
        let second = jobs.submit(JobKind::Generate, |_| {}, |_| panic!("it must not start"));
        jobs.cancel(second);
        assert_eq!(end_of(second, &heard).state, JobState::Cancelled);
        open.send(()).unwrap();
        assert_eq!(end_of(first, &heard).state, JobState::Done);
    }

    #[test]
    fn a_defect_ends_its_job_and_no_other() {
        let (jobs, heard) = jobs();
        let broken = jobs.submit(JobKind::Generate, |_| {}, |_| panic!("a defect"));
        let next = jobs.submit(JobKind::Generate, |_| {}, |_| Ok(()));
        let failed = end_of(broken, &heard);
        assert_eq!(failed.state, JobState::Failed);
        assert!(failed.fault.unwrap().message.contains("log"));
        assert_eq!(end_of(next, &heard).state, JobState::Done);
    }

    #[test]
    fn jobs_of_a_kind_end_and_others_go_on() {
        let (jobs, heard) = jobs();
        let (open, gate) = channel::<()>();
        let export = jobs.submit(
            JobKind::Export,
            |_| {},
            move |_| {
                let _ = gate.recv();
                Ok(())
            },
        );
        let take = jobs.submit(
            JobKind::Generate,
            |_| {},
            |job| {
                while !job.cancel().is_cancelled() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(Error::Cancelled)
            },
        );
        jobs.end_all(|kind| kind != JobKind::Export, Duration::from_secs(5));
        assert_eq!(end_of(take, &heard).state, JobState::Cancelled);
        assert_eq!(jobs.list().iter().map(|it| it.id).collect::<Vec<_>>(), [export]);
        open.send(()).unwrap();
        assert_eq!(end_of(export, &heard).state, JobState::Done);
    }

    #[test]
    fn an_export_does_not_wait_for_the_networks() {
        let (jobs, heard) = jobs();
        let (open, gate) = channel::<()>();
        let slow = jobs.submit(
            JobKind::Generate,
            |_| {},
            move |_| {
                let _ = gate.recv();
                Ok(())
            },
        );
        let export = jobs.submit(JobKind::Export, |_| {}, |_| Ok(()));
        assert_eq!(end_of(export, &heard).state, JobState::Done);
        open.send(()).unwrap();
        assert_eq!(end_of(slow, &heard).state, JobState::Done);
    }
}

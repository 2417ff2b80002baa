//! The open project: the one place where it changes, in memory and on the disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use muvi_timeline::{Edit, History, Project, Rate, TakeId, Video};

use super::done::Done;
use super::file::{prepare, to_json, write_whole};
use super::fingerprint::moved_to;
use super::folder::{assemble, backup_file, journal_file, old_journal_file, project_file, resolve};
use super::journal::{Entry, Journal};
use super::lock::{Asked, Lock};
use super::open::{Loaded, load};
use super::snapshot::{self, FORMAT, Snapshot};
use super::{Places, Problem, StoreError, TakeFiles, VideoState, takes, video_state};

/// An open project. Every change is on the disk before the method that makes it returns; a method that fails has
/// changed nothing. Dropping it lets go of the folder; [`Document::close`] tidies up as well.
#[derive(Debug)]
pub struct Document {
    pub(super) places: Places,
    pub(super) folder: PathBuf,
    pub(super) done: Done,
    /// What `project.json` holds.
    pub(super) saved: Arc<Project>,
    pub(super) is_saved: bool,
    pub(super) generation: u64,
    pub(super) next_take: u32,
    /// Takes in the making.
    pub(super) making: BTreeSet<TakeId>,
    /// `None` after a save that could not start one, and for a folder that can't be written.
    pub(super) journal: Option<Journal>,
    /// Whether the journal has entries.
    pub(super) written: bool,
    /// `None` for a folder that can't be written.
    pub(super) lock: Option<Lock>,
    /// Folders that this project was saved away from while takes were in the making there.
    pub(super) left: Vec<(PathBuf, Option<Lock>)>,
    revision: u64,
    problems: Vec<Problem>,
}

impl Document {
    /// Starts a project for `video` in the place of those that have no name yet.
    ///
    /// # Errors
    /// [`StoreError::Edit`] for a video that can't be used, [`StoreError::Write`].
    pub fn create(places: &Places, video: Video, sample_rate: Rate) -> Result<Self, StoreError> {
        let project = Project::new(video, sample_rate)?;
        let projects = places.projects();
        fs::create_dir_all(&projects).map_err(StoreError::write(&projects))?;
        loop {
            let folder = places.free_folder(&project.video.path);
            let made = assemble(&folder, |temp| snapshot::found(temp, &folder, project.clone(), 1));
            match made {
                // Another process took the name meanwhile.
                Err(error) if error.code() == "exists" => {}
                Err(error) => return Err(error),
                Ok(()) => return Self::open(places, &folder),
            }
        }
    }

    /// Opens a project by its folder or its `project.json`, and brings back what was not saved.
    ///
    /// # Errors
    /// [`StoreError`]: not there, no project, damaged beyond help, newer, in use, unreadable.
    pub fn open(places: &Places, path: &Path) -> Result<Self, StoreError> {
        let folder = resolve(path)?;
        let lock = match Lock::take(&folder)? {
            Asked::Held(lock) => Some(lock),
            Asked::ReadOnly => None,
        };
        if lock.is_some() {
            takes::sweep(&folder);
        }
        let Loaded {
            done,
            saved,
            generation,
            journal,
            replayed,
            mut problems,
        } = load(&folder, lock.is_some())?;
        if lock.is_none() {
            problems.push(Problem::ReadOnly);
        }
        // After a project that was closed as it should be there is nothing to tell.
        if replayed > 0 && lock.as_ref().is_none_or(Lock::left_open) {
            problems.push(Problem::Recovered { changes: replayed });
        }
        let highest = done.history.takes_in_use().last().map_or(0, |take| take.0);
        let highest = highest.max(takes::highest(&folder));
        let mut document = Self {
            places: places.clone(),
            is_saved: false,
            next_take: saved.next_take.max(highest.saturating_add(1)),
            saved: Arc::new(saved.project),
            generation,
            making: BTreeSet::new(),
            journal,
            written: replayed > 0,
            lock,
            left: Vec::new(),
            revision: 1,
            problems,
            folder,
            done,
        };
        document.compare();
        let from_backup = document
            .problems
            .iter()
            .any(|it| matches!(it, Problem::BackupUsed { .. }));
        if from_backup && document.lock.is_some() {
            document.write_generation()?;
        } else if saved.muvi_project < FORMAT && document.lock.is_some() {
            document.renew();
        }
        document.find_video(saved.video_beside.as_deref())?;
        document.look_after_files();
        Ok(document)
    }

    /// The project as it is now.
    pub fn project(&self) -> Arc<Project> {
        self.done.history.project().clone()
    }

    /// The project with all that undo and redo can bring back.
    pub fn history(&self) -> &History {
        &self.done.history
    }

    /// Grows by one with each change, also with those of undo, redo and save.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether `project.json` holds the project as it is now. All changes are in the journal either way.
    pub fn saved(&self) -> bool {
        self.is_saved
    }

    /// What undo would take back, in words.
    pub fn undo_label(&self) -> Option<&str> {
        self.history().undo_label()
    }

    /// What redo would do again, in words.
    pub fn redo_label(&self) -> Option<&str> {
        self.history().redo_label()
    }

    /// What the user calls it: the name of its folder.
    pub fn name(&self) -> String {
        let stem = self.folder.file_stem().unwrap_or(self.folder.as_os_str());
        stem.to_string_lossy().into()
    }

    /// Its folder, absolute.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it was never saved under a name.
    pub fn unnamed(&self) -> bool {
        self.places.is_unnamed(&self.folder)
    }

    /// Whether its folder can't be written, so that edits are refused.
    pub fn read_only(&self) -> bool {
        self.lock.is_none()
    }

    /// What the user should know about it.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Looks again whether the video and the files of takes are there; tells whether [`Document::problems`] changed.
    pub fn look_after_files(&mut self) -> bool {
        let before = self.problems.clone();
        self.problems.retain(|problem| !problem.is_of_files());
        let project = self.project();
        let path = project.video.path.clone();
        match video_state(&project.video) {
            VideoState::There => {}
            VideoState::Missing => self.problems.push(Problem::VideoMissing { path }),
            VideoState::Changed => self.problems.push(Problem::VideoChanged { path }),
        }
        let takes = self.missing_takes();
        if !takes.is_empty() {
            self.problems.push(Problem::TakesMissing { takes });
        }
        let changed = before != self.problems;
        self.revision += u64::from(changed);
        changed
    }

    /// Takes of the present project whose sound is gone.
    pub fn missing_takes(&self) -> Vec<TakeId> {
        takes::missing(&self.folder, &self.project())
    }

    /// Where the files of a take are, or are to be written. Ask again after [`Document::save_as`].
    pub fn take_files(&self, take: TakeId) -> TakeFiles {
        TakeFiles::of(&self.folder, take)
    }

    /// A number for a take in the making, which no take of this project had before. Give it back with
    /// [`Edit::AddTake`] or [`Document::abandon_take`].
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Full`].
    pub fn new_take(&mut self) -> Result<TakeId, StoreError> {
        self.writable()?;
        let take = TakeId(self.next_take);
        self.next_take = take.0.checked_add(1).ok_or(StoreError::Full)?;
        self.making.insert(take);
        Ok(take)
    }

    /// A take in the making will not be: its files go, its number is not used again.
    pub fn abandon_take(&mut self, take: TakeId) {
        if self.making.remove(&take) && self.project().take(take).is_none() {
            let left = self.left.iter().map(|(folder, _)| folder).chain([&self.folder]);
            for file in left.flat_map(|folder| TakeFiles::of(folder, take).all().map(Path::to_owned)) {
                let _ = fs::remove_file(file);
            }
        }
        self.leave();
    }

    /// Applies an edit; tells whether it changed anything. For [`Edit::AddTake`] the take's sound must be there.
    ///
    /// # Errors
    /// [`StoreError::Edit`], [`StoreError::ReadOnly`], [`StoreError::Write`]; nothing has changed then.
    pub fn apply(&mut self, edit: &Edit) -> Result<bool, StoreError> {
        self.writable()?;
        let mut done = self.done.clone();
        let Some(entry) = done.edit(edit)? else {
            return Ok(false);
        };
        if let Edit::AddTake { take, .. } = edit {
            self.bring(take.id)?;
            self.record(&entry, done)?;
            self.making.remove(&take.id);
            self.next_take = self.next_take.max(take.id.0.saturating_add(1));
            self.leave();
        } else {
            self.record(&entry, done)?;
        }
        if let Edit::Relink { .. } = edit {
            self.problems
                .retain(|problem| !matches!(problem, Problem::VideoFound { .. }));
            self.look_after_files();
        }
        Ok(true)
    }

    /// Takes the last step back; tells whether there was one.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Write`]; nothing has changed then.
    pub fn undo(&mut self) -> Result<bool, StoreError> {
        self.step(Done::undo)
    }

    /// Does again what undo took back last; tells whether there was anything.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Write`]; nothing has changed then.
    pub fn redo(&mut self) -> Result<bool, StoreError> {
        self.step(Done::redo)
    }

    fn step(&mut self, step: impl FnOnce(&mut Done) -> Option<Entry>) -> Result<bool, StoreError> {
        self.writable()?;
        let mut done = self.done.clone();
        let Some(entry) = step(&mut done) else {
            return Ok(false);
        };
        let video = self.project().video.clone();
        self.record(&entry, done)?;
        if self.project().video != video {
            self.look_after_files();
        }
        Ok(true)
    }

    fn record(&mut self, entry: &Entry, done: Done) -> Result<(), StoreError> {
        let journal = match &mut self.journal {
            Some(journal) => journal,
            none => none.insert(Journal::start(&journal_file(&self.folder), self.generation)?),
        };
        journal.add(entry)?;
        self.done = done;
        self.written = true;
        self.revision += 1;
        self.compare();
        Ok(())
    }

    /// Writes `project.json` and starts a new journal; removes files of takes that nothing can bring back.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Write`]; the folder is as it was then.
    pub fn save(&mut self) -> Result<(), StoreError> {
        self.writable()?;
        if self.written || !self.is_saved || !project_file(&self.folder).is_file() {
            self.write_generation()?;
        }
        let mut keep = self.history().takes_in_use();
        keep.extend(&self.making);
        takes::clean(&self.folder, &keep);
        Ok(())
    }

    fn write_generation(&mut self) -> Result<(), StoreError> {
        let generation = self.generation + 1;
        let (path, journal) = (project_file(&self.folder), journal_file(&self.folder));
        let project = self.history().numbered();
        let snapshot = Snapshot::new(&self.folder, project, generation, self.next_take);
        // All that needs room on the disk comes first, then names change.
        let (started, good, sum) = Journal::prepare(&journal, generation)?;
        let part = prepare(&path, &to_json(&path, &snapshot)?)?;
        // Where there is none before, it is its own backup.
        let before = fs::read(&path).or_else(|_| fs::read(part.path()));
        write_whole(
            &backup_file(&self.folder),
            &before.map_err(StoreError::read(&path))?,
        )?;
        part.keep()?;
        // The new generation counts from here on: what fails now is made up for by the next edit.
        self.generation = generation;
        self.journal = None;
        let _ = fs::rename(&journal, old_journal_file(&self.folder));
        if started.keep().is_ok() {
            self.journal = Journal::resume(&journal, good, sum).ok();
        }
        self.settle();
        Ok(())
    }

    /// Brings a folder of an older format to this one before the journal gets entries that older programs don't know.
    /// Where this fails, the disk is full, say, the next save does it.
    fn renew(&mut self) {
        let problems = self.problems.clone();
        if self.write_generation().is_ok() {
            self.problems = problems;
        }
    }

    /// After the project was written as a whole.
    pub(super) fn settle(&mut self) {
        self.done.begin_journal();
        self.saved = self.project();
        self.problems
            .retain(|problem| !matches!(problem, Problem::Recovered { .. }));
        self.written = false;
        self.is_saved = true;
        self.revision += 1;
    }

    /// Removes files that nothing can bring back any more, and lets go of the folder.
    pub fn close(mut self) {
        if self.lock.is_none() {
            return;
        }
        // What is not in the journal ends with this process.
        let keep = if self.written {
            self.history().takes_in_use()
        } else {
            self.project().takes().map(|take| take.id).collect()
        };
        takes::clean(&self.folder, &keep);
        self.making.clear();
        self.leave();
        if let Some(lock) = self.lock.take() {
            lock.let_go();
        }
    }

    pub(super) fn writable(&self) -> Result<(), StoreError> {
        match self.lock {
            Some(_) => Ok(()),
            None => Err(StoreError::ReadOnly {
                path: self.folder.clone(),
            }),
        }
    }

    pub(super) fn forget_read_only(&mut self) {
        if self.lock.is_some() {
            self.problems.retain(|problem| *problem != Problem::ReadOnly);
        }
    }

    fn compare(&mut self) {
        self.is_saved = *self.project() == *self.saved;
    }

    /// Takes over a video that moved together with the project.
    fn find_video(&mut self, beside: Option<&Path>) -> Result<(), StoreError> {
        let video = self.project().video.clone();
        let found = moved_to(&self.folder, &video, beside);
        if let Some(path) = found {
            let video = Video {
                path: path.clone(),
                ..video
            };
            let edit = Edit::Relink {
                video: Box::new(video),
            };
            let mut done = self.done.clone();
            if let Some(entry) = done.edit(&edit)? {
                if self.lock.is_some() {
                    self.record(&entry, done)?;
                } else {
                    self.done = done;
                }
            }
            self.problems.push(Problem::VideoFound { path });
        }
        Ok(())
    }
}

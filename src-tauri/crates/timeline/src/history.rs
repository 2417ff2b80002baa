//! Undo and redo by snapshots.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::{Edit, EditError, Project, TakeId, apply};

/// How many steps can be taken back.
pub const UNDO_STEPS: usize = 500;

/// The present project, what it was, and what it was before undo.
///
/// Each edit that changes something is one step, and drops what could be done again. Two kinds of edits are no step
/// but facts that hold for the past and the future as well ([`Edit::is_fact`]): what an analysis found, and that the
/// same video is at another place. They are folded into every snapshot of the same video, so undo never brings back
/// a picture without its cuts or a path that leads nowhere, and no decision of the user is lost: each snapshot keeps
/// its own hit points and marks. Numbers of hit points and cues are never given out twice, whatever was undone.
/// Steps are bounded: the oldest go. Snapshots share their cuts and hit points as far as these are the same. Cloning
/// is cheap.
#[derive(Debug, Clone)]
pub struct History {
    present: Arc<Project>,
    past: VecDeque<Step>,
    future: Vec<Step>,
    limit: usize,
    next_hit: u32,
    next_cue: u32,
}

/// A snapshot on the other side of one edit.
#[derive(Debug, Clone)]
struct Step {
    label: Arc<str>,
    project: Arc<Project>,
}

/// What an edit did to the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Nothing: the project was like this before.
    Nothing,
    /// One step that undo takes back.
    Step,
    /// A fact for all snapshots.
    Fact,
}

impl History {
    /// A history that starts with `project` and keeps [`UNDO_STEPS`].
    pub fn new(project: Arc<Project>) -> Self {
        Self::with_limit(project, UNDO_STEPS)
    }

    /// A history that keeps `limit` steps.
    pub fn with_limit(project: Arc<Project>, limit: usize) -> Self {
        Self {
            next_hit: project.next_hit,
            next_cue: project.next_cue,
            present: project,
            past: VecDeque::new(),
            future: Vec::new(),
            limit,
        }
    }

    /// The present project.
    pub fn project(&self) -> &Arc<Project> {
        &self.present
    }

    /// The present project as it is to be stored: it knows all numbers that were given out, also those of steps that
    /// were taken back. A history that starts with it gives out the same numbers as this one.
    pub fn numbered(&self) -> Project {
        self.number(&self.present)
    }

    fn number(&self, project: &Project) -> Project {
        Project {
            next_hit: self.next_hit,
            next_cue: self.next_cue,
            ..project.clone()
        }
    }

    /// Applies an edit.
    ///
    /// # Errors
    /// [`EditError`] if the present project refuses it; the history is as before then.
    pub fn apply(&mut self, edit: &Edit) -> Result<Applied, EditError> {
        if edit.is_fact(&self.present) {
            return self.fold(edit);
        }
        let present = self.numbered();
        let next = apply(&present, edit)?;
        if next == present {
            return Ok(Applied::Nothing);
        }
        (self.next_hit, self.next_cue) = (next.next_hit, next.next_cue);
        let before = std::mem::replace(&mut self.present, Arc::new(next));
        self.future.clear();
        self.past.push_back(Step {
            label: edit.label_over(&before).into(),
            project: before,
        });
        while self.past.len() > self.limit {
            self.past.pop_front();
        }
        Ok(Applied::Step)
    }

    fn fold(&mut self, edit: &Edit) -> Result<Applied, EditError> {
        // All count on from the same number, so that a found hit point has one number in all snapshots.
        let folded = |project: &Project| apply(&self.number(project), edit).map(Arc::new);
        let present = folded(&self.present)?;
        let video = self.present.video.clone();
        // What an analysis found is one list for all snapshots that have nothing else.
        let shared = |mut project: Arc<Project>| {
            if let Some(own) = Arc::get_mut(&mut project) {
                if own.hits == present.hits {
                    own.hits = present.hits.clone();
                }
                if own.cuts == present.cuts {
                    own.cuts = present.cuts.clone();
                }
            }
            project
        };
        // A snapshot of another video has nothing to do with this; one that can't take it stays as it was.
        let others = |step: &Step| Step {
            project: match folded(&step.project) {
                Ok(project) if step.project.video.same_content(&video) => shared(project),
                _ => step.project.clone(),
            },
            label: step.label.clone(),
        };
        let past = self.past.iter().map(others).collect();
        let future = self.future.iter().map(others).collect();
        (self.past, self.future) = (past, future);
        self.next_hit = present.next_hit;
        self.present = present;
        Ok(Applied::Fact)
    }

    /// Takes the last step back; `None` if there is none.
    pub fn undo(&mut self) -> Option<&Arc<Project>> {
        let Step { label, project } = self.past.pop_back()?;
        let project = std::mem::replace(&mut self.present, project);
        self.future.push(Step { label, project });
        Some(&self.present)
    }

    /// Does again what undo took back last; `None` if there is nothing.
    pub fn redo(&mut self) -> Option<&Arc<Project>> {
        let Step { label, project } = self.future.pop()?;
        let project = std::mem::replace(&mut self.present, project);
        self.past.push_back(Step { label, project });
        Some(&self.present)
    }

    /// What undo would take back, in words.
    pub fn undo_label(&self) -> Option<&str> {
        self.past.back().map(|step| &*step.label)
    }

    /// What redo would do again, in words.
    pub fn redo_label(&self) -> Option<&str> {
        self.future.last().map(|step| &*step.label)
    }

    /// The most steps that can be taken back.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// All takes that the present project has, or that undo or redo can bring back.
    pub fn takes_in_use(&self) -> BTreeSet<TakeId> {
        std::iter::once(&self.present)
            .chain(self.steps().map(|step| &step.project))
            .flat_map(|project| project.takes().map(|take| take.id))
            .collect()
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.past.iter().chain(&self.future)
    }
}

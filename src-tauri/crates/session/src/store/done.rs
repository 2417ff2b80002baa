//! The history together with how far the journal reaches into it.

use std::sync::Arc;

use muvi_timeline::{Applied, Edit, EditError, History, Project};

use super::journal::Entry;

/// The history, and how many of its steps back and ahead come from this journal. A replay of the journal knows just
/// those; for steps beyond them it is told the state.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) history: History,
    back: usize,
    ahead: usize,
}

impl Done {
    pub(super) fn new(project: Arc<Project>) -> Self {
        Self {
            history: History::new(project),
            back: 0,
            ahead: 0,
        }
    }

    /// A new journal reaches nowhere yet.
    pub(super) fn begin_journal(&mut self) {
        (self.back, self.ahead) = (0, 0);
    }

    /// Applies an edit; the entry that tells of it, or `None` if it changes nothing.
    pub(super) fn edit(&mut self, edit: &Edit) -> Result<Option<Entry>, EditError> {
        match self.history.apply(edit)? {
            Applied::Nothing => return Ok(None),
            Applied::Fact => {}
            Applied::Step => {
                self.back = (self.back + 1).min(self.history.limit());
                self.ahead = 0;
            }
        }
        Ok(Some(Entry::Edit { edit: edit.clone() }))
    }

    /// Takes a step back; the entry that tells of it, or `None` if there is none.
    pub(super) fn undo(&mut self) -> Option<Entry> {
        self.history.undo()?;
        if self.back == 0 {
            return Some(self.state());
        }
        (self.back, self.ahead) = (self.back - 1, self.ahead + 1);
        Some(Entry::Undo)
    }

    /// Does a step again; the entry that tells of it, or `None` if there is none.
    pub(super) fn redo(&mut self) -> Option<Entry> {
        self.history.redo()?;
        if self.ahead == 0 {
            return Some(self.state());
        }
        (self.back, self.ahead) = (self.back + 1, self.ahead - 1);
        Some(Entry::Redo)
    }

    fn state(&mut self) -> Entry {
        self.begin_journal();
        Entry::State {
            project: Box::new(self.history.numbered()),
        }
    }

    /// Does what an entry tells of.
    ///
    /// # Errors
    /// What is wrong with the entry, in words; nothing has changed then.
    pub(super) fn replay(&mut self, entry: Entry) -> Result<(), String> {
        match entry {
            Entry::Edit { edit } => self.edit(&edit).map(drop).map_err(|error| error.to_string()),
            Entry::Undo if self.back > 0 => self.undo().map(drop).ok_or_else(no_step),
            Entry::Redo if self.ahead > 0 => self.redo().map(drop).ok_or_else(no_step),
            Entry::Undo | Entry::Redo => Err(no_step()),
            Entry::State { project } => {
                project.check().map_err(|error| error.to_string())?;
                *self = Self::new(Arc::new(*project));
                Ok(())
            }
            Entry::Start { .. } => Err("it starts a second time".into()),
        }
    }
}

fn no_step() -> String {
    "it takes back what is not there".into()
}

//! The programme of a project that is not open: the same that the studio plays.

use std::path::PathBuf;
use std::sync::Arc;

use muvi_playback::Programme;
use muvi_timeline::{Project, SampleSpan, TakeId};

use super::open::sound_of;
use super::programme::{Extras, Score};

/// What is heard of a project. `base` says where the files of a take are, without extensions; `temp` is the video's
/// own sound as a file, and `speech` where somebody speaks in it, in samples of the project.
pub(crate) fn programme_of(
    project: &Project,
    base: &dyn Fn(TakeId) -> PathBuf,
    temp: Option<PathBuf>,
    speech: Arc<[SampleSpan]>,
) -> Programme {
    let used = project.cues.iter().filter_map(|cue| cue.take);
    let takes = used.filter_map(|take| Some((take, sound_of(project, take, &base(take))?)));
    let extras = Extras {
        takes: takes.collect(),
        temp,
        speech,
        ..Extras::default()
    };
    Score::of(project, &extras).programme()
}

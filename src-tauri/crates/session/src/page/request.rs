//! What a page is to show.

use std::path::PathBuf;

use muvi_timeline::TakeId;

use crate::request::EngineRequest;

/// As many styles are tried on a video if nobody says how many.
pub(super) const MOST_STYLES: usize = 6;

/// Which styles a video is shown with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PageStyles {
    /// The pack's palette, in its order.
    #[default]
    Palette,
    /// These: ids of the palette or audio files.
    Named(Vec<PathBuf>),
    /// None: the section is left out.
    None,
}

/// Another system's music.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherMusic {
    /// What the system is called on the page.
    pub name: String,
    /// Its music: an audio file or a video with sound, or a folder of such. With several videos, and in a folder, a
    /// file belongs to the video whose name without extension it has.
    pub path: PathBuf,
}

/// Music of a saved project, shown in place of new takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageProject {
    /// Its folder or its `project.json`. It may be open elsewhere; nothing of it is touched.
    pub path: PathBuf,
    /// Takes that are shown each by itself, beside the music as the project has it.
    pub takes: Vec<TakeId>,
}

/// A page.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// The videos, in the page's order; empty with a project, whose video it is.
    pub videos: Vec<PathBuf>,
    /// The project whose music is shown, if it is not to be written now.
    pub project: Option<PageProject>,
    /// The folder to make.
    pub output: PathBuf,
    /// Whether a page of ours that is there already is replaced. Other things never are.
    pub overwrite: bool,
    /// Headline; `None` for one of ours.
    pub title: Option<String>,
    /// Styles that a video is shown with.
    pub styles: PageStyles,
    /// Of them at most so many.
    pub most_styles: usize,
    /// Whether each video is shown with them, or the first one alone.
    pub styles_for_all: bool,
    /// Other systems.
    pub others: Vec<OtherMusic>,
    /// Whether the videos' own sound is music to compare with, the ground truth.
    pub ground_truth: bool,
    /// Whether attention is drawn over the frames.
    pub attention: bool,
    /// Chooses the takes.
    pub seed: u64,
    /// Pack, runtime, provider, cache.
    pub engine: EngineRequest,
}

impl PageRequest {
    /// A page of `videos` in the folder `output` with all defaults.
    pub fn new(videos: Vec<PathBuf>, output: impl Into<PathBuf>) -> Self {
        Self {
            videos,
            project: None,
            output: output.into(),
            overwrite: false,
            title: None,
            styles: PageStyles::Palette,
            most_styles: MOST_STYLES,
            styles_for_all: false,
            others: Vec::new(),
            ground_truth: false,
            attention: true,
            seed: 0,
            engine: EngineRequest {
                cache: true,
                ..EngineRequest::default()
            },
        }
    }

    /// A page of the music of a project, with all defaults; `takes` are the numbers of takes to show by themselves.
    pub fn of_project(path: impl Into<PathBuf>, takes: &[u32], output: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let takes = takes.iter().copied().map(TakeId).collect();
        Self {
            project: Some(PageProject { path, takes }),
            styles: PageStyles::None,
            ..Self::new(Vec::new(), output)
        }
    }
}

//! What is wrong with what a page is to be made of, or with where it is to go.

use std::path::PathBuf;

use thiserror::Error;

/// What is wrong, and what to do.
#[derive(Debug, Error)]
pub enum PageProblem {
    /// Both or neither of what a page can show.
    #[error("a page shows either videos or a project; name one of them")]
    VideosAndProject,
    /// A take that the project doesn't have, or whose file is gone.
    #[error("take {0} is not there; choose another one")]
    TakeMissing(u32),
    /// A project without music.
    #[error("the project has no music; generate a take first")]
    NoMusic,
    /// Nothing to show.
    #[error("a page needs at least one video")]
    NoVideos,
    /// What is there is not a page of ours.
    #[error("there is something else than a comparison page; choose another folder")]
    Foreign,
    /// A page of ours with something in it that we did not make.
    #[error(
        "the page there also holds {found}, which is not part of it; move it away or choose another folder"
    )]
    Mixed {
        /// The file or folder.
        found: String,
    },
    /// The page would replace one of its own sources.
    #[error("{} lies in the page that would be replaced; choose another folder", source_file.display())]
    HoldsSource {
        /// The source.
        source_file: PathBuf,
    },
    /// A result of another system is not there.
    #[error("no such file or folder; check the name after {name}=")]
    OtherMissing {
        /// The system.
        name: String,
    },
    /// A result of another system that belongs to no video.
    #[error(
        "{name}: belongs to none of the videos; give a file the name of its video, with its own extension"
    )]
    OtherUnmatched {
        /// The system.
        name: String,
    },
    /// Two systems of one name.
    #[error("two results for {video} are called {name}; give them different names")]
    OtherTwice {
        /// The system.
        name: String,
        /// The video.
        video: String,
    },
}

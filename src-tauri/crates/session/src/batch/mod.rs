//! Many videos, one after another: with a list of what is done, so that a run that ended can be taken up again.

mod find;
mod list;
mod lock;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use muvi_media::{Tools, probe};
use serde::Serialize;
use thiserror::Error as ThisError;

use crate::cache::key;
use crate::cancel::CancelToken;
use crate::engine::Engine;
use crate::error::Error;
use crate::event::Event;
use crate::report::ScoreReport;
use crate::request::{EngineRequest, ScoreRequest};
use crate::score::{Kit, score_with};
use crate::store::StoreError;
use crate::style;
use find::Search;
use list::{List, stamp_words};
use lock::Lock;

/// Kinds of results, by extension.
const RESULTS: &[&str] = &["mp4", "m4v", "mov", "mkv", "webm", "wav", "flac"];
/// A result of a video of another kind than these keeps its streams best in this.
const FALLBACK: &str = "mkv";

/// Write music for many videos and export each.
#[derive(Clone, Debug)]
pub struct BatchRequest {
    /// Videos, and folders to search for videos.
    pub inputs: Vec<PathBuf>,
    /// Where the results go, and the list of what is done; made if need be.
    pub out_dir: PathBuf,
    /// Whether folders in folders are searched too.
    pub recursive: bool,
    /// The extension of all results, such as `mp4` or `wav`; `None`: that of each video where it is one that can be
    /// written, else `mkv`.
    pub format: Option<String>,
    /// The options of each score; its input and output are set by the batch. With `overwrite` files in `out_dir` that
    /// are not of this batch may be replaced too.
    pub options: ScoreRequest,
}

/// Why a batch can't be done or go on.
#[derive(Debug, ThisError)]
pub enum BatchError {
    /// Nothing to do.
    #[error(
        "{}: no video found; name video files, or folders that hold some",
        names(places)
    )]
    NoVideos {
        /// Where was searched.
        places: Vec<PathBuf>,
    },
    /// A folder can't be searched.
    #[error("{}: can't be searched; check its permissions", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder of the results can't be made.
    #[error("{}: can't be made; name another folder", path.display())]
    OutDir {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another batch writes into the folder.
    #[error("{}: another batch is at work in this folder; wait for its end, or name another folder", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The file that tells other batches can't be written.
    #[error("{}: can't be written; check the permissions of its folder, or name another one", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Results of that kind can't be written.
    #[error("{format:?} is no kind of result; use one of {}", RESULTS.join(", "))]
    Format {
        /// What was asked for.
        format: String,
    },
    /// The list can't be read or written.
    #[error("{}: the list of what is done can't be used; move it away to begin anew, or name another folder", path.display())]
    List {
        /// The list.
        path: PathBuf,
        /// Why.
        source: Box<StoreError>,
    },
    /// A file of the list's name is no list of this version.
    #[error("{}: is no list of this version of muvi; move it away to begin anew, or name another folder", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

fn names(paths: &[PathBuf]) -> String {
    let names: Vec<_> = paths.iter().map(|it| it.display().to_string()).collect();
    names.join(", ")
}

/// News of a batch.
#[derive(Debug)]
pub enum BatchEvent<'a> {
    /// A video is begun.
    Begun {
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        total: usize,
        /// The video.
        input: &'a Path,
        /// Where its result goes.
        output: &'a Path,
    },
    /// A video needs nothing: an earlier run scored it with the same options.
    Skipped {
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        total: usize,
        /// The video.
        input: &'a Path,
        /// Its result.
        output: &'a Path,
    },
    /// The video that was begun last goes on.
    Job(Event),
    /// It is done.
    Scored(&'a ScoreReport),
    /// It failed; the next one is begun.
    Failed {
        /// The video.
        input: &'a Path,
        /// Why.
        error: &'a Error,
    },
}

/// What became of a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// It was scored.
    Done,
    /// An earlier run had scored it with the same options.
    Skipped,
    /// It could not be scored.
    Failed,
    /// The batch was cancelled before it was done.
    Left,
}

/// A video of a batch.
#[derive(Clone, Debug, Serialize)]
pub struct BatchVideo {
    /// The video.
    pub input: PathBuf,
    /// Its result.
    pub output: PathBuf,
    /// What became of it.
    pub state: BatchState,
    /// Why it failed.
    pub message: Option<String>,
    /// How long it took.
    pub seconds: f64,
}

/// The result of a batch.
#[derive(Clone, Debug, Serialize)]
pub struct BatchReport {
    /// All videos in order.
    pub videos: Vec<BatchVideo>,
    /// The list of what is done, for the next run.
    pub list: PathBuf,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Time in all.
    pub seconds: f64,
}

impl BatchReport {
    /// How many videos ended like this.
    pub fn count(&self, state: BatchState) -> usize {
        self.videos.iter().filter(|it| it.state == state).count()
    }
}

/// Scores all videos of a request, one after another; the networks are loaded once. What fails doesn't stop the others;
/// a cancelled batch gives its report, and can be taken up again by the same request.
///
/// # Errors
/// With what would make every video fail: no video, no pack, no runtime, a style clip that can't be used, a folder that
/// can't be written.
pub fn batch(
    request: &BatchRequest,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(BatchEvent<'_>) + Send),
) -> Result<BatchReport, Error> {
    let begun = Instant::now();
    let format = request.format.as_deref().map(str::to_ascii_lowercase);
    if let Some(format) = format.as_deref().filter(|it| !RESULTS.contains(it)) {
        return Err(BatchError::Format {
            format: format.into(),
        }
        .into());
    }
    let tools = Tools::locate()?;
    let engine = Engine::open(&request.options.engine)?;
    if let Some(named) = &request.options.style {
        style::check(named, &tools, &engine, cancel)?;
    }
    let options = options_key(&request.options, engine.pack.hash());
    let dir = &request.out_dir;
    // Whether the folder can be used shows before it is made: a wrong name of a video leaves nothing behind.
    let outputs = List::open(dir)?.outputs();
    let inputs = Search {
        inputs: &request.inputs,
        recursive: request.recursive,
        out_dir: dir,
        outputs: &outputs,
        is_video: &|path| probe(&tools, path).is_ok(),
    }
    .run()?;
    fs::create_dir_all(dir).map_err(|source| BatchError::OutDir {
        path: dir.clone(),
        source,
    })?;
    let _lock = Lock::take(dir)?;
    // Only now is it sure that nobody else writes it.
    let mut list = List::open(dir)?;

    let mut kit = Kit::kept(engine);
    let mut videos = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let extension = extension(input, format.as_deref());
        let (name, ours) = list.output(input, &extension);
        let output = dir.join(&name);
        let (number, total) = (index + 1, inputs.len());
        let mut video = BatchVideo {
            input: input.clone(),
            output: output.clone(),
            state: BatchState::Left,
            message: None,
            seconds: 0.0,
        };
        if cancel.is_cancelled() {
            videos.push(video);
            continue;
        }
        if list.is_done(input, &name, &options) {
            video.state = BatchState::Skipped;
            listener(BatchEvent::Skipped {
                number,
                total,
                input,
                output: &output,
            });
            videos.push(video);
            continue;
        }
        listener(BatchEvent::Begun {
            number,
            total,
            input,
            output: &output,
        });
        let foreign = !ours && output.exists() && !request.options.overwrite;
        if !foreign {
            list.begin(input, &name, &options)?;
        }
        let since = Instant::now();
        let one = ScoreRequest {
            input: input.clone(),
            output: output.clone(),
            overwrite: !foreign,
            ..request.options.clone()
        };
        let result = score_with(&one, &mut kit, cancel, &mut |event| {
            listener(BatchEvent::Job(event))
        });
        video.seconds = since.elapsed().as_secs_f64();
        match result {
            Ok(report) => {
                list.end(input, None)?;
                video.state = BatchState::Done;
                listener(BatchEvent::Scored(&report));
            }
            Err(Error::Cancelled) => {}
            Err(error) => {
                let message = error.one_line();
                if !foreign {
                    list.end(input, Some(message.clone()))?;
                }
                video.state = BatchState::Failed;
                video.message = Some(message);
                listener(BatchEvent::Failed { input, error: &error });
            }
        }
        videos.push(video);
    }
    Ok(BatchReport {
        videos,
        list: list.path(),
        cancelled: cancel.is_cancelled(),
        seconds: begun.elapsed().as_secs_f64(),
    })
}

fn extension(input: &Path, format: Option<&str>) -> String {
    let own = input
        .extension()
        .map(|it| it.to_string_lossy().to_ascii_lowercase());
    let own = own.filter(|it| RESULTS.contains(&it.as_str()));
    format
        .map(str::to_owned)
        .or(own)
        .unwrap_or_else(|| FALLBACK.into())
}

/// One hash of all that changes a result but the video itself.
fn options_key(options: &ScoreRequest, pack: &str) -> String {
    // Named one by one, so that a new option can't be forgotten.
    let ScoreRequest {
        input: _,
        output: _,
        overwrite: _,
        style,
        seed,
        steps,
        guidance,
        intensity,
        tempo,
        temp_track,
        loudness,
        codec,
        engine:
            EngineRequest {
                pack: _,
                runtime: _,
                provider,
                cache: _,
            },
    } = options;
    let style = style.as_ref().map(|it| (it, stamp_words(it)));
    let music = format!("{style:?} {seed} {steps:?} {guidance:?} {intensity} {tempo:?}");
    let sound = format!("{temp_track:?} {loudness} {codec:?} {provider:?}");
    key(&["batch 1", pack, &music, &sound])
}

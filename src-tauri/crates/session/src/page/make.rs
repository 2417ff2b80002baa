//! The whole job: from videos to a folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use muvi_media::Tools;
use muvi_scoring::pack::{Manifest, Style};

use super::build::{Showing, Workshop, name_of};
use super::document::{FORMAT, FailedVideo, MADE_BY, PackLine, PageDocument, PageReport, PageVideo};
use super::error::PageProblem;
use super::folder::Draft;
use super::project::ProjectMusic;
use super::request::{PageRequest, PageStyles};
use super::steps::Steps;
use super::{html, others};
use crate::cancel::CancelToken;
use crate::compose::{StyleChoice, WarmEngine};
use crate::error::{Error, Family, StyleProblem};
use crate::event::{Event, Phase};
use crate::target::workplace;

const TITLE: &str = "Music for video: results";
/// The networks stay loaded until the page is done.
const KEEP: Duration = Duration::from_secs(24 * 3600);

/// Makes a page. A video that fails is said and left out; if all fail, the first one's error is the page's.
///
/// # Errors
/// With the first thing that can't be used or done but for single videos; nothing is left behind then.
pub fn make(
    request: &PageRequest,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<PageReport, Error> {
    run(request, cancel, listener).map_err(|error| cancel.reason(error))
}

fn run(
    request: &PageRequest,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<PageReport, Error> {
    let mut steps = Steps::new(2, cancel, listener);
    steps.begin(Phase::Open)?;
    let tools = Tools::locate()?;
    let wrong = |problem| Error::Page {
        path: request.output.clone(),
        problem,
    };
    let project = request.project.as_ref().map(ProjectMusic::read).transpose()?;
    let videos = match &project {
        Some(_) if !request.videos.is_empty() => return Err(wrong(PageProblem::VideosAndProject)),
        Some(project) => vec![project.video.clone()],
        None if request.videos.is_empty() => return Err(wrong(PageProblem::NoVideos)),
        None => request.videos.clone(),
    };
    let others = others::by_video(&request.others, &videos)?;
    let mut sources: Vec<&Path> = videos.iter().map(PathBuf::as_path).collect();
    sources.extend(others.iter().flatten().map(|(_, path)| path.as_path()));
    let draft = Draft::create(&request.output, request.overwrite, &sources)?;
    let work = workplace(&request.output)?;
    let mut warm = WarmEngine::new(request.engine.clone(), KEEP);
    let pack = warm.pack()?;
    let (manifest, hash) = (pack.manifest().clone(), pack.hash().to_owned());
    let styles = styles(request, &manifest)?;
    let showings: Vec<Showing<'_>> = videos
        .iter()
        .zip(&others)
        .enumerate()
        .map(|(index, (video, others))| Showing {
            id: format!("v{}", index + 1),
            video,
            styles: if project.is_none() && (index == 0 || request.styles_for_all) {
                &styles
            } else {
                &[]
            },
            others,
        })
        .collect();
    let mut left: usize = 1 + showings.iter().map(|it| it.steps(request)).sum::<usize>();
    steps.expect(steps.number() + left);

    let mut shop = Workshop {
        request,
        tools: &tools,
        warm: &mut warm,
        draft: &draft,
        work: work.path(),
        hz: project.as_ref().map_or(manifest.sample_rate, |it| it.hz),
        project: project.as_ref(),
    };
    let (mut shown, mut failed, mut first_error) = (Vec::<PageVideo>::new(), Vec::new(), None);
    for showing in &showings {
        let done = shop.show(showing, &mut steps);
        left -= showing.steps(request);
        steps.expect(steps.number() + left);
        match done {
            Ok(video) => shown.push(video),
            Err(error) if is_alone(&error) && project.is_none() && !cancel.is_cancelled() => {
                draft.discard(&format!("{}-", showing.id))?;
                let video = name_of(showing.video);
                steps.warn(format!("left out: {}", error.one_line()));
                let reason = for_all_eyes(&error.one_line(), showing.video, &video);
                failed.push(FailedVideo { video, reason });
                first_error.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    drop(warm);
    if let (true, Some(error)) = (shown.is_empty(), first_error) {
        return Err(error);
    }

    steps.begin(Phase::Page)?;
    let name = project.as_ref().map(|it| it.name.clone());
    let title = request.title.clone().or(name);
    let document = PageDocument {
        made_by: MADE_BY,
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION"),
        title: title.unwrap_or_else(|| TITLE.to_owned()),
        project: project.map(|it| it.name),
        pack: PackLine {
            title: manifest.title,
            name: manifest.name,
            version: manifest.version,
            licence: manifest.licence,
            training_data: manifest.training_data,
            hash,
        },
        seed: request.seed,
        videos: shown,
        failed,
    };
    let json = document.to_json(&request.output)?;
    let page = html::page(&document, &json);
    steps.check()?;
    let (output, bytes) = draft.keep(&page, json.as_bytes())?;
    let (stages, seconds, warnings) = steps.into_times();
    Ok(PageReport {
        index: output.join("index.html"),
        output,
        bytes,
        videos: document.videos.iter().map(|it| it.name.clone()).collect(),
        sounds: document.videos.iter().map(|it| it.sounds.len()).sum(),
        failed: document.failed,
        pack: format!("{} {}", document.pack.name, document.pack.version),
        stages,
        seconds,
        warnings,
    })
}

/// An error as it may stand on a page: where on the user's disk the file lies is nobody's business.
fn for_all_eyes(error: &str, path: &Path, name: &str) -> String {
    let said = error.replace(&path.display().to_string(), name);
    if said.contains(name) {
        said
    } else {
        format!("{name}: {said}")
    }
}

/// Whether an error is one video's: the next one may do better.
fn is_alone(error: &Error) -> bool {
    !matches!(
        error.family(),
        Family::Cancelled | Family::Space | Family::Output | Family::Runtime | Family::Pack
    )
}

/// The styles to try, with their names for people; they are looked for before the long work.
fn styles(request: &PageRequest, manifest: &Manifest) -> Result<Vec<(StyleChoice, String)>, Error> {
    let palette = |style: &Style| (StyleChoice::Palette { id: style.id.clone() }, style.name.clone());
    let named = |name: &PathBuf| {
        let known = manifest
            .styles
            .iter()
            .find(|style| name.as_os_str() == style.id.as_str());
        match known {
            _ if name.is_file() => {
                let (path, from_s) = (name.clone(), None);
                Ok((StyleChoice::File { path, from_s }, name_of(name)))
            }
            Some(style) => Ok(palette(style)),
            None => Err(Error::Style {
                clip: name.clone(),
                problem: StyleProblem::Unknown,
            }),
        }
    };
    match &request.styles {
        PageStyles::None => Ok(Vec::new()),
        PageStyles::Palette => Ok(manifest.styles.iter().map(palette).collect()),
        PageStyles::Named(names) => names.iter().map(named).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_no_places_of_the_disk() {
        let path = Path::new("/films/a.mp4");
        let said = for_all_eyes("/films/a.mp4: is empty", path, "a.mp4");
        assert_eq!(said, "a.mp4: is empty");
        assert_eq!(for_all_eyes("no picture", path, "a.mp4"), "a.mp4: no picture");
    }
}

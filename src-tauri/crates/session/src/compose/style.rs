//! The style of a take: its name for people, its clip.

use std::path::Path;

use muvi_media::Tools;
use muvi_scoring::pack::Manifest;
use muvi_scoring::plan::Mood;

use super::StyleChoice;
use crate::engine::Engine;
use crate::error::{Error, StyleProblem};
use crate::progress::Progress;
use crate::style::{Clip, nearest, read_file};

/// What a style is called; `None` where the palette is empty and nothing is named.
pub(super) fn name(choice: &StyleChoice, mood: Mood, manifest: &Manifest) -> Option<String> {
    match choice {
        StyleChoice::Auto => nearest(manifest, mood).map(|style| style.name.clone()),
        StyleChoice::Palette { id } => {
            let style = manifest.styles.iter().find(|style| style.id == *id);
            Some(style.map_or_else(|| id.clone(), |style| style.name.clone()))
        }
        StyleChoice::File { path, .. } => Some(
            path.file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned(),
        ),
    }
}

/// Reads the clip of a style; `None` where the palette is empty and nothing is named.
pub(super) fn read(
    choice: &StyleChoice,
    mood: Mood,
    tools: &Tools,
    engine: &Engine,
    progress: &Progress<'_>,
) -> Result<Option<Clip>, Error> {
    let palette = |id: &str| {
        let named = Path::new(id);
        let entry = engine.pack.style(id).map_err(|_| Error::Style {
            clip: named.to_path_buf(),
            problem: StyleProblem::Unknown,
        })?;
        read_file(named, &entry.path, None, tools, engine, progress).map(Some)
    };
    match choice {
        StyleChoice::Auto => match nearest(engine.pack.manifest(), mood) {
            Some(style) => palette(&style.id),
            None => Ok(None),
        },
        StyleChoice::Palette { id } => palette(id),
        StyleChoice::File { path, from_s } => {
            read_file(path, path, *from_s, tools, engine, progress).map(Some)
        }
    }
}

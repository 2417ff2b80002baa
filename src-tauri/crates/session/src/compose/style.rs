//! The style of a take: its name for people, its clip.

use muvi_media::Tools;
use muvi_scoring::pack::Manifest;
use muvi_scoring::plan::Mood;

use super::StyleChoice;
use crate::engine::Engine;
use crate::error::Error;
use crate::progress::Progress;
use crate::style::{Clip, by_mood, nearest, read_file, read_style};

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
    match choice {
        StyleChoice::Auto => by_mood(mood, tools, engine, progress),
        StyleChoice::Palette { id } => read_style(id.as_ref(), tools, engine, progress).map(Some),
        StyleChoice::File { path, from_s } => {
            read_file(path, path, *from_s, tools, engine, progress).map(Some)
        }
    }
}

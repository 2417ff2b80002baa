//! The system's own dialogs.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};

/// Extensions of videos that people have; anything that ffmpeg reads can be dropped or chosen as "all files".
pub const VIDEOS: &[&str] = &[
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "ts", "mts", "m2ts", "wmv", "flv", "ogv", "mxf",
];
const SOUNDS: &[&str] = &[
    "wav", "flac", "mp3", "m4a", "aac", "ogg", "opus", "aif", "aiff", "caf", "wma",
];

/// What the user is asked to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    /// A video or a project.
    Open,
    /// Where the project's video is now.
    Video,
    /// A style clip.
    Style,
    /// The file to export to.
    Export,
    /// The folder to save the project as.
    ProjectFolder,
    /// The folder of a model pack.
    Pack,
    /// The folder for stems.
    StemsFolder,
    /// Where the folder of a hand-over goes.
    HandoverFolder,
    /// The folder for a comparison page.
    PageFolder,
    /// Another system's result.
    Other,
}

/// Whether one is open: not every system keeps the window behind it from opening another.
static OPEN: AtomicBool = AtomicBool::new(false);

/// Asks; `None` if the user chose nothing or is being asked already. Must not be called on the main thread.
pub fn pick(app: &AppHandle, what: Pick, suggestion: Option<&str>) -> Option<String> {
    if OPEN.swap(true, Ordering::AcqRel) {
        return None;
    }
    let chosen = ask(app, what, suggestion);
    OPEN.store(false, Ordering::Release);
    chosen
}

fn ask(app: &AppHandle, what: Pick, suggestion: Option<&str>) -> Option<String> {
    let mut dialog = suggest(app.dialog().file(), suggestion);
    if let Some(window) = app.webview_windows().values().next() {
        dialog = dialog.set_parent(window);
    }
    let chosen = match what {
        Pick::Open => {
            let mut all = VIDEOS.to_vec();
            all.push("json");
            dialog
                .add_filter("Videos and projects", &all)
                .add_filter("All files", &["*"])
                .blocking_pick_file()
        }
        Pick::Video => dialog
            .add_filter("Videos", VIDEOS)
            .add_filter("All files", &["*"])
            .blocking_pick_file(),
        Pick::Style => dialog
            .add_filter("Sound", SOUNDS)
            .add_filter("All files", &["*"])
            .blocking_pick_file(),
        Pick::Other => {
            let all = [SOUNDS, VIDEOS].concat();
            dialog
                .add_filter("Sound and video", &all)
                .add_filter("All files", &["*"])
                .blocking_pick_file()
        }
        // Folders that are made by us: the user names a new one.
        Pick::Export | Pick::ProjectFolder | Pick::StemsFolder | Pick::PageFolder => {
            dialog.blocking_save_file()
        }
        // A hand-over names its own folder: the user says where that goes.
        Pick::HandoverFolder | Pick::Pack => dialog.blocking_pick_folder(),
    };
    let path = chosen?.into_path().ok()?;
    Some(path.display().to_string())
}

fn suggest<R: tauri::Runtime>(
    dialog: FileDialogBuilder<R>,
    suggestion: Option<&str>,
) -> FileDialogBuilder<R> {
    let Some(path) = suggestion.map(Path::new) else {
        return dialog;
    };
    let dialog = match path.parent().filter(|folder| folder.is_dir()) {
        Some(folder) => dialog.set_directory(folder),
        None => dialog,
    };
    match path.file_name().and_then(|name| name.to_str()) {
        Some(name) => dialog.set_file_name(name),
        None => dialog,
    }
}

//! The window itself: size, title, drag and drop, closing, notifications.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use muvi_session::studio::{JobKind, JobState, JobStatus, Studio};
use serde_json::json;
use tauri::{
    AppHandle, DragDropEvent, Emitter, Manager, RunEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent,
};
use tauri_plugin_notification::NotificationExt;

use crate::{convert, dto};

const LABEL: &str = "main";

/// Opens the window.
///
/// # Errors
/// What the system's web view says.
pub fn open(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("MuVi Studio")
        .inner_size(1280.0, 720.0)
        .min_inner_size(960.0, 600.0)
        .background_color(tauri::window::Color(0x16, 0x18, 0x1b, 0xff))
        .build()?;
    Ok(())
}

/// Brings the window to the front.
pub fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// Set once the user wants the window closed whatever is lost.
static LEAVE: AtomicBool = AtomicBool::new(false);

/// Closes the window and ends the program, whatever runs.
pub fn quit(app: &AppHandle) {
    LEAVE.store(true, Ordering::Release);
    app.exit(0);
}

/// Jobs that would be lost if the program ended now.
pub fn busy(studio: &Studio) -> Vec<dto::JobView> {
    let lost = studio.busy();
    let jobs = studio.jobs().into_iter();
    jobs.filter(|job| lost.iter().any(|it| it.job == job.id))
        .map(convert::job)
        .collect()
}

/// Whether the window may go; else it is told what would be lost.
fn may_close(app: &AppHandle) -> bool {
    let busy = busy(&app.state::<Studio>());
    if busy.is_empty() || LEAVE.load(Ordering::Acquire) {
        return true;
    }
    // A window that can't be told can't ask either.
    app.emit("closing", busy).is_err()
}

/// What happens to the window and the program.
pub fn on_event(app: &AppHandle, event: RunEvent) {
    match event {
        RunEvent::WindowEvent {
            event: WindowEvent::CloseRequested { api, .. },
            ..
        } if !may_close(app) => api.prevent_close(),
        RunEvent::WindowEvent {
            event: WindowEvent::DragDrop(event),
            ..
        } => drop_event(app, event),
        RunEvent::Exit => app.state::<Studio>().shut_down(),
        _ => {}
    }
}

fn drop_event(app: &AppHandle, event: DragDropEvent) {
    let (kind, path, at) = match &event {
        DragDropEvent::Enter { paths, position } => ("over", paths.first(), Some(position)),
        DragDropEvent::Over { position } => ("over", None, Some(position)),
        DragDropEvent::Drop { paths, position } => ("drop", paths.first(), Some(position)),
        DragDropEvent::Leave => ("leave", None, None),
        _ => return,
    };
    let scale = app
        .get_webview_window(LABEL)
        .and_then(|window| window.scale_factor().ok())
        .unwrap_or(1.0);
    let [x, y] = at.map_or([0.0, 0.0], |at| [at.x / scale, at.y / scale]);
    let path = path.map(|path| path.display().to_string());
    let _ = app.emit("drop", json!({ "kind": kind, "path": path, "x": x, "y": y }));
}

/// Tells the user of a long job's end where the window is not in front.
pub fn notify(app: &AppHandle, status: &JobStatus) {
    if !matches!(status.state, JobState::Done | JobState::Failed)
        || matches!(status.kind, JobKind::Analyse | JobKind::Measure)
    {
        return;
    }
    let in_front = app
        .get_webview_window(LABEL)
        .is_some_and(|window| window.is_focused().unwrap_or(true));
    if in_front || !app.state::<Studio>().settings().notify {
        return;
    }
    let failed = status.state == JobState::Failed;
    let title = match (status.kind, failed) {
        (JobKind::Export, false) => "Export finished",
        (JobKind::Export, true) => "Export failed",
        (JobKind::Page, false) => "The comparison page is ready",
        (JobKind::Page, true) => "The comparison page could not be made",
        (_, false) => "The music is ready",
        (_, true) => "The music could not be made",
    };
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let body = match (&status.fault, &status.output) {
        (Some(fault), _) => fault.message.clone(),
        (None, Some(path)) => name(path).unwrap_or_default(),
        (None, None) => String::new(),
    };
    let notification = app.notification().builder().title(title).body(body);
    if let Err(error) = notification.show() {
        log::info!("no notification: {error}");
    }
}

//! MuVi Studio: the window over the session. Thin commands, events, the window itself; no logic.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]
#![allow(unreachable_pub, reason = "a program has no outside")]

mod about;
mod commands;
mod convert;
mod dialog;
mod dto;
mod painting;
mod scheme;
mod terminal;
mod ticks;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use muvi_session::studio::{Options, Studio, StudioEvent};
use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_log::{Target, TargetKind};

use crate::ticks::Ticks;

fn main() -> ExitCode {
    if let Some(code) = terminal::answer(std::env::args().skip(1)) {
        return code;
    }
    let variables: Vec<_> = [muvi_session::NO_REPORTS]
        .into_iter()
        .chain(painting::variable())
        .collect();
    muvi_session::begin_with(&variables);
    if let Some(code) = terminal::without_display() {
        return code;
    }
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, arguments, folder| {
            window::show(app);
            open_argument(app, &arguments, &folder);
        }))
        .plugin(
            tauri_plugin_log::Builder::new()
                .clear_targets()
                .target(Target::new(TargetKind::LogDir {
                    file_name: Some("muvi-studio".into()),
                }))
                .target(Target::new(TargetKind::Stderr))
                .level(log::LevelFilter::Warn)
                .level_for("muvi_studio", log::LevelFilter::Info)
                .max_file_size(2_000_000)
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .register_asynchronous_uri_scheme_protocol(scheme::SCHEME, scheme::answer)
        .invoke_handler(tauri::generate_handler![
            commands::app_state,
            commands::set_settings,
            commands::diagnostics,
            commands::copy,
            commands::licences,
            commands::open_path,
            commands::open_sample,
            commands::close_project,
            commands::save,
            commands::save_as,
            commands::relink_video,
            commands::forget_recent,
            commands::pick,
            commands::edit,
            commands::undo,
            commands::redo,
            commands::preview_mix,
            commands::preview_cue,
            commands::preview_automation,
            commands::analyse,
            commands::forecast,
            commands::generate,
            commands::regenerate,
            commands::export,
            commands::export_forecast,
            commands::save_export_preset,
            commands::remove_export_preset,
            commands::measure_mix,
            commands::take_measures,
            commands::hand_over,
            commands::make_page,
            commands::busy,
            commands::quit,
            commands::cancel,
            commands::take_plan,
            commands::transport,
            commands::audition,
            commands::play_style,
            commands::stop_style,
            commands::subscribe,
            commands::devices,
            commands::show_in_folder,
        ])
        .setup(|app| {
            log_panics();
            start(app.handle())?;
            let arguments: Vec<String> = std::env::args().collect();
            let folder = std::env::current_dir().unwrap_or_default();
            open_argument(app.handle(), &arguments, &folder.to_string_lossy());
            Ok(window::open(app.handle())?)
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(window::on_event);
            ExitCode::SUCCESS
        }
        Err(error) => {
            log::error!("MuVi Studio can't start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Starts the session and what carries its news to the window.
fn start(app: &AppHandle) -> Result<(), Box<dyn std::error::Error>> {
    let carrier = app.clone();
    let options = Options {
        shipped: app.path().resource_dir().ok(),
    };
    let studio = Studio::start(options, Arc::new(move |event| carry(&carrier, event)));
    app.manage(studio.clone());
    app.manage(Ticks::default());
    let app = app.clone();
    std::thread::Builder::new()
        .name("ticks".into())
        .spawn(move || ticks::run(&studio, &app.state::<Ticks>()))?;
    Ok(())
}

/// Carries news of the session to the window.
fn carry(app: &AppHandle, event: StudioEvent) {
    let sent = match event {
        StudioEvent::Project(open) => app.emit("project", open.map(|open| convert::project(&open))),
        StudioEvent::Job(status) => {
            window::notify(app, &status);
            app.emit("job", convert::job(*status))
        }
        StudioEvent::Around => app.emit("app", about::app(app, &app.state::<Studio>())),
        StudioEvent::Notice { level, fault } => {
            log::warn!("{}: {}", fault.code, fault.message);
            let level = level.name().to_owned();
            let error = convert::fault(fault);
            app.emit("notice", dto::Notice { level, error })
        }
    };
    if let Err(error) = sent {
        log::error!("the window can't be told: {error}");
    }
}

/// Opens the file that was named when the program was started (again).
fn open_argument(app: &AppHandle, arguments: &[String], folder: &str) {
    let Some(named) = arguments.get(1).filter(|it| !it.starts_with('-')) else {
        return;
    };
    let path = std::path::Path::new(folder).join(named);
    let studio = app.state::<Studio>().inner().clone();
    tauri::async_runtime::spawn_blocking(move || studio.open_and_tell(&path));
}

/// A panic is a defect of ours; the log must have it.
fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        log::error!("{panic}");
        before(panic);
    }));
}

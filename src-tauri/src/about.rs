//! The application around the project, for the window.

use std::fmt::Write as _;
use std::path::PathBuf;

use muvi_session::studio::{Around, Chord, PaletteStyle, Recent, Studio, TakeBeat};
use muvi_timeline::TakeId;
use tauri::{AppHandle, Manager};

use crate::{convert, dto, scheme};

/// Who made what is used here, and under which licences.
pub const LICENCES: &str = include_str!("../../THIRD_PARTY.md");
/// As much of the log as helps.
const LOG_LINES: usize = 200;

/// Everything that the window needs at its start.
pub fn app(app: &AppHandle, studio: &Studio) -> dto::AppView {
    let Around {
        pack,
        faults,
        providers,
        settings,
    } = studio.around();
    dto::AppView {
        version: env!("CARGO_PKG_VERSION").into(),
        pack: pack.map(|pack| dto::PackView {
            name: pack.name,
            version: pack.version,
            title: pack.title,
            description: pack.description,
            licence: pack.licence,
            styles: pack.styles.into_iter().map(palette_style).collect(),
            steps: pack.steps,
            guidance: pack.guidance,
        }),
        problems: faults.into_iter().map(convert::fault).collect(),
        providers,
        settings: convert::settings_view(settings),
        recents: recents(studio),
        sample: sample(app).is_some(),
        project: studio.open_view().ok().map(|open| convert::project(&open)),
        jobs: studio.jobs().into_iter().map(convert::job).collect(),
        export_presets: convert::export_presets(studio.export_presets()),
        ducking_presets: convert::ducking_presets(),
        platform: std::env::consts::OS.into(),
    }
}

fn palette_style(style: PaletteStyle) -> dto::PaletteStyle {
    let PaletteStyle {
        id,
        name,
        description,
        seconds,
    } = style;
    dto::PaletteStyle {
        id,
        name,
        description,
        seconds,
    }
}

/// Projects opened before.
pub fn recents(studio: &Studio) -> Vec<dto::RecentView> {
    let view = |recent: Recent| {
        let Recent {
            name,
            folder,
            video,
            opened_at,
            missing,
        } = recent;
        dto::RecentView {
            name,
            folder: folder.display().to_string(),
            video,
            opened_at: opened_at as f64,
            missing,
        }
    };
    studio.recents().into_iter().map(view).collect()
}

/// Output devices that can be chosen.
pub fn devices(studio: &Studio) -> Vec<dto::DeviceView> {
    let view = |device: muvi_session::studio::Device| dto::DeviceView {
        id: device.id,
        name: device.name,
        default: device.default,
    };
    studio.devices().into_iter().map(view).collect()
}

/// The musical plan of a take.
///
/// # Errors
/// If there is no such take, or its file can't be read.
pub fn take_plan(studio: &Studio, take: TakeId) -> Result<dto::TakePlan, dto::ApiError> {
    let plan = studio.take_plan(take).map_err(convert::fault)?;
    Ok(dto::TakePlan {
        take: take.0,
        beats: plan
            .beats
            .into_iter()
            .map(|TakeBeat { time_s, bar, beat }| [time_s, f64::from(bar), f64::from(beat)])
            .collect(),
        chords: plan
            .chords
            .into_iter()
            .map(|Chord { start_s, name }| dto::ChordView { start_s, name })
            .collect(),
        key: plan.key,
    })
}

/// The sample video: the one that came with the program, or the repository's.
pub fn sample(app: &AppHandle) -> Option<PathBuf> {
    let shipped = app.path().resource_dir().ok().map(|dir| dir.join("sample.mp4"));
    let program = std::env::current_exe().ok();
    let above = program.iter().flat_map(|exe| exe.ancestors().skip(1).take(5));
    let own = above.flat_map(|dir| [dir.join("demo/edit.mp4"), dir.join("tests/fixtures/cityCC0.mpg")]);
    shipped.into_iter().chain(own).find(|path| path.is_file())
}

/// Says that there is no sample.
pub fn no_sample() -> dto::ApiError {
    dto::ApiError {
        code: "no_sample".into(),
        message: "The sample video is not part of this copy. Open a video of your own.".into(),
        details: None,
    }
}

/// A text that tells what runs where, for a report of a problem. It names files, but nothing of what is in them.
pub fn diagnostics(app: &AppHandle, studio: &Studio) -> String {
    let mut text = format!(
        "MuVi Studio {}\nSystem: {} {}\nWebView: {}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        tauri::webview_version().unwrap_or_else(|error| error.to_string()),
    );
    let _ = writeln!(text, "Sent to the window: {} bytes", scheme::sent());
    text.push_str(&studio.diagnostics());
    if let Some(log) = log_file(app) {
        let _ = writeln!(text, "\nLog ({}), last lines:", log.display());
        if let Ok(bytes) = std::fs::read(&log) {
            let said = String::from_utf8_lossy(&bytes);
            let lines: Vec<&str> = said.lines().collect();
            for line in lines.iter().skip(lines.len().saturating_sub(LOG_LINES)) {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    text
}

/// Where the log is.
pub fn log_file(app: &AppHandle) -> Option<PathBuf> {
    let dir = app.path().app_log_dir().ok()?;
    Some(dir.join("muvi-studio.log"))
}

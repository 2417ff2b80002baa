//! Settings, there and back.

use std::path::PathBuf;

use muvi_session::studio::{Settings, Theme};

use crate::dto;

/// Settings from the window.
pub fn settings(settings: dto::Settings) -> Settings {
    let dto::Settings {
        theme,
        language,
        device,
        provider,
        pack,
        cache_mb,
        notify,
        layout,
    } = settings;
    Settings {
        theme: match theme {
            dto::Theme::Dark => Theme::Dark,
            dto::Theme::Light => Theme::Light,
            dto::Theme::System => Theme::System,
        },
        language,
        device,
        provider,
        pack: pack.map(PathBuf::from),
        cache_mb,
        notify,
        layout,
    }
}

/// Settings for the window.
pub fn settings_view(settings: Settings) -> dto::Settings {
    let Settings {
        theme,
        language,
        device,
        provider,
        pack,
        cache_mb,
        notify,
        layout,
    } = settings;
    dto::Settings {
        theme: match theme {
            Theme::Dark => dto::Theme::Dark,
            Theme::Light => dto::Theme::Light,
            Theme::System => dto::Theme::System,
        },
        language,
        device,
        provider,
        pack: pack.map(|path| path.display().to_string()),
        cache_mb,
        notify,
        layout,
    }
}

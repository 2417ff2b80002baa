//! What the user has set, for all projects.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize};

use crate::deliver::ExportPreset;
use crate::store::{Places, load_json};

/// Look of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Dark.
    #[default]
    Dark,
    /// Light.
    Light,
    /// As the system.
    System,
}

/// What the user has set. A file of another version is read as far as it can be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Look of the window.
    pub theme: Theme,
    /// Language of the window, a BCP 47 tag.
    pub language: String,
    /// Output device; `None` for the system's default.
    pub device: Option<String>,
    /// Execution provider by name, or `auto`.
    pub provider: String,
    /// Folder of a model pack; `None` for the one that ships.
    pub pack: Option<PathBuf>,
    /// Most that the cache may hold, in megabytes.
    pub cache_mb: u32,
    /// Whether a notification tells when a long job ends while the window is not in front.
    pub notify: bool,
    /// What the window remembers of itself; only it reads this.
    pub layout: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::Dark,
            language: "en".into(),
            device: None,
            provider: "auto".into(),
            pack: None,
            cache_mb: 4096,
            notify: true,
            layout: String::new(),
        }
    }
}

/// What the settings file holds: what the user set, and what the user made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(flatten)]
    pub(crate) settings: Settings,
    /// Those of another version that make no sense here are left out; the others stay.
    #[serde(default, deserialize_with = "those_that_fit")]
    pub(crate) export_presets: Vec<ExportPreset>,
}

impl Kept {
    /// The settings of the user whose places these are; the defaults where there are none.
    pub(crate) fn read(places: &Places) -> Self {
        load_json(&places.settings()).ok().flatten().unwrap_or_default()
    }
}

fn those_that_fit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ExportPreset>, D::Error> {
    let all = Vec::<serde_json::Value>::deserialize(deserializer)?;
    let fit = all.into_iter().map(serde_json::from_value);
    Ok(fit.filter_map(Result::ok).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_and_presets_share_a_file() {
        let old = r#"{"theme":"light","cache_mb":7}"#;
        let mut kept: Kept = serde_json::from_str(old).unwrap();
        assert_eq!((kept.settings.theme, kept.settings.cache_mb), (Theme::Light, 7));
        assert!(kept.export_presets.is_empty());
        kept.export_presets = crate::deliver::shipped_presets();
        let mut json = serde_json::to_value(&kept).unwrap();
        json["export_presets"][1]["codec"] = "unheard_of".into();
        let read: Kept = serde_json::from_value(json).unwrap();
        assert_eq!(read.settings, kept.settings);
        let names: Vec<&str> = read.export_presets.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["Web", "Broadcast", "Audio only", "Stems"]);
    }
}

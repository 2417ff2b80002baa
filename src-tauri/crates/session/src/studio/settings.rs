//! What the user has set, for all projects.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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

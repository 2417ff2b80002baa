//! Sets of choices for deliveries: those that ship, and the user's own.

use muvi_playback::Bus;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Deliver;
use crate::request::AudioCodecChoice;
use crate::store::Places;
use crate::studio::Kept;

/// A set of choices under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportPreset {
    /// What the user calls it; no two have the same.
    pub name: String,
    /// Whether it ships with the program: it stays as it is.
    #[serde(skip)]
    pub built_in: bool,
    /// What is delivered.
    pub what: Deliver,
    /// Extension of the file, without a dot; `None` for what suits the video.
    pub extension: Option<String>,
    /// How sound is stored; `None` for what suits the file.
    pub codec: Option<AudioCodecChoice>,
    /// The sound tracks.
    #[serde(with = "bus_words")]
    pub tracks: Vec<Bus>,
    /// Only the loop.
    pub loop_only: bool,
    /// Loudness to reach, in LUFS, -40 to -6; `None` for as it is mixed.
    pub target_lufs: Option<f32>,
    /// The true peak that is never passed, in dBTP, -9 to 0.
    pub ceiling_dbtp: f32,
}

/// Why a preset can't be kept or dropped.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PresetProblem {
    /// No name.
    #[error("a preset needs a name; give it one")]
    NoName,
    /// One of those that ship.
    #[error("the preset {0} ships with the program and stays as it is; choose another name")]
    BuiltIn(String),
    /// Another one has the name.
    #[error("there is a preset {0} already; choose another name")]
    Taken(String),
    /// None has the name.
    #[error("there is no preset {0}; the list was changed meanwhile")]
    Unknown(String),
    /// A number out of range.
    #[error("{0} is out of range; set it again")]
    Value(&'static str),
}

/// Those that ship.
pub fn shipped_presets() -> Vec<ExportPreset> {
    let preset = |name: &str, what, extension: Option<&str>| ExportPreset {
        name: name.into(),
        built_in: true,
        what,
        extension: extension.map(Into::into),
        codec: None,
        tracks: vec![Bus::Mix],
        loop_only: false,
        target_lufs: None,
        ceiling_dbtp: -1.0,
    };
    let all = vec![Bus::Mix, Bus::Music, Bus::Temp];
    vec![
        ExportPreset {
            target_lufs: Some(-14.0),
            ..preset("Web", Deliver::Video, None)
        },
        ExportPreset {
            codec: Some(AudioCodecChoice::Flac),
            ..preset("Archive", Deliver::Video, Some("mkv"))
        },
        ExportPreset {
            codec: Some(AudioCodecChoice::Pcm),
            tracks: all.clone(),
            target_lufs: Some(-23.0),
            ..preset("Broadcast", Deliver::Video, Some("mov"))
        },
        preset("Audio only", Deliver::Sound, Some("wav")),
        ExportPreset {
            tracks: all,
            ..preset("Stems", Deliver::Stems, Some("wav"))
        },
    ]
}

/// The preset of that name among those that ship and `own`; letters of either case are the same.
pub fn find_preset(name: &str, own: &[ExportPreset]) -> Option<ExportPreset> {
    let shipped = shipped_presets();
    let found = shipped.iter().chain(own).find(|preset| same(&preset.name, name));
    found.cloned()
}

/// The user's own, as the window keeps them; none if there are none or they can't be read.
pub fn own_presets() -> Vec<ExportPreset> {
    let places = Places::of_user();
    places.map_or_else(|_| Vec::new(), |places| Kept::read(&places).export_presets)
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// Keeps a preset in `own`: in the place of the one called `replaces`, else at the end.
pub(crate) fn keep_preset(
    own: &mut Vec<ExportPreset>,
    mut preset: ExportPreset,
    replaces: Option<&str>,
) -> Result<(), PresetProblem> {
    preset.name = preset.name.trim().to_owned();
    preset.built_in = false;
    if preset.name.is_empty() {
        return Err(PresetProblem::NoName);
    }
    let shipped = shipped_presets();
    if shipped.iter().any(|it| same(&it.name, &preset.name)) {
        return Err(PresetProblem::BuiltIn(preset.name));
    }
    let range = |value: f32, low: f32, high: f32| (low..=high).contains(&value);
    if preset.target_lufs.is_some_and(|lufs| !range(lufs, -40.0, -6.0)) {
        return Err(PresetProblem::Value("the loudness"));
    }
    if !range(preset.ceiling_dbtp, -9.0, 0.0) {
        return Err(PresetProblem::Value("the ceiling"));
    }
    let place = match replaces {
        Some(name) => {
            let place = own.iter().position(|it| same(&it.name, name));
            Some(place.ok_or_else(|| PresetProblem::Unknown(name.to_owned()))?)
        }
        None => None,
    };
    let taken = |(index, it): (usize, &ExportPreset)| Some(index) != place && same(&it.name, &preset.name);
    if own.iter().enumerate().any(taken) {
        return Err(PresetProblem::Taken(preset.name));
    }
    match place.and_then(|place| own.get_mut(place)) {
        Some(old) => *old = preset,
        None => own.push(preset),
    }
    Ok(())
}

/// Drops a preset from `own`.
pub(crate) fn remove_preset(own: &mut Vec<ExportPreset>, name: &str) -> Result<(), PresetProblem> {
    if let Some(place) = own.iter().position(|it| same(&it.name, name)) {
        own.remove(place);
        return Ok(());
    }
    let shipped = shipped_presets().iter().any(|it| same(&it.name, name));
    let name = name.to_owned();
    Err(if shipped {
        PresetProblem::BuiltIn(name)
    } else {
        PresetProblem::Unknown(name)
    })
}

/// Tracks as words.
mod bus_words {
    use muvi_playback::Bus;
    use serde::{Deserialize, Deserializer, Serializer};

    const WORDS: [(Bus, &str); 3] = [(Bus::Mix, "mix"), (Bus::Music, "music"), (Bus::Temp, "temp")];

    pub(super) fn serialize<S: Serializer>(tracks: &[Bus], serializer: S) -> Result<S::Ok, S::Error> {
        let word = |bus: &Bus| WORDS.iter().find(|(it, _)| it == bus).map(|(_, word)| *word);
        serializer.collect_seq(tracks.iter().filter_map(word))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Bus>, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        let bus = |word: &String| WORDS.iter().find(|(_, it)| it == word).map(|(bus, _)| *bus);
        Ok(words.iter().filter_map(bus).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_come_and_go() {
        let mut own = Vec::new();
        let mine = |name: &str| ExportPreset {
            name: name.into(),
            ..shipped_presets().remove(2)
        };
        keep_preset(&mut own, mine(" Festival "), None).unwrap();
        assert_eq!((own[0].name.as_str(), own[0].built_in), ("Festival", false));
        let taken = keep_preset(&mut own, mine("festival"), None);
        assert_eq!(taken, Err(PresetProblem::Taken("festival".into())));
        keep_preset(&mut own, mine("Second"), None).unwrap();
        // Renamed in its place.
        keep_preset(&mut own, mine("First"), Some("Festival")).unwrap();
        assert_eq!(
            own.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
            ["First", "Second"]
        );
        assert!(keep_preset(&mut own, mine("Second"), Some("First")).is_err());
        assert_eq!(
            keep_preset(&mut own, mine("web"), None),
            Err(PresetProblem::BuiltIn("web".into()))
        );
        assert_eq!(
            keep_preset(&mut own, mine("  "), None),
            Err(PresetProblem::NoName)
        );
        let loud = ExportPreset {
            target_lufs: Some(0.0),
            ..mine("Loud")
        };
        assert_eq!(
            keep_preset(&mut own, loud, None),
            Err(PresetProblem::Value("the loudness"))
        );
        assert_eq!(
            remove_preset(&mut own, "Stems"),
            Err(PresetProblem::BuiltIn("Stems".into()))
        );
        remove_preset(&mut own, "first").unwrap();
        assert_eq!(
            remove_preset(&mut own, "First"),
            Err(PresetProblem::Unknown("First".into()))
        );
        assert_eq!(find_preset("second", &own).unwrap().target_lufs, Some(-23.0));
        assert!(find_preset("BROADCAST", &own).unwrap().built_in && find_preset("x", &own).is_none());
    }

    #[test]
    fn presets_are_the_same_after_a_file() {
        for preset in shipped_presets() {
            let text = serde_json::to_string(&preset).unwrap();
            let read: ExportPreset = serde_json::from_str(&text).unwrap();
            assert_eq!(
                read,
                ExportPreset {
                    built_in: false,
                    ..preset
                }
            );
        }
    }
}

//! What is around the project: settings, recent projects, the pack, ffmpeg, the networks.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use muvi_media::Tools;
use muvi_media::audio::AudioReader;
use muvi_scoring::pack::Pack;
use muvi_scoring::runtime::{Provider, Runtime};

use super::settings::{Kept, Settings};
use super::view::{Around, PackFacts, PaletteStyle, Recent};
use super::{Fault, Options, Studio, StudioEvent, fault_of};
use crate::compose::WarmEngine;
use crate::doctor::doctor_of;
use crate::request::{EngineRequest, ProviderChoice};
use crate::store::{Places, store_json};

const LIBRARIES: [&str; 3] = ["libonnxruntime.so", "libonnxruntime.dylib", "onnxruntime.dll"];
/// Style clips are heard at this rate, in Hz.
const STYLE_HZ: u32 = 44_100;

/// The desk that projects are worked on at.
pub(super) struct Desk {
    options: Options,
    places: Option<Places>,
    kept: Mutex<Kept>,
    around: Mutex<Option<Facts>>,
    /// The networks; one job at a time has them.
    pub(super) networks: Mutex<Option<WarmEngine>>,
}

/// What was found on this machine.
#[derive(Clone, Default)]
struct Facts {
    pack: Option<PackFacts>,
    faults: Vec<Fault>,
    providers: Vec<String>,
}

impl Desk {
    pub(super) fn new(options: Options) -> Self {
        let places = Places::of_user().ok();
        let kept = places.as_ref().map(Kept::read);
        Self {
            options,
            places,
            kept: Mutex::new(kept.unwrap_or_default()),
            around: Mutex::new(None),
            networks: Mutex::new(None),
        }
    }

    pub(super) fn settings(&self) -> Settings {
        lock(&self.kept).settings.clone()
    }

    /// All that the settings file holds.
    pub(super) fn kept(&self) -> Kept {
        lock(&self.kept).clone()
    }

    /// Writes all of the settings file.
    ///
    /// # Errors
    /// If nothing can be written; nothing changes then.
    pub(super) fn keep(&self, kept: Kept) -> Result<(), Fault> {
        let mut place = lock(&self.kept);
        store_json(&self.places()?.settings(), &kept).map_err(fault_of)?;
        *place = kept;
        Ok(())
    }

    /// # Errors
    /// If the system names no place for what belongs to the user.
    pub(super) fn places(&self) -> Result<&Places, Fault> {
        self.places.as_ref().ok_or_else(|| {
            Fault::new(
                "no_place",
                "No folder for projects is known: the variable HOME is not set. Set it, or MUVI_DATA, and start again.",
            )
        })
    }

    /// What the networks are to be loaded from.
    pub(super) fn engine_request(&self) -> EngineRequest {
        let settings = self.settings();
        let provider = match settings.provider.parse() {
            Ok(Provider::Cuda) => ProviderChoice::Cuda,
            Ok(Provider::DirectMl) => ProviderChoice::DirectMl,
            Ok(Provider::CoreMl) => ProviderChoice::CoreMl,
            Ok(Provider::Cpu) => ProviderChoice::Cpu,
            Ok(Provider::Auto) | Err(_) => ProviderChoice::Auto,
        };
        EngineRequest {
            pack: settings
                .pack
                .or_else(|| self.shipped("packs/mini").filter(|dir| dir.is_dir())),
            runtime: LIBRARIES
                .iter()
                .find_map(|name| self.shipped(name).filter(|path| path.is_file())),
            provider,
            cache: true,
        }
    }

    fn shipped(&self, name: &str) -> Option<PathBuf> {
        self.options.shipped.as_ref().map(|dir| dir.join(name))
    }

    /// Looks at the pack, the runtime and ffmpeg; reads all of the pack's files.
    fn look(&self) -> Facts {
        let request = self.engine_request();
        let mut facts = Facts::default();
        let tools = match Tools::locate() {
            Ok(tools) => Some(tools),
            Err(error) => {
                facts.faults.push(Fault::because(error));
                None
            }
        };
        match Pack::locate(request.pack.as_deref()).and_then(|dir| Pack::open(&dir)) {
            Ok(pack) => facts.pack = Some(pack_facts(&pack, tools.as_ref())),
            Err(error) => facts.faults.push(Fault::because(error)),
        }
        facts.providers.push("auto".into());
        match Runtime::load(request.runtime.as_deref()) {
            Ok(runtime) => facts
                .providers
                .extend(runtime.providers().iter().map(ToString::to_string)),
            Err(error) => facts.faults.push(Fault::because(error)),
        }
        facts
    }

    fn facts(&self) -> Facts {
        let mut place = lock(&self.around);
        place.get_or_insert_with(|| self.look()).clone()
    }

    /// The style of the palette with this id.
    pub(super) fn palette_name(&self, id: &str) -> Option<String> {
        let facts = lock(&self.around).clone()?;
        let styles = facts.pack?.styles;
        styles
            .into_iter()
            .find(|style| style.id == id)
            .map(|style| style.name)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pack_facts(pack: &Pack, tools: Option<&Tools>) -> PackFacts {
    let manifest = pack.manifest();
    let seconds = |id: &str| -> Option<f32> {
        let path = pack.style(id).ok()?.path;
        let reader = AudioReader::open_file(tools?, &path, STYLE_HZ, None).ok()?;
        Some(reader.length()? as f32 / STYLE_HZ as f32)
    };
    let styles = manifest.styles.iter().map(|style| PaletteStyle {
        seconds: seconds(&style.id).unwrap_or(0.0),
        id: style.id.clone(),
        name: style.name.clone(),
        description: style.description.clone(),
    });
    PackFacts {
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        title: manifest.title.clone(),
        description: manifest.description.clone(),
        licence: manifest.licence.clone(),
        styles: styles.collect(),
        steps: u32::try_from(manifest.solver.steps).unwrap_or(u32::MAX),
        guidance: manifest.solver.guidance,
    }
}

impl Studio {
    /// What is around the project. The first call reads the pack, which takes a moment.
    pub fn around(&self) -> Around {
        let Facts {
            pack,
            faults,
            providers,
        } = self.0.desk.facts();
        Around {
            pack,
            faults,
            providers,
            settings: self.settings(),
        }
    }

    /// What the user has set.
    pub fn settings(&self) -> Settings {
        self.0.desk.settings()
    }

    /// Sets what the user has set; it holds at once.
    ///
    /// # Errors
    /// If the pack can't be used, or nothing can be written; nothing changes then.
    pub fn set_settings(&self, settings: Settings) -> Result<Settings, Fault> {
        let desk = &self.0.desk;
        let before = desk.settings();
        if settings.pack != before.pack
            && let Some(dir) = &settings.pack
        {
            Pack::open(dir).map_err(Fault::because)?;
        }
        desk.keep(Kept {
            settings: settings.clone(),
            ..desk.kept()
        })?;
        if settings.device != before.device {
            self.0.player.choose_device(settings.device.clone());
        }
        if settings.pack != before.pack || settings.provider != before.provider {
            *lock(&desk.around) = None;
            // A job that runs keeps its networks until it ends.
            if let Ok(mut networks) = desk.networks.try_lock() {
                *networks = None;
            }
            self.tell(StudioEvent::Around);
        }
        if settings.cache_mb != before.cache_mb {
            self.trim_cache();
        }
        Ok(settings)
    }

    /// Projects that were open before, the last one first.
    pub fn recents(&self) -> Vec<Recent> {
        let recents = self.0.desk.places().map(Places::recents).unwrap_or_default();
        let view = |it: crate::store::Recent| Recent {
            missing: !it.folder.is_dir(),
            name: it.name,
            folder: it.folder,
            video: it.video,
            opened_at: it.opened_at,
        };
        recents.into_iter().map(view).collect()
    }

    /// Takes a project from the list; its folder stays.
    ///
    /// # Errors
    /// If the list can't be written.
    pub fn forget_recent(&self, folder: &Path) -> Result<(), Fault> {
        self.0.desk.places()?.forget(folder).map(drop).map_err(fault_of)
    }

    /// What runs where, as text.
    pub fn diagnostics(&self) -> String {
        let mut text = String::new();
        let request = self.0.desk.engine_request();
        for item in doctor_of(request.pack.as_deref(), request.runtime.as_deref()).items {
            let _ = writeln!(text, "{}: {}", item.name, item.detail);
        }
        let settings = self.settings();
        let _ = writeln!(text, "Provider asked for: {}", settings.provider);
        let _ = writeln!(
            text,
            "Sound device asked for: {}",
            settings.device.as_deref().unwrap_or("default")
        );
        let _ = writeln!(text, "Times without sound: {}", self.0.player.underruns());
        if let Ok(open) = self.open_view() {
            let video = &open.project.video;
            let _ = writeln!(
                text,
                "Video: {} {}x{}, {} frames at {}, sound {}",
                video.codec,
                video.width,
                video.height,
                video.frames,
                video.rate,
                video.sound.as_deref().unwrap_or("none")
            );
            let takes = open.project.takes().count();
            let _ = writeln!(
                text,
                "Project: {} hit points, {takes} takes",
                open.project.hits.len()
            );
        }
        text
    }
}

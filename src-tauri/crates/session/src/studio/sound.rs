//! The studio's sound: the transport, what is heard, devices, style clips by themselves.

use std::sync::{Arc, Mutex, PoisonError};

use muvi_playback::{CpalOutput, Engine, EngineConfig};
use muvi_timeline::Project;

use super::open::{Change, Open};
use super::view::{Device, Heard, Transport};
use super::{Fault, Studio};

/// The engine, if the system gives its threads, and what the transport stands at.
pub(super) struct Player {
    engine: Result<Engine, String>,
    looping: Mutex<bool>,
}

impl Player {
    pub(super) fn start(device: Option<String>) -> Self {
        let config = EngineConfig {
            device,
            ..EngineConfig::default()
        };
        Self {
            engine: Engine::start(Arc::new(CpalOutput), config).map_err(|error| error.to_string()),
            looping: Mutex::new(false),
        }
    }

    fn engine(&self) -> Option<&Engine> {
        self.engine.as_ref().ok()
    }

    /// Plays what the project is now.
    pub(super) fn follow(&self, open: &mut Open) {
        let change = open.score();
        let Some(engine) = self.engine() else { return };
        match change {
            None => {}
            Some(Change::Load(programme)) => engine.load(Some(Arc::new(programme))),
            Some(Change::Swap(programme)) => engine.swap(Arc::new(programme)),
            // The domain keeps mixes within what can be rendered.
            Some(Change::Mix(mix)) => drop(engine.set_mix(mix)),
        }
        self.set_loop(&open.project());
    }

    /// Plays nothing.
    pub(super) fn unload(&self) {
        if let Some(engine) = self.engine() {
            engine.pause();
            engine.load(None);
        }
    }

    fn set_loop(&self, project: &Project) {
        let on = *self.looping.lock().unwrap_or_else(PoisonError::into_inner);
        let range = project.loop_range.filter(|_| on).map(|span| {
            let samples = project.samples_of(span);
            (samples.start(), samples.end())
        });
        if let Some(engine) = self.engine() {
            engine.set_loop(range);
        }
    }

    pub(super) fn choose_device(&self, id: Option<String>) {
        if let Some(engine) = self.engine() {
            engine.choose_device(id);
        }
    }

    pub(super) fn underruns(&self) -> u64 {
        self.engine().map_or(0, |engine| engine.now().underruns)
    }
}

impl Studio {
    /// The engine.
    pub(super) fn engine(&self) -> Result<&Engine, Fault> {
        let engine = self.0.player.engine.as_ref();
        engine.map_err(|why| Fault::new("no_sound", why.clone()))
    }

    /// Tells the transport what to do.
    ///
    /// # Errors
    /// If no project is open or there can be no sound at all.
    pub fn transport(&self, command: Transport) -> Result<(), Fault> {
        let project = self.with(|open| Ok(open.project()))?;
        let player = &self.0.player;
        let engine = self.engine()?;
        let sample = |frame: u64| project.sample_of(frame.min(project.video.frames.saturating_sub(1)));
        match command {
            Transport::Play => engine.play(),
            Transport::Pause => engine.pause(),
            Transport::Toggle => engine.toggle(),
            Transport::Seek(frame) => engine.seek(sample(frame)),
            Transport::Step(frames) => {
                engine.pause();
                let now = project.frame_at(engine.now().sample);
                engine.seek(sample(now.saturating_add_signed(frames)));
            }
            Transport::Shuttle(speed) => engine.shuttle(speed),
            Transport::Scrub(frame) => engine.scrub(sample(frame)),
            Transport::ScrubEnd => engine.scrub_end(),
            Transport::Loop(on) => {
                *player.looping.lock().unwrap_or_else(PoisonError::into_inner) = on;
                player.set_loop(&project);
            }
        }
        Ok(())
    }

    /// What is heard now. Cheap; peaks are those since it was asked last.
    pub fn heard(&self) -> Heard {
        let (project, audition) = match self.lock().as_ref() {
            Some(open) => (Some(open.project()), open.extras.audition.map(|(_, take)| take)),
            None => (None, None),
        };
        let Ok(engine) = &self.0.player.engine else {
            return Heard {
                problem: self.0.player.engine.as_ref().err().cloned(),
                ..Heard::silence()
            };
        };
        let now = engine.now();
        let meters = engine.meters();
        Heard {
            sample: now.sample,
            frame: project.map_or(0, |project| project.frame_at(now.sample)),
            playing: now.playing,
            speed: now.speed,
            peak_db: meters.peak_db,
            momentary_lufs: meters.momentary_lufs,
            short_term_lufs: meters.short_term_lufs,
            ducking_db: meters.ducking_db,
            audition,
            clip_s: self.0.clips.position_s(now.auditioning),
            problem: now.problem,
        }
    }

    /// Output devices that can be chosen. Asks the system, which may take a moment.
    pub fn devices(&self) -> Vec<Device> {
        let Ok(engine) = &self.0.player.engine else {
            return Vec::new();
        };
        let devices = engine.devices().unwrap_or_default();
        let view = |it: muvi_playback::Device| Device {
            id: it.id,
            name: it.name,
            default: it.default,
        };
        devices.into_iter().map(view).collect()
    }
}

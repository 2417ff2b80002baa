//! The handle of live sound.

use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use muvi_timeline::{Mix, MixError};
use thiserror::Error;

use crate::clock::Clock;
use crate::feed::Source;
use crate::feeder::{Command, Feeder};
use crate::output::keeper::{Keeper, Order};
use crate::output::{Device, Output, OutputError};
use crate::programme::Programme;
use crate::shared::Shared;

/// Silence on the meters, in dB.
const FLOOR_DB: f32 = -90.0;

/// Why there can be no live sound at all.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The system gives no thread.
    #[error("live sound cannot be started: the system gives no thread; close other programs and try again")]
    Thread(#[from] std::io::Error),
}

/// How an engine is started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineConfig {
    /// Samples per second that the device is asked for; 0 takes 44100. Programmes of other rates are converted.
    pub sample_rate: u32,
    /// [`Device::id`] of the device to play on; `None` follows the system's choice.
    pub device: Option<String>,
}

/// What playback does now.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayState {
    /// The sample of the timeline that is heard now: the latency of the device is taken off.
    pub sample: u64,
    /// Whether the head moves by itself.
    pub playing: bool,
    /// Speed of the head: 1 normal, 2 double, -1 backwards. 1 while it rests.
    pub speed: f32,
    /// Whether a sound outside of the programme plays by itself.
    pub auditioning: bool,
    /// Times that the device went without sound since the start.
    pub underruns: u64,
    /// Name of the device in use; `None` while there is none.
    pub device: Option<String>,
    /// Why there is no sound, or not all of it, in plain words.
    pub problem: Option<String>,
}

/// What the meters show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meters {
    /// True peak of left and right since the last reading, in dBTP, -90 for silence.
    pub peak_db: [f32; 2],
    /// Momentary loudness (400 ms) in LUFS, -90 for silence.
    pub momentary_lufs: f32,
    /// Short-term loudness (3 s) in LUFS, -90 for silence.
    pub short_term_lufs: f32,
    /// How far ducking lowers the music now, in dB, 0 or more.
    pub ducking_db: f32,
}

/// The handle of live sound: transport, mix, devices. All calls return at once; none waits for a device or a file
/// but [`Engine::devices`].
///
/// Sound is rendered on a thread of its own some 100 ms ahead of what is heard, so a changed mix or another take
/// is heard after that time, without a gap. Positions are samples of the programme.
pub struct Engine {
    commands: Sender<Command>,
    orders: Option<Sender<Order>>,
    shared: Arc<Shared>,
    output: Option<Arc<dyn Output>>,
    feeder: Mutex<Option<JoinHandle<()>>>,
}

impl Engine {
    /// Starts live sound on the devices of `output`. Works without any device too: the transport then moves by
    /// the system's clock until a device appears.
    ///
    /// # Errors
    /// [`EngineError`] if the system gives no thread.
    pub fn start(output: Arc<dyn Output>, config: EngineConfig) -> Result<Self, EngineError> {
        let sample_rate = match config.sample_rate {
            0 => 44_100,
            rate => rate,
        };
        let shared = Arc::new(Shared::new(Clock::system()));
        let (commands, received) = channel();
        let feeder = Feeder::new(received, Some(commands.clone()), shared.clone(), sample_rate);
        let thread = |name: &str| std::thread::Builder::new().name(name.into());
        let feeder = thread("muvi-feeder").spawn(move || feeder.work())?;
        let (orders, received) = channel();
        let keeper = Keeper::new(
            output.clone(),
            commands.clone(),
            shared.clone(),
            config.device,
            sample_rate,
        );
        thread("muvi-output").spawn(move || keeper.work(&received))?;
        Ok(Self {
            commands,
            orders: Some(orders),
            shared,
            output: Some(output),
            feeder: Mutex::new(Some(feeder)),
        })
    }

    pub(crate) fn of(commands: Sender<Command>, shared: Arc<Shared>) -> Self {
        Self {
            commands,
            orders: None,
            shared,
            output: None,
            feeder: Mutex::new(None),
        }
    }

    /// Takes another programme, or none, and goes to its start. The loop is cleared.
    pub fn load(&self, programme: Option<Arc<Programme>>) {
        self.tell(Command::Load(programme));
    }

    /// Changes the programme under the head, for another take or after an edit: at the same place, without a gap,
    /// with a short cross-fade. Sources are opened beside the running sound; of several wishes in a row the
    /// latest counts.
    pub fn swap(&self, programme: Arc<Programme>) {
        self.tell(Command::Swap(programme));
    }

    /// Plays on at normal speed; from the start if it stands at the end.
    pub fn play(&self) {
        self.tell(Command::Play);
    }

    /// Stops where it is.
    pub fn pause(&self) {
        self.tell(Command::Pause);
    }

    /// Plays or stops.
    pub fn toggle(&self) {
        self.tell(Command::Toggle);
    }

    /// Goes to a sample; goes on playing if it played.
    pub fn seek(&self, sample: u64) {
        self.tell(Command::Seek(sample));
    }

    /// Plays at a speed of -8 to 8, backwards if negative, as a tape would sound; 0 stops.
    pub fn shuttle(&self, speed: f32) {
        let speed = if speed.is_finite() { speed } else { 0.0 };
        self.tell(Command::Shuttle(f64::from(speed)));
    }

    /// The user drags the head: goes to a sample and lets a short grain of it be heard. Of several calls in a row
    /// the latest counts.
    pub fn scrub(&self, sample: u64) {
        self.tell(Command::Scrub(sample));
    }

    /// The drag is over; plays on if it played before.
    pub fn scrub_end(&self) {
        self.tell(Command::ScrubEnd);
    }

    /// Keeps playing within `[start, end)` once the head is before its end; `None` plays straight on. Spans of less
    /// than 1024 samples are taken as `None`.
    pub fn set_loop(&self, range: Option<(u64, u64)>) {
        self.tell(Command::Loop(range));
    }

    /// Changes the mix while it plays, without clicks.
    ///
    /// # Errors
    /// [`MixError`] if a value is out of range; nothing changes then.
    pub fn set_mix(&self, mix: Mix) -> Result<(), MixError> {
        mix.check()?;
        self.tell(Command::Mix(Box::new(mix)));
        Ok(())
    }

    /// Plays a sound by itself, at its own level, in place of the programme; `sample_rate` is the sound's. The head
    /// stops where it is.
    pub fn audition(&self, source: Box<dyn Source + Send>, sample_rate: u32) {
        self.tell(Command::Audition(source, sample_rate));
    }

    /// Ends [`Engine::audition`]; does nothing without one.
    pub fn stop_audition(&self) {
        self.tell(Command::StopAudition);
    }

    /// What playback does now. Cheap: may be called for every picture that is drawn.
    pub fn now(&self) -> PlayState {
        let shared = &self.shared;
        let own = shared.wire().map_or(0, |wire| wire.underruns.load(Relaxed));
        PlayState {
            // A place between two samples counts as the first of them, but for what rounding takes away.
            sample: (shared.position() + 1e-3) as u64,
            playing: shared.playing.load(Acquire),
            speed: shared.speed(),
            auditioning: shared.auditioning.load(Acquire),
            underruns: shared.underruns.load(Relaxed) + own,
            device: shared.device(),
            problem: shared.problem(),
        }
    }

    /// What the meters show; peaks are those since the last call. -90 while nothing plays.
    pub fn meters(&self) -> Meters {
        let floor = |db: f32| {
            if db.is_finite() {
                db.max(FLOOR_DB)
            } else {
                FLOOR_DB
            }
        };
        let sounding = self.shared.playing.load(Acquire) || self.shared.auditioning.load(Acquire);
        let Some(wire) = self.shared.wire() else {
            return Meters {
                peak_db: [FLOOR_DB; 2],
                momentary_lufs: FLOOR_DB,
                short_term_lufs: FLOOR_DB,
                ducking_db: 0.0,
            };
        };
        let [momentary, short_term] = wire.loudness();
        let when = |db: f32| if sounding { floor(db) } else { FLOOR_DB };
        Meters {
            peak_db: wire.take_peaks().map(|peak| floor(20.0 * peak.log10())),
            momentary_lufs: when(momentary),
            short_term_lufs: when(short_term),
            ducking_db: if sounding { wire.ducking_db() } else { 0.0 },
        }
    }

    /// The devices that there are. Asks the system, which may take a while: not for the thread that draws.
    ///
    /// # Errors
    /// [`OutputError`] if the system's sound cannot be reached.
    pub fn devices(&self) -> Result<Vec<Device>, OutputError> {
        self.output
            .as_ref()
            .map_or(Ok(Vec::new()), |output| output.devices())
    }

    /// Plays on the device with this id from now on; `None` follows the system's choice.
    pub fn choose_device(&self, id: Option<String>) {
        if let Some(orders) = &self.orders {
            // The keeper ends only with the engine.
            let _ = orders.send(Order::Choose(id));
        }
    }

    fn tell(&self, command: Command) {
        // The feeder ends only with the engine.
        let _ = self.commands.send(command);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(orders) = &self.orders {
            // The keeper is not waited for: a device may hang.
            let _ = orders.send(Order::Quit);
        }
        self.tell(Command::Quit);
        let feeder = self.feeder.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(feeder) = feeder.take() {
            let _ = feeder.join();
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}
